//go:build !race

package filmloom_test

const raced = false
