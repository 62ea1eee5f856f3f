package plugin

import (
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
)

// Launched tells whether a host started this very process as a plugin. It is stricter than the
// environment alone, which a process may inherit by accident: the host also writes a fresh nonce into
// the lifeline. The answer does not change; the first call takes the nonce out of the environment.
func Launched() bool { return launched() }

var launched = sync.OnceValue(func() bool {
	nonce := os.Getenv(nonceEnv)
	_ = os.Unsetenv(nonceEnv)
	fd, ok := lifelineFD()
	if nonce == "" || !ok {
		return false
	}
	// The nonce lies in the pipe before the process starts, so reading must not wait: a descriptor
	// that is something else would block for ever.
	if err := syscall.SetNonblock(fd, true); err != nil {
		return false
	}
	got := make([]byte, len(nonce))
	n, err := syscall.Read(fd, got)
	return err == nil && string(got[:max(n, 0)]) == nonce
})

// lifelineFD gives the number of the lifeline's descriptor.
func lifelineFD() (int, bool) {
	fd, err := strconv.Atoi(os.Getenv(lifelineEnv))
	return fd, err == nil && fd > 2
}

// watchLifeline kills this process with its group when the host is gone, which the end of the lifeline
// tells. Until then SIGTERM is for the host to answer: a service manager that stops a whole server
// sends it to every process, and the host may want its calls to finish.
func watchLifeline() {
	launched()
	fd, ok := lifelineFD()
	_ = os.Unsetenv(lifelineEnv)
	if !ok {
		return
	}
	// What the plugin starts must not inherit it.
	syscall.CloseOnExec(fd)
	_ = syscall.SetNonblock(fd, true)
	lifeline := os.NewFile(uintptr(fd), "lifeline")
	// Standard error ends with the host too, and writing there would kill this process alone. Notify
	// and not Ignore, which children would inherit.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	term := make(chan os.Signal, 1)
	signal.Notify(term, syscall.SIGTERM)
	go func() {
		for range term {
			slog.Debug("plugin leaves SIGTERM to its host")
		}
	}()
	go func() {
		_, _ = io.Copy(io.Discard, lifeline)
		die()
	}()
}

// die removes the socket's directory, which the host no longer can, and kills the process group.
func die() {
	if dir := os.Getenv(socketEnv); dir != "" {
		_ = os.RemoveAll(dir)
		_ = os.Remove(filepath.Dir(dir)) // the host's private directory; stays when it is not empty
	}
	// Only as its leader: a plugin that somebody runs under a debugger shares the shell's group.
	if syscall.Getpgrp() == os.Getpid() {
		_ = syscall.Kill(-os.Getpid(), syscall.SIGKILL)
	}
	os.Exit(1)
}
