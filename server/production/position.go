package production

import (
	"context"
	"errors"

	"github.com/filmloom/filmloom/engine"
)

// Reached tells whether the events of a production have come to a position: somebody who was there can go on after
// it. A position beyond them is one of another history, from which a database was restored from a backup, or is
// made up. The error is that of Get.
func (d *Desk) Reached(ctx context.Context, id string, at Position) (bool, error) {
	v, err := d.Get(ctx, id)
	if err != nil {
		return false, err
	}
	orders := v.Production.Orders
	switch {
	case at.Order < 0 || at.Order > len(orders) || at.Order == 0 && at.Seq > 0:
		return false, nil
	case at.Seq == 0: // before the first event, of which there may be none
		return true, nil
	}
	run, err := d.conf.Engine.Run(ctx, orders[at.Order-1])
	if errors.Is(err, engine.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return at.Seq <= run.Last(), nil
}
