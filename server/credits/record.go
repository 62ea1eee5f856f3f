package credits

import (
	"errors"
	"fmt"
	"time"

	"github.com/filmloom/filmloom/server/store"
)

// A Kind is why an entry is there.
type Kind string

// The kinds of entries. All but KindSettle change the balance, unless the plan is unlimited.
const (
	KindGrant    Kind = "grant"    // the month's credits of the plan
	KindReset    Kind = "reset"    // what was left of an earlier month's grant is gone
	KindReserve  Kind = "reserve"  // a film was asked for
	KindSettle   Kind = "settle"   // it was made
	KindRefund   Kind = "refund"   // it was not, and its credits are back
	KindPurchase Kind = "purchase" // an admin entered what was bought or given
)

// An Entry is a line of an account's ledger. It never changes.
type Entry struct {
	Number    uint64    `json:"number"` // 1, 2, 3 … in each account
	Time      time.Time `json:"time"`   // UTC
	Kind      Kind      `json:"kind"`
	Amount    int       `json:"amount"`              // what it adds to the balance; negative when it takes
	Balance   int       `json:"balance"`             // after it
	Price     int       `json:"price,omitempty"`     // of the film, also when nothing is taken
	Reference string    `json:"reference,omitempty"` // of the reservation
	Note      string    `json:"note,omitempty"`      // on a purchase; why there is a refund
	By        string    `json:"by,omitempty"`        // who entered a purchase
}

// A hold is a reservation.
type hold struct {
	Account string `json:"account"`
	Price   int    `json:"price"`
	Grant   int    `json:"grant"`         // taken from the grant
	Bought  int    `json:"bought"`        // taken from purchases
	End     Kind   `json:"end,omitempty"` // KindSettle or KindRefund
}

func accountKey(id string) store.Key     { return store.K("credits", id) }
func entriesKey(id string) store.Key     { return store.K("credits-entry", id) }
func holdKey(reference string) store.Key { return store.K("credits-hold", reference) }

func entryKey(id string, n uint64) store.Key {
	return store.K("credits-entry", id, fmt.Sprintf("%020d", n)) // all of one length, so that they sort as numbers
}

// find reads a record if there is one; otherwise v stays as it is.
func find(tx *store.Tx, key store.Key, v any) (bool, error) {
	err := tx.Get(key, v)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}
