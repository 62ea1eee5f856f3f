//go:build unix

package artifact_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/filmloom/filmloom/engine/artifact"
	"github.com/filmloom/filmloom/engine/artifact/artifacttest"
)

const (
	cappedDir = "FILMLOOM_TEST_ARTIFACT_CAPPED" // environment: be a process whose disk is full
	dyingDir  = "FILMLOOM_TEST_ARTIFACT_DYING"  // environment: be a process that dies at work
)

var noContext = context.Background()

func TestMain(m *testing.M) {
	switch {
	case os.Getenv(cappedDir) != "":
		writeOnFullDisk(os.Getenv(cappedDir))
	case os.Getenv(dyingDir) != "":
		dieAtWork(os.Getenv(dyingDir))
	}
	os.Exit(m.Run())
}

func open(t testing.TB, dir string) *artifact.Dir {
	t.Helper()
	s, err := artifact.OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestStore(t *testing.T) {
	artifacttest.Run(t, func(t *testing.T) artifact.Store { return open(t, t.TempDir()) })
}

func TestReopeningKeepsArtifacts(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	info, err := s.Put(t.Context(), strings.NewReader("kept"))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir)
	defer s.Close()
	if got, err := s.Stat(t.Context(), info.SHA256); err != nil || got != info {
		t.Errorf("%v, %v", got, err)
	}
	want := filepath.Join(dir, "sha256", info.SHA256[:2], info.SHA256)
	if path, err := s.Path(t.Context(), info.SHA256); err != nil || path != want {
		t.Errorf("path %s, %v; want %s", path, err, want)
	}
}

func TestWhatIsNoArtifactIsNotListed(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	defer s.Close()
	digest := strings.Repeat("ab", 32)
	for _, name := range []string{"ab/README", "ab/" + strings.Repeat("cd", 32), "ab/" + digest + ".tmp"} {
		path := filepath.Join(dir, "sha256", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "sha256", "ab", digest)); err != nil {
		t.Fatal(err)
	}
	for info, err := range s.All(t.Context()) {
		t.Errorf("listed %v, %v", info, err)
	}
	if _, _, err := s.Open(t.Context(), digest); !errors.Is(err, artifact.ErrNotFound) {
		t.Errorf("a link in the store was opened: %v", err)
	}
}

// files lists the files below a directory.
func files(t *testing.T, dir string) (found []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			found = append(found, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func writeOnFullDisk(dir string) {
	signal.Ignore(syscall.SIGXFSZ)
	fail := func(args ...any) {
		fmt.Println(args...)
		os.Exit(1)
	}
	s, err := artifact.OpenDir(dir)
	if err != nil {
		fail(err)
	}
	limit := syscall.Rlimit{Cur: 100_000, Max: 100_000}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		fail(err)
	}
	if _, err := s.Put(noContext, strings.NewReader("small enough")); err != nil {
		fail(err)
	}
	if _, err := s.Put(noContext, bytes.NewReader(make([]byte, 200_000))); !errors.Is(err, syscall.EFBIG) {
		fail("the large one:", err)
	}
	os.Exit(0) // without Close: it must have left nothing by itself
}

// A limit on the size of files stands for a disk that is full: writing fails in the middle of a file.
func TestAFullDiskLeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), cappedDir+"="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if got := files(t, dir); len(got) != 1 || filepath.Base(got[0]) != "38ffcc8251b9ad0461adb8632130414a862736acaf6de96127d5e022ab682c2a" {
		t.Errorf("files %v", got)
	}
}

func dieAtWork(dir string) {
	s, err := artifact.OpenDir(dir)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	work, _, err := s.WorkDir(noContext)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	os.WriteFile(filepath.Join(work, "half"), []byte("half"), 0o600)
	fmt.Println(work)
	never := make(chan os.Signal, 1) // a bare select would be taken for a deadlock
	signal.Notify(never, syscall.SIGUSR2)
	<-never
}

func TestStaleWorkGoesAtOpenAndLiveWorkStays(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), dyingDir+"="+dir)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var theirs string
	if _, err := fmt.Fscanln(stdout, &theirs); err != nil {
		t.Fatal(err)
	}
	s := open(t, dir) // while the other process lives
	mine, _, err := s.WorkDir(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(theirs, "half")); err != nil {
		t.Errorf("work of a living process was removed: %v", err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed: an error by design
	other := open(t, dir)
	defer other.Close()
	if _, err := os.Stat(theirs); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("stale work is still there: %v", err)
	}
	if _, err := os.Stat(mine); err != nil {
		t.Errorf("live work was removed: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
