package production

import (
	"context"

	"go.uber.org/fx"
)

// Module provides the [Desk] of a [Config], and closes it with the application.
var Module = fx.Module("production", fx.Provide(func(life fx.Lifecycle, conf Config) (*Desk, error) {
	d, err := New(context.Background(), conf)
	if err == nil {
		life.Append(fx.StopHook(d.Close))
	}
	return d, err
}))
