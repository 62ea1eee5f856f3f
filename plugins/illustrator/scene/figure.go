package scene

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"

	"github.com/filmloom/filmloom/plugins/illustrator/brief"
	"github.com/filmloom/filmloom/plugins/illustrator/paint"
	"github.com/filmloom/filmloom/plugins/illustrator/subject"
)

// wardrobe is how one person looks.
type wardrobe struct {
	skin, hair, coat, legs, shoes paint.Color
}

// dressUp chooses a person's looks. They go by the name, so that a character stays the same person in
// every picture; of several alike each has looks of its own.
func (s *scene) dressUp(p brief.Person, which int) wardrobe {
	h := fnv.New64a()
	fmt.Fprint(h, p.Name, p.Word, which)
	rng := rand.New(rand.NewPCG(h.Sum64(), 1))
	pick := func(hex ...uint32) paint.Color { return paint.RGB(hex[rng.IntN(len(hex))]) }
	w := wardrobe{
		skin:  pick(0xe8b894, 0xd8a078, 0xb87c54, 0x8a5a3c, 0xf0c8a8),
		hair:  pick(0x2a1f1a, 0x4a3020, 0x7a5030, 0x1c1a1e, 0xa87838),
		coat:  pick(0x8a3a34, 0x34506e, 0x4a6448, 0x7a6248, 0x5a4468, 0xa87838, 0x3a5e64, 0x94705a),
		legs:  pick(0x2e3340, 0x3c342e, 0x4a4a44, 0x2a2a30),
		shoes: pick(0x2a201a, 0x3a2a20, 0x1e1e22),
	}
	if p.Old {
		w.hair = pick(0xd8d6d0, 0xb8b6b2)
	}
	if p.Hair != 0 {
		w.hair = paint.RGB(p.Hair)
	}
	if p.Dress != 0 {
		w.coat = paint.RGB(p.Dress)
	}
	if p.Hooded && p.Dress == 0 {
		w.coat = pick(0x3a3440, 0x4a3a30, 0x34404a, 0x5a3030)
	}
	return w
}

// figure is somebody being painted.
type figure struct {
	*scene
	person brief.Person
	w      wardrobe
	x, y   float32 // where the feet stand
	h      float32 // height
	side   float32 // 1 faces right, -1 left
	air    float32
}

func (f *figure) at(p point) (x, y float32) { return f.x + f.side*p.x*f.h, f.y - p.y*f.h }

func (f *figure) body(p *paint.Path, color paint.Color, round float32) {
	f.Paint(p, paint.Body{Albedo: color, Round: round, Rim: .7, Haze: f.haze(), Depth: f.air, Texture: .12, Part: f.part()}, &f.light)
}

func (f *figure) limb(p *paint.Path, a, b point, ra, rb float32) {
	ax, ay := f.at(a)
	bx, by := f.at(b)
	p.Limb(ax, ay, ra*f.h, bx, by, rb*f.h)
}

// stand paints one person at a place. h is the height of a grown person there.
// which tells people apart whom one word names.
func (s *scene) stand(p brief.Person, which int, x, y, h, side, air float32) {
	if p.Child {
		h *= .66
	}
	f := &figure{scene: s, person: p, w: s.dressUp(p, which), x: x, y: y, h: h, side: side, air: air}
	s.Shade(x, y, h*.2, h*.03, .55)
	at := poses[p.Pose]
	if p.Lantern {
		at.elbowFront, at.handFront = point{at.neck.x + .15, at.neck.y - .17}, point{at.neck.x + .24, at.neck.y - .24}
	}
	if p.Umbrella {
		at.elbowFront, at.handFront = point{at.neck.x + .13, at.neck.y - .18}, point{at.neck.x + .1, at.neck.y - .03}
	}
	if p.Lantern { // its light falls on who carries it
		lx, ly := f.at(point{at.handFront.x, at.handFront.y - .1})
		s.light.Lamps = append(s.light.Lamps, paint.Lamp{X: lx, Y: ly, Reach: h * .28, Color: lampLight.Times(1.2)})
	}
	if at.seat {
		if s.tableTop > 0 { // behind a table: hips as high as those of who stands
			f.y -= (standing.hip.y - at.hip.y) * h
		}
		f.seat(at)
	}
	if p.Hooded {
		f.cloaked(at)
	} else {
		f.clothed(at)
	}
	f.hold(at)
}

