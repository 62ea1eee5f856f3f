package scene

import (
	"slices"

	"github.com/filmloom/filmloom/plugins/illustrator/brief"
	"github.com/filmloom/filmloom/plugins/illustrator/paint"
	"github.com/filmloom/filmloom/plugins/illustrator/subject"
)

// thing paints a subject whose foot is at (x, y), h high.
func (s *scene) thing(t *subject.Subject, tint paint.Color, x, y, h, air float32) {
	side := h
	if s.sunX < x && t.Stance != subject.Far { // let it look towards the light
		side = -h
	}
	body := paint.Body{Albedo: tint, Round: .9, Rim: .6, Haze: s.haze(), Depth: air, Texture: .25, Part: s.part()}
	if t.Hull != nil {
		dark := body
		dark.Albedo, dark.Rim = tint.Times(.28), .2
		s.Paint((&paint.Path{}).Append(t.Hull, side, h, x, y), dark, &s.light)
	}
	body.Part = s.part()
	if glowing[t.Name] {
		body.Glow = tint.Times(.35)
	}
	s.Paint((&paint.Path{}).Append(t.Outline, side, h, x, y), body, &s.light)
	if glowing[t.Name] {
		s.Glow(x, y-h*.7, h*.8, lampLight.Times(.4))
		s.Glow(x, y-h*.5, h*1.8, paint.RGB(0xff9a3a).Times(.16))
	}
}

// glowing are the things that shine.
var glowing = map[string]bool{
	"candle-light": true, "old-lantern": true, "desk-lamp": true, "light-bulb": true, "torch": true,
	"campfire": true, "fireplace": true, "flashlight": true, "meteor-impact": true,
}

// actor is a person or a thing that takes a place in the scene.
type actor struct {
	person *brief.Person
	thing  *brief.Thing
	copies int
}

// actors are those who stand side by side in front; what is far, flies or swims has its own place.
func (s *scene) actors() (front []actor, rest []brief.Thing) {
	for i := range s.brief.People {
		front = append(front, actor{person: &s.brief.People[i], copies: min(s.brief.People[i].Count, 5)})
	}
	for i := range s.brief.Things {
		t := &s.brief.Things[i]
		onWater := s.brief.Place == brief.Sea || s.brief.Place == brief.Harbor || s.brief.Place == brief.Lake || s.brief.Place == brief.Beach
		switch {
		case t.Stance == subject.Far || t.Stance == subject.Sky || t.Stance == subject.Deep || t.Stance == subject.Wall:
			rest = append(rest, *t)
		case t.Stance == subject.Water && onWater:
			rest = append(rest, *t)
		default:
			front = append(front, actor{thing: t, copies: min(t.Count, 4)})
		}
	}
	if len(front) > 3 {
		front = front[:3]
	}
	return front, rest
}

// cast paints everybody and everything outdoors.
func (s *scene) cast() {
	front, rest := s.actors()
	for _, t := range rest {
		if t.Stance == subject.Far {
			s.distant(t)
		}
	}
	for _, t := range rest {
		switch t.Stance {
		case subject.Water:
			s.afloat(t)
		case subject.Sky:
			s.flying(t)
		case subject.Deep:
			s.swimming(t)
		case subject.Wall:
			t.Stance = subject.Ground
			front = append(front, actor{thing: &t, copies: 1})
		}
	}
	if len(front) == 0 {
		return
	}
	if s.brief.Camera == "close" {
		s.Defocus(.006)
	}
	foot := map[string]float32{"wide": .65, "medium": .675, "close": .7, "aerial": .6}[s.brief.Camera]
	if s.brief.Place == brief.Sea || s.brief.Place == brief.Lake || s.brief.Place == brief.Harbor {
		s.shore(&foot)
	}
	s.row(front, foot)
}

// shore gives those who stand at the water something to stand on.
func (s *scene) shore(foot *float32) {
	*foot += .03
	base := *foot - .02
	if s.brief.Place == brief.Harbor {
		s.ground(soil{base: base, wave: .002, color: paint.RGB(0x8a7a66)})
		return
	}
	s.ground(soil{base: base, wave: .03, color: s.land(paint.RGB(0x6a6a4c)), grass: .9})
}

