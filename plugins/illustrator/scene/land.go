package scene

import (
	"github.com/filmloom/filmloom/plugins/illustrator/brief"
	"github.com/filmloom/filmloom/plugins/illustrator/paint"
)

// chain is a chain of mountains whose foot is at base.
type chain struct {
	base, height, detail float32
	color                paint.Color
	air                  float32 // how much haze lies in front of it, 0 to 1
	snow                 bool
	smooth               bool // rolling hills
}

func (s *scene) chain(m chain) {
	off := s.between(0, 40)
	top := make([]float32, s.W)
	highest := m.base
	for i := range top {
		x := float32(i) / float32(s.H)
		crest := .25 + .95*paint.Ridge(x*m.detail+off, off*.37)
		if m.smooth {
			crest = .2 + .45*(1+paint.Sin(x*m.detail*4+off))*.5 + .35*(1+paint.Sin(x*m.detail*7.3+off*1.7))*.5 + .12*paint.Cloud(x*2+off, off)
		}
		top[i] = m.base - m.height*crest
		highest = min(highest, top[i])
	}
	haze, side := s.haze(), float32(1)
	if s.sunX < s.width/2 {
		side = -1
	}
	part, H := s.part(), float32(s.H)
	s.Rows(int(highest*H)-1, int((m.base+.12)*H), func(py int) {
		y := (float32(py) + .5) / H
		for px := range s.W {
			cover := paint.Clamp((y-top[px])*H+.5, 0, 1)
			if cover <= 0 {
				continue
			}
			x := (float32(px) + .5) / H
			depth := (y - top[px]) / m.height
			var k paint.Color
			if m.smooth {
				n := paint.Cloud(x*14+off, y*30)
				lit := s.step(paint.Clamp(.75-.5*depth+(n-.5)*.5, 0, 1))
				k = m.color.Times(.5 + .75*lit).Plus(s.pal.glow.Times(.07 * lit))
			} else {
				u, v := x*m.detail*2.1+off, y*m.detail*3.2
				n := paint.Ridge(u, v)
				lit := s.step(paint.Clamp(.5+(n-paint.Ridge(u+.03*side, v-.03))*4.5, 0, 1))
				k = m.color.Times(.45+.8*lit).Mix(s.pal.glow, .18*lit)
				if m.snow {
					white := paint.Color{R: 1, G: 1, B: 1}.Under(s.pal.key.Mix(s.pal.ambient, .75-.5*lit))
					k = k.Mix(white, .9*paint.Smooth(.46, .34, depth+(n-.5)*.5))
				}
			}
			k = k.Mix(haze, paint.Clamp(m.air+.4*paint.Smooth(.1, 1.2, depth)*m.air*2, 0, .96))
			i := py*s.W + px
			s.Pix[i] = s.Pix[i].Mix(k, cover)
			if cover > .5 {
				s.Part[i] = part
			}
		}
	})
}

// soil is ground from base down to the picture's end.
type soil struct {
	base  float32
	wave  float32 // height of its unevenness at the horizon
	color paint.Color
	path  bool // a way leads into the distance
	grass float32
}

// lit is a colour under this scene's daylight, on level ground.
func (s *scene) lit(k paint.Color) paint.Color {
	return k.Under(s.pal.key.Times(.5).Plus(s.pal.ambient.Times(.75)).Times(s.strength()))
}

// strength is how much light there is.
func (s *scene) strength() float32 {
	switch {
	case s.pal.night:
		return .95
	case s.brief.Hour == brief.Dusk:
		return .7
	}
	return 1
}

