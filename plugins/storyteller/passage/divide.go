package passage

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"

	"github.com/filmloom/filmloom/providers/film/prose"
)

// MaxPassages bounds the passages of one text. A text too long for it gets longer passages.
const MaxPassages = 60

// Sizes of a passage, in words: Usual suits a picture that is seen for eight seconds.
const (
	Usual    = 20
	shortest = 6
	longest  = 120
	perWord  = 2 // weight of a word
)

// Divide divides a text that [prose.Clean] made. [prose.Join] makes [prose.Flat] of the passages. In
// Chinese and Japanese a passage may end in a space, where the text had one at that place.
func Divide(cleaned, language string) []string { return DivideBy(cleaned, language, Usual) }

// DivideBy divides into passages of about so many words; a bound keeps them from 6 to 120.
func DivideBy(cleaned, language string, words float64) []string {
	sentences := cut(cleaned, language)
	if len(sentences) == 0 {
		return nil
	}
	words = max(shortest, min(words, longest))
	limits := size{
		enough: int(0.4 * words * perWord), // shorter passages take their neighbour in
		comfy:  int(words * perWord),       // neighbours are put together up to here
		most:   int(1.4 * words * perWord), // longer ones are divided
		// Where nobody would rest, only what is longer than usual passages is divided.
		whole: int(1.4 * max(words, Usual) * perWord),
		// Three sentences in one passage, at most, unless passages are to be long.
		sentences: max(3, int(words/Usual*3)),
		loose:     words > 1.25*Usual,
	}
	for {
		passages := limits.gather(limits.shorten(sentences))
		if len(passages) <= MaxPassages {
			return trim(passages, prose.Separator(language))
		}
		// Grow by a third: a few rounds reach any length, and the text is at worst one passage.
		limits.comfy, limits.most, limits.sentences, limits.loose = limits.comfy*4/3, limits.most*4/3, limits.sentences*4/3+1, true
		limits.whole = max(limits.whole, limits.most)
	}
}

// piece is a part of the text: a sentence, or what a long one was divided into.
type piece struct {
	text   string
	weight int
	lines  []int // offsets in text at which the original had line ends
	// last: a sentence ends here. stands: so does a paragraph. alone: it ends one and has no mark at
	// its end, like a heading, and would run into the next sentence.
	last, stands, alone bool
}

func cut(cleaned, language string) (pieces []piece) {
	text, paragraphs, lines := prose.Flatten(cleaned, language)
	at := slices.Concat(prose.Ends(text, language), paragraphs, []int{len(text)})
	slices.Sort(at)
	start := 0
	for _, end := range slices.Compact(at) {
		if end == 0 {
			break // nothing is left of the text
		}
		p := piece{text: text[start:end], last: true}
		p.weight = weigh(p.text)
		_, p.stands = slices.BinarySearch(paragraphs, end)
		p.alone = p.stands && !prose.Ended(p.text, language)
		for ; len(lines) > 0 && lines[0] < end; lines = lines[1:] {
			if lines[0] > start {
				p.lines = append(p.lines, lines[0]-start)
			}
		}
		pieces = append(pieces, p)
		start = end
	}
	return pieces
}

// size holds the limits for passages, in half words. loose: paragraphs may be put together.
type size struct {
	enough, comfy, most, whole, sentences int
	loose                                 bool
}

// shorten divides the pieces that are longer than a passage may be.
func (s size) shorten(pieces []piece) []piece {
	var short []piece
	for _, p := range pieces {
		short = s.halve(short, p)
	}
	return short
}

func (s size) halve(to []piece, p piece) []piece {
	if p.weight <= s.most {
		return append(to, p)
	}
	at, clause := middle(p)
	if at <= 0 || at >= len(p.text) || !clause && p.weight <= s.whole {
		return append(to, p)
	}
	left := piece{text: p.text[:at]}
	right := piece{text: p.text[at:], last: p.last, stands: p.stands, alone: p.alone}
	left.weight, right.weight = weigh(left.text), weigh(right.text)
	for _, l := range p.lines {
		if l < at {
			left.lines = append(left.lines, l)
		} else if l > at {
			right.lines = append(right.lines, l-at)
		}
	}
	return s.halve(s.halve(to, left), right)
}

