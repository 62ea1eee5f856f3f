package openai

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/filmloom/filmloom/plugins/openai/lenient"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

var bedtime = film.StoryInput{Topic: "bedtime", Language: "english", Length: "short", Style: "cinematic", Seed: 7}

// draftJSON is a story of so many scenes of 20 words, as a model that keeps to the schema writes it.
func draftJSON(scenes int) string {
	d := map[string]any{
		"title": "The Lamp", "description": "A lamp goes out and nobody knows why, until Mara climbs the tower. #lighthouse #sea #night",
		"mood":       "suspense",
		"characters": []any{map[string]any{"name": "Mara", "looks": "a girl of ten, red braids, yellow raincoat"}},
	}
	var list []any
	for i := range scenes {
		list = append(list, map[string]any{
			"narration":    fmt.Sprintf("Scene number %d has twenty words so that the whole story is as long as it is meant to be.", i+1),
			"image_prompt": fmt.Sprintf("Mara on step %d of a lighthouse stair at night, lantern light.", i+1),
			"camera":       cameras[i%4], "motion": motions[i%6],
		})
	}
	d["scenes"] = list
	raw, _ := json.Marshal(d)
	return string(raw)
}

// checkScenes holds scenes against the contract.
func checkScenes(t *testing.T, scenes []film.Scene, text, language string) {
	t.Helper()
	var parts []string
	for i, s := range scenes {
		if s.ID != fmt.Sprintf("scene-%02d", i+1) {
			t.Errorf("scene %d has the id %q", i, s.ID)
		}
		if s.Narration == "" || s.ImagePrompt == "" || !slices.Contains(cameras, s.Camera) || !slices.Contains(append(motions[:6:6], "still"), s.Motion) {
			t.Errorf("scene %+v", s)
		}
		if i > 0 && s.Motion == scenes[i-1].Motion {
			t.Errorf("%s moves as the one before: %s", s.ID, s.Motion)
		}
		parts = append(parts, s.Narration)
	}
	separator := " "
	if language == "chinese" || language == "japanese" {
		separator = ""
	}
	if got := strings.Join(parts, separator); got != text || text == "" {
		t.Errorf("the narrations are not the text:\n%q\n%q", got, text)
	}
}

func checkAbout(t *testing.T, title, description, mood string) {
	t.Helper()
	if n := utf8.RuneCountInString(title); n < 1 || n > 100 {
		t.Errorf("title of %d characters: %q", n, title)
	}
	if n := utf8.RuneCountInString(description); n < 150 || n > 200 || !strings.Contains(description, " #") {
		t.Errorf("description of %d characters: %q", n, description)
	}
	if !slices.Contains(genres, mood) {
		t.Errorf("mood %q", mood)
	}
}

func TestAStoryIsWritten(t *testing.T) {
	v := newVendor(t, streamed(draftJSON(7)))
	b := newBench(t, v, map[string]any{"temperature": 0.9}).official()
	story, result, err := run(t.Context(), b, film.StoryWrite, bedtime)
	if err != nil {
		t.Fatal(err)
	}
	checkScenes(t, story.Scenes, story.Text, "english")
	checkAbout(t, story.Title, story.Description, story.Mood)
	if len(story.Scenes) != 7 || story.Title != "The Lamp" || story.Mood != "suspense" || story.Characters[0].Looks != "a girl of ten, red braids, yellow raincoat" {
		t.Errorf("%+v", story)
	}
	if !strings.Contains(story.Description, "#lighthouse") || len(result.Warnings) > 0 {
		t.Errorf("%q, %q", story.Description, result.Warnings)
	}
	// 800 tokens at 0.1, 200 from the cache at 0.01, 500 at 0.5 dollars a million.
	if result.Cost != 332 {
		t.Errorf("it cost %d", result.Cost)
	}
	if len(b.progress) < 5 {
		t.Errorf("progress %v", b.progress)
	}
	if got := v.body(0); got["model"] != "gpt-6-luna" || got["temperature"] != 0.9 || got["stream"] != true || got["response_format"] == nil {
		t.Errorf("%v", got)
	}
}

