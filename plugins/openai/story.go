package openai

import (
	"context"
	"fmt"
	"strings"
	"unicode"

	"github.com/filmloom/filmloom/plugins/openai/sentence"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
	"github.com/filmloom/filmloom/providers/film/prose"
)

const mostTheme = 500 // characters

func (p *plugin) writeStory(ctx context.Context, call *providers.Call, in film.StoryInput) (film.Story, error) {
	j, err := p.job(call)
	if err != nil {
		return film.Story{}, err
	}
	if in.Topic == film.CustomTopic && strings.TrimSpace(in.CustomStory) != "" {
		script, err := j.film(ctx, own{
			text: in.CustomStory, name: "custom_story", most: mostOwnStory, language: in.Language, style: in.Style,
		})
		return film.Story{
			Title: script.Title, Description: script.Description, Text: script.Text, Mood: script.Mood,
			Characters: script.Characters, Scenes: script.Scenes,
		}, err
	}
	theme, err := settleTheme(call, &in)
	if err != nil {
		return film.Story{}, err
	}
	size := sizeOf(in.Language, in.Length)
	q := question{
		name: "story", schema: draftSchema(false), instructions: storyInstructions(in, size), text: storyRequest(theme, in),
		expect: 2500 * size.high / 150, from: 0.02, to: 0.98, doing: "writing the story",
	}
	got, err := request(ctx, j, q, "scenes", func(d draft) []finding { return checkStory(d, size, in.Language) })
	if err != nil {
		return film.Story{}, err
	}
	return tellStory(call, got, size, in), nil
}

// settleTheme gives what a story is to be about. Where the user leaves the choice to us, it becomes the topic.
func settleTheme(call *providers.Call, in *film.StoryInput) (string, error) {
	switch {
	case in.Topic != film.CustomTopic:
		if strings.TrimSpace(in.CustomStory+in.CustomTopic) != "" {
			call.Warn(fmt.Sprintf("custom_story and custom_topic were not used, because the topic is %q; choose %q for them.", in.Topic, film.CustomTopic))
		}
		return strings.TrimSpace(in.Topic), nil
	case strings.TrimSpace(in.CustomTopic) == "":
		in.Topic = film.AnyTopic(in.Seed)
		call.Warn(fmt.Sprintf("Neither custom_story nor custom_topic was given, so a story on %q was chosen.", in.Topic))
		return in.Topic, nil
	}
	theme := prose.Flat(prose.Clean(in.CustomTopic), in.Language)
	if n := len([]rune(theme)); n > mostTheme {
		return "", providers.Invalid("custom_topic has %d characters, and at most %d are allowed; put a longer text into custom_story, which is told word for word.", n, mostTheme)
	}
	if !prose.Speakable(theme) {
		return "", providers.Invalid("custom_topic has no words: give a theme in your own words, or in custom_story a text to be told, or neither.")
	}
	return theme, nil
}

// A size is how long a narration may be.
type size struct {
	low, high int    // words, or characters
	unit      string // "words" or "characters"
	scenes    string // for the model: "6 to 8"
}

// paces are how many words of a language are spoken in 100 seconds by a calm narrator; of Chinese and
// Japanese characters, punctuation counted. English is the measure: 110 to 150 words in 45 to 60 s.
var paces = map[string]int{
	"english": 247, "czech": 210, "danish": 240, "dutch": 240, "french": 255, "german": 215, "greek": 225, "hindi": 250,
	"indonesian": 210, "italian": 230, "norwegian": 240, "polish": 200, "portuguese": 235, "russian": 190, "spanish": 240,
	"swedish": 235, "turkish": 180, "ukrainian": 195, "chinese": 430, "japanese": 600,
}

func sizeOf(language, length string) size {
	seconds := [2]int{45, 60}
	scenes := "6 to 8"
	if length == "long" {
		seconds, scenes = [2]int{90, 120}, "11 to 15"
	}
	pace, ok := paces[language]
	if !ok {
		pace = paces["english"]
	}
	s := size{low: pace * seconds[0] / 100, high: pace * seconds[1] / 100, unit: "words", scenes: scenes}
	if prose.Separator(language) == "" {
		s.unit = "characters"
	}
	return s
}

