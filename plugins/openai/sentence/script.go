package sentence

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/filmloom/filmloom/providers/film/prose"
)

// A Script is a script that has been read.
type Script struct {
	Spoken []Sentence
	// Notes are what is not spoken, by the number of the sentence before which it stands: headings of
	// scenes and stage directions, which say what is to be seen.
	Notes map[int]string
}

// Read reads a script that [prose.Clean] made. "NAME: …" at the beginning of a line gives the line to NAME;
// the narrator says the rest. Lines in brackets and headings of scenes are not spoken. known are the
// names of the characters, as they are written elsewhere.
func Read(cleaned, language string, known []string) Script {
	s := Script{Notes: map[int]string{}}
	var run []string // lines of one speaker, of one paragraph
	speaker := ""
	flush := func(ends bool) {
		if len(run) > 0 {
			for _, one := range Of(strings.Join(run, "\n"), language) {
				one.Speaker, one.Ends = speaker, false
				s.Spoken = append(s.Spoken, one)
			}
			run = nil
		}
		if n := len(s.Spoken); ends && n > 0 {
			s.Spoken[n-1].Ends = true
		}
	}
	for paragraph := range strings.SplitSeq(cleaned, "\n\n") {
		for line := range strings.SplitSeq(paragraph, "\n") {
			if direction(line) {
				flush(true)
				s.Notes[len(s.Spoken)] = strings.TrimSpace(s.Notes[len(s.Spoken)] + " " + strings.Trim(line, "[]()"))
				continue
			}
			who, words := label(line, known)
			if who != speaker {
				flush(true)
			}
			speaker = who
			if prose.Speakable(words) {
				run = append(run, words)
			}
		}
		flush(true)
	}
	s.Spoken = speakable(s.Spoken, language)
	return s
}

// heading matches the headings of screenplays and of numbered scenes, and the cuts between them.
var heading = regexp.MustCompile(`^(?:(?:INT|EXT|EST|INT\.?/EXT|I/E)[. ]|(?:SCENE|Scene|ACT|Act) [0-9IVX]+\b[^.!?]*$|(?:FADE|CUT|DISSOLVE|SMASH CUT)\b[A-Z ]*[:.]?$)`)

// direction tells whether a line says what is seen or heard, and not what is spoken.
func direction(line string) bool {
	return strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]") && strings.Count(line, "[") == 1 ||
		strings.HasPrefix(line, "(") && strings.HasSuffix(line, ")") && strings.Count(line, "(") == 1 ||
		heading.MatchString(line) || !prose.Speakable(line)
}

const (
	mostName      = 40 // characters
	mostNameWords = 4
)

// narrators are the names that scripts give to the narrator.
var narrators = []string{"narrator", "voice over", "voice-over", "voiceover", "vo", "v.o.", "erzähler", "narrateur", "narrador", "narratore", "рассказчик", "旁白", "ナレーター", "ナレーション"}

// label takes the name from the beginning of a line. words is the whole line when there is none.
func label(line string, known []string) (who, words string) {
	at := strings.IndexAny(line, ":：")
	if at <= 0 {
		return "", line
	}
	_, size := utf8.DecodeRuneInString(line[at:])
	rest := line[at+size:]
	if size == 1 && rest != "" && rest[0] != ' ' {
		return "", line // "12:30", "https://…"
	}
	name := strings.Trim(line[:at], " *_")
	if i := strings.IndexAny(name, "(["); i > 0 {
		name = strings.TrimSpace(name[:i]) // "MARA (whispering)"
	}
	words = strings.TrimLeft(rest, " *_")
	for _, k := range known {
		if strings.EqualFold(k, name) {
			return k, words
		}
	}
	if !isName(name) || words != "" && !prose.Speakable(words) {
		return "", line
	}
	for _, n := range narrators {
		if strings.EqualFold(n, name) {
			return "", words
		}
	}
	return titled(name), words
}

// isName tells whether a text is written as names are: up to four words, each with a capital where the
// script has them.
func isName(text string) bool {
	if utf8.RuneCountInString(text) > mostName || strings.ContainsAny(text, ",;!?\"“”„«»") || strings.HasSuffix(text, "…") {
		return false
	}
	words := strings.Fields(text)
	if len(words) == 0 || len(words) > mostNameWords {
		return false
	}
	for i, w := range words {
		r, _ := utf8.DecodeRuneInString(w)
		if unicode.IsLower(r) || i == 0 && !unicode.IsLetter(r) {
			return false
		}
	}
	return true
}

// titled writes "OLD MAN" as "Old Man"; a name that is not all in capitals stays.
func titled(name string) string {
	if strings.ToUpper(name) != name {
		return name
	}
	words := strings.Fields(name)
	for i, w := range words {
		r, n := utf8.DecodeRuneInString(w)
		if utf8.RuneCountInString(w) > 1 {
			words[i] = string(r) + strings.ToLower(w[n:])
		}
	}
	return strings.Join(words, " ")
}
