package prose

import "unicode"

const longestRun = 16 // characters after which a run without spaces counts as one more word

// Words tells how long a text takes to say, in words. A character of Chinese or Japanese is half of one, and
// so are the marks of their width, at which a voice rests; a run without spaces that is too long for a word is
// several; a mark that stands alone is none.
func Words(text string) float64 {
	var t Tally
	for _, r := range text {
		t.Add(r)
	}
	return float64(t.Halves) / 2
}

// A Tally sums up the length of a text, character by character, as [Words] does.
type Tally struct {
	// Halves is the length so far, in half words.
	Halves int
	run    int // characters since the last space
}

// Add takes the next character in.
func (t *Tally) Add(r rune) {
	switch {
	case unicode.IsSpace(r):
		t.run = 0
	case Ideographic(r):
		t.run = 0
		t.Halves++
	case t.run > 0 || sounds(r):
		if t.run%longestRun == 0 {
			t.Halves += 2
		}
		t.run++
	}
}
