package scene

import (
	"github.com/filmloom/filmloom/plugins/illustrator/brief"
	"github.com/filmloom/filmloom/plugins/illustrator/paint"
)

// interior is the light of a room: what comes through its window and from its lamps.
type interior struct {
	windowX, windowY float32
	window           paint.Color
	lampX, lampY     float32
	lamp             paint.Color
	ambient          paint.Color
}

func (r *interior) at(x, y float32) paint.Color {
	d := (x-r.windowX)*(x-r.windowX) + (y-r.windowY)*(y-r.windowY)
	k := r.ambient.Plus(r.window.Times(1 / (1 + d*9)))
	d = (x-r.lampX)*(x-r.lampX) + (y-r.lampY)*(y-r.lampY)
	return k.Plus(r.lamp.Times(1 / (1 + d*14)))
}

// lightRoom sets the light of a room, with a window and perhaps a lamp.
func (s *scene) lightRoom(windowX, windowY, lampX, lampY float32) *interior {
	r := &interior{windowX: windowX, windowY: windowY, lampX: lampX, lampY: lampY}
	r.window = s.pal.key.Mix(s.pal.ambient, .4).Times(.95)
	r.ambient = s.pal.ambient.Mix(paint.RGB(0xb89878), .4).Times(.3)
	if s.pal.night {
		r.window = s.pal.key.Times(.3)
		r.ambient = s.pal.ambient.Mix(paint.RGB(0x6a4a34), .5).Times(.3)
	}
	if s.brief.Lamps || s.pal.night {
		r.lamp = lampLight.Times(.85)
	} else if s.brief.Hour == brief.Dusk {
		r.lamp = lampLight.Times(.5)
	}
	s.light.Key, s.light.KeyZ = r.window.Times(.8), .5
	s.light.KeyX, s.light.KeyY = (windowX-s.width/2)*2.5, -.3
	s.light.Sky, s.light.Ground = r.ambient.Times(1.4), r.ambient.Times(.8)
	s.light.Rim = r.window.Times(.6)
	if r.lamp.Luma() > 0 {
		s.light.Lamps = append(s.light.Lamps, paint.Lamp{X: lampX, Y: lampY, Reach: .3, Color: r.lamp.Times(1.1)})
		s.light.Rim = s.light.Rim.Plus(lampLight.Times(.25))
	}
	return r
}

// room is a room with a window: a kitchen, a study, a library.
func (s *scene) room() {
	library := s.brief.Place == brief.Library
	floorY := s.between(.62, .65)
	windowW, windowH := s.width*s.between(.3, .4), s.between(.25, .32)
	side := s.between(.08, .16)
	if s.sunX > s.width/2 {
		side = 1 - side - windowW/s.width
	}
	wx, wy := side*s.width, s.between(.11, .17)
	if s.width > 1 {
		windowW *= .6
	}
	// Outside the window there is a sky, and a land or a town below it.
	s.horizon = wy + windowH*.8
	s.sunX, s.sunY = wx+windowW*s.between(.3, .7), wy+windowH*s.between(.2, .4)
	s.heavens()
	if s.chance(.5) {
		s.chain(chain{base: s.horizon + .02, height: .1, detail: 1.8, color: s.far(), air: .4, smooth: true})
	} else {
		s.skyline(s.horizon+.03, .14, 9, s.far(), .4)
	}
	s.Defocus(.003)
	// The lamp stands at the other side.
	lampX := s.width * .8
	if wx > s.width/3 {
		lampX = s.width * .2
	}
	light := s.lightRoom(wx+windowW/2, wy+windowH/2, lampX, .5)
	s.wall(light, floorY, wx, wy, windowW, windowH)
	s.floor(light, floorY)
	s.windowFrame(light, wx, wy, windowW, windowH)
	if library {
		s.shelves(light, floorY, wx, windowW)
	} else {
		s.furnish(light, wx, windowW)
	}
	s.shaft(wx, wy, windowW, windowH)
	s.castIndoors(light, floorY, lampX)
}

// wall fills everything above the floor, but for the window.
func (s *scene) wall(r *interior, floorY, wx, wy, ww, wh float32) {
	papers := []uint32{0x8a9a8c, 0xa8907a, 0x7a8494, 0xb09c84, 0x94808c, 0x8a8a7c}
	color := paint.RGB(papers[s.rng.IntN(len(papers))])
	off, pattern := s.between(0, 40), s.rng.IntN(3)
	p := (&paint.Path{}).Rect(-.1, -.1, s.width+.1, floorY)
	p.Polygon(wx, wy, wx, wy+wh, wx+ww, wy+wh, wx+ww, wy) // turned the other way: a hole
	s.Fill(p, s.part(), func(x, y float32) (paint.Color, float32) {
		k := color.Times(.9 + .2*paint.Cloud(x*3+off, y*3))
		switch pattern {
		case 1: // striped paper
			if f := x * 28; f-float32(int(f)) < .5 {
				k = k.Times(.93)
			}
		case 2: // panelling below
			if y > floorY-.2 {
				k = paint.RGB(0x6a4a30).Times(.8 + .4*paint.Cloud(x*30+off, y*3))
				if f := x * 9; f-float32(int(f)) < .06 {
					k = k.Times(.6)
				}
				if y < floorY-.192 {
					k = k.Times(1.4)
				}
			}
		}
		return k.Under(r.at(x, y)), 1
	})
	skirting := paint.RGB(0x5a4230)
	s.Fill((&paint.Path{}).Rect(-.1, floorY-.016, s.width+.1, floorY), s.part(), func(x, y float32) (paint.Color, float32) {
		return skirting.Under(r.at(x, y)), 1
	})
}

