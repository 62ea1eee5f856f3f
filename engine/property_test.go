package engine_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/engine/artifact"
	"github.com/filmloom/filmloom/engine/journal"
	"github.com/filmloom/filmloom/engine/journal/memory"
	"github.com/filmloom/filmloom/engine/pipeline"
)

// A match is a program that is run by engines, one after the other, on the same stores.
type match struct {
	program program
	journal journal.Journal
	store   artifact.Store
	clock   *quickClock
	problem func(format string, args ...any) // may be called from any goroutine
}

func newMatch(t *rapid.T, p program, store artifact.Store) *match {
	return &match{p, memory.New(), store, newQuickClock(), t.Errorf}
}

// An ending is what came of a run.
type ending struct {
	state   engine.State
	outputs string
	events  []engine.Event
	run     *engine.Run
}

// engine opens an engine with a provider.
func (m *match) engine(g *game) (*engine.Engine, error) {
	return engine.Open(context.Background(), engine.Config{
		Source:    pipeline.Source{"program.hcl": []byte(m.program.hcl())},
		Providers: g, Journal: m.journal, Artifacts: m.store, Clock: m.clock, CPUs: 2,
	})
}

// play lets a run go on until it has ended, or until the provider's last call stands still, or until the
// event of that number has been seen (0 means none), where the run may be paused; then it closes the engine.
func (m *match) play(g *game, until uint64, pause bool) (e ending) {
	eng, err := m.engine(g)
	if err != nil {
		m.problem("the program is refused: %v", err)
		return e
	}
	e.run, err = eng.Start(context.Background(), "main", nil, engine.StartOptions{ID: "run", Seed: 5, HasSeed: true})
	if err == nil && e.run.Status().State == engine.Paused { // where an earlier engine left it
		e.run, err = eng.Resume(context.Background(), "run")
	}
	if err == nil {
		m.watch(g, e.run, until)
		if pause {
			err = e.run.Pause(context.Background())
		}
	}
	if err != nil {
		m.problem("it does not go on: %v", err)
	}
	if err := eng.Close(); err != nil {
		m.problem("the engine does not close: %v", err)
	}
	if e.run == nil {
		return e
	}
	e.state = e.run.Status().State
	e.events = numbered(e.run.Events(context.Background()))
	if e.state == engine.Completed {
		out, err := e.run.Wait(context.Background())
		if err != nil {
			m.problem("completed, but: %v", err)
		}
		raw, err := out.MarshalJSON()
		if err != nil {
			m.problem("outputs: %v", err)
		}
		e.outputs = string(raw)
	}
	return e
}

// watch reads the run's events until it is enough.
func (m *match) watch(g *game, run *engine.Run, until uint64) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var reading sync.WaitGroup
	reading.Go(func() {
		defer cancel()
		highest := 0.0
		for ev := range run.Events(ctx) {
			told := []float64{run.Status().Progress}
			if ev.Kind == engine.Progress {
				told = []float64{ev.Done, told[0]}
			}
			for _, now := range told {
				if now < highest || now > 1 {
					m.problem("the progress fell from %v to %v at %s", highest, now, ev.Kind)
				}
				highest = max(highest, now)
			}
			if ev.Seq == until && until > 0 {
				return
			}
		}
	})
	select {
	case <-g.held:
	case <-ctx.Done():
	}
	cancel()
	reading.Wait()
}

// fair holds a run against the model and gives the ledger.
func (m *match) fair(e ending) *ledger {
	l := audit(m.program.shape(), e.events)
	for _, b := range l.breaches {
		m.problem("%s", b)
	}
	if l.state != e.state {
		m.problem("the run is %s, by its events %s", e.state, l.state)
	}
	if e.state.Final() && e.run.Status().Interrupted != l.interrupted {
		m.problem("%d interrupted calls, by the events %d", e.run.Status().Interrupted, l.interrupted)
	}
	return l
}

// final makes sure that a run that nobody stopped ended as it may.
func (m *match) final(e ending) {
	l := m.fair(e)
	if e.run == nil {
		return // which has been said
	}
	_, err := e.run.Wait(context.Background())
	var failed *engine.RunError
	switch e.state {
	case engine.Completed:
		if p := e.run.Status().Progress; p != 1 || err != nil {
			m.problem("completed with progress %v, %v", p, err)
		}
	case engine.Failed:
		if !errors.As(err, &failed) {
			m.problem("failed with %v", err)
		} else if i := l.instances[failed.Address]; i == nil || !i.failed {
			m.problem("it failed because of %s, which did not fail", failed.Address)
		}
	default:
		m.problem("it ended %s", e.state)
	}
}

