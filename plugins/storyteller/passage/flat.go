package passage

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Flat is a cleaned text on one line: what the passages, joined, give. Line ends become spaces; in
// Chinese and Japanese they vanish beside characters of the script.
func Flat(cleaned, language string) string { return flatten(cleaned, language).text }

// flat is a text on one line, with the places where the original had line and paragraph ends.
// A place is the offset of the byte after it.
type flat struct {
	text       string
	paragraphs map[int]bool
	lines      map[int]bool
}

func flatten(cleaned, language string) flat {
	f := flat{paragraphs: map[int]bool{}, lines: map[int]bool{}}
	var b strings.Builder
	last := rune(0)
	for _, paragraph := range strings.Split(cleaned, "\n\n") {
		for i, line := range strings.Split(paragraph, "\n") {
			if line == "" {
				continue
			}
			if b.Len() > 0 {
				b.WriteString(between(last, line, language))
				if i == 0 {
					f.paragraphs[b.Len()] = true
				} else {
					f.lines[b.Len()] = true
				}
			}
			b.WriteString(line)
			last, _ = utf8.DecodeLastRuneInString(line)
		}
	}
	f.text = b.String()
	return f
}

// between is what stands between a text that ends in a character and one that follows it.
func between(last rune, next, language string) string {
	first, _ := utf8.DecodeRuneInString(next)
	if Separator(language) == " " || spaced(last) && spaced(first) {
		return " "
	}
	return ""
}

// Gap is the space that a passage must end in so that it can be joined to another one: a space between
// two words of Latin script in Chinese and Japanese, and nothing otherwise, since [Separator] follows.
func Gap(passage, next, language string) string {
	last, _ := utf8.DecodeLastRuneInString(passage)
	if Separator(language) == " " || last == ' ' {
		return ""
	}
	return between(last, next, language)
}

// spaced tells whether a character belongs to a script that is written with spaces. All characters of
// the others, and the typographic marks they use, stand from U+2000 on.
func spaced(r rune) bool { return r < 0x2000 }

// ideographic tells whether a character belongs to a script that is written without spaces, or is
// punctuation of its width.
func ideographic(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) ||
		r >= 0x3000 && r <= 0x303f || r >= 0xff00 && r <= 0xffef
}

const (
	perWord    = 2  // weight of a word; a character of Chinese or Japanese counts half a word
	longestRun = 16 // letters after which a run without spaces counts as one more word
)

// weigher sums up how long a text takes to say, in half words.
type weigher struct {
	run    int // letters since the last space
	weight int
}

func (w *weigher) add(r rune) {
	switch {
	case r == ' ':
		w.run = 0
	case ideographic(r):
		w.run = 0
		w.weight++
	default:
		if w.run%longestRun == 0 {
			w.weight += perWord
		}
		w.run++
	}
}

// Words tells how long a text takes to say, in words; a character of Chinese or Japanese is half of one.
func Words(text string) float64 { return float64(weigh(text)) / perWord }

func weigh(text string) int {
	var w weigher
	for _, r := range text {
		w.add(r)
	}
	return w.weight
}
