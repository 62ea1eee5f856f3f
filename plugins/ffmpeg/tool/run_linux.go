package tool

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// dieWithParent makes the kernel kill the program when the thread that started it ends. The program
// stays in this process's group, so that whoever ends the group ends it too.
func dieWithParent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}

// mostMemory bounds a program's address space: far more than encoding a 4K film takes, and less than
// what would take a machine down.
const mostMemory = 12 << 30

// confine bounds the memory of a program that has been started. That it may have ended already is no
// harm.
func confine(pid int) {
	limit := unix.Rlimit{Cur: mostMemory, Max: mostMemory}
	_ = unix.Prlimit(pid, unix.RLIMIT_AS, &limit, nil)
}

// enlarge gives a pipe room for a good part of a frame, which saves switching between writer and
// reader. A kernel that refuses is no harm.
func enlarge(f *os.File) {
	conn, err := f.SyscallConn()
	if err != nil {
		return
	}
	_ = conn.Control(func(fd uintptr) {
		_, _ = unix.FcntlInt(fd, unix.F_SETPIPE_SZ, 1<<20)
	})
}
