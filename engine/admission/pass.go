package admission

import "time"

// A Pass is the permission for one call. It holds the call's place and processor until Leave.
type Pass struct {
	gate  *Gate
	begun time.Duration
	era   int // of the breaker
	cpu   bool
	trial bool
	left  bool
}

// Leave ends the call; those that wait may go on with what it held. Only the first Leave counts.
func (p *Pass) Leave(o Outcome) {
	c := p.gate.c
	c.mu.Lock()
	defer c.mu.Unlock()
	p.leave(o, c.now())
}

func (p *Pass) leave(o Outcome, now time.Duration) {
	if p.left {
		return
	}
	p.left = true
	g := p.gate
	g.running--
	if p.cpu {
		g.c.busy--
	}
	g.breaker.end(p, o, now)
	if g.waiting > 0 || p.cpu && g.c.waiting > 0 {
		g.c.dispatch(g, now)
	}
}
