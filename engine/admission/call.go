package admission

import (
	"cmp"
	"container/list"
	"context"
)

// A call waits.
type call struct {
	line  *line
	queue *queue
	at    *list.Element
	seq   uint64        // its place in the order of all that happens: when it came, later when it began
	pass  *Pass         // once it was admitted
	ready chan struct{} // closed then

	reason  string          // what Waiting was last told
	changed <-chan struct{} // closed when there may be another; nil if nobody wants to know
}

// before tells whether w goes before v where both can.
func (w *call) before(v *call) bool {
	return cmp.Or(
		cmp.Compare(v.queue.level.priority, w.queue.level.priority),
		cmp.Compare(w.queue.stamp, v.queue.stamp),
		cmp.Compare(w.seq, v.seq),
	) < 0
}

// wait returns when the call was admitted, goes elsewhere, or the context has ended. However it ends, by a
// panic of Waiting too, a call without a pass is left in no line.
func (w *call) wait(ctx context.Context, r Request) (p *Pass, err error) {
	defer func() {
		if p == nil {
			w.withdraw()
		}
	}()
	tell := r.Waiting
	if tell == nil {
		tell = func(string) {}
	}
	tell(w.reason)
	for {
		select {
		case <-w.ready:
			return w.pass, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-w.changed:
			news, broken := w.hear()
			if broken && r.Elsewhere {
				return nil, ErrBroken
			}
			if news {
				tell(w.reason)
			}
		}
	}
}

// hear learns the line's newest reason and tells whether it is another one, and whether the gate is broken.
func (w *call) hear() (news, broken bool) {
	l := w.line
	c := l.gate.c
	c.mu.Lock()
	defer c.mu.Unlock()
	if w.pass != nil {
		w.changed = nil
		return false, false
	}
	old, now := w.reason, c.now()
	w.reason, w.changed = l.reason(now), l.listen()
	_, broken = l.gate.broken(now)
	return w.reason != old, broken
}

// withdraw takes out a call that waits no longer. If it was admitted in that instant, it gives back all
// it was given, the minute's share too.
func (w *call) withdraw() {
	g := w.line.gate
	g.c.mu.Lock()
	defer g.c.mu.Unlock()
	now := g.c.now()
	if p := w.pass; p != nil {
		g.window.remove(p.begun)
		p.leave(Neither, now)
		return
	}
	w.line.remove(w)
	g.c.dispatch(g, now)
}
