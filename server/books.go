package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/filmloom/filmloom/server/admin"
	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/credits"
	"github.com/filmloom/filmloom/server/idempotency"
	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/plans"
	"github.com/filmloom/filmloom/server/store"
)

// books are the credits as commands ask for them.
type books struct {
	plans  plans.Set
	ledger *credits.Ledger
	keys   *idempotency.Book
	db     *store.DB
}

// Books keeps the credits for commands on a database that no server has open. What plans grant is as conf says.
func Books(conf *config.Config, db *store.DB) (admin.Books, error) {
	set, err := openPlans(conf)
	if err != nil {
		return admin.Books{}, err
	}
	keys, err := idempotency.New(idempotencyConfig(db))
	if err != nil {
		return admin.Books{}, err
	}
	return books{set, credits.New(creditsConfig(db)), keys, db}.open(), nil
}

func (b books) open() admin.Books {
	return admin.Books{Balance: b.balance, Entries: b.entries, Add: b.add}
}

// balance writes nothing: what a month brings is granted when somebody uses the account.
func (b books) balance(_ context.Context, a identity.Account) (out admin.Balance, err error) {
	plan, err := b.plans.Plan(a.Plan)
	if err != nil {
		return out, err
	}
	err = b.db.View(func(tx *store.Tx) error {
		has, err := b.ledger.BalanceIn(tx, a.ID, plan)
		out = balanceOf(a, has)
		return err
	})
	return out, err
}

func balanceOf(a identity.Account, b credits.Balance) admin.Balance {
	return admin.Balance{
		User: a.Name, Plan: a.Plan, Available: b.Available, Granted: b.Grant, Purchased: b.Bought,
		Unlimited: b.Unlimited, NextReset: b.NextReset,
	}
}

func (b books) entries(ctx context.Context, a identity.Account, before uint64, limit int) ([]admin.CreditEntry, bool, error) {
	found, err := b.ledger.Entries(ctx, a.ID, before, limit)
	list := make([]admin.CreditEntry, len(found))
	for i, e := range found {
		list[i] = entryOf(e)
	}
	return list, len(found) > 0 && found[len(found)-1].Number > 1, err
}

func entryOf(e credits.Entry) admin.CreditEntry {
	out := admin.CreditEntry{
		Number: e.Number, Time: e.Time, Kind: string(e.Kind), Amount: e.Amount, Balance: e.Balance, Price: e.Price,
		Note: e.Note, By: e.By,
	}
	if e.Reference != "" {
		out.Job = &e.Reference
	}
	return out
}

// add enters a purchase, as the API does for an admin.
func (b books) add(ctx context.Context, to identity.Account, in admin.AddCredits) (out admin.AddedCredits, err error) {
	plan, err := b.plans.Plan(to.Plan)
	if err != nil {
		return out, err
	}
	if in.By == "" {
		in.By = "the command line"
	}
	claim, earlier, err := b.begin(ctx, to, in)
	if err != nil {
		return out, err
	}
	if earlier != nil {
		if err := json.Unmarshal(earlier.Body, &out); err != nil {
			return out, fmt.Errorf("what was answered before cannot be read: %w", err)
		}
		out.Again = true
		return out, nil
	}
	defer claim.Abandon()
	err = b.db.Update(ctx, func(tx *store.Tx) error {
		e, err := b.ledger.PurchaseIn(tx, to.ID, in.Amount, in.Note, in.By)
		if err != nil {
			return err
		}
		has, err := b.ledger.BalanceIn(tx, to.ID, plan)
		if err != nil {
			return err
		}
		out = admin.AddedCredits{Balance: balanceOf(to, has), Entry: entryOf(e)}
		raw, err := json.Marshal(out)
		if err != nil {
			return fmt.Errorf("what was added cannot be written: %w", err)
		}
		return claim.Record(tx, idempotency.Answer{Status: http.StatusOK, Body: raw})
	})
	return out, err
}

// begin asks whether credits were added before under the same key, if there is one.
func (b books) begin(ctx context.Context, to identity.Account, in admin.AddCredits) (*idempotency.Claim, *idempotency.Answer, error) {
	if in.Once == "" {
		return nil, nil, nil
	}
	claim, earlier, err := b.keys.Begin(ctx, idempotency.Request{
		Account: to.ID, Route: "credits.add", Key: in.Once, Body: fmt.Appendf(nil, "%d %s", in.Amount, in.Note),
	})
	switch {
	case errors.Is(err, idempotency.ErrKey):
		err = &admin.Error{Code: admin.Invalid, Message: "an idempotency key must be 1 to 255 printable ASCII characters"}
	case errors.Is(err, idempotency.ErrOtherBody):
		err = &admin.Error{Code: admin.Invalid, Message: "this idempotency key was used to add other credits to this user: use a new key for each time"}
	case errors.Is(err, idempotency.ErrInFlight):
		err = errors.New("these credits are being added at this moment: try again in a moment")
	}
	return claim, earlier, err
}
