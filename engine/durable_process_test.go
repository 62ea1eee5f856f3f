package engine_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/engine/artifact"
	"github.com/filmloom/filmloom/engine/journal"
	"github.com/filmloom/filmloom/engine/journal/badger"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/providers"
)

// An order is what a process of this test binary is to do, as JSON in childEnv, and when it is to die.
type order struct {
	Dir    string // its own: the data directory and the log of calls lie in it
	Job    string // a name in jobs
	Before int    // it kills itself before this write to the journal, counted from when the job says so
	After  int    // or when this write was acknowledged
	Line   int    // or when the log of calls has so many lines
}

// jobs are what a process can do. Each begins to count writes when it calls armed, and gives the outputs
// that it prints.
var jobs = map[string]func(h *house, armed func()) engine.Outputs{
	"run":               runJob,
	"revise finished":   reviseFinishedJob,
	"revise unfinished": reviseUnfinishedJob,
	"revise paused":     revisePausedJob,
}

// lasting has something of everything that a crash could spoil.
const lasting = `
pipeline "lasting" {
  input "extra" {
    type    = bool
    default = false
  }
  stage "items" {
    uses = "t.list"
    with = { count = 2 }
  }
  stage "made" {
    for_each = { for i in stage.items.items : i.id => i }
    uses     = "t.make"
    with     = { text = each.value.text }
    retry {
      attempts = 3
      delay    = "1ms"
    }
  }
  stage "extra" {
    when = input.extra
    uses = "t.make"
    with = { text = "extra" }
  }
  stage "films" {
    uses = pipeline.inner
    with = { text = stage.made["item-00"].note }
  }
  stage "approved" {
    uses = "approval.wait"
    with = { message = "Go on?", show = [for m in stage.made : m.note] }
  }
  stage "joined" {
    uses       = "t.join"
    with       = { files = concat([for i in stage.items.items : stage.made[i.id].file], [stage.films.file]) }
    depends_on = [stage.approved]
  }
  output "text" { value = stage.joined.text }
  output "files" { value = [for i in stage.items.items : { id = i.id, file = stage.made[i.id].file }] }
  output "notes" { value = [for m in stage.made : m.note] }
  output "film" { value = stage.films.file }
  output "extra" { value = try(stage.extra.note, "none") }
  output "by" { value = stage.approved.by }
}

pipeline "inner" {
  input "text" { type = string }
  stage "written" {
    uses = "t.make"
    with = { text = "film of ${input.text}" }
  }
  output "file" { value = stage.written.file }
}
`

var lastingShape = shape{
	"items":    {},
	"made":     {after: []string{"items"}},
	"extra":    {},
	"films":    {after: []string{"made"}, inner: shape{"written": {}}},
	"approved": {after: []string{"made"}, approval: true},
	"joined":   {after: []string{"items", "made", "films", "approved"}},
}

// A callLine is a line of the log of calls: what a provider was asked.
type callLine struct {
	What           string // begin, saved or end
	Run, Address   string
	Attempt        int
	IdempotencyKey string
	Checkpoint     string
}

// A house is where a process keeps its runs, opened for an engine: everything can be read beside it too.
type house struct {
	dir       string
	journal   *killer
	artifacts artifact.Store
	log       *witnessLog
	shop      *workshop
	conf      engine.Config
	eng       *engine.Engine
}

