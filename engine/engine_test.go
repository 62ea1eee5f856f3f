package engine_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/providers"
)

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		childMain()
		return
	}
	goleak.VerifyTestMain(m)
}

// The test's own provider: a list, a file for each item, and what joins them.
type (
	listIn struct {
		Count int   `json:"count"`
		Seed  int64 `json:"seed" default:"0"`
	}
	item struct {
		ID   string `json:"id"`
		Text string `json:"text"`
	}
	listOut struct {
		Items []item `json:"items"`
	}
	makeIn struct {
		Text string `json:"text"`
		Seed int64  `json:"seed" default:"0"`
	}
	makeOut struct {
		File providers.File `json:"file"`
		Note string         `json:"note"`
	}
	joinIn struct {
		Files []providers.File `json:"files"`
	}
	joinOut struct {
		Text string `json:"text"`
	}
)

var (
	list  = providers.Capability[listIn, listOut]{Name: "t.list", Deterministic: true}
	make_ = providers.Capability[makeIn, makeOut]{Name: "t.make", Deterministic: true}
	join  = providers.Capability[joinIn, joinOut]{Name: "t.join", Deterministic: true, CPU: true}
)

// workshop is the provider's state: what was called, and what a test wants to happen.
type workshop struct {
	mu     sync.Mutex
	calls  []string // addresses, in the order of their beginning
	onMake func(ctx context.Context, call *providers.Call, in makeIn) error
	ready  func() providers.Configured
	vary   bool // t.make is not deterministic
}

func (w *workshop) began(call *providers.Call) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls = append(w.calls, call.Address)
}

func (w *workshop) made() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	made := slices.Clone(w.calls)
	slices.Sort(made)
	return made
}

func (w *workshop) provider(name string) providers.Provider {
	mk := make_
	mk.Deterministic = !w.vary
	return providers.New(name, "1.0.0",
		providers.Config(func(context.Context, struct{}) (providers.Configured, error) {
			if w.ready != nil {
				return w.ready(), nil
			}
			return providers.Configured{Ready: true}, nil
		}),
		providers.Handle(list, func(_ context.Context, call *providers.Call, in listIn) (listOut, error) {
			w.began(call)
			out := listOut{Items: []item{}}
			for i := range in.Count {
				out.Items = append(out.Items, item{fmt.Sprintf("item-%02d", i), fmt.Sprintf("text %d", i)})
			}
			return out, nil
		}),
		providers.Handle(mk, func(ctx context.Context, call *providers.Call, in makeIn) (makeOut, error) {
			w.began(call)
			if w.onMake != nil {
				if err := w.onMake(ctx, call, in); err != nil {
					return makeOut{}, err
				}
			}
			path := filepath.Join(call.WorkDir, "made.txt")
			err := os.WriteFile(path, fmt.Appendf(nil, "%s by %s", in.Text, name), 0o600)
			return makeOut{providers.File{Path: path, MediaType: "text/plain"}, fmt.Sprint(in.Seed)}, err
		}),
		providers.Handle(join, func(_ context.Context, call *providers.Call, in joinIn) (joinOut, error) {
			w.began(call)
			var parts []string
			for _, f := range in.Files {
				b, err := os.ReadFile(f.Path)
				if err != nil {
					return joinOut{}, err
				}
				parts = append(parts, string(b))
			}
			return joinOut{strings.Join(parts, "|")}, nil
		}))
}

// source gives providers by name from workshops.
type source struct {
	names []string
	shops map[string]*workshop
}

func (s source) Plugins() []string { return s.names }

func (s source) Describe(ctx context.Context, name string) (providers.Description, error) {
	return s.shops[name].provider(name).Describe(ctx)
}

func (s source) Open(_ context.Context, name string, _ providers.OpenOptions) (providers.Provider, error) {
	return s.shops[name].provider(name), nil
}

const joined = `
pipeline "joined" {
  input "count" {
    type    = number
    default = 3
  }
  stage "items" {
    uses = "t.list"
    with = { count = input.count }
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
  stage "joined" {
    uses = "t.join"
    with = { files = [for i in stage.items.items : stage.made[i.id].file] }
  }
  output "text" { value = stage.joined.text }
  output "files" { value = [for i in stage.items.items : { id = i.id, file = stage.made[i.id].file }] }
  output "first" { value = try(stage.made["item-00"].file, null) }
}

`

