package admin_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server/admin"
)

// A caller is one of the two ways to call.
type caller struct {
	call   func(ctx context.Context, name string, in, out any) error
	stream func(ctx context.Context, name string, in any, w io.Writer) error
}

// bothWays runs a test against a server and in the own process.
func bothWays(t *testing.T, test func(t *testing.T, c caller)) {
	t.Helper()
	r := operations()
	t.Run("in this process", func(t *testing.T) { test(t, caller{r.Call, r.CallStream}) })
	t.Run("at a server", func(t *testing.T) {
		dir := t.TempDir()
		serve(t, dir, r)
		test(t, caller{
			func(ctx context.Context, name string, in, out any) error { return admin.Call(ctx, dir, name, in, out) },
			func(ctx context.Context, name string, in any, w io.Writer) error {
				return admin.CallStream(ctx, dir, name, in, w)
			},
		})
	})
}

func TestAnOperationAnswersTheSameInBothWays(t *testing.T) {
	bothWays(t, func(t *testing.T, c caller) {
		var out string
		if err := c.call(t.Context(), "greet", greeting{"Ada"}, &out); err != nil || out != "Hello, Ada!" {
			t.Errorf("got %q, %v", out, err)
		}
		if err := c.call(t.Context(), "greet", nil, &out); err != nil || out != "Hello, !" {
			t.Errorf("of nothing: %q, %v", out, err)
		}
		if err := c.call(t.Context(), "greet", greeting{}, nil); err != nil {
			t.Errorf("without interest in the answer: %v", err)
		}
		if err := c.call(t.Context(), "large", nil, &out); err != nil || len(out) != 5<<20 {
			t.Errorf("a large answer: %d bytes, %v", len(out), err)
		}
		if err := c.call(t.Context(), "greet", nil, new(int)); err == nil || strings.Contains(err.Error(), "Hello") {
			t.Errorf("an answer of another type: %v", err)
		}
	})
}

func TestAnErrorReadsTheSameInBothWays(t *testing.T) {
	bothWays(t, func(t *testing.T, c caller) {
		for name, want := range map[string]struct {
			message string
			code    admin.Code
		}{
			"refuse": {"this cannot be:\n\"é\" is in the way", ""},
			"miss":   {"asked for: there is none", admin.NotFound},
			"none":   {"this filmloom does not know the operation none; are both of the same version?", admin.Unknown},
			"a/../b": {"this filmloom does not know the operation a/../b; are both of the same version?", admin.Unknown},
		} {
			err := c.call(t.Context(), name, nil, nil)
			if err == nil || err.Error() != want.message {
				t.Errorf("%s: got %v", name, err)
			}
			var e *admin.Error
			if errors.As(err, &e); want.code != "" && (e == nil || e.Code != want.code) {
				t.Errorf("%s: the code is %v", name, e)
			}
		}
		err := c.call(t.Context(), "greet", map[string]string{"nmae": "a secret"}, nil)
		var e *admin.Error
		if !errors.As(err, &e) || e.Code != admin.Invalid || strings.Contains(err.Error(), "secret") {
			t.Errorf("a field that there is not: %v", err)
		}
	})
}

func TestAStreamIsWrittenWhole(t *testing.T) {
	bothWays(t, func(t *testing.T, c caller) {
		for _, n := range []int{0, 1, 1000, 10 << 20} {
			var out bytes.Buffer
			if err := c.stream(t.Context(), "count", n, &out); err != nil || out.Len() != n {
				t.Errorf("%d of %d bytes, %v", out.Len(), n, err)
			}
		}
	})
}

