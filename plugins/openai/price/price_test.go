package price

import (
	"testing"

	"github.com/filmloom/filmloom/providers"
)

func TestUsageCostsWhatTheTableSays(t *testing.T) {
	for _, c := range []struct {
		model string
		use   Usage
		want  providers.Money
	}{
		{"gpt-6-luna", Usage{TextIn: 1_000_000, TextOut: 1_000_000}, providers.USD(0.60)},
		{"gpt-6-sol", Usage{TextIn: 1000, CachedIn: 400, TextOut: 100}, 1200 + 80 + 1000},
		{"gpt-6-luna", Usage{TextIn: 1}, 1}, // a tenth of a millionth is rounded up
		{"gpt-5.4-mini-2026-03-17", Usage{TextIn: 4}, 3},
		{"gpt-image-2.5-flare", Usage{TextIn: 100, ImageOut: 1000}, 500 + 30000},
		{"tts-1", Usage{Characters: 1000}, 15000},
		{"gpt-4o-mini-tts", Usage{Seconds: 60}, 15000},
		{"llama3.2:3b", Usage{TextIn: 1e6, TextOut: 1e6, ImageOut: 1e6, Characters: 1e6, Seconds: 1e6}, 0},
		{"gpt-6-sol", Usage{TextIn: -5, CachedIn: 9, TextOut: -5}, 0},
	} {
		if got := Of(c.model).Cost(c.use); got != c.want {
			t.Errorf("%s %+v: %d, want %d", c.model, c.use, got, c.want)
		}
	}
}