func (s *scene) ground(g soil) {
	if s.brief.Weather == brief.Snow {
		g.color = g.color.Mix(paint.RGB(0xe8eef4), .86)
		g.grass *= .25
	}
	off := s.between(0, 40)
	top := func(x float32) float32 { return g.base - g.wave*(paint.Cloud(x*1.1+off, off)-.5)*2 }
	color := s.lit(g.color)
	way := s.lit(paint.RGB(0xc8b088).Mix(g.color, .25))
	if s.brief.Weather == brief.Snow {
		way = color.Times(.72)
	}
	bend := s.between(-.05, .05)
	part, H := s.part(), float32(s.H)
	wet := s.brief.Weather == brief.Rain || s.brief.Weather == brief.Storm
	haze := s.haze()
	s.Rows(int((g.base-g.wave*1.2)*H), s.H, func(py int) {
		y := (float32(py) + .5) / H
		for px := range s.W {
			x := (float32(px) + .5) / H
			edge := top(x)
			cover := paint.Clamp((y-edge)*H+.5, 0, 1)
			if cover <= 0 {
				continue
			}
			t := (y - edge) / (1 - g.base)
			z := 1 / (t + .12)
			n := paint.Cloud((x-s.width/2)*z*1.6+off, z*3+off)
			fine := paint.Cloud(x*9+off, y*22)
			k := color.Times(.62 + .5*s.step(n) + .35*(fine-.5))
			if g.path {
				cx := s.width/2 + bend*paint.Sin(t*5)*(1-t)*2
				half := .012 + .17*t*t + .05*t
				d := paint.Abs(x-cx)/half + (fine-.5)*.5
				k = k.Mix(way.Times(.75+.5*fine), paint.Smooth(1.06, .86, d))
			}
			if wet {
				// Not what this layer paints: only what stands above its edge.
				mirror := s.At(x, min(edge-(y-edge)*.8, edge-2/H))
				k = k.Times(.72).Mix(mirror.Times(.6), .45*paint.Smooth(.42, .62, n))
			}
			k = k.Mix(haze, .45*paint.Smooth(.3, 0, t)).Mix(s.pal.shadow, .42*paint.Smooth(.4, 1, t))
			i := py*s.W + px
			s.Pix[i] = s.Pix[i].Mix(k, cover)
			if cover > .5 {
				s.Part[i] = part
			}
		}
	})
	if g.grass > 0 {
		s.tufts(g, top, color)
	}
}

// tufts are blades of grass, larger in front.
func (s *scene) tufts(g soil, top func(float32) float32, color paint.Color) {
	blades := &paint.Path{}
	for range int(1500 * g.grass * s.width / .5625) {
		x, d := s.between(0, s.width), s.rng.Float32()
		if g.path && paint.Abs(x-s.width/2) < .03+.2*d*d {
			continue
		}
		y := top(x) + d*d*(1-g.base)*.95
		h := (.003 + .022*d*d) * s.between(.5, 1.5)
		blades.Polygon(x-h*.07, y+.001, x+h*s.between(-.5, .5), y-h, x+h*.07, y+.001)
	}
	s.Fill(blades, 0, func(_, y float32) (paint.Color, float32) {
		t := (y - g.base) / (1 - g.base)
		return color.Times(.75).Mix(s.haze(), .3*paint.Smooth(.3, 0, t)).Mix(s.pal.shadow, .45*t), .8
	})
}

// water fills the picture from base down and mirrors what stands above it.
func (s *scene) water(base, rough float32) {
	off := s.between(0, 40)
	deep := s.pal.zenith.Mix(s.pal.shadow, .45)
	part, H := s.part(), float32(s.H)
	s.Rows(int(base*H), s.H, func(py int) {
		y := (float32(py) + .5) / H
		t := (y - base) / (1 - base)
		z := 1 / (t + .05)
		for px := range s.W {
			x := (float32(px) + .5) / H
			u := (x - s.width/2) * z * .9
			n := paint.Cloud(u+off, z*2.1) - .5
			n2 := paint.Cloud(u*3.1+off, z*5.3) - .5
			slope := (n*.055 + n2*.03) * (t + .1) * 2 * rough
			// Only what stands above the water: the rest is being painted.
			k := s.At(paint.Abs(x+slope), min(base-(y-base)*.85-slope*1.5, base-2/H)).Times(.68).Mix(deep, .2+.42*t)
			dx := x - s.sunX
			path := paint.Exp(dx * dx / (.0018 + .012*t))
			if s.brief.Weather != brief.Rain && s.brief.Weather != brief.Storm {
				k = k.Plus(s.pal.key.Times(path * paint.Smooth(.06, .2, n+n2*.8) * .8))
			}
			crest := paint.Smooth(.13, .24, n+n2*.5)
			k = k.Plus(s.pal.horizon.Times(.09 * rough * s.step(crest)))
			i := py*s.W + px
			s.Pix[i] = k
			s.Part[i] = part
		}
	})
}

// mist lays a band of fog between two heights.
func (s *scene) mist(y0, y1, strength float32, k paint.Color) {
	off := s.between(0, 40)
	s.Soft(max(0, y0), min(1, y1), func(x, y float32) (paint.Color, float32) {
		t := (y - y0) / (y1 - y0)
		band := paint.Smooth(0, .5, t) * paint.Smooth(1, .5, t)
		n := paint.Cloud(x*1.3+off, y*5)
		return k, paint.Clamp(band*strength*(.3+1.3*paint.Smooth(.3, .7, n)), 0, .93)
	})
}
