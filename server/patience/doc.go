// Package patience lets go of clients that do not take what they are sent. net/http has a time for a whole answer,
// which a film on a slow line passes by right, or none, and then whoever stops reading holds a goroutine, a
// connection and an open file for ever.
//
//	l, err := net.Listen("tcp", address)
//	...
//	err = srv.Serve(patience.Listen(l, time.Minute))
//
// # What it promises
//
// Writing fails with os.ErrDeadlineExceeded once a client has taken nothing for the time that it has, and goes on for
// as long as it takes something, however slowly. A file is still copied by the kernel. A deadline that somebody sets
// counts instead, until it is taken back.
//
// # What it never does
//
// It reads nothing, and sets no time for reading. It starts no goroutine.
package patience
