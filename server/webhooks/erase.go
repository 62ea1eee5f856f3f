package webhooks

import (
	"context"

	"github.com/filmloom/filmloom/server/store"
)

// Erase removes all webhooks of an account, with their secrets and deliveries, whether they were made or not. A try
// that is under way may still reach its receiver. What was interrupted is done by calling it again. The error is the
// context's or the database's.
func (s *Service) Erase(ctx context.Context, account string) error {
	// The registrations go first: without them nothing is published, and no try writes anything.
	err := s.c.DB.Update(ctx, func(tx *store.Tx) error {
		ix, err := readIndex(tx, account)
		if err != nil {
			return err
		}
		for _, w := range ix.Webhooks {
			if err := tx.Delete(registrationKey(account, w.ID)); err != nil {
				return err
			}
		}
		return tx.Delete(store.K(rootIndex, account))
	})
	if err != nil {
		return err
	}
	for _, root := range []string{rootRegistration, rootPending, rootDelivery, rootOnce} {
		if err := s.c.DB.Clear(ctx, store.K(root, account)); err != nil {
			return err
		}
	}
	return nil
}
