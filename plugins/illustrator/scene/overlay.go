package scene

import (
	"github.com/filmloom/filmloom/plugins/illustrator/brief"
	"github.com/filmloom/filmloom/plugins/illustrator/paint"
)

// overlay is the weather in front of everything.
func (s *scene) overlay() {
	if s.brief.Place.Indoors() || s.brief.Place == brief.Space || s.brief.Place == brief.Underwater {
		return
	}
	switch s.brief.Weather {
	case brief.Rain:
		s.rain(420, .3)
	case brief.Storm:
		s.rain(700, .36)
	case brief.Snow:
		s.snow()
	case brief.Fog:
		s.mist(s.horizon-.16, s.horizon+.2, .5, s.haze())
		s.mist(.6, 1.1, .35, s.haze())
	}
}

func (s *scene) rain(n int, strength float32) {
	slant := s.between(-.12, .12)
	for _, layer := range []struct{ length, width, share float32 }{{.025, .0005, .6}, {.05, .0008, .4}} {
		p := &paint.Path{}
		for range int(float32(n) * layer.share * s.width / .5625) {
			x, y := s.between(-.1, s.width+.1), s.between(-.05, 1)
			l := layer.length * s.between(.6, 1.3)
			p.Polygon(x, y, x+layer.width, y, x+slant*l+layer.width, y+l, x+slant*l, y+l)
		}
		s.Fill(p, 0, paint.Flat(s.pal.horizon.Plus(paint.Color{R: .12, G: .13, B: .14}), strength))
	}
}

func (s *scene) snow() {
	for _, layer := range []struct {
		n         int
		r, strong float32
	}{{260, .0014, .75}, {110, .003, .65}, {26, .007, .4}} {
		p := &paint.Path{}
		for range int(float32(layer.n) * s.width / .5625) {
			r := layer.r * s.between(.6, 1.3)
			p.Ellipse(s.between(0, s.width), s.between(0, 1), r, r)
		}
		s.Fill(p, 0, paint.Flat(paint.Color{R: 1, G: 1, B: 1}.Under(s.pal.ambient.Plus(s.pal.key.Times(.6))), layer.strong))
	}
}