// openHouse opens the stores in a directory, without an engine.
func openHouse(o order) (*house, error) {
	j, err := badger.Open(filepath.Join(o.Dir, "journal"))
	if err != nil {
		return nil, err
	}
	a, err := artifact.OpenDir(filepath.Join(o.Dir, "artifacts"))
	if err != nil {
		return nil, errors.Join(err, j.Close())
	}
	f, err := os.OpenFile(filepath.Join(o.Dir, "calls"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, errors.Join(err, j.Close(), a.Close())
	}
	h := &house{
		dir: o.Dir, journal: &killer{Journal: j, before: int64(o.Before), after: int64(o.After)}, artifacts: a,
		log: &witnessLog{file: f, last: o.Line}, shop: &workshop{vary: true},
	}
	h.shop.onMake = func(ctx context.Context, call *providers.Call, _ makeIn) error {
		switch {
		case call.Address == `made["item-00"]` && call.Attempt == 1:
			return providers.Errorf(providers.KindUnavailable, "not at the first attempt")
		case call.Address == `made["item-01"]` && call.Checkpoint == nil:
			if err := call.SaveCheckpoint(ctx, []byte("half of "+call.Address)); err != nil {
				return err
			}
			h.log.write(callLine{What: "saved", Run: call.Run, Address: call.Address})
		}
		return nil
	}
	h.conf = engine.Config{
		Source: pipeline.Source{"test.hcl": []byte(lasting)}, Providers: witnesses{h}, Journal: h.journal, Artifacts: a,
	}
	return h, nil
}

func (h *house) close() error {
	var err error
	if h.eng != nil {
		err = h.eng.Close()
	}
	return errors.Join(err, h.journal.Close(), h.artifacts.Close(), h.log.file.Close())
}

// A killer is a journal that ends its process, as a power cut would, beside its n-th write.
type killer struct {
	journal.Journal
	armed         atomic.Bool
	writes        atomic.Int64
	before, after int64
}

func (k *killer) Create(ctx context.Context, run journal.Run, first journal.Batch) error {
	n := k.count()
	err := k.Journal.Create(ctx, run, first)
	k.acknowledged(n, err)
	return err
}

func (k *killer) Append(ctx context.Context, runID string, b journal.Batch) (uint64, error) {
	n := k.count()
	last, err := k.Journal.Append(ctx, runID, b)
	k.acknowledged(n, err)
	return last, err
}

func (k *killer) count() int64 {
	if !k.armed.Load() {
		return 0
	}
	n := k.writes.Add(1)
	if n == k.before {
		die()
	}
	return n
}

func (k *killer) acknowledged(n int64, err error) {
	if n > 0 && n == k.after && err == nil {
		die()
	}
}

// die is kill -9: nothing of the process runs after it.
func die() {
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}

// A witnessLog is the log of calls. Each line is one write, so that a kill leaves whole lines.
type witnessLog struct {
	mu    sync.Mutex
	file  *os.File
	lines int
	last  int // the line after which the process dies, or 0
}

func (l *witnessLog) write(line callLine) {
	raw, err := json.Marshal(line)
	if err != nil {
		panic(err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, err := l.file.Write(append(raw, '\n')); err != nil {
		panic(err)
	}
	if l.lines++; l.lines == l.last {
		die()
	}
}

// read gives every line, those of earlier processes too.
func (l *witnessLog) read(t *testing.T) []callLine {
	t.Helper()
	raw, err := os.ReadFile(l.file.Name())
	if err != nil {
		t.Fatal(err)
	}
	var lines []callLine
	for s := bufio.NewScanner(bytes.NewReader(raw)); s.Scan(); {
		var line callLine
		if err := json.Unmarshal(s.Bytes(), &line); err != nil {
			t.Fatalf("line %q: %v", s.Text(), err)
		}
		lines = append(lines, line)
	}
	return lines
}

// A witness is a provider of which every call is logged.
type witness struct {
	providers.Provider
	log *witnessLog
}

func (w witness) Execute(ctx context.Context, call *providers.Call) (*providers.Result, error) {
	line := callLine{"begin", call.Run, call.Address, call.Attempt, call.IdempotencyKey, string(call.Checkpoint)}
	w.log.write(line)
	res, err := w.Provider.Execute(ctx, call)
	line.What = "end"
	w.log.write(line)
	return res, err
}

type witnesses struct{ h *house }

func (witnesses) Plugins() []string { return []string{"shop"} }

func (s witnesses) Describe(ctx context.Context, name string) (providers.Description, error) {
	return s.h.shop.provider(name).Describe(ctx)
}

func (s witnesses) Open(_ context.Context, name string, _ providers.OpenOptions) (providers.Provider, error) {
	return witness{s.h.shop.provider(name), s.h.log}, nil
}

// open opens the engine.
func (h *house) open(ctx context.Context) (err error) {
	h.eng, err = engine.Open(ctx, h.conf)
	return err
}

// start begins the run, or goes on with it.
func (h *house) start(ctx context.Context) (*engine.Run, error) {
	return h.eng.Start(ctx, "lasting", nil, engine.StartOptions{ID: "run", Seed: 1, HasSeed: true})
}

// finish waits for a run, and approves what it asks meanwhile.
func (h *house) finish(ctx context.Context, run *engine.Run) (engine.Outputs, error) {
	for {
		out, err := run.Wait(ctx)
		if !errors.Is(err, engine.ErrPaused) {
			return out, err
		}
		asked := run.Status().Approvals
		if len(asked) == 0 {
			return out, fmt.Errorf("run %s is paused, and waits for nobody", run.ID)
		}
		for _, a := range asked {
			if _, err := h.eng.Decide(ctx, run.ID, a.Address, engine.Decision{Approved: true, By: "ada"}); err != nil {
				return out, err
			}
		}
	}
}

// orderedMain is the process: it does its order and prints the outputs.
func orderedMain(text string) {
	must := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	var o order
	must(json.Unmarshal([]byte(text), &o))
	h, err := openHouse(o)
	must(err)
	must(h.open(context.Background()))
	out := jobs[o.Job](h, func() { h.journal.armed.Store(true) })
	raw, err := out.MarshalJSON()
	must(err)
	must(h.close())
	fmt.Println(string(raw))
}

func runJob(h *house, armed func()) engine.Outputs {
	armed()
	run, err := h.start(context.Background())
	if err != nil {
		panic(err)
	}
	out, err := h.finish(context.Background(), run)
	if err != nil {
		panic(err)
	}
	return out
}

// running bounds the processes at a time, however many processors there are.
var running = make(chan struct{}, 2)

// process does an order in a process of its own and tells whether that was killed.
func (o order) process(t *testing.T) (out string, killed bool) {
	t.Helper()
	running <- struct{}{}
	defer func() { <-running }()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), childEnv+"="+string(raw))
	var stderr strings.Builder
	cmd.Stderr = &stderr
	stdout, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signal() == syscall.SIGKILL {
			return "", true
		}
	}
	if err != nil {
		t.Fatalf("%+v: %v\n%s", o, err, stderr.String())
	}
	return strings.TrimSpace(string(stdout)), false
}
