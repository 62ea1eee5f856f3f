package film_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/filmloom/filmloom"
	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/plugins/builtin"
	"github.com/filmloom/filmloom/server/film"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/golang/glog.(*fileSink).flushDaemon"))
}

// parsed is the built-in file with texts replaced by others, in pairs, from the pipeline story_video on.
func parsed(t *testing.T, change ...string) *pipeline.File {
	t.Helper()
	text := string(filmloom.Pipelines)
	at := strings.Index(text, `pipeline "`+film.StoryVideo+`"`)
	for i := 0; i < len(change); i += 2 {
		if at < 0 || !strings.Contains(text[at:], change[i]) {
			t.Fatalf("pipelines.hcl has no %q", change[i])
		}
		text = text[:at] + strings.ReplaceAll(text[at:], change[i], change[i+1])
	}
	file, diags := pipeline.Parse(pipeline.Source{"pipelines.hcl": []byte(text)})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return file
}

func TestTheBuiltInPipelinesKeepTheContract(t *testing.T) {
	file := parsed(t)
	if diags := film.Check(file); diags.HasErrors() {
		t.Error(diags)
	}
	if err := film.Missing(file); err != nil {
		t.Error(err)
	}
}

func TestAnEditThatBreaksTheContractIsADiagnosticWhereItIs(t *testing.T) {
	for _, row := range []struct {
		want   string
		change []string
	}{
		{`takes no input "voice_name"`, []string{`input "voice_name"`, `input "voice"`}},
		{
			`input "extra" of story_video has no default`,
			[]string{`input "custom_topic" {`, "input \"extra\" {\n    type = string\n  }\n  input \"custom_topic\" {"},
		},
		{`The input "voice_name" of story_video does not allow "nova"`, []string{`"nova", `, ``}},
		{
			`The input "custom_story" of story_video has the type list of string`,
			[]string{`input "custom_story" {`, "input \"custom_story\" {\n    type    = list(string)\n    default = []\n  }\n  input \"extra\" {"},
		},
		{
			`The input "watermark" of story_video has the type list of string`,
			[]string{`input "watermark" {`, "input \"watermark\" {\n    type    = list(string)\n    default = []\n  }\n  input \"extra\" {"},
		},
		{`has no output "video"`, []string{`output "video"`, `output "movie"`}},
		{`has no output "images"`, []string{`output "images"`, `output "pictures"`}},
		{
			`The pipeline story_video has no stage "script_analysis"`,
			[]string{`stage "script_analysis"`, `stage "story"`, `stage.script_analysis`, `stage.story`},
		},
		{
			`The pipeline story_video has no stage "image_generation"`,
			[]string{`stage "image_generation"`, `stage "pictures"`, `stage.image_generation`, `stage.pictures`},
		},
		{
			`The stage "image_generation" of story_video makes all pictures at once`,
			[]string{
				"for_each = local.scenes\n    uses     = \"image.generate\"", `uses = "image.generate"`, `each.value.image_prompt`, `"all of it"`,
				`each.value.camera`, `"wide"`,
			},
		},
	} {
		diags := film.Check(parsed(t, row.change...))
		found := false
		for _, d := range diags {
			if strings.Contains(d.Summary, row.want) {
				found = d.Detail != "" && d.Subject != nil && d.Subject.Filename == "pipelines.hcl" && d.Subject.Start.Line > 1
			}
		}
		if !found {
			t.Errorf("%s: %v", row.want, diags)
		}
	}
}

func TestPipelinesThatAreMissingAreNamed(t *testing.T) {
	file, diags := pipeline.Parse(pipeline.Source{"p.hcl": []byte("pipeline \"other\" {\n}\n")})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	err := film.Missing(file)
	if err == nil {
		t.Fatal("nothing is missing")
	}
	for _, name := range film.Pipelines() {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("%s is not named: %v", name, err)
		}
	}
	if diags := film.Check(file); diags.HasErrors() {
		t.Errorf("what is not there is checked: %v", diags)
	}
}

func open(t *testing.T) *engine.Engine {
	t.Helper()
	eng, err := engine.Open(t.Context(), engine.Config{
		Dir: t.TempDir(), Source: pipeline.Source{"pipelines.hcl": filmloom.Pipelines}, Providers: builtin.Mock(0),
		Env: func(string) (string, bool) { return "", false },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := eng.Close(); err != nil {
			t.Error(err)
		}
	})
	return eng
}

// follow reads a run's events to the end.
func follow(t *testing.T, r *film.Reading, run *engine.Run) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for ev := range run.Events(ctx) {
		if _, err := r.Take(run, ev); err != nil {
			t.Error(err)
		}
	}
}

