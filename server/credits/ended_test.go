package credits_test

import (
	"errors"
	"testing"

	"github.com/filmloom/filmloom/server/credits"
	"github.com/filmloom/filmloom/server/store"
)

func TestItIsKnownHowAReservationHasEnded(t *testing.T) {
	d := newDesk(t, 0)
	for _, reference := range []string{"job/1", "job/2", "job/3"} {
		d.reserve("a", "standard", 3, reference)
	}
	d.settle("job/2")
	d.refund("job/3")
	d.settle("job/3") // it has ended already
	err := d.db.View(func(tx *store.Tx) error {
		for reference, want := range map[string]credits.Kind{"job/1": "", "job/2": credits.KindSettle, "job/3": credits.KindRefund} {
			if got, err := d.Ended(tx, reference); got != want || err != nil {
				t.Errorf("%s has ended with %q, %v", reference, got, err)
			}
		}
		if _, err := d.Ended(tx, "job/4"); !errors.Is(err, credits.ErrUnknown) {
			t.Errorf("got %v", err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
