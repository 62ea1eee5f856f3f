package admission

import (
	"testing"
	"time"
)

// The sentences are read by people who wonder why nothing happens.
func TestEveryWaitHasAReason(t *testing.T) {
	for _, test := range []struct {
		name   string
		limits Limits
		cpu    bool
		before func(t *testing.T, g *Gate)
		want   string
	}{
		{"place", Limits{Concurrent: 2}, false, begin(2), "waiting for a place at openai (2 of 2 calls running)"},
		{"the only place", Limits{Concurrent: 1}, true, begin(1), "waiting for a place at openai (1 of 1 call running)"},
		{"processor", Limits{}, true, begin(2), "waiting for a processor (2 of 2 busy)"},
		{"rate", Limits{PerMinute: 50}, false, begin(50), "openai allows 50 calls a minute; the next may begin in 1m"},
		{"slow rate", Limits{PerMinute: 1, Concurrent: 1}, false, begin(1), "openai allows 1 call a minute; the next may begin in 1m"},
		{"hold", Limits{}, false, hold(90 * second), "openai asked to wait; the next call begins in 1m30s"},
		{"part of a second", Limits{}, false, hold(1200 * time.Millisecond), "openai asked to wait; the next call begins in 2s"},
		{"longer hold", Limits{}, false, both(fail(10), hold(30*second)), "openai asked to wait; the next call begins in 30s"},
		{"breaker", Limits{}, false, fail(10), "openai failed 10 times in a row; it is tried again in 10s"},
		{"longer cooldown", Limits{}, false, both(fail(10), hold(5*second)), "openai failed 10 times in a row; it is tried again in 10s"},
		{"touchy breaker", Limits{Breaker: Breaker{Failures: 1, Cooldown: time.Hour}}, false, fail(1), "openai failed; it is tried again in 1h"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, _ := newController(t, 2)
			g := c.Gate("openai", test.limits)
			test.before(t, g)
			v := visit(t, g, Request{CPU: test.cpu})
			v.hears(test.want)
			v.goes()
		})
	}
}

func begin(n int) func(*testing.T, *Gate) {
	return func(t *testing.T, g *Gate) {
		for i := range n {
			enter(t, g, Request{CPU: i < 2})
		}
	}
}

func fail(n int) func(*testing.T, *Gate) {
	return func(t *testing.T, g *Gate) {
		for range n {
			enter(t, g, Request{}).Leave(Failed)
		}
	}
}

func hold(d time.Duration) func(*testing.T, *Gate) {
	return func(_ *testing.T, g *Gate) { g.Hold(d) }
}

func both(first, second func(*testing.T, *Gate)) func(*testing.T, *Gate) {
	return func(t *testing.T, g *Gate) {
		first(t, g)
		second(t, g)
	}
}

func TestAChangedReasonIsTold(t *testing.T) {
	c, clock := newController(t, 1)
	g := c.Gate("stability", Limits{Concurrent: 1, Breaker: Breaker{Failures: 1}})
	running := enter(t, g, Request{})
	v := visit(t, g, Request{})
	v.hears("waiting for a place at stability (1 of 1 call running)")
	g.Hold(20 * second)
	v.hears("stability asked to wait; the next call begins in 20s")
	clock.Wait(20 * second)
	g.Hold(22 * second) // hardly news
	g.Hold(10 * second) // shorter: changes nothing
	g.Hold(-second)
	g.Hold(30 * second)
	v.hears("stability asked to wait; the next call begins in 30s")
	running.Leave(Failed)
	clock.Wait(20 * second) // a later end needs no other alarm
	clock.Advance(20 * second)
	clock.Wait(10 * second)
	g.Hold(1<<63 - 1)
	v.hears("stability asked to wait; the next call begins in 2562047h46m57s")
	v.goes()
	clock.Wait()
}

func TestThoseBehindATrialHearOfIt(t *testing.T) {
	c, clock := newController(t, 1)
	g := c.Gate("stability", Limits{Breaker: Breaker{Failures: 1}})
	enter(t, g, Request{}).Leave(Failed)
	first, second := visit(t, g, Request{}), visit(t, g, Request{})
	first.hears("stability failed; it is tried again in 10s")
	second.hears("stability failed; it is tried again in 10s")
	clock.Wait(10 * time.Second)
	clock.Advance(10 * time.Second)
	trial := first.enters()
	second.hears("stability is being tried again with one call")
	clock.Wait()
	trial.Leave(Failed)
	second.hears("stability failed 2 times in a row; it is tried again in 20s")
	second.goes()
}

// A rate's next moment moves with every call that begins. Those that wait are not told each time.
func TestSmallMovesOfTheRateAreNotNews(t *testing.T) {
	c, clock := newController(t, 1)
	g := c.Gate("openai", Limits{PerMinute: 30})
	var passes []*Pass
	for range 30 { // every two seconds
		passes = append(passes, enter(t, g, Request{}))
		clock.Advance(2 * second)
	}
	for _, p := range passes {
		p.Leave(Worked)
	}
	v := visit(t, g, Request{}) // goes at once: the first has just expired
	v.enters().Leave(Worked)
	last := visit(t, g, Request{Run: "b", Priority: -1})
	last.hears("openai allows 30 calls a minute; the next may begin in 2s")
	for range 9 {
		next := visit(t, g, Request{Run: "a"})
		clock.Wait(2 * second)
		clock.Advance(2 * second)
		next.enters().Leave(Worked)
	}
	clock.Wait(2 * second)
	clock.Advance(2 * second)
	last.enters()
	close(last.told)
	n, old := 0, ""
	for reason := range last.told {
		if reason == old {
			t.Errorf("told twice: %s", reason)
		}
		n, old = n+1, reason
	}
	if n > 4 {
		t.Errorf("within 20 s it was told %d times more", n)
	}
}

func TestWhatIsNews(t *testing.T) {
	told := obstacle{rate, time.Minute}
	for _, test := range []struct {
		now  obstacle
		want bool
	}{
		{obstacle{rate, time.Minute}, false},
		{obstacle{rate, time.Minute + 5*second - 1}, false},
		{obstacle{rate, time.Minute + 5*second}, true},
		{obstacle{rate, time.Minute - 5*second + 1}, false},
		{obstacle{rate, time.Minute - 5*second}, true},
		{obstacle{onHold, time.Minute}, true},
		{obstacle{kind: places}, true},
	} {
		if got := test.now.news(told); got != test.want {
			t.Errorf("%v after %v is news: %v; want %v", test.now, told, got, test.want)
		}
	}
}
