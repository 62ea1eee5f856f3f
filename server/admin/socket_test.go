package admin_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server/admin"
)

func TestWithoutAServerThatIsSaid(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for what, dir := range map[string]string{
		"an empty directory":    t.TempDir(),
		"no directory":          filepath.Join(t.TempDir(), "none"),
		"a file":                file,
		"a directory far below": long(t),
	} {
		if err := greet(t, dir); !errors.Is(err, admin.ErrNotRunning) {
			t.Errorf("%s: got %v", what, err)
		}
		if err := admin.CallStream(t.Context(), dir, "count", 1, io.Discard); !errors.Is(err, admin.ErrNotRunning) {
			t.Errorf("%s: got %v", what, err)
		}
	}
}

// places are data directories near and far.
func places(t *testing.T, test func(t *testing.T, dir string)) {
	t.Helper()
	t.Run("near", func(t *testing.T) { test(t, t.TempDir()) })
	t.Run("far", func(t *testing.T) {
		dir := long(t)
		t.Setenv("XDG_RUNTIME_DIR", "")
		t.Setenv("TMPDIR", shortTemp(t))
		test(t, dir)
		if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) > 0 {
			t.Errorf("left in the temporary directory: %v, %v", left, err)
		}
	})
}

// shortTemp is a temporary directory with a short path.
func shortTemp(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "fl")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func TestTheSocketIsItsUsersAloneAndGoesWithTheServer(t *testing.T) {
	places(t, func(t *testing.T, dir string) {
		s := serve(t, dir, operations())
		path, err := filepath.EvalSymlinks(filepath.Join(dir, "admin.sock"))
		if err != nil {
			t.Fatal(err)
		}
		found, err := os.Stat(path)
		if err != nil || found.Mode() != fs.ModeSocket|0o600 {
			t.Errorf("the mode is %v, %v", found.Mode(), err)
		}
		if parent, err := os.Stat(filepath.Dir(path)); filepath.Dir(path) != dir && (err != nil || parent.Mode().Perm() != 0o700) {
			t.Errorf("the mode of its directory is %v, %v", parent.Mode(), err)
		}
		if err := greet(t, dir); err != nil {
			t.Error(err)
		}
		for range 2 {
			if err := s.Close(t.Context()); err != nil {
				t.Error(err)
			}
		}
		if err := greet(t, dir); !errors.Is(err, admin.ErrNotRunning) {
			t.Errorf("after the end: %v", err)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("left: %v, %v", left, err)
		}
	})
}

