package credits_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server/credits"
	"github.com/filmloom/filmloom/server/store"
)

func TestACreditBuysTwentySecondsThatAreBegun(t *testing.T) {
	for seconds, want := range map[int]int{
		-20: 0, 0: 0, 1: 1, 5: 1, 19: 1, 20: 1, 21: 2, 40: 2, 41: 3, 60: 3, 61: 4, 120: 6, 180: 9, 600: 30, 1<<63 - 1: 461168601842738791,
	} {
		if got := credits.Price(seconds); got != want {
			t.Errorf("%d seconds cost %d, want %d", seconds, got, want)
		}
	}
	if credits.PriceShort != credits.Price(60) || credits.PriceLong != credits.Price(120) {
		t.Error("the two APIs ask different prices for the same film")
	}
}

func TestAFilmIsPaidWhenItIsAskedFor(t *testing.T) {
	d := newDesk(t, 0)
	d.has("a", "standard", "30+0")
	if taken := d.reserve("a", "standard", 3, "job/1"); taken != (credits.Taken{Price: 3, Balance: 27}) {
		t.Errorf("got %+v", taken)
	}
	d.settle("job/1")
	d.reserve("a", "standard", 6, "job/2")
	d.refund("job/2")
	d.has("a", "standard", "27+0")
	d.tells("a", "grant +30=30, reserve -3=27, settle +0=27, reserve -6=21, refund +6=27")

	entries, err := d.Entries(t.Context(), "a", 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	want := credits.Entry{Number: 5, Time: d.at, Kind: credits.KindRefund, Amount: 6, Balance: 27, Price: 6, Reference: "job/2", Note: "the film has failed"}
	if entries[0] != want {
		t.Errorf("got  %+v\nwant %+v", entries[0], want)
	}
}

func TestAnUnlimitedPlanRecordsPricesAndRefusesNothing(t *testing.T) {
	d := newDesk(t, 5)
	if taken := d.reserve("a", "enterprise", 30, "job/1"); taken != (credits.Taken{Price: 30}) {
		t.Errorf("got %+v", taken)
	}
	d.reserve("a", "enterprise", 30, "job/2")
	d.settle("job/1")
	d.refund("job/2")
	b, err := d.Balance(t.Context(), "a", plan("enterprise"))
	if err != nil || !b.Unlimited || b.Available != 0 {
		t.Errorf("got %+v, %v", b, err)
	}
	d.tells("a", "reserve +0=0, reserve +0=0, settle +0=0, refund +0=0")
	entries, _ := d.Entries(t.Context(), "a", 0, 10)
	for _, e := range entries {
		if e.Price != 30 {
			t.Errorf("entry %d has the price %d", e.Number, e.Price)
		}
	}
	// With another plan the account goes on with what that grants, and what was free before does not come back.
	d.reserve("a", "enterprise", 30, "job/3")
	d.has("a", "standard", "30+0")
	d.refund("job/3")
	d.has("a", "standard", "30+0")
}

func TestAFilmThatCostsTooMuchIsRefusedAndChangesNothing(t *testing.T) {
	d := newDesk(t, 0)
	d.reserve("a", "free", 2, "job/1")
	other := store.K("other")
	err := d.try(func(tx *store.Tx) error {
		_, err := d.Reserve(tx, "a", plan("free"), 3, "job/2")
		var missing *credits.InsufficientError
		if !errors.As(err, &missing) || *missing != (credits.InsufficientError{
			Required: 3, Available: 1, NextReset: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC),
		}) {
			t.Errorf("got %#v", err)
			return err
		}
		if want := "the film costs 3, the balance is 1; the plan grants new ones on 1 February 2026 (UTC)"; !strings.Contains(err.Error(), want) {
			t.Errorf("got %s", err)
		}
		return tx.Put(other, 1) // a batch goes on
	})
	if err != nil {
		t.Fatal(err)
	}
	d.tells("a", "grant +3=3, reserve -2=1")
	if err := d.try(func(tx *store.Tx) error { return d.Settle(tx, "job/2") }); !errors.Is(err, credits.ErrUnknown) {
		t.Errorf("the refused reservation: %v", err)
	}
	d.reserve("a", "free", 1, "job/2") // the reference is not used up
	_ = d.db.View(func(tx *store.Tx) error {
		if has, err := tx.Has(other); !has || err != nil {
			t.Errorf("the transaction did not go on: %v", err)
		}
		return nil
	})
}

func TestSeveralFilmsInOneTransactionShareTheBalance(t *testing.T) {
	d := newDesk(t, 0)
	var results []string
	err := d.try(func(tx *store.Tx) error {
		results = nil
		for i := range 4 {
			taken, err := d.Reserve(tx, "a", plan("free"), 1, fmt.Sprint("job/", i))
			results = append(results, fmt.Sprint(taken.Balance, err == nil))
		}
		return d.Refund(tx, "job/0", "")
	})
	if got := strings.Join(results, ", "); err != nil || got != "2 true, 1 true, 0 true, 0 false" {
		t.Errorf("got %s, %v", got, err)
	}
	d.tells("a", "grant +3=3, reserve -1=2, reserve -1=1, reserve -1=0, refund +1=1")
}

func TestAReservationHoldsWithTheCallersTransactionOnly(t *testing.T) {
	d := newDesk(t, 0)
	broken := errors.New("broken")
	err := d.try(func(tx *store.Tx) error {
		if _, err := d.Reserve(tx, "a", plan("free"), 3, "job/1"); err != nil {
			t.Error(err)
		}
		return broken
	})
	if !errors.Is(err, broken) {
		t.Fatal(err)
	}
	d.tells("a", "")
	d.has("a", "free", "3+0")
}