// take tells whether the brief names a thing that the place paints in its own way, and takes it off
// the list.
func (s *scene) take(name string) (*brief.Thing, bool) {
	for i, t := range s.brief.Things {
		if t.Name == name {
			s.brief.Things = slices.Delete(slices.Clone(s.brief.Things), i, i+1)
			return &t, true
		}
	}
	return nil, false
}

// row places actors side by side, the first nearest to the middle.
func (s *scene) row(front []actor, foot float32) {
	span := min(s.width, .75)
	slots := map[int][]float32{1: {.5}, 2: {.38, .7}, 3: {.5, .22, .8}}[min(len(front), 3)]
	mirror := s.chance(.5)
	jitter := s.between(-.04, .04)
	order := []int{2, 1, 0} // the first is painted last, in front
	for _, i := range order {
		if i >= len(front) {
			continue
		}
		f := slots[i] + jitter
		if mirror {
			f = 1 - f
		}
		x := s.width/2 + (f-.5)*span
		s.place(front[i], x, foot+.012*float32(2-i), len(front))
	}
}

// place paints one actor, or several alike beside one another.
func (s *scene) place(a actor, x, foot float32, company int) {
	side := float32(1)
	if x > s.width/2 {
		side = -1
	}
	if company == 1 && s.chance(.5) {
		side = -side
	}
	size := s.person
	if a.thing != nil {
		size = s.sizeOf(a.thing, company)
	} else if s.brief.Camera == "close" { // to the knees: the rest is below the picture
		size *= 1.45
		foot += .3
	}
	for i := a.copies - 1; i >= 0; i-- {
		dx := float32(0)
		if i > 0 {
			dx = float32((i+1)/2) * size * .42
			if i%2 == 0 {
				dx = -dx
			}
		}
		y := foot - float32(i)*.008
		if a.person != nil {
			p := *a.person
			if i > 0 {
				p.Lantern, p.Crown = false, false
				if p.Word == "couple" || p.Word == "friends" || p.Word == "family" || p.Word == "people" {
					p.Woman = i%2 == 1
					p.Child = p.Word == "family" && i == 2
				}
				side = -side
			}
			if p.Word == "crowd" {
				p.Woman = s.chance(.5)
			}
			s.stand(p, i, x+dx, y, size*s.between(.96, 1.03), side, 0)
			continue
		}
		s.standThing(a.thing, x+dx, y, size)
	}
}

// sizeOf is how high a thing is shown: near its true size, but never too small to be seen.
func (s *scene) sizeOf(t *brief.Thing, company int) float32 {
	least := map[string]float32{"wide": .07, "medium": .13, "close": .24, "aerial": .04}[s.brief.Camera]
	if company > 1 {
		least *= .72
	}
	h := max(t.Height*s.person, least)
	if w := t.Width / t.Height * h; w > s.width*.62 {
		h *= s.width * .62 / w
	}
	return min(h, .4)
}

// standThing puts a thing on the ground; a small one is raised on a stone.
func (s *scene) standThing(t *brief.Thing, x, y, h float32) {
	s.Shade(x, y, h*t.Width/t.Height*.62, h*.06+.004, .5)
	if t.Stance == subject.Table && !s.brief.Place.Indoors() {
		r := max(h*t.Width/t.Height*.62, h*.5)
		s.rock(x, y+r*.55, r)
		y -= r * .14
	}
	s.thing(t.Subject, t.Tint, x, y, h, 0)
}

// distant is a building on the horizon.
func (s *scene) distant(t brief.Thing) {
	scale := map[string]float32{"wide": .052, "medium": .064, "close": .085, "aerial": .04}[s.brief.Camera]
	h := t.Height * scale
	if w := t.Width / t.Height * h; w > s.width*.7 {
		h *= s.width * .7 / w
	}
	x := s.width * s.between(.56, .7)
	if s.sunX > s.width/2 {
		x = s.width - x
	}
	y := s.horizon + .03
	if s.brief.Place == brief.Sea || s.brief.Place == brief.Harbor || s.brief.Place == brief.Lake {
		y = s.horizon + .012
		s.rock(x, y+h*.06, h*.3)
	}
	s.thing(t.Subject, t.Tint, x, y, h, .12)
	if t.Name == "lighthouse" && (s.pal.night || s.brief.Hour != brief.Day) {
		s.beam(x, y-h*.93)
	}
}

