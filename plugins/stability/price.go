package stability

import (
	"context"
	"time"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

// credit is the price of one: 10 US dollars buy 1000 (https://platform.stability.ai/pricing).
const credit = 10_000 // millionths of a US dollar

// Prices of one call (https://platform.stability.ai/pricing). A call that fails here records no cost.
var (
	imagePrices = map[string]providers.Money{
		"core":              3 * credit,
		"ultra":             8 * credit,
		"sd3.5-large":       13 * credit / 2,
		"sd3.5-large-turbo": 4 * credit,
		"sd3.5-medium":      7 * credit / 2,
	}
	// Stable Audio 2.5 costs 20 credits whatever its length. Stable Audio 2 costs 17 and 0.06 for each
	// step; its 50 steps, which nobody changes here, make it 20 as well.
	musicPrices = map[string]providers.Money{
		"stable-audio-2":   20 * credit,
		"stable-audio-2.5": 20 * credit,
	}
)

// estimate: the price does not depend on the input. The times are from what people report.
func (p *provider) estimate(_ context.Context, q providers.EstimateQuery) (providers.Estimate, error) {
	switch q.Capability {
	case film.ImageGenerate.Name:
		price := imagePrices[p.conf.Model]
		return providers.Estimate{MinCost: price, MaxCost: price, MinTime: 2 * time.Second, MaxTime: 40 * time.Second}, nil
	case film.MusicCompose.Name:
		price := musicPrices[p.conf.MusicModel]
		return providers.Estimate{MinCost: price, MaxCost: price, MinTime: 5 * time.Second, MaxTime: 2 * time.Minute}, nil
	}
	return providers.Estimate{}, nil
}
