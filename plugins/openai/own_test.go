package openai

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/plugins/openai/lenient"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
	"github.com/filmloom/filmloom/providers/film/prose"
)

// divisionJSON begins a scene at each of the sentences, and gives each a picture of its own.
func divisionJSON(firsts ...any) string {
	var scenes []any
	for i, first := range firsts {
		scenes = append(scenes, map[string]any{
			"first": first, "narration": "Words that the model made up.", "image_prompt": fmt.Sprintf("Mara sees picture number %d at dusk.", i+1),
			"camera": "wide", "motion": "zoom-in",
		})
	}
	raw, _ := json.Marshal(map[string]any{
		"title": "Mara", "description": "What Mara saw.", "mood": "calm",
		"characters": []any{map[string]any{"name": "Mara", "looks": "red braids"}, map[string]any{"name": "Old Tom", "looks": "white beard"}},
		"scenes":     scenes,
	})
	return string(raw)
}

const tale = `Mara woke up.  The lamp was out!

Who had done it? She climbed the stair, step by step, and counted: 1, 2, 3.
"Nobody," said Tom. Nobody…`

func TestTheUsersOwnStoryIsToldWordForWord(t *testing.T) {
	in := bedtime
	in.Topic, in.CustomStory = film.CustomTopic, tale
	v := newVendor(t, streamed(divisionJSON(1, 3, 4)))
	story, _, err := run(t.Context(), newBench(t, v, nil), film.StoryWrite, in)
	if err != nil {
		t.Fatal(err)
	}
	checkScenes(t, story.Scenes, story.Text, "english")
	checkAbout(t, story.Title, story.Description, story.Mood)
	if story.Text != strings.Join(strings.Fields(tale), " ") {
		t.Errorf("%q", story.Text)
	}
	if len(story.Scenes) != 3 || story.Scenes[1].Narration != "Who had done it?" || story.Scenes[2].ImagePrompt != "Mara sees picture number 3 at dusk." {
		t.Errorf("%+v", story.Scenes)
	}
	asked := fmt.Sprint(v.body(0)["messages"])
	if !strings.Contains(asked, "[1] Mara woke up.\n[2] The lamp was out!\n\n[3] Who had done it?\n[4] She climbed") {
		t.Errorf("%s", asked)
	}
	if strings.Contains(fmt.Sprint(v.body(0)["response_format"]), "narration:map") {
		t.Error("the model is asked for the text")
	}
}

func TestAScriptIsDividedBySpeaker(t *testing.T) {
	in := film.ScriptInput{
		Script: "INT. TOWER\nThe lamp was out.\nMARA: Who did it? Tell me!\nOLD TOM: Nobody.\nThe sea was calm.", Language: "english", Style: "anime", TargetSeconds: 30,
		Characters: []film.Role{{Name: "Mara", Looks: "black hair"}},
	}
	v := newVendor(t, streamed(divisionJSON("1", "[2]", 4)))
	script, _, err := run(t.Context(), newBench(t, v, nil), film.ScriptAnalyze, in)
	if err != nil {
		t.Fatal(err)
	}
	checkScenes(t, script.Scenes, script.Text, "english")
	checkAbout(t, script.Title, script.Description, script.Mood)
	var speakers []string
	for _, s := range script.Scenes {
		speakers = append(speakers, s.Speaker)
	}
	if script.Text != "The lamp was out. Who did it? Tell me! Nobody. The sea was calm." || !slices.Equal(speakers, []string{"", "Mara", "Old Tom", ""}) {
		t.Errorf("%q, %q", script.Text, speakers)
	}
	if len(script.Characters) != 2 || script.Characters[0].Looks != "black hair" || script.Characters[1].Looks != "white beard" {
		t.Errorf("%+v", script.Characters)
	}
	// The picture that serves two scenes is another one the second time.
	if script.Scenes[2].ImagePrompt == script.Scenes[3].ImagePrompt {
		t.Error("two scenes have the same picture")
	}
	if asked := fmt.Sprint(v.body(0)["messages"]); !strings.Contains(asked, "# INT. TOWER\n[1] The lamp") || !strings.Contains(asked, "[2] (Mara) Who did it?") ||
		!strings.Contains(asked, "About 4 scenes") || !strings.Contains(asked, "- Mara: black hair") {
		t.Errorf("%s", asked)
	}
}

