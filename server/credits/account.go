package credits

import (
	"time"

	"github.com/filmloom/filmloom/server/plans"
	"github.com/filmloom/filmloom/server/store"
)

// An account is where an account stands after its last entry. Its methods add entries, which write puts into
// the ledger together with it.
type account struct {
	Entries uint64    `json:"entries"`
	Month   time.Time `json:"month"`   // the month of the grant, by its first instant in UTC
	Granted int       `json:"granted"` // in that month
	Grant   int       `json:"grant"`   // what is left of it, and what of earlier ones came back in that month
	Bought  int       `json:"bought"`  // what is left of purchases

	id      string
	now     time.Time
	changed bool
	added   []Entry
}

// month is the first instant of the month that t is in, n months later.
func month(t time.Time, n int) time.Time {
	t = t.UTC()
	return time.Date(t.Year(), t.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
}

// read finds an account and brings it into the present month. What that adds is not yet written.
func read(tx *store.Tx, id string, now time.Time) (*account, error) {
	a := &account{id: id, now: now.UTC()}
	if _, err := find(tx, accountKey(id), a); err != nil {
		return nil, err
	}
	a.turn()
	return a, nil
}

// write puts the account and what was added into the ledger.
func (a *account) write(tx *store.Tx) error {
	if !a.changed {
		return nil
	}
	for _, e := range a.added {
		if err := tx.Put(entryKey(a.id, e.Number), e); err != nil {
			return err
		}
	}
	a.changed, a.added = false, nil
	return tx.Put(accountKey(a.id), a)
}

func (a *account) balance() int { return a.Grant + a.Bought }

// add makes an entry of a change that was just applied.
func (a *account) add(e Entry) Entry {
	a.Entries++
	a.changed = true
	e.Number, e.Time, e.Balance = a.Entries, a.now, a.balance()
	a.added = append(a.added, e)
	return e
}

// doubt is how far a clock may be set back at the turn of a month before it is believed.
const doubt = 24 * time.Hour

// turn ends an earlier month.
func (a *account) turn() {
	present := month(a.now, 0)
	switch {
	case present.After(a.Month):
		if left := a.Grant; left > 0 {
			a.Grant = 0
			a.add(Entry{Kind: KindReset, Amount: -left})
		}
		a.Month, a.Granted = present, 0 // alone this need not be written: it comes out the same next time
	case a.Month.Sub(a.now) > doubt:
		// The clock was in a future that is not to be. What was granted there is this month's, or the account
		// would get nothing until then.
		a.Month, a.changed = present, true
	}
}

// grant gives what the plan grants in a month and was not yet granted in this one.
func (a *account) grant(plan plans.Plan) {
	more := plan.Credits - a.Granted
	if plan.Unlimited || more <= 0 {
		return
	}
	a.Granted += more
	a.Grant += more
	a.add(Entry{Kind: KindGrant, Amount: more})
}

// take reserves the price of a film, as far as there is enough: from the grant first, which ends sooner.
func (a *account) take(plan plans.Plan, price int, reference string) (hold, error) {
	h := hold{Account: a.id, Price: price}
	if !plan.Unlimited {
		if have := a.balance(); have < price {
			return hold{}, &InsufficientError{Required: price, Available: have, NextReset: month(a.Month, 1)}
		}
		h.Grant = min(price, a.Grant)
		h.Bought = price - h.Grant
	}
	a.Grant -= h.Grant
	a.Bought -= h.Bought
	a.add(Entry{Kind: KindReserve, Amount: -(h.Grant + h.Bought), Price: price, Reference: reference})
	return h, nil
}
