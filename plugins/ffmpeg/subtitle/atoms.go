package subtitle

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// An atom is a piece of text that stays on one line: a word of a language with spaces, or a word or
// character of Chinese and Japanese. It is what gets highlighted.
type atom struct {
	text        string
	drawn       string // what fonts can draw of it
	spaceBefore bool
	from, to    int // bytes in the text
	start, end  float64
	width       float64 // of drawn, in ems
	runes       int
}

// The prohibitions of Chinese and Japanese line breaking.
const (
	neverFirst = "、。，．,.!?:;！？：；）」』】〕〉》”’…ー～・々ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ％%)]｝}〜－"
	neverLast  = "（「『【〔〈《“‘([｛{"
)

// ideographic tells whether lines may break beside a character without a space.
func ideographic(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) ||
		r >= 0x3000 && r <= 0x303f || r >= 0xff00 && r <= 0xffef || r == 'ー'
}

// split cuts plain text into atoms. Words are the byte ranges of words that somebody timed; those of
// Chinese and Japanese stay in one piece when they are not long. With phrases, Japanese characters
// whose words nobody knows stay together as [continues] says.
func split(text string, words []timedWord, phrases bool) []atom {
	inWord := map[int]int{} // where a character begins, to the end of its short ideographic word
	for _, w := range words {
		if n := utf8.RuneCountInString(text[w.from:w.to]); n > 1 && n <= 8 {
			for i := w.from; i < w.to; i++ {
				inWord[i] = w.to
			}
		}
	}
	var atoms []atom
	from, space := 0, false
	flush := func(to int) {
		if to > from {
			atoms = append(atoms, atom{text: text[from:to], spaceBefore: space && len(atoms) > 0, from: from, to: to})
			space = false
		}
		from = to
	}
	prev := rune(0)
	for i, r := range text {
		size := utf8.RuneLen(r)
		if r == ' ' {
			flush(i)
			from, space, prev = i+size, true, 0
			continue
		}
		if i > from && mayBreak(prev, r) && inWord[i-1] <= i {
			known := inWord[i-1] == i || inWord[i] > i
			if !phrases || known || !continues(prev, r, utf8.RuneCountInString(text[from:i])) {
				flush(i)
			}
		}
		prev = r
	}
	flush(len(text))
	return atoms
}

// mayBreak tells whether a line may end between two neighbours that no space separates.
func mayBreak(a, b rune) bool {
	if strings.ContainsRune(neverFirst, b) || strings.ContainsRune(neverLast, a) || unicode.Is(unicode.M, b) || invisible(a) || invisible(b) {
		return false
	}
	return ideographic(a) || ideographic(b) || a == '—' || a == '–' && unicode.IsLetter(b)
}

// longPhrase is how many characters a Japanese phrase has at most, if nothing else ends it.
const longPhrase = 9

// continues tells whether b probably belongs to the phrase that a ends, which has so many characters: a
// Japanese phrase is a noun or stem in kanji or katakana with the hiragana that follow.
func continues(a, b rune, length int) bool {
	if length >= longPhrase || strings.ContainsRune(neverFirst, a) && a != 'ー' && !unicode.In(a, unicode.Hiragana, unicode.Katakana) {
		return false
	}
	return unicode.Is(unicode.Hiragana, b) || !unicode.Is(unicode.Hiragana, a)
}

// fit cuts atoms that are wider than a line allows.
func fit(atoms []atom, m *ruler, width float64, runes int) []atom {
	var out []atom
	for _, a := range atoms {
		for a.runes > runes || a.width > width {
			if len(a.drawn) != len(a.text) {
				a.text = a.drawn // a cut must be at the same byte of both
				measure(&a, m)
			}
			cut := cutBefore(a.drawn, m, width, runes)
			if cut <= 0 || cut >= len(a.drawn) {
				break
			}
			head := a
			head.text, head.drawn, head.to = a.text[:cut], a.drawn[:cut], a.from+cut
			measure(&head, m)
			out = append(out, head)
			a.text, a.drawn, a.from, a.spaceBefore = a.text[cut:], a.drawn[cut:], head.to, false
			measure(&a, m)
		}
		out = append(out, a)
	}
	return out
}

func measure(a *atom, m *ruler) {
	a.width, a.runes = m.width(a.drawn), utf8.RuneCountInString(a.text)
}

// cutBefore finds how many bytes fit on a line, never between a letter and its marks.
func cutBefore(text string, m *ruler, width float64, runes int) int {
	sum, n, cut := 0.0, 0, 0
	for i, r := range text {
		if !unicode.Is(unicode.M, r) && !invisible(r) {
			cut = i
		}
		sum += m.width(string(r))
		if n++; sum > width || n > runes {
			return cut
		}
	}
	return len(text)
}
