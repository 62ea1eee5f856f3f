package localtts

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A word is one printed word of the text, punctuation that clings to it included.
type word struct {
	text string
	// paragraph: an empty line follows.
	paragraph bool
	// said is the reading in kana, in Japanese only.
	said string
}

// splitWords gives the words of a text that is written with spaces: exactly [strings.Fields].
func splitWords(text string) []word {
	var words []word
	for len(text) > 0 {
		start := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsSpace(r) })
		if start < 0 {
			start = len(text)
		}
		if len(words) > 0 && strings.Count(text[:start], "\n") > 1 {
			words[len(words)-1].paragraph = true
		}
		text = text[start:]
		end := strings.IndexFunc(text, unicode.IsSpace)
		if end < 0 {
			end = len(text)
		}
		if end > 0 {
			words = append(words, word{text: text[:end]})
		}
		text = text[end:]
	}
	return words
}

// A sentence is a run of words that is spoken in one breath of an engine.
type sentence struct {
	first int // index of its first word
	words []word
	pause float64 // seconds of silence after it, at pace 1
}

// Sentences longer than breath characters are divided where a comma or the like allows, and at
// longBreath anywhere: a call must be able to stop between them.
const (
	breath     = 220
	longBreath = 400
)

// The pauses after what ends a sentence, in seconds.
const (
	pauseParagraph = 0.70
	pauseSentence  = 0.38
	pauseTrailing  = 0.50 // an ellipsis
	pauseClause    = 0.20
	pauseNone      = 0.03
)

// splitSentences divides the words at the ends of sentences. The function tells whether a word with a
// full stop is an abbreviation, which ends none.
func splitSentences(words []word, abbreviation func(string) bool) []sentence {
	var sentences []sentence
	first, length := 0, 0
	held := 0.0 // the pause of an end that waits for a closing quote which stands alone
	for i, w := range words {
		length += utf8.RuneCountInString(w.text) + 1
		pause := pauseAfter(w.text)
		ends := false
		switch {
		case i == len(words)-1:
			ends = true
		case w.paragraph:
			ends, pause = true, pauseParagraph
		case held > 0:
			ends, pause = true, held
		case pause >= pauseSentence:
			ends = !continues(words[i+1].text) && !abbreviation(w.text)
		case pause == pauseClause:
			ends = length > breath
		}
		held = 0
		if ends && i < len(words)-1 && !w.paragraph && closes(words[i+1].text) {
			ends, held = false, pause
		}
		if !ends && length > longBreath {
			ends, pause = true, max(held, pauseNone)
		}
		if ends {
			sentences = append(sentences, sentence{first: first, words: words[first : i+1], pause: pause})
			first, length = i+1, 0
		}
	}
	return sentences
}

const closers = `"'”’»«›)]}」』）】》`

// closes tells whether a word is closing punctuation alone: French writes « mot » with spaces.
func closes(text string) bool {
	return strings.TrimRight(text, closers+".!?…") == "" && !strings.HasPrefix(text, "«")
}

// pauseAfter tells how long a reader rests after a word, by the punctuation that ends it.
func pauseAfter(text string) float64 {
	text = strings.TrimRight(text, closers)
	switch {
	case strings.HasSuffix(text, "...") || strings.HasSuffix(text, "…"):
		return pauseTrailing
	case strings.ContainsRune(".!?。！？।॥", lastRune(text)):
		return pauseSentence
	case strings.ContainsRune(",;:—–，、；：·", lastRune(text)):
		return pauseClause
	}
	return pauseNone
}

// continues tells whether a word goes on with the sentence before it: it begins in lower case.
func continues(text string) bool {
	for _, r := range text {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return unicode.IsLower(r)
		}
	}
	return false
}

func lastRune(s string) rune {
	r, _ := utf8.DecodeLastRuneInString(s)
	return r
}
