package scene

import (
	"math"

	"github.com/filmloom/filmloom/plugins/illustrator/brief"
	"github.com/filmloom/filmloom/plugins/illustrator/paint"
)

// pines is a band of conifers.
func (s *scene) pines(base, height float32, n int, color paint.Color, air float32) {
	p := &paint.Path{}
	for k := range n {
		x := (float32(k)+s.between(-.2, 1.2))/float32(n)*1.1*s.width - .05*s.width
		h := height * s.between(.55, 1.25)
		s.pine(p, x, base+s.between(-.008, .008), h)
	}
	p.Rect(0, base+.004, s.width, min(1, base+.1))
	s.backdrop(p, base-height, base+.06, color, air)
}

func (s *scene) pine(p *paint.Path, x, y, h float32) {
	tiers := 9 + int(h*70)
	w := h * s.between(.17, .24)
	p.Polygon(x-h*.012, y+.02, x, y-h, x+h*.012, y+.02)
	for side := float32(-1); side <= 1; side += 2 {
		p.Move(x, y-h)
		for t := range tiers {
			f := (float32(t) + 1) / float32(tiers)
			ty, th := y-h+f*h*.97, h/float32(tiers)
			tw := w * (.04 + .96*f) * s.between(.55, 1.3)
			p.Line(x+side*tw, ty+th*s.between(.15, .65)).Line(x+side*tw*.6, ty+th*.05).Line(x+side*tw*s.between(.18, .3), ty+th*.12)
		}
		p.Line(x, y).Close()
	}
}

// backdrop fills something far: flat, hazy, more so towards its foot.
func (s *scene) backdrop(p *paint.Path, top, bottom float32, color paint.Color, air float32) {
	haze, snow := s.haze(), s.brief.Weather == brief.Snow
	s.Fill(p, s.part(), func(x, y float32) (paint.Color, float32) {
		n := paint.Cloud(x*16, y*24)
		k := color.Times(.65 + .6*s.step(n))
		if snow {
			k = k.Mix(paint.Color{R: 1, G: 1, B: 1}.Under(s.pal.ambient), .6*paint.Smooth(.5, .62, paint.Cloud(x*34, y*50)))
		}
		return k.Mix(haze, paint.Clamp(air+.35*paint.Smooth(top, bottom, y)*(.3+air*2), 0, .95)), 1
	})
}

// leaves is the colour of foliage now.
func (s *scene) leaves() paint.Color {
	switch {
	case s.brief.Weather == brief.Snow:
		return paint.RGB(0xd4dce4)
	case s.brief.Autumn:
		return []paint.Color{paint.RGB(0xc8642c), paint.RGB(0xd89a34), paint.RGB(0xa8442c)}[s.rng.IntN(3)]
	}
	return []paint.Color{paint.RGB(0x3f7a34), paint.RGB(0x548a3c), paint.RGB(0x2f6a3a)}[s.rng.IntN(3)]
}

// broadTree is a tree with a round crown.
func (s *scene) broadTree(x, y, h, air float32) {
	trunk := &paint.Path{}
	trunk.Limb(x, y+.004, h*.045, x+h*.01, y-h*.5, h*.028)
	for range 3 {
		trunk.Limb(x, y-h*s.between(.35, .5), h*.02, x+h*s.between(-.22, .22), y-h*s.between(.6, .75), h*.008)
	}
	haze := s.haze()
	bark := paint.Body{Albedo: paint.RGB(0x5a4030), Round: .6, Rim: .4, Haze: haze, Depth: air, Texture: .5, Part: s.part()}
	s.Shade(x, y, h*.34, h*.035, .5)
	s.Paint(trunk, bark, &s.light)
	color := s.leaves()
	part := s.part()
	for layer := range 3 {
		crown := &paint.Path{}
		for range 11 - 2*layer {
			r := h * s.between(.07, .15) * (1 - .16*float32(layer))
			a := s.between(0, 2*math.Pi)
			d := h * .25 * paint.Sqrt(s.rng.Float32())
			crown.Ellipse(x+d*paint.Cos(a)*1.1+h*.02*float32(layer), y-h*(.68+.03*float32(layer))+d*paint.Sin(a)*.8, r*1.15, r)
		}
		k := color.Times(.55 + .3*float32(layer))
		s.Paint(crown, paint.Body{Albedo: k, Round: .9, Rim: .25, Haze: haze, Depth: air, Texture: .9, Part: part}, &s.light)
	}
}

// bareTree is a tree without leaves; it leans by lean radians.
func (s *scene) bareTree(x, y, h, lean float32) {
	p := &paint.Path{}
	s.branch(p, x, y, h*.3, float64(lean)-math.Pi/2, h*.045, 9)
	s.Paint(p, paint.Body{Albedo: paint.RGB(0x3a302c), Round: .4, Rim: .5, Haze: s.haze(), Depth: .06, Part: s.part()}, &s.light)
}

func (s *scene) branch(p *paint.Path, x, y, length float32, angle float64, r float32, depth int) {
	if depth == 0 || length < .002 {
		return
	}
	x1, y1 := x+length*float32(math.Cos(angle)), y+length*float32(math.Sin(angle))
	p.Limb(x, y, r, x1, y1, r*.7)
	n := 2
	if s.chance(.3) {
		n = 3
	}
	for i := range n {
		a := angle + (float64(i)/float64(n-1)-.5)*1.2 + float64(s.between(-.28, .28))
		s.branch(p, x1, y1, length*s.between(.64, .84), a, r*.64, depth-1)
	}
}

// bushes line the ground between two distances.
func (s *scene) bushes(y float32, n int, size, air float32) {
	color := s.leaves()
	for range n {
		x := s.between(0, s.width)
		p := &paint.Path{}
		for range 5 {
			r := size * s.between(.3, .6)
			p.Ellipse(x+size*s.between(-.7, .7), y-r*s.between(.3, .9), r*1.2, r)
		}
		s.Paint(p, paint.Body{Albedo: color.Times(s.between(.6, 1)), Round: .9, Rim: .25, Haze: s.haze(), Depth: air, Texture: .8, Part: s.part()}, &s.light)
	}
}

// flowers dot a meadow.
func (s *scene) flowers(base float32, n int) {
	colors := []uint32{0xd84a4a, 0xe8c43c, 0xe8e4dc, 0xc86ab0, 0x6a7ad8}
	for _, hex := range colors[:2+s.rng.IntN(3)] {
		p := &paint.Path{}
		for range n {
			d := s.rng.Float32()
			x, y := s.between(0, s.width), base+d*(1-base)
			r := .0016 + .005*d
			p.Ellipse(x, y, r, r*.8)
		}
		s.Fill(p, 0, paint.Flat(s.lit(paint.RGB(hex)).Times(1.25), .92))
	}
}
