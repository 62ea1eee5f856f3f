package filmloom_test

import (
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/filmloom/filmloom"
	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/engine/pipeline"
)

const dialogue = `Fog lay over the harbour, and the last ferry had gone.
MARA: Is anybody there?
OLD TOM: Only me, and the cat.
BEN: And me!
Narrator: In the morning they drank tea, and nobody spoke of it.`

// cast has a described narrator, a described, a named and an unknown speaker.
var cast = []map[string]any{
	{"name": "Narrator", "age": "adult", "gender": "male", "voice": "deep"},
	{"name": " Mara ", "gender": "female", "age": nil},
	{"name": "Old Tom", "voice": "Onyx", "age": "elderly"},
}

type spokenBy struct {
	Voice                    string
	Age, Gender, Description *string
	Variant                  int
}

func text(s string) *string { return &s }

// Both pipelines have the stages of the part, under the same names, and script_video's own after them.
func TestThePipelinesShareTheFilmsStages(t *testing.T) {
	file, diags := pipeline.Parse(pipeline.Source{"pipelines.hcl": filmloom.Pipelines})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	names := func(name string) (stages, steps []string) {
		for _, s := range file.Pipeline(name).Order() {
			stages, steps = append(stages, s.Name), append(steps, s.Step)
		}
		return stages, steps
	}
	story, steps := names("story_video")
	if want := []string{
		"script_analysis", "image_generation", "voice_synthesis", "word_timing", "timeline", "music_generation", "subtitle_generation",
		"clips", "transitions", "video_composition",
	}; !slices.Equal(story, want) {
		t.Errorf("story_video has %v", story)
	}
	script, more := names("script_video")
	own := []string{"translation", "translated_subtitles", "youtube_upload"}
	if rest := slices.DeleteFunc(slices.Clone(script), func(s string) bool { return slices.Contains(own, s) }); !slices.Equal(rest, story) {
		t.Errorf("script_video has %v", script)
	}
	// The Studio API's steps, which a job goes through in this order.
	want := []string{"script_analysis", "image_generation", "voice_synthesis", "subtitle_generation", "music_generation", "video_composition"}
	more = slices.DeleteFunc(more, func(s string) bool { return s == "youtube_upload" }) // the last, where it is asked for
	for _, steps := range [][]string{steps, more} {
		var first []string
		for _, s := range steps {
			if !slices.Contains(first, s) {
				first = append(first, s)
			}
		}
		if !slices.Equal(first, want) {
			t.Errorf("the steps are %v", first)
		}
	}
}

func TestScriptVideoTakesWhatTheStudioAPITakes(t *testing.T) {
	eng := open(t, mocked())
	many := func(n int) (all []map[string]any) {
		for i := range n {
			all = append(all, map[string]any{"name": strings.Repeat("x", i+1)})
		}
		return all
	}
	one := func(key string, value any) []map[string]any {
		return []map[string]any{{"name": "Mara", key: value}}
	}
	for _, row := range []struct {
		input string
		value any
		ok    bool
	}{
		{"script", "x", true},
		{"script", "", false},
		{"script", strings.Repeat("ü", 20_000), true},
		{"script", strings.Repeat("x", 20_001), false},
		{"script", 7, true},
		{"script", nil, true},
		{"title", strings.Repeat("é", 100), true},
		{"title", strings.Repeat("x", 101), false},
		{"title", "", true},
		{"title", nil, true},
		{"duration", 5, true},
		{"duration", 600, true},
		{"duration", 4.9, false},
		{"duration", 601, false},
		{"duration", "long", false},
		{"duration", nil, true},
		{"style", "documentary", true},
		{"style", "cartoon", true},
		{"style", "anime", true},
		{"style", "oil", false},
		{"language", "hindi", true},
		{"language", "en", false},
		{"subtitle_languages", []string{"english", "spanish", "english"}, true},
		{"subtitle_languages", []string{}, true},
		{"subtitle_languages", nil, true},
		{"subtitle_languages", []string{"klingon"}, false},
		{"translate_to", []string{"spanish"}, true},
		{"translate_to", "spanish", false},
		{"include_subtitles", false, true},
		{"include_subtitles", "no", false},
		{"characters", []map[string]any{}, true},
		{"characters", many(10), true},
		{"characters", many(11), false},
		{"characters", cast, true},
		{"characters", append(many(2), map[string]any{"name": "X"}), false},
		{"characters", []map[string]any{{"name": " "}}, false},
		{"characters", []map[string]any{{"name": strings.Repeat("x", 61)}}, false},
		{"characters", one("age", "old"), false},
		{"characters", one("gender", "boy"), false},
		{"characters", one("voice", strings.Repeat("x", 201)), false},
		{"characters", one("age", "child"), true},
		{"characters", one("gender", nil), true},
		{"characters", []string{"Mara"}, false},
		{"music_genre", "none", true},
		{"music_genre", "auto", false},
		{"aspect_ratio", "1:1", true},
		{"aspect_ratio", "4:3", false},
		{"resolution", "720p", true},
		{"resolution", "4k", false},
		{"quality", "draft", true},
		{"quality", "best", false},
		{"watermark", true, true},
		{"watermark", "Filmloom", false},
		{"captions", true, false},
	} {
		_, err := eng.Plan(t.Context(), "script_video", engine.Inputs{row.input: row.value})
		var wrong *engine.InputError
		if row.ok && err != nil || !row.ok && (!errors.As(err, &wrong) || wrong.Problems[0].Attribute != row.input) {
			t.Errorf("%s = %.60v: %v", row.input, row.value, err)
		}
	}
}