// clothed paints legs, coat or dress, arms and head.
func (f *figure) clothed(at pose) {
	neck, hip := at.neck, at.hip
	shoulderBack, shoulderFront := point{neck.x - .085, neck.y - .035}, point{neck.x + .085, neck.y - .035}
	sleeve := func(elbow, hand, shoulder point) {
		arm := &paint.Path{}
		f.limb(arm, shoulder, elbow, .04, .033)
		f.limb(arm, elbow, hand, .033, .025)
		f.body(arm, f.w.coat.Times(.9), .7)
		hx, hy := f.at(hand)
		f.body((&paint.Path{}).Ellipse(hx, hy, .026*f.h, .028*f.h), f.w.skin, .8)
	}
	sleeve(at.elbowBack, at.handBack, shoulderBack)
	dress := f.person.Woman && !at.seat && f.person.Pose != brief.Kneeling && f.person.Pose != brief.Running
	leg := func(knee, foot point, dx float32) {
		p := &paint.Path{}
		f.limb(p, point{hip.x + dx, hip.y}, knee, .058, .044)
		f.limb(p, knee, point{foot.x, foot.y + .02}, .044, .03)
		color := f.w.legs
		if dress {
			color = f.w.skin.Times(.9)
		}
		f.body(p, color, .7)
		shoe := &paint.Path{}
		f.limb(shoe, point{foot.x - .012, foot.y}, point{foot.x + .05, foot.y - .004}, .026, .018)
		f.body(shoe, f.w.shoes, .7)
	}
	leg(at.kneeBack, at.footBack, -.035)
	leg(at.kneeFront, at.footFront, .035)
	f.trunk(at, dress)
	f.head(at)
	sleeve(at.elbowFront, at.handFront, shoulderFront)
}

// trunk is the coat or the dress.
func (f *figure) trunk(at pose, dress bool) {
	neck, hip := at.neck, at.hip
	hem, flare := hip.y-.1, float32(.118)
	if at.seat || f.person.Pose == brief.Kneeling {
		hem = hip.y - .04
	}
	if dress {
		hem, flare = .13, .19
		if f.person.Crown || f.person.Old {
			hem, flare = .02, .23
		}
	}
	p := &paint.Path{}
	move := func(x, y float32) { px, py := f.at(point{x, y}); p.Move(px, py) }
	curve := func(x1, y1, x2, y2, x3, y3 float32) {
		a, b := f.at(point{x1, y1})
		c, d := f.at(point{x2, y2})
		e, g := f.at(point{x3, y3})
		p.Curve(a, b, c, d, e, g)
	}
	move(neck.x-.035, neck.y+.01)
	curve(neck.x-.1, neck.y-.005, neck.x-.125, neck.y-.04, neck.x-.122, neck.y-.1)
	curve(neck.x-.1, neck.y-.2, hip.x-.085, hip.y+.08, hip.x-.095, hip.y)
	curve(hip.x-flare*.9, hip.y-.06, hip.x-flare, hem+.04, hip.x-flare, hem)
	curve(hip.x-flare*.4, hem-.02, hip.x+flare*.4, hem-.02, hip.x+flare, hem)
	curve(hip.x+flare, hem+.04, hip.x+flare*.9, hip.y-.06, hip.x+.095, hip.y)
	curve(hip.x+.085, hip.y+.08, neck.x+.1, neck.y-.2, neck.x+.122, neck.y-.1)
	curve(neck.x+.125, neck.y-.04, neck.x+.1, neck.y-.005, neck.x+.035, neck.y+.01)
	p.Close()
	f.body(p, f.w.coat, .85)
	if !dress && f.h > .1 { // a belt
		belt := &paint.Path{}
		f.limb(belt, point{hip.x - .088, hip.y + .03}, point{hip.x + .088, hip.y + .03}, .012, .012)
		f.body(belt, f.w.legs.Times(.7), .3)
	}
}

