//go:build !linux

package localtts

import "syscall"

// dieWithParent: there is no such signal here; the program still stays in this process's group.
func dieWithParent() *syscall.SysProcAttr { return nil }
