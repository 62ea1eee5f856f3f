package localtts

import (
	"regexp"
	"strconv"
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
	case f[0] == "助詞", f[0] == "助動詞", f[0] == "記号":
		return true
	case len(f) > 1 && (f[1] == "接尾" || f[1] == "非自立"):
		return true
	}
	return !sounds(first)
}

// japaneseReading gives a token in kana, or what espeak-ng can make of it.
func japaneseReading(k tokenizer.Token) string {
	if kana, ok := k.Pronunciation(); ok && kana != "*" && kana != "" {
		return kana
	}
	var b strings.Builder
	for _, r := range norm.NFKC.String(k.Surface) {
		switch {
		case unicode.Is(unicode.Han, r): // no reading: espeak-ng would say "Chinese letter"
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
		said := strings.TrimSpace(readable(plain(w.said)))
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

func firstRune(s string) (rune, bool) {
	for _, r := range s {
		return r, true
	}
	return 0, false
}

func japaneseDigit(surface string) bool {
	s := norm.NFKC.String(surface)
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// japaneseNumeric: a token that may go on with a number.
func japaneseNumeric(surface string) bool {
	s := norm.NFKC.String(surface)
	return s != "" && strings.Trim(s, "0123456789.,:") == ""
}

// digitFollows tells whether the numeric tokens at the beginning end in a digit.
func digitFollows(tokens []tokenizer.Token) bool {
	for _, k := range tokens {
		if japaneseDigit(k.Surface) {
			return true
		}
		if !japaneseNumeric(k.Surface) {
			return false
		}
	}
	return false
}

var (
	japaneseTime    = regexp.MustCompile(`^(\d{1,2}):(\d\d)$`)
	japaneseDecimal = regexp.MustCompile(`^(\d+)(?:\.(\d+))?$`)

	kanaDigits = strings.Fields("ゼロ イチ ニ サン ヨン ゴ ロク ナナ ハチ キュー")
	kanaDays   = map[string]string{
		"1": "ツイタチ", "2": "フツカ", "3": "ミッカ", "4": "ヨッカ", "5": "イツカ", "6": "ムイカ", "7": "ナノカ",
		"8": "ヨーカ", "9": "ココノカ", "10": "トーカ", "14": "ジューヨッカ", "20": "ハツカ", "24": "ニジューヨッカ",
	}
	kanaPersons  = map[string]string{"1": "ヒトリ", "2": "フタリ", "4": "ヨニン"}
	kanaCounters = map[string]string{"月": "ガツ", "時": "ジ", "年": "ネン", "人": "ニン"}
	// What the last digit becomes before a counter.
	kanaBefore = map[string]map[byte]string{
		"月": {'4': "シ", '7': "シチ", '9': "ク"},
		"時": {'4': "ヨ", '7': "シチ", '9': "ク"},
		"年": {'4': "ヨ"},
		"人": {'4': "ヨ"},
	}
)

// japaneseNumber reads a number in kana before a counter. Whole: the reading includes the counter.
func japaneseNumber(text, counter string) (kana string, whole bool) {
	if m := japaneseTime.FindStringSubmatch(text); m != nil {
		kana, _ = japaneseNumber(trimZero(m[1]), "時")
		if m[2] != "00" {
			kana += japaneseMinutes(trimZero(m[2]))
		}
		return kana, false
	}
	m := japaneseDecimal.FindStringSubmatch(strings.ReplaceAll(text, ",", ""))
	if m == nil {
		return kanaEach(text), false
	}
	digits := m[1]
	if m[2] != "" {
		return kanaCardinal(digits) + "テン" + kanaEach(m[2]), false
	}
	switch counter {
	case "日":
		if day, ok := kanaDays[digits]; ok {
			return day, true
		}
	case "人":
		if persons, ok := kanaPersons[digits]; ok {
			return persons, true
		}
	case "分":
		return japaneseMinutes(digits), true
	}
	sound, known := kanaCounters[counter]
	if !known {
		return kanaCardinal(digits), false
	}
	last, ok := kanaBefore[counter][digits[len(digits)-1]]
	switch {
	case !ok:
		return kanaCardinal(digits) + sound, true
	case len(digits) == 1:
		return last + sound, true
	}
	return kanaCardinal(digits[:len(digits)-1]+"0") + last + sound, true
}

func trimZero(digits string) string {
	if len(digits) > 1 {
		return strings.TrimPrefix(digits, "0")
	}
	return digits
}

// japaneseMinutes reads minutes, whose counter is フン or プン and doubles the sound before it.
func japaneseMinutes(digits string) string {
	kana := kanaCardinal(digits)
	switch digits[len(digits)-1] {
	case '1':
		return strings.TrimSuffix(kana, "イチ") + "イップン"
	case '3', '4':
		return kana + "プン"
	case '6':
		return strings.TrimSuffix(kana, "ロク") + "ロップン"
	case '8':
		return strings.TrimSuffix(kana, "ハチ") + "ハップン"
	case '0':
		if rest, ok := strings.CutSuffix(kana, "ジュー"); ok {
			return rest + "ジュップン"
		}
	}
	return kana + "フン"
}

// kanaCardinal reads a row of digits as a number, up to 12 of them; longer ones digit by digit.
func kanaCardinal(digits string) string {
	n, err := strconv.Atoi(digits)
	if err != nil || len(digits) > 12 || len(digits) > 1 && digits[0] == '0' {
		return kanaEach(digits)
	}
	if n == 0 {
		return kanaDigits[0]
	}
	var b strings.Builder
	for _, group := range []struct {
		size int
		name string
	}{{100_000_000, "オク"}, {10_000, "マン"}, {1, ""}} {
		if g := n / group.size % 10_000; g > 0 {
			b.WriteString(kanaBelowMan(g) + group.name)
		}
	}
	return b.String()
}

// kanaBelowMan reads 1 to 9999, with the sounds that hundreds and thousands change.
func kanaBelowMan(n int) string {
	var b strings.Builder
	switch d := n / 1000; d {
	case 0:
	case 1:
		b.WriteString("セン")
	case 3:
		b.WriteString("サンゼン")
	case 8:
		b.WriteString("ハッセン")
	default:
		b.WriteString(kanaDigits[d] + "セン")
	}
	switch d := n / 100 % 10; d {
	case 0:
	case 1:
		b.WriteString("ヒャク")
	case 3:
		b.WriteString("サンビャク")
	case 6:
		b.WriteString("ロッピャク")
	case 8:
		b.WriteString("ハッピャク")
	default:
		b.WriteString(kanaDigits[d] + "ヒャク")
	}
	switch d := n / 10 % 10; d {
	case 0:
	case 1:
		b.WriteString("ジュー")
	default:
		b.WriteString(kanaDigits[d] + "ジュー")
	}
	if d := n % 10; d > 0 {
		b.WriteString(kanaDigits[d])
	}
	return b.String()
}

func kanaEach(digits string) string {
	var b strings.Builder
	for _, d := range digits {
		if d >= '0' && d <= '9' {
			b.WriteString(kanaDigits[d-'0'])
		}
	}
	return b.String()
}