// head paints neck, face, hair and hat. The face looks to the figure's side.
func (f *figure) head(at pose) {
	n := at.neck
	r := float32(.062)
	if f.person.Child {
		r = .078
	}
	throat := &paint.Path{}
	f.limb(throat, n, point{n.x + .008, n.y + .05}, .03, .028)
	f.body(throat, f.w.skin.Times(.82), .6)
	c := point{n.x + .012, n.y + .04 + r*1.1}
	x, y := f.at(c)
	rx, ry := r*f.h, r*1.2*f.h
	if f.person.Woman { // long hair falls behind the neck
		hair := (&paint.Path{}).Move(x-rx*1.1, y-ry*.2).
			Curve(x-rx*1.3, y+ry*1.2, x-rx*1.2, y+ry*2.1, x-f.side*rx*.5, y+ry*2.2).
			Curve(x+rx*.9, y+ry*2, x+rx*1.1, y+ry*.9, x+rx*1.05, y-ry*.2).Close()
		f.body(hair, f.w.hair, .7)
	}
	f.body((&paint.Path{}).Ellipse(x, y, rx, ry), f.w.skin, .8)
	f.face(x, y, rx, ry)
	// Hair covers the top and the back of the head.
	s := f.side
	hair := (&paint.Path{}).Move(x-s*rx*.75, y+ry*.55).
		Curve(x-s*rx*1.35, y-ry*.1, x-s*rx*1.1, y-ry*1.25, x+s*rx*.1, y-ry*1.14).
		Curve(x+s*rx*1.0, y-ry*1.1, x+s*rx*1.15, y-ry*.55, x+s*rx*1.0, y-ry*.28).
		Curve(x+s*rx*.5, y-ry*.62, x-s*rx*.1, y-ry*.5, x-s*rx*.3, y-ry*.1).
		Curve(x-s*rx*.45, y+ry*.1, x-s*rx*.5, y+ry*.35, x-s*rx*.75, y+ry*.55).Close()
	f.body(hair, f.w.hair, .8)
	if f.person.Old && !f.person.Woman {
		beard := (&paint.Path{}).Move(x-s*rx*.45, y+ry*.25).
			Curve(x-s*rx*.3, y+ry*1.3, x+s*rx*.7, y+ry*1.5, x+s*rx*.95, y+ry*.3).
			Curve(x+s*rx*.6, y+ry*.55, x, y+ry*.6, x-s*rx*.45, y+ry*.25).Close()
		f.body(beard, f.w.hair, .8)
	}
	switch {
	case f.person.Crown:
		f.wear("crown", x, y-ry*.72, ry*.9)
	case f.person.Hat:
		brim := (&paint.Path{}).Limb(x-rx*1.5, y-ry*.55, ry*.12, x+rx*1.5, y-ry*.55, ry*.12)
		dome := (&paint.Path{}).Move(x-rx*.95, y-ry*.5).Curve(x-rx*1.0, y-ry*1.75, x+rx*1.0, y-ry*1.75, x+rx*.95, y-ry*.5).Close()
		color := f.w.coat.Times(.55)
		f.body(dome, color, .8)
		f.body(brim, color, .6)
	}
}

// face is no more than eyes and a mouth, and only where there is room for them.
func (f *figure) face(x, y, rx, ry float32) {
	if rx*float32(f.H) < 14 {
		return
	}
	dark := paint.RGB(0x241a18).Under(f.light.Sky.Plus(paint.Color{R: .1, G: .1, B: .1}))
	eyes := &paint.Path{}
	for _, dx := range []float32{.12, .66} {
		eyes.Ellipse(x+f.side*rx*dx, y+ry*.02, rx*.075, ry*.085)
	}
	f.Fill(eyes, 0, paint.Flat(dark, .9))
	brows := &paint.Path{}
	for _, dx := range []float32{.12, .66} {
		brows.Limb(x+f.side*rx*(dx-.13), y-ry*.19, rx*.03, x+f.side*rx*(dx+.13), y-ry*.2, rx*.025)
	}
	f.Fill(brows, 0, paint.Flat(f.w.hair.Times(.5), .7))
	mouth := (&paint.Path{}).Limb(x+f.side*rx*.22, y+ry*.5, rx*.03, x+f.side*rx*.55, y+ry*.49, rx*.03)
	f.Fill(mouth, 0, paint.Flat(paint.RGB(0x8a3a34).Under(f.light.Sky.Plus(f.light.Key.Times(.5))), .8))
}

