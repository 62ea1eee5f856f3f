package web

import "unicode"

// Blank tells whether a text has nothing to see: spaces, control characters and what is invisible are none.
func Blank(text string) bool {
	for _, r := range text {
		if unicode.IsGraphic(r) && !unicode.IsSpace(r) && r != unicode.ReplacementChar {
			return false
		}
	}
	return true
}
