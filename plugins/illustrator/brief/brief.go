package brief

import (
	"math/rand/v2"
	"slices"
	"strings"
	"unicode"

	"github.com/filmloom/filmloom/plugins/illustrator/paint"
	"github.com/filmloom/filmloom/plugins/illustrator/subject"
)

// Pose is how a person holds the body.
type Pose string

// The poses.
const (
	Standing Pose = "standing"
	Walking  Pose = "walking"
	Running  Pose = "running"
	Sitting  Pose = "sitting"
	Kneeling Pose = "kneeling"
	Reading  Pose = "reading"
	Reaching Pose = "reaching"
	Raising  Pose = "raising"
	Carrying Pose = "carrying"
)

// Poses are all of them.
var Poses = []Pose{Standing, Walking, Running, Sitting, Kneeling, Reading, Reaching, Raising, Carrying}

// Character is somebody whose looks stay the same in every picture of a film.
type Character struct{ Name, Looks string }

// Person is somebody, or several people alike.
type Person struct {
	Word                           string // that named the person
	Name                           string // of the character it is; empty for others
	Woman, Child, Old, Hat, Hooded bool
	Crown, Lantern, Umbrella       bool
	Dress, Hair                    uint32 // colours, #RRGGBB; 0 leaves them open
	Count                          int
	Pose                           Pose
}

// Thing is a subject of the picture.
type Thing struct {
	*subject.Subject
	Tint  paint.Color // of its own, or named in the description
	Count int
}

// Brief says what to paint.
type Brief struct {
	Place   Place
	Hour    Hour
	Weather Weather
	Camera  string // wide, medium, close or aerial
	People  []Person
	Things  []Thing
	// What is named: a lamp, candle, lantern or fire; the moon; the sun; the autumn.
	Lamps, Moon, Sun, Autumn bool
}

// most is how many different things and people one picture shows.
const most = 4

// Read makes a brief of a description. Characters that it names are shown by their looks. What it
// leaves open is drawn from chance.
func Read(description, camera string, characters []Character, chance *rand.Rand) Brief {
	tokens := introduce(split(description), characters)
	words := make([]string, len(tokens))
	for i, t := range tokens {
		words[i] = t.word
	}
	b := Brief{Camera: camera, Weather: Clear}
	if b.Camera == "" {
		b.Camera = "medium"
	}
	b.Place = placeOf(words, chance)
	b.Hour = hourOf(words, b.Place, chance)
	b.readWeather(words)
	b.readCast(tokens)
	b.equip(words)
	return b
}

// split gives the words of a text in lower case; a word is letters, with apostrophes inside.
func split(text string) []string {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && r != '\'' && r != '’'
	})
	for i, w := range words {
		w = strings.ReplaceAll(w, "’", "'")
		words[i] = strings.Trim(strings.TrimSuffix(w, "'s"), "'")
	}
	return words
}

// token is a word of the description.
type token struct {
	word string
	who  string // the character whose looks the word belongs to
}

// introduce puts the looks of the characters where their names stand.
func introduce(words []string, characters []Character) []token {
	var tokens []token
next:
	for i := 0; i < len(words); {
		for _, c := range characters {
			name := split(c.Name)
			if len(name) == 0 || i+len(name) > len(words) || !slices.Equal(words[i:i+len(name)], name) {
				continue
			}
			for _, w := range split(c.Looks) {
				tokens = append(tokens, token{w, c.Name})
			}
			i += len(name)
			continue next
		}
		tokens = append(tokens, token{word: words[i]})
		i++
	}
	return tokens
}

func placeOf(words []string, chance *rand.Rand) Place {
	var best Place
	score := 0
	for _, p := range places {
		sum := 0
		for _, w := range words {
			sum += placeWords[p][w]
		}
		if sum > score {
			best, score = p, sum
		}
	}
	if score == 0 {
		best = []Place{Hills, Sea, Forest, Mountains, Meadow, Lake, Road}[chance.IntN(7)]
	}
	return best
}

func hourOf(words []string, place Place, chance *rand.Rand) Hour {
	best, rank := Hour(""), 9
	for _, w := range words {
		if h, ok := hourWords[w]; ok && hourRank[w] < rank {
			best, rank = h, hourRank[w]
		}
	}
	if best != "" {
		return best
	}
	if place == Cave || place == Space {
		return Night
	}
	return []Hour{Day, Morning, Dusk, Day}[chance.IntN(4)]
}

func (b *Brief) readWeather(words []string) {
	for i, w := range words {
		v, ok := weatherWords[w]
		if !ok || weatherRank[v] <= weatherRank[b.Weather] {
			continue
		}
		// "grey cat": the colour of the next thing, not of the sky.
		if _, color := colorWords[w]; color && i+1 < len(words) && words[i+1] != "sky" && words[i+1] != "light" && words[i+1] != "morning" {
			continue
		}
		b.Weather = v
	}
	for _, w := range words {
		switch w {
		case "moon", "moonlight":
			b.Moon = true
		case "sun", "sunlight", "sunny", "sunset", "sunrise":
			b.Sun = true
		case "autumn", "fall":
			b.Autumn = true
		case "lamp", "lamps", "lantern", "candle", "candles", "fire", "torch", "fireplace", "lanterns", "firelight", "flames", "campfire":
			b.Lamps = true
		}
	}
}

