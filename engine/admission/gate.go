package admission

import (
	"context"
	"errors"
	"time"
)

// A Gate lets calls through to one provider. Make one with [Controller.Gate].
type Gate struct {
	c      *Controller
	name   string
	limits Limits

	// Guarded by the controller's lock, all below.
	running int // calls
	waiting int // calls, in both lines
	plain   *line
	heavy   *line // of calls that need a processor
	window  window
	breaker breaker
	held    time.Duration // nothing begins before

	keeping bool               // a keeper runs
	alarm   time.Duration      // when it wakes
	wake    context.CancelFunc // wakes it earlier
}

// ErrBroken: the breaker lets nothing through, and the call can be served elsewhere.
var ErrBroken = errors.New("the provider has failed again and again and is left alone for a while")

// Enter waits until the call may begin. The error is the context's, or ErrBroken; then nothing of the call
// is left. Whoever gets a pass must Leave.
func (g *Gate) Enter(ctx context.Context, r Request) (*Pass, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	p, w := g.ask(r)
	switch {
	case p != nil:
		return p, nil
	case w == nil:
		return nil, ErrBroken
	}
	return w.wait(ctx, r)
}

// ask begins the call at once, or else puts it in its line, or does neither when it goes elsewhere.
func (g *Gate) ask(r Request) (*Pass, *call) {
	c := g.c
	c.mu.Lock()
	defer c.mu.Unlock()
	now, l := c.now(), g.plain
	if _, broken := g.broken(now); broken && r.Elsewhere {
		return nil, nil
	}
	if r.CPU {
		l = g.heavy
	}
	if g.waiting == 0 && (!r.CPU || c.waiting == 0) && l.obstacle(now).kind == nothing {
		return g.begin(r.CPU, now), nil
	}
	w := l.push(r)
	c.dispatch(g, now)
	if w.pass == nil && (r.Waiting != nil || r.Elsewhere) {
		w.reason, w.changed = g.sentence(l.obstacle(now), now), l.listen()
	}
	return w.pass, w
}

// begin takes all that a call needs. Nothing may stand in its way.
func (g *Gate) begin(cpu bool, now time.Duration) *Pass {
	p := &Pass{gate: g, cpu: cpu, begun: now}
	g.running++
	if cpu {
		g.c.busy++
	}
	if g.limits.PerMinute > 0 {
		g.window.add(now)
	}
	p.era, p.trial = g.breaker.begin()
	return p
}

// Hold lets nothing new begin at the gate for d, as a provider asked ("Retry-After"). Of several holds
// the one that ends last counts.
func (g *Gate) Hold(d time.Duration) {
	g.c.mu.Lock()
	defer g.c.mu.Unlock()
	now := g.c.now()
	if until := later(now, d); until > g.held && d > 0 {
		g.held = until
		g.settle(now)
	}
}

// Broken tells whether the breaker keeps calls back now, so that a fallback may be taken at once instead
// of waiting, and until when. While a trial call is under way that moment has passed: what comes next
// depends on the trial.
func (g *Gate) Broken() (until time.Time, broken bool) {
	g.c.mu.Lock()
	defer g.c.mu.Unlock()
	return g.broken(g.c.now())
}

func (g *Gate) broken(now time.Duration) (until time.Time, broken bool) {
	b := &g.breaker
	if !b.open || now >= b.until && !b.trying {
		return time.Time{}, false
	}
	return g.c.start.Add(b.until), true
}

// later is now + d, or the end of time.
func later(now, d time.Duration) time.Duration {
	if sum := now + d; sum >= now || d < 0 {
		return sum
	}
	return 1<<63 - 1
}
