package credits

import (
	"context"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/filmloom/filmloom/server/plans"
	"github.com/filmloom/filmloom/server/store"
)

// ErrUnknown: there is no reservation under the reference. It is for the caller to know whether there should be.
var ErrUnknown = errors.New("there is no reservation of credits under this reference")

// An InsufficientError is a film that costs more than there is.
type InsufficientError struct {
	Required  int       // the price, credits
	Available int       // the balance, credits
	NextReset time.Time // when the plan grants credits again, UTC
}

// Error says what is missing and when there is more.
func (e *InsufficientError) Error() string {
	return fmt.Sprintf("there are not enough credits: the film costs %d, the balance is %d; the plan grants new ones on %s (UTC)",
		e.Required, e.Available, e.NextReset.Format("2 January 2006"))
}

// Config is what a Ledger needs.
type Config struct {
	DB *store.DB
	// LowAfter is the balance below which an account is low: Taken.Low tells of the reservation that crosses
	// it. 0 means never.
	LowAfter int
	// Known tells within a transaction whether an account is there; its error is what comes of a change of one that
	// is not. nil takes every account for one that is.
	Known func(tx *store.Tx, account string) error
	Now   func() time.Time // nil means time.Now
}

// A Ledger keeps the credits of all accounts. Its methods may be called concurrently.
type Ledger struct{ conf Config }

// New makes a Ledger. It starts no goroutine and needs no end.
func New(conf Config) *Ledger {
	if conf.Now == nil {
		conf.Now = time.Now
	}
	if conf.Known == nil {
		conf.Known = func(*store.Tx, string) error { return nil }
	}
	return &Ledger{conf}
}

// Taken is what a reservation did.
type Taken struct {
	Price   int  // what the film costs: credits_deducted, also of an unlimited plan
	Balance int  // afterwards
	Low     bool // this reservation took the balance from LowAfter or more to less; never twice for one reference
	Again   bool // it was there before, and nothing has changed
}

// Reserve takes the price of a film, at least 1, from an account, under a reference that no other
// reservation of the server has. It must be in an Update. When the reference has the same reservation
// already, ended or not, nothing changes.
//
// The error is an *InsufficientError when the balance is too small; then nothing was written, and the caller may
// go on with the transaction.
func (l *Ledger) Reserve(tx *store.Tx, account string, plan plans.Plan, price int, reference string) (Taken, error) {
	if account == "" || reference == "" || price < 1 {
		return Taken{}, errors.New("a reservation needs an account, a reference and a price of at least 1 credit")
	}
	if err := l.conf.Known(tx, account); err != nil {
		return Taken{}, err
	}
	a, err := read(tx, account, l.conf.Now())
	if err != nil {
		return Taken{}, err
	}
	var h hold
	held, err := find(tx, holdKey(reference), &h)
	if err != nil {
		return Taken{}, err
	}
	if held && (h.Account != account || h.Price != price) {
		return Taken{}, fmt.Errorf("the reference %s is already that of another reservation of credits: use one for each", reference)
	}
	a.grant(plan)
	before := a.balance()
	if held {
		return Taken{Price: price, Balance: before, Again: true}, a.write(tx)
	}
	if h, err = a.take(plan, price, reference); err != nil {
		return Taken{}, err
	}
	if err := tx.Put(holdKey(reference), h); err != nil {
		return Taken{}, err
	}
	low := l.conf.LowAfter
	return Taken{Price: price, Balance: a.balance(), Low: before >= low && a.balance() < low}, a.write(tx)
}

// Settle ends a reservation whose film was made: the credits are spent. When it has ended already, either way,
// nothing changes. It must be in an Update. The error wraps ErrUnknown when there is no such reservation.
func (l *Ledger) Settle(tx *store.Tx, reference string) error {
	return l.end(tx, reference, Entry{Kind: KindSettle})
}

// Refund ends a reservation whose film was not made: the credits are back, and the entry says the reason. When
// it has ended already, either way, nothing changes. It must be in an Update. The error wraps ErrUnknown when
// there is no such reservation.
func (l *Ledger) Refund(tx *store.Tx, reference, reason string) error {
	return l.end(tx, reference, Entry{Kind: KindRefund, Note: reason})
}

func (l *Ledger) end(tx *store.Tx, reference string, e Entry) error {
	var h hold
	held, err := find(tx, holdKey(reference), &h)
	if err != nil {
		return err
	}
	if !held {
		return fmt.Errorf("%s: %w", reference, ErrUnknown)
	}
	if h.End != "" {
		return nil
	}
	a, err := read(tx, h.Account, l.conf.Now())
	if err != nil {
		return err
	}
	if e.Kind == KindRefund {
		a.Grant += h.Grant
		a.Bought += h.Bought
		e.Amount = h.Grant + h.Bought
	}
	h.End = e.Kind
	e.Price, e.Reference = h.Price, reference
	a.add(e)
	if err := tx.Put(holdKey(reference), h); err != nil {
		return err
	}
	return a.write(tx)
}

// Bounds of a purchase.
const (
	MostPurchased = 1_000_000_000 // credits at once
	LongestNote   = 500           // characters
)

// Purchase adds credits that do not end with the month: 1 to MostPurchased, with a note of at most LongestNote
// characters, entered by an admin. It is in the ledger when it returns.
func (l *Ledger) Purchase(ctx context.Context, account string, amount int, note, by string) (e Entry, err error) {
	err = l.conf.DB.Update(ctx, func(tx *store.Tx) error {
		e, err = l.PurchaseIn(tx, account, amount, note, by)
		return err
	})
	return e, err
}

// PurchaseIn is Purchase in an Update of the caller's.
func (l *Ledger) PurchaseIn(tx *store.Tx, account string, amount int, note, by string) (Entry, error) {
	switch {
	case account == "" || by == "":
		return Entry{}, errors.New("a purchase needs an account and the name of who enters it")
	case amount < 1 || amount > MostPurchased:
		return Entry{}, fmt.Errorf("a purchase must be from 1 to %d credits", MostPurchased)
	case utf8.RuneCountInString(note) > LongestNote:
		return Entry{}, fmt.Errorf("the note on a purchase must have at most %d characters", LongestNote)
	}
	if err := l.conf.Known(tx, account); err != nil {
		return Entry{}, err
	}
	a, err := read(tx, account, l.conf.Now())
	if err != nil {
		return Entry{}, err
	}
	a.Bought += amount
	e := a.add(Entry{Kind: KindPurchase, Amount: amount, Note: note, By: by})
	return e, a.write(tx)
}
