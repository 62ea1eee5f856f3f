package scene

import (
	"slices"

	"github.com/filmloom/filmloom/plugins/illustrator/brief"
	"github.com/filmloom/filmloom/plugins/illustrator/paint"
	"github.com/filmloom/filmloom/plugins/illustrator/subject"
)

// castIndoors paints who and what is in a room: people behind a table, small things upon it, large
// ones on the floor.
func (s *scene) castIndoors(r *interior, floorY, lampX float32) {
	front, rest := s.actors()
	var onTable, onFloor []actor
	for _, a := range front {
		if a.thing != nil && a.thing.Stance == subject.Table {
			onTable = append(onTable, a)
		} else {
			onFloor = append(onFloor, a)
		}
	}
	for _, t := range rest {
		s.hang(t, floorY)
	}
	people := slices.ContainsFunc(onFloor, func(a actor) bool { return a.person != nil })
	if len(onFloor) > 0 && !people { // a lamp alone is no reason to put a table before the piano
		onTable = slices.DeleteFunc(onTable, func(a actor) bool { return glowing[a.thing.Name] })
	}
	s.tableTop = s.between(.6, .63)
	table := len(onTable) > 0 || len(onFloor) == 0 || s.brief.Lamps && people
	if len(onFloor) == 0 && s.brief.Camera != "close" { // a table is never seen from far
		s.brief.Camera = "medium"
	}
	switch {
	case len(onTable) > 0 && len(onFloor) == 0 && s.brief.Camera == "close":
		s.Defocus(.007)
	case s.brief.Camera == "close": // a room has no closer view of people
		s.brief.Camera = "medium"
		s.person = .44
	}
	if !people {
		s.person = min(s.person, .3)
	}
	foot := floorY + .035
	if table && people {
		foot = s.tableTop + .42*s.person // as high as hips
		s.person *= 1.1
	}
	if len(onFloor) > 0 {
		s.row(onFloor, foot)
	}
	if !table {
		return
	}
	s.table(r)
	top := s.tableTop
	s.lampOn(lampX, top, onTable)
	if len(onTable) == 0 {
		onTable = []actor{s.stillLife()}
	}
	if len(onFloor) > 0 { // leave the person's middle free
		for i, a := range onTable {
			x := s.width * (.24 + .52*float32(i%2))
			s.standThing(a.thing, x, top+.05, s.sizeOf(a.thing, 2))
		}
		return
	}
	s.row(onTable, top+.05)
}

// stillLife is a small thing for a table on which nothing was named.
func (s *scene) stillLife() actor {
	names := []string{"book", "cup", "candle", "books", "flower", "letter", "teapot"}
	t := subject.Named(names[s.rng.IntN(len(names))])
	return actor{thing: &brief.Thing{Subject: t, Tint: t.Color, Count: 1}, copies: 1}
}

// table is a table top in front.
func (s *scene) table(r *interior) {
	top := s.tableTop
	color := paint.RGB([]uint32{0x8a5c38, 0x6f4a30, 0x9a7048, 0x5c4030}[s.rng.IntN(4)])
	off := s.between(0, 40)
	s.Fill((&paint.Path{}).Polygon(-.05, top, s.width+.05, top, s.width+.2, 1.1, -.2, 1.1), s.part(), func(x, y float32) (paint.Color, float32) {
		t := (y - top) / (1 - top)
		u := (x - s.width/2) / (.6 + .6*t)
		grain := paint.Ridge(u*.9+off, t*7+off)
		k := color.Times(.7 + .5*grain)
		shine := r.window.Times(.1 * paint.Exp(paint.Abs(x-r.windowX)*5) * paint.Smooth(.6, 0, t))
		return k.Under(r.at(x, y-.1).Times(1.15)).Plus(shine).Times(1 - .5*paint.Smooth(.3, 1.1, t)), 1
	})
	s.Fill((&paint.Path{}).Rect(-.05, top-.003, s.width+.05, top+.003), 0, func(x, y float32) (paint.Color, float32) {
		return color.Times(1.6).Under(r.at(x, y)), .8
	})
}

// lampOn puts the lamp that lights the room on the table, unless it is one of the things named.
func (s *scene) lampOn(x, top float32, on []actor) {
	if len(s.light.Lamps) == 0 {
		return
	}
	for _, a := range on {
		if glowing[a.thing.Name] {
			return
		}
	}
	t := subject.Named([]string{"lamp", "candle", "lantern"}[s.rng.IntN(3)])
	s.Shade(x, top+.02, .06, .012, .4)
	s.thing(t, t.Color, x, top+.025, .19, 0)
}

// hang puts a thing on the wall, in the air, or, where it is too large for that, on the floor.
func (s *scene) hang(t brief.Thing, floorY float32) {
	x := s.width * s.between(.26, .38)
	if s.light.KeyX < 0 { // the window is on the left
		x = s.width - x
	}
	h := max(t.Height*.3, .12)
	if w := t.Width / t.Height * h; w > s.width*.4 {
		h *= s.width * .4 / w
	}
	y := s.between(.3, .36) + h/2
	if t.Stance == subject.Water || t.Stance == subject.Deep || t.Stance == subject.Far { // a model of it
		y = floorY
	}
	s.Shade(x+.006, y-h*.45, h*t.Width/t.Height*.7, h*.7, .25)
	s.thing(t.Subject, t.Tint, x, y, h, 0)
}
