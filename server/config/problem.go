package config

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/agext/levenshtein"
)

// An InvalidError says everything that is wrong with the settings that were given.
type InvalidError struct {
	// Problems are sentences: what, where, and how to mend it. None shows a value.
	Problems []string
}

func (e *InvalidError) Error() string {
	if len(e.Problems) == 1 {
		return "the configuration is not valid: " + e.Problems[0]
	}
	return fmt.Sprintf("the configuration has %d problems:\n  %s", len(e.Problems), strings.Join(e.Problems, "\n  "))
}

// ended ends a sentence. Names of files and what a parser says of broken ones may have anything in them:
// it is one line of UTF-8.
func ended(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
	if strings.HasSuffix(text, "?") || strings.HasSuffix(text, ".") {
		return text
	}
	return text + "."
}

// nearest is the name that was probably meant, or "".
func nearest(given string, names []string) string {
	best, least := "", len(given)/3+2
	for _, n := range names {
		if len(given) > 2 && (strings.HasPrefix(n, given) || strings.HasPrefix(given, n)) {
			return n
		}
		d := levenshtein.Distance(strings.ToLower(given), strings.ToLower(n), nil)
		if d < least && d <= max(len(n)/3, 1)+1 {
			best, least = n, d
		}
	}
	return best
}
