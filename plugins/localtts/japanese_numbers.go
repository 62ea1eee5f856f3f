package localtts

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/ikawaha/kagome/v2/tokenizer"
	"golang.org/x/text/unicode/norm"
)

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