func TestAReferenceHasOneReservationThatEndsOnce(t *testing.T) {
	ends := map[string]func(*desk){
		"settle":  func(d *desk) { d.settle("job/1") },
		"refund":  func(d *desk) { d.refund("job/1") },
		"reserve": func(d *desk) { d.reserve("a", "free", 2, "job/1") },
	}
	for first, want := range map[string]string{
		"settle": "grant +3=3, reserve -2=1, settle +0=1",
		"refund": "grant +3=3, reserve -2=1, refund +2=3",
	} {
		for second, again := range ends {
			t.Run(first+" and "+second, func(t *testing.T) {
				d := newDesk(t, 0)
				d.reserve("a", "free", 2, "job/1")
				if taken := d.reserve("a", "free", 2, "job/1"); taken != (credits.Taken{Price: 2, Balance: 1, Again: true}) {
					t.Errorf("got %+v", taken)
				}
				ends[first](d)
				again(d)
				d.tells("a", want)
			})
		}
	}
}

func TestAReferenceIsNotForTwoDifferentFilms(t *testing.T) {
	d := newDesk(t, 0)
	d.reserve("a", "free", 2, "job/1")
	for name, c := range map[string]struct {
		account string
		price   int
	}{"account": {"b", 2}, "price": {"a", 1}} {
		err := d.try(func(tx *store.Tx) error {
			_, err := d.Reserve(tx, c.account, plan("free"), c.price, "job/1")
			return err
		})
		if err == nil || !strings.Contains(err.Error(), "already that of another reservation") {
			t.Errorf("another %s: %v", name, err)
		}
	}
	d.tells("a", "grant +3=3, reserve -2=1")
	d.tells("b", "")
}

func TestTheReservationThatCrossesTheThresholdSaysSo(t *testing.T) {
	d := newDesk(t, 5)
	for i, want := range []bool{false, false, true, false} { // 30 → 15, 5, 4, 3
		price := []int{15, 10, 1, 1}[i]
		if taken := d.reserve("a", "standard", price, fmt.Sprint("job/", i)); taken.Low != want {
			t.Errorf("%d: %+v", i, taken)
		}
	}
	if taken := d.reserve("a", "standard", 1, "job/2"); taken.Low || !taken.Again {
		t.Errorf("again: %+v", taken)
	}
	d.set("2026-02-01 00:00:00")
	if taken := d.reserve("a", "standard", 26, "job/feb"); !taken.Low {
		t.Errorf("in the next month: %+v", taken)
	}
}

func TestWithoutAThresholdNothingIsLow(t *testing.T) {
	if taken := newDesk(t, 0).reserve("a", "free", 3, "job/1"); taken.Low {
		t.Errorf("got %+v", taken)
	}
}

func TestCallsThatMakeNoSenseAreRefused(t *testing.T) {
	d := newDesk(t, 0)
	for name, fn := range map[string]func(tx *store.Tx) error{
		"no account":        func(tx *store.Tx) error { _, err := d.Reserve(tx, "", plan("free"), 1, "r"); return err },
		"no reference":      func(tx *store.Tx) error { _, err := d.Reserve(tx, "a", plan("free"), 1, ""); return err },
		"no price":          func(tx *store.Tx) error { _, err := d.Reserve(tx, "a", plan("free"), 0, "r"); return err },
		"a negative price":  func(tx *store.Tx) error { _, err := d.Reserve(tx, "a", plan("free"), -5, "r"); return err },
		"buying nothing":    func(tx *store.Tx) error { _, err := d.PurchaseIn(tx, "a", 0, "", "admin"); return err },
		"buying less":       func(tx *store.Tx) error { _, err := d.PurchaseIn(tx, "a", -1, "", "admin"); return err },
		"buying too much":   func(tx *store.Tx) error { _, err := d.PurchaseIn(tx, "a", 1_000_000_001, "", "admin"); return err },
		"buying for nobody": func(tx *store.Tx) error { _, err := d.PurchaseIn(tx, "", 1, "", "admin"); return err },
		"bought by nobody":  func(tx *store.Tx) error { _, err := d.PurchaseIn(tx, "a", 1, "", ""); return err },
		"an endless note": func(tx *store.Tx) error {
			_, err := d.PurchaseIn(tx, "a", 1, strings.Repeat("é", 501), "admin")
			return err
		},
		"settling nothing":   func(tx *store.Tx) error { return d.Settle(tx, "none") },
		"refunding nothing":  func(tx *store.Tx) error { return d.Refund(tx, "none", "") },
		"no entries":         func(*store.Tx) error { _, err := d.Entries(t.Context(), "a", 0, 0); return err },
		"too many entries":   func(*store.Tx) error { _, err := d.Entries(t.Context(), "a", 0, 1001); return err },
		"balance, cancelled": func(*store.Tx) error { _, err := d.Balance(cancelled(), "a", plan("free")); return err },
		"entries, cancelled": func(*store.Tx) error { _, err := d.Entries(cancelled(), "a", 0, 1); return err },
		"buying, cancelled":  func(*store.Tx) error { _, err := d.Purchase(cancelled(), "a", 1, "", "admin"); return err },
	} {
		if err := d.try(fn); err == nil {
			t.Errorf("%s is not refused", name)
		}
	}
	d.tells("a", "")
}

func cancelled() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}
