package engine_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/engine/journal/memory"
	"github.com/filmloom/filmloom/providers"
)

// holding lets every call of t.make stand still until hold is closed or its context ends.
func holding(shop *workshop) (entered, hold chan struct{}) {
	entered, hold = make(chan struct{}, 64), make(chan struct{})
	shop.onMake = func(ctx context.Context, _ *providers.Call, _ makeIn) error {
		entered <- struct{}{}
		select {
		case <-hold:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return entered, hold
}

// patience is far more than what is promised: these tests are about whether, not when.
const patience = 5 * time.Second

func TestCancelEndsARunWhoseProviderHeedsIt(t *testing.T) {
	shop := &workshop{}
	entered, hold := holding(shop)
	defer close(hold)
	cancels(t, shop, entered)
}

func TestCancelEndsARunWhoseProviderIsDeafToIt(t *testing.T) {
	t.Parallel() // Close waits a while for what never comes
	shop := &workshop{}
	entered, hold, left := make(chan struct{}, 1), make(chan struct{}), make(chan struct{})
	shop.onMake = func(context.Context, *providers.Call, makeIn) error {
		defer close(left)
		entered <- struct{}{}
		<-hold
		return nil
	}
	cancels(t, shop, entered)
	close(hold)
	<-left
}

// cancels starts a run, cancels it in the middle of a call, and closes the engine.
func cancels(t *testing.T, shop *workshop, entered <-chan struct{}) {
	t.Helper()
	conf := config("", joined, shop)
	conf.Journal = memory.New() // can still be read when the engine is closed
	conf.Artifacts = openStore(t)
	eng, err := engine.Open(t.Context(), conf)
	if err != nil {
		t.Fatal(err)
	}
	run := start(t, eng, engine.Inputs{"count": 1})
	<-entered
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	began := time.Now()
	if err := run.Cancel(ctx); err != nil {
		t.Fatalf("after %s: %v", time.Since(began), err)
	}
	if _, err := run.Wait(t.Context()); !errors.Is(err, engine.ErrCancelled) {
		t.Errorf("error %v, want ErrCancelled", err)
	}
	events := numbered(run.Events(t.Context()))
	if last := events[len(events)-1]; last.Kind != engine.RunCancelled || run.Status().State != engine.Cancelled {
		t.Errorf("the run is %s and its last event %s", run.Status().State, last.Kind)
	}
	if l := audit(joinedShape, events); len(l.breaches) > 0 || l.interrupted != 0 {
		t.Errorf("the call that was stopped has no end: %v", l.breaches)
	}
	if err := run.Cancel(ctx); err != nil {
		t.Errorf("cancelled again: %v", err)
	}
	if err := eng.Close(); err != nil {
		t.Error(err)
	}
	if n := len(numbered(run.Events(t.Context()))); n != len(events) {
		t.Errorf("%d events after Close, want %d", n, len(events))
	}
}
