package passage

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean makes a user's text fit to be spoken and printed: characters that cannot be seen or said are
// taken out (controls, byte-order marks, direction overrides, broken UTF-8), white space becomes
// single spaces, and the marks of Markdown headings are dropped. Line breaks stay, one for the end
// of a line and two for the end of a paragraph, because they tell where a thought ends. The result
// is empty when nothing of the text is left.
func Clean(raw string) string {
	var paragraphs []string
	var lines []string
	endParagraph := func() {
		if len(lines) > 0 {
			paragraphs = append(paragraphs, strings.Join(lines, "\n"))
			lines = nil
		}
	}
	for _, line := range Lines(raw) {
		if line == "" {
			endParagraph()
			continue
		}
		if title, ok := Heading(line); ok {
			// A heading is a paragraph of its own, whatever stands around it.
			endParagraph()
			lines = append(lines, title)
			endParagraph()
			continue
		}
		lines = append(lines, line)
	}
	endParagraph()
	return strings.Join(paragraphs, "\n\n")
}

// Lines gives the lines of a user's text, each cleaned as by [Clean]; "" stands for an empty one.
func Lines(raw string) []string {
	raw = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n\n", "\v", "\n", "\f", "\n\n", "\u0085", "\n").Replace(raw)
	lines := strings.Split(raw, "\n")
	for i, line := range lines {
		lines[i] = cleanLine(line)
	}
	return lines
}

// Heading gives what stands in a line that is a Markdown heading.
func Heading(line string) (string, bool) {
	title := strings.TrimLeft(line, "#")
	if title == line || !strings.HasPrefix(title, " ") {
		return "", false
	}
	return strings.TrimSpace(title), true
}

func cleanLine(line string) string {
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
	return strings.Join(strings.Fields(visible), " ")
}

const (
	zeroWidthNonJoiner = '\u200c'
	zeroWidthJoiner    = '\u200d'
)

// Separator is what stands between two passages of a language when they are joined: nothing in
// Chinese and Japanese, which are written without spaces, and a space elsewhere.
func Separator(language string) string {
	if language == "chinese" || language == "japanese" {
		return ""
	}
	return " "
}

// Speakable tells whether a text has a letter or a digit, so that a voice has something to say.
func Speakable(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}
