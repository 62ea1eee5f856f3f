package production

import (
	"context"
	"errors"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/server/store"
)

// Rebuild makes everything anew that is derived: what became of orders, the summaries of productions, the
// marks of open orders and the lists. Nothing else may use the store and the engine meanwhile; what is
// interrupted is begun again. It tells how many productions there are, and of how many the record was not as it
// should be.
func Rebuild(ctx context.Context, conf Config) (all, mended int, err error) {
	d := &Desk{conf: conf.filled(), ctx: ctx}
	for _, kind := range []string{"list", "open"} {
		if err := conf.Store.Clear(ctx, store.K(kind)); err != nil {
			return 0, 0, err
		}
	}
	var ids []string
	err = conf.Store.View(func(tx *store.Tx) error {
		for e := range tx.Scan(store.Scan{Under: store.K("production"), Keys: true}) {
			ids = append(ids, e.Key.Last())
		}
		return nil
	})
	if err != nil {
		return 0, 0, err
	}
	for _, id := range ids {
		changed, err := d.rebuild(ctx, id)
		if errors.Is(err, ErrNotFound) { // deleted
			continue
		}
		if err != nil {
			return all, mended, err
		}
		all++
		if changed {
			mended++
		}
	}
	return all, mended, nil
}

// rebuild makes one production's record anew.
func (d *Desk) rebuild(ctx context.Context, id string) (changed bool, err error) {
	s, err := d.read(ctx, id, true)
	if err != nil {
		return false, err
	}
	p, orders, err := d.records(id)
	if err != nil {
		return false, err
	}
	before := p.Summary
	p.Summary = Summary{Status: Draft, Progress: before.Progress}
	for _, o := range orders {
		as, err := d.became(ctx, *o)
		if err != nil {
			return false, err
		}
		if o.Status != as.Status || (o.Video == nil) != (as.Video == nil) {
			changed = true
			*o = as
		}
		p.Summary.Status, p.Summary.Failure = o.Status, o.Failure
		if o.Video != nil && !o.Status.Open() && o.Status != Superseded {
			p.Summary.show(o)
		}
	}
	if p.Summary.Video != nil && s.film.Video != nil {
		p.Summary.Video, p.Summary.Seconds, p.Summary.Thumbnail = s.film.Video, s.film.Seconds, s.film.Thumbnail
		p.Summary.Subtitles, p.Summary.YouTube = s.film.Subtitles, s.film.YouTube
	}
	p.Summary.Title, p.Summary.Description = s.film.Title, s.film.Description
	return changed || !same(before, p.Summary), d.conf.Store.Update(ctx, func(tx *store.Tx) error {
		for _, o := range orders {
			if err := tx.Put(orderKey(o.ID), o); err != nil {
				return err
			}
			if o.Status.Open() {
				if err := tx.Put(openKey(o.ID), struct{}{}); err != nil {
					return err
				}
			}
		}
		return d.put(tx, p, "")
	})
}

// became gives an order as the journal tells of it. One that is open in the record stays so, whatever became of
// its run: it is ended at the next start, with everything that belongs to an end.
func (d *Desk) became(ctx context.Context, o Order) (Order, error) {
	if o.Status.Open() {
		return o, nil
	}
	run, err := d.conf.Engine.Run(ctx, o.ID)
	if errors.Is(err, engine.ErrNotFound) {
		return o, nil // it never began: the record is all there is
	}
	if err != nil {
		return o, err
	}
	st := run.Status()
	if !st.State.Final() {
		o.Status, o.Failure, o.Warnings = Processing, nil, nil
		return o, nil
	}
	o.Status, o.Failure, o.Warnings = outcome(st.State), failureOf(st), distinct(st.Warnings)
	d.made(&o, run)
	return o, nil
}

func same(a, b Summary) bool {
	video := func(s Summary) string {
		if s.Video == nil {
			return ""
		}
		return s.Video.SHA256
	}
	return a.Status == b.Status && a.Title == b.Title && video(a) == video(b)
}
