package storyteller

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/filmloom/filmloom/plugins/storyteller/bank"
	"github.com/filmloom/filmloom/plugins/storyteller/depict"
	"github.com/filmloom/filmloom/plugins/storyteller/passage"
	"github.com/filmloom/filmloom/plugins/storyteller/screenplay"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
	"github.com/filmloom/filmloom/providers/film/prose"
)

const (
	maxScript = 50_000 // characters
	// maxScenes is more than anybody wants to see; only a dialogue of thousands of lines comes to it, since
	// a scene has one speaker.
	maxScenes = 600
)

// analyze serves script.analyze.
func analyze(_ context.Context, call *providers.Call, in film.ScriptInput) (film.Script, error) {
	if n := utf8.RuneCountInString(in.Script); n > maxScript {
		return film.Script{}, providers.Invalid("The script has %d characters, and at most %d can be made into one film; divide it into several.", n, maxScript)
	}
	known := make([]string, len(in.Characters))
	for i, c := range in.Characters {
		known[i] = c.Name
	}
	read := screenplay.Read(in.Script, in.Language, known)
	if !speaks(read) {
		return film.Script{}, providers.Invalid("The script has no words to be spoken: names, headings and directions in brackets are not. Write at least one sentence.")
	}
	beats := divide(read, in)
	if len(beats) > maxScenes {
		return film.Script{}, providers.Invalid("The script changes its speaker so often that the film would have %d scenes, and at most %d can be made; divide it into several.", len(beats), maxScenes)
	}
	text := joinBeats(beats, in.Language)
	if script, ok := foreign(text, in.Language); ok {
		call.Warn(fmt.Sprintf("The script is written in %s script, but the language is %s; choose the language of the script, or it will be read wrongly.", script, title(in.Language)))
	}
	out := film.Script{
		Title: shorten(read.Title, maxTitle), Text: text, Seconds: film.SpokenSeconds(text, in.Language, 1), Characters: cast(read, in),
	}
	if !prose.Speakable(out.Title) {
		out.Title = titleOf(prose.Clean(read.Parts[0].Text), in.Language)
	}
	everything := strings.Join(append([]string{text}, read.Unspoken...), "\n")
	out.Mood = depict.Mood(everything, in.Language)
	out.Description = describe(text, in.Language, out.Mood, depict.Keys(everything, in.Language, 3))
	var err error
	out.Scenes, err = pictured(beats, out.Characters, in)
	return out, err
}

// seen is all that tells what is seen.
func (b beat) seen() string { return strings.Join(append(slices.Clone(b.notes), b.narration), "\n") }

func speaks(s screenplay.Script) bool {
	for _, p := range s.Parts {
		if prose.Speakable(p.Text) {
			return true
		}
	}
	return false
}

// A beat is what will be one scene.
type beat struct {
	heading, speaker, narration string
	notes                       []string
}

// divide makes the beats of a script. Their narrations, joined, are all that is spoken.
func divide(s screenplay.Script, in film.ScriptInput) []beat {
	parts := together(s.Parts)
	for words := sceneWords(parts, in.TargetSeconds); ; words *= 4. / 3 {
		beats := cut(parts, in.Language, words)
		// A long text of many short parts gets longer scenes, as far as its speakers allow.
		if len(beats) > passage.MaxPassages && len(beats) > len(parts) && words < maxWords {
			continue
		}
		last := &beats[len(beats)-1]
		last.notes = append(last.notes, s.Closing...)
		return beats
	}
}

// together joins parts of one speaker that are too short for a picture of their own, and such as have
// nothing to say.
func together(parts []screenplay.Part) (joined []screenplay.Part) {
	const few = 8 // words
	var held screenplay.Part
	for _, p := range parts {
		p.Heading, p.Notes = strings.TrimSpace(held.Heading+" "+p.Heading), append(held.Notes, p.Notes...)
		p.Text, held = strings.TrimSpace(held.Text+"\n\n"+p.Text), screenplay.Part{}
		n := len(joined) - 1
		switch {
		case !prose.Speakable(p.Text) && n < 0: // "…" at the beginning goes with whatever follows
			held = p
			continue
		case !prose.Speakable(p.Text):
			joined[n].Text += "\n\n" + p.Text
			held.Heading, held.Notes = p.Heading, p.Notes
			continue
		case n >= 0 && p.Heading == "" && joined[n].Speaker == p.Speaker && min(prose.Words(joined[n].Text), prose.Words(p.Text)) < few:
			joined[n].Text += "\n\n" + p.Text
			joined[n].Notes = append(joined[n].Notes, p.Notes...)
			continue
		}
		joined = append(joined, p)
	}
	return joined
}

