package openai

import "unicode"

// alphabets are those of the languages that are not written in Latin letters.
var alphabets = map[string][]*unicode.RangeTable{
	"chinese": {unicode.Han}, "japanese": {unicode.Han, unicode.Hiragana, unicode.Katakana},
	"russian": {unicode.Cyrillic}, "ukrainian": {unicode.Cyrillic}, "greek": {unicode.Greek}, "hindi": {unicode.Devanagari},
}

// written tells whether most letters of a text are those of the language. Small models like to answer in
// English; between languages of one alphabet it sees no difference.
func written(text, language string) bool {
	tables := alphabets[language]
	if tables == nil {
		tables = []*unicode.RangeTable{unicode.Latin}
	}
	letters, own := 0, 0
	for _, r := range text {
		if unicode.IsLetter(r) {
			letters++
			if unicode.In(r, tables...) {
				own++
			}
		}
	}
	return own*2 >= letters
}

// latin tells whether a text may be English.
func latin(text string) bool { return written(text, "english") }
