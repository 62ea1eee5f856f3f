package credits

import (
	"fmt"

	"github.com/filmloom/filmloom/server/store"
)

// Ended tells how a reservation has ended: KindSettle, KindRefund, or "" as long as it has not. The error wraps
// ErrUnknown when there is no such reservation.
func (l *Ledger) Ended(tx *store.Tx, reference string) (Kind, error) {
	var h hold
	held, err := find(tx, holdKey(reference), &h)
	if err == nil && !held {
		err = fmt.Errorf("%s: %w", reference, ErrUnknown)
	}
	return h.End, err
}
