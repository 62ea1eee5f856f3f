package idempotency

import (
	"context"

	"github.com/filmloom/filmloom/server/store"
)

// Erase forgets the answers to an account. What was interrupted is done by calling it again. The error is the
// context's or the database's.
func (b *Book) Erase(ctx context.Context, account string) error {
	return b.config.DB.Clear(ctx, store.K("idempotency", account))
}
