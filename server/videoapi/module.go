package videoapi

import "go.uber.org/fx"

// Module serves the Video API of a [Config] on the *web.Site that there is.
var Module = fx.Module("videoapi", fx.Invoke(Register))
