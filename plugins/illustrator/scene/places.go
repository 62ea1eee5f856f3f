package scene

import (
	"github.com/filmloom/filmloom/plugins/illustrator/brief"
	"github.com/filmloom/filmloom/plugins/illustrator/paint"
)

// far is the colour of things in the distance.
func (s *scene) far() paint.Color { return s.pal.middle.Mix(s.pal.shadow, .45) }

func (s *scene) sea() {
	s.heavens()
	if s.chance(.45) {
		s.chain(chain{base: s.horizon + .005, height: s.between(.05, .12), detail: s.between(2, 4), color: s.far(), air: .55})
	}
	rough := float32(1)
	if s.brief.Weather == brief.Storm || s.brief.Weather == brief.Rain {
		rough = 2.2
	}
	s.water(s.horizon, rough)
	s.mist(s.horizon-.05, s.horizon+.06, .45, s.haze())
}

func (s *scene) harbor() {
	s.heavens()
	s.chain(chain{base: s.horizon + .01, height: .12, detail: 1.6, color: s.far(), air: .5, smooth: true})
	for x := s.between(-.02, .05); x < s.width; x += s.between(.07, .13) {
		s.house(x, s.horizon+.006, s.between(.05, .085), .3)
	}
	s.water(s.horizon, .7)
	// A pier leads in from one side.
	y, left := s.horizon+.2, s.sunX > s.width/2
	tip := s.width * s.between(.3, .4)
	near := float32(0)
	if !left {
		tip, near = s.width-tip, s.width
	}
	wood := paint.Body{Albedo: paint.RGB(0x7a5c40), Round: .3, Rim: .35, Texture: .8, Part: s.part()}
	posts := &paint.Path{}
	for i := range 5 {
		x := near + (tip-near)*float32(i)/4.6
		posts.Limb(x, y-.035, .006, x, y+.07, .006)
	}
	s.Paint(posts, wood, &s.light)
	wood.Part = s.part()
	s.Paint((&paint.Path{}).Polygon(near, y-.01, tip, y-.006, tip, y+.008, near, y+.03), wood, &s.light)
}

func (s *scene) beach() {
	s.heavens()
	s.water(s.horizon, .9)
	s.ground(soil{base: s.horizon + .1, wave: .03, color: paint.RGB(0xe0c898)})
	foam := s.lit(paint.Color{R: 1, G: 1, B: 1})
	off := s.between(0, 40)
	s.Layer(s.horizon+.06, s.horizon+.15, func(x, y float32) (paint.Color, float32) {
		line := s.horizon + .103 - .03*(paint.Cloud(x*1.1+off, off)-.5)*2
		return foam, .8 * paint.Smooth(.012, 0, paint.Abs(y-line)) * paint.Smooth(.35, .6, paint.Cloud(x*22, y*40))
	})
	if s.chance(.7) {
		s.palm(s.edge(), s.horizon+.17, s.between(.3, .4))
	}
}

// edge is a place near the left or right edge, away from the sun.
func (s *scene) edge() float32 {
	if s.sunX > s.width/2 {
		return s.width * s.between(.03, .12)
	}
	return s.width * s.between(.88, .97)
}

func (s *scene) palm(x, y, h float32) {
	lean := (s.width/2 - x) * .35
	part := s.part()
	bark := paint.Body{Albedo: paint.RGB(0x7a5c40), Round: .8, Rim: .5, Texture: .7, Part: part}
	trunk := (&paint.Path{}).Move(x-.012, y).
		Curve(x-.01, y-h*.4, x+lean*.4, y-h*.7, x+lean-.005, y-h).Line(x+lean+.005, y-h).
		Curve(x+lean*.5+.012, y-h*.65, x+.016, y-h*.4, x+.016, y).Close()
	s.Paint(trunk, bark, &s.light)
	leaf := paint.Body{Albedo: paint.RGB(0x3f7a3c), Round: .6, Rim: .5, Texture: .4, Part: s.part()}
	for i := range 9 {
		a := float32(i)*.7 + s.between(-.15, .15)
		dx, dy := paint.Cos(a)*h*.42, paint.Sin(a)*h*.2
		tx, ty := x+lean, y-h
		p := (&paint.Path{}).Move(tx, ty).Curve(tx+dx*.4, ty+dy-h*.16, tx+dx*.8, ty+dy-h*.08, tx+dx, ty+dy+h*.06).
			Curve(tx+dx*.7, ty+dy-h*.02, tx+dx*.4, ty+dy-h*.06, tx, ty).Close()
		s.Paint(p, leaf, &s.light)
	}
}