// measure counts a text in the size's unit.
func (s size) measure(text string) int {
	if s.unit == "words" {
		return len(strings.Fields(text))
	}
	n := 0
	for _, r := range text {
		if !unicode.IsSpace(r) {
			n++
		}
	}
	return n
}

// checkStory says what is wrong with a story. What code can mend is no finding.
func checkStory(d draft, size size, language string) []finding {
	if len(d.Scenes) == 0 {
		return []finding{{"it has no scenes", true}}
	}
	var found []finding
	var all strings.Builder
	silent, unseen, foreign := 0, 0, 0
	for _, s := range d.Scenes {
		narration := flat(s.Narration, language)
		all.WriteString(narration + " ")
		if !prose.Speakable(narration) {
			silent++
		}
		switch prompt := string(s.ImagePrompt); {
		case !prose.Speakable(prompt):
			unseen++
		case !latin(prompt):
			foreign++
		}
	}
	if silent == len(d.Scenes) {
		return []finding{{"no scene has a narration", true}}
	}
	if !written(all.String(), language) {
		return []finding{{"the narrations are not in " + capital(language), true}}
	}
	if len(d.Scenes) < 3 {
		found = append(found, finding{fmt.Sprintf("%d scenes are too few: %s are needed, of one to three sentences each", len(d.Scenes), size.scenes), false})
	}
	if silent > 0 {
		found = append(found, finding{fmt.Sprintf("%d of the scenes have no narration", silent), false})
	}
	if unseen > 0 {
		found = append(found, finding{fmt.Sprintf("%d of the scenes have no image_prompt", unseen), false})
	}
	if foreign > 0 {
		found = append(found, finding{fmt.Sprintf("%d of the image_prompts are not in English", foreign), false})
	}
	if n := size.measure(all.String()); n < size.low*3/4 || n > size.high*4/3 {
		found = append(found, finding{fmt.Sprintf("the narrations have %d %s together, and %d to %d are needed", n, size.unit, size.low, size.high), n < size.low/4 || n > size.high*4})
	}
	return found
}

// tellStory makes the story of a draft that was checked.
func tellStory(call *providers.Call, d draft, size size, in film.StoryInput) film.Story {
	story := film.Story{Characters: cast(nil, d.Characters), Mood: coerce(d.Mood, genres, "calm")}
	var spoken []sentence.Sentence
	var shots []shot
	var starts []int
	for _, s := range d.Scenes {
		if narration := flat(s.Narration, in.Language); prose.Speakable(narration) {
			shots, starts = append(shots, s), append(starts, len(spoken))
			spoken = append(spoken, sentence.Of(narration, in.Language)...)
		}
	}
	// A scene as long as half the story is divided, as the user's own text is.
	scenes, narrations := scenesOf(spoken, shots, starts, in.Language)
	story.Scenes = scenes
	story.Text = prose.Join(narrations, in.Language)
	story.Title = titleOf(d.Title, narrations[0], in.Language)
	story.Description = describe(d.Description, story.Title, story.Text, story.Mood, in.Language)
	if n := size.measure(story.Text); n < size.low*3/4 || n > size.high*4/3 {
		call.Warn(fmt.Sprintf("The story has %d %s, and %d to %d were asked for, so the film is shorter or longer than usual.", n, size.unit, size.low, size.high))
	}
	return story
}

// add appends a scene, with the id that code gives it and the picture of the shot.
func add(scenes []film.Scene, scene film.Scene, s shot) []film.Scene {
	i := len(scenes)
	before := ""
	if i > 0 {
		before = scenes[i-1].Motion
	}
	scene.ID = fmt.Sprintf("scene-%02d", i+1)
	scene.ImagePrompt = shorten(flat(s.ImagePrompt, ""), mostImagePrompt)
	if !prose.Speakable(scene.ImagePrompt) {
		scene.ImagePrompt = "An illustration of this moment: " + shorten(scene.Narration, mostImagePrompt/2)
	}
	scene.Camera = cameraOf(s.Camera, i)
	scene.Motion = motionOf(s.Motion, before, i)
	return append(scenes, scene)
}
