package localtts

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"github.com/filmloom/filmloom/providers"
)

// A program is something to be run once.
type program struct {
	path  string // absolute
	args  []string
	dir   string // that it works in
	stdin string
	limit time.Duration
	most  int // bytes that it may write
}

// runProgram runs a program to its end and gives what it wrote. It goes through no shell; it inherits only
// what loading libraries takes, so no secret; it ends with the context, after its limit, and, on Linux,
// with this process, whose group it stays in.
func runProgram(ctx context.Context, p program) ([]byte, error) {
	type outcome struct {
		out []byte
		err error
	}
	done := make(chan outcome, 1)
	go func() {
		// On Linux a child's death signal is sent when the thread that started it ends, so this goroutine keeps
		// its thread until the child is gone.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		out, err := p.run(ctx)
		done <- outcome{out, err}
	}()
	o := <-done
	return o.out, o.err
}

func (p program) run(parent context.Context) ([]byte, error) {
	ctx, cancel := context.WithTimeout(parent, p.limit)
	defer cancel()
	stdout, stderr := &bounded{most: p.most, full: cancel}, &lastLines{}
	cmd := exec.CommandContext(ctx, p.path, p.args...)
	cmd.Dir, cmd.Env, cmd.SysProcAttr = p.dir, environment(), dieWithParent()
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(p.stdin), stdout, stderr
	cmd.WaitDelay = time.Second // for the pipes, should something that it started hold them open
	err := cmd.Run()
	switch {
	case parent.Err() != nil:
		return nil, parent.Err()
	case stdout.over:
		return nil, failed(providers.KindInternal, "wrote more than %d MB of sound", p.most>>20)
	case ctx.Err() != nil:
		return nil, failed(providers.KindTimeout, "took longer than %v%s", p.limit, stderr)
	case err != nil:
		return nil, failed(providers.KindInternal, "failed: %w%s", err, stderr)
	}
	return stdout.kept.Bytes(), nil
}

// environment is what a program finds its libraries and its home with.
func environment() []string {
	env := []string{"LC_ALL=C.UTF-8"}
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"} {
		if v, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+v)
		}
	}
	return env
}

// bounded keeps what is written to it, up to a bound. It embeds no buffer: that would lend it a ReadFrom,
// which copying prefers and which knows no bound.
type bounded struct {
	kept bytes.Buffer
	most int
	over bool
	full func() // called when there is more
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.over || b.kept.Len()+len(p) > b.most {
		b.over = true
		b.full()
		return len(p), nil
	}
	return b.kept.Write(p)
}

// lastLines keeps the end of what a program complains about.
type lastLines struct{ end []byte }

const longestComplaint = 1000

func (l *lastLines) Write(p []byte) (int, error) {
	l.end = append(l.end, p...)
	if n := len(l.end) - 4*longestComplaint; n > 0 {
		l.end = l.end[n:]
	}
	return len(p), nil
}

// String gives the last lines on one, after a colon; "" when there are none.
func (l *lastLines) String() string {
	lines := strings.FieldsFunc(plainLines(string(l.end)), func(r rune) bool { return r == '\n' })
	const kept = 5
	text := strings.Join(lines[max(0, len(lines)-kept):], " / ")
	if n := len(text) - longestComplaint; n > 0 {
		text = "…" + strings.ToValidUTF8(text[n:], "")
	}
	if text == "" {
		return ""
	}
	return ": " + text
}

// plainLines trims each line and makes it safe to print.
func plainLines(text string) string {
	var lines []string
	for _, l := range strings.Split(text, "\n") {
		if l = strings.TrimSpace(plain(l)); l != "" {
			lines = append(lines, l)
		}
	}
	return strings.Join(lines, "\n")
}