func (s *scene) lake() {
	s.heavens()
	s.chain(chain{base: s.horizon + .01, height: s.between(.14, .24), detail: s.between(1.3, 2.4), color: s.far(), air: .5, snow: s.chance(.5)})
	s.mist(s.horizon-.1, s.horizon+.04, .5, s.haze())
	s.pines(s.horizon+.004, s.between(.05, .09), 46, s.far().Times(.55), .3)
	s.water(s.horizon+.008, .45)
	s.mist(s.horizon-.02, s.horizon+.1, .4, s.haze())
}

func (s *scene) mountains() {
	s.heavens()
	s.chain(chain{base: s.horizon + .02, height: s.between(.26, .36), detail: s.between(1.2, 2), color: s.far(), air: .5, snow: true})
	if _, ok := s.take("smoking-volcano"); ok {
		s.volcano(s.width*s.between(.42, .58), s.horizon+.06, s.between(.3, .36))
	}
	s.mist(s.horizon-.14, s.horizon+.05, .5, s.haze())
	s.chain(chain{base: s.horizon + .05, height: s.between(.13, .2), detail: s.between(2, 3), color: s.far().Times(.8), air: .3})
	s.mist(s.horizon-.04, s.horizon+.1, .4, s.haze())
	if s.chance(.5) {
		s.pines(s.horizon+.075, .07, 40, s.far().Times(.5), .24)
	}
	s.ground(soil{base: s.horizon + .09, wave: .03, color: paint.RGB(0x7a7258), grass: .5})
	s.rocks(s.horizon+.12, 7)
}

// volcano is a mountain on fire.
func (s *scene) volcano(x, y, h float32) {
	p := (&paint.Path{}).Move(x-h*1.1, y+.03).Curve(x-h*.5, y-h*.25, x-h*.22, y-h*.8, x-h*.13, y-h)
	p.Line(x-h*.05, y-h*.96).Line(x+h*.04, y-h*.99).Line(x+h*.12, y-h*.97)
	p.Curve(x+h*.22, y-h*.8, x+h*.5, y-h*.25, x+h*1.1, y+.03).Close()
	fire := paint.RGB(0xff6a24)
	s.light.Lamps = append(s.light.Lamps, paint.Lamp{X: x, Y: y - h*1.1, Reach: h * .5, Color: fire.Times(1.4)})
	s.Glow(x, y-h, h*.5, fire.Times(.5))
	off := s.between(0, 40)
	s.Soft(0, y-h*.9, func(px, py float32) (paint.Color, float32) { // the plume
		t := (y - h*.95 - py) / (y - h*.95)
		d := paint.Abs(px-x-.1*t*t) / (h * (.1 + .65*t))
		n := paint.Cloud(px*3+off, py*3)
		k := s.pal.shadow.Mix(s.pal.middle, .3+.5*n).Mix(fire, .8*paint.Smooth(.35, 0, t)*n)
		return k, .95 * paint.Smooth(1.1, .4, d+(n-.5)*1.3) * paint.Smooth(1.05, .6, t)
	})
	s.Paint(p, paint.Body{Albedo: paint.RGB(0x4a3a34), Round: .9, Rim: .4, Haze: s.haze(), Depth: .22, Texture: .9, Part: s.part()}, &s.light)
	lava := &paint.Path{}
	for range 4 {
		px, py := x+s.between(-.08, .08)*h, y-h*.97
		for w := h * .022; w > h*.006; w *= .84 {
			nx, ny := px+s.between(-.05, .05)*h+(px-x)*.16, py+h*.07
			lava.Limb(px, py, w, nx, ny, w*.84)
			px, py = nx, ny
		}
	}
	s.Fill(lava, 0, paint.Flat(fire.Times(1.7), 1))
	s.Glow(x, y-h*.8, h*.3, fire.Times(.25))
}