// The model is asked for the looks of a character of whom only age or gender is known, and where it gives
// none these are what there is.
func TestCharactersWithoutLooksAreDescribed(t *testing.T) {
	in := film.ScriptInput{
		Script: "The lamp was out.\nOLD TOM: Nobody.\nMARA: Who did it?\nThe sea was calm.", Language: "english", Style: "anime",
		Characters: []film.Role{{Name: "Ben", Age: "child", Gender: "male"}, {Name: "Mara", Gender: "female"}, {Name: "old tom", Age: "elderly"}},
	}
	v := newVendor(t, streamed(divisionJSON(1, 2, 3, 4)))
	script, _, err := run(t.Context(), newBench(t, v, nil), film.ScriptAnalyze, in)
	if err != nil {
		t.Fatal(err)
	}
	if asked := fmt.Sprint(v.body(0)["messages"]); !strings.Contains(asked, "with looks:\n- Ben (a boy)\n- Mara (a woman)\n- old tom (an old person)") {
		t.Errorf("%s", asked)
	}
	if c := script.Characters; len(c) != 3 || c[0] != (film.Character{Name: "Ben", Looks: "a boy"}) || c[1] != (film.Character{Name: "Mara", Looks: "red braids"}) ||
		c[2] != (film.Character{Name: "old tom", Looks: "white beard"}) {
		t.Errorf("%+v", c)
	}
	if s := script.Scenes; s[1].Speaker != "old tom" || s[2].Speaker != "Mara" {
		t.Errorf("%+v", s)
	}
	if script.Seconds != film.SpokenSeconds(script.Text, "english", 1) {
		t.Errorf("it takes %v s", script.Seconds)
	}
}

func TestBoundariesThatMakeNoSenseAreMended(t *testing.T) {
	in := bedtime
	in.Topic, in.CustomStory = film.CustomTopic, tale
	for name, firsts := range map[string][]any{
		"out of order": {4, 1, 3}, "out of range": {1, 99, -3, 3}, "twice": {1, 1, 3}, "words": {"sentence 1", "none", 4.0}, "not the first": {3},
	} {
		t.Run(name, func(t *testing.T) {
			v := newVendor(t, streamed(divisionJSON(firsts...)))
			story, _, err := run(t.Context(), newBench(t, v, nil), film.StoryWrite, in)
			if err != nil || story.Text != strings.Join(strings.Fields(tale), " ") {
				t.Fatalf("%q, %v", story.Text, err)
			}
			checkScenes(t, story.Scenes, story.Text, "english")
		})
	}
}

func TestALongScriptIsGivenInParts(t *testing.T) {
	in := film.ScriptInput{Script: strings.Repeat("The fox ran over the hill. ", 500), Language: "english"}
	var answers []answer
	for from := 1; from <= 500; from += 10 {
		if from%153 < 10 { // 153 sentences fit into a part
			answers = append(answers, nil)
		}
	}
	for i := range answers {
		var firsts []any
		for n := 1; n <= 500; n += 3 {
			firsts = append(firsts, n)
		}
		answers[i] = streamed(divisionJSON(firsts...))
	}
	v := newVendor(t, answers...)
	script, _, err := run(t.Context(), newBench(t, v, nil), film.ScriptAnalyze, in)
	if err != nil {
		t.Fatal(err)
	}
	checkScenes(t, script.Scenes, script.Text, "english")
	if script.Text != strings.TrimSpace(in.Script) || len(script.Scenes) > 60 || v.requests() != len(answers) {
		t.Errorf("%d scenes, %d requests", len(script.Scenes), v.requests())
	}
}

func TestTextsWithoutWordsAndTooLongOnesAreRefused(t *testing.T) {
	b := newBench(t, newVendor(t), nil)
	for _, text := range []string{"...", "[Music]", strings.Repeat("a", 50_001)} {
		_, _, err := run(t.Context(), b, film.ScriptAnalyze, film.ScriptInput{Script: text, Language: "english"})
		if e := fault(t, err); e.Kind != providers.KindInvalidInput || !strings.HasPrefix(e.User, "script has") {
			t.Errorf("%.20q: %+v", text, e)
		}
	}
	in := bedtime
	in.Topic, in.CustomStory = film.CustomTopic, strings.Repeat("a", 20_001)
	_, _, err := run(t.Context(), b, film.StoryWrite, in)
	if e := fault(t, err); !strings.HasPrefix(e.User, "custom_story has 20001 characters") {
		t.Errorf("%+v", e)
	}
}

func translatedJSON(texts map[int]string) string {
	var list []any
	for n, text := range texts {
		list = append(list, map[string]any{"n": n, "text": text})
	}
	raw, _ := json.Marshal(map[string]any{"texts": list})
	return string(raw)
}

func TestTextsAreTranslatedEachUnderItsNumber(t *testing.T) {
	in := film.TranslateInput{Texts: []string{"Hello.", "♪", "Good\nnight."}, From: "english", To: "german"}
	v := newVendor(t, streamed(translatedJSON(map[int]string{3: "Gute Nacht.", 1: "Hallo."})))
	got, _, err := run(t.Context(), newBench(t, v, nil), film.TextTranslate, in)
	if err != nil || !slices.Equal(got.Texts, []string{"Hallo.", "♪", "Gute Nacht."}) {
		t.Errorf("%q, %v", got.Texts, err)
	}
	if asked := fmt.Sprint(v.body(0)["messages"]); !strings.Contains(asked, "[1] Hello.\n[3] Good night.\n") {
		t.Errorf("%s", asked)
	}
}

