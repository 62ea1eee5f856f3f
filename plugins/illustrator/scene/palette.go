package scene

import (
	"math/rand/v2"

	"github.com/filmloom/filmloom/plugins/illustrator/brief"
	"github.com/filmloom/filmloom/plugins/illustrator/paint"
)

// palette is the light of an hour and a weather.
type palette struct {
	zenith, middle, horizon paint.Color // the sky, from above to the horizon
	key, glow               paint.Color // the sun or moon, and the air around it
	ambient                 paint.Color // light from the whole sky
	shadow                  paint.Color // what no light reaches
	night                   bool
}

func sky(zenith, middle, horizon, key, glow, ambient, shadow uint32, night bool) palette {
	return palette{
		paint.RGB(zenith), paint.RGB(middle), paint.RGB(horizon), paint.RGB(key), paint.RGB(glow),
		paint.RGB(ambient), paint.RGB(shadow), night,
	}
}

var palettes = map[brief.Hour][]palette{
	brief.Day: {
		sky(0x1f6fc9, 0x6db8f0, 0xe4f2ea, 0xfff4d8, 0xfff2c0, 0x8fb4d0, 0x1c3a44, false),
		sky(0x2a62b8, 0x7fb0e0, 0xf0ead8, 0xfff0cc, 0xffeeb8, 0x98b0c8, 0x24364a, false),
		sky(0x1a86c0, 0x74cbe4, 0xf4f6dc, 0xfff6dc, 0xfff8d0, 0x8cc0c8, 0x183c40, false),
	},
	brief.Morning: {
		sky(0x4a7fc0, 0xb0c8e0, 0xffdcae, 0xffe0b0, 0xffd090, 0x98a0b8, 0x2c3448, false),
		sky(0x5a86b0, 0xc8ccd0, 0xffe6c4, 0xffe8c4, 0xffdca0, 0xa0a8b0, 0x30404a, false),
		sky(0x6a78b8, 0xd8b4c8, 0xffd8a8, 0xffdcb0, 0xffc490, 0xa094b0, 0x302c44, false),
	},
	brief.Dusk: {
		sky(0x2a1d52, 0xb4477a, 0xffb36b, 0xffc080, 0xffb060, 0x6a4a78, 0x20122e, false),
		sky(0x1e2a5c, 0x8a5a94, 0xff9a5c, 0xffb070, 0xff9850, 0x5c5080, 0x181430, false),
		sky(0x30305c, 0xc87858, 0xffc878, 0xffcc88, 0xffb868, 0x74606c, 0x241820, false),
	},
	brief.Night: {
		sky(0x050a1e, 0x10254a, 0x47698c, 0x9fb8e0, 0x6f94c8, 0x32486c, 0x04070f, true),
		sky(0x0a0a24, 0x242454, 0x5a5a90, 0xa8a8e0, 0x7878c0, 0x3c3c6c, 0x060614, true),
		sky(0x04121c, 0x0e3444, 0x3f7a80, 0x98ccd0, 0x60a8b0, 0x2c545c, 0x030a0e, true),
	},
}

var overcast = map[bool]palette{
	false: sky(0x4c5860, 0x808c90, 0xb8c0bc, 0xc8d0cc, 0xc8d0d0, 0x8a949a, 0x1c2428, false),
	true:  sky(0x0c1218, 0x222c36, 0x4a565e, 0x7c90a0, 0x607484, 0x384854, 0x06090c, true),
}

func choosePalette(b brief.Brief, rng *rand.Rand) palette {
	options := palettes[b.Hour]
	p := options[rng.IntN(len(options))]
	grey := map[brief.Weather]float32{brief.Cloudy: .45, brief.Rain: .75, brief.Storm: .92, brief.Snow: .5, brief.Fog: .55}[b.Weather]
	if grey > 0 {
		if b.Hour == brief.Dusk || b.Hour == brief.Morning {
			grey *= .6
		}
		g := overcast[p.night]
		for _, m := range []struct {
			to   *paint.Color
			from paint.Color
		}{{&p.zenith, g.zenith}, {&p.middle, g.middle}, {&p.horizon, g.horizon}, {&p.key, g.key}, {&p.glow, g.glow}, {&p.ambient, g.ambient}, {&p.shadow, g.shadow}} {
			*m.to = m.to.Mix(m.from, grey)
		}
	}
	return p
}
