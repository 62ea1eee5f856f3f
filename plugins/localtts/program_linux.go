package localtts

import "syscall"

// dieWithParent makes the kernel kill a program when the thread that started it ends. The program stays in
// this process's group, so that whoever ends the group ends it too.
func dieWithParent() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
