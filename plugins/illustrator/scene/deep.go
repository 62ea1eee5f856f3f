package scene

import (
	"github.com/filmloom/filmloom/plugins/illustrator/brief"
	"github.com/filmloom/filmloom/plugins/illustrator/paint"
)

// space is the sky beyond the air: stars, a nebula and planets.
func (s *scene) space() {
	a := paint.RGB([]uint32{0x3a1f6a, 0x14406a, 0x5a1f4a, 0x124a4a}[s.rng.IntN(4)])
	b := paint.RGB([]uint32{0x8a3a5a, 0x2a6a9a, 0xb0602c, 0x5a3a9a}[s.rng.IntN(4)])
	off, tilt := s.between(0, 40), s.between(-.8, .8)
	black := paint.RGB(0x03040c)
	s.horizon = .6
	s.Soft(0, 1, func(x, y float32) (paint.Color, float32) {
		band := paint.Exp(paint.Abs((y-.42)+tilt*(x-s.width/2)) * 4.5)
		w := paint.Cloud(x*1.2+off, y*1.2)
		n := paint.Cloud(x*1.6+off+w, y*1.6+w)
		k := black.Plus(a.Times(.7 * band * paint.Smooth(.3, .7, n)))
		return k.Plus(b.Times(.8 * band * paint.Smooth(.5, .78, n))), 1
	})
	s.pal.night = true
	s.stars(330, 1.6)
	s.light.Key, s.light.Sky = paint.RGB(0xfff0dc).Times(.95), paint.RGB(0x2a3450).Times(.4)
	s.light.KeyX, s.light.KeyY, s.light.KeyZ = -.8, -.4, .35
	if s.sunX > s.width/2 {
		s.light.KeyX = .8
	}
	s.light.Rim = paint.RGB(0xa8c4f0)
	r := s.between(.13, .2)
	x, y := s.width*s.between(.3, .7), s.between(.3, .42)
	if len(s.brief.People) > 0 || len(s.brief.Things) > 0 {
		x, y, r = s.edge(), s.between(.12, .2), r*.7
	}
	s.planet(x, y, r)
	if s.chance(.6) {
		s.planet(s.width*s.between(.1, .9), s.between(.66, .74), s.between(.025, .05))
	}
	if len(s.brief.People) > 0 { // they stand on something
		s.pal.ambient = paint.RGB(0x7a7c88)
		s.ground(soil{base: .66, wave: .03, color: paint.RGB(0x8a8680)})
		s.horizon = .62
	}
}

func (s *scene) planet(x, y, r float32) {
	color := paint.RGB([]uint32{0xc88a5a, 0x5a8ac8, 0xb0a080, 0xa85a4a, 0x6aa89a}[s.rng.IntN(5)])
	off, bands := s.between(0, 40), s.between(4, 11)
	l := &s.light
	n := paint.Sqrt(l.KeyX*l.KeyX + l.KeyY*l.KeyY + l.KeyZ*l.KeyZ)
	s.Glow(x, y, r*1.25, color.Times(.12))
	s.Fill((&paint.Path{}).Ellipse(x, y, r, r), s.part(), func(px, py float32) (paint.Color, float32) {
		u, v := (px-x)/r, (py-y)/r
		z := paint.Sqrt(max(0, 1-u*u-v*v))
		lit := max(0, (u*l.KeyX+v*l.KeyY+z*l.KeyZ)/n)
		if l.Cel {
			lit = .1 + .5*paint.Smooth(.15, .19, lit) + .4*paint.Smooth(.55, .59, lit)
		}
		w := paint.Cloud(u*.6+off, v*.8+off)
		k := color.Times(.55 + .5*paint.Cloud(off+w*.5, v*bands*.22+w*.35) + .4*(w-.3))
		k = k.Under(l.Key.Times(lit * 1.15).Plus(l.Sky.Times(.35)))
		return k.Plus(l.Rim.Times(.3 * lit * paint.Smooth(.45, .05, z))), 1
	})
	if r > .1 && s.chance(.4) {
		s.ring(x, y, r, color)
	}
}

