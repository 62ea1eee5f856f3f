// Package servertest runs a real server for tests: real storage, real HTTP on a port of its own, and the
// providers that the test gives.
//
//	s := servertest.Start(t, servertest.Options{Providers: builtin.Mock(0)})
//	ann := s.User("ann")
//	got := ann.Post("/v1/video", map[string]any{"story_topic": "mystery", …})
//	got.Want(http.StatusOK)
//
// # What it promises
//
// A server that a test starts is stopped when the test ends, with its directory. Restart keeps the directory.
//
// # What it never does
//
// It replaces nothing of the server but the work that passwords take.
package servertest
