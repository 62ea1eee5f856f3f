package server

import (
	"context"
	"log/slog"

	"go.uber.org/fx"

	"github.com/filmloom/filmloom/server/admin"
	"github.com/filmloom/filmloom/server/credits"
	"github.com/filmloom/filmloom/server/erasure"
	"github.com/filmloom/filmloom/server/idempotency"
	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/limits"
	"github.com/filmloom/filmloom/server/plans"
	"github.com/filmloom/filmloom/server/production"
	"github.com/filmloom/filmloom/server/store"
	"github.com/filmloom/filmloom/server/studioapi"
	"github.com/filmloom/filmloom/server/webhooks"
	"github.com/filmloom/filmloom/server/youtube"
)

// erasureModule erases what removed accounts owned. It comes after all that erases: it ends before them.
var erasureModule = fx.Module("owned", fx.Provide(erasureConfig), erasure.Module)

// erasureConfig knows every room that keeps something for an account. A room that is added is added here.
func erasureConfig(ids *identity.Service, hooks *webhooks.Service, channels *youtube.Service, keys *idempotency.Book,
	l *limits.Limiter, db *store.DB, desk *production.Desk, ledger *credits.Ledger, log *slog.Logger,
) erasure.Config {
	return erasure.Config{Accounts: ids, Log: log, Owned: []erasure.Owned{
		{What: "webhooks", By: hooks}, // first: nobody is told of what follows
		{What: "YouTube connection", By: channels},
		{What: "idempotency keys", By: keys},
		{What: "counts of requests", By: l},
		{What: "batches", By: studioapi.Batches{Store: db}},
		{What: "films", By: desk},
		{What: "credits", By: ledger}, // after the films: the end of one that is being made settles its price
	}}
}

// Holdings counts what an account owns, with a server on the database or without.
func Holdings(db *store.DB) func(context.Context, identity.Account) (admin.Holdings, error) {
	return func(ctx context.Context, a identity.Account) (out admin.Holdings, err error) {
		held, err := production.Held(ctx, db, a.ID)
		if err != nil {
			return out, err
		}
		out.Films, out.Drafts, out.Open = held.Films, held.Drafts, held.Open
		err = db.View(func(tx *store.Tx) error {
			b, err := credits.New(creditsConfig(db)).BalanceIn(tx, a.ID, plans.Plan{}) // what its plan has yet to grant is nobody's loss
			out.Credits = b.Available
			return err
		})
		return out, err
	}
}
