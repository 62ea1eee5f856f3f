package admission

import (
	"cmp"
	"time"
)

// breaker is the state of a Breaker. Closed, it counts failures in a row. Open, it lets nothing through
// until its time has come, then one trial call.
//
// Calls that began before it opened say nothing any more: their news is old. The era tells them apart.
type breaker struct {
	limits   Breaker
	era      int // counts the openings
	failures int // in a row
	open     bool
	trying   bool          // open, and the trial call is under way
	cooldown time.Duration // the current one, or the one to come
	until    time.Duration // open: no trial before
}

// newBreaker makes a closed one and puts in the defaults.
func newBreaker(l Breaker) breaker {
	l.Failures = cmp.Or(l.Failures, 10)
	if l.Cooldown <= 0 {
		l.Cooldown = 10 * time.Second
	}
	if l.MaxCooldown <= 0 {
		l.MaxCooldown = 2 * time.Minute
	}
	l.MaxCooldown = max(l.MaxCooldown, l.Cooldown)
	return breaker{limits: l, cooldown: l.Cooldown}
}

// begin notes that a call begins; it is the trial when the breaker is open.
func (b *breaker) begin() (era int, trial bool) {
	b.trying = b.open
	return b.era, b.open
}

// end learns how a call ended.
func (b *breaker) end(p *Pass, o Outcome, now time.Duration) {
	if p.era != b.era {
		return
	}
	if p.trial {
		b.trying = false
	}
	switch o {
	case Worked:
		b.open, b.failures, b.cooldown = false, 0, b.limits.Cooldown
	case Failed:
		b.failures++
		switch {
		case p.trial:
			b.cooldown = min(later(b.cooldown, b.cooldown), b.limits.MaxCooldown)
			b.until = later(now, b.cooldown)
		case b.limits.Failures > 0 && b.failures >= b.limits.Failures:
			b.open, b.until = true, later(now, b.cooldown)
			b.era++
		}
	}
}
