package scene

import (
	"github.com/filmloom/filmloom/plugins/illustrator/paint"
)

// cave is a hollow in rock with a far opening.
func (s *scene) cave() {
	vx, vy := s.width/2+s.between(-.06, .06), s.between(.34, .4)
	s.horizon = vy + .06
	s.sunX, s.sunY = vx, vy-.05
	s.heavens()
	warm := s.brief.Lamps
	opening := s.pal.horizon.Mix(s.pal.key, .4)
	lampX, lampY := s.width*s.between(.2, .8), float32(.56)
	s.light.Lamps = nil
	s.light.KeyZ, s.light.KeyY = -.1, -.3
	s.light.Key = opening.Times(.5)
	s.light.Sky, s.light.Ground = s.pal.ambient.Times(.4), s.pal.ambient.Times(.2)
	if warm || s.pal.night {
		s.light.Lamps = []paint.Lamp{{X: lampX, Y: lampY, Reach: .22, Color: lampLight.Times(1.1)}}
	}
	off := s.between(0, 40)
	rx, ry := s.between(.12, .17), s.between(.17, .23)
	layers := 5
	for i := range layers {
		f := float32(i) / float32(layers-1)
		grow := .55 + 2.1*f*f
		rock := paint.RGB(0x6a5e54).Mix(paint.RGB(0x3a3432), f)
		jag := s.between(0, 40)
		s.Layer(0, 1, func(x, y float32) (paint.Color, float32) {
			dx, dy := (x-vx)/(rx*grow), (y-vy)/(ry*grow)
			if dy > 0 {
				dy *= 1.25
			}
			d := paint.Sqrt(dx*dx + dy*dy)
			d += (paint.Ridge(dx*.35+jag, dy*.35+off) - .45) * .7
			a := paint.Smooth(.98, 1.0, d)
			if a == 0 {
				return paint.Color{}, 0
			}
			n := paint.Ridge(x*2.2+off, y*2.2+jag)
			n2 := paint.Ridge(x*2.2+off+.02, y*2.2+jag-.03)
			bump := s.step(paint.Clamp(.5+(n-n2)*3.5, 0, 1))
			lit := s.light.Sky.Times(.5 + .5*bump).Plus(opening.Times(.75 * (1 - f) * (.3 + .7*bump) * paint.Exp((d-1)*2.2)))
			for _, l := range s.light.Lamps {
				r := ((x-l.X)*(x-l.X) + (y-l.Y)*(y-l.Y)) / (l.Reach * l.Reach)
				lit = lit.Plus(l.Color.Times((.35 + .65*bump) / (1 + r*1.6)))
			}
			return rock.Under(lit), a
		})
		s.mist(vy, vy+.4, .12*(1-f), opening)
	}
	s.rocks(.66, 6)
	if len(s.light.Lamps) > 0 {
		s.Glow(lampX, lampY, .1, lampLight.Times(.25))
	}
}
