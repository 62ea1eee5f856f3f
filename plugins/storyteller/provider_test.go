package storyteller

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/filmloom/filmloom/plugins/storyteller/bank"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
	"github.com/filmloom/filmloom/providers/film/prose"
)

// ask runs the provider as the engine does: defaults filled in, through JSON.
func ask(t *testing.T, in film.StoryInput) (film.Story, []string, error) {
	t.Helper()
	if in.Language == "" {
		in.Language = "english"
	}
	if in.Length == "" {
		in.Length = "short"
	}
	in.Style = "cinematic"
	raw, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	p := New()
	if c, err := p.Configure(context.Background(), nil); err != nil || !c.Ready {
		t.Fatalf("not ready: %+v, %v", c, err)
	}
	result, err := p.Execute(context.Background(), &providers.Call{Capability: film.StoryWrite.Name, Input: raw})
	if err != nil {
		return film.Story{}, nil, err
	}
	var told film.Story
	if err := json.Unmarshal(result.Output, &told); err != nil {
		t.Fatal(err)
	}
	checkStory(t, told, in.Language)
	return told, result.Warnings, nil
}

var tag = regexp.MustCompile(`#\S+`)

// checkStory holds for every story, whoever wrote it.
func checkStory(t *testing.T, told film.Story, language string) {
	t.Helper()
	if n := utf8.RuneCountInString(told.Title); n == 0 || n > 100 {
		t.Errorf("title %q has %d characters", told.Title, n)
	}
	if n := utf8.RuneCountInString(told.Description); n < 150 || n > 200 {
		t.Errorf("description has %d characters: %s", n, told.Description)
	}
	if n := len(tag.FindAllString(told.Description, -1)); n < 3 {
		t.Errorf("description has %d hashtags: %s", n, told.Description)
	}
	if !slices.Contains(strings.Split(film.Genres, ","), told.Mood) {
		t.Errorf("mood %q", told.Mood)
	}
	if told.Characters == nil {
		t.Error("characters are null, want a list")
	}
	if len(told.Scenes) == 0 || len(told.Scenes) > 70 {
		t.Fatalf("%d scenes", len(told.Scenes))
	}
	if joined(told.Scenes, language) != told.Text {
		t.Errorf("the narrations joined are not the text %q", told.Text)
	}
	seen := map[string]string{}
	for i, s := range told.Scenes {
		if want := fmt.Sprintf("scene-%02d", i+1); s.ID != want {
			t.Errorf("id %s, want %s", s.ID, want)
		}
		if other, twice := seen[s.ImagePrompt]; twice {
			t.Errorf("%s and %s have the same prompt %q", other, s.ID, s.ImagePrompt)
		}
		seen[s.ImagePrompt] = s.ID
		if !prose.Speakable(s.Narration) || s.ImagePrompt == "" {
			t.Errorf("%s is empty: %+v", s.ID, s)
		}
		if !slices.Contains([]string{"wide", "medium", "close", "aerial"}, s.Camera) {
			t.Errorf("%s: camera %q", s.ID, s.Camera)
		}
		if !slices.Contains([]string{"zoom-in", "zoom-out", "pan-left", "pan-right", "pan-up", "pan-down"}, s.Motion) || i > 0 && s.Motion == told.Scenes[i-1].Motion {
			t.Errorf("%s: motion %q", s.ID, s.Motion)
		}
	}
}

func fixedTopics() []string {
	return slices.DeleteFunc(strings.Split(film.Topics, ","), func(s string) bool { return s == film.CustomTopic })
}

func TestDescribesItselfAsRepeatable(t *testing.T) {
	d, err := New().Describe(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if spec, ok := d.Capability("story.write"); !ok || !spec.Deterministic || d.Name != "storyteller" {
		t.Errorf("got %+v", d)
	}
}

func TestSeedsReachEveryStoryAndEveryName(t *testing.T) {
	for _, topic := range fixedTopics() {
		stories, err := bank.Stories(topic)
		if err != nil {
			t.Fatal(err)
		}
		titles, names := map[string]bool{}, map[string]bool{}
		for seed := range int64(200) {
			told, _, err := ask(t, film.StoryInput{Topic: topic, Seed: seed})
			if err != nil {
				t.Fatal(err)
			}
			titles[told.Title] = true
			for _, c := range told.Characters {
				names[c.Name] = true
			}
		}
		if len(titles) != len(stories) {
			t.Errorf("%s: %d stories told of %d", topic, len(titles), len(stories))
		}
		for _, s := range stories {
			for _, r := range s.Roles {
				for _, name := range r.Names {
					if r.Looks != "" && !names[name] {
						t.Errorf("%s: nobody was ever called %s", s.ID, name)
					}
				}
			}
		}
	}
}

func TestSameInputGivesSameStory(t *testing.T) {
	for _, in := range []film.StoryInput{
		{Topic: "scary", Seed: 7},
		{Topic: "love", Seed: 1 << 62, Length: "long"},
		{Topic: film.CustomTopic, Seed: 3},
		{Topic: film.CustomTopic, CustomTopic: "my dog", Seed: 3},
		{Topic: film.CustomTopic, CustomStory: "A man walked into a forest. It rained. He found a door. He opened it.", Seed: 3},
	} {
		first, _, err := ask(t, in)
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if again, _, _ := ask(t, in); !reflect.DeepEqual(first, again) {
				t.Errorf("%+v told differently:\n%+v\n%+v", in, first, again)
			}
		}
	}
}

