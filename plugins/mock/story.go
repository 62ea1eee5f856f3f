package mock

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
	"github.com/filmloom/filmloom/providers/film/prose"
)

var (
	cameras = []string{"wide", "medium", "close", "aerial"}
	motions = []string{"zoom-in", "pan-right", "zoom-out", "pan-left", "pan-up", "pan-down", "still"}
	genres  = strings.Split(film.Genres, ",")
	places  = []string{"in a quiet harbour", "under an old bridge", "at the edge of the forest", "on a windy hill", "in the empty station", "by the frozen river"}
)

// writeStory makes a story of its topic, or divides the custom story. The words are English whatever the
// language is; a custom story keeps its own.
func writeStory(_ context.Context, _ *providers.Call, in film.StoryInput) (film.Story, error) {
	theme := in.Topic
	var narrations []string
	switch custom := in.Topic == film.CustomTopic; {
	case custom && strings.TrimSpace(in.CustomStory) != "":
		narrations = divide(in.CustomStory, in.Language)
		theme = "a story of your own"
	case custom && strings.TrimSpace(in.CustomTopic) == "":
		theme = film.AnyTopic(in.Seed)
		narrations = invent(theme, in)
	case custom:
		theme = clip(strings.Join(strings.Fields(withoutWords(in.CustomTopic)), " "), 60)
		if theme == "" {
			theme = "nothing in particular"
		}
		narrations = invent(theme, in)
	default:
		narrations = invent(theme, in)
	}
	story := film.Story{
		Title: clip("A tale of "+theme, 100),
		Mood:  genres[(len(theme)+int(in.Seed%7))%len(genres)],
		Characters: []film.Character{
			{Name: "Mara", Looks: "a woman of about thirty, slender, short black hair, a yellow raincoat"},
			{Name: "Tom", Looks: "an old man, broad, white beard, a blue seaman's jacket"},
		},
		Text: prose.Join(narrations, in.Language),
	}
	story.Description = describe(theme, in.Style)
	for i, narration := range narrations {
		story.Scenes = append(story.Scenes, scene(i, narration))
	}
	return story, nil
}

// scene makes the scene with a number, from 0, of a narration.
func scene(i int, narration string) film.Scene {
	// The magic words follow at the end, so that shortening loses none and cuts none in two.
	prompt := strings.Join(append([]string{clip(withoutWords(narration), 400)}, wordPattern.FindAllString(narration, -1)...), " ")
	return film.Scene{
		ID: fmt.Sprintf("scene-%02d", i+1), Narration: narration,
		ImagePrompt: strings.TrimSpace("Mara " + places[i%len(places)] + " at dusk, clear sky, warm light: " + prompt),
		Camera:      cameras[i%len(cameras)], Motion: motions[i%len(motions)],
	}
}

// invent writes scenes of about eight seconds each.
func invent(theme string, in film.StoryInput) []string {
	n := 6
	if in.Length == "long" {
		n = 12
	}
	narrations := make([]string, n)
	for i := range narrations {
		place := places[(i+int(in.Seed%int64(len(places))))%len(places)]
		narrations[i] = fmt.Sprintf("This is part %d of a tale of %s. Mara waits %s and tells old Tom what she has seen there. Nobody else knows about it.", i+1, theme, place)
	}
	if in.Topic == film.CustomTopic {
		for _, w := range wordPattern.FindAllString(in.CustomTopic, -1) {
			// Those that are limited to some attempts have done their work here, unless they are for others.
			if strings.Contains(w, "@") && !strings.HasSuffix(w, "@"+film.StoryWrite.Name+"]") {
				narrations[0] += " " + w
			}
		}
	}
	return narrations
}

// describe makes 150 to 200 characters, hashtags included.
func describe(theme, style string) string {
	d := fmt.Sprintf("Mara and Tom tell of %s in a few short scenes, drawn in the %s style by a stand-in that knows no better.", theme, style)
	tags := " #story #film #mock"
	for _, more := range []string{" Watch to the end, there is no catch.", " Nothing here was made with care.", " It is only a test."} {
		if utf8.RuneCountInString(d+tags) < 150 {
			d += more
		}
	}
	return d + tags
}

// clip shortens a text to so many characters.
func clip(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}

// sentenceEnd is where a sentence ends: after its mark, closing quotes included, before white space; or
// after a full-width mark.
var sentenceEnd = regexp.MustCompile(`[.!?…]["'”’»)]*\s+|[。！？]+[」』）]*`)

// divide splits a story into scenes, without changing a word of it: a scene for each sentence, for two
// from 13 sentences on and for three from 25 on.
func divide(text, language string) []string {
	text = strings.Join(strings.Fields(text), " ")
	var sentences []string
	for from := 0; from < len(text); {
		end := len(text)
		if m := sentenceEnd.FindStringIndex(text[from:]); m != nil {
			end = from + m[1]
		}
		sentence := strings.TrimSpace(text[from:end])
		from = end
		if spoken(sentence) || len(sentences) == 0 {
			sentences = append(sentences, sentence)
		} else {
			sentences[len(sentences)-1] = prose.Join([]string{sentences[len(sentences)-1], sentence}, language)
		}
	}
	per := min(3, (len(sentences)+11)/12)
	var scenes []string
	for len(sentences) > 0 {
		n := min(per, len(sentences))
		scenes = append(scenes, prose.Join(sentences[:n], language))
		sentences = sentences[n:]
	}
	return scenes
}

// spoken tells whether a sentence has anything to say, beside magic words.
func spoken(sentence string) bool { return prose.Speakable(withoutWords(sentence)) }
