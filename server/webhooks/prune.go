package webhooks

import (
	"context"
	"errors"
	"time"

	"github.com/filmloom/filmloom/server/store"
)

const (
	keepFor  = 30 * 24 * time.Hour // how long a delivery is kept
	keepMost = 1000                // of a webhook
	batch    = 500                 // removed in one transaction
)

// Prune removes deliveries that have ended and are older than 30 days or not among their webhook's newest 1000, and
// those whose webhook is gone. A pending delivery of a webhook is never removed. Start does it every hour. It gives
// how many were removed.
func (s *Service) Prune(ctx context.Context) (int, error) { return s.sweep(ctx, store.K(rootDelivery)) }

// sweep prunes the deliveries under a key.
func (s *Service) sweep(ctx context.Context, under store.Key) (int, error) {
	var old []ref
	before := s.now().Add(-keepFor)
	err := s.c.DB.View(func(tx *store.Tx) error {
		var last ref
		var gone bool
		n := 0
		for e := range tx.Scan(store.Scan{Under: under, Reverse: true}) {
			if err := ctx.Err(); err != nil {
				return err
			}
			r, ok := refOf(e.Key)
			if !ok {
				continue
			}
			if r.webhook != last.webhook || r.account != last.account {
				has, err := tx.Has(registrationKey(r.account, r.webhook))
				if err != nil {
					return err
				}
				last, gone, n = r, !has, 0
			}
			n++
			var d struct { // the little that counts
				State     string    `json:"state"`
				CreatedAt time.Time `json:"created_at"`
			}
			if err := e.Decode(&d); err != nil && !gone {
				return err
			}
			if gone || d.State != StatePending && (n > keepMost || d.CreatedAt.Before(before)) {
				old = append(old, r)
			}
		}
		return nil
	})
	removed := 0
	for err == nil && len(old) > 0 && ctx.Err() == nil {
		n := min(batch, len(old))
		var done int
		done, err = s.removeEnded(ctx, old[:n])
		removed += done
		old = old[n:]
	}
	return removed, errors.Join(err, ctx.Err())
}

// removeEnded removes deliveries unless somebody has asked for another try meanwhile.
func (s *Service) removeEnded(ctx context.Context, list []ref) (removed int, err error) {
	err = s.c.DB.Update(ctx, func(tx *store.Tx) error {
		removed = 0
		for _, r := range list {
			d, err := readStored(tx, r)
			if errors.Is(err, ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			if d.State == StatePending {
				if has, err := tx.Has(registrationKey(r.account, r.webhook)); err != nil || has {
					if err != nil {
						return err
					}
					continue
				}
			}
			if err := r.remove(tx); err != nil {
				return err
			}
			removed++
		}
		return nil
	})
	return removed, err
}
