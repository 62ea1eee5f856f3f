package plans

import "go.uber.org/fx"

// Module gives the server its plans. It needs an Enterprise.
var Module = fx.Module("plans", fx.Provide(Defaults))
