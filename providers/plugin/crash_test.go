package plugin

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
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
	if err := <-ended; err != context.Canceled {
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
	tmp, err := os.MkdirTemp("/tmp", "fl")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(tmp) })
	exe, _ := os.Executable()
	host := exec.Command(exe)
	host.Env = append(os.Environ(), roleEnv+"=host", "TMPDIR="+tmp)
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
	var plugin, child int
	if _, err := fmt.Sscan(line, &plugin, &child); err != nil {
		t.Fatal(err)
	}
	if !alive(plugin) || !alive(child) {
		t.Fatalf("plugin %d or child %d does not run", plugin, child)
	}
	_ = host.Process.Kill()
	_ = host.Wait()
	awaitDeath(t, "plugin", plugin)
	awaitDeath(t, "the plugin's child", child)
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
