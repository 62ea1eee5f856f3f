package depict

import (
	"slices"
	"strings"
)

// A Painter describes the pictures of one text, in order. It is not safe for concurrent use.
type Painter struct {
	table    *table
	english  bool
	seed     int
	setting  map[string]*thing // the place, time of day and weather of the story so far
	who      *thing            // the last person or animal named
	unnamed  int               // passages since then
	prompts  map[string]bool
	pictures int
}

// A Picture is what one passage shows.
type Picture struct {
	Prompt string
	Camera string // wide, medium, close or aerial
}

// NewPainter makes a painter for a text in a language. It fails only when the embedded tables are
// broken, which the tests rule out. Another seed fills gaps in the text with other pictures.
func NewPainter(language string, seed uint64) (*Painter, error) {
	all, err := tables()
	if err != nil {
		return nil, err
	}
	t := all[language]
	if t == nil {
		t = newTable(language) // knows no word: every picture is a neutral one
	}
	return &Painter{
		table: t, english: language == "english", seed: int(seed % 1000),
		setting: map[string]*thing{}, prompts: map[string]bool{},
	}, nil
}

// For passages that name nothing: places that fit any story, and ways to look at the same place, so
// that no picture comes twice. There are more pairs of angle and light than a text has passages.
var (
	neutralPlaces = []string{
		"on a quiet road between hills", "by a window above a quiet street", "on a hill above a wide valley",
		"beside a calm lake", "in a room with a window and an armchair", "in a forest clearing",
	}
	neutralFocus = []string{
		"a person walking alone", "a bench under a tree", "a person looking into the distance", "a path leading away",
		"a lantern on a wall", "a bird in the air", "clouds moving across the sky", "a person sitting and thinking",
		"tall grass in the wind", "a cup on a table", "an open door", "a lone tree on a hill",
	}
	angles = []string{
		"", "seen from behind", "seen from a low angle", "reflected in water", "framed by branches",
		"seen from far away", "seen through an archway", "in silhouette", "seen from the side",
	}
	lights = []string{"", "soft shadows", "golden rim light", "pale cold light", "warm glow", "rays of light through dust", "deep shadows", "hazy light"}
	// cameras follow each other so that a close view comes after a wide one.
	cameras = []string{"wide", "medium", "close", "medium", "wide", "close", "aerial", "medium"}
)

// belongs says where a thing is found as long as the text has named no place.
var belongs = map[string]string{
	"piano": indoors, "bed": indoors, "table": indoors, "lamp": indoors, "book": indoors, "letter": indoors, "mirror": indoors,
	"candle": indoors, "phone": indoors, "photograph": indoors, "clock": indoors, "door": indoors, "window": indoors, "desk": indoors,
	"key": indoors, "bread": "in a kitchen with a table and a window",
	"boat": "on a calm lake", "car": "on a lonely country road", "bicycle": "on a lonely country road",
	"moon": "above hills", "stars": "above hills", "tree": "on a hill", "flower": "in a garden with flowers",
}

const indoors = "in a room with a window"

const (
	mostWho     = 2 // persons and animals in one picture
	mostObjects = 2
	mostOwn     = 2 // of the text's own nouns
)

// Picture describes the next passage.
func (p *Painter) Picture(passage string) Picture { return p.PictureOf("", passage) }

// PictureOf describes the next passage with somebody in it, whose description comes first; "" leaves it to
// the passage who is there.
func (p *Painter) PictureOf(subject, passage string) Picture {
	var who, objects []*thing
	for _, t := range p.table.find(passage) {
		switch t.kind {
		case place, timeDay, weather:
			p.setting[t.kind] = t
		case person, animal:
			if len(who) < mostWho && !slices.Contains(who, t) {
				who = append(who, t)
			}
		case object:
			if len(objects) < mostObjects && !slices.Contains(objects, t) {
				objects = append(objects, t)
			}
		}
	}
	camera := cameras[(p.pictures+p.seed)%len(cameras)]
	var parts []string
	for _, t := range append(slices.Clone(who), objects...) {
		parts = append(parts, t.drawn)
	}
	if p.english {
		parts = append(parts, ownNouns(passage, p.table)...)
	}
	switch {
	case subject != "":
		p.who, parts = nil, append([]string{subject}, parts...)
	case len(who) > 0:
		p.who, p.unnamed = who[len(who)-1], 0
	case p.who != nil && p.unnamed < 3:
		// "He opened the door": whoever was named last is still there.
		p.unnamed++
		parts = append([]string{p.who.drawn}, parts...)
	case len(parts) == 0:
		parts = append(parts, neutralFocus[(p.pictures+p.seed)%len(neutralFocus)])
	}
	where := neutralPlaces[p.seed%len(neutralPlaces)]
	if t := p.setting[place]; t != nil {
		where = t.drawn
	} else {
		for _, t := range objects {
			if at, ok := belongs[t.key]; ok {
				where = at
				break
			}
		}
	}
	parts = append(parts, where)
	light := "soft daylight"
	if t := p.setting[timeDay]; t != nil {
		light = t.drawn
	}
	parts = append(parts, light)
	if t := p.setting[weather]; t != nil {
		parts = append(parts, t.drawn)
	}
	p.pictures++
	return Picture{Prompt: p.unlike(strings.Join(parts, ", ")), Camera: camera}
}

// Enter begins a new scene, whose heading says where and when it is: nobody and nothing of the last place
// stays, but the time of day does where the heading names none.
func (p *Painter) Enter(heading string) {
	p.who = nil
	delete(p.setting, place)
	delete(p.setting, weather)
	for _, t := range p.table.find(heading) {
		switch t.kind {
		case place, timeDay, weather:
			p.setting[t.kind] = t
		}
	}
}

// unlike makes a description differ from all before it.
func (p *Painter) unlike(prompt string) string {
	for _, light := range lights {
		for _, angle := range angles {
			varied := prompt
			for _, detail := range []string{angle, light} {
				if detail != "" {
					varied += ", " + detail
				}
			}
			if !p.prompts[varied] {
				p.prompts[varied] = true
				return varied
			}
		}
	}
	return prompt
}

// Mood is the genre of music whose words a text uses most; calm when it uses none.
func Mood(text, language string) string {
	all, err := tables()
	if err != nil || all[language] == nil {
		return calm
	}
	count := map[string]int{}
	best := calm
	for _, t := range all[language].find(text) {
		if t.kind == mood {
			count[t.key]++
			if count[t.key] > count[best] {
				best = t.key
			}
		}
	}
	return best
}

const calm = "calm"

// Person is how somebody is drawn whose name says what they are, as "Old Man" does; "" for other names.
func Person(name, language string) string {
	all, err := tables()
	if err != nil || all[language] == nil {
		return ""
	}
	for _, t := range all[language].find(name) {
		if t.kind == person || t.kind == animal {
			return t.drawn
		}
	}
	return ""
}

// Keys are the things that a text names most often, most frequent first, at most n: English words
// for hashtags.
func Keys(text, language string, n int) []string {
	all, err := tables()
	if err != nil || all[language] == nil {
		return nil
	}
	count := map[string]int{}
	var keys []string
	for _, t := range all[language].find(text) {
		if t.kind == mood {
			continue
		}
		if count[t.key] == 0 {
			keys = append(keys, t.key)
		}
		count[t.key]++
	}
	slices.SortStableFunc(keys, func(a, b string) int { return count[b] - count[a] })
	return keys[:min(n, len(keys))]
}