// text is all that a reading knows.
func text(t *testing.T, r *film.Reading) string {
	t.Helper()
	made, err := r.Film()
	if err != nil {
		t.Error(err)
	}
	raw, err := json.MarshalIndent(made, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// again reads runs anew.
func again(t *testing.T, runs ...*engine.Run) string {
	t.Helper()
	var r film.Reading
	for _, run := range runs {
		follow(t, &r, run)
	}
	return text(t, &r)
}

func TestAReadingSaysTheSameWhenItIsReadAgain(t *testing.T) {
	eng := open(t)
	var live film.Reading
	run, err := eng.Start(t.Context(), film.StoryVideo, film.Story{Topic: "mystery"}.Inputs())
	if err != nil {
		t.Fatal(err)
	}
	follow(t, &live, run)
	if a, b := text(t, &live), again(t, run); a != b {
		t.Errorf("live  %s\nagain %s", a, b)
	}
	first, _ := live.Film()
	if len(first.Images) != 6 || first.Video == nil || first.Title == "" || first.Seconds <= 0 || first.Thumbnail == nil || len(first.Subtitles) == 0 {
		t.Fatalf("%+v", first)
	}
	// A new take, then an edit: each comes after what there was.
	scene := first.Images[2].Scene
	revised, err := eng.Revise(t.Context(), run.ID, film.NewTake(scene))
	if err != nil {
		t.Fatal(err)
	}
	follow(t, &live, revised)
	prompt, narration := "an iron key", "Another text."
	edited, err := eng.Revise(t.Context(), revised.ID, film.Edit{Prompt: &prompt, Narration: &narration}.Revision(4))
	if err != nil {
		t.Fatal(err)
	}
	follow(t, &live, edited)
	if a, b := text(t, &live), again(t, run, revised, edited); a != b {
		t.Errorf("live  %s\nagain %s", a, b)
	}
	last, _ := live.Film()
	for i, img := range last.Images {
		want := map[int]int{2: 2, 4: 2}[i]
		if len(img.Takes) != max(want, 1) || img.State != film.Completed || img.Takes[0] != first.Images[i].Takes[0] {
			t.Errorf("image %d: %+v", i, img)
		}
	}
	if img := last.Images[4]; img.Narration != narration || !strings.Contains(img.Prompt, prompt) {
		t.Errorf("%+v", img)
	}
	if last.Video.SHA256 == first.Video.SHA256 {
		t.Error("the film is the same")
	}
	// What was given away is not changed by what comes later.
	if len(first.Images[2].Takes) != 1 {
		t.Errorf("%+v", first.Images[2])
	}
}

func TestAPictureThatIsExpectedIsShownSoUntilItsRunTellsOfIt(t *testing.T) {
	eng := open(t)
	var live film.Reading
	run, err := eng.Start(t.Context(), film.StoryVideo, film.Story{Topic: "mystery"}.Inputs())
	if err != nil {
		t.Fatal(err)
	}
	follow(t, &live, run)
	made, _ := live.Film()
	scenes := []string{made.Images[1].Scene, made.Images[2].Scene}
	// A picture is ordered while another one is made, whose run uses the ordered one's first take again.
	other, err := eng.Revise(t.Context(), run.ID, film.NewTake(scenes[0]))
	if err != nil {
		t.Fatal(err)
	}
	const cancelled = "ffffffff-0000-7000-8000-000000000000" // a run that never begins
	at := time.Now()
	live.Expect(scenes[1], cancelled, at)
	follow(t, &live, other)
	if img := shown(t, &live, 2); img.State != film.Processing || len(img.Takes) != 1 || !img.Updated.Equal(at) {
		t.Errorf("while it is awaited: %+v", img)
	}
	live.Dismiss(cancelled)
	if a, b := text(t, &live), again(t, run, other); a != b {
		t.Errorf("dismissed  %s\nnever awaited %s", a, b)
	}
	ordered := film.NewTake(scenes[1])
	ordered.ID = "ffffffff-0000-7000-8000-000000000001"
	live.Expect(scenes[1], ordered.ID, at)
	revised, err := eng.Revise(t.Context(), other.ID, ordered)
	if err != nil {
		t.Fatal(err)
	}
	follow(t, &live, revised)
	if img := shown(t, &live, 2); img.State != film.Completed || len(img.Takes) != 2 {
		t.Errorf("when it is made: %+v", img)
	}
}

// shown is a picture as it is shown.
func shown(t *testing.T, r *film.Reading, i int) film.Image {
	t.Helper()
	made, err := r.Film()
	if err != nil {
		t.Fatal(err)
	}
	return made.Images[i]
}

func TestAReadingOfAFailedRunKeepsItsStory(t *testing.T) {
	eng := open(t)
	run, err := eng.Start(t.Context(), film.StoryVideo, film.Story{
		Topic: film.CustomTopic, CustomStory: "All is well. Here [mock:fail@image.generate] it is not.",
	}.Inputs())
	if err != nil {
		t.Fatal(err)
	}
	var live film.Reading
	follow(t, &live, run)
	made, err := live.Film()
	if err != nil || made.Text == "" || made.Video != nil || len(made.Images) != 2 || made.Images[1].State != film.Failed {
		t.Errorf("%v: %+v", err, made)
	}
	if a, b := text(t, &live), again(t, run); a != b {
		t.Errorf("live  %s\nagain %s", a, b)
	}
}

func TestAnImagesAddressIsTheEngines(t *testing.T) {
	eng := open(t)
	run, err := eng.Start(t.Context(), film.StoryVideo, film.Story{}.Inputs())
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for ev := range run.Events(t.Context()) {
		if ev.Stage == film.ImageStage && ev.Address != "" {
			seen[ev.Address] = true
		}
	}
	for i := range 6 {
		if a := film.ImageAddress(fmt.Sprintf("scene-%02d", i+1)); !seen[a] {
			t.Errorf("no %s in %v", a, seen)
		}
	}
	if len(seen) != 6 {
		t.Errorf("%v", seen)
	}
}
