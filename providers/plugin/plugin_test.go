package plugin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/filmloom/filmloom/providers"
)

// This test binary is also every process that the tests start: roleEnv says which.
const roleEnv = "FILMLOOM_TEST_ROLE"

// commandEnv is the command of the plugin that a host to be killed starts, instead of this binary.
const commandEnv = "FILMLOOM_TEST_COMMAND"

func TestMain(m *testing.M) {
	switch os.Getenv(roleEnv) {
	case "":
		goleak.VerifyTestMain(m)
	case "plugin":
		Serve(testling())
	case "stock":
		serveStock()
	case "host":
		hostToBeKilled()
	case "bare":
		_, done := serveBare(os.Getenv(bareEnv))
		fmt.Println("listening")
		<-done
	case "dirty":
		fmt.Println("hello, I am chatty")
		Serve(testling())
	case "hang":
		forever()
	case "quit":
		fmt.Fprintln(os.Stderr, "cannot find my model")
		os.Exit(3)
	case "future":
		fmt.Println("1|2|unix|/nowhere|grpc|")
		forever()
	case "past":
		fmt.Println("1|0|unix|/nowhere|grpc|")
		forever()
	case "nowhere":
		fmt.Println("1|1|unix|/nowhere|grpc|")
		forever()
	case "stray certificate":
		fmt.Println("1|1|unix|/nowhere|grpc|" + strings.Repeat("A", 100))
		forever()
	case "brief":
		fmt.Println("1|1|unix|/nowhere|grpc|")
		fmt.Fprintln(os.Stderr, "no memory for my model")
		os.Exit(9)
	case "tcp":
		fmt.Println("1|1|tcp|127.0.0.1:9|grpc|")
		forever()
	case "another core":
		fmt.Println("2|1|unix|/nowhere|grpc|")
		forever()
	case "plaintext":
		_ = os.Unsetenv("PLUGIN_CLIENT_CERT")
		Serve(testling())
	case "strange":
		Serve(strange{testling()})
	}
}

type order struct {
	Do   string            `json:"do"`
	Text string            `json:"text,omitempty"`
	Size int               `json:"size,omitempty"`
	Deep []nested          `json:"deep,omitempty"`
	Map  map[string]string `json:"map,omitempty"`
}

type nested struct {
	Must string  `json:"must"`
	May  *string `json:"may,omitempty" doc:"Optional."`
}

type answer struct {
	Text   string `json:"text"`
	Pid    int    `json:"pid"`
	Child  int    `json:"child,omitempty"`
	Config string `json:"config,omitempty"`

	Grandchild int `json:"grandchild,omitempty"`
}

type testConfig struct {
	Greeting string `json:"greeting" default:"hi" enum:"hi,ho" doc:"How to greet."`
	Key      string `json:"key,omitempty" secret:"true"`
	Level    int    `json:"level,omitempty" min:"1" max:"9" unit:"steps"`
}

var obey = providers.Capability[order, answer]{
	Name: "test.obey", Description: "Does what it is told.", Deterministic: true, CPU: true,
}

// testling is a provider that misbehaves to order.
func testling() providers.Provider {
	var mu sync.Mutex
	greeting := ""
	return providers.New("testling", "1.2.3",
		providers.Summary("For tests."),
		providers.Config(func(_ context.Context, c testConfig) (providers.Configured, error) {
			if c.Key == "bad" {
				return providers.Configured{}, &providers.Error{
					Kind: providers.KindUnauthorized, Message: "bad key",
					User: "Ask the owner.", Hint: "Set key.", RetryAfter: 1500 * time.Millisecond,
				}
			}
			mu.Lock()
			greeting = c.Greeting
			mu.Unlock()
			return providers.Configured{
				Ready: c.Key != "none", Problem: "p", Hint: "h", CacheVersion: "v7",
				Deterministic: map[string]bool{"test.obey": false}, Off: map[string]string{"test.other": "No model."},
				Diagnostics: []providers.ConfigDiagnostic{{Attribute: "level", Summary: "is low", Warning: true}},
			}, nil
		}),
		providers.Estimator(func(_ context.Context, q providers.EstimateQuery) (providers.Estimate, error) {
			if q.Capability == "panic" {
				panic("no idea")
			}
			return providers.Estimate{MinCost: 1, MaxCost: providers.USD(2), MinTime: time.Second, MaxTime: time.Minute}, nil
		}),
		providers.OnShutdown(func(context.Context) error {
			slog.Info("testling says goodbye")
			return nil
		}),
		providers.Handle(obey, func(ctx context.Context, call *providers.Call, in order) (answer, error) {
			mu.Lock()
			out := answer{Pid: os.Getpid(), Config: greeting}
			mu.Unlock()
			err := do(ctx, call, in, &out)
			return out, err
		}))
}

