package engine_test

import (
	"context"
	"io"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/providers"
)

func logTo(w io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

const limited = `
provider "shop" {
  limits { concurrent = 1 }
}
` + joined

// flat needs nothing but calls of t.make.
const flat = `
provider "shop" {
  limits { concurrent = 1 }
}
pipeline "joined" {
  stage "made" {
    for_each = range(3)
    uses     = "t.make"
    with     = { text = "text ${each.value}" }
  }
}
`

// await waits until something is so; what makes it so goes on meanwhile.
func await(t *testing.T, so func() bool) {
	t.Helper()
	for !so() {
		if t.Context().Err() != nil {
			t.Fatal("it never came")
		}
		runtime.Gosched()
	}
}

func TestWaitingHasAVisibleReason(t *testing.T) {
	began, hold := make(chan struct{}, 3), make(chan struct{})
	shop := &workshop{onMake: func(context.Context, *providers.Call, makeIn) error {
		began <- struct{}{}
		<-hold
		return nil
	}}
	eng := open(t, config(t.TempDir(), limited, shop))
	run := start(t, eng, nil)
	<-began
	for {
		var waiting []string
		for _, s := range run.Status().Stages {
			for _, a := range s.Running {
				if a.Waiting != "" {
					waiting = append(waiting, a.Waiting)
				}
			}
		}
		if len(waiting) == 2 {
			for _, w := range waiting {
				if !strings.Contains(w, "waiting for a place at shop") {
					t.Errorf("reason %q", w)
				}
			}
			break
		}
		awaitTick(t, run)
	}
	close(hold)
	wait(t, run)
	if got := eng.Load(); got.Gates[0].InFlight != 0 || got.Gates[0].Waiting != 0 {
		t.Errorf("load after the run %+v", got)
	}
}

func TestARunOfHigherPriorityGoesFirst(t *testing.T) {
	began, hold := make(chan string, 16), make(chan struct{})
	shop := &workshop{onMake: func(_ context.Context, call *providers.Call, _ makeIn) error {
		began <- call.Run
		<-hold
		return nil
	}}
	eng := open(t, config(t.TempDir(), flat, shop))
	first := start(t, eng, nil)
	<-began // the only place is taken
	later := start(t, eng, nil, engine.StartOptions{Priority: 1})
	await(t, func() bool { return eng.Load().Gates[0].Waiting == 5 })
	close(hold)
	wait(t, first)
	wait(t, later)
	var order []string
	for range 5 {
		order = append(order, <-began)
	}
	if want := []string{later.ID, later.ID, later.ID, first.ID, first.ID}; !slices.Equal(order, want) {
		t.Errorf("the calls began in the order %v, want %v", order, want)
	}
}

func TestAnObserverSeesWhatMetricsAndTracesNeed(t *testing.T) {
	var mu sync.Mutex
	var seen []engine.Observation
	conf := config(t.TempDir(), nested, &workshop{vary: true})
	conf.Observe = func(o engine.Observation) {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, o)
	}
	eng := open(t, conf)
	run := startNested(t, eng, nil)
	wait(t, run)
	mu.Lock()
	defer mu.Unlock()
	started, done := map[string]string{}, map[string]string{}
	for _, o := range seen {
		if o.Run != run.ID || o.Pipeline != "both" || o.Seq == 0 {
			t.Errorf("observation %+v", o)
		}
		switch o.Kind {
		case engine.AttemptStarted:
			started[o.Address] = o.Capability
		case engine.InstanceDone:
			if o.Capability != "" {
				done[o.Address] = o.Capability
			}
		}
	}
	if len(started) == 0 || len(started) != len(done) || started[`each["a"].made["item-00"]`] != "t.make" {
		t.Errorf("%d attempts, %d ends", len(started), len(done))
	}
}

func TestProgressIsLearnedFromEarlierRuns(t *testing.T) {
	clock := &stepClock{now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	shop := &workshop{vary: true}
	shop.onMake = func(context.Context, *providers.Call, makeIn) error {
		clock.step(9 * time.Second)
		return nil
	}
	conf := config(t.TempDir(), joined, shop)
	conf.Clock = clock
	eng := open(t, conf)
	wait(t, start(t, eng, engine.Inputs{"count": 1}))
	// Now a run is nearly done only when the stage that takes the time is.
	hold := make(chan struct{})
	shop.onMake = func(context.Context, *providers.Call, makeIn) error {
		<-hold
		return nil
	}
	run := start(t, eng, engine.Inputs{"count": 1})
	for ev := range run.Events(t.Context()) {
		if ev.Kind == engine.AttemptStarted && ev.Stage == "made" {
			break
		}
	}
	if p := run.Status().Progress; p > 0.1 {
		t.Errorf("progress %.2f before the work that takes the time", p)
	}
	close(hold)
	wait(t, run)
}

// A stepClock moves when it is told to, and when somebody sleeps.
type stepClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *stepClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *stepClock) step(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func (c *stepClock) Sleep(ctx context.Context, d time.Duration) error {
	c.step(d)
	return ctx.Err()
}
