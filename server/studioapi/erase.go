package studioapi

import (
	"context"

	"github.com/filmloom/filmloom/server/store"
)

// Batches are the batches of all accounts. The films of one are not in it.
type Batches struct{ Store *store.DB }

// Erase removes the batches of an account. What was interrupted is done by calling it again. The error is the
// context's or the database's.
func (b Batches) Erase(ctx context.Context, account string) error {
	var ids []string
	err := b.Store.View(func(tx *store.Tx) error {
		for e := range tx.Scan(store.Scan{Under: store.K("batch")}) {
			var r struct { // the little that counts
				Account string `json:"account"`
			}
			if err := e.Decode(&r); err == nil && r.Account == account { // one that cannot be read is nobody's
				ids = append(ids, e.Key.Last())
			}
		}
		return ctx.Err()
	})
	for _, id := range ids {
		if err != nil {
			break
		}
		err = b.Store.Update(ctx, func(tx *store.Tx) error {
			if err := tx.Delete(openBatchKey(id)); err != nil {
				return err
			}
			return tx.Delete(batchKey(id))
		})
	}
	return err
}
