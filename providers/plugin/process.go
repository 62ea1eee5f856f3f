package plugin

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/hashicorp/go-plugin/runner"
)

// process is one run of a plugin's executable, from start to the end of everything in its group. It
// is the [runner.Runner] that go-plugin drives.
type process struct {
	name string
	cmd  *exec.Cmd
	log  *slog.Logger

	hello    *io.PipeReader // the first line of standard output, and no more
	helloIn  *io.PipeWriter
	lifeline *os.File // the host's end
	nonce    string   // what Launched of the plugin compares

	encrypted bool // a certificate in the handshake is wanted

	exited chan struct{} // closed when it has ended
	dead   chan struct{} // closed when, moreover, its output is read
	status string        // how it ended; set before dead is closed

	mu     sync.Mutex
	pid    int    // 0 until started
	first  string // the first line of standard output, "" until then
	ended  bool   // its number may belong to another process now
	asked  bool   // the host ended it
	reason string // why the host killed it, or ""
	tail   lastWords
}

var _ runner.Runner = (*process)(nil)

func newProcess(spec Spec, log *slog.Logger) *process {
	p := &process{name: spec.Name, log: log, nonce: rand.Text(), encrypted: !spec.NoTLS, exited: make(chan struct{}), dead: make(chan struct{})}
	p.hello, p.helloIn = io.Pipe()
	p.cmd = &exec.Cmd{
		Path: spec.Command[0], Args: spec.Command,
		Env:         append(spec.environment(), lifelineEnv+"=3", nonceEnv+"="+p.nonce),
		SysProcAttr: processAttributes(),
	}
	return p
}

// Start starts the executable and all that watches it.
func (p *process) Start(context.Context) error {
	var open []*os.File
	pipe := func() (r, w *os.File, err error) {
		r, w, err = os.Pipe()
		if err == nil {
			open = append(open, r, w)
		}
		return r, w, err
	}
	closeAll := func() {
		for _, f := range open {
			_ = f.Close()
		}
		_ = p.helloIn.Close()
	}
	outR, outW, err1 := pipe()
	errR, errW, err2 := pipe()
	lifeR, lifeW, err3 := pipe()
	if err := errors.Join(err1, err2, err3); err != nil {
		closeAll()
		return err
	}
	if _, err := lifeW.WriteString(p.nonce); err != nil {
		closeAll()
		return err
	}
	p.lifeline = lifeW
	p.cmd.Stdout, p.cmd.Stderr, p.cmd.ExtraFiles = outW, errW, []*os.File{lifeR}

	started := make(chan error)
	go p.live(started, outR, errR)
	if err := <-started; err != nil {
		closeAll()
		return err
	}
	_, _, _ = outW.Close(), errW.Close(), lifeR.Close()
	return nil
}

// live starts the process and stays with it to its end, on one thread: the kernel's death signal
// follows the thread that started it. The thread ends with the goroutine.
func (p *process) live(started chan<- error, outR, errR *os.File) {
	runtime.LockOSThread()
	err := p.cmd.Start()
	if err != nil {
		started <- err
		return
	}
	p.mu.Lock()
	p.pid = p.cmd.Process.Pid
	if p.asked || p.reason != "" {
		_ = syscall.Kill(-p.pid, syscall.SIGKILL)
	}
	p.mu.Unlock()
	started <- nil
	var reading sync.WaitGroup
	reading.Go(func() { p.readOut(outR) })
	reading.Go(func() { p.readErr(errR) })
	err = reap(p.cmd, p.endGroup)
	close(p.exited)
	_ = p.lifeline.Close()
	// Somebody who left the group may still hold the pipes.
	cut := time.AfterFunc(time.Second, func() { _, _ = outR.Close(), errR.Close() })
	reading.Wait()
	cut.Stop()
	_, _ = outR.Close(), errR.Close()
	p.status = "exit status 0"
	if err != nil {
		p.status = err.Error()
	}
	close(p.dead)
}

// endGroup kills what the process left behind and notes that its number is no longer its own.
func (p *process) endGroup() {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = syscall.Kill(-p.pid, syscall.SIGKILL)
	p.ended = true
}

// kill ends the process and its group. The reason goes into the errors of calls in flight; without
// one the end was wanted.
func (p *process) kill(reason string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return
	}
	p.asked = p.asked || reason == ""
	if p.reason == "" {
		p.reason = reason
	}
	if p.pid != 0 {
		_ = syscall.Kill(-p.pid, syscall.SIGKILL)
	}
}