func TestALocalServerIsAskedWithoutAKey(t *testing.T) {
	v := newVendor(t, streamed("Here is your story:\n```json\n"+strings.ReplaceAll(draftJSON(7), `"}]`, `",}],`)+"\n```"))
	v.local = true
	t.Setenv("OPENAI_API_KEY", testKey)
	t.Setenv("OPENAI_ORG_ID", "org-other")
	t.Setenv("OPENAI_PROJECT_ID", "proj-other")
	t.Setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
	t.Setenv("OPENAI_CUSTOM_HEADERS", "Authorization: Bearer "+testKey)
	story, result, err := run(t.Context(), newBench(t, v, nil), film.StoryWrite, bedtime)
	if err != nil || len(story.Scenes) != 7 || result.Cost != 0 {
		t.Errorf("%+v, %v", story, err)
	}
}

func TestWhatAServerDoesNotUnderstandIsLeftOutAndRemembered(t *testing.T) {
	v := newVendor(t,
		apiError(400, "invalid_request_error", "", "response_format", "This model does not support structured outputs."),
		status(400, `{"error":"unknown field \"stream_options\""}`),
		apiError(400, "invalid_request_error", "unsupported_value", "stream", "Your organization must be verified to stream this model."),
		status(422, `{"detail":[{"loc":["body","temperature"],"msg":"temperature is not supported"}]}`),
		whole(draftJSON(7)),
		whole(draftJSON(7)),
	)
	b := newBench(t, v, map[string]any{"temperature": 0.9})
	for range 2 {
		story, _, err := run(t.Context(), b, film.StoryWrite, bedtime)
		if err != nil || len(story.Scenes) != 7 {
			t.Fatalf("%+v, %v", story, err)
		}
	}
	for i, want := range [][]string{
		{"response_format", "stream", "stream_options", "temperature"},
		{"stream", "stream_options", "temperature"},
		{"stream", "temperature"},
		{"temperature"},
		{},
		{},
	} {
		body := v.body(i)
		for _, field := range []string{"response_format", "stream", "stream_options", "temperature"} {
			if _, there := body[field]; there != slices.Contains(want, field) {
				t.Errorf("request %d: %s is there: %v", i+1, field, there)
			}
		}
	}
	if system := fmt.Sprint(v.body(1)["messages"]); !strings.Contains(system, `"image_prompt"`) {
		t.Error("without a response format, the model is not told the schema")
	}
}

func TestAServerThatDoesNotStreamIsUnderstood(t *testing.T) {
	v := newVendor(t, whole(draftJSON(7)))
	story, result, err := run(t.Context(), newBench(t, v, nil).official(), film.StoryWrite, bedtime)
	if err != nil || len(story.Scenes) != 7 || result.Cost != 332 {
		t.Errorf("%+v, %v", story, err)
	}
}

func TestAnAnswerWithFaultsIsSentBackOnce(t *testing.T) {
	for name, c := range map[string]struct {
		first, complaint string
	}{
		"no JSON":        {"I would love to!", "no JSON object"},
		"broken JSON":    {draftJSON(7)[:300], "breaks off"},
		"no scenes":      {`{"title": "x", "scenes": []}`, "no scenes"},
		"wrong shape":    {`{"scenes": "many"}`, "another shape"},
		"no narration":   {`{"scenes": [{"image_prompt": "x"}]}`, "no scene has a narration"},
		"too short":      {draftJSON(2), "have 40 words together, and 111 to 148 are needed"},
		"too long":       {draftJSON(20), "have 400 words together"},
		"no pictures":    {strings.ReplaceAll(draftJSON(7), "image_prompt", "prompt"), "7 of the scenes have no image_prompt"},
		"not in English": {strings.ReplaceAll(draftJSON(7), "lighthouse stair at night, lantern light", "маяке ночью, свет фонаря, девочка одна"), "are not in English"},
	} {
		t.Run(name, func(t *testing.T) {
			v := newVendor(t, streamed(c.first), streamed(draftJSON(7)))
			story, result, err := run(t.Context(), newBench(t, v, nil).official(), film.StoryWrite, bedtime)
			if err != nil || len(story.Scenes) != 7 || result.Cost != 664 {
				t.Fatalf("%+v, %v", story, err)
			}
			messages, _ := v.body(1)["messages"].([]any)
			if len(messages) != 4 || !strings.Contains(fmt.Sprint(messages[3]), c.complaint) {
				t.Errorf("the model is told %v", messages[len(messages)-1])
			}
		})
	}
}

