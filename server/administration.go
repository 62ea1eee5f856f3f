package server

import (
	"context"
	"log/slog"

	"go.uber.org/fx"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/engine/artifact"
	"github.com/filmloom/filmloom/engine/journal"
	"github.com/filmloom/filmloom/server/admin"
	"github.com/filmloom/filmloom/server/backup"
	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/credits"
	"github.com/filmloom/filmloom/server/idempotency"
	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/plans"
	"github.com/filmloom/filmloom/server/store"
)

// adminModule lets commands reach the server. It comes last: what they ask for is there then.
var adminModule = fx.Module("administration",
	fx.Provide(func(conf *config.Config, log *slog.Logger) admin.Config {
		return admin.Config{Dir: conf.Data, Log: log}
	}),
	admin.Module,
	fx.Invoke(offerBackup, func(r *admin.Registry, ids *identity.Service, db *store.DB) { admin.Holders(r, ids, Holdings(db)) }),
	fx.Invoke(func(r *admin.Registry, ids *identity.Service, set plans.Set, ledger *credits.Ledger, keys *idempotency.Book, db *store.DB) {
		admin.Credits(r, ids, books{set, ledger, keys, db}.open())
	}),
)

func offerBackup(r *admin.Registry, conf *config.Config, opts Options, db *store.DB, files artifact.Store, j journal.Journal, eng *engine.Engine) {
	backup.Register(r, backup.Source{
		DB: db.Badger(), Artifacts: files, Dir: conf.Data, Journal: j,
		Hold: func(context.Context) (func(), error) { return eng.Hold(), nil },
	}, opts.Version)
}