func TestOwnTextIsToldWordForWord(t *testing.T) {
	for language, text := range ownTexts {
		told, warnings, err := ask(t, film.StoryInput{Topic: film.CustomTopic, CustomStory: text, Language: language})
		if err != nil {
			t.Errorf("%s: %v", language, err)
			continue
		}
		if want := prose.Flat(prose.Clean(text), language); told.Text != want {
			t.Errorf("%s: got %q, want %q", language, told.Text, want)
		}
		if len(warnings) != 0 {
			t.Errorf("%s: warnings %q", language, warnings)
		}
		for _, s := range told.Scenes {
			if strings.ContainsFunc(s.ImagePrompt, func(r rune) bool { return r > 127 }) {
				t.Errorf("%s: prompt %q is not English", language, s.ImagePrompt)
			}
		}
		if !strings.Contains(told.Scenes[0].ImagePrompt, "forest") || !strings.Contains(told.Scenes[0].ImagePrompt, "night") {
			t.Errorf("%s: the first scene shows %q, want a forest at night", language, told.Scenes[0].ImagePrompt)
		}
		if last := told.Scenes[len(told.Scenes)-1].ImagePrompt; !strings.Contains(last, "forest") {
			t.Errorf("%s: the last scene shows %q, want it still in the forest", language, last)
		}
	}
}

func TestOwnTextWinsOverTheme(t *testing.T) {
	told, _, err := ask(t, film.StoryInput{Topic: film.CustomTopic, CustomTopic: "cats", CustomStory: "The dog ran home."})
	if err != nil || told.Text != "The dog ran home." {
		t.Errorf("got %q, %v", told.Text, err)
	}
}

func TestTitleComesFromHeadingOrFirstSentence(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"# The Well\nIt was dry. It was deep.", "The Well"},
		{"The Last Bus\n\nIt never came, and nobody wondered why.", "The Last Bus"},
		{"It rained on Monday. On Tuesday it did not.", "It rained on Monday"},
		{"\"Who goes there?\" The guard looked up.", "Who goes there?"},
		{"When the old man had finally climbed the last of the nine hundred steps to the lantern room, he sat down.", "When the old man had finally climbed the last of the nine hundred..."},
	} {
		told, _, err := ask(t, film.StoryInput{Topic: film.CustomTopic, CustomStory: c.text})
		if err != nil || told.Title != c.want {
			t.Errorf("%q: got title %q, want %q (%v)", c.text, told.Title, c.want, err)
		}
	}
}

func TestThemeIsFramedInItsOwnWords(t *testing.T) {
	long := strings.Repeat("the rain on the roof of a small house by the sea ", 9)
	for _, theme := range []string{"my grandfather's garden", "The loneliness of lighthouses.", "x", "{THEME} %s <b>", long} {
		for seed := range int64(2) {
			for _, length := range []string{"short", "long"} {
				told, warnings, err := ask(t, film.StoryInput{Topic: film.CustomTopic, CustomTopic: theme, Seed: seed, Length: length})
				if err != nil {
					t.Fatalf("%q: %v", theme, err)
				}
				words := strings.TrimRight(strings.Join(strings.Fields(theme), " "), " .")
				if !strings.Contains(strings.ToLower(told.Text), strings.ToLower(words)) {
					t.Errorf("%q is not in %q", theme, told.Text)
				}
				if len(warnings) != 0 || len(told.Characters) != 0 {
					t.Errorf("%q: warnings %q, characters %+v", theme, warnings, told.Characters)
				}
				if n := len(strings.Fields(told.Text)); theme != long && (length == "short" && (n < 100 || n > 160) || length == "long" && (n < 220 || n > 300)) {
					t.Errorf("%q: %s is %d words", theme, length, n)
				}
			}
		}
	}
}

