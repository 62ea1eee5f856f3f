package webhooks

import "go.uber.org/fx"

// Module provides the [Service] of a [Config], and starts and closes it with the application.
var Module = fx.Module("webhooks",
	fx.Provide(New),
	fx.Invoke(func(life fx.Lifecycle, s *Service) { life.Append(fx.Hook{OnStart: s.Start, OnStop: s.Close}) }),
)
