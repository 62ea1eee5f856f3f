//go:build !linux

package tool

import (
	"os"
	"syscall"
)

// dieWithParent has no counterpart outside Linux: there a killed parent's program ends when its pipe
// breaks or its work is done.
func dieWithParent() *syscall.SysProcAttr { return nil }

// enlarge has no counterpart outside Linux.
func enlarge(*os.File) {}

// confine has no counterpart outside Linux.
func confine(int) {}
