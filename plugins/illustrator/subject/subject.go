package subject

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/filmloom/filmloom/plugins/illustrator/paint"
)

// Stance is where in a scene a subject belongs.
type Stance string

// The stances.
const (
	Ground Stance = "ground" // stands on the ground or the floor
	Table  Stance = "table"  // small: lies or stands on something
	Wall   Stance = "wall"   // hangs
	Sky    Stance = "sky"    // flies
	Water  Stance = "water"  // floats
	Deep   Stance = "deep"   // swims under water
	Far    Stance = "far"    // stands in the distance
)

// Subject is one thing that can be shown.
type Subject struct {
	Name   string
	Words  []string // a prompt with any of them shows it
	Height float32  // in heights of a grown person
	Width  float32  // in the same measure
	Stance Stance
	Color  paint.Color
	// Outline is what is seen of it, one unit high, its foot's middle at (0, 0), y downwards.
	Outline *paint.Path
	// Hull is the outline without its holes; nil if one sees through it.
	Hull *paint.Path
}

//go:embed subjects.txt
var subjectsText string

//go:embed outlines.txt
var outlinesText string

// All are the subjects, in the order of the list.
var All = sync.OnceValue(func() []*Subject {
	all, err := load(subjectsText, outlinesText)
	if err != nil {
		panic("illustrator: built-in subjects: " + err.Error())
	}
	return all
})

var byWord = sync.OnceValue(func() map[string]*Subject {
	words := map[string]*Subject{}
	for _, s := range All() {
		for _, w := range s.Words {
			words[w] = s
		}
	}
	return words
})

// Named is the subject that a word of a prompt names, in the singular or the plural; nil if there is
// none.
func Named(word string) *Subject {
	words := byWord()
	for _, w := range []string{word, strings.TrimSuffix(word, "s"), strings.TrimSuffix(word, "es"), strings.TrimSuffix(word, "'s")} {
		if s := words[w]; s != nil {
			return s
		}
	}
	return nil
}

func load(subjects, outlines string) ([]*Subject, error) {
	shapes := map[string]string{}
	for line := range strings.Lines(outlines) {
		if name, path, ok := strings.Cut(strings.TrimSpace(line), " "); ok && name != "#" {
			shapes[name] = path
		}
	}
	var all []*Subject
	n := 0
	for line := range strings.Lines(subjects) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		s, err := parse(line, shapes)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		all = append(all, s)
	}
	return all, nil
}

func parse(line string, shapes map[string]string) (*Subject, error) {
	f := strings.Split(line, "|")
	for i := range f {
		f[i] = strings.TrimSpace(f[i])
	}
	if len(f) < 5 {
		return nil, fmt.Errorf("%q has %d columns, not 5 or 6", line, len(f))
	}
	height, err := strconv.ParseFloat(f[2], 32)
	if err != nil {
		return nil, fmt.Errorf("height of %s: %w", f[0], err)
	}
	color, err := strconv.ParseUint(f[4], 16, 24)
	if err != nil {
		return nil, fmt.Errorf("colour of %s: %w", f[0], err)
	}
	s := &Subject{Name: f[0], Words: strings.Fields(f[1]), Height: float32(height), Stance: Stance(f[3]), Color: paint.RGB(uint32(color))}
	switch s.Stance {
	case Ground, Table, Wall, Sky, Water, Deep, Far:
	default:
		return nil, fmt.Errorf("%s has the unknown stance %q", f[0], f[3])
	}
	path, ok := shapes[s.Name]
	if !ok {
		return nil, fmt.Errorf("there is no outline %q", s.Name)
	}
	contours, err := parseOutline(path)
	if err != nil {
		return nil, fmt.Errorf("outline of %s: %w", s.Name, err)
	}
	s.fit(contours, len(f) > 5 && f[5] == "open")
	return s, nil
}

// fit scales the contours to one unit of height above the origin.
func (s *Subject) fit(contours []contour, open bool) {
	all := &paint.Path{}
	for _, c := range contours {
		all.Append(c.path, 1, 1, 0, 0)
	}
	x0, y0, x1, y1 := all.Bounds()
	scale := 1 / (y1 - y0)
	place := func(p *paint.Path) *paint.Path {
		return (&paint.Path{}).Append(p, scale, scale, -(x0+x1)/2*scale, -y1*scale)
	}
	s.Outline = place(all)
	s.Width = s.Height * (x1 - x0) * scale
	if open {
		return
	}
	// Holes turn the other way than the largest contour.
	largest := contours[0].area
	for _, c := range contours {
		if c.area*c.area > largest*largest {
			largest = c.area
		}
	}
	hull := &paint.Path{}
	for _, c := range contours {
		if c.area*largest > 0 {
			hull.Append(c.path, 1, 1, 0, 0)
		}
	}
	s.Hull = place(hull)
}
