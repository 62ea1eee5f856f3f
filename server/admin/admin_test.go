package admin_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/filmloom/filmloom/server/admin"
)

// A child of the tests serves the directory in servedDir until it is killed.
const servedDir = "FILMLOOM_TEST_SERVED_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(servedDir); dir != "" {
		serveForever(dir)
	}
	goleak.VerifyTestMain(m)
}

func serveForever(dir string) {
	if _, err := admin.Listen(admin.Config{Dir: dir}, operations()); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("serves")
	select {}
}

type greeting struct {
	Name string `json:"name"`
}

// operations are some of each kind.
func operations() *admin.Registry {
	r := admin.NewRegistry()
	admin.Handle(r, "greet", func(_ context.Context, in greeting) (string, error) { return "Hello, " + in.Name + "!", nil })
	admin.Handle(r, "refuse", func(context.Context, struct{}) (string, error) {
		return "", errors.New("this cannot be:\n\"é\" is in the way")
	})
	admin.Handle(r, "miss", func(context.Context, struct{}) (string, error) {
		return "", fmt.Errorf("asked for: %w", &admin.Error{Code: admin.NotFound, Message: "there is none"})
	})
	admin.Handle(r, "panic", func(context.Context, struct{}) (string, error) { panic("inside") })
	admin.Handle(r, "large", func(context.Context, struct{}) (string, error) { return strings.Repeat("x", 5<<20), nil })
	admin.Handle(r, "wait", func(ctx context.Context, _ struct{}) (string, error) { <-ctx.Done(); return "", ctx.Err() })
	admin.Handle(r, "count", func(_ context.Context, n int) (io.Reader, error) { return io.LimitReader(zeros{}, int64(n)), nil })
	admin.Handle(r, "endless", func(ctx context.Context, _ struct{}) (admin.Stream, error) {
		return func(w io.Writer) error {
			for ctx.Err() == nil {
				if _, err := w.Write(make([]byte, 1000)); err != nil {
					return err
				}
			}
			return ctx.Err()
		}, nil
	})
	admin.Handle(r, "break", func(_ context.Context, n int) (admin.Stream, error) {
		return func(w io.Writer) error {
			if _, err := w.Write(make([]byte, n)); err != nil {
				return err
			}
			return errors.New("the disk\nbroke")
		}, nil
	})
	admin.Handle(r, "panic in the middle", func(context.Context, struct{}) (admin.Stream, error) {
		return func(w io.Writer) error {
			_, _ = w.Write([]byte("half"))
			panic("inside")
		}, nil
	})
	admin.Handle(r, "refuse to stream", func(context.Context, struct{}) (admin.Stream, error) {
		return func(io.Writer) error { return errors.New("nothing can be read") }, nil
	})
	return r
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func serve(t testing.TB, dir string, r *admin.Registry) *admin.Server {
	t.Helper()
	s, err := admin.Listen(admin.Config{Dir: dir}, r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := s.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	return s
}

// child starts a process that serves a directory.
func child(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), servedDir+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "serves\n" {
		t.Fatalf("the child said %q, %v", line, err)
	}
	return cmd
}

func kill(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
}

// long is a directory whose path is too long for a socket.
func long(t testing.TB) string {
	t.Helper()
	return filepath.Join(t.TempDir(), strings.Repeat("a long name/", 20))
}

func greet(t testing.TB, dir string) error {
	t.Helper()
	var out string
	err := admin.Call(t.Context(), dir, "greet", greeting{"Ada"}, &out)
	if err == nil && out != "Hello, Ada!" {
		t.Errorf("got %q", out)
	}
	return err
}
