package scene

import (
	"github.com/filmloom/filmloom/plugins/illustrator/brief"
	"github.com/filmloom/filmloom/plugins/illustrator/paint"
)

var (
	lampLight  = paint.RGB(0xffb45a)
	paneBright = paint.RGB(0xffd07a)
)

// litWindows tells how many windows are lit, from 0 to 1.
func (s *scene) litWindows() float32 {
	switch {
	case s.pal.night:
		return .5
	case s.brief.Hour == brief.Dusk:
		return .35
	case s.brief.Weather == brief.Storm || s.brief.Weather == brief.Rain:
		return .25
	}
	return .04
}

// skyline is a row of tall houses.
func (s *scene) skyline(base, height float32, n int, color paint.Color, air float32) {
	haze := s.haze()
	seed := uint32(s.rng.Uint32())
	for x := -.02 * s.width; x < s.width; {
		w := s.width / float32(n) * s.between(.6, 1.4)
		h := height * (.3 + .7*s.rng.Float32()*s.rng.Float32()*1.4)
		p := (&paint.Path{}).Rect(x, base-h, x+w, base+.1)
		switch s.rng.IntN(5) {
		case 0:
			p.Polygon(x+w*.47, base-h, x+w*.5, base-h-w*.9, x+w*.53, base-h)
		case 1:
			p.Rect(x+w*.2, base-h-w*.2, x+w*.8, base-h+.001)
		case 2:
			p.Polygon(x, base-h, x+w*.5, base-h-w*.3, x+w, base-h)
		}
		left, top := x, base-h
		shade := s.between(.8, 1.15)
		glowing := s.litWindows()
		s.Fill(p, s.part(), func(px, py float32) (paint.Color, float32) {
			side := float32(.85)
			if (px-left)/w > .5 == (s.sunX > s.width/2) {
				side = 1.12
			}
			k := color.Times(shade * (1 + (side-1)*(1-air)))
			const cw, ch = .0085, .0125
			u, v := (px-left)/cw, (py-top)/ch
			iu, iv := int32(u), int32(v)
			fu, fv := u-float32(iu), v-float32(iv)
			inside := fu > .26 && fu < .78 && fv > .24 && fv < .76 && px-left < w-cw*.6 && v > 1
			k = k.Mix(haze, paint.Clamp(air+.4*paint.Smooth(base-height, base+.1, py)*air*1.6, 0, .95))
			if inside {
				if h := paint.Hash(iu, iv, seed^uint32(left*4096)); h < glowing {
					k = k.Mix(paneBright.Mix(paint.RGB(0xcfe4ff), paint.Hash(iu, iv, 4)*.5).Times(1.2), .9*(1-air))
				} else {
					k = k.Mix(s.pal.middle.Mix(s.pal.shadow, .4), .35*(1-air))
				}
			}
			return k, 1
		})
		x += w * s.between(.9, 1.08)
	}
}

// house is a cottage w wide whose foot is at y.
func (s *scene) house(x, y, w, air float32) {
	h := w * s.between(.55, .75)
	walls := []uint32{0xd8c8a8, 0xb89878, 0xc8b0a0, 0xa8988a, 0xd0c0b0, 0x9a6a52}
	roofs := []uint32{0x7a3a2c, 0x5a4038, 0x4a4a52, 0x8a5a34}
	haze := s.haze()
	body := paint.Body{Albedo: paint.RGB(walls[s.rng.IntN(len(walls))]), Round: .12, Haze: haze, Depth: air, Texture: .35, Part: s.part()}
	peak := y - h - w*s.between(.38, .55)
	cx := x + w/2
	s.Shade(cx, y, w*.75, w*.09, .5)
	s.Paint((&paint.Path{}).Polygon(x, y, x, y-h, cx, peak, x+w, y-h, x+w, y), body, &s.light)
	chimney := (&paint.Path{}).Rect(x+w*.7, peak+w*.02, x+w*.82, y-h)
	s.Paint(chimney, paint.Body{Albedo: paint.RGB(0x6a4438), Round: .2, Rim: .3, Haze: haze, Depth: air, Texture: .6, Part: s.part()}, &s.light)
	roof := (&paint.Path{}).Polygon(x-w*.08, y-h+w*.03, cx, peak-w*.05, x+w*1.08, y-h+w*.03, x+w, y-h-w*.02, cx, peak+w*.07, x, y-h-w*.02)
	k := paint.RGB(roofs[s.rng.IntN(len(roofs))])
	if s.brief.Weather == brief.Snow {
		k = paint.RGB(0xe8eef4)
	}
	s.Paint(roof, paint.Body{Albedo: k, Round: .3, Rim: .5, Haze: haze, Depth: air, Texture: .5, Part: s.part()}, &s.light)
	glowing := s.litWindows() > .1
	s.pane(x+w*.14, y-h*.72, w*.2, h*.36, air, glowing && s.chance(.85))
	s.pane(x+w*.64, y-h*.72, w*.2, h*.36, air, glowing && s.chance(.85))
	s.pane(x+w*.42, peak+(y-h-peak)*.55, w*.15, h*.24, air, glowing && s.chance(.5))
	door := (&paint.Path{}).Rect(x+w*.42, y-h*.58, x+w*.57, y)
	s.Paint(door, paint.Body{Albedo: paint.RGB(0x5a3a22), Round: .15, Haze: haze, Depth: air, Texture: .4, Part: s.part()}, &s.light)
	if s.pal.night || s.brief.Hour == brief.Dusk {
		s.smoke(x+w*.76, peak, w*.5)
	}
}

