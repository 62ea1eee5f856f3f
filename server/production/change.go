package production

import (
	"context"
	"slices"

	"github.com/filmloom/filmloom/server/film"
	"github.com/filmloom/filmloom/server/store"
)

// A Change orders something of a film anew.
type Change struct {
	Scene string
	// Edit changes what the scene shows and tells; its zero value makes the same picture anew.
	Edit film.Edit
	// StillOnly leaves the film as it is. As long as there is no film it has no effect: the film is made.
	StillOnly bool
	Priority  int
}

// Change makes the picture of a scene anew, or edits a scene, and brings the film up to date. A run that is
// being done goes on as part of it. The error is ErrNotFound, ErrNoScene, ErrBusy when that picture is being
// made already, or with's.
func (d *Desk) Change(ctx context.Context, id string, c Change, with func(*store.Tx, *Production, *Order) error) (View, error) {
	seen, err := d.Get(ctx, id)
	if err != nil {
		return View{}, err
	}
	place := slices.IndexFunc(seen.Film.Images, func(i film.Image) bool { return i.Scene == c.Scene })
	if place < 0 {
		return View{}, ErrNoScene
	}
	if s := seen.Film.Images[place].State; s == film.Queued || s == film.Processing {
		return View{}, ErrBusy
	}
	revision := film.NewTake(c.Scene)
	if c.Edit != (film.Edit{}) {
		revision = c.Edit.Revision(place)
	}
	o := Order{
		Takes: revision.Takes, Edits: revision.Edits, Priority: c.Priority,
		Scene: c.Scene, Redraw: revision.Takes != nil || c.Edit.Prompt != nil,
	}
	return d.revise(ctx, seen, o, func(p *Production, o *Order) {
		if c.StillOnly && p.Summary.Video != nil {
			o.Until = film.ImageStage
		}
	}, with)
}

// revise records an order that changes the newest run of a production, and begins with it. seen is the view
// that it was decided on: when the production was changed meanwhile the error is ErrActive.
func (d *Desk) revise(ctx context.Context, seen View, o Order, adapt func(*Production, *Order), with func(*store.Tx, *Production, *Order) error) (View, error) {
	var p *Production
	var made *Order
	err := d.conf.Store.Update(ctx, func(tx *store.Tx) (err error) {
		if p, err = find(tx, seen.Production.ID); err != nil {
			return err
		}
		if p.Head() != seen.Production.Head() {
			return ErrActive
		}
		var head Order
		if err := tx.Get(orderKey(p.Head()), &head); err != nil {
			return err
		}
		one := o
		one.Parent, one.Pipeline = head.ID, head.Pipeline
		if head.Status.Open() { // this one takes its place, and its price
			one.Charge, one.Price = head.Charge, head.Price
		}
		if adapt != nil {
			adapt(p, &one)
		}
		if made, err = d.fill(p, one); err != nil {
			return err
		}
		was := d.listed(p)
		if p.Summary.Status != Processing {
			p.Summary.Status = Queued
		}
		p.Summary.Failure, p.Updated = nil, made.Created
		if err := d.put(tx, p, was); err != nil {
			return err
		}
		if with != nil {
			if err := with(tx, p, made); err != nil {
				return err
			}
		}
		return d.record(tx, p, made)
	})
	if err != nil {
		return View{}, err
	}
	d.begin(&snapshot{p, made, seen.Film}, seen.Progress, 0)
	return d.Get(ctx, p.ID)
}

// Make orders a film for a production: its first, or one under a new request, which uses again what did not
// change. with is called within the transaction. The error is ErrNotFound, ErrActive while an order is being worked
// on, ErrFull, or with's.
func (d *Desk) Make(ctx context.Context, id string, o Order, with func(*store.Tx, *Production, *Order) error) (*Order, error) {
	if err := d.room(); err != nil {
		return nil, err
	}
	defer d.came()
	seen, err := d.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	var p *Production
	var made *Order
	err = d.conf.Store.Update(ctx, func(tx *store.Tx) (err error) {
		if p, err = find(tx, id); err != nil {
			return err
		}
		was := d.listed(p)
		if p.Summary.Status.Open() {
			return ErrActive
		}
		one := o
		if one.From, err = begun(tx, p); err != nil {
			return err
		}
		if made, err = d.fill(p, one); err != nil {
			return err
		}
		p.Summary.Status, p.Summary.Failure, p.Updated = Queued, nil, made.Created
		if err := d.put(tx, p, was); err != nil {
			return err
		}
		if with != nil {
			if err := with(tx, p, made); err != nil {
				return err
			}
		}
		return d.record(tx, p, made)
	})
	if err != nil {
		return nil, err
	}
	d.begin(&snapshot{p, made, seen.Film}, seen.Progress, 0)
	return made, nil
}

// begun is the newest order of a production whose run has begun, or "".
func begun(tx *store.Tx, p *Production) (string, error) {
	for _, id := range slices.Backward(p.Orders) {
		var o Order
		if err := tx.Get(orderKey(id), &o); err != nil {
			return "", err
		}
		if !o.Started.IsZero() {
			return id, nil
		}
	}
	return "", nil
}

// Edit changes a production's record: its title, or with remember what was remembered of its request. The error is
// ErrNotFound, or change's.
func (d *Desk) Edit(ctx context.Context, id string, change func(p *Production, request func(into any) error, remember func(any) error) error) (*Production, error) {
	var p *Production
	err := d.conf.Store.Update(ctx, func(tx *store.Tx) (err error) {
		if p, err = find(tx, id); err != nil {
			return err
		}
		was := d.listed(p)
		err = change(p,
			func(into any) error { return tx.Get(requestKey(id), into) },
			func(v any) error { return tx.Put(requestKey(id), v) })
		if err != nil {
			return err
		}
		p.Updated = d.now()
		return d.put(tx, p, was)
	})
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.forget(id)
	if l := d.open[id]; l != nil {
		l.set(p, nil) // with the lock held: otherwise what is remembered of l at its end could be older
	}
	return p, nil
}
