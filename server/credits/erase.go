package credits

import (
	"context"

	"github.com/filmloom/filmloom/server/store"
)

// erasing is how many entries go in one transaction, each with its reservation.
const erasing = 500

// Erase removes all that the ledger has of an account: its entries, its reservations, where it stands. No film of
// the account may be reserved for any more. What was interrupted is done by calling it again. The error is the
// context's or the database's.
func (l *Ledger) Erase(ctx context.Context, account string) error {
	for {
		n := 0
		err := l.conf.DB.Update(ctx, func(tx *store.Tx) (err error) {
			if n, err = eraseSome(tx, account); err != nil || n == erasing {
				return err
			}
			return tx.Delete(accountKey(account))
		})
		if err != nil || n < erasing {
			return err
		}
	}
}

// eraseSome removes entries, those made first at the beginning, and tells how many. What was reserved is known by
// the entry that says so.
func eraseSome(tx *store.Tx, account string) (int, error) {
	var keys []store.Key
	n := 0
	for found := range tx.Scan(store.Scan{Under: entriesKey(account)}) {
		var e Entry
		if err := found.Decode(&e); err != nil {
			return 0, err
		}
		if keys = append(keys, found.Key); e.Kind == KindReserve {
			keys = append(keys, holdKey(e.Reference))
		}
		if n++; n == erasing {
			break
		}
	}
	for _, key := range keys {
		if err := tx.Delete(key); err != nil {
			return 0, err
		}
	}
	return n, nil
}
