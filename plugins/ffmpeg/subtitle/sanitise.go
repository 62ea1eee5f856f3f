package subtitle

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// plain makes text of one line out of any text: valid UTF-8, no control characters, no marks that
// change the direction of what follows, runs of white space as one space. What remains are words.
func plain(text string) string {
	var b strings.Builder
	space := false
	for _, r := range text {
		switch {
		case unicode.IsSpace(r):
			space = true
			continue
		case r == utf8.RuneError, unicode.IsControl(r), directional(r), r == '\ufeff', r == '\u200b', r == '\u00ad',
			unicode.Is(unicode.Co, r), r >= 0xe0000 && r <= 0xe007f:
			continue
		}
		if space && b.Len() > 0 {
			b.WriteByte(' ')
		}
		space = false
		b.WriteRune(r)
	}
	return b.String()
}

func directional(r rune) bool {
	return r == '\u200e' || r == '\u200f' || r == '\u061c' || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}

// forASS makes text that is nothing but text in an ASS event: its control language lives in braces
// and behind backslashes, and an event is a line.
func forASS(text string) string {
	return strings.NewReplacer("{", "(", "}", ")", "\\", "/").Replace(plain(text))
}

// drawable drops what no font can draw and adds it to missing.
func drawable(text string, face *typeface, missing map[rune]bool) string {
	return strings.Map(func(r rune) rune {
		if invisible(r) || covering(r, face) != nil {
			return r
		}
		missing[r] = true
		return -1
	}, text)
}
