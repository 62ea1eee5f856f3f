package prose

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Separator is what stands between two passages of a language when they are joined: nothing in Chinese and
// Japanese, which are written without spaces, and a space elsewhere.
func Separator(language string) string {
	if language == "chinese" || language == "japanese" {
		return ""
	}
	return " "
}

// Join joins passages.
func Join(passages []string, language string) string {
	return strings.Join(passages, Separator(language))
}

// Gap is the space that a passage must end in so that it can be joined to the next one: a space between two
// words of Latin script in Chinese and Japanese, and nothing otherwise, since [Separator] follows.
func Gap(passage, next, language string) string {
	last, _ := utf8.DecodeLastRuneInString(passage)
	if Separator(language) == " " || last == ' ' {
		return ""
	}
	return between(last, next, language)
}

// between is what stands between a text that ends in a character and one that follows it.
func between(last rune, next, language string) string {
	first, _ := utf8.DecodeRuneInString(next)
	if Separator(language) == " " || spaced(last) && spaced(first) {
		return " "
	}
	return ""
}

// spaced tells whether a character belongs to a script that is written with spaces. All characters of the
// others, and the typographic marks they use, stand from U+2000 on.
func spaced(r rune) bool { return r < 0x2000 }

// Ideographic tells whether a character belongs to a script that is written without spaces, or is punctuation
// of its width.
func Ideographic(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) ||
		r >= 0x3000 && r <= 0x30ff || r >= 0xff00 && r <= 0xffef // with the mark of long vowels, of no script in Unicode
}

// Flat is a cleaned text on one line. Line ends become spaces; in Chinese and Japanese they vanish beside
// characters of the script.
func Flat(cleaned, language string) string {
	text, _, _ := Flatten(cleaned, language)
	return text
}

// Flatten gives a cleaned text as [Flat] does, and the offsets in it, in bytes and in order, at which a new
// paragraph or another line began; 0 is not among them.
func Flatten(cleaned, language string) (text string, paragraphs, lines []int) {
	var b strings.Builder
	last := rune(0)
	for paragraph := range strings.SplitSeq(cleaned, "\n\n") {
		for i, line := range strings.Split(paragraph, "\n") {
			if line == "" {
				continue
			}
			if b.Len() > 0 {
				b.WriteString(between(last, line, language))
				if i == 0 {
					paragraphs = append(paragraphs, b.Len())
				} else {
					lines = append(lines, b.Len())
				}
			}
			b.WriteString(line)
			last, _ = utf8.DecodeLastRuneInString(line)
		}
	}
	return b.String(), paragraphs, lines
}
