package identity

import (
	"context"

	"github.com/filmloom/filmloom/server/store"
)

// removedKey marks an account that was removed and whose things are to be erased yet. It has when it was removed.
func removedKey(id string) store.Key { return key("removed", id) }

// Known tells other rooms, within their transactions, whether an account is there; otherwise the error is
// [ErrRemoved]. A transaction that writes something new for an account asks first: then it is on disk before the
// account is removed, and found by whoever erases what the account owned, or it never will be.
func Known(tx *store.Tx, account string) error {
	switch there, err := tx.Has(accountKey(account)); {
	case err != nil:
		return err
	case !there:
		return ErrRemoved
	}
	return nil
}

// Removed are the ids of the accounts that were removed and have not been erased yet, those made first at the
// beginning. The error is that of the context or the database.
func (s *Service) Removed(ctx context.Context) (ids []string, err error) {
	err = s.db.View(func(tx *store.Tx) error {
		for e := range tx.Scan(store.Scan{Under: key("removed"), Keys: true}) {
			ids = append(ids, e.Key.Last())
		}
		return ctx.Err()
	})
	return ids, err
}

// Removals has something when an account has been removed by this service since it was last received from. It is for
// one receiver, who asks for Removed then.
func (s *Service) Removals() <-chan struct{} { return s.removals }

// Erased forgets an account that was removed: nothing of it is left anywhere. The error is [ErrNotFound] when it is
// not one of Removed, or that of the context or the database.
func (s *Service) Erased(ctx context.Context, id string) error {
	return s.db.Update(ctx, func(tx *store.Tx) error {
		switch marked, err := tx.Has(removedKey(id)); {
		case err != nil:
			return err
		case !marked:
			return ErrNotFound
		}
		return tx.Delete(removedKey(id))
	})
}
