package secrets

import "go.uber.org/fx"

// Module gives the server its keys. It needs a Config.
var Module = fx.Module("secrets", fx.Provide(New))
