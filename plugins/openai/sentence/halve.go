package sentence

import (
	"math"
	"unicode"

	"github.com/filmloom/filmloom/providers/film/prose"
)

// mostWords is how long a sentence may be: about eleven seconds over one picture. A longer one is
// divided where a voice would draw breath.
const mostWords = 28

// words is how long a text takes to say, in words.
func words(text string) int { return int(math.Ceil(prose.Words(text))) }

// halves divides a sentence in the middle until its parts are short enough, as far as it can be divided
// so that the parts, joined, are the sentence.
func halves(text, language string) []string {
	if words(text) <= mostWords {
		return []string{text}
	}
	at := middle(text, prose.Separator(language) == "")
	if at == 0 {
		return []string{text}
	}
	return append(halves(text[:at], language), halves(text[at:], language)...)
}

// middle finds the best place near the middle: after a clause mark, or else between words, or else
// between characters where words are written together. It is 0 when there is none.
func middle(text string, together bool) int {
	half := len(text) / 2
	best := [3]int{} // clause, word, character
	offer := func(rank, at int) {
		if best[rank] == 0 || abs(at-half) < abs(best[rank]-half) {
			best[rank] = at
		}
	}
	before := rune(0)
	for at, r := range text {
		switch {
		case at == 0:
		case before == ' ' && r != ' ':
			if prose.ClauseMark(prose.Last(text[:at])) {
				offer(0, at)
			}
			offer(1, at)
		case together && prose.Ideographic(before) && r != ' ' && !prose.Clings(r) && !unicode.IsMark(r):
			if prose.ClauseMark(before) {
				offer(0, at)
			} else if prose.Ideographic(r) && unicode.IsLetter(before) && unicode.Is(unicode.Han, r) {
				offer(2, at)
			}
		}
		before = r
	}
	for rank, at := range best {
		// A clause of a few words at the border is no good place: 1:3 is as uneven as it may get.
		if at > 0 && (rank > 0 || abs(at-half) <= len(text)/4) && prose.Speakable(text[:at]) && prose.Speakable(text[at:]) {
			return at
		}
	}
	return 0
}

func abs(n int) int { return max(n, -n) }
