package plugin

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/filmloom/filmloom/providers"
)

func TestCrashFailsTheCallsInFlightAndNoLater(t *testing.T) {
	h, book := open(t, spec("plugin"), quick())
	if _, err := h.Configure(t.Context(), []byte(`{"greeting":"ho"}`)); err != nil {
		t.Fatal(err)
	}
	first := mustExecute(t, h, order{Do: "child"})

	bystander := newRecorder()
	beside := make(chan error, 1)
	go func() {
		_, err := h.Execute(t.Context(), call(order{Do: "wait"}, bystander))
		beside <- err
	}()
	<-bystander.began
	_, err := execute(t.Context(), h, order{Do: "crash"})
	if kindOf(err) != providers.KindCrashed || !strings.Contains(err.Error(), "plugin testling died during test.obey: exit status 2") ||
		!strings.Contains(err.Error(), "panic: boom in the basement") {
		t.Errorf("the crash gives %v", err)
	}
	if err := <-beside; kindOf(err) != providers.KindCrashed {
		t.Errorf("the call beside gives %v", err)
	}
	second := mustExecute(t, h, order{Do: "echo", Text: "again"})
	if second.Text != "again" || second.Pid == first.Pid {
		t.Errorf("after the crash: %+v, before: %+v", second, first)
	}
	if second.Config != "ho" {
		t.Errorf("the new process was not configured again: %+v", second)
	}
	awaitDeath(t, "the crashed plugin's child", first.Child)
	awaitDeath(t, "the crashed plugin's grandchild", first.Grandchild)
	book.await(t, "plugin died")
}

func TestEachWayToDieIsToldFromAFailedCall(t *testing.T) {
	p := quick()
	p.healthEvery, p.healthMisses = 500*time.Millisecond, 2
	h, _ := open(t, spec("plugin"), p)
	for _, row := range []struct{ name, do, want string }{
		{"exit", "exit", "exit status 7"},
		{"closed connection", "close", "it closed its connection"},
		{"stopped", "wait", "it stopped answering"},
		{"killed", "wait", "signal: killed"},
	} {
		t.Run(row.name, func(t *testing.T) {
			pid := mustExecute(t, h, order{Do: "echo"}).Pid
			r := newRecorder()
			ended := make(chan error, 1)
			go func() {
				_, err := h.Execute(t.Context(), call(order{Do: row.do}, r))
				ended <- err
			}()
			if row.do == "wait" {
				<-r.began
				_ = syscall.Kill(pid, map[string]syscall.Signal{"stopped": syscall.SIGSTOP, "killed": syscall.SIGKILL}[row.name])
			}
			if err := <-ended; kindOf(err) != providers.KindCrashed || !strings.Contains(err.Error(), row.want) {
				t.Errorf("got %v", err)
			}
			awaitDeath(t, "plugin", pid)
		})
	}
}

func TestRestartsAreSpacedOut(t *testing.T) {
	p := quick()
	p.firstDelay, p.maxDelay, p.patience = time.Hour, 2*time.Hour, time.Millisecond
	h, book := open(t, spec("plugin"), p)
	if _, err := execute(t.Context(), h, order{Do: "exit"}); kindOf(err) != providers.KindCrashed {
		t.Fatal(err)
	}
	book.await(t, "plugin died")
	_, err := execute(t.Context(), h, order{Do: "echo"})
	if kindOf(err) != providers.KindUnavailable || providers.AsError(err).RetryAfter < 59*time.Minute {
		t.Errorf("got %#v", err)
	}
}

func TestTheWaitBetweenStartsGrowsToABoundAndWorkForgives(t *testing.T) {
	s := newSupervisor(spec("plugin"), pace{firstDelay: time.Hour, maxDelay: 5 * time.Hour}, nil)
	defer s.end()
	wait := func() time.Duration { return time.Until(s.retryAt).Round(time.Minute) }
	for i, want := range []time.Duration{time.Hour, 2 * time.Hour, 4 * time.Hour, 5 * time.Hour, 5 * time.Hour} {
		s.failed()
		if got := wait(); got != want {
			t.Errorf("after failure %d the wait is %v, want %v", i+1, got, want)
		}
	}
	for range 100 {
		s.failed()
	}
	if got := wait(); got != 5*time.Hour {
		t.Errorf("after many failures the wait is %v", got)
	}
	s.worked()
	s.failed()
	if got := wait(); got != time.Hour {
		t.Errorf("after work the wait is %v", got)
	}
}