// floor is of planks that lead away.
func (s *scene) floor(r *interior, floorY float32) {
	color := paint.RGB([]uint32{0x8a6444, 0x7a5a40, 0x9a7450, 0x6a5448}[s.rng.IntN(4)])
	off := s.between(0, 40)
	s.Fill((&paint.Path{}).Rect(-.1, floorY, s.width+.1, 1.1), s.part(), func(x, y float32) (paint.Color, float32) {
		t := (y-floorY)/(1-floorY) + .22
		u := (x - s.width/2) / t * 3.4
		plank := float32(int(u + 100))
		k := color.Times((.75 + .35*paint.Hash(int32(plank), 3, 9)) * (.8 + .4*paint.Cloud(u*1.5+off, 4/t)))
		if u+100-plank < .05 {
			k = k.Times(.55)
		}
		return k.Under(r.at(x, y)).Times(1.05 - .45*paint.Smooth(.4, 1.2, t)), 1
	})
}

func (s *scene) windowFrame(r *interior, x, y, w, h float32) {
	wood := paint.RGB([]uint32{0xd8d0c0, 0x7a5638, 0x5a4638}[s.rng.IntN(3)])
	if sky := s.brief.Weather; sky == brief.Rain || sky == brief.Storm {
		s.drops(x, y, w, h, sky == brief.Storm)
	}
	b := .011
	bars := (&paint.Path{}).Rect(x-.012, y-.012, x+w+.012, y).Rect(x-.012, y+h, x+w+.012, y+h+.012).Rect(x-.012, y, x, y+h).Rect(x+w, y, x+w+.012, y+h)
	bars.Rect(x+w/2-float32(b)/3, y, x+w/2+float32(b)/3, y+h).Rect(x, y+h*.42, x+w, y+h*.42+float32(b)*.7)
	s.Fill(bars, s.part(), func(px, py float32) (paint.Color, float32) { return wood.Under(r.at(px, py)).Times(.85), 1 })
	sill := (&paint.Path{}).Rect(x-.03, y+h+.012, x+w+.03, y+h+.03)
	s.Fill(sill, s.part(), func(px, py float32) (paint.Color, float32) { return wood.Under(r.at(px, py)).Times(1.1), 1 })
	if s.chance(.6) {
		s.curtains(r, x, y, w, h)
	}
}

// drops run down the window's glass.
func (s *scene) drops(x, y, w, h float32, heavy bool) {
	n := 120
	if heavy {
		n = 200
	}
	p := &paint.Path{}
	for range n {
		px, py, l := x+s.between(0, w), y+s.between(0, h*.9), s.between(.003, .02)
		if py+l < y+h {
			p.Limb(px, py, .0006, px, py+l, .0014)
		}
	}
	s.Fill(p, 0, paint.Flat(s.pal.horizon.Times(1.1), .4))
}

func (s *scene) curtains(r *interior, x, y, w, h float32) {
	color := paint.RGB([]uint32{0x8a3a34, 0x4a5a7a, 0xa89060, 0x5a6a4a, 0x7a5a78}[s.rng.IntN(5)])
	for _, side := range []float32{-1, 1} {
		outer := x + w/2 + side*(w/2+.04)
		inner := outer - side*s.between(.07, .1)
		p := (&paint.Path{}).Move(outer, y-.03).Line(inner-side*.02, y-.03).
			Curve(inner-side*.02, y+h*.4, inner+side*.02, y+h*.6, inner+side*.015, y+h+.09).Line(outer, y+h+.09).Close()
		s.Fill(p, s.part(), func(px, py float32) (paint.Color, float32) {
			fold := .72 + .38*paint.Sin(px*210+side)*(.5+.5*paint.Sin(px*90))
			return color.Under(r.at(px, py)).Times(s.step(fold)*.6 + fold*.5), 1
		})
	}
	s.Fill((&paint.Path{}).Limb(x-.06, y-.034, .005, x+w+.06, y-.034, .005), s.part(), func(px, py float32) (paint.Color, float32) {
		return paint.RGB(0x4a3626).Under(r.at(px, py)).Times(1.3), 1
	})
}

