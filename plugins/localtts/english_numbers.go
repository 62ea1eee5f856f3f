package localtts

import (
	"strconv"
	"strings"
)

var (
	smallNumbers = strings.Fields(`zero one two three four five six seven eight nine ten eleven twelve thirteen
		fourteen fifteen sixteen seventeen eighteen nineteen`)
	tens   = strings.Fields("zero ten twenty thirty forty fifty sixty seventy eighty ninety")
	scales = []string{"", " thousand", " million", " billion", " trillion"}

	irregularOrdinals = map[string]string{
		"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
		"twelve": "twelfth",
	}
	months = strings.Fields(`January February March April May June July August September October November
		December`)
)

// cardinal spells out a row of digits: "1204" is "one thousand two hundred and four". A row with a
// leading zero, or of more than 15 digits, is read digit by digit.
func cardinal(digits string) string {
	if len(digits) > 15 || len(digits) > 1 && digits[0] == '0' {
		return eachDigit(digits)
	}
	n, err := strconv.Atoi(digits)
	if err != nil {
		return ""
	}
	if n == 0 {
		return smallNumbers[0]
	}
	var groups []string
	for scale := 0; n > 0; scale, n = scale+1, n/1000 {
		if g := n % 1000; g > 0 {
			and := ""
			if scale == 0 && g < 100 && n >= 1000 {
				and = "and "
			}
			groups = append([]string{and + belowThousand(g) + scales[scale]}, groups...)
		}
	}
	return strings.Join(groups, " ")
}

func belowThousand(n int) string {
	if n < 100 {
		return belowHundred(n)
	}
	said := smallNumbers[n/100] + " hundred"
	if n%100 > 0 {
		said += " and " + belowHundred(n%100)
	}
	return said
}

func belowHundred(n int) string {
	if n < 20 {
		return smallNumbers[n]
	}
	said := tens[n/10]
	if n%10 > 0 {
		said += " " + smallNumbers[n%10]
	}
	return said
}

func eachDigit(digits string) string {
	said := make([]string, 0, len(digits))
	for _, d := range digits {
		said = append(said, smallNumbers[d-'0'])
	}
	return strings.Join(said, " ")
}

// year spells out four digits the way years are read: "nineteen oh five", "two thousand and five".
func year(digits string) string {
	n, _ := strconv.Atoi(digits)
	high, low := n/100, n%100
	switch {
	case n%1000 == 0 || high == 20 && low < 10:
		return cardinal(digits)
	case low == 0:
		return belowHundred(high) + " hundred"
	case low < 10:
		return belowHundred(high) + " oh " + smallNumbers[low]
	}
	return belowHundred(high) + " " + belowHundred(low)
}

// looksLikeYear: four digits from 1100 to 2099.
func looksLikeYear(digits string) bool {
	return len(digits) == 4 && digits >= "1100" && digits < "2100"
}

// ordinal turns a cardinal in words into an ordinal: "twenty one" into "twenty first".
func ordinal(said string) string {
	head, last := "", said
	if i := strings.LastIndexByte(said, ' '); i >= 0 {
		head, last = said[:i+1], said[i+1:]
	}
	switch irregular, ok := irregularOrdinals[last]; {
	case ok:
		last = irregular
	case strings.HasSuffix(last, "y"):
		last = last[:len(last)-1] + "ieth"
	default:
		last += "th"
	}
	return head + last
}

// plural of a number in words: "nineteen ninety" becomes "nineteen nineties".
func plural(said string) string {
	switch {
	case strings.HasSuffix(said, "y"):
		return said[:len(said)-1] + "ies"
	case strings.HasSuffix(said, "x"):
		return said + "es"
	}
	return said + "s"
}

// clock spells out a time of day.
func clock(hour, minute string, oclock bool) string {
	said := cardinal(strings.TrimPrefix(hour, "0"))
	if said == "" {
		said = "zero"
	}
	switch {
	case minute == "00" && oclock:
		return said + " o'clock"
	case minute == "00":
		return said
	case minute[0] == '0':
		return said + " oh " + smallNumbers[minute[1]-'0']
	}
	return said + " " + cardinal(minute)
}

// currencies by symbol: one, many, and the hundredth part.
var currencies = map[rune][4]string{
	'$': {"dollar", "dollars", "cent", "cents"},
	'€': {"euro", "euros", "cent", "cents"},
	'£': {"pound", "pounds", "penny", "pence"},
	'¥': {"yen", "yen", "", ""},
	'₹': {"rupee", "rupees", "", ""},
	'₽': {"rouble", "roubles", "", ""},
	'₴': {"hryvnia", "hryvnias", "", ""},
}

// money spells out an amount; cents are "" or two digits.
func money(symbol rune, whole, cents string) string {
	names := currencies[symbol]
	said := cardinal(whole) + " " + names[1]
	if whole == "1" {
		said = "one " + names[0]
	}
	if cents == "" || cents == "00" {
		return said
	}
	part := cardinal(strings.TrimPrefix(cents, "0"))
	switch {
	case names[2] == "":
		return cardinal(whole) + " point " + eachDigit(cents) + " " + names[1]
	case cents == "01":
		part += " " + names[2]
	default:
		part += " " + names[3]
	}
	if whole == "0" {
		return part
	}
	return said + " and " + part
}
