package scene

import (
	"github.com/filmloom/filmloom/plugins/illustrator/brief"
	"github.com/filmloom/filmloom/plugins/illustrator/paint"
)

// hall is a long corridor with columns and windows at one side.
func (s *scene) hall() {
	vx, vy := s.width/2+s.between(-.04, .04), float32(.42)
	s.horizon = vy
	light := s.lightRoom(vx, vy-.05, s.width*.25, .35)
	s.light.KeyX = s.between(-.6, .6)
	warm := paint.RGB([]uint32{0xb09a7c, 0x9a9490, 0x8a7a6c, 0xa8a090}[s.rng.IntN(4)])
	s.Layer(0, 1, func(x, y float32) (paint.Color, float32) {
		dx, dy := (x-vx)/(s.width*.5), (y-vy)/.5
		ax, ay := paint.Abs(dx), paint.Abs(dy)
		d := max(ax, ay*.95) // distance from the far end, 1 at the picture's edge
		if d < .16 {
			glow := s.pal.horizon.Mix(s.pal.key, .5)
			return glow.Times(.35 + .45*s.strength()), 1
		}
		depth := 1 / d
		var k paint.Color
		switch {
		case ay*.95 > ax && dy > 0: // floor in squares
			u, v := dx/d*4+40, depth*3
			k = warm.Times(.55)
			if (int(u)+int(v))%2 == 0 {
				k = warm.Times(.95)
			}
			k = k.Mix(s.pal.horizon, .22*paint.Smooth(.6, .1, d))
		case ay*.95 > ax: // ceiling with beams
			k = warm.Times(.42)
			if f := depth * 2; f-float32(int(f)) < .2 {
				k = warm.Times(.26)
			}
		default:
			k = warm.Times(.78 + .16*paint.Cloud(depth*5, y*6))
			if ay/ax > .62 && dy > 0 {
				k = paint.RGB(0x6a4a34).Times(.8)
			}
		}
		shade := light.ambient.Times(1.6).Plus(light.window.Times(.55 * paint.Smooth(1.1, .15, d))).Plus(light.lamp.Times(.4 * paint.Smooth(1, .2, paint.Abs(d-.5)*2)))
		return k.Under(shade.Plus(s.pal.ambient.Times(.12))), 1
	})
	for i := 3; i >= 0; i-- {
		d := pow(.66, i) * .92
		for _, side := range []float32{-1, 1} {
			s.bay(vx, vy, side, d, .5-.5*d)
		}
	}
	s.Shade(vx, 1, s.width, .3, .35)
}

// bay is a column, with an arched window or a painting beside it, at the depth d.
func (s *scene) bay(vx, vy, side, d, air float32) {
	haze := s.pal.horizon.Times(.5)
	x := vx + side*s.width*.5*d
	foot, top := vy+.5*d*.98, vy-.5*d
	r := .026 * d
	part := s.part()
	stone := paint.Body{Albedo: paint.RGB(0xb8ac98), Round: .9, Rim: .4, Haze: haze, Depth: air * .5, Texture: .3, Part: part}
	s.Paint((&paint.Path{}).Rect(x-r, top, x+r, foot).Rect(x-r*1.5, foot-.02*d, x+r*1.5, foot).Rect(x-r*1.5, top+.03*d, x+r*1.5, top+.06*d), stone, &s.light)
	next := d * .8
	x0, x1 := vx+side*s.width*.5*(d*.95), vx+side*s.width*.5*(next*.96)
	wy := func(f float32, d float32) float32 { return vy + f*d }
	if s.brief.Hour == brief.Night && s.chance(.4) || s.brief.Weather == brief.Clear && side*(s.sunX-s.width/2) < 0 {
		p := (&paint.Path{}).Polygon(x0, wy(-.26, d), x1, wy(-.26, next), x1, wy(.02, next), x0, wy(.02, d))
		frame := paint.RGB(0x9a7838)
		s.Paint(p, paint.Body{Albedo: frame, Round: .3, Rim: .4, Part: s.part()}, &s.light)
		m := .16 * (x1 - x0)
		art := palettes[brief.Dusk][s.rng.IntN(3)]
		s.Fill((&paint.Path{}).Polygon(x0+m, wy(-.23, d), x1-m, wy(-.23, next), x1-m, wy(-.01, next), x0+m, wy(-.01, d)), s.part(), func(_, y float32) (paint.Color, float32) {
			return art.middle.Mix(art.horizon, (y-vy)/.2+1).Times(.35), 1
		})
		return
	}
	p := (&paint.Path{}).Move(x0, wy(.05, d)).Line(x0, wy(-.2, d)).
		Curve(x0, wy(-.36, d), x1, wy(-.36, next), x1, wy(-.2, next)).Line(x1, wy(.05, next)).Close()
	glass := s.pal.horizon.Mix(s.pal.middle, .3)
	s.Fill(p, s.part(), paint.Flat(glass.Times(.9), 1))
	s.Glow((x0+x1)/2, wy(-.12, d), .08*d, s.pal.glow.Times(.16))
}
