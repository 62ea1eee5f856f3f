package openai

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/filmloom/filmloom/plugins/openai/lenient"
	"github.com/filmloom/filmloom/plugins/openai/sentence"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
	"github.com/filmloom/filmloom/providers/film/prose"
)

// Bounds of the user's own text, in characters.
const (
	mostOwnStory = 20_000
	mostScript   = 50_000
	// What a model gets at once, in characters. A local one often has a context of 4096 tokens, in which
	// instructions, text and pictures must fit.
	atOnce      = 12_000
	atOnceLocal = 4000
)

// own is a text that is told word for word.
type own struct {
	text, name      string // name of the attribute, for errors
	most            int    // characters
	language, style string
	seconds         float64 // length the film is to have; 0 for as long as it takes
	characters      []film.Role
	script          bool // with speakers and stage directions
}

func (p *plugin) analyzeScript(ctx context.Context, call *providers.Call, in film.ScriptInput) (film.Script, error) {
	j, err := p.job(call)
	if err != nil {
		return film.Script{}, err
	}
	return j.film(ctx, own{
		text: in.Script, name: "script", most: mostScript, language: in.Language, style: in.Style,
		seconds: in.TargetSeconds, characters: in.Characters, script: true,
	})
}

// film divides a text into scenes with pictures. The model sees numbered sentences and answers with
// numbers; the text never passes through it.
func (j *job) film(ctx context.Context, o own) (film.Script, error) {
	if n := utf8.RuneCountInString(o.text); n > o.most {
		return film.Script{}, providers.Invalid("%s has %d characters, and at most %d can be told in one film; shorten it, or divide it into several films.", o.name, n, o.most)
	}
	read := o.read()
	if len(read.Spoken) == 0 || !prose.Speakable(read.Spoken[0].Text) {
		return film.Script{}, providers.Invalid("%s has no words to narrate; write at least one sentence.", o.name)
	}
	script := film.Script{Characters: o.looking()}
	var shots []shot
	var starts []int
	var about draft
	most := atOnceLocal
	if j.conf.official() {
		most = atOnce
	}
	parts := portions(read.Spoken, most)
	for i, part := range parts {
		got, err := request(ctx, j, o.question(read, part, script.Characters, i, len(parts)), "scenes",
			func(d draft) []finding { return checkDivision(d, part) })
		if err != nil {
			return film.Script{}, err
		}
		if i == 0 {
			about = got
		}
		script.Characters = cast(script.Characters, got.Characters)
		for _, s := range got.Scenes {
			if n := int(s.First) - 1; n >= part.From && n < part.To {
				shots, starts = append(shots, s), append(starts, n)
			}
		}
	}
	scenes, narrations := scenesOf(read.Spoken, shots, starts, o.language)
	script.Scenes = scenes
	script.Characters = withSpeakers(o.given(script.Characters), read.Spoken)
	script.Text = prose.Join(narrations, o.language)
	script.Seconds = film.SpokenSeconds(script.Text, o.language, 1)
	script.Mood = coerce(about.Mood, genres, "calm")
	script.Title = titleOf(about.Title, read.Spoken[0].Text, o.language)
	script.Description = describe(about.Description, script.Title, script.Text, script.Mood, o.language)
	return script, nil
}

// looking are the given characters whose looks are given as well.
func (o own) looking() (all []film.Character) {
	for _, r := range o.characters {
		if prose.Speakable(r.Looks) {
			all = append(all, film.Character{Name: r.Name, Looks: r.Looks})
		}
	}
	return all
}

// undescribed are the given characters that are not among these.
func (o own) undescribed(known []film.Character) (all []film.Role) {
	for _, r := range o.characters {
		if !slices.ContainsFunc(known, func(c film.Character) bool { return strings.EqualFold(c.Name, r.Name) }) {
			all = append(all, r)
		}
	}
	return all
}

// given puts the given characters first, under the names they were given, whether the model described them
// or not.
func (o own) given(found []film.Character) []film.Character {
	all := []film.Character{}
	for _, r := range o.characters {
		i := slices.IndexFunc(found, func(c film.Character) bool { return strings.EqualFold(c.Name, r.Name) })
		if i < 0 {
			all = append(all, film.Character{Name: r.Name, Looks: cmp.Or(r.Person(), plainLooks)})
			continue
		}
		all = append(all, film.Character{Name: r.Name, Looks: found[i].Looks})
		found = slices.Delete(slices.Clone(found), i, i+1)
	}
	return append(all, found...)
}

func (o own) read() sentence.Script {
	cleaned := prose.Clean(o.text)
	if !o.script {
		return sentence.Script{Spoken: sentence.Of(cleaned, o.language)}
	}
	names := make([]string, len(o.characters))
	for i, c := range o.characters {
		names[i] = c.Name
	}
	return sentence.Read(cleaned, o.language, names)
}

