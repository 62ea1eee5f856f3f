package engine_test

import (
	"errors"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"

	"github.com/filmloom/filmloom/engine"
)

// follow reads a run to its end through a handle of its own, and again whenever nobody executes it. It tells
// what it saw that it should not have seen.
func follow(t *testing.T, eng *engine.Engine, id string) {
	run, err := eng.Run(t.Context(), id)
	if err != nil {
		t.Error(err)
		return
	}
	var last uint64
	done := 0
	for {
		var ended engine.Kind
		for ev := range run.EventsFrom(t.Context(), last+1) {
			if ev.Kind == engine.Progress {
				continue
			}
			if last++; ev.Seq != last {
				t.Errorf("event %d of run %s after %d", ev.Seq, id, last-1)
				return
			}
			switch ev.Kind {
			case engine.InstanceDone, engine.InstanceReused:
				done++
			case engine.RunCompleted, engine.RunCancelled, engine.RunSuperseded, engine.RunFailed:
				ended = ev.Kind
			}
			st := run.Status()
			told := 0
			for _, s := range st.Stages {
				told += s.Done
			}
			if told < done || ended != "" && (!st.State.Final() || st.Ended.IsZero()) {
				t.Errorf("after event %d, %s, the run is %s and tells of %d instances of %d", ev.Seq, ev.Kind, st.State, told, done)
				return
			}
		}
		if ended != "" {
			return
		}
		runtime.Gosched() // it is paused, and somebody is going to go on with it
	}
}

// disturb does things to a run, as different people may do at the same time, until it has ended.
func disturb(t *testing.T, eng *engine.Engine, id string, random *rand.Rand) {
	for {
		run, err := eng.Run(t.Context(), id)
		if err != nil {
			t.Error(err)
			return
		}
		if run.Status().State.Final() {
			return
		}
		switch random.IntN(12) {
		case 0, 1, 2, 3:
			err = run.Pause(t.Context())
		case 4, 5, 6, 7, 8:
			_, err = eng.Resume(t.Context(), id)
		case 9, 10:
			_, err = eng.Decide(t.Context(), id, "check", engine.Decision{Approved: random.IntN(4) > 0})
		case 11:
			if random.IntN(8) == 0 {
				err = run.Cancel(t.Context())
			}
		}
		if err != nil && !errors.Is(err, engine.ErrNotFound) {
			t.Error(err)
			return
		}
	}
}

// Whatever is done to runs at the same time: a reader sees every event once, in order, none before the run tells
// of it, and it does not hang; the observer hears of the same.
func TestReadersMissNothingWhateverIsDoneToARun(t *testing.T) {
	var e ear
	conf := keeping(t, approved, &workshop{vary: true})
	conf.Observe = e.observe
	eng, err := engine.Open(t.Context(), conf)
	if err != nil {
		t.Fatal(err)
	}
	for n := range uint64(20) {
		run := start(t, eng, engine.Inputs{"count": 4})
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() { follow(t, eng, run.ID) })
		}
		for i := range uint64(2) {
			all.Go(func() { disturb(t, eng, run.ID, rand.New(rand.NewPCG(n, i))) })
		}
		all.Wait()
		if s := run.Status().State; !s.Final() {
			t.Errorf("the run is %s", s)
		}
	}
	if err := eng.Close(); err != nil {
		t.Fatal(err)
	}
	e.compare(t, conf.Journal)
}