// maxWords is the most words that a scene of a very long script is aimed at.
const maxWords = 120

// sceneWords is how many words a scene should have. Scenes of a long film are longer; a script that takes
// longer to say than the film is meant to last will be spoken faster, so its scenes hold more words.
func sceneWords(parts []screenplay.Part, target float64) float64 {
	const perSecond = 2.5
	said := 0.0
	for _, p := range parts {
		said += prose.Words(p.Text)
	}
	said /= perSecond
	if target == 0 {
		target = said
	}
	seconds := max(4.5, min(1.2*math.Pow(target, 0.4), 12)) // 30 s: 4.7, 60 s: 6.2, 2 min: 8.1, 5 min: 11.7
	pace := max(0.5, min(said/target, 2))
	return seconds * perSecond * pace
}

// cut divides each part into passages of about so many words.
func cut(parts []screenplay.Part, language string, words float64) (beats []beat) {
	for _, p := range parts {
		for i, narration := range passage.DivideBy(p.Text, language, words) {
			b := beat{speaker: p.Speaker, narration: narration}
			if i == 0 {
				b.heading, b.notes = p.Heading, p.Notes
			}
			if n := len(beats); n > 0 {
				beats[n-1].narration += prose.Gap(beats[n-1].narration, narration, language)
			}
			beats = append(beats, b)
		}
	}
	return beats
}

func joinBeats(beats []beat, language string) string {
	narrations := make([]string, len(beats))
	for i, b := range beats {
		narrations[i] = b.narration
	}
	return prose.Join(narrations, language)
}

// pictured finds the scenes' pictures.
func pictured(beats []beat, characters []film.Character, in film.ScriptInput) ([]film.Scene, error) {
	painter, err := depict.NewPainter(in.Language, scatter(uint64(in.Seed)))
	if err != nil {
		return nil, err
	}
	scenes := make([]film.Scene, len(beats))
	for i, b := range beats {
		if b.heading != "" {
			painter.Enter(b.heading)
		}
		who := appearing(b, characters)
		picture := painter.PictureOf(strings.Join(who, ", "), b.seen())
		if len(who) > 0 && picture.Camera == "aerial" { // from where nobody is recognised
			picture.Camera = "medium"
		}
		scenes[i] = film.Scene{
			ID: bank.SceneID(i), Narration: b.narration, ImagePrompt: picture.Prompt, Camera: picture.Camera, Motion: bank.Motion(i), Speaker: b.speaker,
		}
	}
	return scenes, nil
}

// appearing gives the names of those who are in a beat's picture: its speaker, and who is named in it; two
// at most. Their looks go to the provider of pictures beside the description.
func appearing(b beat, characters []film.Character) (who []string) {
	const most = 2
	add := func(c film.Character) {
		if len(who) < most {
			who = append(who, c.Name)
		}
	}
	for _, c := range characters {
		if c.Name == b.speaker {
			add(c)
		}
	}
	text := strings.ToLower(b.seen())
	for _, c := range characters {
		if c.Name != b.speaker && names(text, strings.ToLower(c.Name)) {
			add(c)
		}
	}
	return who
}

// names tells whether a name stands in a text as a whole word; where no spaces are written, anywhere.
func names(text, name string) bool {
	for from := 0; name != ""; {
		at := strings.Index(text[from:], name)
		if at < 0 {
			return false
		}
		at += from
		before, _ := utf8.DecodeLastRuneInString(text[:at])
		after, _ := utf8.DecodeRuneInString(text[at+len(name):])
		if first, _ := utf8.DecodeRuneInString(name); prose.Ideographic(first) || !unicode.IsLetter(before) && !unicode.IsLetter(after) {
			return true
		}
		from = at + len(name)
	}
	return false
}