// shaft is daylight that falls through the window into the room's dust.
func (s *scene) shaft(x, y, w, h float32) {
	if s.brief.Weather != brief.Clear && s.brief.Weather != brief.Snow {
		return
	}
	strength := float32(.16)
	if s.pal.night {
		strength = .07
	}
	dx := s.width*.55 - (x + w/2)
	s.Soft(y, 1, func(px, py float32) (paint.Color, float32) {
		t := (py - y) / .75
		left, right := x+dx*t, x+w+dx*t
		edge := paint.Smooth(left-.02, left+.05, px) * paint.Smooth(right+.02, right-.05, px)
		return s.pal.key, strength * edge * paint.Smooth(1.05, .3, t) * paint.Smooth(0, .3, t) * (.6 + .8*paint.Cloud(px*5, py*5))
	})
}

// shelves cover the wall of a library.
func (s *scene) shelves(r *interior, floorY, wx, ww float32) {
	bookcase := func(x0, x1 float32) {
		if x1-x0 < .06 {
			return
		}
		wood := paint.RGB(0x5a3c26)
		s.Fill((&paint.Path{}).Rect(x0, .04, x1, floorY+.01), s.part(), func(x, y float32) (paint.Color, float32) {
			return wood.Times(.5).Under(r.at(x, y)), 1
		})
		const rowH = .083
		for y := float32(.06); y < floorY-rowH+.02; y += rowH {
			s.books(r, x0+.006, x1-.006, y+rowH-.008, rowH-.014)
			s.Fill((&paint.Path{}).Rect(x0, y+rowH-.008, x1, y+rowH), s.part(), func(px, py float32) (paint.Color, float32) {
				return wood.Times(1.2).Under(r.at(px, py)), 1
			})
		}
		s.Fill((&paint.Path{}).Rect(x0-.004, .03, x0+.006, floorY+.01).Rect(x1-.006, .03, x1+.004, floorY+.01), s.part(), func(px, py float32) (paint.Color, float32) {
			return wood.Times(1.3).Under(r.at(px, py)), 1
		})
	}
	bookcase(-.02, wx-.05)
	for x := wx + ww + .05; x < s.width; x += .2 {
		bookcase(x, min(x+.19, s.width+.05))
	}
}

// books stand in a row.
func (s *scene) books(r *interior, x0, x1, y, h float32) {
	colors := []uint32{0x7a2e2a, 0x2e4a6a, 0x3a5a3a, 0x8a6a34, 0x5a3a5a, 0x9a8a6a, 0x3a3a44, 0x8a4a2a}
	for x := x0; x < x1-.006; {
		w := min(s.between(.006, .014), x1-x)
		top := y - h*s.between(.66, .97)
		if s.chance(.06) {
			x += w * 1.5
			continue
		}
		k := paint.RGB(colors[s.rng.IntN(len(colors))])
		left := x
		s.Fill((&paint.Path{}).Rect(x, top, x+w*.94, y), s.part(), func(px, py float32) (paint.Color, float32) {
			round := 1 - paint.Abs((px-left)/w-.4)*1.1
			band := float32(1)
			if f := (py - top) / (y - top); f > .14 && f < .2 || f > .78 && f < .84 {
				band = 1.7
			}
			return k.Times((.55 + .6*round) * band).Under(r.at(px, py)), 1
		})
		x += w
	}
}

// furnish hangs a picture and a shelf on the free wall.
func (s *scene) furnish(r *interior, wx, ww float32) {
	free := wx + ww + .1
	if wx > s.width/3 {
		free = .05
	}
	span := s.width*.36 - .05
	if s.chance(.5) {
		y := s.between(.26, .32)
		s.books(r, free+.01, free+span*.75, y, .055)
		s.Fill((&paint.Path{}).Rect(free-.005, y, free+span*.95, y+.008), s.part(), func(px, py float32) (paint.Color, float32) {
			return paint.RGB(0x6a4a30).Under(r.at(px, py)).Times(1.2), 1
		})
		return
	}
	s.framed(r, free+span*.1, s.between(.17, .24), span*.65, span*.85)
}

// framed is a small landscape in a frame.
func (s *scene) framed(r *interior, x, y, w, h float32) {
	frame := paint.RGB([]uint32{0x8a6a34, 0x4a3426, 0xb09050}[s.rng.IntN(3)])
	s.Fill((&paint.Path{}).Rect(x-.009, y-.009, x+w+.009, y+h+.009), s.part(), func(px, py float32) (paint.Color, float32) {
		return frame.Under(r.at(px, py)).Times(1.1), 1
	})
	p := palettes[brief.Dusk][s.rng.IntN(3)]
	if s.chance(.5) {
		p = palettes[brief.Day][s.rng.IntN(3)]
	}
	off := s.between(0, 40)
	s.Fill((&paint.Path{}).Rect(x, y, x+w, y+h), s.part(), func(px, py float32) (paint.Color, float32) {
		t := (py - y) / h
		k := p.zenith.Mix(p.horizon, t*1.6)
		if t > .5-.3*paint.Ridge((px-x)/w*.8+off, off)+.25 {
			k = p.shadow.Mix(p.middle, .4)
		}
		return k.Under(r.at(px, py)).Times(.9), 1
	})
}