// rocks lie about.
func (s *scene) rocks(y float32, n int) {
	for range n {
		d := s.rng.Float32()
		x := s.width * s.between(0, 1)
		if paint.Abs(x-s.width/2) < .12 {
			x = s.edge()
		}
		s.rock(x, y+d*d*.3, .012+.04*d*d)
	}
}

func (s *scene) rock(x, y, r float32) {
	p := (&paint.Path{}).Move(x-r, y)
	for i := range 7 {
		a := 3.1416 * (1 - float32(i+1)/8)
		k := r * s.between(.75, 1.15)
		p.Line(x+k*paint.Cos(a), y-k*.8*paint.Sin(a))
	}
	p.Line(x+r, y).Close()
	s.Shade(x, y, r*1.5, r*.3, .5)
	s.Paint(p, paint.Body{Albedo: paint.RGB(0x7a766e), Round: .9, Rim: .35, Texture: .9, Part: s.part()}, &s.light)
}

func (s *scene) hills() {
	s.heavens()
	green := s.land(paint.RGB(0x5a8a4a))
	if s.chance(.6) {
		s.chain(chain{base: s.horizon, height: s.between(.1, .2), detail: 1.6, color: s.far(), air: .6, snow: s.chance(.5)})
	}
	s.chain(chain{base: s.horizon + .03, height: .12, detail: 1.1, color: s.lit(green).Times(.8), air: .42, smooth: true})
	s.mist(s.horizon-.06, s.horizon+.06, .3, s.haze())
	s.chain(chain{base: s.horizon + .09, height: .11, detail: .8, color: s.lit(green).Times(.85), air: .18, smooth: true})
	s.ground(soil{base: s.horizon + .1, wave: .03, color: green, grass: 1, path: s.chance(.5)})
	for range 2 + s.rng.IntN(3) {
		s.broadTree(s.aside(), s.horizon+s.between(.09, .12), s.between(.06, .1), .22)
	}
}

// land is the colour of grown land in this season.
func (s *scene) land(green paint.Color) paint.Color {
	switch {
	case s.brief.Weather == brief.Snow:
		return paint.RGB(0xdfe6ee)
	case s.brief.Autumn:
		return green.Mix(paint.RGB(0xb88a3c), .6)
	}
	return green
}

// aside is a place left or right of where the subject stands.
func (s *scene) aside() float32 {
	x := s.between(.02, .3)
	if s.chance(.5) {
		x = 1 - x
	}
	return x * s.width
}

func (s *scene) forest() {
	s.heavens()
	haze := s.haze()
	s.mist(s.horizon-.15, s.horizon+.08, .6, haze)
	if s.brief.Autumn || s.chance(.4) {
		s.pines(s.horizon+.03, .16, 40, s.far().Times(.6), .5)
		s.mist(s.horizon-.1, s.horizon+.1, .5, haze)
		for i := range 9 {
			s.broadTree(s.width*(float32(i)+s.between(0, 1))/9, s.horizon+s.between(.05, .08), s.between(.22, .36), .34)
		}
		s.mist(s.horizon-.05, s.horizon+.12, .4, haze)
		s.ground(soil{base: s.horizon + .08, wave: .015, color: s.land(paint.RGB(0x4a6a38)), grass: 1, path: true})
		for range 3 {
			s.broadTree(s.edgeEither(), s.horizon+s.between(.11, .16), s.between(.4, .55), .08)
		}
		return
	}
	s.pines(s.horizon+.02, .13, 60, s.far().Times(.62), .46)
	s.mist(s.horizon-.06, s.horizon+.08, .5, haze)
	s.pines(s.horizon+.06, .25, 26, s.pal.shadow.Mix(s.pal.middle, .25), .24)
	s.mist(s.horizon, s.horizon+.14, .4, haze)
	s.ground(soil{base: s.horizon + .08, wave: .015, color: s.land(paint.RGB(0x45603c)), grass: 1, path: true})
	for range 4 {
		p := &paint.Path{}
		s.pine(p, s.edgeEither(), s.horizon+s.between(.12, .2), s.between(.45, .7))
		s.backdrop(p, s.horizon-.3, s.horizon+.2, s.pal.shadow.Mix(s.pal.middle, .12), .05)
	}
}