// expectEnd marks an end that is about to come as wanted.
func (p *process) expectEnd() {
	p.mu.Lock()
	p.asked = true
	p.mu.Unlock()
}

// wanted tells whether the host asked for the end.
func (p *process) wanted() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked
}

func (p *process) isDead() bool {
	select {
	case <-p.dead:
		return true
	default:
		return false
	}
}

// epitaph says how the process ended, with its last words: "exit status 2: panic: boom". Call it
// after dead is closed.
func (p *process) epitaph() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.status
	if p.reason != "" {
		s = p.reason
	}
	if words := p.tail.String(); words != "" {
		s += "; its last words: " + words
	}
	return s
}

// number is the process's, 0 before it was started.
func (p *process) number() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.pid
}

func (p *process) firstLine() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.first
}

// readOut hands the first line to go-plugin when it is a handshake, and logs all others.
func (p *process) readOut(r io.Reader) {
	greeted := false
	eachLine(r, func(line string) {
		if greeted {
			p.log.Debug("plugin wrote to its standard output", "line", line)
			return
		}
		greeted = true
		p.mu.Lock()
		p.first = line
		p.mu.Unlock()
		if isHandshake(line) {
			if !p.encrypted {
				line = withoutCertificate(line)
			}
			_, _ = io.WriteString(p.helloIn, line+"\n")
		}
		_ = p.helloIn.Close()
	})
	if !greeted {
		// It should be dying. Go-plugin would kill it at once, but how it ends by itself says more.
		select {
		case <-p.exited:
		case <-time.After(time.Second):
		}
	}
	_ = p.helloIn.Close()
}

func (p *process) readErr(r io.Reader) {
	eachLine(r, func(line string) {
		level, message, args := parseLogLine(line)
		p.mu.Lock()
		p.tail.add(message)
		p.mu.Unlock()
		p.log.Log(context.Background(), level, message, args...)
	})
}

// eachLine reads lines until the end. A line over 16 KiB comes in pieces.
func eachLine(r io.Reader, do func(line string)) {
	b := bufio.NewReaderSize(r, 16<<10)
	for {
		line, _, err := b.ReadLine()
		if err != nil {
			return
		}
		do(strings.ToValidUTF8(string(line), "\uFFFD"))
	}
}

// isHandshake tells whether a line has the shape of go-plugin's first line, of any version.
func isHandshake(line string) bool {
	parts := strings.Split(strings.TrimSpace(line), "|")
	if len(parts) < 4 {
		return false
	}
	_, err1 := strconv.Atoi(parts[0])
	_, err2 := strconv.Atoi(parts[1])
	return err1 == nil && err2 == nil
}

// withoutCertificate takes a certificate out that nobody has asked for: go-plugin fails on it.
func withoutCertificate(line string) string {
	parts := strings.Split(line, "|")
	return strings.Join(parts[:min(5, len(parts))], "|")
}

// The rest of runner.Runner.

// Stdout ends after the handshake line.
func (p *process) Stdout() io.ReadCloser { return p.hello }

// Stderr is empty: the process reads it itself.
func (p *process) Stderr() io.ReadCloser { return io.NopCloser(strings.NewReader("")) }

// Wait waits until everything is over.
func (p *process) Wait(context.Context) error {
	<-p.dead
	return nil
}

// Kill ends the process.
func (p *process) Kill(context.Context) error {
	p.kill("")
	return nil
}

// Name is the path of the executable.
func (p *process) Name() string { return p.cmd.Path }

// ID is the number of the process, "" before it was started.
func (p *process) ID() string {
	if n := p.number(); n != 0 {
		return strconv.Itoa(n)
	}
	return ""
}

// Diagnose says nothing: startError words what went wrong.
func (p *process) Diagnose(context.Context) string { return "" }

// PluginToHost returns the address as it is.
func (p *process) PluginToHost(network, address string) (string, string, error) {
	if network != "unix" {
		return "", "", fmt.Errorf("it listens on %s and not on a Unix socket", network)
	}
	return network, address, nil
}

// HostToPlugin returns the address as it is.
func (p *process) HostToPlugin(network, address string) (string, string, error) {
	return network, address, nil
}
