package web

import "go.uber.org/fx"

// Module provides the [Site] of a [SiteConfig].
var Module = fx.Module("web", fx.Provide(NewSite))
