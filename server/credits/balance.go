package credits

import (
	"context"
	"fmt"
	"time"

	"github.com/filmloom/filmloom/server/plans"
	"github.com/filmloom/filmloom/server/store"
)

// A Balance is what an account has.
type Balance struct {
	Available int       // credits: Grant and Bought together. With Unlimited it bounds nothing
	Grant     int       // of which these end at NextReset
	Bought    int       // and these do not
	Unlimited bool      // a film is never refused for want of credits
	NextReset time.Time // when the plan grants credits again, UTC
}

// Balance is what an account has now; one that was never heard of has what the plan grants. In a new month it
// writes the reset and the grant into the ledger first, so that Entries shows them.
func (l *Ledger) Balance(ctx context.Context, account string, plan plans.Plan) (Balance, error) {
	if err := ctx.Err(); err != nil {
		return Balance{}, err
	}
	var b Balance
	due := false
	look := func(tx *store.Tx, write bool) error {
		a, err := l.see(tx, account, plan)
		if err != nil {
			return err
		}
		b, due = a.shown(plan), a.changed
		if !write {
			return nil
		}
		if err := l.conf.Known(tx, account); err != nil {
			return err
		}
		return a.write(tx)
	}
	err := l.conf.DB.View(func(tx *store.Tx) error { return look(tx, false) })
	if err == nil && due {
		err = l.conf.DB.Update(ctx, func(tx *store.Tx) error { return look(tx, true) })
	}
	return b, err
}

// BalanceIn is what an account has, as a View or an Update of the caller's sees it. It writes nothing.
func (l *Ledger) BalanceIn(tx *store.Tx, account string, plan plans.Plan) (Balance, error) {
	a, err := l.see(tx, account, plan)
	if err != nil {
		return Balance{}, err
	}
	return a.shown(plan), nil
}

func (l *Ledger) see(tx *store.Tx, id string, plan plans.Plan) (*account, error) {
	a, err := read(tx, id, l.conf.Now())
	if err != nil {
		return nil, err
	}
	a.grant(plan)
	return a, nil
}

func (a *account) shown(plan plans.Plan) Balance {
	return Balance{
		Available: a.balance(), Grant: a.Grant, Bought: a.Bought,
		Unlimited: plan.Unlimited, NextReset: month(a.Month, 1),
	}
}

// MostEntries is how many entries are listed at once.
const MostEntries = 1000

// Entries lists an account's entries, the newest first: those before the entry with the given number (0
// means from the newest), at most limit of them, which is from 1 to MostEntries.
func (l *Ledger) Entries(ctx context.Context, account string, before uint64, limit int) ([]Entry, error) {
	if limit < 1 || limit > MostEntries {
		return nil, fmt.Errorf("a list of the ledger must have from 1 to %d entries", MostEntries)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	scan := store.Scan{Under: entriesKey(account), Reverse: true}
	if before > 0 {
		scan.After = entryKey(account, before)
	}
	var list []Entry
	err := l.conf.DB.View(func(tx *store.Tx) error {
		for found := range tx.Scan(scan) {
			var e Entry
			if err := found.Decode(&e); err != nil {
				return err
			}
			if list = append(list, e); len(list) == limit {
				break
			}
		}
		return nil
	})
	return list, err
}

// Audit adds up the entries of an account and compares them with what it is said to have. The error says
// what differs, and at which entry.
func (l *Ledger) Audit(tx *store.Tx, id string) error {
	var a account
	if _, err := find(tx, accountKey(id), &a); err != nil {
		return err
	}
	number, sum := uint64(0), 0
	for found := range tx.Scan(store.Scan{Under: entriesKey(id)}) {
		var e Entry
		if err := found.Decode(&e); err != nil {
			return err
		}
		number++
		sum += e.Amount
		if e.Number != number || e.Balance != sum || sum < 0 {
			return fmt.Errorf("the ledger of the account %s is wrong at entry %d: number %d says the balance is %d, but the sum is %d",
				id, number, e.Number, e.Balance, sum)
		}
	}
	if a.Entries != number || a.balance() != sum || a.Grant < 0 || a.Bought < 0 {
		return fmt.Errorf("the ledger of the account %s has %d entries with the sum %d, but the account says %d entries and %d + %d credits",
			id, number, sum, a.Entries, a.Grant, a.Bought)
	}
	return nil
}
