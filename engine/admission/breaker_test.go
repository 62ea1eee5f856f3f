package admission

import (
	"errors"
	"testing"
	"time"
)

func TestABreakersLife(t *testing.T) {
	c, clock := newController(t, 1)
	g := c.Gate("openai", Limits{Breaker: Breaker{Failures: 3, Cooldown: 10 * second, MaxCooldown: 30 * second}})
	leave := func(outcomes ...Outcome) {
		t.Helper()
		for _, o := range outcomes {
			enter(t, g, Request{}).Leave(o)
		}
	}
	closed := func() {
		t.Helper()
		if until, broken := g.Broken(); broken || !until.IsZero() {
			t.Fatalf("broken until %v; want a working gate", until)
		}
	}
	open := func(d time.Duration) {
		t.Helper()
		if until, broken := g.Broken(); !broken || !until.Equal(clock.Now().Add(d)) {
			t.Fatalf("broken: %v until %v; want true, until %v from now", broken, until, d)
		}
	}

	leave(Failed, Failed, Worked, Failed, Failed, Neither) // never three in a row
	closed()
	straggler, late := enter(t, g, Request{}), enter(t, g, Request{})
	leave(Failed) // neither counts nor resets
	open(10 * second)
	straggler.Leave(Worked) // began before: says nothing now
	open(10 * second)

	clock.Advance(10*second - 1)
	open(1)
	clock.Advance(1)
	closed() // the next call is let through
	trial := enter(t, g, Request{})
	open(0) // but no other
	trial.Leave(Neither)
	closed()
	leave(Failed)
	open(20 * second)
	clock.Advance(20 * second)
	leave(Failed)
	open(30 * second) // the longest
	clock.Advance(time.Hour)
	leave(Worked)
	closed()
	late.Leave(Failed) // old news
	leave(Failed, Failed)
	closed()
	leave(Failed)
	open(10 * second) // from the beginning
}

func TestExactlyOneCallIsTheTrial(t *testing.T) {
	c, clock := newController(t, 1)
	g := c.Gate("openai", Limits{})
	for range 10 {
		enter(t, g, Request{}).Leave(Failed)
	}
	var visitors []*visitor
	for range 5 {
		visitors = append(visitors, visit(t, g, Request{}))
	}
	clock.Wait(10 * second)
	clock.Advance(10 * second)
	trial := visitors[0].enters()
	if l := c.Load().Gates[0]; l.InFlight != 1 || l.Waiting != 4 || !l.Broken {
		t.Errorf("during the trial: %+v", l)
	}
	trial.Leave(Neither)
	trial = visitors[1].enters()
	for _, v := range visitors[2:] {
		v.waits()
	}
	trial.Leave(Worked)
	for _, v := range visitors[2:] {
		v.enters()
	}
}

func TestBreakerLimits(t *testing.T) {
	for _, test := range []struct {
		name    string
		limits  Breaker
		opensAt int
		second  time.Duration // cooldown after a failed trial
	}{
		{"defaults", Breaker{}, 10, 20 * second},
		{"never", Breaker{Failures: -1}, 0, 0},
		{"one", Breaker{Failures: 1, Cooldown: second}, 1, 2 * second},
		{"long cooldown", Breaker{Failures: 2, Cooldown: time.Hour}, 2, time.Hour},
		{"endless cooldown", Breaker{Failures: 2, Cooldown: 1<<63 - 1}, 2, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, clock := newController(t, 1)
			g := c.Gate("x", Limits{Breaker: test.limits})
			opened := 0
			for i := range 100 {
				if _, broken := g.Broken(); broken {
					opened = i
					break
				}
				enter(t, g, Request{}).Leave(Failed)
			}
			if opened != test.opensAt {
				t.Fatalf("opened after %d failures; want %d", opened, test.opensAt)
			}
			if test.second == 0 {
				return
			}
			until, _ := g.Broken()
			clock.Advance(until.Sub(clock.Now()))
			enter(t, g, Request{}).Leave(Failed)
			if until, _ := g.Broken(); until.Sub(clock.Now()) != test.second {
				t.Errorf("then %v; want %v", until.Sub(clock.Now()), test.second)
			}
		})
	}
}

// A call that another provider can serve does not wait for one that is left alone, whether it comes or
// waits already; but whoever comes when the time is up makes the trial.
func TestACallThatCanBeServedElsewhereDoesNotWaitForABrokenGate(t *testing.T) {
	c, clock := newController(t, 1)
	g := c.Gate("openai", Limits{Concurrent: 1, Breaker: Breaker{Failures: 1, Cooldown: 10 * second}})
	first := enter(t, g, Request{})
	left := make(chan error)
	listening := make(chan string, 9)
	go func() {
		_, err := g.Enter(t.Context(), Request{Elsewhere: true, Waiting: func(reason string) { listening <- reason }})
		left <- err
	}()
	<-listening // it waits for the place
	first.Leave(Failed)
	if err := <-left; !errors.Is(err, ErrBroken) {
		t.Errorf("the call that waited: %v", err)
	}
	if _, err := g.Enter(t.Context(), Request{Elsewhere: true}); !errors.Is(err, ErrBroken) {
		t.Errorf("a call that came: %v", err)
	}
	if l := c.Load().Gates[0]; l.Waiting != 0 || l.InFlight != 0 {
		t.Errorf("left behind: %+v", l)
	}
	clock.Advance(10 * second)
	trial := enter(t, g, Request{Elsewhere: true})
	if _, err := g.Enter(t.Context(), Request{Elsewhere: true}); !errors.Is(err, ErrBroken) {
		t.Errorf("a call beside the trial: %v", err)
	}
	trial.Leave(Worked)
	enter(t, g, Request{Elsewhere: true}).Leave(Worked)
}
