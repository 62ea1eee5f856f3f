package store

import "context"

// clearing is how many keys Clear removes in one transaction, which holds some 3,900.
const clearing = 1000

// Clear removes the keys that have further parts after a key, some at a time: a transaction has its bounds. When
// it is interrupted the rest is there still, and Clear can be called again. What is written under the key meanwhile
// may stay. The error is the context's or ErrBusy.
func (db *DB) Clear(ctx context.Context, under Key) error {
	for {
		n := 0
		err := db.Update(ctx, func(tx *Tx) error {
			var keys []Key
			for e := range tx.Scan(Scan{Under: under, Keys: true}) {
				if keys = append(keys, e.Key); len(keys) == clearing {
					break
				}
			}
			n = len(keys)
			for _, key := range keys {
				if err := tx.Delete(key); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || n < clearing {
			return err
		}
	}
}
