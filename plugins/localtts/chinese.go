package localtts

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// splitCharacters divides a text that is written without spaces: every ideograph or kana is a word of
// its own, a run of letters or digits is one, closing punctuation clings to what is before it and
// opening punctuation to what follows.
func splitCharacters(text string) []word {
	var words []word
	var last rune // the character before, 0 at the beginning of a text or after a space
	newlines := 0
	opening := false // the last word has only opening punctuation yet
	for _, r := range text {
		if unicode.IsSpace(r) {
			if r == '\n' {
				newlines++
			}
			last = 0
			continue
		}
		if newlines > 1 && len(words) > 0 {
			words[len(words)-1].paragraph = true
		}
		newlines = 0
		joins := len(words) > 0 && (opening || unicode.IsMark(r) || unicode.Is(unicode.Cf, r) || unicode.IsControl(r))
		switch {
		case joins:
			// A mark or the first character after an opening bracket belongs to the word before it.
		case len(words) == 0, isOpening(r):
		case ideographic(r):
		case runs(r) && runs(last), runs(r) && inNumber(last) && endsInDigit(words):
			joins = true
		case !runs(r) && last != 0:
			joins = true
		}
		if joins {
			words[len(words)-1].text += string(r)
		} else {
			words = append(words, word{text: string(r)})
		}
		opening = isOpening(r) && (opening || !joins)
		last = r
	}
	return words
}

func isOpening(r rune) bool {
	return unicode.Is(unicode.Ps, r) || unicode.Is(unicode.Pi, r)
}

func ideographic(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

// runs tells whether a character joins with its like to a word: letters and digits of other scripts.
func runs(r rune) bool { return sounds(r) && !ideographic(r) }

// inNumber: a character that may stand within a number.
func inNumber(r rune) bool { return strings.ContainsRune(".,:/", r) }

func endsInDigit(words []word) bool {
	t := strings.TrimRight(words[len(words)-1].text, ".,:/")
	return len(words[len(words)-1].text) == len(t)+1 && t != "" && isDigit(t[len(t)-1])
}

var splitChinese = splitCharacters

var (
	chineseTime    = regexp.MustCompile(`^(\d{1,2}):(\d\d)$`)
	chineseNumber  = regexp.MustCompile(`(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(%?)`)
	chineseCounted = "个只位天次条本张块岁人家里层点小名头座棵间件双辆"
)

// chineseScript writes Mandarin for espeak-ng's voice that takes ideographs and pinyin mixed: numbers
// in ideographs, and pinyin where one ideograph has several readings.
func chineseScript(words []word) script {
	var s script
	readings := chineseReadings(words)
	for i, w := range words {
		after := ""
		if i+1 < len(words) {
			after = words[i+1].text
		}
		text := strings.TrimSpace(readable(s.legible(i, plain(w.text), chineseReads)))
		if reading := readings[i]; reading != "" {
			core := strings.IndexFunc(text, sounds)
			text = text[:core] + " " + reading + " " + text[core+len(firstSound(text[core:])):]
		} else {
			text = chineseNumbers(text, after)
		}
		s.add(i, text)
	}
	return s
}

// chineseReads tells whether espeak-ng's Chinese voice reads a letter: it knows the ideographs of the
// first two blocks, and the zero.
func chineseReads(r rune) bool {
	return r >= 0x3400 && r <= 0x4dbf || r >= 0x4e00 && r <= 0x9fff || r == '〇' || readsEverywhere(r)
}

func firstSound(text string) string {
	for _, r := range text {
		return string(r)
	}
	return ""
}

func chineseNumbers(text, after string) string {
	if m := chineseTime.FindStringSubmatch(strings.TrimRight(text, "，。,.")); m != nil {
		said := hanziNumber(strings.TrimPrefix(m[1], "0"), true) + "点"
		if m[1] == "0" || m[1] == "00" {
			said = "零点"
		}
		if m[2] != "00" {
			if m[2][0] == '0' {
				said += "零"
			}
			said += hanziNumber(strings.TrimPrefix(m[2], "0"), false) + "分"
		}
		return said + strings.TrimLeft(text, "0123456789:")
	}
	return chineseNumber.ReplaceAllStringFunc(text, func(found string) string {
		m := chineseNumber.FindStringSubmatch(found)
		digits := strings.ReplaceAll(m[1], ",", "")
		var said string
		switch {
		case len(digits) == 4 && m[2] == "" && strings.HasPrefix(after, "年"):
			said = hanziDigits(digits)
		default:
			counted := after != "" && strings.ContainsRune(chineseCounted, []rune(after)[0])
			said = hanziNumber(digits, counted && m[2] == "")
		}
		if m[2] != "" {
			said += "点" + hanziDigits(m[2][1:])
		}
		if m[3] != "" {
			said = "百分之" + said
		}
		return said
	})
}

var hanzi = []rune("零一二三四五六七八九")

func hanziDigits(digits string) string {
	var b strings.Builder
	for _, d := range digits {
		b.WriteRune(hanzi[d-'0'])
	}
	return b.String()
}

// hanziNumber writes a row of digits as a number. Counted: a lone two is said 两.
func hanziNumber(digits string, counted bool) string {
	n, err := strconv.Atoi(digits)
	if err != nil || len(digits) > 12 || len(digits) > 1 && digits[0] == '0' {
		return hanziDigits(digits)
	}
	if n == 0 {
		return "零"
	}
	if n == 2 && counted {
		return "两"
	}
	var b strings.Builder
	for _, group := range []struct {
		size int
		name string
	}{{100_000_000, "亿"}, {10_000, "万"}, {1, ""}} {
		g := n / group.size % 10_000
		if g == 0 {
			continue
		}
		if b.Len() > 0 && g < 1000 {
			b.WriteString("零")
		}
		b.WriteString(hanziBelowWan(g, b.Len() == 0) + group.name)
	}
	return b.String()
}

func hanziBelowWan(n int, first bool) string {
	var b strings.Builder
	zero := false
	for _, place := range []struct {
		size int
		name string
	}{{1000, "千"}, {100, "百"}, {10, "十"}, {1, ""}} {
		d := n / place.size % 10
		if d == 0 {
			zero = b.Len() > 0
			continue
		}
		if zero {
			b.WriteString("零")
			zero = false
		}
		if place.size != 10 || d != 1 || b.Len() > 0 || !first {
			b.WriteRune(hanzi[d])
		}
		b.WriteString(place.name)
	}
	return b.String()
}