func config(dir, hcl string, shop *workshop) engine.Config {
	return engine.Config{
		Dir: dir, Source: pipeline.Source{"test.hcl": []byte(hcl)},
		Providers: source{[]string{"shop"}, map[string]*workshop{"shop": shop}},
	}
}

func open(t *testing.T, conf engine.Config) *engine.Engine {
	t.Helper()
	eng, err := engine.Open(t.Context(), conf)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := eng.Close(); err != nil {
			t.Error(err)
		}
	})
	return eng
}

func start(t *testing.T, eng *engine.Engine, inputs engine.Inputs, o ...engine.StartOptions) *engine.Run {
	t.Helper()
	run, err := eng.Start(t.Context(), "joined", inputs, o...)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func wait(t *testing.T, run *engine.Run) engine.Outputs {
	t.Helper()
	out, err := run.Wait(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func text(t *testing.T, out engine.Outputs, name string) string {
	t.Helper()
	var s string
	if err := out.Decode(name, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestARunFansOutAndGivesItsOutputs(t *testing.T) {
	shop := &workshop{}
	eng := open(t, config(t.TempDir(), joined, shop))
	run := start(t, eng, engine.Inputs{"count": 4})
	out := wait(t, run)
	if got, want := text(t, out, "text"), "text 0 by shop|text 1 by shop|text 2 by shop|text 3 by shop"; got != want {
		t.Errorf("text %q, want %q", got, want)
	}
	f, err := out.File(t.Context(), "first")
	if err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(f.Path); err != nil || string(b) != "text 0 by shop" {
		t.Errorf("file holds %q, %v", b, err)
	}
	s := run.Status()
	if s.State != engine.Completed || s.Progress != 1 {
		t.Errorf("status %+v", s)
	}
	for _, st := range s.Stages {
		if st.State != engine.Completed || st.Done != st.Instances || len(st.Running) > 0 {
			t.Errorf("stage %+v", st)
		}
	}
}

func TestAFanOutOfNothingIsDone(t *testing.T) {
	eng := open(t, config(t.TempDir(), joined, &workshop{}))
	out := wait(t, start(t, eng, engine.Inputs{"count": 0}))
	if got := text(t, out, "text"); got != "" {
		t.Errorf("text %q", got)
	}
}

func TestEventsAreNumberedAndCanBeReadAgain(t *testing.T) {
	eng := open(t, config(t.TempDir(), joined, &workshop{}))
	run := start(t, eng, nil)
	var live, again, late []engine.Event
	for ev := range run.Events(t.Context()) {
		if ev.Kind != engine.Progress {
			live = append(live, ev)
		}
	}
	for ev := range run.Events(t.Context()) {
		again = append(again, ev)
	}
	for ev := range run.EventsFrom(t.Context(), 5) {
		late = append(late, ev)
	}
	for i, ev := range live {
		if ev.Seq != uint64(i+1) {
			t.Fatalf("event %d has number %d", i+1, ev.Seq)
		}
	}
	if len(again) != len(live) || len(late) != len(live)-4 || late[0].Seq != 5 {
		t.Errorf("%d events live, %d again, %d from the fifth", len(live), len(again), len(late))
	}
	if first, last := live[0].Kind, live[len(live)-1].Kind; first != engine.RunCreated || last != engine.RunCompleted {
		t.Errorf("events go from %s to %s", first, last)
	}
}

func TestAnInterruptedRunGoesOnAndRepeatsNothingThatWasDone(t *testing.T) {
	dir := t.TempDir()
	shop := &workshop{vary: true}
	hold := make(chan struct{})
	shop.onMake = func(ctx context.Context, call *providers.Call, in makeIn) error {
		if in.Text != "text 2" {
			return nil
		}
		if err := call.SaveCheckpoint(ctx, []byte("half")); err != nil {
			return err
		}
		close(hold)
		<-ctx.Done()
		return ctx.Err()
	}
	eng, err := engine.Open(t.Context(), config(dir, joined, shop))
	if err != nil {
		t.Fatal(err)
	}
	run := start(t, eng, nil)
	<-hold
	for done := 0; done < 3; { // the list and two of the three
		for ev := range run.Events(t.Context()) {
			if ev.Kind == engine.InstanceDone {
				if done++; done == 3 {
					break
				}
			}
		}
	}
	if err := eng.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := run.Wait(t.Context()); !errors.Is(err, engine.ErrClosed) {
		t.Errorf("error %v, want ErrClosed", err)
	}

	var checkpoint []byte
	again := &workshop{vary: true}
	again.onMake = func(_ context.Context, call *providers.Call, in makeIn) error {
		checkpoint = call.Checkpoint
		return nil
	}
	eng = open(t, config(dir, joined, again))
	resumed, err := eng.Resume(t.Context(), run.ID)
	if err != nil {
		t.Fatal(err)
	}
	wait(t, resumed)
	if got, want := again.made(), []string{"joined", `made["item-02"]`}; !slices.Equal(got, want) {
		t.Errorf("calls after the interruption %v, want %v", got, want)
	}
	if string(checkpoint) != "half" {
		t.Errorf("checkpoint %q", checkpoint)
	}
	if n := resumed.Status().Interrupted; n != 1 {
		t.Errorf("%d interrupted calls, want 1", n)
	}
}

func TestTheSameSeedUsesDeterministicResultsAgain(t *testing.T) {
	shop := &workshop{}
	eng := open(t, config(t.TempDir(), joined, shop))
	o := engine.StartOptions{Seed: 7, HasSeed: true}
	wait(t, start(t, eng, nil, o))
	before := len(shop.made())
	second := start(t, eng, nil, o)
	wait(t, second)
	if n := len(shop.made()); n != before {
		t.Errorf("%d calls the second time, want none", n-before)
	}
	for _, st := range second.Status().Stages {
		if st.Reused != st.Instances {
			t.Errorf("stage %s: %d of %d reused", st.Name, st.Reused, st.Instances)
		}
	}
	other := start(t, eng, nil, engine.StartOptions{Seed: 8, HasSeed: true})
	wait(t, other)
	if n := len(shop.made()); n == before {
		t.Error("another seed made no call")
	}
}

func TestWhatVariesIsNotShared(t *testing.T) {
	shop := &workshop{vary: true}
	eng := open(t, config(t.TempDir(), joined, shop))
	o := engine.StartOptions{Seed: 7, HasSeed: true}
	wait(t, start(t, eng, nil, o))
	wait(t, start(t, eng, nil, o))
	if n := strings.Count(strings.Join(shop.made(), " "), "made["); n != 6 {
		t.Errorf("%d calls of t.make in two runs, want 6", n)
	}
}

func TestStartIsIdempotentByID(t *testing.T) {
	shop := &workshop{}
	eng := open(t, config(t.TempDir(), joined, shop))
	o := engine.StartOptions{ID: "the-one"}
	wait(t, start(t, eng, nil, o))
	n := len(shop.made())
	wait(t, start(t, eng, nil, o))
	if len(shop.made()) != n {
		t.Error("the second start made calls")
	}
}

func TestUntilStopsThere(t *testing.T) {
	shop := &workshop{}
	eng := open(t, config(t.TempDir(), joined, shop))
	out := wait(t, start(t, eng, nil, engine.StartOptions{Until: "made"}))
	if slices.Contains(shop.made(), "joined") {
		t.Error("a stage after the last one was done")
	}
	var files []struct{ ID string }
	if err := out.Decode("files", &files); err != nil || len(files) != 3 {
		t.Errorf("files %v, %v", files, err)
	}
	if out.Value("text").IsKnown() {
		t.Error("an output beyond the last stage is known")
	}
}

func TestOutputsGrowWhileTheRunGoesOn(t *testing.T) {
	shop := &workshop{}
	hold := make(chan struct{})
	shop.onMake = func(ctx context.Context, _ *providers.Call, in makeIn) error {
		if in.Text == "text 2" {
			<-hold
		}
		return nil
	}
	eng := open(t, config(t.TempDir(), joined, shop))
	run := start(t, eng, nil)
	done := 0
	for ev := range run.Events(t.Context()) {
		if ev.Kind == engine.InstanceDone {
			if done++; done == 3 {
				break
			}
		}
	}
	out, err := run.Outputs()
	if err != nil {
		t.Fatal(err)
	}
	var files []struct {
		ID   string
		File *providers.File
	}
	if err := out.Decode("files", &files); err != nil {
		t.Fatal(err)
	}
	if len(files) != 3 || files[0].File == nil || files[0].File.SHA256 == "" || files[2].File != nil && files[2].File.SHA256 != "" {
		t.Errorf("files so far %+v", files)
	}
	close(hold)
	wait(t, run)
}
