package erasure

import (
	"context"

	"go.uber.org/fx"
)

// Module erases, as a [Config] says, from the application's start to its stop.
var Module = fx.Module("erasure", fx.Invoke(func(life fx.Lifecycle, conf Config) error {
	e, err := New(conf)
	if err == nil {
		life.Append(fx.Hook{OnStart: e.Start, OnStop: func(context.Context) error { e.Close(); return nil }})
	}
	return err
}))