// scenesOf groups the sentences and gives each group the picture of the start it belongs to. A picture that
// serves two groups is seen from another side the second time.
func scenesOf(spoken []sentence.Sentence, shots []shot, starts []int, language string) (scenes []film.Scene, narrations []string) {
	seen := map[int]int{}
	for _, g := range sentence.Group(spoken, starts) {
		var parts []string
		for _, s := range spoken[g.From:g.To] {
			parts = append(parts, s.Text)
		}
		narration := prose.Join(parts, language)
		narrations = append(narrations, narration)
		var picture shot
		if len(shots) > 0 {
			picture = shots[g.Start]
		}
		if n := seen[g.Start]; n > 0 && prose.Speakable(string(picture.ImagePrompt)) {
			sides := []string{"a closer view of a telling detail", "the same place seen from the other side", "a moment later, seen from further away"}
			picture.ImagePrompt += lenient.Text(" (" + sides[(n-1)%len(sides)] + ")")
			picture.Camera = ""
		}
		seen[g.Start]++
		scenes = add(scenes, film.Scene{Narration: narration, Speaker: spoken[g.From].Speaker}, picture)
	}
	return scenes, narrations
}

// withSpeakers adds whoever speaks and was not described.
func withSpeakers(all []film.Character, spoken []sentence.Sentence) []film.Character {
	for _, s := range spoken {
		if s.Speaker != "" && !slices.ContainsFunc(all, func(c film.Character) bool { return strings.EqualFold(c.Name, s.Speaker) }) {
			all = append(all, film.Character{Name: s.Speaker, Looks: plainLooks})
		}
	}
	return all
}

// portions divides the sentences into runs that a model can keep in view.
func portions(spoken []sentence.Sentence, most int) []sentence.Range {
	var parts []sentence.Range
	size := 0
	for i, s := range spoken {
		n := utf8.RuneCountInString(s.Text)
		if len(parts) == 0 || size+n > most {
			parts = append(parts, sentence.Range{From: i})
			size = 0
		}
		size += n
		parts[len(parts)-1].To = i + 1
	}
	return parts
}

func (o own) question(read sentence.Script, part sentence.Range, known []film.Character, i, of int) question {
	var b strings.Builder
	words := 0.0
	for n := part.From; n < part.To; n++ {
		if note := read.Notes[n]; note != "" {
			b.WriteString("# " + note + "\n")
		}
		s := read.Spoken[n]
		words += prose.Words(s.Text)
		numbered(&b, n+1, s.Speaker, s.Text)
		if s.Ends {
			b.WriteByte('\n')
		}
	}
	var more strings.Builder
	if o.seconds > 0 {
		total := 0.0
		for _, s := range read.Spoken {
			total += prose.Words(s.Text)
		}
		share := o.seconds * words / max(total, 1)
		fmt.Fprintf(&more, "About %d scenes are right for these sentences.\n", max(1, int(share/7.5+0.5)))
	}
	if len(known) > 0 {
		more.WriteString("These characters are known; use their names, and list only others:\n")
		for _, c := range known {
			fmt.Fprintf(&more, "- %s: %s\n", c.Name, c.Looks)
		}
	}
	if nameless := o.undescribed(known); len(nameless) > 0 {
		more.WriteString("List these characters too, by these names, with looks:\n")
		for _, r := range nameless {
			fmt.Fprintf(&more, "- %s (%s)\n", r.Name, cmp.Or(r.Person(), "a person"))
		}
	}
	doing := "dividing the text into scenes"
	if of > 1 {
		doing = fmt.Sprintf("%s (part %d of %d)", doing, i+1, of)
	}
	return question{
		name: "scenes", schema: draftSchema(true), text: b.String(),
		instructions: fmt.Sprintf(divideInstructions, pictures, more.String(), capital(o.language), o.style),
		expect:       600 + int(14*words),
		from:         0.02 + 0.96*float64(i)/float64(of), to: 0.02 + 0.96*float64(i+1)/float64(of), doing: doing,
	}
}

// checkDivision says what is wrong with a model's scenes. Boundaries that make no sense are mended in
// code; pictures that are missing are not.
func checkDivision(d draft, part sentence.Range) []finding {
	inside, unseen, foreign := 0, 0, 0
	for _, s := range d.Scenes {
		if n := int(s.First) - 1; n < part.From || n >= part.To {
			continue
		}
		inside++
		switch prompt := string(s.ImagePrompt); {
		case !prose.Speakable(prompt):
			unseen++
		case !latin(prompt):
			foreign++
		}
	}
	var found []finding
	if inside == 0 {
		return []finding{{fmt.Sprintf("no scene has a \"first\" from %d to %d", part.From+1, part.To), true}}
	}
	if n := part.To - part.From; inside*6 < n {
		found = append(found, finding{fmt.Sprintf("%d scenes are too few for %d sentences: a scene has one to three", inside, n), false})
	}
	if unseen > 0 {
		found = append(found, finding{fmt.Sprintf("%d of the scenes have no image_prompt", unseen), unseen == inside})
	}
	if foreign > 0 {
		found = append(found, finding{fmt.Sprintf("%d of the image_prompts are not in English", foreign), false})
	}
	return found
}
