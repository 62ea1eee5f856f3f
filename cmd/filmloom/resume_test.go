package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// finished counts, by address, the calls that the mock's log has as done. A line is capability,
// address, attempt, idempotency key, and started, done or failed.
func finished(t *testing.T, path string) map[string]int {
	t.Helper()
	finished := map[string]int{}
	b, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return finished
	}
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t"); len(fields) == 5 && fields[4] == "done" {
			finished[fields[1]]++
		}
	}
	return finished
}

// A render that is killed in the middle leaves no process behind; the same command goes on and makes
// no call again that had been recorded.
func TestKilledRenderGoesOnAndLeavesNoProcess(t *testing.T) {
	dir := t.TempDir()
	pipelines, err := os.ReadFile("../../pipelines.hcl")
	if err != nil {
		t.Fatal(err)
	}
	log := filepath.Join(dir, "calls.log")
	mocked := preferred.ReplaceAll(pipelines, []byte(`$1 = ["mock"]`))
	mocked = fmt.Appendf(mocked, "\nprovider \"mock\" {\n  delay = \"150ms\"\n  log_file = %q\n  limits {\n    concurrent = 2\n  }\n}\n", log)
	if err := os.WriteFile(filepath.Join(dir, "pipelines.hcl"), mocked, 0o644); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(dir, "filmloom")
	if err := os.Symlink(self, bin); err != nil {
		t.Fatal(err)
	}
	render := func() *exec.Cmd {
		cmd := exec.CommandContext(t.Context(), bin, "render", "--progress", "plain", "-o", "film.mp4")
		cmd.Dir = dir
		return cmd
	}
	first := render()
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	deadline := time.NewTimer(time.Minute)
	defer deadline.Stop()
	poll := time.NewTicker(5 * time.Millisecond)
	defer poll.Stop()
	for n := 0; n < 6; {
		select {
		case <-poll.C:
			done := finished(t, log)
			n = len(done)
		case <-deadline.C:
			t.Fatal("the render did not get far enough to be killed")
		}
	}
	children := descendants(t, first.Process.Pid)
	if len(children) == 0 {
		t.Fatal("the render has started no plugin process")
	}
	if err := first.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = first.Wait()
	for _, pid := range children {
		for alive(pid) {
			select {
			case <-poll.C:
			case <-deadline.C:
				t.Fatalf("process %d outlives the render", pid)
			}
		}
	}
	before := finished(t, log)

	var stderr bytes.Buffer
	second := render()
	second.Stderr = &stderr
	if out, err := second.Output(); err != nil {
		t.Fatalf("%v\n%s\n%s", err, out, stderr.String())
	}
	if !strings.Contains(stderr.String(), "Going on with the unfinished run") {
		t.Errorf("it does not say that it goes on:\n%s", stderr.String())
	}
	if info, err := os.Stat(filepath.Join(dir, "film.mp4")); err != nil || info.Size() == 0 {
		t.Errorf("no film: %v", err)
	}
	// At most the calls in flight (two) may have finished without being recorded.
	after := finished(t, log)
	repeated := 0
	for address, n := range after {
		if n > 1 {
			repeated++
			t.Logf("%s finished %d times (before the kill: %d)", address, n, before[address])
		}
		if n > 2 {
			t.Errorf("%s finished %d times", address, n)
		}
	}
	if repeated > 2 {
		t.Errorf("%d calls were repeated; only the two in flight may be", repeated)
	}
	if len(after) <= len(before) {
		t.Errorf("%d addresses finished before the kill and %d after", len(before), len(after))
	}
}

// descendants lists the processes below one.
func descendants(t *testing.T, pid int) []int {
	t.Helper()
	parents := map[int][]int{}
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range stats {
		id, parent, _, ok := stat(path)
		if ok {
			parents[parent] = append(parents[parent], id)
		}
	}
	var all []int
	next := []int{pid}
	for len(next) > 0 {
		below := parents[next[0]]
		next = append(next[1:], below...)
		all = append(all, below...)
	}
	return all
}

// stat reads a process's id, parent and state.
func stat(path string) (id, parent int, state string, ok bool) {
	b, err := os.ReadFile(path)
	if err != nil {
		return 0, 0, "", false
	}
	text := string(b)
	open, end := strings.IndexByte(text, '('), strings.LastIndexByte(text, ')')
	if open < 0 || end < 0 {
		return 0, 0, "", false
	}
	id, _ = strconv.Atoi(strings.TrimSpace(text[:open]))
	fields := strings.Fields(text[end+1:])
	parent, _ = strconv.Atoi(fields[1])
	return id, parent, fields[0], true
}

// alive tells whether a process runs; one that only waits to be reaped does not.
func alive(pid int) bool {
	_, _, state, ok := stat(fmt.Sprintf("/proc/%d/stat", pid))
	return ok && state != "Z" && state != "X"
}