func TestAScriptBecomesAFilm(t *testing.T) {
	eng := open(t, withOutputs(mocked(), map[string]string{"voices": "local.voices", "speakers": "[for s in local.story.scenes : s.speaker]"}))
	run, out := made(t, eng, "script_video", engine.Inputs{"script": dialogue, "title": " The Last Ferry ", "characters": cast, "music_genre": "epic", "duration": 18})
	if title := decoded[string](t, out, "story_title"); title != "The Last Ferry" {
		t.Errorf("title %q", title)
	}
	said := decoded[string](t, out, "story_text")
	if want := "Fog lay over the harbour, and the last ferry had gone. Is anybody there? Only me, and the cat. And me! In the morning they drank tea, and nobody spoke of it."; said != want {
		t.Errorf("text %q", said)
	}
	images := decoded[[]struct{ ID, Prompt, Narration string }](t, out, "images")
	if len(images) != 5 || images[1].ID != "scene-02" || images[1].Narration != "Is anybody there?" || images[1].Prompt == "" {
		t.Errorf("images %+v", images)
	}
	if s := decoded[float64](t, out, "seconds"); math.Abs(s-18) > 0.04 {
		t.Errorf("%v s", s)
	}
	if content(t, out, "video")[4:8] != "ftyp" || !strings.HasPrefix(content(t, out, "thumbnail"), "\xff\xd8") || decoded[string](t, out, "story_description") == "" {
		t.Error("there is no film, no picture or no description")
	}
	if status := run.Status(); status.State != engine.Completed || len(status.Warnings) > 0 {
		t.Errorf("%s, %q", status.State, status.Warnings)
	}
	// The narrator is called so in the script and among the characters.
	if got := decoded[[]*string](t, out, "speakers"); !reflect.DeepEqual(got, []*string{nil, text("Mara"), text("Old Tom"), text("BEN"), nil}) {
		t.Errorf("speakers %v", got)
	}
	want := map[string]spokenBy{
		"":        {"alloy", text("adult"), text("male"), text("deep"), 0},
		"Mara":    {"echo", nil, text("female"), nil, 1},
		"Old Tom": {"onyx", nil, nil, nil, 0},
		"BEN":     {"onyx", nil, nil, nil, 3},
	}
	if got := decoded[map[string]spokenBy](t, out, "voices"); !reflect.DeepEqual(got, want) {
		t.Errorf("voices %+v", got)
	}
	// One picture is made anew under the address that it has in story_video as well.
	again, err := eng.Revise(t.Context(), run.ID, engine.Revision{Takes: map[string]int{`image_generation["scene-02"]`: 0}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := again.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	made := 0
	for _, s := range again.Status().Stages {
		made += s.Done - s.Reused
	}
	if made != 5 { // the picture, its clip, two transitions, the film
		t.Errorf("%d calls were made: %+v", made, again.Status().Stages)
	}
}

func TestSubtitlesAreTranslatedAsFarAsSomebodyCan(t *testing.T) {
	eng := open(t, withOutputs(mocked(), map[string]string{
		"burned":  "[for s in local.story.scenes : try(local.burned_in[s.id].sha256, null)]",
		"german":  "try([for s in local.story.scenes : stage.translated_subtitles[\"german/${s.id}\"].ass.sha256], [])",
		"english": "[for s in local.story.scenes : stage.subtitle_generation[s.id].ass.sha256]",
		"tracks":  "[for t in local.subtitle_tracks : \"${t.language} ${t.burned}\"]",
	}))
	for _, row := range []struct {
		name              string
		languages, can    any
		include           bool
		tracks            []string
		burned            string // the output that has the same subtitles, or ""
		first, translated string // within the first file
	}{
		{"by default", nil, []string{}, true, []string{"english true"}, "english", "Is anybody there?", ""},
		{"nobody can", []string{"english", "spanish"}, []string{}, true, []string{"english true"}, "english", "Is anybody there?", ""},
		{"not one of them", []string{"spanish"}, []string{}, true, nil, "", "", ""},
		{"some", []string{"english", "german", "spanish", "german"}, []string{"german", "french"}, true, []string{"english true", "german false"}, "english", "Is anybody there?", "[german] Is anybody there?"},
		{"a translation first", []string{"german", "english"}, []string{"german"}, true, []string{"german true", "english false"}, "german", "[german] Is anybody there?", "Is anybody there?"},
		{"the first that can be made", []string{"spanish", "german"}, []string{"german"}, true, []string{"german true"}, "german", "[german] Is anybody there?", ""},
		{"not in the picture", []string{"english", "german"}, []string{"german"}, false, []string{"english false", "german false"}, "", "Is anybody there?", "[german] Is anybody there?"},
		{"none", []string{}, []string{"german"}, true, nil, "", "", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, out := made(t, eng, "script_video", engine.Inputs{
				"script": dialogue, "subtitle_languages": row.languages, "translate_to": row.can, "include_subtitles": row.include, "music_genre": "none",
			})
			if got := decoded[[]string](t, out, "tracks"); !slices.Equal(got, row.tracks) {
				t.Errorf("tracks %q", got)
			}
			burned := decoded[[]*string](t, out, "burned")
			switch {
			case row.burned == "" && slices.ContainsFunc(burned, func(s *string) bool { return s != nil }):
				t.Errorf("burned in is %v", burned)
			case row.burned != "" && !reflect.DeepEqual(burned, decoded[[]*string](t, out, row.burned)):
				t.Errorf("burned in is %v and not %s", burned, row.burned)
			}
			files := subtitles(t, eng, out)
			if len(files) != len(row.tracks) {
				t.Fatalf("%d languages: %v", len(files), files)
			}
			for i, want := range []string{row.first, row.translated} {
				if want != "" && (!strings.Contains(files[i].srt, want) || !strings.Contains(files[i].vtt, want) || !strings.HasPrefix(files[i].vtt, "WEBVTT")) {
					t.Errorf("language %d: %q, %q", i+1, files[i].srt, files[i].vtt)
				}
			}
		})
	}
}

// The film comes as close to its target as is natural, and is never shorter than five seconds.
func TestTheFilmLastsAsLongAsItShould(t *testing.T) {
	eng := open(t, withOutputs(mocked(), map[string]string{"pace": "local.pace"}))
	long := strings.Repeat(dialogue+"\n", 5)
	for _, row := range []struct {
		script           string
		target           float64
		least, most      float64 // seconds
		slowest, fastest float64 // pace
	}{
		{long, 80, 79.95, 80.05, 0.86, 1},
		{long, 65, 64.95, 65.05, 1.01, 1.2},
		{long, 600, 85, 115, 0.85, 0.85},
		{long, 5, 50, 60, 1.2, 1.2},
		{"Hello.", 60, 5, 5, 0.85, 0.85},
		{"Hello.", 5, 5, 5, 0.85, 0.85},
	} {
		_, out := made(t, eng, "script_video", engine.Inputs{"script": row.script, "duration": row.target})
		seconds, pace := decoded[float64](t, out, "seconds"), decoded[float64](t, out, "pace")
		if seconds < row.least || seconds > row.most || pace < row.slowest || pace > row.fastest {
			t.Errorf("%.20q…, target %v: %v s at pace %v", row.script, row.target, seconds, pace)
		}
	}
}
