package engine_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/filmloom/filmloom/engine"
)

// Fifty read one run, each from a number of its own. Half of them stand still at their first event until the
// run has ended; nobody waits for them, and they have missed nothing.
func TestManyReadersSeeTheSameAndSlowOnesDelayNobody(t *testing.T) {
	const readers, last = 50, 12
	eng := open(t, config(t.TempDir(), joined, &workshop{}))
	run := start(t, eng, engine.Inputs{"count": 20})
	random := rand.New(rand.NewPCG(1, 2))
	ended := make(chan struct{})
	from, seen := make([]uint64, readers), make([][]engine.Event, readers)
	var reading sync.WaitGroup
	for i := range readers {
		from[i] = 1 + random.Uint64N(last)
		slow := i%2 == 0
		reading.Go(func() {
			for ev := range run.EventsFrom(t.Context(), from[i]) {
				if slow {
					<-ended
				}
				if ev.Kind != engine.Progress {
					seen[i] = append(seen[i], ev)
				}
			}
		})
	}
	wait(t, run)
	close(ended)
	reading.Wait()
	all := numbered(run.Events(t.Context()))
	for i, events := range seen {
		got, want := fmt.Sprint(events), fmt.Sprint(all[from[i]-1:])
		if got != want {
			t.Errorf("reader %d, from %d, saw %d events that are not the %d there are", i, from[i], len(events), len(all)-int(from[i])+1)
		}
	}
	if last := all[len(all)-1].Kind; last != engine.RunCompleted || len(all) < 40 {
		t.Errorf("%d events, the last is %s", len(all), last)
	}
}

// Readers of a run that the engine leaves in the middle come to an end, and hold up nobody who closes it.
func TestCloseWaitsForNoReader(t *testing.T) {
	shop := &workshop{}
	entered, hold := holding(shop)
	defer close(hold)
	eng, err := engine.Open(t.Context(), config(t.TempDir(), joined, shop))
	if err != nil {
		t.Fatal(err)
	}
	run := start(t, eng, engine.Inputs{"count": 1})
	<-entered
	closed, standing := make(chan struct{}), make(chan struct{}, 1)
	var kinds []engine.Kind
	var reading sync.WaitGroup
	reading.Go(func() {
		for ev := range run.Events(t.Context()) {
			select {
			case standing <- struct{}{}:
			default:
			}
			<-closed
			kinds = append(kinds, ev.Kind)
		}
	})
	<-standing
	if err := eng.Close(); err != nil {
		t.Error(err)
	}
	close(closed)
	reading.Wait()
	if len(kinds) == 0 || slices.Contains(kinds, engine.RunCompleted) {
		t.Errorf("the reader saw %v", kinds)
	}
}
