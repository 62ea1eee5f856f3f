package production

import (
	"context"
	"errors"
	"time"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/server/store"
)

// Cancel ends the work on a production and gives the view after that. The error is ErrNotFound, or ErrIdle
// when nothing is being done.
func (d *Desk) Cancel(ctx context.Context, id string) (View, error) {
	d.mu.Lock()
	l := d.open[id]
	d.mu.Unlock()
	if l == nil {
		if _, err := d.Get(ctx, id); err != nil {
			return View{}, err
		}
		return View{}, ErrIdle
	}
	if run := l.cancel(); run != nil {
		if err := run.Cancel(ctx); err != nil && !errors.Is(err, engine.ErrNotFound) {
			return View{}, err
		}
	}
	return d.Wait(ctx, id, func(View) bool { return false })
}

// Delete ends the work on a production and deletes it. Its files stay for the retention time. The error is
// ErrNotFound.
func (d *Desk) Delete(ctx context.Context, id string) error {
	if _, err := d.Cancel(ctx, id); err != nil && !errors.Is(err, ErrIdle) {
		return err
	}
	err := d.conf.Store.Update(ctx, func(tx *store.Tx) error {
		p, err := find(tx, id)
		if err != nil {
			return err
		}
		if p.Summary.Status.Open() {
			return ErrActive
		}
		for _, status := range []string{all, d.listed(p)} {
			if err := tx.Delete(listKey(p, status)); err != nil {
				return err
			}
		}
		p.Deleted = d.now()
		if err := tx.Put(purgeKey(p.Deleted.Add(d.conf.Retention), id), struct{}{}); err != nil {
			return err
		}
		return tx.Put(productionKey(id), p)
	})
	d.mu.Lock()
	d.forget(id)
	d.mu.Unlock()
	return err
}

// Clean forgets productions whose retention time is over, and removes files that nothing refers to.
func (d *Desk) Clean(ctx context.Context) (engine.Collected, error) {
	var due []store.Key
	limit := d.conf.Now().UTC().Format(time.RFC3339)
	err := d.conf.Store.View(func(tx *store.Tx) error {
		for e := range tx.Scan(store.Scan{Under: store.K("purge"), Keys: true}) {
			if e.Key.Parts()[1] > limit {
				break
			}
			due = append(due, e.Key)
		}
		return nil
	})
	if err != nil {
		return engine.Collected{}, err
	}
	for _, key := range due {
		if err := d.purge(ctx, key); err != nil {
			return engine.Collected{}, err
		}
	}
	return d.conf.Engine.Collect(ctx)
}

// purge forgets one production. Its mark goes last, so that what was interrupted is done again.
func (d *Desk) purge(ctx context.Context, mark store.Key) error {
	id := mark.Last()
	var p Production
	err := d.conf.Store.View(func(tx *store.Tx) error { return tx.Get(productionKey(id), &p) })
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	for _, order := range p.Orders {
		if err := d.conf.Engine.Delete(ctx, order); err != nil && !errors.Is(err, engine.ErrNotFound) {
			return err
		}
	}
	return d.conf.Store.Update(ctx, func(tx *store.Tx) error {
		keys := []store.Key{productionKey(id), requestKey(id), progressKey(id), mark}
		for _, order := range p.Orders {
			keys = append(keys, orderKey(order))
		}
		for _, key := range keys {
			if err := tx.Delete(key); err != nil {
				return err
			}
		}
		return nil
	})
}
