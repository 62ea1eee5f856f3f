package credits_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/server/credits"
	"github.com/filmloom/filmloom/server/store"
)

func TestAnErasedAccountLeavesNoEntryAndNoReservation(t *testing.T) {
	d := newDesk(t, 0)
	const films = 700 // more entries than go in one transaction
	for i := range films {
		d.reserve("ann", "enterprise", 1, fmt.Sprintf("ann/%d", i))
	}
	d.settle("ann/0")
	d.reserve("bob", "standard", 3, "bob/1")
	d.settle("bob/1")
	if err := d.Erase(cancelled(), "ann"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	for range 2 { // the second time there is nothing
		if err := d.Erase(t.Context(), "ann"); err != nil {
			t.Fatal(err)
		}
	}
	err := d.db.View(func(tx *store.Tx) error {
		for e := range tx.Scan(store.Scan{Keys: true}) {
			if strings.Contains(e.Key.String(), "ann") {
				t.Errorf("left: %s", e.Key)
			}
		}
		return d.Audit(tx, "bob")
	})
	if err != nil {
		t.Error(err)
	}
	d.has("bob", "standard", "27+0")
	d.tells("bob", "grant +30=30, reserve -3=27, settle +0=27")
	// What was reserved is not known any more: its reference is free.
	d.reserve("bob", "standard", 3, "ann/0")
}

func TestAnAccountThatIsNotThereGetsNoEntry(t *testing.T) {
	d := newDesk(t, 0)
	gone := errors.New("it is gone")
	ledger := credits.New(credits.Config{DB: d.db, Known: func(_ *store.Tx, account string) error {
		if account == "ann" {
			return gone
		}
		return nil
	}})
	_, err := ledger.Purchase(t.Context(), "ann", 5, "", "root")
	if !errors.Is(err, gone) {
		t.Errorf("a purchase: %v", err)
	}
	err = d.try(func(tx *store.Tx) error {
		_, err := ledger.Reserve(tx, "ann", plan("standard"), 1, "job/1")
		return err
	})
	if !errors.Is(err, gone) {
		t.Errorf("a reservation: %v", err)
	}
	if _, err := ledger.Balance(t.Context(), "ann", plan("standard")); !errors.Is(err, gone) {
		t.Errorf("a balance: %v", err)
	}
	d.tells("ann", "")
	if _, err := ledger.Purchase(t.Context(), "bob", 5, "", "root"); err != nil {
		t.Error(err)
	}
}
