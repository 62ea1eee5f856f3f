package admission

import (
	"fmt"
	"strings"
	"time"
)

// An obstacle is what keeps a call from beginning.
type obstacle struct {
	kind  kind
	until time.Duration // when it ends; 0 if it is not timed
}

type kind int

const (
	nothing kind = iota
	onHold
	cooling
	trying
	rate
	places
	processors
)

// timed tells whether the clock alone ends it.
func (k kind) timed() bool { return k == onHold || k == cooling || k == rate }

// nearby is how far the end of a wait may move without being news. Where a rate is the limit it moves
// with every call that begins, for everyone who waits.
const nearby = 5 * time.Second

// news tells whether o differs from what was told so much that it is worth telling.
func (o obstacle) news(told obstacle) bool {
	return o.kind != told.kind || (o.until-told.until).Abs() >= nearby
}

// obstacle is what keeps every call from beginning at the gate; of several, the one that is likely to
// last.
func (g *Gate) obstacle(now time.Duration) obstacle {
	b := &g.breaker
	if cool := b.open && now < b.until; cool || now < g.held {
		if cool && b.until >= g.held {
			return obstacle{cooling, b.until}
		}
		return obstacle{onHold, g.held}
	}
	if b.trying {
		return obstacle{kind: trying}
	}
	if limit := g.limits.PerMinute; limit > 0 {
		if free := g.window.free(limit, now); free > now {
			return obstacle{rate, free}
		}
	}
	if limit := g.limits.Concurrent; limit > 0 && g.running >= limit {
		return obstacle{kind: places}
	}
	return obstacle{}
}

// obstacle is what keeps the calls of the line from beginning.
func (l *line) obstacle(now time.Duration) obstacle {
	o := l.gate.obstacle(now)
	if c := l.gate.c; o.kind == nothing && l.cpu && c.busy >= c.cpus {
		return obstacle{kind: processors}
	}
	return o
}

// settle tells a new obstacle to those that listen. They are woken by a goroutine of their own, since
// there may be many and whoever calls holds the lock.
func (l *line) settle(now time.Duration) {
	if l.empty() {
		return
	}
	o := l.obstacle(now)
	if o.kind == nothing || !o.news(l.told) { // nothing: the time has just come, and the keeper is on its way
		return
	}
	l.told, l.text = o, ""
	if ch := l.changed; ch != nil {
		l.changed = nil
		if c := l.gate.c; !c.closed {
			c.wg.Go(func() { close(ch) })
		}
	}
}

// listen gives what is closed at the next news.
func (l *line) listen() <-chan struct{} {
	if l.changed == nil {
		l.changed = make(chan struct{})
	}
	return l.changed
}

// reason is what was told as a sentence.
func (l *line) reason(now time.Duration) string {
	if l.text == "" {
		l.text = l.gate.sentence(l.told, now)
	}
	return l.text
}

// sentence says why a call waits, for people.
func (g *Gate) sentence(o obstacle, now time.Duration) string {
	in := span(o.until - now)
	switch o.kind {
	case onHold:
		return fmt.Sprintf("%s asked to wait; the next call begins in %s", g.name, in)
	case cooling:
		if g.breaker.failures == 1 {
			return fmt.Sprintf("%s failed; it is tried again in %s", g.name, in)
		}
		return fmt.Sprintf("%s failed %d times in a row; it is tried again in %s", g.name, g.breaker.failures, in)
	case trying:
		return fmt.Sprintf("%s is being tried again with one call", g.name)
	case rate:
		return fmt.Sprintf("%s allows %s a minute; the next may begin in %s", g.name, calls(g.limits.PerMinute), in)
	case places:
		return fmt.Sprintf("waiting for a place at %s (%d of %s running)", g.name, g.running, calls(g.limits.Concurrent))
	default:
		return fmt.Sprintf("waiting for a processor (%d of %d busy)", g.c.busy, g.c.cpus)
	}
}

func calls(n int) string {
	if n == 1 {
		return "1 call"
	}
	return fmt.Sprintf("%d calls", n)
}

// span is a duration in whole seconds, rounded up, at least one: 12s, 1m30s, 2m, 1h.
func span(d time.Duration) string {
	if part := d % time.Second; part > 0 {
		d = later(d-part, time.Second)
	}
	s := max(d.Truncate(time.Second), time.Second).String()
	if short, whole := strings.CutSuffix(s, "m0s"); whole {
		s = short + "m"
	}
	if short, whole := strings.CutSuffix(s, "h0m"); whole {
		s = short + "h"
	}
	return s
}
