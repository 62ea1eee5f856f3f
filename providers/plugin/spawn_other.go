//go:build !linux

package plugin

import (
	"os/exec"
	"syscall"
)

// processAttributes puts the plugin in a group of its own. Only the lifeline ends it with the host.
func processAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}

// reap waits for the process to end, collects its status, and kills what is left of its group.
func reap(cmd *exec.Cmd, killGroup func()) error {
	err := cmd.Wait()
	killGroup()
	return err
}