func TestNoTextIsLeftOut(t *testing.T) {
	in := film.TranslateInput{Texts: []string{"One.", "Two.", "Three."}, From: "english", To: "german"}
	v := newVendor(t, streamed(translatedJSON(map[int]string{1: "Eins.", 2: ""})), streamed(translatedJSON(map[int]string{1: "Eins.", 2: "Zwei.", 3: "Drei."})))
	got, _, err := run(t.Context(), newBench(t, v, nil), film.TextTranslate, in)
	if err != nil || !slices.Equal(got.Texts, []string{"Eins.", "Zwei.", "Drei."}) {
		t.Errorf("%q, %v", got.Texts, err)
	}
	if asked := fmt.Sprint(v.body(1)["messages"]); !strings.Contains(asked, "no translation of the texts number 2, 3") {
		t.Errorf("%s", asked)
	}
	v = newVendor(t, streamed(translatedJSON(map[int]string{1: "Eins."})), streamed(translatedJSON(map[int]string{1: "Eins.", 9: "Neun."})))
	_, _, err = run(t.Context(), newBench(t, v, nil), film.TextTranslate, in)
	if e := fault(t, err); e.Kind != providers.KindInternal || !strings.Contains(e.Hint, "translate_model") {
		t.Errorf("%+v", e)
	}
}

func TestManyTextsAreTranslatedInPartsWithWhatCameBefore(t *testing.T) {
	in := film.TranslateInput{From: "english", To: "german"}
	first, second := map[int]string{}, map[int]string{}
	for i := range 100 {
		in.Texts = append(in.Texts, fmt.Sprintf("Text %d.", i+1))
		if i < textsAtOnce {
			first[i+1] = fmt.Sprintf("Satz %d.", i+1)
		} else {
			second[i+1] = fmt.Sprintf("Satz %d.", i+1)
		}
	}
	v := newVendor(t, streamed(translatedJSON(first)), streamed(translatedJSON(second)))
	got, _, err := run(t.Context(), newBench(t, v, nil), film.TextTranslate, in)
	if err != nil || len(got.Texts) != 100 || got.Texts[0] != "Satz 1." || got.Texts[99] != "Satz 100." {
		t.Errorf("%q, %v", got.Texts, err)
	}
	if asked := fmt.Sprint(v.body(1)["messages"]); !strings.Contains(asked, "- Text 60. → Satz 60.") || strings.Contains(asked, "Text 54.") || !strings.Contains(asked, "[61] Text 61.") {
		t.Errorf("%s", asked)
	}
}

func TestTheSameLanguageNeedsNoTranslation(t *testing.T) {
	in := film.TranslateInput{Texts: []string{"One."}, From: "english", To: "english"}
	got, _, err := run(t.Context(), newBench(t, newVendor(t), nil), film.TextTranslate, in)
	if err != nil || !slices.Equal(got.Texts, in.Texts) {
		t.Errorf("%q, %v", got.Texts, err)
	}
	in.Texts = nil
	if got, _, err := run(t.Context(), newBench(t, newVendor(t), nil), film.TextTranslate, in); err != nil || len(got.Texts) != 0 {
		t.Errorf("%q, %v", got.Texts, err)
	}
}

// FuzzNoAnswerChangesTheText: whatever a model answers, the scenes tell the user's text.
func FuzzNoAnswerChangesTheText(f *testing.F) {
	f.Add(tale, divisionJSON(1, 3, 4), uint8(0))
	f.Add("夜深了。谁在那里？\n\nOK. 走", divisionJSON(2, -1, "x"), uint8(10))
	f.Add("A. B. C.", `[{"first": 2}, {"first": "2"}]`, uint8(3))
	languages := strings.Split(film.Languages, ",")
	f.Fuzz(func(t *testing.T, text, answer string, which uint8) {
		o := own{text: text, language: languages[int(which)%len(languages)]}
		read := o.read()
		if len(read.Spoken) == 0 {
			return
		}
		var d draft
		if raw, err := lenient.Object(answer, "scenes"); err == nil {
			_ = json.Unmarshal(raw, &d)
		}
		var starts []int
		for _, s := range d.Scenes {
			starts = append(starts, int(s.First)-1)
		}
		scenes, narrations := scenesOf(read.Spoken, d.Scenes, starts, o.language)
		got := prose.Join(narrations, o.language)
		if want := prose.Flat(prose.Clean(text), o.language); got != want {
			t.Fatalf("text changed:\n got %q\nwant %q", got, want)
		}
		checkScenes(t, scenes, got, o.language)
	})
}
