package production

import (
	"context"
	"errors"
	"time"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/server/film"
	"github.com/filmloom/filmloom/server/store"
)

// A View is what is known of a production. What it points at is not changed, and must not be.
type View struct {
	Production *Production
	Head       *Order // the newest order; nil for a draft
	Film       film.Film
	// Progress is from 0 to 1 and does not fall; it stays 1 once there is a film.
	Progress float64
	// RunProgress is that of the newest order alone.
	RunProgress float64
	Step        string        // that is being done, or the next one; "" when there is no run
	Began       time.Time     // when that run began; zero otherwise
	Idle        time.Duration // since then, in which nobody worked on it: it was paused, or no server ran
	Run         *engine.Run   // that is being done, or nil
}

// Settled tells that nothing is being done.
func (v View) Settled() bool { return !v.Production.Summary.Status.Open() }

// Updated is when something of the view changed last.
func (v View) Updated() time.Time {
	if v.Film.Updated.After(v.Production.Updated) {
		return v.Film.Updated
	}
	return v.Production.Updated
}

// Image finds a picture by its scene.
func (v View) Image(scene string) (film.Image, bool) {
	for _, img := range v.Film.Images {
		if img.Scene == scene {
			return img, true
		}
	}
	return film.Image{}, false
}

// Get gives the view of a production. The error is ErrNotFound when there is none, or it was deleted.
func (d *Desk) Get(ctx context.Context, id string) (View, error) {
	v, _, err := d.look(ctx, id)
	return v, err
}

// look gives a view, and a channel that is closed when it changes; nil when nothing is being done.
func (d *Desk) look(ctx context.Context, id string) (View, <-chan struct{}, error) {
	d.mu.Lock()
	l := d.open[id]
	s := d.recent.get(id)
	round := d.round
	d.mu.Unlock()
	if l != nil {
		v, changed := l.view()
		return v, changed, nil
	}
	if s == nil {
		read, err := d.read(ctx, id, false)
		if err != nil {
			return View{}, nil, err
		}
		s = read
		if !s.production.Summary.Status.Open() {
			d.remember(s, round)
		}
	}
	v := View{Production: s.production, Head: s.head, Film: s.film, Progress: s.production.Summary.Progress}
	if s.head != nil {
		v.RunProgress = s.head.Progress
	}
	if s.production.Summary.Video != nil {
		v.Progress = 1
	}
	return v, nil, nil
}

// remember keeps what was read, unless something has changed since the round in which it was read.
func (d *Desk) remember(s *snapshot, round uint64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.round == round && d.open[s.production.ID] == nil {
		d.recent.put(s)
	}
}

// forget drops what is remembered of a production, and what others are about to remember. The lock is held.
func (d *Desk) forget(id string) {
	d.round++
	d.recent.drop(id)
}

// find reads a production's record.
func find(tx *store.Tx, id string) (*Production, error) {
	var p Production
	err := tx.Get(productionKey(id), &p)
	if errors.Is(err, store.ErrNotFound) || err == nil && !p.Deleted.IsZero() {
		return nil, ErrNotFound
	}
	return &p, err
}

// read reads a production and its film from the records and the journal. With idle, which promises that the
// engine does no run of it now, a run that has not ended is read as well.
func (d *Desk) read(ctx context.Context, id string, idle bool) (*snapshot, error) {
	p, orders, err := d.records(id)
	if err != nil {
		return nil, err
	}
	s := &snapshot{production: p}
	var reading film.Reading
	for _, o := range orders {
		s.head = o
		run, err := d.conf.Engine.Run(ctx, o.ID)
		if errors.Is(err, engine.ErrNotFound) {
			continue // it came to nothing before its run began
		}
		if err != nil {
			return nil, err
		}
		if !idle && !run.Status().State.Final() {
			continue
		}
		if o.Redraw { // as it was shown when it was ordered
			reading.Expect(o.Scene, o.ID, o.Created)
		}
		d.take(&reading, run, run.Events(ctx))
	}
	s.film = d.film(&reading, id)
	return s, ctx.Err()
}

// records reads a production and its orders.
func (d *Desk) records(id string) (p *Production, orders []*Order, err error) {
	err = d.conf.Store.View(func(tx *store.Tx) error {
		if p, err = find(tx, id); err != nil {
			return err
		}
		for _, id := range p.Orders {
			var o Order
			if err := tx.Get(orderKey(id), &o); err != nil {
				return err
			}
			orders = append(orders, &o)
		}
		return nil
	})
	return p, orders, err
}

// film is what was read; what cannot be read of it is left out.
func (d *Desk) film(r *film.Reading, id string) film.Film {
	f, err := r.Film()
	if err != nil {
		d.conf.Log.Error("a film's outputs cannot be read", "production", id, "error", err)
	}
	return f
}

// Wait waits until a view is as it should be, nothing is being done any more, or the context ends, and gives
// the view as it is then. The error is that of Get.
func (d *Desk) Wait(ctx context.Context, id string, enough func(View) bool) (View, error) {
	for {
		v, changed, err := d.look(context.WithoutCancel(ctx), id)
		if err != nil || changed == nil || enough(v) {
			return v, err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return v, nil
		case <-d.ctx.Done():
			return v, nil
		}
	}
}
