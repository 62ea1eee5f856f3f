package scene

import (
	"context"
	"math/rand/v2"

	"github.com/filmloom/filmloom/plugins/illustrator/brief"
	"github.com/filmloom/filmloom/plugins/illustrator/paint"
)

// Look is how a style draws.
type Look struct {
	Cel   bool    // light and clouds in steps with clean edges
	Vivid float32 // strength of the colours: 1 is as in nature
}

// scene is a picture in the making.
type scene struct {
	*paint.Canvas
	brief   brief.Brief
	rng     *rand.Rand
	pal     palette
	look    Look
	light   paint.Lighting
	width   float32 // of the picture, in its heights
	horizon float32 // height of the horizon
	sunX    float32
	sunY    float32
	person  float32 // height of a grown person near the viewer
	// tableTop is the height of the far edge of a table in front, in a room.
	tableTop float32
	parts    uint8
	seedX    float32 // where in the noise this picture lies
}

// Paint paints the brief in so many pixels. It stops early when ctx ends; the picture is then not
// complete.
func Paint(ctx context.Context, b brief.Brief, look Look, w, h int, rng *rand.Rand) *paint.Canvas {
	s := &scene{Canvas: paint.New(ctx, w, h), brief: b, rng: rng, look: look, pal: choosePalette(b, rng)}
	s.width = s.Aspect()
	s.seedX = s.between(0, 60)
	s.person = map[string]float32{"wide": .21, "medium": .33, "close": .5, "aerial": .1}[b.Camera]
	s.horizon = map[string]float32{"wide": .55, "medium": .53, "close": .50, "aerial": .30}[b.Camera] + s.between(-.025, .03)
	s.setLight()
	if b.Place.Indoors() {
		s.indoors()
	} else {
		s.outdoors()
	}
	s.overlay()
	return s.Canvas
}

// setLight puts the sun or the moon in its place.
func (s *scene) setLight() {
	side := s.between(.17, .36)
	if s.rng.IntN(2) == 0 {
		side = 1 - side
	}
	s.sunX = side * s.width
	switch s.brief.Hour {
	case brief.Day:
		s.sunY = s.between(.10, .2)
	case brief.Night:
		s.sunY = s.between(.13, .26)
	default:
		s.sunY = s.horizon - s.between(.06, .16)
	}
	p := &s.pal
	for _, k := range []*paint.Color{&p.zenith, &p.middle, &p.horizon, &p.glow, &p.ambient} {
		*k = k.Saturate(s.look.Vivid)
	}
	dx := s.sunX/s.width - .5
	s.light = paint.Lighting{
		KeyX: dx * 2.2, KeyY: -.55, KeyZ: .55, Key: p.key.Times(.95), Sky: p.ambient.Times(.75),
		Ground: p.ambient.Mix(p.shadow, .5).Times(.5), Rim: p.glow.Times(.75), Cel: s.look.Cel,
	}
	switch s.brief.Hour {
	case brief.Dusk: // from behind
		s.light.KeyY, s.light.KeyZ, s.light.Key = -.2, .12, p.key.Times(.75)
		s.light.Rim = p.glow.Times(1.1)
	case brief.Morning:
		s.light.KeyY, s.light.KeyZ = -.35, .35
	case brief.Night:
		s.light.Key, s.light.KeyZ = p.key.Times(.5), .3
		s.light.Sky = p.ambient.Times(1.05)
		s.light.Rim = p.key.Times(.7)
	}
	if w := s.brief.Weather; w == brief.Rain || w == brief.Storm || w == brief.Fog {
		s.light.Key = s.light.Key.Times(.55)
		s.light.Sky = s.light.Sky.Times(1.15)
	}
}

// between draws a number.
func (s *scene) between(lo, hi float32) float32 { return lo + (hi-lo)*s.rng.Float32() }

// chance is true so often, from 0 to 1.
func (s *scene) chance(p float32) bool { return s.rng.Float32() < p }

// part is a fresh number for the next thing, so that ink parts it from its neighbours.
func (s *scene) part() uint8 {
	if s.parts++; s.parts == 0 {
		s.parts = 1
	}
	return s.parts
}

// haze is the colour of far air.
func (s *scene) haze() paint.Color { return s.pal.horizon.Mix(s.pal.middle, .4) }

// step makes a value jump where it is drawn by hand, and leaves it otherwise.
func (s *scene) step(v float32) float32 {
	if !s.look.Cel {
		return v
	}
	return .22 + .3*paint.Smooth(.42, .45, v) + .3*paint.Smooth(.6, .63, v)
}

// outdoors paints a place under the sky.
func (s *scene) outdoors() {
	paintPlace := map[brief.Place]func(){
		brief.Sea: s.sea, brief.Harbor: s.harbor, brief.Beach: s.beach, brief.Lake: s.lake,
		brief.Mountains: s.mountains, brief.Hills: s.hills, brief.Forest: s.forest, brief.Meadow: s.meadow,
		brief.Road: s.road, brief.Village: s.village, brief.City: s.city, brief.Desert: s.desert,
		brief.Graveyard: s.graveyard, brief.Space: s.space, brief.Underwater: s.underwater,
	}[s.brief.Place]
	paintPlace()
	s.cast()
}

// indoors paints a place with a roof.
func (s *scene) indoors() {
	switch s.brief.Place {
	case brief.Cave:
		s.cave()
		s.cast()
	case brief.Hall:
		s.hall()
		s.cast()
	default:
		s.room()
	}
}
