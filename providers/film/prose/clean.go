package prose

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	zeroWidthNonJoiner = '\u200c'
	zeroWidthJoiner    = '\u200d'
)

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n\n", "\v", "\n", "\f", "\n\n", "\u0085", "\n")

// Clean makes a user's text fit to be spoken and printed: characters that cannot be seen or said are taken
// out (controls, byte-order marks, direction overrides, broken UTF-8), white space becomes single spaces, and
// the marks of Markdown headings are dropped. Line breaks stay, one for the end of a line and two for the end
// of a paragraph, because they tell where a thought ends; a heading is a paragraph of its own, whatever stands
// around it. The result is empty when nothing of the text is left.
func Clean(raw string) string {
	var b strings.Builder
	apart := false // whether a paragraph ends before this line
	for _, line := range Lines(raw) {
		title, heading := Heading(line)
		if heading {
			line = title
		}
		apart = apart || heading || line == ""
		if line == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('\n')
			if apart {
				b.WriteByte('\n')
			}
		}
		b.WriteString(line)
		apart = heading
	}
	return b.String()
}

// Lines gives the lines of a user's text, each cleaned as by [Clean], but with the marks of headings; ""
// stands for an empty one.
func Lines(raw string) []string {
	lines := strings.Split(lineEnds.Replace(raw), "\n")
	for i, line := range lines {
		visible := strings.Map(func(r rune) rune {
			switch {
			case unicode.IsSpace(r):
				return ' '
			case r == zeroWidthJoiner || r == zeroWidthNonJoiner:
				return r // Hindi and emoji are written with them
			case r == utf8.RuneError, unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs):
				return -1
			}
			return r
		}, line)
		lines[i] = strings.Join(strings.Fields(visible), " ")
	}
	return lines
}

// Heading gives what stands in a cleaned line that is a Markdown heading.
func Heading(line string) (title string, ok bool) {
	title = line
	for {
		rest := strings.TrimLeft(title, "#")
		if rest == title || !strings.HasPrefix(rest, " ") {
			return title, title != line
		}
		title = strings.TrimSpace(rest) // and again: what "# # One" says is no heading either
	}
}

// Speakable tells whether a text has a letter or a digit, so that a voice has something to say.
func Speakable(text string) bool { return strings.ContainsFunc(text, sounds) }

func sounds(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