func TestIdlePluginIsStoppedAndStartsAgain(t *testing.T) {
	s := spec("plugin")
	s.IdleAfter = 20 * time.Millisecond
	h, book := open(t, s, quick())
	if _, err := h.Configure(t.Context(), []byte(`{"greeting":"ho"}`)); err != nil {
		t.Fatal(err)
	}
	pid := mustExecute(t, h, order{Do: "echo"}).Pid
	book.await(t, "testling says goodbye")
	awaitDeath(t, "idle plugin", pid)
	if a := mustExecute(t, h, order{Do: "echo"}); a.Pid == pid || a.Config != "ho" {
		t.Errorf("after idling: %+v", a)
	}
	if strings.Contains(book.String(), "died") {
		t.Errorf("a wanted end is reported as a death:\n%s", book)
	}
}

func TestShutdownLetsCallsFinish(t *testing.T) {
	h, book := open(t, spec("plugin"), quick())
	ctx, cancel := context.WithCancel(t.Context())
	r := newRecorder()
	ended := make(chan error, 1)
	go func() {
		_, err := h.Execute(ctx, call(order{Do: "wait"}, r))
		ended <- err
	}()
	<-r.began
	down := make(chan error, 1)
	go func() { down <- h.Shutdown(t.Context()) }()
	eventually(t, func() bool {
		_, err := execute(t.Context(), h, order{Do: "echo"})
		return kindOf(err) == providers.KindUnavailable
	}, func() string { return "calls are still taken" })
	select {
	case err := <-down:
		t.Fatalf("Shutdown did not wait for the call: %v", err)
	default:
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the call in flight: %v", err)
	}
	if err := <-down; err != nil {
		t.Error(err)
	}
	book.await(t, "testling says goodbye")
	if strings.Contains(book.String(), "died") {
		t.Errorf("a wanted end is reported as a death:\n%s", book)
	}
}

func TestShutdownWithoutPatienceKills(t *testing.T) {
	h, _ := open(t, spec("plugin"), quick())
	pid := mustExecute(t, h, order{Do: "echo"}).Pid
	r := newRecorder()
	ended := make(chan error, 1)
	go func() {
		_, err := h.Execute(t.Context(), call(order{Do: "deaf"}, r))
		ended <- err
	}()
	<-r.began
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.Shutdown(ctx); err == nil || !strings.Contains(err.Error(), "calls in flight") {
		t.Errorf("got %v", err)
	}
	if err := <-ended; kindOf(err) != providers.KindCrashed {
		t.Errorf("the call in flight: %v", err)
	}
	if alive(pid) {
		t.Error("the plugin is still alive")
	}
}

func TestNothingIsLeftBehindOnDisk(t *testing.T) {
	tmp, err := os.MkdirTemp("/tmp", "fl") // short, so that sockets go here
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(tmp) })
	t.Setenv("TMPDIR", tmp)
	h, _ := open(t, spec("plugin"), quick())
	mustExecute(t, h, order{Do: "echo"})
	dirs, _ := filepath.Glob(tmp + "/filmloom-*")
	if len(dirs) != 1 {
		t.Fatalf("socket directories: %q", dirs)
	}
	if info, _ := os.Stat(dirs[0]); info.Mode().Perm() != 0o700 {
		t.Errorf("mode %v", info.Mode())
	}
	if err := h.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(tmp); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

func TestPluginAndItsChildrenDieWithAKilledHost(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("reads /proc")
	}
	killHost(t, []string{roleEnv + "=host"})
}

// killHost starts a host, with a plugin that has a child, kills it, and sees to it that nothing is left.
func killHost(t *testing.T, env []string) {
	t.Helper()
	tmp, err := os.MkdirTemp("/tmp", "fl")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(tmp) })
	exe, _ := os.Executable()
	host := exec.Command(exe)
	host.Env = append(append(os.Environ(), "TMPDIR="+tmp), env...)
	host.Stderr = os.Stderr
	out, err := host.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := host.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	pids := map[string]int{}
	for i, pid := range strings.Fields(line) {
		if n, err := strconv.Atoi(pid); err == nil && n != 0 { // not every plugin has a grandchild
			pids[[]string{"plugin", "the plugin's child", "the plugin's grandchild"}[i]] = n
		}
	}
	if len(pids) < 2 {
		t.Fatalf("the host says %q", line)
	}
	for what, pid := range pids {
		if !alive(pid) {
			t.Fatalf("%s %d does not run", what, pid)
		}
	}
	_ = host.Process.Kill()
	_ = host.Wait()
	for what, pid := range pids {
		awaitDeath(t, what, pid)
	}
	if left, _ := filepath.Glob(tmp + "/filmloom-*"); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

func TestPluginLeavesSIGTERMToItsHost(t *testing.T) {
	h, book := open(t, spec("plugin"), quick())
	pid := mustExecute(t, h, order{Do: "echo"}).Pid
	_ = syscall.Kill(pid, syscall.SIGTERM)
	book.await(t, "leaves SIGTERM to its host")
	if again := mustExecute(t, h, order{Do: "echo"}).Pid; again != pid {
		t.Errorf("process %d became %d", pid, again)
	}
}
