package identity

import (
	"context"

	"go.uber.org/fx"

	"github.com/filmloom/filmloom/server/store"
)

// Module provides a *Service of a *store.DB and a Config, and closes it.
var Module = fx.Module("identity", fx.Provide(func(life fx.Lifecycle, db *store.DB, conf Config) (*Service, error) {
	s, err := New(context.Background(), db, conf)
	if err == nil {
		life.Append(fx.StopHook(s.Close))
	}
	return s, err
}))
