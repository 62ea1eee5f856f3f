package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/engine/journal"
	"github.com/filmloom/filmloom/engine/journal/memory"
	"github.com/filmloom/filmloom/providers"
)

// An ear is an observer that writes down what it hears of each run.
type ear struct {
	mu    sync.Mutex
	heard map[string][]string
}

func (e *ear) observe(o engine.Observation) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.heard == nil {
		e.heard = map[string][]string{}
	}
	e.heard[o.Run] = append(e.heard[o.Run], fmt.Sprint(o.Seq, " ", o.Kind, " ", o.Address))
}

// compare makes sure that the observer has heard what the journal has, and nothing else. No engine is at work.
func (e *ear) compare(t *testing.T, j journal.Journal) {
	t.Helper()
	runs := 0
	for run, err := range j.Runs(t.Context(), journal.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		runs++
		var recorded []string
		for ev, err := range j.Events(t.Context(), run.ID, 1) {
			if err != nil {
				t.Fatal(err)
			}
			recorded = append(recorded, fmt.Sprint(ev.Seq, " ", ev.Kind, " ", ev.Address))
		}
		if heard := e.heard[run.ID]; !slices.Equal(heard, recorded) {
			t.Errorf("run %s: recorded\n%s\nheard\n%s", run.ID, strings.Join(recorded, "\n"), strings.Join(heard, "\n"))
		}
	}
	if runs == 0 || len(e.heard) != runs {
		t.Errorf("%d runs, and heard of %d", runs, len(e.heard))
	}
}

// A chapter is what happens to a run while one engine is open.
type chapter func(t *testing.T, eng *engine.Engine, shop *workshop)

// waits is the run "run", which stands still in calls of t.make; held begins it.
func held(t *testing.T, eng *engine.Engine, shop *workshop) {
	entered, _ := holding(shop)
	start(t, eng, engine.Inputs{"count": 3}, engine.StartOptions{ID: "run"})
	for range 3 {
		<-entered
	}
}

// pausedRun begins the run "run", which waits for an approval.
func pausedRun(t *testing.T, eng *engine.Engine, _ *workshop) {
	run := start(t, eng, nil, engine.StartOptions{ID: "run"})
	if _, err := run.Wait(t.Context()); !errors.Is(err, engine.ErrPaused) {
		t.Fatalf("error %v, want ErrPaused", err)
	}
}

func nothing(*testing.T, *engine.Engine, *workshop) {}

