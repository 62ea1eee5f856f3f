package engine_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/providers"
)

// drained makes a run with three calls in flight in an engine that drains and is closed. With finish the
// calls end once it drains.
func drained(t *testing.T, grace time.Duration, finish bool) (dir, run string) {
	t.Helper()
	dir = t.TempDir()
	inside, draining := make(chan struct{}, 3), make(chan struct{})
	shop := &workshop{onMake: func(ctx context.Context, _ *providers.Call, _ makeIn) error {
		inside <- struct{}{}
		<-draining
		if finish {
			return nil
		}
		<-ctx.Done()
		return ctx.Err()
	}}
	eng, err := engine.Open(t.Context(), config(dir, joined, shop))
	if err != nil {
		t.Fatal(err)
	}
	r := start(t, eng, nil)
	for range 3 {
		<-inside
	}
	ctx, cancel := context.WithTimeout(t.Context(), grace)
	defer cancel()
	time.AfterFunc(0, func() { close(draining) })
	eng.Drain(ctx)
	if _, err := eng.Start(t.Context(), "joined", nil); !errors.Is(err, engine.ErrClosed) {
		t.Errorf("a run begins in an engine that drains: %v", err)
	}
	if err := eng.Close(); err != nil {
		t.Fatal(err)
	}
	return dir, r.ID
}

func TestDrainingLosesNoCall(t *testing.T) {
	for name, c := range map[string]struct {
		grace  time.Duration
		finish bool
		again  int // calls
	}{
		"that ends in time":     {time.Minute, true, 1}, // the one that joins them
		"that takes too long":   {time.Millisecond, false, 4},
		"and waits for nothing": {0, false, 4},
	} {
		t.Run(name, func(t *testing.T) {
			dir, id := drained(t, c.grace, c.finish)
			shop := &workshop{}
			run, err := open(t, config(dir, joined, shop)).Resume(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			wait(t, run)
			if made := shop.made(); len(made) != c.again {
				t.Errorf("made %v after the restart", made)
			}
		})
	}
}
