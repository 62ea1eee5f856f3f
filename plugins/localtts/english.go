package localtts

import (
	"regexp"
	"strings"
	"unicode"
)

// englishScript writes what flite is to say: ASCII letters and plain punctuation only, with numbers,
// sums, dates and symbols in words, because its own reading of them is a matter of luck ("2000" is
// "two zero zero zero").
func englishScript(words []word) script {
	var s script
	for i := range words {
		s.legible(i, plain(words[i].text), englishReads) // englishWord takes the letters away itself
		before, after := "", ""
		if i > 0 {
			before = words[i-1].text
		}
		if i+1 < len(words) {
			after = words[i+1].text
		}
		said, stop := englishWord(words[i].text, before, after)
		if said != "" {
			if len(s.runes) > 0 {
				s.gap(" ")
			}
			s.add(i, said)
		}
		if i == len(words)-1 && stop == "" {
			stop = "."
		}
		if stop != "" && len(s.runes) > 0 && sounds(s.runes[len(s.runes)-1]) {
			s.gap(stop)
		}
	}
	return s
}

// englishReads tells whether a letter has a name or an ASCII form to be said.
func englishReads(r rune) bool { return englishNames[r] != "" || ascii(string(r)) != "" }

// englishWord gives the words that are said for a printed one, with its neighbours for the sense, and
// the punctuation that a reader hears after it: one of "" , ; : . ? !
func englishWord(printed, before, after string) (said, stop string) {
	text := strings.TrimSpace(plain(printed))
	core := strings.TrimLeft(text, `"'([{<*_~`)
	if strings.HasPrefix(text, "'") && len(core) > 1 && core[0] >= '0' && core[0] <= '9' {
		core = "'" + core // '90s
	}
	body := strings.TrimRight(core, `"')]}>*_~.,;:!?–-`)
	tail := core[len(body):]
	switch {
	case strings.ContainsAny(tail, "?"):
		stop = "?"
	case strings.ContainsAny(tail, "!"):
		stop = "!"
	case strings.ContainsAny(tail, ";:"):
		stop = tail[strings.IndexAny(tail, ";:"):][:1]
	case strings.Contains(tail, "..."), strings.ContainsAny(tail, ",–)"), strings.Contains(tail, "--"):
		stop = ","
	case body == "" && tail != "": // a dash that stands alone
		stop = ","
	case strings.HasPrefix(tail, ".") && pauseAfter(printed) >= pauseSentence && !englishAbbreviation(printed):
		stop = "."
	}
	if body == "" {
		return "", stop
	}
	dotted := strings.HasPrefix(tail, ".")
	if full, ok := englishAbbreviations[strings.ToLower(body)]; ok && dotted {
		return full, stop
	}
	if strings.EqualFold(body, "no") && dotted && startsWithDigit(after) {
		return "number", stop
	}
	if dotted && dottedInitials.MatchString(body) {
		return body + ".", stop // flite spells "U.S." but not "U.S"
	}
	if letters, ok := spelledOut[body]; ok {
		return letters, stop
	}
	said = englishSymbols(englishNumbers(body, before, after)) + scaled(body, before)
	return strings.Join(strings.Fields(ascii(said)), " "), stop
}

var (
	dottedInitials = regexp.MustCompile(`^([A-Za-z]\.)+[A-Za-z]$`)
	address        = regexp.MustCompile(`^(https?://)?[A-Za-z0-9@_-]+(\.[A-Za-z0-9_-]{2,})+(/\S*)?$`)
)

func startsWithDigit(s string) bool { return s != "" && s[0] >= '0' && s[0] <= '9' }

var englishAbbreviations = map[string]string{
	"mr": "mister", "mrs": "missus", "ms": "miz", "dr": "doctor", "prof": "professor", "st": "saint",
	"jr": "junior", "sr": "senior", "vs": "versus", "etc": "et cetera", "e.g": "for example", "i.e": "that is",
	"mt": "mount", "gen": "general", "capt": "captain", "lt": "lieutenant", "sgt": "sergeant", "rev": "reverend",
	"approx": "approximately", "dept": "department", "est": "established", "inc": "incorporated", "ltd": "limited",
	"a.m": "a.m.", "p.m": "p.m.", "jan": "January", "feb": "February", "aug": "August", "sept": "September",
	"oct": "October", "nov": "November", "dec": "December",
}

// endsSentence are abbreviations that stand at ends of sentences as often as elsewhere.
var endsSentence = map[string]bool{"etc": true, "jr": true, "sr": true, "inc": true, "ltd": true, "a.m": true, "p.m": true}

// englishAbbreviation tells whether a word with a full stop is one of the abbreviations or an initial,
// so that the stop does not end a sentence.
func englishAbbreviation(printed string) bool {
	body := strings.ToLower(strings.Trim(printed, `"'()[]“”‘’`))
	body, dotted := strings.CutSuffix(body, ".")
	if !dotted || endsSentence[body] {
		return false
	}
	_, known := englishAbbreviations[body]
	return known || body == "no" || len(body) == 1 && body != "i" && unicode.IsLetter(rune(body[0]))
}

// spelledOut are words in capitals that are read letter by letter though they look pronounceable.
var spelledOut = spellings(`AI API BBC CD CEO CNN CPU DIY DNA DVD EU FAQ FBI CIA GDP GPS GPU HTML IBM ID IQ IT MIT
	OK PC PDF PhD PR RNA SMS TV UFO UK UN URL US USA USB USSR UV VIP VR WHO WWF XML BC AD BCE CE AC DC DJ MTV`)

func spellings(list string) map[string]string {
	m := map[string]string{}
	for _, w := range strings.Fields(list) {
		m[w] = strings.Join(strings.Split(strings.ToUpper(w), ""), ".") + "."
	}
	m["IT"], m["WHO"], m["AD"] = "I.T.", "who", "A.D."
	m["US"] = "U.S."
	return m
}

// englishSymbols puts words for what remains of symbols, and spaces for what cannot be said.
func englishSymbols(text string) string {
	if address.MatchString(text) {
		text = strings.TrimSuffix(text[strings.Index(text, "//")+1:], "/")
		text = strings.NewReplacer(".", " dot ", "@", " at ", "/", " slash ", "-", " dash ").Replace(text)
	}
	var b strings.Builder
	for _, r := range text {
		if name, ok := englishNames[r]; ok {
			b.WriteString(" " + name + " ")
			continue
		}
		switch {
		case r == '\'', r == '.', unicode.IsLetter(r), unicode.IsNumber(r), unicode.IsMark(r):
			b.WriteRune(r)
		case r == '–', r == ',', r == ';', r == ':':
			b.WriteString(", ")
		default:
			b.WriteByte(' ')
		}
	}
	return strings.Trim(b.String(), " ,'.")
}

var englishNames = map[rune]string{
	'&': "and", '%': "percent", '‰': "per mille", '+': "plus", '=': "equals", '@': "at", '×': "times", '÷': "divided by",
	'±': "plus or minus", '§': "section", '°': "degrees", '€': "euro", '£': "pound", '$': "dollar", '¥': "yen",
	'¢': "cents", 'µ': "micro", 'μ': "micro", 'Ω': "ohm", '∞': "infinity", '≈': "about", '≠': "is not", '≤': "at most",
	'≥': "at least", '→': "to", '½': "one half", '¼': "one quarter", '¾': "three quarters", '⅓': "one third",
	'⅔': "two thirds", '²': "squared", '³': "cubed", '№': "number", 'π': "pi", 'α': "alpha", 'β': "beta",
	'γ': "gamma", 'δ': "delta", 'λ': "lambda", 'ω': "omega",
}