func TestAStreamThatBreaksIsNoSuccess(t *testing.T) {
	bothWays(t, func(t *testing.T, c caller) {
		for _, n := range []int{0, 1, 1 << 20} {
			err := c.stream(t.Context(), "break", n, io.Discard)
			if err == nil || err.Error() != "the disk\nbroke" {
				t.Errorf("after %d bytes: %v", n, err)
			}
		}
		if err := c.stream(t.Context(), "refuse to stream", nil, io.Discard); err == nil || err.Error() != "nothing can be read" {
			t.Errorf("before the first byte: %v", err)
		}
		if err := c.stream(t.Context(), "refuse", nil, io.Discard); err == nil || !strings.Contains(err.Error(), "in the way") {
			t.Errorf("instead of a stream: %v", err)
		}
		full := errors.New("the disk is full")
		if err := c.stream(t.Context(), "count", 1<<20, failing{full}); !errors.Is(err, full) {
			t.Errorf("at the writer: %v", err)
		}
	})
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestStreamsAndValuesAreNotMistakenForEachOther(t *testing.T) {
	bothWays(t, func(t *testing.T, c caller) {
		if err := c.call(t.Context(), "count", 10, nil); err == nil || err.Error() != "the operation count answers with a stream" {
			t.Errorf("got %v", err)
		}
		if err := c.stream(t.Context(), "greet", nil, io.Discard); err == nil || err.Error() != "the operation greet answers with no stream" {
			t.Errorf("got %v", err)
		}
	})
}

func TestACallEndsWithItsContext(t *testing.T) {
	bothWays(t, func(t *testing.T, c caller) {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		if err := c.call(ctx, "wait", nil, nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if err := c.call(ctx, "greet", nil, nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
}

func TestAStreamEndsWithItsContext(t *testing.T) {
	dir := t.TempDir()
	serve(t, dir, operations()) // goleak sees whether the operation ends
	ctx, cancel := context.WithCancel(t.Context())
	err := admin.CallStream(ctx, dir, "endless", nil, writer(func(p []byte) { cancel() }))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// A writer calls a function for each piece.
type writer func(p []byte)

func (w writer) Write(p []byte) (int, error) { w(p); return len(p), nil }

func TestAPanicIsAnErrorAndTheServerGoesOn(t *testing.T) {
	dir := t.TempDir()
	serve(t, dir, operations())
	if err := admin.Call(t.Context(), dir, "panic", nil, nil); err == nil {
		t.Error("no error")
	}
	var out bytes.Buffer
	if err := admin.CallStream(t.Context(), dir, "panic in the middle", nil, &out); err == nil {
		t.Errorf("no error after %q", out.String())
	}
	if err := greet(t, dir); err != nil {
		t.Error(err)
	}
}

func TestTooMuchIsNotTaken(t *testing.T) {
	dir := t.TempDir()
	serve(t, dir, operations())
	err := admin.Call(t.Context(), dir, "greet", greeting{strings.Repeat("x", 2<<20)}, nil)
	if err == nil || !strings.Contains(err.Error(), "1048576 bytes or less") {
		t.Errorf("got %v", err)
	}
}

func TestManyCallAtOnce(t *testing.T) {
	dir := t.TempDir()
	serve(t, dir, operations())
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if err := greet(t, dir); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestANameIsRegisteredOnce(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a second operation of the same name is taken")
		}
	}()
	admin.Handle(operations(), "greet", func(context.Context, struct{}) (int, error) { return 0, nil })
}

func TestAReaderIsClosed(t *testing.T) {
	closed := 0
	r := admin.NewRegistry()
	r.Register("read", func(context.Context, json.RawMessage) (any, error) {
		return &closer{strings.NewReader("text"), &closed}, nil
	})
	dir := t.TempDir()
	serve(t, dir, r)
	var out strings.Builder
	if err := admin.CallStream(t.Context(), dir, "read", nil, &out); err != nil || out.String() != "text" {
		t.Errorf("got %q, %v", out.String(), err)
	}
	if err := admin.Call(t.Context(), dir, "read", nil, nil); err == nil {
		t.Error("no error")
	}
	if closed != 2 {
		t.Errorf("closed %d times", closed)
	}
}

type closer struct {
	io.Reader
	closed *int
}

func (c *closer) Close() error { *c.closed++; return nil }

func FuzzHandle(f *testing.F) {
	for _, seed := range []string{`{}`, `{"name":"x"}`, `null`, `[]`, `{"name":1}`, ``, `{"name":"x"}{"name":"y"}`, "\x00"} {
		f.Add("greet", seed)
	}
	f.Add("count", "-1")
	f.Add("none", "{}")
	r := admin.NewRegistry()
	admin.Handle(r, "greet", func(_ context.Context, in greeting) (string, error) { return in.Name, nil })
	admin.Handle(r, "count", func(_ context.Context, n int) (io.Reader, error) { return io.LimitReader(zeros{}, int64(n%1000)), nil })
	f.Fuzz(func(t *testing.T, name, in string) {
		var out string
		if err := r.Call(t.Context(), name, raw(in), &out); err != nil && err.Error() == "" {
			t.Error("an error without a text")
		}
	})
}

// raw is JSON, or not, as it is.
type raw string

func (r raw) MarshalJSON() ([]byte, error) { return []byte(r), nil }
