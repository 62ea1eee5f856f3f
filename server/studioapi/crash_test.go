package studioapi_test

const childDir = "FILMLOOM_TEST_STUDIO_DIR"

func child() {}
