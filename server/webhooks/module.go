package webhooks

import "go.uber.org/fx"

// Module provides the [Service] of a [Config], and starts and closes it with the application.
var Module = fx.Module("webhooks", fx.Provide(func(life fx.Lifecycle, conf Config) (*Service, error) {
	s, err := New(conf)
	if err == nil {
		life.Append(fx.Hook{OnStart: s.Start, OnStop: s.Close})
	}
	return s, err
}))
