// Package admin lets commands reach the server that runs on a data directory: by named operations, over a
// Unix socket in that directory. Where no server runs, a command opens the directory itself and runs the
// same operations in its own process.
//
//	r := admin.NewRegistry()
//	admin.Identity(r, accounts)
//	server, err := admin.Listen(admin.Config{Dir: dir}, r)
//
// and in another process of the same user:
//
//	var out admin.Users
//	err := admin.Call(ctx, dir, "user.list", nil, &out)
//	if errors.Is(err, admin.ErrNotRunning) {
//		err = own.Call(ctx, "user.list", nil, &out) // of a registry of its own
//	}
//
// An operation answers with a value, or with a stream of bytes of any length ([Stream], io.Reader), which
// [CallStream] writes.
//
// # What it promises
//
// Only the user that the server runs as, and root, can call: the socket is that user's alone, and the server
// asks the system who calls. An error reads the same in both processes. A stream that was cut short, by an
// error or by a kill, is an error and never a success. The socket of a server that was killed is replaced, and
// a data directory may have a path of any length.
//
// # What it never does
//
// It opens no port. It does not decide who may do what: whoever can call may do everything. It does not lock
// the directory: whoever listens has it open, so that two servers cannot be.
package admin