func do(ctx context.Context, call *providers.Call, in order, out *answer) error {
	switch in.Do {
	case "echo":
		out.Text = in.Text
	case "report":
		call.Progress(0.25, "a quarter")
		call.Log(slog.LevelWarn, "careful", "n", 3, "err", errors.New("ouch"), "took", time.Second)
		if err := call.SaveCheckpoint(ctx, []byte("half\x00way")); err != nil {
			return fmt.Errorf("checkpoint: %w", err)
		}
		call.Progress(0.75, "")
		call.Charge(providers.USD(0.04))
		call.Warn("It is blurry.")
		out.Text = fmt.Sprintf("%s %d %s %s %q %s %s", call.IdempotencyKey, call.Attempt, call.WorkDir,
			call.Secrets["token"], call.Checkpoint, call.Run, call.Address)
	case "wait":
		call.Progress(0, "waiting")
		call.Charge(providers.USD(0.03))
		<-ctx.Done()
		if in.Text != "" {
			_ = os.WriteFile(in.Text, []byte(ctx.Err().Error()), 0o600)
		}
		return ctx.Err()
	case "deaf":
		call.Progress(0, "waiting")
		select {}
	case "crash":
		call.Progress(0, "about to crash")
		go func() { panic("boom in the basement") }()
		select {}
	case "exit":
		os.Exit(7)
	case "close":
		// The connection breaks and the process lives on.
		for fd := 3; fd < 64; fd++ {
			if kind, _ := os.Readlink("/proc/self/fd/" + strconv.Itoa(fd)); strings.HasPrefix(kind, "socket:") {
				_ = syscall.Shutdown(fd, syscall.SHUT_RDWR)
			}
		}
		select {}
	case "panic":
		call.Charge(providers.USD(0.02))
		panic("in the handler")
	case "fail":
		call.Charge(providers.USD(0.01))
		return &providers.Error{
			Kind: providers.KindRateLimited, Message: "slow down\xff", User: "Busy.", Hint: "Wait.",
			RetryAfter: 90 * time.Second,
		}
	case "child":
		cmd := exec.Command("sh", "-c", "sleep 1000 & echo $!; wait")
		said, err := cmd.StdoutPipe()
		if err != nil {
			return err
		}
		if err := cmd.Start(); err != nil {
			return err
		}
		out.Child = cmd.Process.Pid
		if _, err := fmt.Fscan(said, &out.Grandchild); err != nil {
			return err
		}
		if in.Text == "chatty" { // so that it writes to a broken pipe when its host is gone
			go func() {
				for {
					slog.Debug("still here")
				}
			}()
		}
	case "getenv":
		out.Text = os.Getenv(in.Text)
	case "environ":
		out.Text = strings.Join(os.Environ(), "\n")
	case "big":
		out.Text = strings.Repeat("x", in.Size)
	case "film": // a large file without a byte on the disk
		f, err := os.Create(filepath.Join(call.WorkDir, "film.mp4"))
		if err != nil {
			return err
		}
		out.Text = f.Name()
		return errors.Join(f.Truncate(int64(in.Size)), f.Close())
	case "print":
		fmt.Println("printed to stdout")
		slog.Error("logged by slog", "n", 5)
	}
	return nil
}

// strange describes itself with a type that is none.
type strange struct{ providers.Provider }

func (strange) Describe(context.Context) (providers.Description, error) {
	return providers.Description{}, nil
}

func spec(role string) Spec {
	exe, err := os.Executable()
	if err != nil {
		panic(err)
	}
	return Spec{
		Name: "testling", Command: []string{exe},
		// The race detector makes each process sleep for a second at its end by default.
		Env: []string{roleEnv + "=" + role, "GORACE=atexit_sleep_ms=0"},
	}
}

