package youtube

import "go.uber.org/fx"

// Module gives the server its YouTube connections. It needs a Config.
var Module = fx.Module("youtube", fx.Provide(New))
