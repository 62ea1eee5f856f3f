package providertest

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/plugin"
)

// hostEnv makes a process a host, and says of which plugin.
const hostEnv = "FILMLOOM_PROVIDERTEST_HOST"

// hostMainRan is set by HostMain in a process that is no host.
var hostMainRan atomic.Bool

// A hosting is what a host is told.
type hosting struct {
	Spec plugin.Spec
	End  bool // end in order, and do not wait to be killed
}

// HostMain is the host of a plugin, and never returns, when this process was started by a check to be
// killed; it returns at once otherwise. It belongs near the beginning of main, or of TestMain, in a program
// that checks commands: what comes before it runs in the host too, which is started with the same arguments.
// Without it the checks host-killed and clean-disk are skipped.
func HostMain() {
	raw := os.Getenv(hostEnv)
	_ = os.Unsetenv(hostEnv)
	if raw == "" {
		hostMainRan.Store(true)
		return
	}
	var h hosting
	err := json.Unmarshal([]byte(raw), &h)
	if err == nil {
		err = h.host()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// host starts the plugin, says its number, and waits for the end of its own standard input.
func (h hosting) host() error {
	log := &logBook{}
	ctx := context.Background()
	p, err := plugin.Launch(ctx, h.Spec, providers.OpenOptions{Log: slog.New(bookHandler{log, nil})})
	if err != nil {
		return err
	}
	if _, err := p.Describe(ctx); err != nil {
		return errors.Join(err, p.Shutdown(ctx))
	}
	fmt.Println(log.process())
	if !h.End {
		_, _ = io.Copy(io.Discard, os.Stdin) // ends with whoever started this process, at the latest
	}
	ctx, cancel := context.WithTimeout(ctx, shutdownTime)
	defer cancel()
	return p.Shutdown(ctx)
}

// startHost starts this program again as a host, with a directory of its own for temporary files.
func (s *suite) startHost(ctx context.Context, end bool) (cmd *exec.Cmd, tmp string, pid int, err error) {
	h := hosting{Spec: *s.subject.spec, End: end}
	h.Spec.Description = nil
	raw, err := json.Marshal(h)
	if err != nil {
		return nil, "", 0, err
	}
	executable, err := os.Executable()
	if err != nil {
		return nil, "", 0, err
	}
	if runtime.GOOS == "linux" {
		executable = "/proc/self/exe" // also when its file was replaced
	}
	if tmp, err = os.MkdirTemp("/tmp", "fl"); err != nil { // short, so that the socket lies below it
		return nil, "", 0, err
	}
	var words strings.Builder
	cmd = exec.CommandContext(ctx, executable)
	cmd.Args, cmd.Stderr = os.Args, &words
	cmd.Env = append(os.Environ(), hostEnv+"="+string(raw), "TMPDIR="+tmp)
	cmd.WaitDelay = givenUp
	stdin, err1 := cmd.StdinPipe() // stays open until cmd.Wait closes it
	stdout, err2 := cmd.StdoutPipe()
	if err = errors.Join(err1, err2); err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return nil, tmp, 0, err
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err == nil {
		_, err = fmt.Sscan(line, &pid)
	}
	if err != nil {
		_ = stdin.Close()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		err = fmt.Errorf("the host does not start it: %w: %s", err, words.String())
	}
	return cmd, tmp, pid, err
}

func checkHostKilled(ctx context.Context, s *suite, v *verdict) { s.endOfHost(ctx, v, false) }
func checkCleanDisk(ctx context.Context, s *suite, v *verdict)  { s.endOfHost(ctx, v, true) }

func (s *suite) endOfHost(ctx context.Context, v *verdict, inOrder bool) {
	switch {
	case !s.started(ctx, v):
		return
	case !hostMainRan.Load():
		v.skipf("this program does not begin with providertest.HostMain")
		return
	}
	cmd, tmp, pid, err := s.startHost(ctx, inOrder)
	if tmp != "" {
		defer func() { _ = os.RemoveAll(tmp) }()
	}
	if err != nil {
		v.failf("%v", err)
		return
	}
	v.ok()
	if !inOrder {
		_ = cmd.Process.Kill()
	}
	if err := cmd.Wait(); err != nil && inOrder {
		v.failf("the host ends with %v", err)
	}
	const patience = 5 * time.Second
	if !eventually(patience, func() bool { return !alive(pid) && len(members(pid)) == 0 }) {
		v.failf("process %d, or one that it started, still runs %v after the end of its host", pid, patience)
	}
	var left []string
	if !eventually(time.Second, func() bool {
		left, _ = filepath.Glob(tmp + "/filmloom-*") // a fixed pattern is never wrong
		return len(left) == 0
	}) {
		v.failf("left on the disk: %s", strings.Join(left, ", "))
	}
}