// tried runs a property on random programs; the store is shared, for it costs more than all the rest.
func tried(t *testing.T, property func(t *rapid.T, store artifact.Store)) {
	t.Helper()
	store := openStore(t)
	rapid.Check(t, func(t *rapid.T) { property(t, store) })
}

func openStore(t *testing.T) artifact.Store {
	t.Helper()
	store, err := artifact.OpenDir(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}

func TestEveryRunOfAnyProgramIsLegal(t *testing.T) {
	tried(t, func(t *rapid.T, store artifact.Store) {
		m := newMatch(t, programs(true).Draw(t, "program"), store)
		t.Log(m.program.hcl())
		fragile := rapid.SampledFrom([]int{0, 5}).Draw(t, "fragile")
		m.final(m.play(newGame(rapid.Uint64().Draw(t, "seed"), fragile, 0), 0, false))
	})
}

func TestAnInterruptedRunOfAnyProgramEndsLikeAnUninterruptedOne(t *testing.T) {
	tried(t, func(t *rapid.T, store artifact.Store) {
		p := programs(true).Draw(t, "program")
		t.Log(p.hcl())
		seed, fragile := rapid.Uint64().Draw(t, "seed"), rapid.SampledFrom([]int{0, 0, 3}).Draw(t, "fragile")
		whole := newMatch(t, p, store).play(newGame(seed, fragile, 0), 0, false)
		m := newMatch(t, p, store)
		var e ending
		for range rapid.IntRange(1, 3).Draw(t, "interruptions") {
			before := m.fair(e)
			var g *game
			if rapid.Bool().Draw(t, "in a call") {
				g = newGame(seed, fragile, rapid.IntRange(1, 8).Draw(t, "call"))
				e = m.play(g, 0, false)
			} else {
				g = newGame(seed, fragile, 0)
				e = m.play(g, before.seq+rapid.Uint64Range(1, 20).Draw(t, "event"), rapid.Bool().Draw(t, "pause"))
			}
			m.notAgain(before, g)
		}
		before := m.fair(e)
		g := newGame(seed, fragile, 0)
		e = m.play(g, 0, false)
		m.notAgain(before, g)
		m.final(e)
		if e.state != whole.state || e.outputs != whole.outputs {
			t.Errorf("interrupted it is %s: %s\nuninterrupted %s: %s", e.state, e.outputs, whole.state, whole.outputs)
		}
	})
}

// notAgain makes sure that nothing was called that had been done.
func (m *match) notAgain(before *ledger, g *game) {
	done := before.done()
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, c := range g.calls {
		if slices.Contains(done, c.address) {
			m.problem("%s was done and was called again", c.address)
		}
	}
}

func TestTwoEnginesInOneProcessDoNotDisturbEachOther(t *testing.T) {
	second := openStore(t)
	tried(t, func(t *rapid.T, first artifact.Store) {
		stores := []artifact.Store{first, second}
		programs := []program{programs(false).Draw(t, "one"), programs(false).Draw(t, "other")}
		seeds := []uint64{rapid.Uint64().Draw(t, "seed"), rapid.Uint64().Draw(t, "other seed")}
		alone, together := make([]ending, 2), make([]ending, 2)
		for i, p := range programs {
			alone[i] = newMatch(t, p, stores[i]).play(newGame(seeds[i], 2, 0), 0, false)
		}
		var both sync.WaitGroup
		for i, p := range programs {
			m := newMatch(t, p, stores[i])
			both.Go(func() {
				together[i] = m.play(newGame(seeds[i], 2, 0), 0, false)
				m.final(together[i])
			})
		}
		both.Wait()
		for i := range programs {
			if together[i].state != alone[i].state || together[i].outputs != alone[i].outputs {
				t.Errorf("%d together is %s: %s\nalone %s: %s", i, together[i].state, together[i].outputs, alone[i].state, alone[i].outputs)
			}
		}
	})
}
