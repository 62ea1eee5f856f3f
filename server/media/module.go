package media

import "go.uber.org/fx"

// Module gives the server its media. It needs a Config.
var Module = fx.Module("media", fx.Provide(New))
