package limits

import (
	"context"

	"go.uber.org/fx"
)

// Module gives the server a Limiter, which it closes when it stops, and Strangers. It needs a Config and a
// StrangersConfig.
var Module = fx.Module("limits", fx.Provide(start, NewStrangers))

func start(life fx.Lifecycle, conf Config) (*Limiter, error) {
	l, err := New(conf)
	if err != nil {
		return nil, err
	}
	life.Append(fx.StopHook(func(context.Context) error { return l.Close() }))
	return l, nil
}
