// Package config reads the server's settings: from flags, from the environment, from a file, and from what
// is usual. One table, in settings.go, has a row for each setting; flags, variables, the file's names, the
// documentation and what `filmloom config` prints all follow from it.
//
//	config.Bind(flags)                 // --listen, --public-url, …
//	conf, err := config.Load(config.Sources{Flags: flags, Environ: os.Environ()})
//	var invalid *config.InvalidError   // every problem at once
//	if errors.As(err, &invalid) {
//		for _, p := range invalid.Problems {
//			fmt.Fprintln(os.Stderr, p)
//		}
//	}
//	net.Listen("tcp", conf.Listen)
//
// A setting called public_url is the flag --public-url, the variable FILMLOOM_PUBLIC_URL and the line
// public_url = "…" of a file. Of those that are given, the first in this order counts. A secret has no flag
// for itself, because everybody on a machine sees the arguments of its processes: the flag
// --admin-password-file, the variable FILMLOOM_ADMIN_PASSWORD_FILE and admin_password_file in a file name a
// file that holds it; FILMLOOM_ADMIN_PASSWORD and admin_password hold it themselves.
//
// What accounts may have is set by plan, each value for itself: the credits of the free plan are --plan
// free.credits=10, FILMLOOM_PLAN_FREE_CREDITS=10, and the line credits = 10 in the block plan "free" of a file. A
// table in plan.go has what there is.
//
// # What it promises
//
// A Config that Load returns without an error is valid as a whole, and tells where each value is from. When
// it is not, the error has all problems, each with its place and what mends it. What Config.Write writes is
// a file that Load reads to the same settings, but for secrets.
//
// # What it never does
//
// It opens nothing but the files that it is told of, reads no variable that does not begin with FILMLOOM_,
// and computes nothing in a file: values there are literal. It puts no secret, and no value that is wrong,
// into an error or a warning.
package config
