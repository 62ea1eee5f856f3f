package store_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/filmloom/filmloom/server/store"
)

func TestClearRemovesWhatIsUnderAKeyAndNothingElse(t *testing.T) {
	for _, n := range []int{0, 1, 999, 1000, 1001, 2500} {
		db := open(t)
		for from := 0; from < n; from += 1000 {
			update(t, db, func(tx *store.Tx) error {
				for i := from; i < min(from+1000, n); i++ {
					if err := tx.Put(store.K("a", "b", fmt.Sprint(i)), i); err != nil {
						return err
					}
				}
				return nil
			})
		}
		others := []store.Key{store.K("a"), store.K("a", "b"), store.K("a", "bb", "1"), store.K("a", "c"), store.K("b", "b", "1")}
		update(t, db, func(tx *store.Tx) error {
			var errs []error
			for _, key := range others {
				errs = append(errs, tx.Put(key, 0))
			}
			return errors.Join(errs...)
		})
		if err := db.Clear(t.Context(), store.K("a", "b")); err != nil {
			t.Fatal(err)
		}
		left := 0
		err := db.View(func(tx *store.Tx) error {
			for range tx.Scan(store.Scan{Keys: true}) {
				left++
			}
			return nil
		})
		if err != nil || left != len(others) {
			t.Errorf("with %d keys %d are left, %v", n, left, err)
		}
	}
}