func (s *scene) edgeEither() float32 {
	if s.chance(.5) {
		return s.width * s.between(-.04, .12)
	}
	return s.width * s.between(.88, 1.04)
}

func (s *scene) meadow() {
	s.heavens()
	green := s.land(paint.RGB(0x6a9a48))
	s.chain(chain{base: s.horizon + .02, height: .08, detail: 1.2, color: s.lit(green).Times(.75), air: .45, smooth: true})
	for i := range 8 {
		s.broadTree(s.width*(float32(i)+s.between(0, 1))/8, s.horizon+s.between(.015, .03), s.between(.05, .11), .4)
	}
	s.ground(soil{base: s.horizon + .03, wave: .01, color: green, grass: 1.4})
	if s.brief.Weather != brief.Snow && !s.brief.Autumn {
		s.flowers(s.horizon+.08, 90)
	}
	if s.chance(.6) {
		s.broadTree(s.edge(), s.horizon+.12, s.between(.34, .46), .06)
	}
	s.bushes(s.horizon+.035, 5, .03, .25)
}

func (s *scene) road() {
	s.heavens()
	green := s.land(paint.RGB(0x5f8448))
	s.chain(chain{base: s.horizon + .02, height: s.between(.1, .2), detail: 1.5, color: s.far(), air: .5, snow: s.chance(.3)})
	s.chain(chain{base: s.horizon + .05, height: .07, detail: 1.2, color: s.lit(green).Times(.8), air: .3, smooth: true})
	s.ground(soil{base: s.horizon + .05, wave: .008, color: green, grass: 1, path: true})
	for i := range 6 {
		f := pow(.66, i)
		side := float32(1 - 2*(i%2))
		s.broadTree(s.width/2+side*(.03+.36*f), s.horizon+.05+.1*f, .06+.28*f, .4-.34*f)
	}
}

func (s *scene) village() {
	s.heavens()
	green := s.land(paint.RGB(0x66854c))
	s.chain(chain{base: s.horizon + .02, height: s.between(.12, .22), detail: 1.4, color: s.far(), air: .5, snow: s.chance(.4)})
	s.chain(chain{base: s.horizon + .06, height: .08, detail: 1.1, color: s.lit(green).Times(.8), air: .25, smooth: true})
	for range 6 {
		s.house(s.between(0, s.width), s.horizon+s.between(.02, .05), s.between(.04, .06), .34)
	}
	s.mist(s.horizon-.02, s.horizon+.1, .3, s.haze())
	s.ground(soil{base: s.horizon + .07, wave: .008, color: green, grass: .8, path: true})
	s.house(s.width*s.between(-.06, .04), s.horizon+.11, s.between(.15, .19), .06)
	s.house(s.width*s.between(.7, .78), s.horizon+.1, s.between(.13, .17), .1)
	s.house(s.width*s.between(.3, .36), s.horizon+.075, s.between(.08, .1), .2)
	s.bushes(s.horizon+.1, 4, .02, .1)
}

