package credits_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/filmloom/filmloom/server/credits"
	"github.com/filmloom/filmloom/server/plans"
	"github.com/filmloom/filmloom/server/store"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(victim); dir != "" {
		tradeUntilKilled(dir)
	}
	goleak.VerifyTestMain(m)
}

func openDB(t testing.TB, dir string) *store.DB {
	t.Helper()
	db, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

var all = plans.Defaults()

func plan(name string) plans.Plan {
	p, err := all.Plan(name)
	if err != nil {
		panic(err)
	}
	return p
}

// A desk is a ledger with a clock, and a test that every step is to work for.

type desk struct {
	testing.TB
	db *store.DB
	*credits.Ledger
	at time.Time
}

func newDesk(t testing.TB, low int) *desk {
	d := &desk{TB: t, db: openDB(t, t.TempDir()), at: time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)}
	d.Ledger = credits.New(credits.Config{DB: d.db, LowAfter: low, Now: func() time.Time { return d.at }})
	return d
}

func (d *desk) set(date string) {
	d.Helper()
	at, err := time.Parse(time.DateTime, date)
	if err != nil {
		d.Fatal(err)
	}
	d.at = at
}

func (d *desk) try(fn func(tx *store.Tx) error) error { return d.db.Update(context.Background(), fn) }

func (d *desk) reserve(account, plan_ string, price int, reference string) (taken credits.Taken) {
	d.Helper()
	err := d.try(func(tx *store.Tx) (err error) {
		taken, err = d.Reserve(tx, account, plan(plan_), price, reference)
		return err
	})
	if err != nil {
		d.Fatal(err)
	}
	return taken
}

func (d *desk) settle(reference string) {
	d.Helper()
	if err := d.try(func(tx *store.Tx) error { return d.Settle(tx, reference) }); err != nil {
		d.Fatal(err)
	}
}

func (d *desk) refund(reference string) {
	d.Helper()
	if err := d.try(func(tx *store.Tx) error { return d.Refund(tx, reference, "the film has failed") }); err != nil {
		d.Fatal(err)
	}
}

// has checks what an account has, as "grant+bought".

func (d *desk) has(account, plan_, want string) {
	d.Helper()
	b, err := d.Balance(d.Context(), account, plan(plan_))
	if err != nil {
		d.Fatal(err)
	}
	if got := fmt.Sprintf("%d+%d", b.Grant, b.Bought); got != want || b.Available != b.Grant+b.Bought {
		d.Errorf("%s has %s (%d available), want %s", account, got, b.Available, want)
	}
}

// tells checks an account's ledger, oldest first, one "kind amount=balance" for each entry, and adds it up.

func (d *desk) tells(account, want string) {
	d.Helper()
	entries, err := d.Entries(d.Context(), account, 0, credits.MostEntries)
	if err != nil {
		d.Fatal(err)
	}
	var lines []string
	for _, e := range slices.Backward(entries) {
		lines = append(lines, fmt.Sprintf("%s %+d=%d", e.Kind, e.Amount, e.Balance))
	}
	if got := strings.Join(lines, ", "); got != want {
		d.Errorf("the ledger tells\n%s\nwant\n%s", got, want)
	}
	if err := d.db.View(func(tx *store.Tx) error { return d.Audit(tx, account) }); err != nil {
		d.Error(err)
	}
}