func TestWithoutThemeAStoryIsChosenAndSaid(t *testing.T) {
	titles := map[string]bool{}
	for seed := range int64(300) {
		told, warnings, err := ask(t, film.StoryInput{Topic: film.CustomTopic, Seed: seed})
		if err != nil || len(warnings) != 1 || !strings.Contains(warnings[0], "custom_story") {
			t.Fatalf("warnings %q, %v", warnings, err)
		}
		titles[told.Title] = true
	}
	if len(titles) < 2*len(fixedTopics()) {
		t.Errorf("300 seeds reach %d stories", len(titles))
	}
}

func TestUnusedOwnTextIsSaid(t *testing.T) {
	_, warnings, err := ask(t, film.StoryInput{Topic: "scary", CustomStory: "Mine."})
	if err != nil || len(warnings) != 1 || !strings.Contains(warnings[0], "custom topic") {
		t.Errorf("warnings %q, %v", warnings, err)
	}
}

func TestTextInAnotherScriptThanItsLanguageIsSaid(t *testing.T) {
	for _, c := range []struct{ text, language, want string }{
		{"夜深了。他走进森林。", "english", "Chinese"},
		{"Он вошёл в лес.", "english", "Cyrillic"},
		{"He went into the forest.", "russian", "Latin"},
	} {
		_, warnings, err := ask(t, film.StoryInput{Topic: film.CustomTopic, CustomStory: c.text, Language: c.language})
		if err != nil || len(warnings) != 1 || !strings.Contains(warnings[0], c.want) {
			t.Errorf("%s: warnings %q, %v", c.text, warnings, err)
		}
	}
}

func TestRefusalsSayWhatWorks(t *testing.T) {
	for _, c := range []struct {
		name string
		in   film.StoryInput
		want string
	}{
		{"fixed topic in another language", film.StoryInput{Topic: "scary", Language: "german"}, "custom_story"},
		{"theme in another language", film.StoryInput{Topic: film.CustomTopic, CustomTopic: "Katzen", Language: "german"}, "custom_story"},
		{"nothing given in another language", film.StoryInput{Topic: film.CustomTopic, Language: "german"}, "custom_story"},
		{"blank text", film.StoryInput{Topic: film.CustomTopic, CustomStory: " \n\t "}, "at least one sentence"},
		{"text of marks", film.StoryInput{Topic: film.CustomTopic, CustomStory: "?! ...\x00"}, "at least one sentence"},
		{"text too long", film.StoryInput{Topic: film.CustomTopic, CustomStory: strings.Repeat("a b. ", 40_000)}, "20000"},
		{"theme too long", film.StoryInput{Topic: film.CustomTopic, CustomTopic: strings.Repeat("a b ", 200)}, "custom_story"},
		{"theme of marks", film.StoryInput{Topic: film.CustomTopic, CustomTopic: "!!!"}, "theme"},
		{"unknown topic", film.StoryInput{Topic: "cooking"}, "bedtime"},
	} {
		_, _, err := ask(t, c.in)
		var refused *providers.Error
		if !errors.As(err, &refused) || refused.Kind != providers.KindInvalidInput {
			t.Errorf("%s: got %v", c.name, err)
			continue
		}
		if !strings.Contains(refused.User, c.want) || !strings.HasSuffix(refused.User, ".") {
			t.Errorf("%s: the user reads %q", c.name, refused.User)
		}
	}
}

func TestHostileTextsEndQuickly(t *testing.T) {
	for name, text := range map[string]string{
		"one word":        strings.Repeat("x", maxOwn),
		"marks":           strings.Repeat("!?", maxOwn/2-1) + "ab",
		"quotes":          strings.Repeat("\".", maxOwn/2-1) + "ab",
		"accents":         "a" + strings.Repeat("\u0301", maxOwn-1),
		"tiny paragraphs": strings.Repeat("a\n\n", maxOwn/3),
		"abbreviations":   strings.Repeat("Mr. ", maxOwn/4),
		"articles":        strings.Repeat("the ", maxOwn/4),
		"joiners":         strings.Repeat("a\u200d", maxOwn/2),
		"emoji":           "a" + strings.Repeat("👩\u200d🚀", maxOwn/3-1),
	} {
		start := time.Now()
		if _, _, err := ask(t, film.StoryInput{Topic: film.CustomTopic, CustomStory: text}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if took := time.Since(start); took > 30*time.Second {
			t.Errorf("%s took %s", name, took)
		}
	}
}
