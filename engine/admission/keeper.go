package admission

import (
	"context"
	"time"
)

// settle draws the consequences once nobody at the gate can begin: whoever waits learns a new reason,
// and a keeper sleeps exactly while the clock alone can let someone in.
func (g *Gate) settle(now time.Duration) {
	g.plain.settle(now)
	g.heavy.settle(now)
	until, needed := g.alarmAt(now)
	switch {
	case g.keeping:
		if g.wake != nil && (!needed || until < g.alarm) {
			g.wake()
		}
	case needed && !g.c.closed:
		g.keeping = true
		g.c.wg.Go(g.keep)
	}
}

// alarmAt is when the gate is to be looked at again although nothing happened.
func (g *Gate) alarmAt(now time.Duration) (until time.Duration, needed bool) {
	if g.waiting == 0 {
		return 0, false
	}
	o := g.obstacle(now)
	return o.until, o.kind.timed()
}

// keep is the keeper: the one goroutine of the gate that sleeps, as long as somebody waits for the time.
// A later alarm it notices when it wakes; for an earlier one, or none, it is woken.
func (g *Gate) keep() {
	c := g.c
	for {
		c.mu.Lock()
		now := c.now()
		c.dispatch(g, now)
		until, needed := g.alarmAt(now)
		if !needed || c.closed {
			g.keeping, g.wake = false, nil
			c.mu.Unlock()
			return
		}
		ctx, cancel := context.WithCancel(c.ctx)
		g.alarm, g.wake = until, cancel
		c.mu.Unlock()
		_ = c.clock.Sleep(ctx, until-now) // woken early or not, the state is looked at anew
		cancel()
	}
}
