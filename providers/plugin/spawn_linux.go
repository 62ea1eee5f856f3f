package plugin

import (
	"errors"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// processAttributes puts the plugin in a group of its own and lets the kernel end it with this host.
// SIGTERM and not SIGKILL: [Serve] outlives it, to kill the whole group at the end of the lifeline,
// where a killed plugin would leave its children behind; a plugin that watches no lifeline ends. The
// signal follows the thread that starts the process.
func processAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}

// reap waits for the process to end, kills what is left of its group, and collects its status. The
// group is killed before that, while the process's number cannot have been given to another.
func reap(cmd *exec.Cmd, killGroup func()) error {
	for {
		err := unix.Waitid(unix.P_PID, cmd.Process.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if !errors.Is(err, unix.EINTR) {
			break
		}
	}
	killGroup()
	return cmd.Wait()
}