// cloaked is somebody in a long hooded cloak.
func (f *figure) cloaked(at pose) {
	p := &paint.Path{}
	lean, drop := at.neck.x, .83-at.neck.y
	xy := func(x, y float32) (float32, float32) {
		k := paint.Clamp(y/.8, 0, 1)
		return f.at(point{x + lean*k, y - drop*k})
	}
	move := func(x, y float32) { px, py := xy(x, y); p.Move(px, py) }
	curve := func(x1, y1, x2, y2, x3, y3 float32) {
		a, b := xy(x1, y1)
		c, d := xy(x2, y2)
		e, g := xy(x3, y3)
		p.Curve(a, b, c, d, e, g)
	}
	move(-.17, 0)
	curve(-.19, .25, -.16, .5, -.125, .7)
	curve(-.11, .79, -.095, .82, -.08, .86)
	curve(-.085, .96, -.03, 1.01, .01, 1.01)
	curve(.055, 1.01, .09, .95, .08, .86)
	curve(.095, .82, .11, .78, .125, .7)
	curve(.16, .5, .18, .25, .17, 0)
	curve(.08, -.02, -.08, -.02, -.17, 0)
	p.Close()
	f.body(p, f.w.coat, .9)
	x, y := xy(.025, .885)
	f.Fill((&paint.Path{}).Ellipse(x, y, .045*f.h, .06*f.h), f.part(), paint.Flat(f.pal.shadow.Mix(f.w.coat, .12), 1))
	arm := &paint.Path{}
	f.limb(arm, point{at.neck.x + .08, at.neck.y - .06}, at.elbowFront, .045, .042)
	f.limb(arm, at.elbowFront, at.handFront, .042, .034)
	f.body(arm, f.w.coat.Times(.9), .7)
}

// seat is a stool, a stone or a bench under somebody who sits.
func (f *figure) seat(at pose) {
	x, y := f.at(point{at.hip.x - .01, at.hip.y - .06})
	w := .13 * f.h
	p := (&paint.Path{}).Rect(x-w, y, x+w, y+.035*f.h).Rect(x-w*.85, y, x-w*.6, f.y).Rect(x+w*.6, y, x+w*.85, f.y)
	f.body(p, paint.RGB(0x6a4a30), .4)
}

// hold paints what the person carries.
func (f *figure) hold(at pose) {
	x, y := f.at(at.handFront)
	switch {
	case f.person.Lantern:
		k := .17 * f.h
		f.thing(subject.Named("lantern"), subject.Named("lantern").Color, x, y+k, k, 0)
		f.Glow(x, y+k*.5, k*.9, lampLight.Times(.75))
		f.Glow(x, y+k*.5, k*2.6, paint.RGB(0xff9a3a).Times(.3))
	case f.person.Umbrella:
		u := subject.Named("umbrella")
		k := .42 * f.h
		tint := paint.RGB([]uint32{0xb8352f, 0x2e3a5a, 0x26262c, 0xc8a03c}[f.rng.IntN(4)])
		if f.person.Dress != 0 {
			tint = paint.RGB(f.person.Dress)
		}
		f.thing(u, tint, x, y+k*.16, k*1.1, f.air)
	case f.person.Pose == brief.Reading:
		bx, by := f.at(point{at.handFront.x - .03, at.handFront.y - .02})
		f.thing(subject.Named("book"), subject.Named("book").Color, bx, by, .1*f.h, f.air)
	case f.person.Pose == brief.Carrying:
		bx, by := f.at(point{at.handFront.x, at.handFront.y - .05})
		f.thing(subject.Named("basket"), subject.Named("basket").Color, bx, by+.03*f.h, .15*f.h, f.air)
	}
}

func (f *figure) wear(name string, x, y, h float32) {
	t := subject.Named(name)
	f.thing(t, t.Color, x, y, h, f.air)
}