// scenery are the words that the place already shows, and those that make no sense there.
var scenery = map[Place]string{
	Graveyard:  "gravestone tombstone grave headstone graves leaf leaves",
	Library:    "bookshelf shelf shelves bookcase book books",
	City:       "stop sign door doorway leaves",
	Village:    "hut sign barn church house leaves door",
	Room:       "wall door note paper stone",
	Sea:        "wave lamp sand shell",
	Harbor:     "boats leaves",
	Hall:       "painting portrait picture paintings photograph",
	Lake:       "leaves",
	Meadow:     "wheat flower flowers leaves leaf",
	Space:      "planet planets venus mars jupiter saturn comet",
	Forest:     "leaves leaf",
	Road:       "sign leaves",
	Hills:      "leaves",
	Underwater: "shell shells",
}

// unseen are words of things that are there in every place or in none: rocks, reflections, a lamp of
// which only the light is meant.
func unseen(place Place, w string) bool {
	switch w {
	case "water", "light", "rocks", "stones", "stone":
		return true
	case "lamp", "lamplight", "screen", "page", "shelf", "door", "doorway":
		return !place.Indoors()
	}
	return slices.Contains(strings.Fields(scenery[place]), w)
}

// readCast collects the people and the things, each with the adjectives before it.
func (b *Brief) readCast(tokens []token) {
	shown := map[string]bool{}
	var a adjectives
	for _, t := range tokens {
		w := t.word
		a.read(w)
		if b.dress(w, a.color) {
			a = adjectives{}
			continue
		}
		if p, ok := personWords[w]; ok {
			b.addPerson(t, p, a)
			continue
		}
		s := subject.Named(w)
		if s == nil || shown[s.Name] || len(b.Things) == most || unseen(b.Place, w) || b.Place.Indoors() && s.Stance == subject.Far {
			continue
		}
		thing := Thing{Subject: s, Tint: s.Color, Count: max(a.count, 1)}
		if a.color != 0 {
			thing.Tint = paint.RGB(a.color)
		}
		if thing.Count == 1 && strings.HasSuffix(w, "s") && s.Words[0] == strings.TrimSuffix(w, "s") {
			thing.Count = 3
		}
		shown[s.Name] = true
		b.Things = append(b.Things, thing)
		a = adjectives{}
	}
}

// adjectives are what the words just before a thing say of it.
type adjectives struct {
	color uint32
	count int
	old   bool
	age   int // words since the last one
}

func (a *adjectives) read(w string) {
	if a.age++; a.age > 2 { // one further away belongs to something else
		*a = adjectives{}
	}
	if c, ok := colorWords[w]; ok {
		a.color, a.age = c, 0
	}
	if n, ok := countWords[w]; ok {
		a.count, a.age = n, 0
	}
	if w == "old" {
		a.old, a.age = true, 0
	}
}

// dress gives the person named last the colour of a garment or of the hair.
func (b *Brief) dress(w string, color uint32) bool {
	if color == 0 || len(b.People) == 0 {
		return false
	}
	p := &b.People[len(b.People)-1]
	switch w {
	case "hair", "beard", "braids", "curls":
		p.Hair = color
	case "coat", "dress", "robe", "robes", "cloak", "jacket", "shirt", "pajamas", "sweater", "cape", "uniform", "suit", "clothes", "gown", "raincoat":
		p.Dress = color
	default:
		return false
	}
	return true
}

func (b *Brief) addPerson(t token, p Person, a adjectives) {
	p.Word, p.Name = t.word, t.who
	p.Old = p.Old || a.old
	p.Count = max(p.Count, a.count, 1)
	for i, q := range b.People {
		vague := t.word == "he" || t.word == "she" || t.word == "person" || t.word == "figure"
		group := (q.Word == "couple" || q.Word == "friends" || q.Word == "people") && i == len(b.People)-1
		if q.Word == t.word && q.Name == t.who || vague || group || t.who != "" && q.Name == t.who {
			return
		}
	}
	if len(b.People) < 3 {
		b.People = append(b.People, p)
	}
}

// equip gives the people their poses and what they hold.
func (b *Brief) equip(words []string) {
	pose := Standing
	for _, w := range words {
		if p, ok := poseWords[w]; ok {
			pose = p
			break
		}
	}
	for i := range b.People {
		p := &b.People[i]
		p.Pose = pose
		b.Things = without(b.Things, func(t Thing) bool {
			switch {
			case t.Name == "umbrella" && !p.Umbrella:
				p.Umbrella = true
			case (t.Name == "old-lantern" || t.Name == "torch" || t.Name == "flashlight") && !p.Lantern && p.Count == 1:
				p.Lantern = true
			case t.Name == "crown" && p.Crown, t.Name == "robe", t.Name == "top-hat", t.Name == "spectacles":
			default:
				return false
			}
			return true
		})
	}
	// Whoever rows is shown in the boat.
	boat := func(t Thing) bool { return t.Name == "canoe" }
	if len(b.People) > 0 && b.People[0].Count == 1 && slices.ContainsFunc(b.Things, boat) && (slices.Contains(words, "rowing") || slices.Contains(words, "rows")) {
		b.People = b.People[1:]
	}
	// Hands, eyes and glasses belong to somebody; they are shown only where nothing else is.
	if n := len(b.Things); n > 1 || len(b.People) > 0 {
		b.Things = without(b.Things, func(t Thing) bool {
			return t.Name == "hand" || t.Name == "all-seeing-eye" || t.Name == "spectacles"
		})
	}
}

func without(things []Thing, drop func(Thing) bool) []Thing {
	kept := things[:0]
	for _, t := range things {
		if !drop(t) {
			kept = append(kept, t)
		}
	}
	return kept
}

// weigh makes a table of words from a weight and words, a weight and words …
func weigh(pairs ...any) map[string]int {
	words := map[string]int{}
	for i := 0; i+1 < len(pairs); i += 2 {
		for _, w := range strings.Fields(pairs[i+1].(string)) {
			words[w] = pairs[i].(int)
		}
	}
	return words
}
