package admin

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/filmloom/filmloom/server/identity"
)

// Bounds of the operations on credits. Those of a purchase are the API's.
const (
	MostCredits = 1_000_000 // that are added at once
	LongestNote = 200       // characters
	MostEntries = 1000      // that are listed at once
)

// A Balance is what credits.show answers; it takes a [Named].
type Balance struct {
	User      string    `json:"user"`
	Plan      string    `json:"plan"`
	Available int       `json:"available"` // Granted and Purchased together
	Granted   int       `json:"granted"`   // of which these end at NextReset
	Purchased int       `json:"purchased"` // and these do not
	Unlimited bool      `json:"unlimited"` // the plan refuses no film for want of credits
	NextReset time.Time `json:"next_reset"`
}

// ListCredits is what credits.list takes.
type ListCredits struct {
	User   string `json:"user"`   // a name
	Before uint64 `json:"before"` // only entries with a smaller number; 0 begins at the newest
	Limit  int    `json:"limit"`  // 1 to MostEntries
}

// A Ledger is what credits.list answers.
type Ledger struct {
	User    string        `json:"user"`
	Entries []CreditEntry `json:"entries"` // the newest first
	More    bool          `json:"has_more"`
	// Available is the balance. It differs from that of the newest entry when the month has brought something that
	// nobody has come for: that is entered when the user next asks.
	Available int `json:"available"`
}

// A CreditEntry is one change of a balance, as the Studio API shows it, and who entered it.
type CreditEntry struct {
	Number  uint64    `json:"number"`
	Time    time.Time `json:"time"`
	Kind    string    `json:"kind"`
	Amount  int       `json:"amount"`
	Balance int       `json:"balance"` // after it
	Price   int       `json:"price"`   // of the film; 0 when it is about none
	Job     *string   `json:"job_id"`  // the job or task, or nil
	Note    string    `json:"note"`
	By      string    `json:"by"` // who entered a purchase; "" for other entries
}

// AddCredits is what credits.add takes. It answers with an [AddedCredits].
type AddCredits struct {
	User   string `json:"user"`   // a name
	Amount int    `json:"amount"` // 1 to MostCredits
	Note   string `json:"note"`   // at most LongestNote characters
	By     string `json:"by"`     // who adds them
	// Once makes the same request that is sent again, within a day, add nothing; "" for one that is not repeated.
	Once string `json:"once"`
}

// AddedCredits is what credits.add answers.
type AddedCredits struct {
	Balance
	Entry CreditEntry `json:"entry"`
	Again bool        `json:"again"` // they were added before, under the same Once: this is the answer of then
}

// Books are what whoever keeps the credits does for the operations on them. Names and bounds are checked before.
type Books struct {
	Balance func(context.Context, identity.Account) (Balance, error)
	Entries func(ctx context.Context, of identity.Account, before uint64, limit int) (list []CreditEntry, more bool, err error)
	Add     func(ctx context.Context, to identity.Account, in AddCredits) (AddedCredits, error)
}

// Credits registers the operations on credits, credits.*. Users are named by their names.
func Credits(r *Registry, s *identity.Service, b Books) {
	a := accounts{s}
	Handle(r, "credits.show", func(ctx context.Context, in Named) (Balance, error) {
		user, err := a.user(ctx, in.Name)
		if err != nil {
			return Balance{}, err
		}
		out, err := b.Balance(ctx, user)
		return out, said(err)
	})
	Handle(r, "credits.list", func(ctx context.Context, in ListCredits) (Ledger, error) {
		if in.Limit < 1 || in.Limit > MostEntries {
			return Ledger{}, &Error{Code: Invalid, Message: fmt.Sprintf("a list of the ledger must have from 1 to %d entries", MostEntries)}
		}
		user, err := a.user(ctx, in.User)
		if err != nil {
			return Ledger{}, err
		}
		has, err := b.Balance(ctx, user)
		if err != nil {
			return Ledger{}, said(err)
		}
		list, more, err := b.Entries(ctx, user, in.Before, in.Limit)
		return Ledger{user.Name, list, more, has.Available}, said(err)
	})
	Handle(r, "credits.add", func(ctx context.Context, in AddCredits) (AddedCredits, error) {
		switch {
		case in.Amount < 1 || in.Amount > MostCredits:
			return AddedCredits{}, &Error{Code: Invalid, Message: fmt.Sprintf("from 1 to %d credits can be added", MostCredits)}
		case !utf8.ValidString(in.Note) || utf8.RuneCountInString(in.Note) > LongestNote:
			return AddedCredits{}, &Error{Code: Invalid, Message: fmt.Sprintf("the note must have at most %d characters", LongestNote)}
		}
		user, err := a.user(ctx, in.User)
		if err != nil {
			return AddedCredits{}, err
		}
		out, err := b.Add(ctx, user, in)
		return out, said(err)
	})
}