func (s *scene) city() {
	s.heavens()
	haze := s.haze()
	s.skyline(s.horizon+.06, .34, 12, s.far(), .55)
	s.mist(s.horizon-.12, s.horizon+.08, .4, haze)
	if s.brief.Camera == "aerial" || s.brief.Camera == "wide" && s.chance(.5) {
		s.skyline(s.horizon+.12, .3, 9, s.far().Times(.6), .25)
		s.skyline(s.horizon+.24, .28, 6, s.pal.shadow.Mix(s.pal.middle, .1), .05)
		s.ground(soil{base: s.horizon + .26, wave: .002, color: paint.RGB(0x4a4c50)})
		return
	}
	s.ground(soil{base: s.horizon + .03, wave: .001, color: paint.RGB(0x5a5c60)})
	s.facades(s.width/2, s.horizon+.03)
	for i := 2; i >= 0; i-- {
		f := pow(.6, i)
		s.streetLamp(s.width/2-.2*f, s.horizon+.03+.16*f, .3*f)
		s.streetLamp(s.width/2+.2*f, s.horizon+.03+.16*f, .3*f)
	}
}

func (s *scene) desert() {
	s.heavens()
	sand := paint.RGB(0xd8a860)
	for i := range 4 {
		f := float32(i)
		s.chain(chain{base: s.horizon + .02 + .035*f, height: .05 + .015*f, detail: 1.4 - .25*f, color: s.lit(sand).Times(.9 - .05*f), air: .5 - .14*f, smooth: true})
	}
	if _, ok := s.take("great-pyramid"); ok {
		s.pyramid(s.width*s.between(.1, .3), s.horizon+.07, s.between(.1, .14), .45)
		s.pyramid(s.width*s.between(.55, .75), s.horizon+.1, s.between(.2, .26), .22)
	}
	s.ground(soil{base: s.horizon + .12, wave: .03, color: sand})
}

// pyramid shows a lit side and one in shadow.
func (s *scene) pyramid(x, y, h, air float32) {
	w, ridge := h*.85, h*.3
	if s.sunX < x {
		ridge = -ridge
	}
	stone := s.lit(paint.RGB(0xd8b070))
	off := s.between(0, 40)
	side := func(x0, x1, bright float32) {
		s.Fill((&paint.Path{}).Polygon(x, y-h, x0, y+.03, x1, y+.03), s.part(), func(px, py float32) (paint.Color, float32) {
			course := .93 + .14*paint.Hash(int32((py-y)/h*34), 1, 5)
			k := stone.Times(bright * course * (.85 + .3*paint.Cloud(px*20+off, py*20)))
			return k.Mix(s.haze(), air+.25*paint.Smooth(y-h, y+.03, py)), 1
		})
	}
	left, right := float32(1.1), float32(.5)
	if s.sunX > x {
		left, right = right, left
	}
	side(x-w, x-ridge*.6, left)
	side(x-ridge*.6, x+w, right)
}

func (s *scene) graveyard() {
	s.heavens()
	s.chain(chain{base: s.horizon + .03, height: .1, detail: 1.2, color: s.far(), air: .4, smooth: true})
	s.pines(s.horizon+.04, .1, 30, s.far().Times(.5), .35)
	s.mist(s.horizon-.04, s.horizon+.1, .6, s.haze())
	s.ground(soil{base: s.horizon + .06, wave: .015, color: s.land(paint.RGB(0x4a5a40)), grass: 1.2, path: true})
	for i := 4; i >= 0; i-- {
		f := pow(.72, i)
		for _, side := range []float32{-1, 1} {
			x, y := s.width/2+side*(.05+.2*f)*s.between(.85, 1.15), s.horizon+.06+.13*f
			s.gravestone(x, y, .1*f*s.between(.8, 1.2), .35-.3*f)
		}
	}
	s.bareTree(s.edge(), s.horizon+.15, .42, s.between(-.05, .05))
	s.mist(s.horizon+.06, s.horizon+.26, .3, s.haze())
}

func (s *scene) gravestone(x, y, h, air float32) {
	w := h * .3
	p := (&paint.Path{}).Move(x-w, y).Line(x-w, y-h*.68).Curve(x-w, y-h*1.1, x+w, y-h*1.1, x+w, y-h*.68).Line(x+w, y).Close()
	s.Shade(x, y, w*2, h*.12, .5)
	s.Paint(p, paint.Body{Albedo: paint.RGB(0x85877f), Round: .4, Rim: .5, Haze: s.haze(), Depth: air, Texture: .9, Part: s.part()}, &s.light)
}
