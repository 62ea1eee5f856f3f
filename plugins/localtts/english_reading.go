package localtts

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The shapes of numbers in English text, tried in this order at each place where a number may begin.
var (
	isoDate   = regexp.MustCompile(`^(\d{4})-(\d\d)-(\d\d)$`)
	telephone = regexp.MustCompile(`^\+?\d{1,4}(-\d{3,4}){1,4}$`)
	timeOfDay = regexp.MustCompile(`^([01]?\d|2[0-4]):([0-5]\d)(:[0-5]\d)?`)
	decade    = regexp.MustCompile(`^'?(\d0|\d\d\d0)'?s\b`)
	fraction  = regexp.MustCompile(`^([1-9])[/⁄]([1-9]\d?)$`)
	amount    = regexp.MustCompile(`^([$€£¥₹₽₴])(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?`)
	number    = regexp.MustCompile(`^(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?`)
	ordinals  = regexp.MustCompile(`^(st|nd|rd|th)\b`)
	unit      = regexp.MustCompile(`^ ?(km/h|km²|m²|m³|°C|°F|[a-zA-Z]+|°)`)
	following = regexp.MustCompile(`^(thousand|million|billion|trillion)`)
)

var units = map[string]string{
	"km": "kilometers", "m": "meters", "cm": "centimeters", "mm": "millimeters", "kg": "kilograms", "g": "grams",
	"mg": "milligrams", "t": "tons", "l": "liters", "ml": "milliliters", "mph": "miles per hour", "ft": "feet", "lb": "pounds",
	"lbs": "pounds", "oz": "ounces", "km/h": "kilometers per hour", "km²": "square kilometers", "m²": "square meters",
	"m³": "cubic meters", "°C": "degrees Celsius", "°F": "degrees Fahrenheit", "°": "degrees", "kW": "kilowatts",
	"kWh": "kilowatt hours", "MW": "megawatts", "GB": "gigabytes", "MB": "megabytes", "TB": "terabytes", "Hz": "hertz",
	"kHz": "kilohertz", "MHz": "megahertz", "GHz": "gigahertz", "ms": "milliseconds", "min": "minutes", "bn": "billion",
	"am": "a.m.", "pm": "p.m.", "AM": "a.m.", "PM": "p.m.", "W": "watts", "V": "volts",
}

// englishNumbers writes the numbers of a printed word in words; all else stays.
func englishNumbers(text, before, after string) string {
	if !strings.ContainsAny(text, "0123456789") {
		return text
	}
	if m := isoDate.FindStringSubmatch(text); m != nil {
		if month, _ := strconv.Atoi(m[2]); month >= 1 && month <= 12 {
			return months[month-1] + " " + ordinal(cardinal(strings.TrimPrefix(m[3], "0"))) + " " + year(m[1])
		}
	}
	if m := fraction.FindStringSubmatch(text); m != nil {
		return fractionWords(m[1], m[2])
	}
	if telephone.MatchString(text) && len(text) >= len("555-1234") && !rangeOfYears(text) {
		groups := strings.Split(strings.TrimPrefix(text, "+"), "-")
		for i, g := range groups {
			groups[i] = eachDigit(g)
		}
		return strings.Join(groups, ", ")
	}
	var b strings.Builder
	for i := 0; i < len(text); {
		afterDigit := i > 0 && isDigit(text[i-1])
		afterLetter := i > 0 && isASCIILetter(text[i-1])
		rest := text[i:]
		switch {
		case !afterDigit && (rest[0] == '-') && startsWithDigit(rest[1:]) && i == 0:
			b.WriteString(" minus ")
			i++
		case afterDigit && rest[0] == '#':
			i++
		case rest[0] == '#' && startsWithDigit(rest[1:]):
			b.WriteString(" number ")
			i++
		case afterDigit && (rest[0] == '-' || strings.HasPrefix(rest, "–")) && startsWithDigit(strings.TrimLeft(rest, "-–")):
			b.WriteString(" to ")
			i += len(rest) - len(strings.TrimLeft(rest, "-–"))
		default:
			said, used := readNumber(rest, text[:i], before, after, afterLetter)
			if used == 0 {
				b.WriteByte(rest[0])
				i++
				continue
			}
			b.WriteString(" " + said + " ")
			i += used
		}
	}
	return b.String()
}

