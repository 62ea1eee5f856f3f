package backup_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/server/backup"
)

const restorerDir = "FILMLOOM_TEST_BACKUP_RESTORER" // environment: be the process that is killed

// restoreUntilKilled restores standard input, and says how far it is.
func restoreUntilKilled(dir string) {
	_, err := backup.Restore(context.Background(), os.Stdin, dir, backup.Options{Progress: func(p backup.Progress) {
		fmt.Println(p.Stage, p.Done)
	}})
	fmt.Fprintln(os.Stderr, "ended:", err)
	os.Exit(1)
}

// The process is killed at several points: at each it waits for bytes that never come.
func TestAKilledRestoreLeavesNoDirectoryAndTheNextOneSucceeds(t *testing.T) {
	h := furnished(t)
	for i := range 40 { // more than what is read ahead
		content := bytes.Repeat(fmt.Append(nil, i, h.put(t, fmt.Append(nil, i))), 5000)
		h.record(t, fmt.Sprint("more", i), h.put(t, content))
	}
	all := archive(t, h)
	want := h.contents(t)
	root := t.TempDir()
	for name, dir := range map[string]string{"new": filepath.Join(root, "new"), "empty": filepath.Join(root, "empty"), "inside": filepath.Join(root, "inside")} {
		t.Run(name, func(t *testing.T) {
			switch name {
			case "inside":
				if err := os.MkdirAll(filepath.Join(dir, "lost+found"), 0o755); err != nil {
					t.Fatal(err)
				}
			case "empty":
				if err := os.Mkdir(dir, 0o755); err != nil {
					t.Fatal(err)
				}
			}
			for _, part := range []int{len(all) / 4, len(all) / 2, len(all) - 1} {
				killRestore(t, dir, all[:part])
				entries, err := os.ReadDir(dir)
				if name == "new" && !errors.Is(err, os.ErrNotExist) {
					t.Fatalf("after %d bytes: %v, %v", part, entries, err)
				}
				for _, e := range entries {
					if e.Name() != ".restoring" && e.Name() != "lost+found" {
						t.Errorf("after %d bytes %s is there", part, e.Name())
					}
				}
			}
			if _, err := backup.Restore(t.Context(), bytes.NewReader(all), dir, backup.Options{}); err != nil {
				t.Fatal(err)
			}
			if _, err := os.Stat(filepath.Join(dir, ".restoring")); !errors.Is(err, os.ErrNotExist) {
				t.Error("the stale directory is still there")
			}
			equal(t, contents(t, dir), want)
		})
	}
	if left, _ := filepath.Glob(filepath.Join(root, ".*")); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// killRestore kills a restore when it has used all that it was given.
func killRestore(t *testing.T, dir string, part []byte) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), restorerDir+"="+dir)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := stdin.Write(part); err != nil {
		t.Fatalf("%v: %s", err, &stderr)
	}
	// A pipe holds 64 KiB: with more than that written, and a line read, it is in the middle of its work.
	line := make([]byte, 1)
	if _, err := io.ReadFull(stdout, line); err != nil {
		t.Fatalf("%v: %s", err, &stderr)
	}
	if _, err := backup.Restore(t.Context(), bytes.NewReader(nil), dir, backup.Options{}); !errors.Is(err, backup.ErrBusy) {
		t.Errorf("a second restore beside it: %v", err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil || stderr.Len() > 0 {
		t.Fatalf("it ended by itself: %v, %s", err, &stderr)
	}
}
