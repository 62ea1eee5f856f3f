package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A render that is interrupted says how to go on, and `runs resume` does. While it works, no other
// filmloom gets the data directory.
func TestInterruptedRenderIsResumed(t *testing.T) {
	dir := t.TempDir()
	log := filepath.Join(dir, "calls.log")
	pipelines := fmt.Sprintf(`
provider "mock" {
  delay    = "50ms"
  log_file = %q
  limits {
    concurrent = 2
  }
}
pipeline "notes" {
  stage "items" {
    uses = "mock.list"
    with = { count = 12 }
  }
  stage "notes" {
    for_each = { for i in stage.items.items : i.id => i.text }
    uses     = "mock.file"
    with     = { text = each.value }
  }
  stage "film" {
    uses = "mock.file"
    with = { text = join(" ", keys(stage.notes)) }
  }
  output "film" { value = stage.film.file }
}
`, log)
	if err := os.WriteFile(filepath.Join(dir, "pipelines.hcl"), []byte(pipelines), 0o644); err != nil {
		t.Fatal(err)
	}
	bin, err := exec.LookPath("filmloom") // testscript.Main has put it there
	if err != nil {
		t.Fatal(err)
	}
	filmloom := func(args ...string) (code int, stdout, stderr string) {
		t.Helper()
		var out, errs bytes.Buffer
		cmd := exec.CommandContext(t.Context(), bin, args...)
		cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &out, &errs
		var exited *exec.ExitError
		if err := cmd.Run(); err != nil && !errors.As(err, &exited) {
			t.Fatal(err)
		}
		return cmd.ProcessState.ExitCode(), out.String(), errs.String()
	}

	var stderr bytes.Buffer
	render := exec.CommandContext(t.Context(), bin, "render", "-o", "film.txt")
	render.Dir, render.Stderr = dir, &stderr
	if err := render.Start(); err != nil {
		t.Fatal(err)
	}
	deadline := time.NewTimer(time.Minute)
	defer deadline.Stop()
	poll := time.NewTicker(5 * time.Millisecond)
	defer poll.Stop()
	for len(finished(t, log)) < 3 {
		select {
		case <-poll.C:
		case <-deadline.C:
			t.Fatal("the render did not get far enough to be interrupted")
		}
	}
	if code, _, stderr := filmloom("runs", "list"); code != exitFailed || !strings.Contains(stderr, "filmloom-data is in use by another filmloom") {
		t.Errorf("exit code %d while a render works: %s", code, stderr)
	}
	if err := render.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	_ = render.Wait()
	if code := render.ProcessState.ExitCode(); code != exitInterrupted {
		t.Fatalf("exit code %d\n%s", code, stderr.String())
	}
	if !strings.Contains(stderr.String(), "Stopped. What is done is kept; the same command goes on from here.") {
		t.Errorf("it says\n%s", stderr.String())
	}
	if _, out, _ := filmloom("runs", "list"); !strings.Contains(out, "`filmloom runs resume RUN` goes on with it") {
		t.Errorf("the list does not say how to go on:\n%s", out)
	}
	code, out, errs := filmloom("runs", "resume", "latest", "-o", "film.txt")
	if code != 0 || !strings.HasPrefix(out, "film.txt") || !strings.Contains(errs, "going on") {
		t.Fatalf("exit code %d\n%s\n%s", code, out, errs)
	}
	repeated := 0
	for _, n := range finished(t, log) {
		repeated += n - 1
	}
	if repeated > 2 {
		t.Errorf("%d calls were repeated; only the two in flight may be", repeated)
	}
}
