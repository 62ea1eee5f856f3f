package mock

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

// crashEnv marks a process of this test that makes the call which crashes it.
const crashEnv = "FILMLOOM_TEST_MOCK_LOG"

func TestACrashEndsTheProcessAndLeavesTheLineOfItsStart(t *testing.T) {
	if log := os.Getenv(crashEnv); log != "" {
		conf, _ := json.Marshal(Config{LogFile: log})
		_, err := call(t, configured(t, string(conf)), Echo, EchoInput{Text: "[mock:crash]"})
		t.Fatalf("the process lives: %v", err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	log := filepath.Join(t.TempDir(), "calls.log")
	cmd := exec.CommandContext(t.Context(), self, "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), crashEnv+"="+log, "TMPDIR="+t.TempDir()) // it leaves what it has there
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != 2 || !strings.Contains(string(out), "a magic word says to crash") {
		t.Errorf("%v\n%s", err, out)
	}
	if lines, err := os.ReadFile(log); err != nil || string(lines) != "mock.echo\ta\t1\tk\tstarted\n" {
		t.Errorf("the log is %q, %v", lines, err)
	}
}

// The package's documentation lists the magic words that there are.
func TestTheDocumentationListsEveryMagicWord(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	var listed []string
	for _, m := range regexp.MustCompile(`(?m)^//\t\[mock:(\w+)\] `).FindAllStringSubmatch(string(doc), -1) {
		listed = append(listed, m[1])
	}
	for name := range effects {
		if !slices.Contains(listed, name) {
			t.Errorf("[mock:%s] is not documented", name)
		}
	}
	if len(listed) != len(effects) {
		t.Errorf("documented are %q", listed)
	}
}

func TestASlipInAMagicWordIsInvalidInputThatTheCallerReads(t *testing.T) {
	p := configured(t, `{}`)
	for text, want := range map[string]string{
		"[mock:nonsense]":         "use one of crash, fail,",
		"[mock:]":                 "no magic word",
		"[mock:flaky:0]":          "number of attempts",
		"[mock:fail@]":            "name of a capability",
		"[mock:fail@mock.ehco]":   "mock.ehco",
		"[mock:fail@film.colour]": "image.generate",
	} {
		_, err := call(t, p, Echo, EchoInput{Text: text})
		if e := providers.AsError(err); e == nil || e.Kind != providers.KindInvalidInput || !strings.Contains(e.User, want) {
			t.Errorf("%s: %+v", text, e)
		}
	}
}

func TestOfSeveralWordsTheFirstOneThatAppliesCounts(t *testing.T) {
	p := configured(t, `{}`)
	for _, row := range []struct {
		prompt, style string
		want          providers.Kind
	}{
		{"[mock:reject] [mock:fail]", "", providers.KindRejected},
		{"[mock:reject@mock.echo] [mock:fail]", "", providers.KindInternal},
		{"[mock:reject]", "[mock:fail]", providers.KindRejected}, // prompt before style: alphabetical order
	} {
		_, err := call(t, p, film.ImageGenerate, film.ImageInput{Prompt: row.prompt, Style: row.style, Width: 64, Height: 64})
		if e := providers.AsError(err); e == nil || e.Kind != row.want {
			t.Errorf("%+v: %v", row, err)
		}
	}
}

// told writes a story and gives the scenes' narrations and prompts.
func told(t *testing.T, in film.StoryInput) (story film.Story, narrations, prompts []string) {
	t.Helper()
	in.Topic, in.Length, in.Style = "custom topic", "short", "anime"
	if in.Language == "" {
		in.Language = "english"
	}
	story = must(t, configured(t, `{}`), film.StoryWrite, in)
	for _, s := range story.Scenes {
		narrations, prompts = append(narrations, s.Narration), append(prompts, s.ImagePrompt)
	}
	return story, narrations, prompts
}

func TestWordsInACustomTopicGoToTheFirstSceneWhenTheyAreForAnotherCapability(t *testing.T) {
	const word = "[mock:reject@image.generate]"
	story, narrations, prompts := told(t, film.StoryInput{CustomTopic: word})
	if !strings.HasSuffix(narrations[0], word) || !strings.HasSuffix(prompts[0], word) || strings.Contains(strings.Join(narrations[1:], ""), "[mock:") {
		t.Errorf("narrations %q, prompts %q", narrations, prompts)
	}
	if story.Title != "A tale of nothing in particular" {
		t.Errorf("the title is %q", story.Title)
	}
}

// What failed the writing of the story at its first attempt must not fail the scenes as well.
func TestWordsThatTheStoryItselfHasSpentDoNotGoToItsScenes(t *testing.T) {
	p := configured(t, `{}`)
	raw, err := json.Marshal(film.StoryInput{Topic: "custom topic", CustomTopic: "owls [mock:flaky] [mock:flaky:1@story.write]", Language: "english", Length: "short", Style: "anime"})
	if err != nil {
		t.Fatal(err)
	}
	c := providers.Call{Capability: film.StoryWrite.Name, Attempt: 1, Input: raw}
	if _, err := p.Execute(t.Context(), &c); providers.AsError(err) == nil || providers.AsError(err).Kind != providers.KindUnavailable {
		t.Errorf("the first attempt: %v", err)
	}
	c.Attempt = 2
	res, err := p.Execute(t.Context(), &c)
	if err != nil || strings.Contains(string(res.Output), "[mock:") || !strings.Contains(string(res.Output), "A tale of owls") {
		t.Errorf("the second attempt: %+v, %v", res, err)
	}
}

func TestALongSceneKeepsItsMagicWordsWholeInItsPrompt(t *testing.T) {
	for _, letters := range []int{10, 380, 390, 395, 400, 500} {
		_, _, prompts := told(t, film.StoryInput{CustomStory: strings.Repeat("a", letters) + " [mock:reject@image.generate] and on it goes."})
		_, err := call(t, configured(t, `{}`), film.ImageGenerate, film.ImageInput{Prompt: prompts[0], Width: 64, Height: 64})
		if e := providers.AsError(err); e == nil || e.Kind != providers.KindRejected {
			t.Errorf("after %d letters the prompt %q: %v", letters, prompts[0], err)
		}
	}
}

func TestSpeechAndSubtitlesAreFreeOfMagicWords(t *testing.T) {
	p := configured(t, `{}`)
	const text = "One [mock:reject@image.generate] two."
	speech := must(t, p, film.SpeechSynthesize, film.SpeechInput{Text: text, Language: "english"})
	if len(speech.Words) != 2 || speech.Words[1].Text != "two." {
		t.Errorf("the words are %+v", speech.Words)
	}
	for _, in := range []film.LayoutInput{
		{Text: text, Seconds: 2},
		{Text: text, Seconds: 2, Words: []film.Word{{Text: "One", End: 1}, {Text: "[mock:reject@image.generate]", Start: 1, End: 1.5}, {Text: "two.", Start: 1.5, End: 2}}},
	} {
		in.Language = "english"
		if out := must(t, p, film.SubtitleLayout, in); len(out.Cues) != 1 || out.Cues[0].Text != "One two." || out.Cues[0].End != 2 {
			t.Errorf("the cues are %+v", out.Cues)
		}
	}
}

func TestAStoryLastsAsLongAsItsContractSaysInEveryLanguage(t *testing.T) {
	p := configured(t, `{}`)
	for length, bounds := range map[string][2]float64{"short": {45, 60}, "long": {90, 120}} {
		for _, language := range strings.Split(film.Languages, ",") {
			story := must(t, p, film.StoryWrite, film.StoryInput{Topic: "mystery", Language: language, Length: length, Style: "cinematic"})
			seconds := 0.0
			for _, s := range story.Scenes {
				seconds += must(t, p, film.SpeechSynthesize, film.SpeechInput{Text: s.Narration, Language: language}).Seconds
			}
			if seconds < bounds[0] || seconds > bounds[1] {
				t.Errorf("%s, %s: %.1f s", language, length, seconds)
			}
		}
	}
}

func TestDescriptionsHaveTheirLength(t *testing.T) {
	for _, style := range strings.Split(film.Styles, ",") {
		for n := range 61 {
			if d := describe(strings.Repeat("ж", n), style); utf8.RuneCountInString(d) < 150 || utf8.RuneCountInString(d) > 200 {
				t.Errorf("%s with a theme of %d characters: %d characters", style, n, utf8.RuneCountInString(d))
			}
		}
	}
}

func TestTextsWithoutSpacesAreToldByTheirCharacters(t *testing.T) {
	p := configured(t, `{}`)
	for _, row := range []struct{ text, words, cue string }{
		{"月が出た。", "月|が|出|た。", "月が出た。"},
		{"月亮 升起了！", "月|亮|升|起|了！", "月亮升起了！"},
		{"我爱Go语言。", "我|爱|Go|语|言。", "我爱Go语言。"},
		{"Mara waits.", "Mara|waits.", "Mara waits."},
	} {
		speech := must(t, p, film.SpeechSynthesize, film.SpeechInput{Text: row.text, Language: "chinese"})
		var got []string
		for _, w := range speech.Words {
			got = append(got, w.Text)
		}
		if strings.Join(got, "|") != row.words {
			t.Errorf("%s has the words %q", row.text, got)
		}
		laid := must(t, p, film.SubtitleLayout, film.LayoutInput{Text: row.text, Words: speech.Words, Seconds: speech.Seconds, Language: "chinese"})
		if len(laid.Cues) != 1 || laid.Cues[0].Text != row.cue {
			t.Errorf("%s has the cues %+v", row.text, laid.Cues)
		}
	}
}

func TestAWrongConfigurationIsNotReadyAndNamesEveryAttribute(t *testing.T) {
	done, err := New().Configure(t.Context(), json.RawMessage(`{"delay": "soon", "retry_after": "-1s", "log_file": "/nowhere/at/all.log"}`))
	if err != nil {
		t.Fatal(err)
	}
	var named []string
	for _, d := range done.Diagnostics {
		named = append(named, d.Attribute)
	}
	if done.Ready || strings.Join(named, " ") != "delay retry_after log_file" || !strings.Contains(done.Problem, `"soon"`) || done.Hint == "" {
		t.Errorf("%+v", done)
	}
}

func TestCallsOfEveryKindRunAtTheSameTime(t *testing.T) {
	p := configured(t, `{}`)
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			text := strings.Repeat("word ", i+1)
			speech, err := call(t, p, film.SpeechSynthesize, film.SpeechInput{Text: text, Language: "english"})
			if err != nil || len(speech.Words) != i+1 {
				t.Errorf("speech %d: %d words, %v", i, len(speech.Words), err)
			}
			clip, err := call(t, p, film.ClipRender, film.ClipInput{Frames: i + 1})
			if err != nil || clip.Frames != i+1 {
				t.Errorf("clip %d: %d frames, %v", i, clip.Frames, err)
			}
			out, err := call(t, p, File, FileInput{Text: text, Name: "a.txt"})
			if err != nil {
				t.Errorf("file %d: %v", i, err)
			} else if raw, err := os.ReadFile(out.File.Path); err != nil || string(raw) != text {
				t.Errorf("file %d: %q, %v", i, raw, err)
			}
		})
	}
	wg.Wait()
}
