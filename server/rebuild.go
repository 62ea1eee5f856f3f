package server

import (
	"context"
	"errors"

	"go.uber.org/dig"
	"go.uber.org/fx"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/metrics"
	"github.com/filmloom/filmloom/server/production"
	"github.com/filmloom/filmloom/server/store"
	"github.com/filmloom/filmloom/server/studioapi"
	"github.com/filmloom/filmloom/server/videoapi"
	"github.com/filmloom/filmloom/server/youtube"
)

// listed are the statuses under which productions are listed, by API.
var listed = map[string]func(*production.Production) string{
	videoapi.Name: videoapi.Listed, studioapi.Name: studioapi.Listed,
}

// Rebuild makes everything anew that is derived from the journal in the data directory of a server that does not
// run. It tells how many productions there are, and of how many the record was not as it should be.
func Rebuild(ctx context.Context, conf *config.Config, opts Options) (all, mended int, err error) {
	opened := &hooks{grace: conf.Grace}
	var db *store.DB
	var eng *engine.Engine
	app := fx.New(
		fx.NopLogger, fx.Supply(conf, opts, opts.Log, &address{}), fx.Decorate(opened.of), storageModule,
		fx.Provide(metrics.New, youtubeConfig, openEngine), youtube.Module, fx.Populate(&db, &eng),
	)
	defer func() { err = errors.Join(err, opened.stop(ctx)) }()
	if err := app.Err(); err != nil {
		return 0, 0, dig.RootCause(err)
	}
	return production.Rebuild(ctx, production.Config{Store: db, Engine: eng, Listed: listed, Log: opts.Log})
}
