// Package servertest runs a real server for tests: real storage, real HTTP on a port of its own, and the
// providers that the test gives.
//
//	s := servertest.Start(t, servertest.Options{Providers: builtin.Mock(0)})
//	ann := s.User("ann")
//	got := ann.Post("/v1/video", map[string]any{"story_topic": "mystery", …})
//	got.Want(http.StatusOK)
//	for _, step := range servertest.Steps(ann.Follow("/v1/video/tasks/"+id+"/events", "").Rest()) { … }
//
// What each of the two APIs is held to in the same way is checked here too, such as by Server.CheckDocument; an API
// tells in what it differs.
//
// # What it promises
//
// Every answer to a client is held to the document of its API, which must have its status and code for the operation, and
// its headers.
//
// A server that a test starts is stopped when the test ends, with its directory. Restart keeps the directory. A
// stream that a test follows is closed when it ends, and fails the test if it breaks off.
//
// # What it never does
//
// It replaces nothing of the server but the work that passwords take.
package servertest
