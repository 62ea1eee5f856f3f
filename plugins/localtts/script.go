package localtts

import (
	"strings"
	"unicode"
)

// A script is what an engine is given to say, with the printed word behind each of its characters.
// Engines tell times by position in what they were given, which differs from what is printed: numbers
// are spelled out, quotes are straightened. The owners lead back.
type script struct {
	runes  []rune
	owner  []int // index of the printed word; noOwner for what lies between words
	unread []int // printed words with letters that the engine cannot read, in order
}

const noOwner = -1

// longestRun is how many characters without a space an engine is given. Both engines keep words in
// buffers of fixed size, and no language here has longer words.
const longestRun = 48

// add appends what is said for the printed word with the index; separate words within s by spaces.
func (s *script) add(word int, said string) {
	run := 0
	for _, r := range said {
		if unicode.IsSpace(r) {
			run = 0
		} else if run++; run > longestRun && !unicode.IsMark(r) {
			s.runes, s.owner = append(s.runes, ' '), append(s.owner, word)
			run = 1
		}
		s.runes, s.owner = append(s.runes, r), append(s.owner, word)
	}
}

// legible takes away the letters that an engine cannot read, with the marks on them, and notes the word.
// espeak-ng would tell what kind of letter each is, in English and at length.
func (s *script) legible(word int, said string, reads func(rune) bool) string {
	dropped := false
	return strings.Map(func(r rune) rune {
		switch {
		case dropped && unicode.IsMark(r):
			return -1
		case !unicode.IsLetter(r) || reads(r):
			dropped = false
			return r
		}
		if n := len(s.unread); n == 0 || s.unread[n-1] != word {
			s.unread = append(s.unread, word)
		}
		dropped = true
		return ' '
	}, said)
}

// gap appends characters that belong to no printed word.
func (s *script) gap(between string) {
	for _, r := range between {
		s.runes, s.owner = append(s.runes, r), append(s.owner, noOwner)
	}
}

// split divides a script at spaces into parts of at most so many characters: an engine can't be stopped
// within one, and flite takes the square of its length. Without a space it is cut anywhere.
func (s *script) split(most int) (parts []script) {
	rest := *s
	for len(rest.runes) > most {
		at := most
		for at > 0 && !unicode.IsSpace(rest.runes[at]) {
			at--
		}
		if at == 0 {
			at = most
		}
		parts = append(parts, script{runes: rest.runes[:at], owner: rest.owner[:at]})
		rest.runes, rest.owner = rest.runes[at:], rest.owner[at:]
	}
	return append(parts, rest)
}

func (s *script) String() string { return string(s.runes) }

// weights tells for each of n printed words how many sounding characters stand for it: 0 means that
// the word is silent.
func (s *script) weights(n int) []int {
	w := make([]int, n)
	for i, r := range s.runes {
		if o := s.owner[i]; o >= 0 && o < n && sounds(r) {
			w[o]++
		}
	}
	return w
}

// ownerAt gives the printed word of the first sounding character at or after the position, or noOwner.
// Engines point at spaces and punctuation too: espeak-ng counts one too few after "z. B.".
func (s *script) ownerAt(position int) int {
	for i := max(position, 0); i < len(s.owner); i++ {
		if s.owner[i] != noOwner && sounds(s.runes[i]) {
			return s.owner[i]
		}
	}
	return noOwner
}

// sounds tells whether a character stands for a sound, as punctuation does not.
func sounds(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) || unicode.Is(unicode.Sc, r) ||
		strings.ContainsRune("%&@§°+=±×÷", r)
}
