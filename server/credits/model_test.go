package credits_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/filmloom/filmloom/server/credits"
	"github.com/filmloom/filmloom/server/plans"
	"github.com/filmloom/filmloom/server/store"
)

// A coin is one credit. The model moves coins where the ledger adds and subtracts.
type coin struct{ granted bool }

type purse struct {
	coins   []coin
	month   string
	granted int // in that month
}

// touch is what a month and a plan do to a purse.
func (p *purse) touch(at time.Time, plan *plans.Plan) {
	if m := at.Format("2006-01"); m != p.month {
		p.coins = slices.DeleteFunc(p.coins, func(c coin) bool { return c.granted })
		p.month, p.granted = m, 0
	}
	for ; plan != nil && !plan.Unlimited && p.granted < plan.Credits; p.granted++ {
		p.coins = append(p.coins, coin{granted: true})
	}
}

// take picks coins, granted ones first.
func (p *purse) take(n int) (taken []coin) {
	for _, granted := range []bool{true, false} {
		p.coins = slices.DeleteFunc(p.coins, func(c coin) bool {
			if c.granted != granted || len(taken) == n {
				return false
			}
			taken = append(taken, c)
			return true
		})
	}
	return taken
}

type deposit struct {
	account string
	price   int
	coins   []coin
	ended   bool
}

type world struct {
	db     *store.DB
	ledger *credits.Ledger
	at     time.Time
	prefix string // accounts and references of each check are its own
	low    int
	purses map[string]*purse
	films  map[string]*deposit
}

func (w *world) try(t *rapid.T, fn func(tx *store.Tx) error) error {
	err := w.db.Update(context.Background(), func(tx *store.Tx) error { return fn(tx) })
	for a, p := range w.purses {
		if err := w.db.View(func(tx *store.Tx) error { return w.ledger.Audit(tx, w.prefix+a) }); err != nil {
			t.Fatalf("%s: %v (the model has %d coins)", a, err, len(p.coins))
		}
	}
	return err
}

func (w *world) account(t *rapid.T) string {
	return rapid.SampledFrom([]string{"a", "b"}).Draw(t, "account")
}

func (w *world) film(t *rapid.T) string {
	return rapid.SampledFrom([]string{"1", "2", "3", "4", "5", "6", "7", "8"}).Draw(t, "film")
}

func (w *world) plan(t *rapid.T) plans.Plan {
	return rapid.SampledFrom(all.All()).Draw(t, "plan")
}

func (w *world) reserve(t *rapid.T) {
	a, film, plan, price := w.account(t), w.film(t), w.plan(t), rapid.IntRange(1, 12).Draw(t, "price")
	var got credits.Taken
	err := w.try(t, func(tx *store.Tx) (err error) {
		got, err = w.ledger.Reserve(tx, w.prefix+a, plan, price, w.prefix+film)
		return err
	})
	purse := w.purses[a]
	earlier := w.films[film]
	if earlier != nil && (earlier.account != a || earlier.price != price) {
		if err == nil {
			t.Fatal("a reference was used for another film")
		}
		return
	}
	was := *purse
	was.coins = slices.Clone(purse.coins)
	purse.touch(w.at, &plan)
	have := len(purse.coins)
	want := credits.Taken{Price: price, Balance: have, Again: earlier != nil}
	if earlier == nil {
		if !plan.Unlimited && have < price {
			var missing *credits.InsufficientError
			if !errors.As(err, &missing) || missing.Required != price || missing.Available != have {
				t.Fatalf("%d of %d credits: %v", price, have, err)
			}
			*purse = was // nothing was written
			return
		}
		d := &deposit{account: a, price: price}
		if !plan.Unlimited {
			d.coins = purse.take(price)
		}
		w.films[film] = d
		want.Balance = len(purse.coins)
		want.Low = have >= w.low && want.Balance < w.low
	}
	if err != nil || got != want {
		t.Fatalf("got %+v, %v\nwant %+v", got, err, want)
	}
}

func (w *world) end(t *rapid.T, refund bool) {
	film := w.film(t)
	err := w.try(t, func(tx *store.Tx) error {
		if refund {
			return w.ledger.Refund(tx, w.prefix+film, "a reason")
		}
		return w.ledger.Settle(tx, w.prefix+film)
	})
	d := w.films[film]
	if (d == nil) != errors.Is(err, credits.ErrUnknown) || d != nil && err != nil {
		t.Fatal(err)
	}
	if d == nil || d.ended {
		return
	}
	d.ended = true
	w.purses[d.account].touch(w.at, nil)
	if refund {
		w.purses[d.account].coins = append(w.purses[d.account].coins, d.coins...)
	}
}

func (w *world) purchase(t *rapid.T) {
	a, n := w.account(t), rapid.IntRange(1, 9).Draw(t, "credits")
	err := w.try(t, func(tx *store.Tx) error {
		_, err := w.ledger.PurchaseIn(tx, w.prefix+a, n, "", "admin")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	w.purses[a].touch(w.at, nil)
	w.purses[a].coins = append(w.purses[a].coins, make([]coin, n)...)
}

func (w *world) balance(t *rapid.T) {
	a, plan := w.account(t), w.plan(t)
	var inside credits.Balance
	if err := w.db.View(func(tx *store.Tx) (err error) {
		inside, err = w.ledger.BalanceIn(tx, w.prefix+a, plan)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	got, err := w.ledger.Balance(context.Background(), w.prefix+a, plan)
	purse := w.purses[a]
	purse.touch(w.at, &plan)
	want := credits.Balance{
		Available: len(purse.coins), Unlimited: plan.Unlimited,
		NextReset: time.Date(w.at.Year(), w.at.Month()+1, 1, 0, 0, 0, 0, time.UTC),
	}
	for _, c := range purse.coins {
		if c.granted {
			want.Grant++
		} else {
			want.Bought++
		}
	}
	if err != nil || got != want || inside != want {
		t.Fatalf("got %+v, %v\nand %+v\nwant %+v", got, err, inside, want)
	}
}

func TestTheLedgerMovesCreditsAsIfTheyWereCoins(t *testing.T) {
	db := openDB(t, t.TempDir())
	checks := 0
	rapid.Check(t, func(t *rapid.T) {
		checks++
		w := &world{
			db: db, prefix: fmt.Sprint(checks, "/"), low: rapid.IntRange(0, 10).Draw(t, "low"),
			at:     time.Date(2026, 1, 20, 0, 0, 0, 0, time.UTC),
			purses: map[string]*purse{"a": {}, "b": {}}, films: map[string]*deposit{},
		}
		w.ledger = credits.New(credits.Config{DB: db, LowAfter: w.low, Now: func() time.Time { return w.at }})
		t.Repeat(map[string]func(*rapid.T){
			"reserve":   w.reserve,
			"reserve 2": w.reserve,
			"settle":    func(t *rapid.T) { w.end(t, false) },
			"refund":    func(t *rapid.T) { w.end(t, true) },
			"purchase":  w.purchase,
			"balance":   w.balance,
			"time": func(t *rapid.T) {
				w.at = w.at.Add(time.Duration(rapid.IntRange(1, 40*24).Draw(t, "hours")) * time.Hour)
			},
		})
	})
}