// pane is a window seen from outside.
func (s *scene) pane(x, y, w, h, air float32, glowing bool) {
	glass := s.pal.middle.Mix(s.pal.shadow, .45)
	if glowing {
		glass = paneBright.Times(1.25)
	}
	s.Fill((&paint.Path{}).Rect(x, y, x+w, y+h), s.part(), func(_, py float32) (paint.Color, float32) {
		return glass.Mix(paint.RGB(0xff8a2a).Times(glass.Luma()), .3*(py-y)/h).Mix(s.haze(), air), 1
	})
	bars := (&paint.Path{}).Rect(x+w*.46, y, x+w*.54, y+h).Rect(x, y+h*.46, x+w, y+h*.54)
	s.Fill(bars, 0, paint.Flat(s.pal.shadow.Mix(glass, .12), .9))
	if glowing {
		s.Glow(x+w/2, y+h/2, max(w, h)*1.5, lampLight.Times(.28*(1-air)))
	}
}

func (s *scene) smoke(x, y, size float32) {
	k := s.pal.horizon.Mix(s.pal.ambient, .5)
	off := s.between(0, 40)
	s.Soft(max(0, y-size*2), y, func(px, py float32) (paint.Color, float32) {
		t := (y - py) / (size * 2)
		cx := x + size*.35*t*t + size*.12*paint.Sin(t*7+off)
		d := paint.Abs(px-cx) / (size * (.07 + .26*t))
		return k, .5 * paint.Smooth(1, 0, d) * (1 - t) * paint.Smooth(.2, .6, paint.Cloud(px*8+off, py*8))
	})
}

// streetLamp stands at the roadside and shines.
func (s *scene) streetLamp(x, y, h float32) {
	p := (&paint.Path{}).Limb(x, y, h*.018, x, y-h, h*.012).Limb(x-h*.06, y-h, h*.012, x+h*.06, y-h, h*.012).Rect(x-h*.035, y, x+h*.035, y-h*.05)
	s.Paint(p, paint.Body{Albedo: paint.RGB(0x2a2c30), Round: .8, Rim: .6, Part: s.part()}, &s.light)
	on := s.litWindows() > .1
	k := paint.RGB(0xf4ecd8).Times(.7)
	if on {
		k = paneBright.Times(1.8)
	}
	s.Fill((&paint.Path{}).Ellipse(x, y-h-h*.035, h*.04, h*.045), s.part(), paint.Flat(k, 1))
	if on {
		s.Glow(x, y-h-h*.035, h*.22, lampLight.Times(.5))
		s.Glow(x, y-h*.03, h*.3, lampLight.Times(.12))
		s.light.Lamps = append(s.light.Lamps, paint.Lamp{X: x, Y: y - h, Reach: h * .5, Color: lampLight.Times(.8)})
	}
}

// facades line both sides of a street that leads away.
func (s *scene) facades(vx, vy float32) {
	walls := []uint32{0x8a5a48, 0x9a8a78, 0x6a6460, 0xa89880, 0x5a5058, 0x7a6a5a}
	haze := s.haze()
	for _, side := range []float32{-1, 1} {
		edge := vx + side*s.width*.56
		for i := 4; i >= 0; i-- {
			near, far := pow(.62, i), pow(.62, i+1)
			x0, x1 := vx+(edge-vx)*near, vx+(edge-vx)*far
			h := s.between(.42, .66)
			foot, top := float32(.30), h
			p := (&paint.Path{}).Polygon(x0, vy+foot*near, x0, vy-top*near, x1, vy-top*far, x1, vy+foot*far)
			color := s.lit(paint.RGB(walls[s.rng.IntN(len(walls))])).Times(.8)
			air := .75 - .75*near
			glowing := s.litWindows()
			seed := s.rng.Uint32()
			s.Fill(p, s.part(), func(x, y float32) (paint.Color, float32) {
				d := (x - vx) / (edge - vx) // nearness: 1 at the picture's edge
				row := (y - vy) / d         // where on the wall, as at the edge
				along := 1/d*1.6 + float32(i)
				k := color.Times(.8 + .3*paint.Cloud(along*6, row*8))
				u, v := along*5, (row+top)*11
				iu, iv := int32(u), int32(v)
				fu, fv := u-float32(iu), v-float32(iv)
				if fu > .25 && fu < .75 && fv > .2 && fv < .78 && row < .12 && v > .6 {
					if paint.Hash(iu, iv, seed) < glowing {
						k = paneBright.Mix(paint.RGB(0xffe8c0), paint.Hash(iu, iv, 3)).Times(1.1)
					} else {
						k = k.Times(.4).Plus(s.pal.middle.Times(.14))
					}
				}
				return k.Mix(haze, air).Mix(s.pal.shadow, .3*paint.Smooth(.05, .3, row)), 1
			})
		}
	}
}

func pow(x float32, n int) float32 {
	y := float32(1)
	for range n {
		y *= x
	}
	return y
}
