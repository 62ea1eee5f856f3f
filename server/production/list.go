package production

import (
	"context"
	"slices"

	"github.com/filmloom/filmloom/server/store"
)

// A Query asks for an account's productions.
type Query struct {
	API     string
	Account string
	Status  string // that they are listed under; "" means all
	After   string // begins after this production, which may be gone
	Skip    int    // leaves out so many of the first ones
	Oldest  bool   // first; otherwise the newest
	Limit   int    // at most so many; 0 means all
	// Updated orders by the time of the last change instead of that of creation. It reads all records that the
	// query finds.
	Updated bool
}

// under is where the query's list is.
func (q Query) under() store.Key {
	if q.Status == "" {
		return store.K("list", q.API, q.Account, all)
	}
	return store.K("list", q.API, q.Account, q.Status)
}

// List lists productions in the order of creation, and tells whether there are more. What is being made has
// its view as it is now; of the others the pictures and the text are not read.
func (d *Desk) List(ctx context.Context, q Query) (views []View, more bool, err error) {
	scan := store.Scan{Under: q.under(), Reverse: !q.Oldest, Keys: true}
	if q.After != "" {
		scan.After = store.K(append(q.under().Parts(), q.After)...)
	}
	if q.Updated {
		return d.listUpdated(ctx, q)
	}
	skip := q.Skip
	err = d.conf.Store.View(func(tx *store.Tx) error {
		for e := range tx.Scan(scan) {
			if err := ctx.Err(); err != nil {
				return err
			}
			if skip > 0 {
				skip--
				continue
			}
			if q.Limit > 0 && len(views) == q.Limit {
				more = true
				return nil
			}
			p, err := find(tx, e.Key.Last())
			if err != nil {
				return err
			}
			v, err := summarised(tx, p)
			if err != nil {
				return err
			}
			views = append(views, v)
		}
		return nil
	})
	if err != nil {
		return nil, false, err
	}
	d.liven(views)
	return views, more, nil
}

// liven makes the views of what is being made those of now.
func (d *Desk) liven(views []View) {
	for i, v := range views {
		d.mu.Lock()
		l := d.open[v.Production.ID]
		d.mu.Unlock()
		if l != nil {
			views[i], _ = l.view()
		}
	}
}

// listUpdated is List in the order of the last changes; ties are in the order of creation.
func (d *Desk) listUpdated(ctx context.Context, q Query) (views []View, more bool, err error) {
	whole := q
	whole.Updated, whole.Skip, whole.Limit, whole.After = false, 0, 0, ""
	if views, _, err = d.List(ctx, whole); err != nil {
		return nil, false, err
	}
	slices.SortStableFunc(views, func(a, b View) int {
		if q.Oldest {
			return a.Updated().Compare(b.Updated())
		}
		return b.Updated().Compare(a.Updated())
	})
	views = views[min(q.Skip, len(views)):]
	if q.Limit > 0 && len(views) > q.Limit {
		return views[:q.Limit], true, nil
	}
	return views, false, nil
}

// Count tells how many productions a query finds, whatever its limit.
func (d *Desk) Count(ctx context.Context, q Query) (n int, err error) {
	err = d.conf.Store.View(func(tx *store.Tx) error {
		for range tx.Scan(store.Scan{Under: q.under(), Keys: true}) {
			n++
		}
		return ctx.Err()
	})
	return n, err
}

// summarised is what a record alone tells.
func summarised(tx *store.Tx, p *Production) (View, error) {
	v := View{Production: p, Progress: p.Summary.Progress}
	v.Film.Title, v.Film.Description = p.Summary.Title, p.Summary.Description
	v.Film.Video, v.Film.Thumbnail, v.Film.Seconds = p.Summary.Video, p.Summary.Thumbnail, p.Summary.Seconds
	v.Film.Subtitles, v.Film.YouTube = p.Summary.Subtitles, p.Summary.YouTube
	if p.Summary.Video != nil {
		v.Progress = 1
	}
	if head := p.Head(); head != "" {
		o, err := OrderIn(tx, head)
		if err != nil {
			return v, err
		}
		v.Head, v.RunProgress = o, o.Progress
	}
	return v, nil
}
