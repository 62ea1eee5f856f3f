package credits

import "go.uber.org/fx"

// Module gives the server its Ledger. It needs a Config.
var Module = fx.Module("credits", fx.Provide(New))
