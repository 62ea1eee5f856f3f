package metrics

import "go.uber.org/fx"

// Module provides the metrics. They watch the Sources, which somebody else must provide, from the
// start on, and let go of them before what those are made from is stopped.
var Module = fx.Module("metrics",
	fx.Provide(New),
	fx.Invoke(func(life fx.Lifecycle, m *Metrics, s Sources) {
		life.Append(fx.StartStopHook(func() { m.Watch(s) }, m.Close))
	}),
)
