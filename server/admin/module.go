package admin

import (
	"context"

	"go.uber.org/fx"
)

// Module provides a *Registry, to which rooms add their operations when they are put together, has the
// accounts' in it, and serves it once everything has started. It takes a Config and an *identity.Service.
var Module = fx.Module("admin",
	fx.Provide(NewRegistry),
	fx.Invoke(Identity, func(life fx.Lifecycle, conf Config, r *Registry) {
		var s *Server
		life.Append(fx.Hook{
			OnStart: func(context.Context) (err error) { s, err = Listen(conf, r); return err },
			OnStop:  func(ctx context.Context) error { return s.Close(ctx) },
		})
	}),
)