func TestAServerThatWasKilledIsReplaced(t *testing.T) {
	places(t, func(t *testing.T, dir string) {
		for range 2 {
			c := child(t, dir)
			if err := greet(t, dir); err != nil {
				t.Error(err)
			}
			kill(t, c)
			if err := greet(t, dir); !errors.Is(err, admin.ErrNotRunning) {
				t.Errorf("after the kill: %v", err)
			}
		}
		s := serve(t, dir, operations())
		if err := greet(t, dir); err != nil {
			t.Error(err)
		}
		if err := s.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestAServerThatRunsIsNotReplaced(t *testing.T) {
	places(t, func(t *testing.T, dir string) {
		s := serve(t, dir, operations())
		if _, err := admin.Listen(admin.Config{Dir: dir}, operations()); !errors.Is(err, admin.ErrRunning) {
			t.Errorf("got %v", err)
		}
		if err := greet(t, dir); err != nil {
			t.Error(err)
		}
		if err := s.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestWhatIsNoSocketIsNotRemoved(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "admin.sock")
	if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := admin.Listen(admin.Config{Dir: dir}, operations()); err == nil || !strings.Contains(err.Error(), "in the way") {
		t.Errorf("got %v", err)
	}
	// Nor is what a link leads to.
	target := filepath.Join(t.TempDir(), "admin.sock")
	if err := errors.Join(os.Rename(path, target), os.Symlink(target, path)); err != nil {
		t.Fatal(err)
	}
	serve(t, dir, operations())
	if raw, err := os.ReadFile(target); err != nil || string(raw) != "mine" {
		t.Errorf("%q, %v", raw, err)
	}
	if err := greet(t, dir); err != nil {
		t.Error(err)
	}
}

func TestARelativeDirectoryIsTheSame(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	s := serve(t, "data", operations())
	for _, path := range []string{"data", "./data/", filepath.Join(dir, "data"), "../" + filepath.Base(dir) + "/data"} {
		if err := greet(t, path); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	t.Chdir(t.TempDir())
	if err := s.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(filepath.Join(dir, "data")); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

func TestClosingLetsOperationsFinishAndEndsStreams(t *testing.T) {
	dir := t.TempDir()
	r := operations()
	begun, finish := make(chan struct{}), make(chan struct{})
	admin.Handle(r, "slow", func(ctx context.Context, _ struct{}) (string, error) {
		close(begun)
		<-finish
		return "done", ctx.Err()
	})
	s := serve(t, dir, r)
	streams := make(chan struct{}, 1)
	ended, answered := make(chan error, 1), make(chan error, 1)
	go func() {
		ended <- admin.CallStream(t.Context(), dir, "endless", nil, writer(func([]byte) {
			select {
			case streams <- struct{}{}:
			default:
			}
		}))
	}()
	go func() { answered <- admin.Call(t.Context(), dir, "slow", nil, nil) }()
	<-streams
	<-begun
	closed := make(chan error, 1)
	go func() { closed <- s.Close(t.Context()) }()
	if err := <-ended; err == nil || !strings.Contains(err.Error(), "the server is stopping") {
		t.Errorf("the stream: %v", err)
	}
	select {
	case err := <-closed:
		t.Errorf("closed while an operation runs: %v", err)
	default:
	}
	close(finish)
	if err := errors.Join(<-answered, <-closed); err != nil {
		t.Error(err)
	}
}

func TestClosingEndsOperationsThatTakeTooLong(t *testing.T) {
	dir := t.TempDir()
	r := admin.NewRegistry()
	begun := make(chan struct{})
	admin.Handle(r, "wait", func(ctx context.Context, _ struct{}) (string, error) {
		close(begun)
		<-ctx.Done()
		return "", ctx.Err()
	})
	s, err := admin.Listen(admin.Config{Dir: dir}, r)
	if err != nil {
		t.Fatal(err)
	}
	answered := make(chan error, 1)
	go func() { answered <- admin.Call(context.WithoutCancel(t.Context()), dir, "wait", nil, nil) }()
	<-begun
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	_ = s.Close(ctx)
	if err := <-answered; err == nil {
		t.Error("the operation has succeeded")
	}
}

func TestAStreamThatIsCutShortByAKillIsNoSuccess(t *testing.T) {
	dir := t.TempDir()
	c := child(t, dir)
	killed := false
	err := admin.CallStream(t.Context(), dir, "endless", nil, writer(func([]byte) {
		if !killed {
			killed = true
			kill(t, c)
		}
	}))
	if err == nil || !strings.Contains(err.Error(), "ended before its answer did") {
		t.Errorf("got %v", err)
	}
}

// A stream is a success only with the mark at its end: a server that forgets it has not finished.
func TestAnAnswerThatIsNoneIsNoSuccess(t *testing.T) {
	for what, handler := range map[string]http.HandlerFunc{
		"no mark": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/octet-stream")
			_, _ = w.Write([]byte("half"))
		},
		"a mark that is no base64": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/octet-stream")
			w.Header().Set("Trailer", "Filmloom-Outcome")
			_, _ = w.Write([]byte("half"))
			w.Header().Set("Filmloom-Outcome", "!")
		},
		"a failure without a text": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusTeapot)
		},
		"no JSON": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte("<html>"))
		},
	} {
		t.Run(what, func(t *testing.T) {
			dir := t.TempDir()
			listenAs(t, dir, handler)
			var out bytes.Buffer
			if err := admin.CallStream(t.Context(), dir, "count", 1, &out); err == nil {
				t.Errorf("a success with %q", out.String())
			}
			if err := admin.Call(t.Context(), dir, "greet", nil, new(string)); err == nil {
				t.Error("a success")
			}
		})
	}
}

// listenAs serves a directory's socket with another handler than ours.
func listenAs(t *testing.T, dir string, handler http.Handler) {
	t.Helper()
	l, err := net.Listen("unix", filepath.Join(dir, "admin.sock"))
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(handler)
	_ = s.Listener.Close()
	s.Listener = l
	s.Start()
	t.Cleanup(s.Close)
}