// middle finds the best place near the middle of a piece to divide it: at a clause mark or line
// end, which it tells, or else between words, or else between characters. It is 0 when there is none.
func middle(p piece) (at int, rests bool) {
	var w prose.Tally
	before := rune(0)
	clause, word, character := nearest{}, nearest{}, nearest{}
	for offset, r := range p.text {
		if offset > 0 && before == ' ' && r != ' ' {
			if prose.ClauseMark(prose.Last(p.text[:offset])) {
				clause.offer(offset, w.Halves, p.weight)
			}
			word.offer(offset, w.Halves, p.weight)
		} else if offset > 0 && prose.Ideographic(before) && prose.ClauseMark(before) {
			clause.offer(offset, w.Halves, p.weight)
		}
		if _, found := slices.BinarySearch(p.lines, offset); found {
			clause.offer(offset, w.Halves, p.weight)
		}
		w.Add(r)
		before = r
	}
	for i, choice := range []nearest{clause, word} {
		// A clause of a few words at the border is no good place: 1:3 is as uneven as it may get.
		if choice.at > 0 && choice.distance <= p.weight/4 {
			return choice.at, i == 0
		}
	}
	w = prose.Tally{}
	for g := graphemes.FromString(p.text); g.Next(); {
		first, _ := utf8.DecodeRuneInString(g.Value())
		if g.Start() > 0 && !prose.Clings(first) {
			character.offer(g.Start(), w.Halves, p.weight)
		}
		for _, r := range g.Value() {
			w.Add(r)
		}
	}
	for _, choice := range []nearest{word, character} {
		if choice.at > 0 && choice.distance < p.weight/2 {
			return choice.at, false
		}
	}
	return max(word.at, character.at), false
}

// nearest keeps the offset that divides a weight most evenly.
type nearest struct{ at, distance int }

func (n *nearest) offer(at, weight, total int) {
	distance := weight - total/2
	if distance < 0 {
		distance = -distance
	}
	if n.at == 0 || distance < n.distance {
		*n = nearest{at, distance}
	}
}

// gather puts pieces together to passages.
func (s size) gather(pieces []piece) []string {
	var groups []group
	for _, p := range pieces {
		if n := len(groups); n > 0 && s.joins(groups[n-1], p) {
			groups[n-1].add(p)
			continue
		}
		groups = append(groups, group{})
		groups[len(groups)-1].add(p)
	}
	// A short remainder at the end belongs to what it ends.
	if n := len(groups); n > 1 && groups[n-1].weight < s.enough && !groups[n-2].alone &&
		groups[n-2].weight+groups[n-1].weight <= s.most {
		groups[n-2].text += groups[n-1].text
		groups = groups[:n-1]
	}
	passages := make([]string, len(groups))
	for i, g := range groups {
		passages[i] = g.text
	}
	return passages
}

type group struct {
	text              string
	weight, sentences int
	last              bool
	stands, alone     bool
}

func (g *group) add(p piece) {
	g.text += p.text
	g.weight += p.weight
	g.last, g.stands, g.alone = p.last, p.stands, p.alone
	if p.last {
		g.sentences++
	}
}

func (s size) joins(g group, p piece) bool {
	if !prose.Speakable(g.text) || !prose.Speakable(p.text) {
		return true // a passage of marks alone would have nothing to say
	}
	together := g.weight + p.weight
	switch {
	case together > s.most, g.sentences >= s.sentences:
		return false
	case s.loose:
		return together <= s.comfy
	case g.alone:
		return false
	case g.weight < s.enough:
		return true
	}
	// What a long sentence was divided into stays divided, or the dividing was for nothing.
	return g.last && !g.stands && together <= s.comfy
}

func trim(passages []string, separator string) []string {
	if separator == "" {
		return passages
	}
	for i, p := range passages {
		passages[i] = strings.TrimSuffix(p, separator)
	}
	return passages
}

// First is the first sentence of a cleaned text, or its heading, on one line.
func First(cleaned, language string) string {
	paragraph, _, _ := strings.Cut(cleaned, "\n\n")
	text := prose.Flat(paragraph, language)
	if ends := prose.Ends(text, language); len(ends) > 0 {
		text = text[:ends[0]]
	}
	return strings.TrimSpace(text)
}

func weigh(text string) int { return int(prose.Words(text) * perWord) }
