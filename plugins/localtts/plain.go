package localtts

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// plain makes text safe to give to a C library and free of typography: composed Unicode without
// control and invisible characters or broken encoding, with straight quotes and simple spaces. For
// speaking only; what is printed stays as it is.
func plain(text string) string {
	var b strings.Builder
	for _, r := range norm.NFC.String(strings.ToValidUTF8(text, " ")) {
		switch {
		case r == utf8.RuneError, unicode.IsControl(r), unicode.IsSpace(r):
			b.WriteByte(' ')
		case r > unicode.MaxASCII && unicode.IsDigit(r):
			b.WriteByte(digit(r))
		case r >= '！' && r <= '～' && sounds(r-'！'+'!'):
			b.WriteRune(r - '！' + '!') // the wide forms of ASCII; wide punctuation ends a clause without a space
		case unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r), unicode.Is(unicode.Variation_Selector, r):
			// Soft hyphens, joiners, direction marks, private use: nothing to say.
		case strings.ContainsRune("‘’‚‛′ʼ´`", r):
			b.WriteByte('\'')
		case strings.ContainsRune("“”„‟″«»", r):
			b.WriteByte('"')
		case strings.ContainsRune("‐‑‒−", r):
			b.WriteByte('-')
		case strings.ContainsRune("–—―", r):
			b.WriteString("–")
		case r == '…':
			b.WriteString("...")
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// digit gives the ASCII form of a digit of any script: no engine reads another. Scripts have their ten
// digits in a row, and one table's rows begin with a zero.
func digit(r rune) byte {
	for _, row := range unicode.Nd.R16 {
		if rune(row.Lo) <= r && r <= rune(row.Hi) {
			return '0' + byte((r-rune(row.Lo))%10)
		}
	}
	for _, row := range unicode.Nd.R32 {
		if rune(row.Lo) <= r && r <= rune(row.Hi) {
			return '0' + byte((r-rune(row.Lo))%10)
		}
	}
	return ' '
}

// withoutBases are letters that do not decompose into an ASCII letter and an accent.
var withoutBases = strings.NewReplacer(
	"ß", "ss", "ẞ", "SS", "æ", "ae", "Æ", "Ae", "œ", "oe", "Œ", "Oe", "ø", "o", "Ø", "O", "ł", "l", "Ł", "L",
	"đ", "d", "Đ", "D", "ð", "th", "Ð", "Th", "þ", "th", "Þ", "Th", "ı", "i", "ħ", "h", "Ħ", "H", "ŋ", "ng",
)

// ascii writes text in plain ASCII: accents go, what has no ASCII form goes too.
func ascii(text string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(withoutBases.Replace(text)) {
		switch {
		case r < utf8.RuneSelf:
			b.WriteRune(r)
		case r == '⁄': // the bar that fractions decompose with
			b.WriteByte('/')
		case r == '–':
			b.WriteByte('-')
		}
	}
	return b.String()
}
