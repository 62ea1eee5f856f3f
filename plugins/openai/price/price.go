package price

import (
	"math"
	"regexp"
	"strings"

	"github.com/filmloom/filmloom/providers"
)

// Usage is what was used.
type Usage struct {
	TextIn, CachedIn, TextOut int64   // tokens; CachedIn are those of TextIn that the server had in its cache
	ImageOut                  int64   // tokens
	Characters                int64   // of text that was spoken
	Seconds                   float64 // of sound
}

// A Price is what a model costs, in US dollars.
type Price struct {
	TextIn, CachedIn, TextOut, ImageOut float64 // a million tokens
	Characters                          float64 // a million characters
	Minute                              float64 // a minute of sound
}

// prices are OpenAI's standard prices for short contexts, from developers.openai.com/api/docs/pricing as
// read there between 2026-09-18 and 2026-11-05.
var prices = map[string]Price{
	"gpt-6-astra":   {TextIn: 10, CachedIn: 1, TextOut: 50},
	"gpt-6.1-sol":   {TextIn: 2, CachedIn: 0.2, TextOut: 10},
	"gpt-6-sol":     {TextIn: 2, CachedIn: 0.2, TextOut: 10},
	"gpt-6-luna":    {TextIn: 0.1, CachedIn: 0.01, TextOut: 0.5},
	"gpt-5.6-sol":   {TextIn: 4, CachedIn: 0.4, TextOut: 20},
	"gpt-5.6-terra": {TextIn: 2, CachedIn: 0.2, TextOut: 12},
	"gpt-5.6-luna":  {TextIn: 0.2, CachedIn: 0.02, TextOut: 1.2},
	"gpt-5.5":       {TextIn: 5, CachedIn: 0.5, TextOut: 30},
	"gpt-5.4":       {TextIn: 2.5, CachedIn: 0.25, TextOut: 15},
	"gpt-5.4-mini":  {TextIn: 0.75, CachedIn: 0.075, TextOut: 4.5},
	"gpt-4.1":       {TextIn: 2, CachedIn: 0.5, TextOut: 8},
	"gpt-4.1-mini":  {TextIn: 0.4, CachedIn: 0.1, TextOut: 1.6},
	"gpt-4o":        {TextIn: 2.5, CachedIn: 1.25, TextOut: 10},
	"gpt-4o-mini":   {TextIn: 0.15, CachedIn: 0.075, TextOut: 0.6},

	"gpt-image-2.6-sunburst": {TextIn: 5, CachedIn: 1.25, ImageOut: 30},
	"gpt-image-2.5-sunburst": {TextIn: 5, CachedIn: 1.25, ImageOut: 30},
	"gpt-image-2.5-flare":    {TextIn: 5, CachedIn: 1.25, ImageOut: 30},
	"gpt-image-2":            {TextIn: 5, CachedIn: 1.25, ImageOut: 30},
	"gpt-image-1.5":          {TextIn: 5, CachedIn: 1.25, TextOut: 10, ImageOut: 32},
	"gpt-image-1-mini":       {TextIn: 2, CachedIn: 0.2, ImageOut: 8},

	// The speech API reports no usage. OpenAI gives 0.015 dollars a minute for its gpt-4o-mini-tts, most of it
	// for the sound.
	"gpt-4o-mini-tts": {Minute: 0.015},
	"tts-1":           {Characters: 15},
	"tts-1-hd":        {Characters: 30},
}

// snapshot is the date at the end of a model's name.
var snapshot = regexp.MustCompile(`-\d{4}-\d{2}-\d{2}$`)

// Of is the price of a model; zero when it is not known.
func Of(model string) Price {
	return prices[snapshot.ReplaceAllString(strings.ToLower(model), "")]
}

// Cost is what the usage costs, rounded up to a millionth of a dollar.
func (p Price) Cost(u Usage) providers.Money {
	cached := min(max(u.CachedIn, 0), max(u.TextIn, 0))
	micro := float64(max(u.TextIn, 0)-cached)*p.TextIn + float64(cached)*p.CachedIn +
		float64(max(u.TextOut, 0))*p.TextOut + float64(max(u.ImageOut, 0))*p.ImageOut +
		float64(max(u.Characters, 0))*p.Characters + max(u.Seconds, 0)/60*p.Minute*1e6
	return providers.Money(math.Ceil(micro - 1e-6)) // a sum that is whole but for rounding stays it
}