// ring is a planet's ring; its far half is hidden.
func (s *scene) ring(x, y, r float32, color paint.Color) {
	s.Layer(y-r*.8, y+r*.8, func(px, py float32) (paint.Color, float32) {
		u, v := (px-x)/r, ((py-y)-(px-x)*.22)/(r*.28)
		d := paint.Sqrt(u*u + v*v)
		hidden := v < 0 && (px-x)*(px-x)+(py-y)*(py-y) < r*r
		if d < 1.3 || d > 2.05 || hidden {
			return paint.Color{}, 0
		}
		return color.Mix(paint.RGB(0xf0e8d8), .4).Times(.75), .75 * paint.Smooth(1.3, 1.36, d) * paint.Smooth(2.05, 1.95, d) * (.4 + .6*paint.Cloud(d*4, .3))
	})
}

// underwater is a sea floor under rays of light.
func (s *scene) underwater() {
	top, deep := paint.RGB(0x4ab8d0), paint.RGB(0x08304e)
	if s.pal.night || s.brief.Hour == brief.Dusk {
		top, deep = paint.RGB(0x1f6a94), paint.RGB(0x041a30)
	}
	s.pal.horizon, s.pal.middle, s.pal.zenith = top.Mix(deep, .5), top.Mix(deep, .6), top
	s.pal.ambient, s.pal.shadow, s.pal.key = top.Mix(deep, .4), deep.Times(.5), paint.RGB(0xc8f4ff)
	s.horizon = .6
	s.Soft(0, 1, func(x, y float32) (paint.Color, float32) {
		return top.Mix(deep, paint.Smooth(-.05, .75, y)).Plus(top.Times(.5 * paint.Exp(paint.Sqrt((x-s.sunX)*(x-s.sunX)+y*y)/.16))), 1
	})
	off := s.between(0, 40)
	s.Soft(0, .8, func(x, y float32) (paint.Color, float32) {
		a := (x - s.sunX) / (y + .12)
		n := paint.Cloud(a*1.1+off, .2)
		return paint.RGB(0xd8f8ff), .38 * paint.Smooth(.5, .72, n) * paint.Smooth(.75, 0, y)
	})
	s.light = paint.Lighting{KeyX: (s.sunX - s.width/2) * 1.5, KeyY: -.8, KeyZ: .4, Key: paint.RGB(0xa8e4f0).Times(.7), Sky: top.Times(.7), Ground: deep, Rim: paint.RGB(0xc8f4ff).Times(.6), Cel: s.look.Cel}
	for i := range 3 {
		f := float32(i)
		s.chain(chain{base: .66 + .05*f, height: .16 - .03*f, detail: 1.6 + .3*f, color: deep.Mix(top, .3-.09*f), air: .55 - .2*f})
	}
	s.ground(soil{base: .73, wave: .03, color: paint.RGB(0xc8b890).Under(top)})
	for range 7 {
		s.weed(s.edgeEither(), s.between(.74, .86), s.between(.1, .24))
	}
	s.bubbles()
}

func (s *scene) weed(x, y, h float32) {
	p := &paint.Path{}
	for range 5 {
		dx, l := s.between(-.03, .03), h*s.between(.6, 1.1)
		sway := s.between(-.05, .05)
		p.Move(x+dx-.006, y).Curve(x+dx+sway, y-l*.35, x+dx-sway, y-l*.7, x+dx+sway*.6, y-l).
			Curve(x+dx-sway+.008, y-l*.68, x+dx+sway+.01, y-l*.33, x+dx+.006, y).Close()
	}
	s.Paint(p, paint.Body{Albedo: paint.RGB([]uint32{0x3a8a5a, 0xb0566a, 0xc8823a}[s.rng.IntN(3)]), Round: .6, Rim: .4, Haze: s.pal.middle, Depth: .2, Part: s.part()}, &s.light)
}

func (s *scene) bubbles() {
	for range 26 {
		x, y, r := s.between(0, s.width), s.between(.1, .8), s.between(.0015, .006)
		s.Fill((&paint.Path{}).Ellipse(x, y, r, r), 0, func(px, py float32) (paint.Color, float32) {
			d := paint.Sqrt((px-x)*(px-x)+(py-y)*(py-y)) / r
			return paint.RGB(0xe8fcff), .1 + .5*paint.Smooth(.6, 1, d)
		})
	}
}