// quick is a pace for tests: crashes are forgiven fast, and nothing else differs.
func quick() pace {
	p := usualPace
	p.firstDelay, p.maxDelay = time.Millisecond, 10*time.Millisecond
	return p
}

// open launches a plugin and shuts it down with the test.
func open(t testing.TB, s Spec, p pace) (*host, *logBook) {
	t.Helper()
	book := &logBook{}
	h, err := launch(t.Context(), s, providers.OpenOptions{Log: slog.New(slog.NewTextHandler(book, &slog.HandlerOptions{Level: slog.LevelDebug}))}, p)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := h.Shutdown(ctx); err != nil {
			t.Error(err)
		}
	})
	return h, book
}

// logBook collects a log, and lets a test wait for a text in it.
type logBook struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *logBook) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *logBook) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func (b *logBook) await(t *testing.T, text string) {
	t.Helper()
	eventually(t, func() bool { return strings.Contains(b.String(), text) }, func() string {
		return fmt.Sprintf("%q is not in the log:\n%s", text, b.String())
	})
}

// eventually polls what another process does, for which there is no signal to wait on.
func eventually(t *testing.T, ok func() bool, otherwise func() string) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	late := time.After(15 * time.Second)
	for !ok() {
		select {
		case <-tick.C:
		case <-late:
			t.Fatal(otherwise())
		}
	}
}

func call(o order, r providers.Reporter) *providers.Call {
	raw, _ := json.Marshal(o)
	return &providers.Call{Capability: obey.Name, Input: raw, Report: r}
}

func execute(ctx context.Context, p providers.Provider, o order) (answer, error) {
	r, err := p.Execute(ctx, call(o, nil))
	if err != nil {
		return answer{}, err
	}
	var a answer
	return a, json.Unmarshal(r.Output, &a)
}

func mustExecute(t testing.TB, p providers.Provider, o order) answer {
	t.Helper()
	a, err := execute(t.Context(), p, o)
	if err != nil {
		t.Fatalf("%s: %v", o.Do, err)
	}
	return a
}

// alive tells whether a process runs; a zombie does not.
func alive(pid int) bool {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return syscall.Kill(pid, 0) == nil && !errors.Is(err, os.ErrNotExist)
	}
	state := raw[bytes.LastIndexByte(raw, ')')+2]
	return state != 'Z' && state != 'X'
}

func awaitDeath(t *testing.T, what string, pid int) {
	t.Helper()
	eventually(t, func() bool { return !alive(pid) }, func() string { return fmt.Sprintf("%s %d is still alive", what, pid) })
}

// recorder is a reporter that keeps what it gets, and signals progress.
type recorder struct {
	mu         sync.Mutex
	progress   []string
	logs       []string
	checkpoint []byte
	refuse     error
	began      chan struct{} // receives at each progress; buffered
}

func newRecorder() *recorder { return &recorder{began: make(chan struct{}, 100)} }

func (r *recorder) Progress(done float64, message string) {
	r.mu.Lock()
	r.progress = append(r.progress, fmt.Sprintf("%v %s", done, message))
	r.mu.Unlock()
	r.began <- struct{}{}
}

func (r *recorder) Log(level slog.Level, message string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.logs = append(r.logs, fmt.Sprint(level, " ", message, " ", args))
}

func (r *recorder) Checkpoint(_ context.Context, state []byte) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.checkpoint = state
	return r.refuse
}

func kindOf(err error) providers.Kind {
	var e *providers.Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return ""
}

// forever blocks until the process is killed. A bare select would be taken for a deadlock in a program
// without C.
func forever() {
	never := make(chan os.Signal, 1)
	signal.Notify(never, syscall.SIGUSR2)
	<-never
}

// hostToBeKilled is a host that starts a plugin with descendants, says their numbers and waits for its end.
func hostToBeKilled() {
	s := spec("plugin")
	if command := os.Getenv(commandEnv); command != "" {
		s = Spec{Command: strings.Fields(command), PassEnv: []string{"PYTHONPATH"}}
	}
	p, err := Launch(context.Background(), s, providers.OpenOptions{})
	if err != nil {
		panic(err)
	}
	a, err := execute(context.Background(), p, order{Do: "child", Text: "chatty"})
	if err != nil {
		panic(err)
	}
	fmt.Println(a.Pid, a.Child, a.Grandchild)
	forever()
}
