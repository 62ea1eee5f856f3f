package admission

import (
	"context"
	"sync"
	"time"
)

// A Controller holds the processors and the gates that share them. Make one with New, Close it at the
// end. It is safe for concurrent use, as are its gates and passes.
//
// Whatever frees something decides in the same instant, under the lock, who begins with it. So at any
// time when the lock is free, nobody waits who could go, but for what the clock alone has freed since.
type Controller struct {
	clock Clock
	start time.Time // all times inside are durations since then

	ctx    context.Context // of the goroutines
	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu      sync.Mutex
	closed  bool
	cpus    int
	busy    int // processors in use
	waiting int // calls that need a processor and wait, at all gates
	gates   []*Gate
	rota    *rota  // of the gates at which nothing but a processor is scarce
	stamp   uint64 // the last one given
}

// New makes a controller with a pool of cpus processors, at least one.
func New(cpus int, clock Clock) *Controller {
	c := &Controller{clock: clock, start: clock.Now(), cpus: max(cpus, 1), rota: newRota()}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	return c
}

// Gate makes the gate of one provider. The name appears in reasons.
func (c *Controller) Gate(name string, l Limits) *Gate {
	g := &Gate{c: c, name: name, limits: l, breaker: newBreaker(l.Breaker)}
	g.plain = newLine(g, false, newRota())
	g.heavy = newLine(g, true, newRota())
	if l.Concurrent <= 0 && l.PerMinute <= 0 {
		g.heavy.rota = c.rota
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gates = append(c.gates, g)
	return g
}

// Close ends what the controller waits for; it returns when no goroutine of it is left. Whoever waits
// at a gate must have gone before. A Pass may still be left afterwards.
func (c *Controller) Close() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.cancel()
	c.wg.Wait()
}

func (c *Controller) now() time.Duration { return c.clock.Now().Sub(c.start) }

// dispatch lets begin whoever can, after something changed at g, and settles what follows from it.
// Only calls at g and calls that need a processor can have been waiting for that.
func (c *Controller) dispatch(g *Gate, now time.Duration) {
	for {
		l := c.next(g, now)
		if l == nil {
			break
		}
		l.admit(now)
		if l.gate != g {
			l.gate.settle(now)
		}
	}
	g.settle(now)
}

// next is the line whose first call is to begin; nil when none can.
func (c *Controller) next(g *Gate, now time.Duration) *line {
	var best *line
	if g.plain.open(now) {
		best = g.plain
	}
	if c.waiting == 0 || c.busy >= c.cpus {
		return best
	}
	for _, g := range c.gates {
		if l := g.heavy; l.open(now) && (best == nil || l.first().before(best.first())) {
			best = l
		}
	}
	return best
}
