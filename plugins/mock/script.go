package mock

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
	"github.com/filmloom/filmloom/providers/film/prose"
)

// longestScript is how many characters a script has at most.
const longestScript = 50_000

// mostTexts is how many texts one translation takes.
const mostTexts = 2000

// nameLine is a line that says who speaks it. A word in brackets is no name: it may be a magic one.
var nameLine = regexp.MustCompile(`^([^:：\[\]]{1,40}?)\s*[:：](?:\s+|$)`)

// analyzeScript divides a script without changing what is spoken of it. Only "NAME: …", with the name in
// capitals, a given character's or the narrator's, tells a speaker; all else belongs to the narrator.
func analyzeScript(_ context.Context, _ *providers.Call, in film.ScriptInput) (film.Script, error) {
	if utf8.RuneCountInString(in.Script) > longestScript {
		return film.Script{}, providers.Invalid("The script is too long: it may have %d characters.", longestScript)
	}
	if !film.Speaks(wordPattern.ReplaceAllString(in.Script, " ")) {
		return film.Script{}, providers.Invalid("The script has no word to say: give one with at least one sentence.")
	}
	out := film.Script{
		Title: "A script of your own", Mood: genres[int(uint64(in.Seed)%uint64(len(genres)))],
		Characters: []film.Character{}, Description: describe("a script of your own", in.Style),
	}
	for _, r := range in.Characters {
		looks := r.Looks
		if looks == "" {
			looks = r.Person()
		}
		out.Characters = append(out.Characters, film.Character{Name: r.Name, Looks: looks})
	}
	var narrations []string
	for _, p := range speeches(in.Script, out.Characters) {
		if !spoken(p.text) {
			continue
		}
		if p.speaker != "" && !isCharacter(p.speaker, out.Characters) {
			out.Characters = append(out.Characters, film.Character{Name: p.speaker, Looks: fmt.Sprintf("a person of about thirty with a grey coat and the number %d on a badge", len(out.Characters)+1)})
		}
		for _, narration := range divide(p.text, in.Language) {
			s := scene(len(out.Scenes), narration)
			s.Speaker = p.speaker
			out.Scenes, narrations = append(out.Scenes, s), append(narrations, narration)
		}
	}
	out.Text = prose.Join(narrations, in.Language)
	out.Seconds = film.SpokenSeconds(withoutWords(out.Text), in.Language, 1)
	return out, nil
}

// A speech is what one speaker says without a break; the narrator's name is "".
type speech struct{ speaker, text string }

// speeches finds who says what. A line without a name is the narrator's, and one that is a name alone
// speaks the next line.
func speeches(script string, known []film.Character) (found []speech) {
	waiting := ""
	for line := range strings.Lines(script) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		speaker := waiting
		if m := nameLine.FindStringSubmatch(line); m != nil && (strings.IndexFunc(m[1], unicode.IsLower) < 0 && spoken(m[1]) || isNarrator(m[1]) || isCharacter(m[1], known)) {
			speaker, line = called(m[1], known), line[len(m[0]):]
		}
		waiting = ""
		if line == "" {
			waiting = speaker
			continue
		}
		if n := len(found); n > 0 && found[n-1].speaker == speaker {
			found[n-1].text += "\n" + line
		} else {
			found = append(found, speech{speaker, line})
		}
	}
	return found
}

// called gives a name as it was given with the script; "" for the narrator.
func called(name string, known []film.Character) string {
	for _, c := range known {
		if strings.EqualFold(c.Name, name) {
			return c.Name
		}
	}
	if isNarrator(name) {
		return ""
	}
	return name
}

func isNarrator(name string) bool { return strings.EqualFold(name, "narrator") }

func isCharacter(name string, known []film.Character) bool {
	for _, c := range known {
		if strings.EqualFold(c.Name, name) {
			return true
		}
	}
	return false
}

// translate marks each text with the language wanted; empty ones stay empty.
func translate(_ context.Context, _ *providers.Call, in film.TranslateInput) (film.Translation, error) {
	if len(in.Texts) > mostTexts {
		return film.Translation{}, providers.Invalid("There are %d texts, and at most %d are translated at once: divide them.", len(in.Texts), mostTexts)
	}
	out := film.Translation{Texts: make([]string, len(in.Texts))}
	for i, text := range in.Texts {
		if text = withoutWords(text); strings.TrimSpace(text) != "" {
			out.Texts[i] = "[" + in.To + "] " + text
		}
	}
	return out, nil
}
