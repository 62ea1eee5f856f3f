//go:build !unix

package artifacttest

import "os"

// mkfifo makes a directory, where there are no pipes in the file system.
func mkfifo(path string) error { return os.Mkdir(path, 0o700) }