func cancelled(t *testing.T, eng *engine.Engine, _ *workshop) {
	if err := find(t, eng).Cancel(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func find(t *testing.T, eng *engine.Engine) *engine.Run {
	t.Helper()
	run, err := eng.Run(t.Context(), "run")
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func resumed(t *testing.T, eng *engine.Engine, shop *workshop) {
	shop.onMake = nil
	run, err := eng.Resume(t.Context(), "run")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = run.Wait(t.Context())
}

// startedAnew replaces the run by a newer one of its lineage.
func startedAnew(t *testing.T, eng *engine.Engine, shop *workshop) {
	run := start(t, eng, nil, engine.StartOptions{ID: "newer", From: "run"})
	if shop.onMake == nil {
		_, _ = run.Wait(t.Context())
	}
}

func decided(yes bool) chapter {
	return func(t *testing.T, eng *engine.Engine, _ *workshop) {
		run, err := eng.Decide(t.Context(), "run", "check", engine.Decision{Approved: yes})
		if err != nil {
			t.Fatal(err)
		}
		_, _ = run.Wait(t.Context())
	}
}

// However a run begins, stops, goes on and ends, and whoever records it: the observer hears of each event.
func TestAnObserverHearsOfEachRecordedEventOnceAndInOrder(t *testing.T) {
	for name, c := range map[string]struct {
		hcl      string
		chapters []chapter
	}{
		"completed": {joined, []chapter{func(t *testing.T, eng *engine.Engine, _ *workshop) {
			wait(t, start(t, eng, engine.Inputs{"count": 40}))
		}}},
		"failed": {joined, []chapter{func(t *testing.T, eng *engine.Engine, shop *workshop) {
			shop.onMake = func(context.Context, *providers.Call, makeIn) error { return errors.New("not now") }
			if _, err := start(t, eng, nil).Wait(t.Context()); err == nil {
				t.Error("no error")
			}
		}}},
		"asked for twice": {joined, []chapter{func(t *testing.T, eng *engine.Engine, _ *workshop) {
			var all sync.WaitGroup
			for range 8 {
				all.Go(func() {
					if run, err := eng.Start(t.Context(), "joined", nil, engine.StartOptions{ID: "run"}); err != nil {
						t.Error(err)
					} else if _, err := run.Wait(t.Context()); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
		}}},
		"cancelled":                    {joined, []chapter{held, nothing, resumed}},
		"interrupted, then cancelled":  {joined, []chapter{held, cancelled}},
		"interrupted, then superseded": {joined, []chapter{held, startedAnew}},
		"superseded at work":           {joined, []chapter{func(t *testing.T, eng *engine.Engine, shop *workshop) { held(t, eng, shop); startedAnew(t, eng, shop) }, resumed}},
		"approved":                     {approved, []chapter{pausedRun, decided(true)}},
		"rejected":                     {approved, []chapter{pausedRun, decided(false)}},
		"waiting, then cancelled":      {approved, []chapter{pausedRun, cancelled}},
		"waiting, then superseded":     {approved, []chapter{pausedRun, startedAnew}},
		"waiting, then superseded, in one go": {approved, []chapter{func(t *testing.T, eng *engine.Engine, shop *workshop) {
			pausedRun(t, eng, shop)
			startedAnew(t, eng, shop)
		}}},
		"drained": {joined, []chapter{func(t *testing.T, eng *engine.Engine, shop *workshop) {
			held(t, eng, shop)
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			eng.Drain(ctx)
		}, resumed}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var e ear
			shop := &workshop{vary: true}
			conf := keeping(t, c.hcl, shop)
			conf.Observe = e.observe
			for _, chapter := range c.chapters {
				eng, err := engine.Open(t.Context(), conf)
				if err != nil {
					t.Fatal(err)
				}
				chapter(t, eng, shop)
				if err := eng.Close(); err != nil {
					t.Fatal(err)
				}
			}
			e.compare(t, conf.Journal)
		})
	}
}

// A slowJournal holds back that an event is recorded, which then is, from whoever has recorded it.
type slowJournal struct {
	journal.Journal
	before, after func(b journal.Batch)
}

func (j *slowJournal) Append(ctx context.Context, id string, b journal.Batch) (uint64, error) {
	if j.before != nil {
		j.before(b)
	}
	last, err := j.Journal.Append(ctx, id, b)
	if j.after != nil {
		j.after(b)
	}
	return last, err
}

// is tells whether a batch has an event of a kind at an address, or "" for any.
func is(b journal.Batch, kind engine.Kind, address string) bool {
	return slices.ContainsFunc(b.Events, func(ev journal.Event) bool {
		return ev.Kind == string(kind) && (address == "" || ev.Address == address)
	})
}

// Of two calls whose beginnings are recorded one after the other, the second goes on first.
func TestAnObserverHearsInOrderWhateverIsRecordedAtTheSameTime(t *testing.T) {
	var e ear
	shop := &workshop{}
	first, second := make(chan struct{}), make(chan struct{})
	shop.onMake = func(_ context.Context, call *providers.Call, _ makeIn) error {
		if call.Address == `made["item-01"]` {
			close(second)
		}
		return nil
	}
	conf := keeping(t, joined, shop)
	conf.Journal = &slowJournal{
		Journal: memory.New(),
		before: func(b journal.Batch) {
			if is(b, engine.AttemptStarted, `made["item-01"]`) {
				<-first
			}
		},
		after: func(b journal.Batch) {
			if is(b, engine.AttemptStarted, `made["item-00"]`) {
				close(first)
				<-second
			}
		},
	}
	conf.Observe = e.observe
	eng := open(t, conf)
	wait(t, start(t, eng, engine.Inputs{"count": 2}))
	e.compare(t, conf.Journal)
}

// What the engine works on is counted, not what has begun and not ended.
func TestARunThatCeasesToBeExecutedIsNotCountedWhateverTheReason(t *testing.T) {
	shop := &workshop{vary: true}
	entered, hold := holding(shop)
	conf := keeping(t, approved, shop)
	var broken bool
	var mu sync.Mutex
	conf.Journal = &stumblingJournal{conf.Journal, func(journal.Batch) bool {
		mu.Lock()
		defer mu.Unlock()
		return broken
	}}
	eng, err := engine.Open(t.Context(), conf)
	if err != nil {
		t.Fatal(err)
	}
	count := func(when string, want int) {
		t.Helper()
		if n := eng.Executing()["joined"]; n != want {
			t.Errorf("%s: %d runs, want %d", when, n, want)
		}
	}
	count("before", 0)
	run := start(t, eng, nil)
	<-entered
	count("in a call", 1)
	hold <- struct{}{}
	if _, err := run.Wait(t.Context()); !errors.Is(err, engine.ErrPaused) {
		t.Fatalf("error %v, want ErrPaused", err)
	}
	count("waiting for a person", 0)
	run = start(t, eng, nil)
	<-entered
	count("another one", 1)
	mu.Lock()
	broken = true
	mu.Unlock()
	hold <- struct{}{}
	if _, err := run.Wait(t.Context()); !errors.Is(err, errStumbled) {
		t.Fatalf("error %v, want the journal's", err)
	}
	count("that cannot record itself", 0)
	mu.Lock()
	broken = false
	mu.Unlock()
	start(t, eng, nil)
	<-entered
	count("a third", 1)
	if err := eng.Close(); err != nil {
		t.Fatal(err)
	}
	count("after Close", 0)
}
