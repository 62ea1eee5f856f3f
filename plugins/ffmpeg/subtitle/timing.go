package subtitle

import (
	"sort"
	"strings"
	"unicode"
)

// A Word says when a word of the text is spoken, in seconds from the beginning of the speech.
type Word struct {
	Text       string
	Start, End float64
}

// A timedWord is a word that was found in the text.
type timedWord struct {
	from, to   int // bytes
	start, end float64
}

// locate finds the words in the text, in their order. Words that do not occur are passed over, and
// times that run backwards or beyond the speech are held.
func locate(text string, words []Word, seconds float64) []timedWord {
	var found []timedWord
	at, clock := 0, 0.0
	for _, w := range words {
		wanted := plain(w.Text)
		if wanted == "" {
			continue
		}
		i := strings.Index(text[at:], wanted)
		if i < 0 {
			continue
		}
		start := min(max(w.Start, clock), seconds)
		end := min(max(w.End, start), seconds)
		found = append(found, timedWord{at + i, at + i + len(wanted), start, end})
		at, clock = at+i+len(wanted), end
	}
	return found
}

// shareOut times words by their length where nobody knows better: letters take equal times,
// ideographs about twice as much, and punctuation stands for a pause.
func shareOut(text string, seconds float64, phrases bool) []timedWord {
	var words []timedWord
	total := 0.0
	for _, a := range split(text, nil, phrases) {
		from := total
		pause := 0.0
		for _, r := range a.text {
			switch {
			case strings.ContainsRune(".!?…。！？।", r):
				pause = 5
			case strings.ContainsRune(",;:—–、，；：", r):
				pause = max(pause, 2.5)
			case ideographic(r):
				total += 2.2
			case unicode.IsLetter(r):
				total++
			case unicode.IsDigit(r):
				total += 2.5
			}
		}
		if a.spaceBefore {
			from += 0.6
			total += 0.6
		}
		words = append(words, timedWord{a.from, a.to, from, max(total, from)})
		total += pause
	}
	if n := len(words); n > 0 {
		total = words[n-1].end
	}
	scale := 0.0
	if total > 0 {
		scale = seconds / total
	}
	for i := range words {
		words[i].start *= scale
		words[i].end = min(words[i].end*scale, seconds)
	}
	return words
}

// setTimes gives each atom its time: that of its words, in proportion where an atom is part of one.
func setTimes(atoms []atom, words []timedWord) {
	if len(words) == 0 {
		return
	}
	for i := range atoms {
		a := &atoms[i]
		a.start = timeAt(words, a.from, false)
		a.end = max(timeAt(words, a.to, true), a.start)
	}
}

// timeAt is when the speech reaches a byte of the text. At the border of two words with a pause
// between them, the end of the first counts for an end and the start of the second otherwise.
func timeAt(words []timedWord, at int, end bool) float64 {
	next := sort.Search(len(words), func(i int) bool {
		if end {
			return words[i].to >= at
		}
		return words[i].to > at
	})
	if next == len(words) {
		return words[len(words)-1].end
	}
	w := words[next]
	if at <= w.from {
		if end && next > 0 {
			return words[next-1].end
		}
		return w.start
	}
	return w.start + (w.end-w.start)*float64(at-w.from)/float64(w.to-w.from)
}
