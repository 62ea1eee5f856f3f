package storyteller

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/filmloom/filmloom/plugins/storyteller/bank"
	"github.com/filmloom/filmloom/plugins/storyteller/depict"
	"github.com/filmloom/filmloom/plugins/storyteller/passage"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
	"github.com/filmloom/filmloom/providers/film/prose"
)

// Bounds of the user's own words, in characters.
const (
	maxOwn   = 20_000 // about two hours of work for a small machine, and twenty minutes of film
	maxTheme = 500
	// A theme up to here fits into a sentence; a longer one is told first, and then called "this".
	maxPhrase      = 80
	maxPhraseWords = 12
)

// tellOwn tells the user's text word for word.
func tellOwn(call *providers.Call, in film.StoryInput) (film.Story, error) {
	if n := utf8.RuneCountInString(in.CustomStory); n > maxOwn {
		return film.Story{}, providers.Invalid("custom_story has %d characters, and at most %d can be told in one film; shorten it, or divide it into several films.", n, maxOwn)
	}
	text := prose.Clean(in.CustomStory)
	if !prose.Speakable(text) {
		return film.Story{}, providers.Invalid("custom_story has no words to narrate; write at least one sentence, or leave it out and give custom_topic.")
	}
	if script, ok := foreign(text, in.Language); ok {
		call.Warn(fmt.Sprintf("The text is written in %s script, but the language is %s; choose the language of the text, or it will be read wrongly.", script, title(in.Language)))
	}
	told := film.Story{
		Title:      titleOf(text, in.Language),
		Mood:       depict.Mood(text, in.Language),
		Characters: []film.Character{},
		Text:       "",
	}
	scenes, err := scenesOf(text, in)
	if err != nil {
		return film.Story{}, err
	}
	told.Scenes = scenes
	told.Text = joined(scenes, in.Language)
	told.Description = describe(told.Text, in.Language, told.Mood, depict.Keys(text, in.Language, 3))
	return told, nil
}

// scenesOf divides a cleaned text into scenes with pictures.
func scenesOf(text string, in film.StoryInput) ([]film.Scene, error) {
	painter, err := depict.NewPainter(in.Language, scatter(uint64(in.Seed)))
	if err != nil {
		return nil, err
	}
	var scenes []film.Scene
	for i, p := range passage.Divide(text, in.Language) {
		picture := painter.Picture(p)
		scenes = append(scenes, film.Scene{
			ID: bank.SceneID(i), Narration: p, ImagePrompt: picture.Prompt, Camera: picture.Camera, Motion: bank.Motion(i),
		})
	}
	return scenes, nil
}

func joined(scenes []film.Scene, language string) string {
	narrations := make([]string, len(scenes))
	for i, s := range scenes {
		narrations[i] = s.Narration
	}
	return prose.Join(narrations, language)
}

// reflectOn frames the user's theme with questions, in one of the bank's frames. It adds no fact
// and no plot to it.
func reflectOn(in film.StoryInput) (film.Story, error) {
	if n := utf8.RuneCountInString(in.CustomTopic); n > maxTheme {
		return film.Story{}, providers.Invalid("custom_topic has %d characters, and at most %d are allowed; put a longer text into custom_story, which is told word for word.", n, maxTheme)
	}
	theme := strings.TrimRight(prose.Flat(prose.Clean(in.CustomTopic), in.Language), " .!?…")
	if !prose.Speakable(theme) {
		return film.Story{}, providers.Invalid("custom_topic has no words; name a theme, or give your own text as custom_story.")
	}
	if err := onlyEnglish(in.Language, "Stories on a theme"); err != nil {
		return film.Story{}, err
	}
	frames, err := bank.Stories(film.CustomTopic)
	if err != nil {
		return film.Story{}, err
	}
	painter, err := depict.NewPainter(in.Language, scatter(uint64(in.Seed)))
	if err != nil {
		return film.Story{}, err
	}
	phrase := uncapital(theme)
	long := utf8.RuneCountInString(theme) > maxPhrase || len(strings.Fields(theme)) > maxPhraseWords
	if long {
		phrase = "this"
	}
	frame := frames[uint64(in.Seed)%uint64(len(frames))]
	frame.Roles = []bank.Role{{Slot: "THEME", Names: []string{phrase}, Looks: painter.Picture(theme).Prompt}}
	told := frame.Tell(in.Length == "long", 0)
	told.Characters = []film.Character{} // the theme is nobody
	if long {
		opening, err := scenesOf(theme+".", in)
		if err != nil {
			return film.Story{}, err
		}
		told.Scenes = slices.Concat(opening, told.Scenes)
		for i := range told.Scenes {
			told.Scenes[i].ID, told.Scenes[i].Motion = bank.SceneID(i), bank.Motion(i)
		}
		told.Text = joined(told.Scenes, in.Language)
	}
	told.Title = titleOf(theme, in.Language)
	told.Mood = depict.Mood(theme, in.Language)
	told.Description = describe(told.Title+". "+told.Text, in.Language, told.Mood, depict.Keys(theme, in.Language, 3))
	return told, nil
}

// uncapital makes a theme fit into the middle of a sentence, where its first word is no name.
func uncapital(theme string) string {
	first, rest, _ := strings.Cut(theme, " ")
	switch first {
	case "The", "A", "An", "My", "Our", "Your", "His", "Her", "Their", "This", "That", "How", "Why", "What", "When", "Where", "Who":
		return strings.TrimSpace(strings.ToLower(first) + " " + rest)
	}
	return theme
}

// scripts are those that only some of the languages are written in.
var scripts = []struct {
	name      string
	table     []*unicode.RangeTable
	languages []string
}{
	{"Chinese or Japanese", []*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana}, []string{"chinese", "japanese"}},
	{"Cyrillic", []*unicode.RangeTable{unicode.Cyrillic}, []string{"russian", "ukrainian"}},
	{"Greek", []*unicode.RangeTable{unicode.Greek}, []string{"greek"}},
	{"Devanagari", []*unicode.RangeTable{unicode.Devanagari}, []string{"hindi"}},
	{"Latin", []*unicode.RangeTable{unicode.Latin}, []string{
		"english", "czech", "danish", "dutch", "french", "german", "indonesian", "italian",
		"norwegian", "polish", "portuguese", "spanish", "swedish", "turkish",
	}},
}

// foreign tells whether most of a text is in a script that its language is not written in.
func foreign(text, language string) (string, bool) {
	letters := 0
	counts := make([]int, len(scripts))
	for _, r := range text {
		if !unicode.IsLetter(r) {
			continue
		}
		letters++
		for i, s := range scripts {
			if unicode.In(r, s.table...) {
				counts[i]++
			}
		}
	}
	for i, s := range scripts {
		if counts[i]*2 > letters && !slices.Contains(s.languages, language) {
			return s.name, true
		}
	}
	return "", false
}