// beam is a lighthouse's light.
func (s *scene) beam(x, y float32) {
	side := float32(1)
	if x > s.width/2 {
		side = -1
	}
	s.Soft(y-.1, y+.1, func(px, py float32) (paint.Color, float32) {
		d := (px - x) * side
		if d < 0 {
			return paint.Color{}, 0
		}
		return paint.RGB(0xfff0c0), .5 * paint.Smooth(1, 0, paint.Abs(py-y-d*.04)/(.008+d*.1)) * paint.Smooth(.5, 0, d)
	})
	s.Glow(x, y, .03, paint.RGB(0xffe0a0).Times(1.2))
}

// afloat is a ship or a boat, with its image in the water.
func (s *scene) afloat(t brief.Thing) {
	scale := map[string]float32{"wide": .1, "medium": .15, "close": .22, "aerial": .05}[s.brief.Camera]
	h := max(t.Height*scale, map[string]float32{"wide": .11, "medium": .17, "close": .26, "aerial": .05}[s.brief.Camera])
	if w := t.Width / t.Height * h; w > s.width*.66 {
		h *= s.width * .66 / w
	}
	for i := min(t.Count, 3) - 1; i >= 0; i-- {
		f := pow(.6, i)
		x := s.width * (.5 + s.between(-.08, .08) + .26*float32(i)*float32(1-2*(i%2)))
		y := s.horizon + .025 + .075*f
		body := paint.Body{Albedo: t.Tint.Times(.35), Haze: s.pal.middle, Depth: .5, Part: 0}
		s.Paint((&paint.Path{}).Append(t.Outline, h*f, -h*f*.55, x, y), body, &s.light)
		s.thing(t.Subject, t.Tint, x, y+h*f*.03, h*f, .25*(1-f))
		s.ripple(x, y+h*f*.02, h*f*t.Width/t.Height*.6)
	}
}

func (s *scene) ripple(x, y, r float32) {
	k := s.pal.horizon.Times(.9)
	p := &paint.Path{}
	for i := range 5 {
		dy := float32(i) * .006
		w := r * s.between(.5, 1.1)
		cx := x + s.between(-.2, .2)*r
		p.Limb(cx-w, y+dy, .0006, cx+w, y+dy, .0012)
	}
	s.Fill(p, 0, paint.Flat(k, .4))
}

// flying is something in the air.
func (s *scene) flying(t brief.Thing) {
	h := max(t.Height*s.person*.8, map[string]float32{"wide": .06, "medium": .1, "close": .2, "aerial": .06}[s.brief.Camera])
	h = min(h, .3)
	for i := range min(t.Count, 4) {
		x := s.width * (.5 + s.between(-.08, .08))
		y := s.horizon*.75 + s.between(-.05, .02)
		if i > 0 || len(s.brief.People) > 0 {
			x, y = s.width*s.between(.2, .8), s.horizon*s.between(.4, .75)
		}
		k := pow(.75, i)
		s.thing(t.Subject, t.Tint, x, y, h*k, .1*(1-k))
	}
}

// swimming is something in the water, or at its surface where one looks at the sea from above.
func (s *scene) swimming(t brief.Thing) {
	if s.brief.Place != brief.Underwater {
		t.Stance = subject.Water
		t.Height = min(t.Height, .9)
		s.afloat(t)
		return
	}
	h := max(t.Height*s.person, .13)
	if w := t.Width / t.Height * h; w > s.width*.6 {
		h *= s.width * .6 / w
	}
	for i := min(t.Count, 4) - 1; i >= 0; i-- {
		k := pow(.7, i)
		x := s.width * (.5 + s.between(-.06, .06) + .2*float32(i)*float32(1-2*(i%2)))
		s.thing(t.Subject, t.Tint, x, .48+h*k/2-.07*float32(i), h*k, .5*(1-k))
	}
}
