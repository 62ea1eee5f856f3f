package production

import (
	"errors"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/server/store"
)

// A progress is how far a production was shown to be. What calls in flight had done is lost when the server is
// killed, and then the engine tells less than before. So progress is written before it is shown, in steps that
// cost little.
type progress struct {
	All   float64 `json:"all"`   // from 0 to 1, the highest of all orders
	Order string  `json:"order"` // the newest
	Own   float64 `json:"own"`   // of that one alone
}

// stride is the smallest step that is shown.
const stride = 0.01

func progressKey(production string) store.Key { return store.K("progress", production) }

// shown reads how far a production was shown to be, for its newest order.
func (d *Desk) shown(p *Production) (all, own float64, err error) {
	var g progress
	err = d.conf.Store.View(func(tx *store.Tx) error { return tx.Get(progressKey(p.ID), &g) })
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return 0, 0, err
	}
	if g.Order == p.Head() {
		own = g.Own
	}
	return max(g.All, p.Summary.Progress), own, nil
}

// advance shows how far a run is, when that is a step further.
func (d *Desk) advance(l *live, run *engine.Run) {
	now := run.Status().Progress
	l.mu.Lock()
	p, high, own := l.now.production, l.high, l.own
	l.mu.Unlock()
	g := progress{All: max(high, now), Order: p.Head(), Own: own}
	if run.ID == g.Order {
		g.Own = max(own, now)
	}
	if g.All < high+stride && g.Own < own+stride {
		return
	}
	err := d.conf.Store.Update(d.ctx, func(tx *store.Tx) error { return tx.Put(progressKey(p.ID), g) })
	if err != nil {
		if d.ctx.Err() == nil {
			d.conf.Log.Error("a production's progress cannot be written", "production", p.ID, "error", err)
		}
		return
	}
	l.change(func() {
		l.high = max(l.high, g.All)
		if l.now.production.Head() == g.Order {
			l.own = max(l.own, g.Own)
		}
	})
}
