package admission

import (
	"context"
	"errors"
	"testing"
	"time"
)

func TestEnterNeedsALiveContext(t *testing.T) {
	c, _ := newController(t, 1)
	g := c.Gate("x", Limits{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if p, err := g.Enter(ctx, Request{}); p != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("Enter gives %v, %v; want the context's error", p, err)
	}
}

func TestHold(t *testing.T) {
	c, clock := newController(t, 1)
	g := c.Gate("x", Limits{})
	running := enter(t, g, Request{})
	g.Hold(30 * second)
	g.Hold(10 * second) // the later end wins
	if got, want := c.Load().Gates[0].HeldUntil, clock.Now().Add(30*second); !got.Equal(want) {
		t.Errorf("held until %v; want %v", got, want)
	}
	if _, broken := g.Broken(); broken {
		t.Error("a gate on hold is not broken")
	}
	running.Leave(Worked) // what runs goes on
	v := visit(t, g, Request{})
	clock.Wait(30 * second)
	clock.Advance(30*second - 1)
	clock.Wait(1)
	v.waits()
	clock.Advance(1)
	v.enters()
	if got := c.Load().Gates[0].HeldUntil; !got.IsZero() {
		t.Errorf("held until %v; want the zero time", got)
	}
}

// One goroutine sleeps for all who wait at a gate, and only as long as somebody does.
func TestOneSleepsForAll(t *testing.T) {
	c, clock := newController(t, 1)
	g := c.Gate("x", Limits{})
	g.Hold(30 * second)
	clock.Wait() // nobody waits yet
	v, w := visit(t, g, Request{}), visit(t, g, Request{CPU: true})
	clock.Wait(30 * second)
	v.goes()
	clock.Wait(30 * second)
	w.goes()
	clock.Wait()
	v = visit(t, g, Request{})
	clock.Wait(30 * second)
	v.goes()
}

// A call that is cancelled in the instant of its admission gives back all it got: its place, its share of
// the minute and the trial.
func TestAnUnusedPassIsGivenBack(t *testing.T) {
	c, clock := newController(t, 1)
	g := c.Gate("x", Limits{PerMinute: 2, Concurrent: 1, Breaker: Breaker{Failures: 1}})
	p := enter(t, g, Request{})
	clock.Advance(20 * second)
	_, w := g.ask(Request{})
	p.Leave(Failed)
	clock.Wait(10 * second)
	clock.Advance(10 * second)
	<-w.ready
	if !w.pass.trial {
		t.Fatal("the call is not the trial")
	}
	v := visit(t, g, Request{})
	v.hears("x is being tried again with one call")
	w.withdraw()
	if p := v.enters(); !p.trial {
		t.Error("the next call is not the trial")
	}
}

func TestAnEarlierMomentWakesTheKeeper(t *testing.T) {
	c, clock := newController(t, 1)
	g := c.Gate("x", Limits{PerMinute: 2, Breaker: Breaker{Failures: 1}})
	enter(t, g, Request{}).Leave(Worked)
	running := enter(t, g, Request{})
	v := visit(t, g, Request{})
	clock.Wait(time.Minute)
	running.Leave(Failed)
	v.hears("x allows 2 calls a minute; the next may begin in 1m")
	v.hears("x failed; it is tried again in 10s")
	clock.Wait(10 * second)
	clock.Advance(10 * second)
	v.hears("x allows 2 calls a minute; the next may begin in 50s")
	clock.Wait(50 * second)
	clock.Advance(50 * second)
	v.enters()
}

// Waiting that panics, or ends its goroutine as a failing test does, leaves nothing behind.
func TestAPanicLeavesNothingBehind(t *testing.T) {
	c, _ := newController(t, 1)
	g := c.Gate("x", Limits{Concurrent: 1})
	p := enter(t, g, Request{})
	func() {
		defer func() { _ = recover() }()
		_, _ = g.Enter(t.Context(), Request{Waiting: func(string) { panic("no") }})
		t.Error("the panic was swallowed")
	}()
	if n := c.Load().Gates[0].Waiting; n != 0 {
		t.Errorf("%d wait", n)
	}
	p.Leave(Worked)
	enter(t, g, Request{})
}

// Waiting is called without locks held: it may ask the controller.
func TestWaitingMayAskTheController(t *testing.T) {
	c, _ := newController(t, 1)
	g := c.Gate("x", Limits{Concurrent: 1})
	p := enter(t, g, Request{})
	_, err := g.Enter(t.Context(), Request{Waiting: func(string) {
		if n := c.Load().Gates[0].Waiting; n != 1 {
			t.Errorf("%d wait; want 1", n)
		}
		p.Leave(Worked)
	}})
	if err != nil {
		t.Error(err)
	}
}

func TestLoad(t *testing.T) {
	c, clock := newController(t, 2)
	ffmpeg, openai := c.Gate("ffmpeg", Limits{}), c.Gate("openai", Limits{Breaker: Breaker{Failures: 1}})
	enter(t, ffmpeg, Request{CPU: true})
	enter(t, openai, Request{})
	enter(t, openai, Request{}).Leave(Failed)
	_, w := openai.ask(Request{})
	defer w.withdraw()
	got := c.Load()
	want := []GateLoad{
		{Name: "ffmpeg", InFlight: 1},
		{Name: "openai", InFlight: 1, Waiting: 1, Broken: true, BrokenUntil: clock.Now().Add(10 * time.Second)},
	}
	if got.CPUs != 2 || got.CPUsBusy != 1 || len(got.Gates) != 2 || got.Gates[0] != want[0] || got.Gates[1] != want[1] {
		t.Errorf("load is %+v; want one of two processors busy, %+v", got, want)
	}
}

func TestCloseEndsWhatSleeps(t *testing.T) {
	clock := newFakeClock()
	c := New(1, clock)
	g := c.Gate("x", Limits{})
	p := enter(t, g, Request{})
	g.Hold(time.Hour)
	_, w := g.ask(Request{})
	clock.Wait(time.Hour)
	c.Close() // whoever waits should have gone; even if not, no goroutine is left
	clock.Wait()
	g.Hold(2 * time.Hour)
	c.mu.Lock()
	if g.keeping {
		t.Error("a goroutine was started after Close")
	}
	c.mu.Unlock()
	w.withdraw()
	p.Leave(Worked)
	c.Close()
}

func TestThereIsAtLeastOneProcessor(t *testing.T) {
	c, _ := newController(t, 0)
	enter(t, c.Gate("x", Limits{}), Request{CPU: true})
}
