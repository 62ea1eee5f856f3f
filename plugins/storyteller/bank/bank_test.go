package bank

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/filmloom/filmloom/providers/film"
)

// topics are the fixed ones.
func topics() []string {
	return slices.DeleteFunc(strings.Split(film.Topics, ","), func(t string) bool { return t == "custom topic" })
}

func TestEveryTopicHasStories(t *testing.T) {
	ids := map[string]string{}
	for _, topic := range topics() {
		stories, err := Stories(topic)
		if err != nil {
			t.Fatal(err)
		}
		if len(stories) < 2 {
			t.Errorf("%s has %d stories, want at least 2", topic, len(stories))
		}
		for _, s := range stories {
			if s.Topic != topic {
				t.Errorf("%s is filed under %s and says %s", s.ID, topic, s.Topic)
			}
			if other, twice := ids[s.ID]; twice {
				t.Errorf("%s is in %s and %s", s.ID, other, topic)
			}
			ids[s.ID] = topic
		}
	}
}

var (
	sentenceEnd = regexp.MustCompile(`[.!?]( |$)`)
	hashtag     = regexp.MustCompile(`#[a-z]+`)
)

// TestEveryStoryKeepsTheRules tells every story in both lengths with every cast.
func TestEveryStoryKeepsTheRules(t *testing.T) {
	for _, topic := range topics() {
		stories, err := Stories(topic)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range stories {
			for _, long := range []bool{false, true} {
				for cast := range s.Casts() {
					checked := t.Run(fmt.Sprintf("%s/%s/long=%v/%d", topic, s.ID, long, cast), func(t *testing.T) {
						checkTold(t, s.Tell(long, cast), long)
					})
					if !checked {
						break
					}
				}
				told := s.Tell(long, 0)
				t.Logf("%-22s %-26s %-48q long=%-5v %3d words, %2d scenes", topic, s.ID, told.Title, long, len(strings.Fields(told.Text)), len(told.Scenes))
			}
		}
	}
}

func checkTold(t *testing.T, told film.Story, long bool) {
	t.Helper()
	minWords, maxWords, minScenes, maxScenes := 110, 150, 7, 9
	if long {
		minWords, maxWords, minScenes, maxScenes = 230, 290, 12, 16
	}
	if n := len(strings.Fields(told.Text)); n < minWords || n > maxWords {
		t.Errorf("%d words, want %d to %d", n, minWords, maxWords)
	}
	if n := len(told.Scenes); n < minScenes || n > maxScenes {
		t.Errorf("%d scenes, want %d to %d", n, minScenes, maxScenes)
	}
	if n := len(told.Title); n == 0 || n > 100 {
		t.Errorf("title %q has %d characters", told.Title, n)
	}
	if n := len(told.Description); n < 150 || n > 200 {
		t.Errorf("description has %d characters, want 150 to 200: %s", n, told.Description)
	}
	if n := len(hashtag.FindAllString(told.Description, -1)); n < 3 {
		t.Errorf("description has %d hashtags, want 3 at least", n)
	}
	if !slices.Contains(strings.Split(film.Genres, ","), told.Mood) {
		t.Errorf("mood %q", told.Mood)
	}
	prompts := map[string]bool{}
	var text []string
	for i, scene := range told.Scenes {
		where := fmt.Sprintf("%s %q", scene.ID, scene.Narration)
		if want := fmt.Sprintf("scene-%02d", i+1); scene.ID != want {
			t.Errorf("%s: want id %s", where, want)
		}
		if n := len(strings.Fields(scene.Narration)); n < 5 || n > 28 {
			t.Errorf("%s: %d words, want 5 to 28", where, n)
		}
		if n := len(sentenceEnd.FindAllString(scene.Narration, -1)); n < 1 || n > 3 || !sentenceEnd.MatchString(scene.Narration[len(scene.Narration)-1:]) {
			t.Errorf("%s: %d sentences, want whole ones, 1 to 3", where, n)
		}
		for _, r := range scene.Narration + told.Title + told.Description {
			if r > unicode.MaxASCII || r < ' ' || strings.ContainsRune(`"{}[]<>|\_*/~`, r) {
				t.Errorf("%s: a voice would stumble over %q", where, r)
			}
		}
		if strings.ContainsAny(scene.Narration, "0123456789") {
			t.Errorf("%s: write numbers as words", where)
		}
		if strings.Contains(scene.Narration, "  ") || strings.TrimSpace(scene.Narration) != scene.Narration {
			t.Errorf("%s: stray blanks", where)
		}
		if prompts[scene.ImagePrompt] {
			t.Errorf("%s: prompt %q is there twice", where, scene.ImagePrompt)
		}
		prompts[scene.ImagePrompt] = true
		if n := len(strings.Fields(scene.ImagePrompt)); n < 6 || n > 45 || strings.ContainsAny(scene.ImagePrompt, "{}|") {
			t.Errorf("%s: prompt %q", where, scene.ImagePrompt)
		}
		if !slices.Contains(cameras, scene.Camera) {
			t.Errorf("%s: camera %q", where, scene.Camera)
		}
		if i > 0 && scene.Motion == told.Scenes[i-1].Motion {
			t.Errorf("%s: motion %s twice in a row", where, scene.Motion)
		}
		for _, c := range told.Characters {
			if regexp.MustCompile(`\b`+c.Name+`\b`).MatchString(scene.Narration) && !strings.Contains(scene.ImagePrompt, c.Looks) {
				t.Errorf("%s: %s is named and does not look like themselves in %q", where, c.Name, scene.ImagePrompt)
			}
		}
		text = append(text, scene.Narration)
	}
	if got := strings.Join(text, " "); got != told.Text {
		t.Errorf("text is not the scenes' narrations joined:\n%s\n%s", told.Text, got)
	}
}
