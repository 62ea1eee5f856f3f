package credits_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.uber.org/fx"
	"go.uber.org/fx/fxtest"

	"github.com/filmloom/filmloom/server/credits"
	"github.com/filmloom/filmloom/server/store"
)

func TestTheLedgerIsReadInPages(t *testing.T) {
	d := newDesk(t, 0)
	for i := range 11 {
		if _, err := d.Purchase(t.Context(), "a", i+1, strings.Repeat("é", 500), "admin"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := d.Purchase(t.Context(), "ab", 1, "", "admin"); err != nil { // a neighbour in the order of keys
		t.Fatal(err)
	}
	var pages []string
	for before := uint64(0); ; {
		page, err := d.Entries(t.Context(), "a", before, 4)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		var amounts []int
		for _, e := range page {
			amounts = append(amounts, e.Amount)
		}
		pages = append(pages, fmt.Sprint(amounts))
		before = page[len(page)-1].Number
	}
	if got := strings.Join(pages, " "); got != "[11 10 9 8] [7 6 5 4] [3 2 1]" {
		t.Errorf("got %s", got)
	}
}

func TestToLookInsideATransactionWritesNothing(t *testing.T) {
	d := newDesk(t, 0)
	look := func(tx *store.Tx) error {
		b, err := d.BalanceIn(tx, "a", plan("free"))
		if err != nil || b.Available != 3 {
			t.Errorf("got %+v, %v", b, err)
		}
		return err
	}
	if err := errors.Join(d.db.View(look), d.try(look)); err != nil {
		t.Error(err)
	}
	d.tells("a", "")
	d.has("a", "free", "3+0")
	d.tells("a", "grant +3=3")
}

func TestAnAuditFindsWhatDoesNotAddUp(t *testing.T) {
	for name, tamper := range map[string]func(tx *store.Tx) error{
		"the balance": func(tx *store.Tx) error {
			return tx.Put(store.K("credits", "a"), map[string]any{"entries": 3, "grant": 100})
		},
		"a lost account": func(tx *store.Tx) error { return tx.Delete(store.K("credits", "a")) },
		"a lost entry": func(tx *store.Tx) error {
			return tx.Delete(store.K("credits-entry", "a", "00000000000000000002"))
		},
		"a lost last entry": func(tx *store.Tx) error {
			return tx.Delete(store.K("credits-entry", "a", "00000000000000000003"))
		},
		"a number": func(tx *store.Tx) error {
			return tx.Put(store.K("credits-entry", "a", "00000000000000000002"), credits.Entry{Number: 3, Amount: -2, Balance: 1})
		},
		"an amount": func(tx *store.Tx) error {
			return tx.Put(store.K("credits-entry", "a", "00000000000000000002"), credits.Entry{Number: 2, Amount: -1, Balance: 1})
		},
	} {
		d := newDesk(t, 0)
		d.reserve("a", "free", 2, "job/1")
		d.settle("job/1")
		d.tells("a", "grant +3=3, reserve -2=1, settle +0=1")
		if err := d.try(tamper); err != nil {
			t.Fatal(err)
		}
		if err := d.db.View(func(tx *store.Tx) error { return d.Audit(tx, "a") }); err == nil {
			t.Errorf("%s is not found", name)
		}
	}
}

func TestTheServerAssemblesALedger(t *testing.T) {
	var l *credits.Ledger
	app := fxtest.New(t, credits.Module, fx.Populate(&l), fx.NopLogger, fx.Supply(credits.Config{DB: openDB(t, t.TempDir())}))
	app.RequireStart().RequireStop()
	if b, err := l.Balance(t.Context(), "a", plan("free")); err != nil || b.Available != 3 || !b.NextReset.After(time.Now()) {
		t.Errorf("got %+v, %v", b, err)
	}
}
