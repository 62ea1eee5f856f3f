package film

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// The bounds of what sounds natural. Paces are relative to a voice's own, silences are in seconds.
const (
	SlowestPace, FastestPace = 0.85, 1.2

	shortestPause, longestPause = 0.25, 1.2 // between two scenes
	shortestLead, longestLead   = 0.2, 0.8  // before the first word
	shortestTail, longestTail   = 1.0, 3.0  // after the last word
)

// Stretched gives the plan's silences longer or shorter: 0 as they are, 1 as long and -1 as short as is
// natural. Silences that are asked for beyond those bounds stay as they are.
func (in TimelineInput) Stretched(by float64) TimelineInput {
	toward := func(silence *float64, shortest, longest float64) {
		if by > 0 {
			*silence += by * (max(*silence, longest) - *silence)
		} else {
			*silence += by * (*silence - min(*silence, shortest))
		}
	}
	toward(&in.PauseSeconds, shortestPause, longestPause)
	toward(&in.LeadSeconds, shortestLead, longestLead)
	toward(&in.TailSeconds, shortestTail, longestTail)
	return in
}

// letterRates are how many letters of a language are said in a second at pace 1, pauses left out: the mean
// of localtts's six voices (flite for English, espeak-ng for the others) on the tales of its tests, 50 to 70
// words each, or 86 and 117 characters of Chinese and Japanese. One voice is up to 15 % faster or slower.
var letterRates = map[string]float64{
	"english": 12.7, "czech": 11.7, "danish": 13.9, "dutch": 12.5, "french": 16.3, "german": 13.6, "greek": 12.9, "hindi": 6.2,
	"indonesian": 11.6, "italian": 12.6, "chinese": 3.24, "japanese": 5.3, "norwegian": 10.9, "polish": 11.2, "portuguese": 11.5,
	"russian": 14.9, "spanish": 12.5, "swedish": 11.8, "turkish": 10.6, "ukrainian": 14.9,
}

const (
	sentenceRest = 0.40 // seconds, after a sentence that another follows
	clauseRest   = 0.15 // after a comma or the like
	digitSeconds = 0.38 // that a digit takes to say
)

// SpokenSeconds is about how long a text takes to say in one of the languages, at a pace of which 1 is the
// voices' own: letters by the language's rate, and rests between sentences and clauses. Of localtts's voices
// the mean is within 10 % of it on plain texts; numbers and abbreviations make it less certain. Other voices
// speak at speeds of their own. A language that is not known counts as English.
func SpokenSeconds(text, language string, pace float64) float64 {
	rate, ok := letterRates[language]
	if !ok {
		rate = letterRates["english"]
	}
	spoken, rest, begun := 0.0, 0.0, false
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		text = text[size:]
		switch {
		case unicode.IsLetter(r):
			spoken += 1 / rate
		case unicode.IsDigit(r):
			spoken += digitSeconds
		default:
			rest = max(rest, restAfter(r, text))
			continue
		}
		if begun { // before the first word there is no rest
			spoken += rest
		}
		begun, rest = true, 0
	}
	return spoken / max(pace, 0.1)
}

// restAfter is how long a voice rests at a mark, given what follows it.
func restAfter(mark rune, follows string) float64 {
	switch mark {
	case '。', '！', '？', '।':
		return sentenceRest
	case '，', '、', '；', '：':
		return clauseRest
	case '.', '!', '?', '…':
		if wordEnds(follows) {
			return sentenceRest
		}
	case ',', ';', ':', '–', '—':
		if wordEnds(follows) {
			return clauseRest
		}
	}
	return 0
}

// wordEnds tells whether nothing of a word follows but what closes it, such as a quotation's end or emphasis.
func wordEnds(follows string) bool {
	next, size := utf8.DecodeRuneInString(strings.TrimLeft(follows, "\"'”’»)*_"))
	return size == 0 || unicode.IsSpace(next)
}

// NeededSeconds is about the shortest natural length of a film of a script: what is spoken of it at the
// fastest natural pace, and the shortest silences at both ends. Names before a colon, headings and lines in
// brackets are not spoken. It is meant for refusing a script that cannot fit into a film, so it errs on the
// short side.
func NeededSeconds(script, language string) float64 {
	return SpokenSeconds(spokenOf(script), language, FastestPace) + shortestLead + shortestTail
}

// Speaks tells whether a script has anything to say: a letter or a digit that is not in a name before a colon, a
// heading or a line in brackets. Of one that has not, no provider of script.analyze makes a film.
func Speaks(script string) bool {
	return strings.ContainsFunc(spokenOf(script), func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}

// spokenOf leaves out of a script what is hardly spoken. Providers of script.analyze read it more closely.
func spokenOf(script string) string {
	var b strings.Builder
	for line := range strings.Lines(script) {
		line = strings.Trim(line, " \t\r\n*_")
		if isHeading(line) || isDirection(line) {
			continue
		}
		if at := strings.IndexAny(line, ":："); at > 0 && isLabel(line[:at]) {
			_, size := utf8.DecodeRuneInString(line[at:])
			line = line[at+size:]
		}
		b.WriteString(line)
		b.WriteByte('\n')
	}
	return b.String()
}

// isHeading tells whether a line is a heading of Markdown, and no "#1".
func isHeading(line string) bool {
	rest := strings.TrimLeft(line, "#")
	return rest != line && (rest == "" || strings.HasPrefix(rest, " "))
}

// isDirection tells whether a line is nothing but brackets, such as "(Rain.) [Thunder.]".
func isDirection(line string) bool {
	depth := 0
	for _, r := range line {
		switch {
		case strings.ContainsRune("([（［【", r):
			depth++
		case depth > 0 && strings.ContainsRune(")]）］】", r):
			depth--
		case depth == 0 && !unicode.IsSpace(r):
			return false
		}
	}
	return line != "" && depth == 0
}

// isLabel tells whether a text before a colon looks like a speaker's name.
func isLabel(text string) bool {
	return utf8.RuneCountInString(text) <= 40 && len(strings.Fields(text)) <= 4 && !strings.ContainsAny(text, ",;.!?\"“”")
}
