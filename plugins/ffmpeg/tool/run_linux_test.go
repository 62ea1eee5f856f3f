package tool

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// A parent starts a program, as a plugin starts ffmpeg, and is killed with SIGKILL.
func TestAProgramDiesWithThisProcess(t *testing.T) {
	parent := exec.CommandContext(t.Context(), os.Args[0], "run-and-wait")
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait()
	for range 1_000_000 {
		if ended(pid) {
			return
		}
	}
	t.Fatalf("process %d goes on", pid)
}

func TestAProgramsMemoryIsBounded(t *testing.T) {
	out, err := Run(t.Context(), Command{
		Path: "/bin/sh", Args: []string{"-c", "read line; ulimit -v"},
		// The bound is set right after the start, so the program first waits for a line.
		Feed: func(_ context.Context, w *os.File) error { _, err := w.WriteString("go\n"); return err },
	})
	if err != nil || strings.TrimSpace(string(out.Stdout)) != strconv.Itoa(mostMemory/1024) {
		t.Errorf("the bound is %q: %v", out.Stdout, err)
	}
}

// ended tells whether a process is gone; one that nobody has reaped yet is.
func ended(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return true
	}
	_, after, found := strings.Cut(string(stat), ") ")
	return !found || strings.HasPrefix(after, "Z") || strings.HasPrefix(after, "X")
}

func TestTheProgramStaysInThisProcessGroup(t *testing.T) {
	out, err := Run(t.Context(), shell("read -r id name state parent group rest </proc/$$/stat; echo $group"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.TrimSpace(string(out.Stdout)), strconv.Itoa(syscall.Getpgrp()); got != want {
		t.Errorf("the program's group is %s, this one's %s", got, want)
	}
}
