package production

import (
	"context"
	"errors"
	"slices"

	"github.com/filmloom/filmloom/server/store"
)

// A Holding is how many productions somebody has.
type Holding struct {
	Films  int // that were ordered
	Drafts int // that were not
	Open   int // films that wait or are being made
}

// Held counts the productions of an account, without those that were deleted. It reads all records, and needs no desk.
// The error is the context's or the database's.
func Held(ctx context.Context, db *store.DB, account string) (h Holding, err error) {
	err = eachOf(ctx, db, account, func(p *Production) {
		switch {
		case !p.Deleted.IsZero():
		case p.Head() == "":
			h.Drafts++
		default:
			h.Films++
			if p.Summary.Status.Open() {
				h.Open++
			}
		}
	})
	return h, err
}

// eachOf finds the productions of an account by their records, not by the lists, which are derived: what the lists
// have lost, and what was deleted and waits to be forgotten, is found too. A record that cannot be read is nobody's.
func eachOf(ctx context.Context, db *store.DB, account string, fn func(*Production)) error {
	return db.View(func(tx *store.Tx) error {
		for e := range tx.Scan(store.Scan{Under: store.K("production")}) {
			if err := ctx.Err(); err != nil {
				return err
			}
			var p Production
			if err := e.Decode(&p); err == nil && p.Account == account {
				fn(&p)
			}
		}
		return nil
	})
}

// Erase ends the work on all productions of an account, deletes them and forgets them at once, with their runs,
// whatever the retention time. Their files go with the next cleaning. The account must not be Known any more, so
// that no others come. What was interrupted is done by calling it again. The error is the engine's, the context's or
// the database's.
func (d *Desk) Erase(ctx context.Context, account string) error {
	var ids []string
	if err := eachOf(ctx, d.conf.Store, account, func(p *Production) { ids = append(ids, p.ID) }); err != nil {
		return err
	}
	for _, id := range slices.Backward(ids) { // those that wait before those whose place they would take
		if err := d.Delete(ctx, id); err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
	}
	gone := map[string]bool{}
	for _, id := range ids {
		gone[id] = true
	}
	var marks []store.Key
	err := d.conf.Store.View(func(tx *store.Tx) error {
		for e := range tx.Scan(store.Scan{Under: store.K("purge"), Keys: true}) {
			if gone[e.Key.Last()] {
				marks = append(marks, e.Key)
			}
		}
		return nil
	})
	for _, mark := range marks {
		if err == nil {
			err = d.purge(ctx, mark)
		}
	}
	return err
}
