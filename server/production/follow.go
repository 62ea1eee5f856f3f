package production

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/server/film"
	"github.com/filmloom/filmloom/server/store"
)

// goOn begins with every order that is open in the records.
func (d *Desk) goOn(ctx context.Context) error {
	var ids []string
	err := d.conf.Store.View(func(tx *store.Tx) error {
		for e := range tx.Scan(store.Scan{Under: store.K("open"), Keys: true}) {
			ids = append(ids, e.Key.Last())
		}
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, id := range ids {
		o, err := d.Order(id)
		if err != nil {
			return err
		}
		if seen[o.Production] {
			continue
		}
		seen[o.Production] = true
		s, err := d.read(ctx, o.Production, true)
		if err != nil {
			return err
		}
		all, own, err := d.shown(s.production)
		if err != nil {
			return err
		}
		d.begin(s, all, own)
	}
	return nil
}

// begin works on a production's newest order. What was shown of its progress, and of the order's own, does not
// fall.
func (d *Desk) begin(s *snapshot, progress, own float64) {
	p, o := s.production, s.head
	d.mu.Lock()
	if d.closed { // it is found again
		d.mu.Unlock()
		return
	}
	if !o.quick() {
		d.stand(o)
	}
	l := d.open[p.ID]
	if l != nil {
		l.set(p, o)
		l.change(func() { l.expect(o) })
		d.mu.Unlock()
		if !o.quick() {
			return
		}
		// The run that is being followed is superseded by this one. Its follower comes to it then.
		if _, err := d.start(o); err != nil {
			d.conf.Log.Debug("an order is started later", "order", o.ID, "error", err)
		}
		return
	}
	l = newLive(*s)
	l.high, l.own = max(progress, p.Summary.Progress), own
	if o.Redraw {
		l.now.film = l.now.film.Expect(o.Scene, o.Created)
	}
	d.open[p.ID] = l
	d.forget(p.ID)
	d.wg.Add(1)
	d.mu.Unlock()
	go func() {
		defer d.wg.Done()
		d.follow(l)
	}()
}

// follow works on a production until none of its orders is open.
func (d *Desk) follow(l *live) {
	for n := 0; ; n++ {
		o := d.next(l, n)
		if o == nil {
			return
		}
		if !o.Status.Open() {
			d.withdraw(o.ID)
			d.replay(l, o)
			continue
		}
		if !d.work(l, o) {
			return
		}
	}
}

// next gives a production's n-th order. When there are no more nobody follows it from then on, and nil is
// returned.
func (d *Desk) next(l *live, n int) *Order {
	d.mu.Lock()
	l.mu.Lock()
	p := l.now.production
	if n < len(p.Orders) {
		l.mu.Unlock()
		d.mu.Unlock()
		o, err := d.Order(p.Orders[n])
		if err != nil {
			d.conf.Log.Error("an order cannot be read", "order", p.Orders[n], "error", err)
			return nil
		}
		return o
	}
	s := l.now
	delete(d.open, p.ID)
	d.round++
	d.recent.put(&s)
	l.gone = true
	close(l.changed) // and it stays so: whoever took l a moment ago must look again
	l.mu.Unlock()
	d.mu.Unlock()
	return nil
}

// replay reads an order that has ended.
func (d *Desk) replay(l *live, o *Order) {
	run, err := d.conf.Engine.Run(d.ctx, o.ID)
	if err != nil {
		if !errors.Is(err, engine.ErrNotFound) {
			d.conf.Log.Error("a run cannot be read", "run", o.ID, "error", err)
		}
		return
	}
	l.change(func() {
		if o.Redraw { // as it was shown when it was ordered
			l.reading.Expect(o.Scene, o.ID, o.Created)
		}
		d.take(&l.reading, run, run.Events(d.ctx))
	})
}

// take reads events into a film.
func (d *Desk) take(r *film.Reading, run *engine.Run, events iter.Seq[engine.Event]) {
	for ev := range events {
		if _, err := r.Take(run, ev); err != nil {
			d.conf.Log.Error("a run's outputs cannot be read", "run", run.ID, "error", err)
		}
	}
}

// work sees an open order through. false means that the server stops.
func (d *Desk) work(l *live, o *Order) bool {
	if !o.quick() {
		switch d.queue(l, o) {
		case stopping:
			return false
		case withdrawn:
			return d.finish(l, o, Cancelled, cancelled)
		}
		defer d.leave()
	}
	run, err := d.start(o)
	switch {
	case errors.Is(err, engine.ErrClosed) || d.ctx.Err() != nil:
		return false
	case err != nil:
		d.conf.Log.Warn("an order could not be started", "order", o.ID, "error", err)
		d.forsake(l, o)
		return d.finish(l, o, Failed, unstarted(err))
	}
	l.change(func() {
		l.run, l.shift = run, shift{}
		l.expect(o)
	})
	defer l.change(func() { l.run = nil })
	return d.watch(l, o, run)
}

// watch follows a run to its end.
func (d *Desk) watch(l *live, o *Order, run *engine.Run) bool {
	from := uint64(1)
	for {
		select {
		case <-l.halt(): // before the run was known
			if err := run.Cancel(d.ctx); err != nil {
				d.conf.Log.Error("a run cannot be cancelled", "run", run.ID, "error", err)
			}
		default:
		}
		for ev := range run.EventsFrom(d.ctx, from) {
			from = max(from, ev.Seq+1)
			if ev.Kind == engine.RunStarted && o.Status == Queued {
				d.started(l, o, ev.Time)
			}
			l.change(func() {
				l.shift.take(ev)
				changed, err := l.reading.Take(run, ev)
				if err != nil {
					d.conf.Log.Error("a run's outputs cannot be read", "run", run.ID, "error", err)
				}
				if changed {
					l.now.film = d.film(&l.reading, o.Production)
				}
			})
			d.advance(l, run)
		}
		// The last event may be read a moment before the run's status tells of it.
		_, _ = run.Wait(d.ctx)
		st := run.Status()
		switch {
		case d.ctx.Err() != nil:
			return false
		case st.State.Final():
			return d.finish(l, o, outcome(st.State), failureOf(st))
		case st.State != engine.Paused:
			return false // the engine is closed
		}
		if !d.pause(run) {
			return false
		}
	}
}

// pausePoll is how often a paused run is asked whether it goes on. Who lets it go on tells nobody.
const pausePoll = time.Second

// pause waits while a run is paused.
func (d *Desk) pause(run *engine.Run) bool {
	tick := time.NewTicker(pausePoll)
	defer tick.Stop()
	for run.Status().State == engine.Paused {
		select {
		case <-tick.C:
		case <-d.ctx.Done():
			return false
		}
	}
	return true
}
