package scene

import (
	"github.com/filmloom/filmloom/plugins/illustrator/brief"
	"github.com/filmloom/filmloom/plugins/illustrator/paint"
)

// heavens paints the sky with its sun or moon, stars and clouds.
func (s *scene) heavens() {
	clouds := map[brief.Weather]float32{brief.Clear: s.between(.15, .6), brief.Cloudy: .9, brief.Rain: 1, brief.Storm: 1, brief.Snow: .8, brief.Fog: .5}[s.brief.Weather]
	bottom := s.horizon + .06
	s.Soft(0, bottom, s.air)
	if s.pal.night && clouds < .85 {
		s.stars(140, bottom)
	}
	if w := s.brief.Weather; w != brief.Storm && w != brief.Rain && w != brief.Fog || s.brief.Moon || s.brief.Sun {
		s.disc()
	}
	if s.look.Cel {
		s.Layer(0, bottom, s.clouds(clouds))
	} else {
		s.Soft(0, bottom, s.clouds(clouds))
	}
	if s.brief.Weather == brief.Storm {
		s.lightning()
	}
}

// air is the sky's gradient and the glow around the sun.
func (s *scene) air(x, y float32) (paint.Color, float32) {
	p := &s.pal
	t := y / s.horizon
	k := p.zenith.Mix(p.middle, paint.Smooth(0, .6, t))
	if t > .5 {
		k = p.middle.Mix(p.horizon, paint.Smooth(.5, 1.02, t))
	}
	d := s.fromSun(x, y)
	return k.Plus(p.glow.Times(.5 * paint.Exp(d/.11))).Plus(p.glow.Times(.16 * paint.Exp(d/.34))), 1
}

func (s *scene) fromSun(x, y float32) float32 {
	return paint.Sqrt((x-s.sunX)*(x-s.sunX) + (y-s.sunY)*(y-s.sunY))
}

func (s *scene) stars(n int, bottom float32) {
	for range n {
		x, y := s.between(0, s.width), s.between(0, bottom*.9)
		bright := s.rng.Float32()
		k := paint.RGB(0xdce8ff).Mix(paint.RGB(0xfff0d8), s.rng.Float32()).Times((.25 + 1.3*bright*bright*bright) * (1 - paint.Smooth(bottom*.5, bottom*.9, y)))
		s.Glow(x, y, .0009+.0011*bright, k)
	}
}

// disc paints the sun or the moon.
func (s *scene) disc() {
	r := float32(.026)
	switch {
	case s.pal.night:
		r = .038
	case s.brief.Hour == brief.Dusk:
		r = .034
	}
	disc := (&paint.Path{}).Ellipse(s.sunX, s.sunY, r, r)
	s.Fill(disc, 0, func(x, y float32) (paint.Color, float32) {
		d := s.fromSun(x, y) / r
		if !s.pal.night {
			return s.pal.key.Mix(paint.Color{R: 1, G: 1, B: 1}, .5).Times(1.9), 1
		}
		craters := paint.Cloud((x-s.sunX)/r*.9+9, (y-s.sunY)/r*.9)
		k := paint.RGB(0xeef2ff).Times((.62 + .5*s.step(paint.Smooth(.3, .65, craters))) * (1 - .25*paint.Smooth(.2, 1, d)))
		return k.Times(1.15), 1
	})
	s.Glow(s.sunX, s.sunY, r*2.4, s.pal.glow.Times(.35))
}

// clouds is a shader of clouds; cover goes from 0 to 1.
func (s *scene) clouds(cover float32) paint.Shader {
	p := &s.pal
	lo := .60 - cover*.26
	soft := float32(.2)
	if s.look.Cel {
		soft = .025
		lo += .05
	}
	white := paint.Color{R: 1, G: 1, B: 1}.Under(p.key.Mix(p.horizon, .35)).Times(1.05)
	dark := p.middle.Mix(p.shadow, .28)
	if p.night {
		white = p.horizon.Mix(p.key, .35).Times(.8)
		dark = p.middle.Mix(p.shadow, .35)
	}
	return func(x, y float32) (paint.Color, float32) {
		t := paint.Clamp(y/s.horizon, 0, 1)
		far := .3 + 1.5*t*t // clouds flatten towards the horizon
		u, v := s.seedX+(x-s.width/2)*(.9+1.1*t), s.seedX*.7+y*(1.4+2.2*far)
		warp := paint.Cloud(u*.8, v*.8) - .5
		n := paint.Cloud(u+warp*.7, v+warp*.4)
		a := paint.Smooth(lo, lo+soft, n)
		if a <= 0 {
			return paint.Color{}, 0
		}
		dx := paint.Clamp((s.sunX-x)*.25, -.05, .05)
		n2 := paint.Cloud(u+warp*.7+dx, v+warp*.4-.07)
		lit := s.step(paint.Clamp(.45+(n-n2)*3.4, 0, 1)) + .45*paint.Exp(s.fromSun(x, y)/.2)
		return dark.Mix(white, lit), a * (.88 - .3*paint.Smooth(.75, 1, t))
	}
}

func (s *scene) lightning() {
	x, y := s.between(.25, .75)*s.width, float32(0)
	path := &paint.Path{}
	s.bolt(path, x, y, .0035, s.horizon)
	k := paint.RGB(0xe4ecff)
	s.Glow(x, s.horizon*.5, .3, k.Times(.3))
	s.Fill(path, 0, paint.Flat(k.Times(2.2), 1))
}

func (s *scene) bolt(path *paint.Path, x, y, w, end float32) {
	for y < end && w > .0006 {
		nx, ny := x+s.between(-.03, .03), y+s.between(.02, .05)
		path.Limb(x, y, w, nx, ny, w*.95)
		if s.chance(.18) {
			s.bolt(path, nx, ny, w*.5, min(end, ny+.16))
		}
		x, y, w = nx, ny, w*.95
	}
}