func TestAStoryThatStaysTooShortIsUsedWithAWarning(t *testing.T) {
	v := newVendor(t, streamed(draftJSON(3)), streamed(draftJSON(4)))
	story, result, err := run(t.Context(), newBench(t, v, nil), film.StoryWrite, bedtime)
	if err != nil || len(story.Scenes) != 4 || len(result.Warnings) != 1 || !strings.Contains(result.Warnings[0], "80 words") {
		t.Errorf("%q, %v", story.Text, err)
	}
}

func TestAnAnswerThatIsStillOfNoUseIsAnError(t *testing.T) {
	v := newVendor(t, streamed("no"), streamed("no, and "+testKey))
	_, _, err := run(t.Context(), newBench(t, v, nil), film.StoryWrite, bedtime)
	if e := fault(t, err); e.Kind != providers.KindInternal || !strings.Contains(e.Hint, "story_model") || !strings.Contains(e.Message, "second try") {
		t.Errorf("%+v", e)
	}
}

func TestAUsableFirstAnswerSurvivesAFailedSecondTry(t *testing.T) {
	v := newVendor(t, streamed(draftJSON(3)), apiError(500, "server_error", "", "", "oops"))
	story, _, err := run(t.Context(), newBench(t, v, nil), film.StoryWrite, bedtime)
	if err != nil || len(story.Scenes) != 3 {
		t.Errorf("%+v, %v", story, err)
	}
}

func TestWhatAModelWritesIsMadeToFit(t *testing.T) {
	raw := `{"title": "**` + strings.Repeat("very long ", 30) + `**", "description": "Short.", "mood": "Suspenseful and dark", "characters": [
		{"name": "Mara", "looks": "red braids"}, {"name": "mara", "looks": "twice"}, {"name": "Tom", "looks": null}, {"name": "", "looks": "x"}],
		"scenes": [` + strings.Repeat(`{"narration": " The **lamp**\nwent out and nobody in the whole town knew why it had done so on that very night. ", "image_prompt": ["a tower", "night"], "camera": "Extreme close-up", "motion": "slow Zoom In"},`, 7) + `
		{"narration": "***", "image_prompt": "x", "camera": 4, "motion": null}]}`
	v := newVendor(t, streamed(raw), streamed(raw))
	story, _, err := run(t.Context(), newBench(t, v, nil), film.StoryWrite, bedtime)
	if err != nil {
		t.Fatal(err)
	}
	checkScenes(t, story.Scenes, story.Text, "english")
	checkAbout(t, story.Title, story.Description, story.Mood)
	if len(story.Scenes) != 7 || story.Scenes[0].Camera != "close" || story.Scenes[0].Motion != "zoom-in" || story.Mood != "suspense" ||
		strings.Contains(story.Text+story.Title, "*") || story.Scenes[0].ImagePrompt != "a tower, night" {
		t.Errorf("%+v", story)
	}
	if len(story.Characters) != 2 || story.Characters[1].Looks == "" {
		t.Errorf("%+v", story.Characters)
	}
}

func TestTheKeyGetsIntoNoFilmButWordsDo(t *testing.T) {
	for key, in := range map[string]bool{testKey: false, "twenty": true} {
		v := newVendor(t, streamed(strings.Replace(draftJSON(7), "has twenty words", "has "+key+" words", 1)))
		v.key = key
		b := newBench(t, v, map[string]any{"api_key": key})
		story, _, err := run(t.Context(), b, film.StoryWrite, bedtime)
		if err != nil || strings.Contains(story.Text, key) != in {
			t.Errorf("%q, %v", story.Text, err)
		}
	}
}

func TestASceneThatIsTheWholeStoryIsDivided(t *testing.T) {
	raw, _ := json.Marshal(map[string]any{"scenes": []any{map[string]any{
		"narration": strings.TrimSpace(strings.Repeat("The lamp went out and nobody in the town knew why. ", 12)), "image_prompt": "A tower at night",
	}}})
	v := newVendor(t, streamed(string(raw)), streamed(string(raw)))
	story, _, err := run(t.Context(), newBench(t, v, nil), film.StoryWrite, bedtime)
	if err != nil || len(story.Scenes) < 4 {
		t.Fatalf("%+v, %v", story.Scenes, err)
	}
	checkScenes(t, story.Scenes, story.Text, "english")
	if told := fmt.Sprint(v.body(1)["messages"]); !strings.Contains(told, "1 scenes are too few: 6 to 8") || story.Scenes[0].ImagePrompt == story.Scenes[1].ImagePrompt {
		t.Errorf("%s", told)
	}
}

