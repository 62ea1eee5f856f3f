package tool

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// A Command is a program to be run.
type Command struct {
	Path  string   // absolute path of the program
	Args  []string // without the program's name
	Dir   string   // the directory it works in; relative names in Args are in it
	Env   []string // added to the environment, as KEY=value
	Limit time.Duration
	// Feed, when set, writes the program's standard input. Its context ends with the program; it
	// must return when a write fails. An error of its own is returned by Run when the program
	// itself has nothing to complain about.
	Feed func(ctx context.Context, w *os.File) error
	// Stdout, when set, reads the program's standard output to its end. Otherwise it is kept.
	Stdout func(r io.Reader) error
}

// Output is what a program wrote: at most the last megabyte of each.
type Output struct {
	Stdout, Stderr []byte
}

// An ExitError says that a program failed.
type ExitError struct {
	Program string
	Tail    string // the last lines of its standard error, or ""
	Err     error  // how it ended
}

func (e *ExitError) Error() string {
	if e.Tail == "" {
		return fmt.Sprintf("%s failed: %v", e.Program, e.Err)
	}
	return fmt.Sprintf("%s failed (%v): %s", e.Program, e.Err, e.Tail)
}

func (e *ExitError) Unwrap() error { return e.Err }

// waitDelay is how long an ended program's output is waited for, should something hold it open. A busy
// machine needs some of it to read what the program wrote last.
const waitDelay = 5 * time.Second

// Run runs the program to its end. When the context ends the error wraps the context's; when the
// program fails or takes too long it is an *[ExitError].
func Run(ctx context.Context, c Command) (Output, error) {
	type outcome struct {
		out Output
		err error
	}
	done := make(chan outcome, 1)
	go func() {
		// On Linux a child's death signal is sent when the thread that started it ends, so this
		// goroutine keeps its thread until the child is gone.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		out, err := run(ctx, c)
		done <- outcome{out, err}
	}()
	o := <-done
	return o.out, o.err
}

func run(parent context.Context, c Command) (Output, error) {
	ctx := parent
	if c.Limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(parent, c.Limit)
		defer cancel()
	}
	name := filepath.Base(c.Path)
	var stdout, stderr tail
	cmd := exec.CommandContext(ctx, c.Path, c.Args...)
	cmd.Dir, cmd.Env, cmd.WaitDelay = c.Dir, append(environment(), c.Env...), waitDelay
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.SysProcAttr = dieWithParent()

	reading := make(chan error, 1)
	var closeReader func()
	if c.Stdout != nil {
		r, w, err := os.Pipe()
		if err != nil {
			return Output{}, fmt.Errorf("open a pipe from %s: %w", name, err)
		}
		cmd.Stdout = w
		closeReader = func() { w.Close() }
		go func() {
			err := c.Stdout(r)
			r.Close() // a program that is not read to its end meets a closed pipe, not a full one
			reading <- err
		}()
	} else {
		closeReader = func() {}
		reading <- nil
	}

	feeding := make(chan error, 1)
	feedCtx, stopFeeding := context.WithCancel(ctx)
	defer stopFeeding()
	var in, feed *os.File
	if c.Feed != nil {
		var err error
		if in, feed, err = os.Pipe(); err != nil {
			closeReader()
			<-reading
			return Output{}, fmt.Errorf("open a pipe to %s: %w", name, err)
		}
		enlarge(feed)
		cmd.Stdin = in
	}
	if err := cmd.Start(); err != nil {
		closeReader()
		if in != nil {
			in.Close()
			feed.Close()
		}
		<-reading
		if parent.Err() != nil {
			return Output{}, parent.Err()
		}
		return Output{}, fmt.Errorf("start %s: %w", name, err)
	}
	confine(cmd.Process.Pid)
	closeReader()
	if c.Feed != nil {
		in.Close() // the program's own end remains: it dying breaks the pipe
		go func() {
			err := c.Feed(feedCtx, feed)
			if closing := feed.Close(); err == nil {
				err = closing
			}
			feeding <- err
		}()
	} else {
		feeding <- nil
	}

	waitErr := cmd.Wait()
	stopFeeding()
	if feed != nil {
		// A writer that still waits for room wakes up: nobody will read any more.
		feed.SetWriteDeadline(time.Now())
	}
	feedErr, readErr := <-feeding, <-reading
	out := Output{stdout.bytes(), stderr.bytes()}
	switch {
	case parent.Err() != nil:
		return out, parent.Err()
	case ctx.Err() != nil:
		return out, &ExitError{name, lastLines(out.Stderr), fmt.Errorf("it took longer than %v: %w", c.Limit, ctx.Err())}
	case waitErr != nil && (readErr == nil || len(out.Stderr) > 0):
		return out, &ExitError{name, lastLines(out.Stderr), waitErr}
	case readErr != nil:
		return out, fmt.Errorf("read what %s wrote: %w", name, readErr)
	case feedErr != nil && !errors.Is(feedErr, os.ErrDeadlineExceeded):
		return out, fmt.Errorf("feed %s: %w", name, feedErr)
	}
	return out, nil
}

// inherited are the variables that a program gets from this process: what finding shared libraries
// and temporary room needs, and nothing that could be a secret.
var inherited = []string{"PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"}

func environment() []string {
	env := []string{"LC_ALL=C", "AV_LOG_FORCE_NOCOLOR=1"}
	for _, name := range inherited {
		if v, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+v)
		}
	}
	return env
}

// lastLines gives the end of a program's complaints on one line.
func lastLines(stderr []byte) string {
	var lines []string
	for line := range strings.Lines(string(stderr)) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	const kept = 6
	if len(lines) > kept {
		lines = lines[len(lines)-kept:]
	}
	text := strings.ToValidUTF8(strings.Join(lines, " / "), "?")
	const longest = 1500
	if len(text) > longest {
		text = "…" + strings.ToValidUTF8(text[len(text)-longest:], "")
	}
	return text
}

// A tail keeps the end of what is written to it.
type tail struct{ buf []byte }

const tailSize = 1 << 20

func (t *tail) Write(p []byte) (int, error) {
	t.buf = append(t.buf, p...)
	if len(t.buf) > 2*tailSize {
		t.buf = append(t.buf[:0], t.buf[len(t.buf)-tailSize:]...)
	}
	return len(p), nil
}

func (t *tail) bytes() []byte {
	return t.buf[max(0, len(t.buf)-tailSize):]
}
