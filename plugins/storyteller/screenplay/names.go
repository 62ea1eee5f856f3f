package screenplay

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of what is taken for a name.
const (
	maxName      = 40 // characters
	maxNameWords = 4
	maxWideName  = 8 // characters, where no spaces are written
)

// names knows the speakers of a script.
type names struct {
	language string
	known    []string
	seen     []string       // as first written
	lines    map[string]int // how many lines begin with what may be a name
}

func newNames(language string, known []string) *names {
	return &names{language: language, known: known, lines: map[string]int{}}
}

// count notes what a line may have for a name, so that a second such line makes it one.
func (n *names) count(line string) {
	if before, _, ok := colon(line); ok {
		n.lines[strings.ToLower(strings.Trim(before, "*_ "))]++
	}
}

// find gives the name that a line begins with, an aside beside it, and what is said.
func (n *names) find(line string) (name, note, rest string, ok bool) {
	before, after, ok := colon(line)
	if !ok {
		return "", "", "", false
	}
	wide := strings.HasSuffix(strings.TrimSuffix(line, after), "：")
	next, _ := utf8.DecodeRuneInString(after)
	if after != "" && !wide && !unicode.IsSpace(next) && !strings.ContainsRune("*_\"“„«「『»‘'", next) {
		return "", "", "", false // 12:45, https://
	}
	name, note = apart(before)
	if !n.isName(name) {
		return "", "", "", false
	}
	if marks := before[:len(before)-len(strings.TrimLeft(before, "*_"))]; marks != "" {
		after = strings.TrimPrefix(after, marks) // **NAME:** text
	}
	return n.canonical(name), note, strings.TrimSpace(after), true
}

// cue gives the name that a line in capitals is, as in a screenplay.
func (n *names) cue(line string) (name, note string, ok bool) {
	name, note = apart(line)
	if !isCased(name) || strings.ContainsFunc(name, unicode.IsLower) || !n.isName(name) {
		return "", "", false
	}
	return n.canonical(name), note, true
}

// apart takes emphasis and an aside in brackets off a name.
func apart(text string) (name, note string) {
	name = strings.Trim(text, "*_ ")
	last, size := utf8.DecodeLastRuneInString(name)
	for open, closing := range brackets {
		if at := strings.IndexRune(name, open); last == closing && at > 0 {
			return strings.Trim(name[:at], "*_ "), strings.TrimSpace(name[at+utf8.RuneLen(open) : len(name)-size])
		}
	}
	return name, ""
}

// isName tells whether a text looks like the name of a speaker.
func (n *names) isName(name string) bool {
	if n.isKnown(name) || narrators[lower(name)] {
		return true
	}
	words := strings.Fields(name)
	first, _ := utf8.DecodeRuneInString(name)
	if len(words) == 0 || len(words) > maxNameWords || utf8.RuneCountInString(name) > maxName || !unicode.IsLetter(first) || labels[lower(name)] {
		return false
	}
	for _, w := range words {
		if strings.ContainsAny(strings.TrimSuffix(w, "."), `,;!?"“”„«»…/\<>|{}`) || strings.HasSuffix(w, ".") && utf8.RuneCountInString(w) > 5 {
			return false
		}
	}
	switch {
	case !isCased(name):
		return n.isWideName(name, words)
	case !strings.ContainsFunc(name, unicode.IsLower):
		return true
	case articles[strings.ToLower(words[0])] && n.lines[strings.ToLower(name)] < 2:
		return false // German writes every noun with a capital: "Das Ergebnis: …"
	}
	for _, w := range words {
		if r, _ := utf8.DecodeRuneInString(w); unicode.IsLower(r) && !particles[w] {
			return false
		}
	}
	return true
}

// isWideName tells whether a text in a script without capitals looks like a name.
func (n *names) isWideName(name string, words []string) bool {
	last, _ := utf8.DecodeLastRuneInString(name)
	switch n.language {
	case "chinese":
		return utf8.RuneCountInString(name) <= maxWideName && !strings.ContainsRune("说道问答想喊叫写是有着了：，。", last)
	case "japanese":
		return utf8.RuneCountInString(name) <= maxWideName && !strings.ContainsRune("はがをにでとたのもへてる、。", last)
	}
	return len(words) <= 2 && utf8.RuneCountInString(name) <= maxName/2
}

// isKnown tells whether a text is the name of a known character, or a word of it.
func (n *names) isKnown(name string) bool { return n.knownAs(name) != "" }

func (n *names) knownAs(name string) string {
	for _, k := range n.known {
		if strings.EqualFold(k, name) {
			return k
		}
	}
	for _, k := range n.known {
		if slices.ContainsFunc(strings.Fields(k), func(w string) bool {
			return utf8.RuneCountInString(w) > 2 && !particles[strings.ToLower(w)] && !articles[strings.ToLower(w)] && strings.EqualFold(w, name)
		}) {
			return k
		}
	}
	return ""
}

// canonical gives one spelling for all of a name: the known character's, or the first that was met; "" for
// the narrator.
func (n *names) canonical(name string) string {
	if k := n.knownAs(name); k != "" {
		return k
	}
	if narrators[lower(name)] {
		return ""
	}
	for _, s := range n.seen {
		if strings.EqualFold(s, name) {
			return s
		}
	}
	n.seen = append(n.seen, name)
	return name
}

// isCased tells whether a text has letters that are large or small.
func isCased(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.IsUpper(r) || unicode.IsLower(r) })
}