func TestAStoryInAnotherLanguageIsSentBack(t *testing.T) {
	in := bedtime
	in.Language = "russian"
	russian := strings.ReplaceAll(draftJSON(6), "has twenty words so that the whole story is as long as it is meant to be.", "рассказывает о том как девочка поднималась на старый маяк у моря тёмной ночью и вдруг увидела свет.")
	v := newVendor(t, streamed(draftJSON(6)), streamed(russian))
	story, _, err := run(t.Context(), newBench(t, v, nil), film.StoryWrite, in)
	if err != nil || !strings.Contains(story.Text, "девочка") {
		t.Errorf("%q, %v", story.Text, err)
	}
	if told := fmt.Sprint(v.body(1)["messages"]); !strings.Contains(told, "not in Russian") {
		t.Errorf("%s", told)
	}
}

func TestDescriptionsHaveTheirLengthWhateverWasWritten(t *testing.T) {
	for _, said := range []string{"", "x", "#a #b #c", "#a", strings.Repeat("word ", 100), strings.Repeat("#tag ", 60), strings.Repeat("字", 400), "Ok. #" + strings.Repeat("x", 300), strings.Repeat("y", 140) + " #z", strings.Repeat("z", 199)} {
		for _, story := range []string{"Hi.", strings.Repeat("The fox ran. ", 30), strings.Repeat("夜深了。", 90)} {
			checkAbout(t, "Hi", describe(lenient.Text(said), "Hi", story, "calm", "english"), "calm")
		}
	}
}

func TestEachLanguageHasItsLength(t *testing.T) {
	for _, language := range strings.Split(film.Languages, ",") {
		short, long := sizeOf(language, "short"), sizeOf(language, "long")
		if _, ok := paces[language]; !ok || short.low < 75 || short.high > 400 || long.low != short.low*2 && long.low != short.low*2+1 {
			t.Errorf("%s: %+v, %+v", language, short, long)
		}
	}
	if s := sizeOf("japanese", "short"); s.unit != "characters" || s.measure("夜が 来た。") != 5 {
		t.Errorf("%+v", s)
	}
	if s := sizeOf("english", "short"); s.low < 108 || s.high > 152 {
		t.Errorf("%+v", s)
	}
}

func TestThemesAreDataAndAreBounded(t *testing.T) {
	in := bedtime
	in.Topic, in.CustomTopic = film.CustomTopic, "a cat\u202e that\nsails"
	v := newVendor(t, streamed(draftJSON(7)))
	if _, _, err := run(t.Context(), newBench(t, v, nil), film.StoryWrite, in); err != nil {
		t.Fatal(err)
	}
	if said := fmt.Sprint(v.body(0)["messages"]); !strings.Contains(said, "---\na cat that sails\n---") {
		t.Errorf("%s", said)
	}
	for _, theme := range []string{" ... ", strings.Repeat("x", 501)} {
		in.CustomTopic = theme
		_, _, err := run(t.Context(), newBench(t, newVendor(t), nil), film.StoryWrite, in)
		if e := fault(t, err); e.Kind != providers.KindInvalidInput || e.User == "" {
			t.Errorf("%q: %+v", theme, e)
		}
	}
}

func TestWhoNamesNoThemeGetsAStoryOnAnyTopic(t *testing.T) {
	in := bedtime
	in.Topic, in.CustomTopic = film.CustomTopic, " \n"
	v := newVendor(t, streamed(draftJSON(7)))
	_, res, err := run(t.Context(), newBench(t, v, nil), film.StoryWrite, in)
	if err != nil {
		t.Fatal(err)
	}
	topic := film.AnyTopic(in.Seed)
	if said := fmt.Sprint(v.body(0)["messages"]); !strings.Contains(said, kinds[topic]) {
		t.Errorf("not on %q: %s", topic, said)
	}
	if len(res.Warnings) != 1 || !strings.Contains(res.Warnings[0], topic) {
		t.Errorf("warned %q", res.Warnings)
	}
}

func TestAnotherSeedAsksForAnotherStory(t *testing.T) {
	a, b := bedtime, bedtime
	b.Seed++
	if storyRequest(a.Topic, a) == storyRequest(b.Topic, b) {
		t.Error("the seed does not decide what is asked")
	}
}