// readNumber reads the number at the beginning of text and tells how many bytes it took, or 0.
func readNumber(text, done, before, after string, afterLetter bool) (said string, used int) {
	whole := done == "" || done == "'"
	if m := amount.FindStringSubmatch(text); m != nil {
		digits, part := strings.ReplaceAll(m[2], ",", ""), strings.TrimPrefix(m[3], ".")
		switch {
		case len(m[0]) == len(text) && following.MatchString(strings.ToLower(after)):
			// "$5 million": the currency is said after the scale, with the next word.
			return cardinal(digits) + decimals(part), len(m[0])
		case len(part) == 2 || part == "":
			return money([]rune(m[1])[0], digits, part), len(m[0])
		}
		return cardinal(digits) + decimals(part) + " " + currencies[[]rune(m[1])[0]][1], len(m[0])
	}
	if m := decade.FindStringSubmatch(text); m != nil && !afterLetter {
		if len(m[1]) == 4 {
			return plural(year(m[1])), len(m[0])
		}
		return plural(cardinal(m[1])), len(m[0])
	}
	if m := timeOfDay.FindStringSubmatch(text); m != nil && whole && m[3] == "" {
		next := strings.ToLower(text[len(m[0]):] + after)
		half := strings.HasPrefix(next, "am") || strings.HasPrefix(next, "pm") || strings.HasPrefix(next, "a.m") || strings.HasPrefix(next, "p.m")
		said, used = clock(m[1], m[2], !half && m[1] != "0"), len(m[0])
		if u := unit.FindString(text[used:]); u != "" && units[u] != "" {
			return said + " " + units[u], used + len(u)
		}
		return said, used
	}
	m := number.FindStringSubmatch(text)
	if m == nil {
		return "", 0
	}
	digits, used := strings.ReplaceAll(m[1], ",", ""), len(m[0])
	rest := text[used:]
	u := unit.FindString(rest)
	switch {
	case m[2] == "" && ordinals.MatchString(rest):
		return ordinal(cardinal(digits)), used + 2
	case m[2] != "":
		said = cardinal(digits) + decimals(m[2][1:])
	case looksLikeYear(m[1]) && !afterLetter && units[u] == "" && !strings.HasPrefix(rest, "%"):
		said = year(digits)
	case len(digits) <= 2 && rest == "" && whole && (isMonth(before) || isMonth(after)):
		said = ordinal(cardinal(strings.TrimPrefix(digits, "0")))
	default:
		said = cardinal(digits)
	}
	if u != "" && units[u] != "" {
		return said + " " + units[u], used + len(u)
	}
	return said, used
}

func decimals(digits string) string {
	if digits == "" {
		return ""
	}
	return " point " + eachDigit(digits)
}

// fractionWords reads "1/2" as "one half" and "3/4" as "three quarters".
func fractionWords(over, under string) string {
	var part string
	switch under {
	case "1":
		return cardinal(over) + " over one"
	case "2":
		part = "half"
	case "4":
		part = "quarter"
	default:
		part = ordinal(cardinal(under))
	}
	if over != "1" {
		part = strings.Replace(part+"s", "halfs", "halves", 1)
	}
	return cardinal(over) + " " + part
}

// scaled gives the currency that is said after the word "million" and its like, for the word before it.
func scaled(text, before string) string {
	m := amount.FindStringSubmatch(strings.TrimLeft(before, `"'(`))
	if m == nil || !following.MatchString(strings.ToLower(text)) {
		return ""
	}
	return " " + currencies[[]rune(m[1])[0]][1]
}

// rangeOfYears: "1914-1918" is no telephone number.
func rangeOfYears(text string) bool {
	from, to, ok := strings.Cut(text, "-")
	return ok && len(from) == 4 && len(to) == 4
}

func isMonth(printed string) bool {
	name := strings.Trim(printed, ".,;:!?\"'()")
	return slices.Contains(months, name)
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

func isASCIILetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }
