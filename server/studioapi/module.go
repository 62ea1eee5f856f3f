package studioapi

import "go.uber.org/fx"

// Module serves the Studio API of a [Config] on the *web.Site that there is.
var Module = fx.Module("studioapi", fx.Invoke(Register))
