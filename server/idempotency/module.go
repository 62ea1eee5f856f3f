package idempotency

import "go.uber.org/fx"

// Module gives the server its memory of answers. It needs a Config.
var Module = fx.Module("idempotency", fx.Provide(New))
