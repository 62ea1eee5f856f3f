package sentence

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

// Clean takes out what can neither be seen nor said (controls, byte-order marks, direction overrides,
// broken UTF-8) and makes white space single spaces. Line breaks stay: one for the end of a line, two
// for the end of a paragraph. The result is empty when nothing of the text is left.
func Clean(raw string) string {
	var b strings.Builder
	empty := true // so far, since the last line
	for line := range strings.SplitSeq(lineEnds.Replace(raw), "\n") {
		line = cleanLine(line)
		if line == "" {
			empty = true
			continue
		}
		switch {
		case b.Len() == 0:
		case empty:
			b.WriteString("\n\n")
		default:
			b.WriteByte('\n')
		}
		b.WriteString(line)
		empty = false
	}
	return b.String()
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
	visible = strings.Join(strings.Fields(visible), " ")
	if title := strings.TrimLeft(visible, "#"); title != visible && strings.HasPrefix(title, " ") {
		return strings.TrimSpace(title) // a heading in Markdown
	}
	return visible
}

// Flat is a cleaned text on one line. In Chinese and Japanese line ends vanish beside characters of the
// script.
func Flat(cleaned, language string) string {
	var b strings.Builder
	last := rune(0)
	for line := range strings.SplitSeq(cleaned, "\n") {
		if line == "" {
			continue
		}
		first, _ := utf8.DecodeRuneInString(line)
		if b.Len() > 0 && (Separator(language) == " " || spaced(last) && spaced(first)) {
			b.WriteByte(' ')
		}
		b.WriteString(line)
		last, _ = utf8.DecodeLastRuneInString(line)
	}
	return b.String()
}

// Separator is what stands between two passages of a language: nothing in Chinese and Japanese, which
// are written without spaces, and a space elsewhere.
func Separator(language string) string {
	if language == "chinese" || language == "japanese" {
		return ""
	}
	return " "
}

// Join joins passages.
func Join(parts []string, language string) string { return strings.Join(parts, Separator(language)) }

// Speakable tells whether a text has a letter or a digit, so that a voice has something to say.
func Speakable(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}

// spaced tells whether a character belongs to a script that is written with spaces. All characters of
// the others, and the typographic marks they use, stand from U+2000 on.
func spaced(r rune) bool { return r < 0x2000 }

// ideographic tells whether a character belongs to a script that is written without spaces, or is
// punctuation of its width.
func ideographic(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) ||
		r >= 0x3000 && r <= 0x303f || r >= 0xff00 && r <= 0xffef
}

// Words tells how long a text takes to say, in words; a character of Chinese or Japanese is half a word.
func Words(text string) int {
	halves, in := 0, false
	for _, r := range text {
		switch {
		case ideographic(r):
			if unicode.IsLetter(r) {
				halves++
			}
			in = false
		case unicode.IsSpace(r):
			in = false
		case !in && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			halves += 2
			in = true
		}
	}
	return (halves + 1) / 2
}
