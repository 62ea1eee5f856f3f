package localtts

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/ikawaha/kagome-dict/ipa"
	"github.com/ikawaha/kagome/v2/tokenizer"
	"golang.org/x/text/unicode/norm"
)

// openJapanese loads the dictionary (some tens of megabytes) when Japanese is first spoken.
var openJapanese = sync.OnceValues(func() (*tokenizer.Tokenizer, error) {
	return tokenizer.New(ipa.Dict(), tokenizer.OmitBosEos())
})

// splitJapanese divides a text into phrases: a word with the particles and endings that lean on it.
// Each carries its reading in kana, which is all that espeak-ng can read.
func splitJapanese(text string) []word {
	t, err := openJapanese()
	if err != nil {
		return splitCharacters(text) // the dictionary is compiled in: this does not happen
	}
	if !utf8.ValidString(text) {
		return splitCharacters(text)
	}
	var words []word
	for part, rest := "", text; rest != ""; {
		at := strings.IndexFunc(rest, unicode.IsSpace)
		if at < 0 {
			at = len(rest)
		}
		part, rest = rest[:at], rest[at:]
		words = append(words, japanesePhrases(t, part)...)
		trimmed := strings.TrimLeftFunc(rest, unicode.IsSpace)
		if len(words) > 0 && strings.Count(rest[:len(rest)-len(trimmed)], "\n") > 1 {
			words[len(words)-1].paragraph = true
		}
		rest = trimmed
	}
	return words
}

// japanesePhrases divides a text without spaces.
func japanesePhrases(t *tokenizer.Tokenizer, text string) []word {
	var words []word
	tokens := t.Tokenize(text)
	leading := false // the last word has only opening brackets or a prefix yet
	at := 0
	for i := 0; i < len(tokens); i++ {
		k := tokens[i]
		surface, reading := k.Surface, japaneseReading(k)
		if japaneseDigit(surface) {
			for i+1 < len(tokens) && japaneseNumeric(tokens[i+1].Surface) && digitFollows(tokens[i+1:]) {
				i++
				surface += tokens[i].Surface
			}
			counter := ""
			if i+1 < len(tokens) {
				counter = tokens[i+1].Surface
			}
			var whole bool
			if reading, whole = japaneseNumber(norm.NFKC.String(surface), counter); whole {
				i++
				surface += counter
			}
		}
		// The tokenizer may drop or replace bytes that are no text: what is printed is cut from the text.
		end := at + len(surface)
		if end > len(text) {
			end = len(text)
		}
		surface, at = text[at:end], end
		if len(words) > 0 && (leading || leansBack(k, surface)) {
			words[len(words)-1].text += surface
			words[len(words)-1].said += reading
		} else {
			words = append(words, word{text: surface, said: reading})
		}
		first, _ := firstRune(surface)
		leading = isOpening(first) || k.Features()[0] == "接頭詞"
	}
	if at < len(text) {
		words = append(words, word{text: text[at:]})
	}
	return words
}

// leansBack tells whether a token belongs to the phrase before it.
func leansBack(k tokenizer.Token, surface string) bool {
	f := k.Features()
	if len(f) == 0 {
		return false
	}
	first, _ := firstRune(surface)
	switch {
	case isOpening(first):
		return false
	case smallKana[first] != 0, strings.ContainsRune("ーッっ", first): // no line may begin with one
		return true
	case f[0] == "助詞", f[0] == "助動詞", f[0] == "記号":
		return true
	case len(f) > 1 && (f[1] == "接尾" || f[1] == "非自立"):
		return true
	}
	return !sounds(first)
}

// japaneseReading gives a token in kana. A token that is not in the dictionary stays as it is.
func japaneseReading(k tokenizer.Token) string {
	if kana, ok := k.Pronunciation(); ok && kana != "*" && kana != "" {
		return kana
	}
	var b strings.Builder
	for _, r := range norm.NFKC.String(k.Surface) {
		switch {
		case r == '%':
			b.WriteString("パーセント")
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// japaneseScript writes the readings of phrases for espeak-ng.
func japaneseScript(words []word) script {
	var s script
	for i, w := range words {
		said := strings.TrimSpace(readable(s.legible(i, fullKana(plain(w.said)), japaneseReads)))
		if said == "" {
			continue
		}
		if len(s.runes) > 0 {
			s.gap(" ")
		}
		s.add(i, said)
	}
	return s
}

// japaneseReads tells whether espeak-ng's Japanese voice reads a letter: an ideograph that is still there
// has no reading in the dictionary.
func japaneseReads(r rune) bool {
	return unicode.In(r, unicode.Hiragana, unicode.Katakana) && !unicode.Is(unicode.Lm, r) || r == 'ー' || readsEverywhere(r)
}

// smallKana that change the vowel before them, and what they are on their own.
var smallKana = map[rune]rune{
	'ァ': 'ア', 'ィ': 'イ', 'ゥ': 'ウ', 'ェ': 'エ', 'ォ': 'オ', 'ャ': 'ヤ', 'ュ': 'ユ', 'ョ': 'ヨ', 'ヮ': 'ワ', 'ヵ': 'カ', 'ヶ': 'ケ',
	'ぁ': 'あ', 'ぃ': 'い', 'ぅ': 'う', 'ぇ': 'え', 'ぉ': 'お', 'ゃ': 'や', 'ゅ': 'ゆ', 'ょ': 'よ', 'ゎ': 'わ', 'ゕ': 'か', 'ゖ': 'け',
}

// fullKana writes small kana large where nothing is before them to change, as in "わーぁ", and leaves out
// a long mark without a vowel: espeak-ng would say "Japanese letter".
func fullKana(said string) string {
	var b strings.Builder
	var last rune
	for _, r := range said {
		kana := unicode.In(last, unicode.Hiragana, unicode.Katakana) && !strings.ContainsRune("ッっー", last)
		switch large, small := smallKana[r]; {
		case r == 'ー' && (!kana || strings.ContainsRune("ンん", last)):
			continue
		case small && (!kana || smallKana[last] != 0 || strings.ContainsRune("ヵヶゕゖ", r)):
			r = large
		}
		b.WriteRune(r)
		last = r
	}
	return b.String()
}

func firstRune(s string) (rune, bool) {
	for _, r := range s {
		return r, true
	}
	return 0, false
}
