package film_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/filmloom/filmloom"
	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/engine/journal/memory"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/plugins/builtin"
	"github.com/filmloom/filmloom/providers"
	providersfilm "github.com/filmloom/filmloom/providers/film"
	"github.com/filmloom/filmloom/server/film"
)

// planned is a pipeline that plans a film by the length of what is spoken in each scene, as part.film does.
const planned = `
pipeline "planned" {
  input "scenes" {
    type    = list(object({ id = string, speech_seconds = number }))
    default = [{ id = "scene-01", speech_seconds = 1 }]
  }
  stage "timeline" {
    uses = "film.timeline"
    with = { scenes = input.scenes }
  }
  output "seconds" { value = stage.timeline.seconds }
  output "lead" { value = stage.timeline.scenes[0].speech_start }
}
`

// writing is an engine whose stories are the offline provider's, and whose films are planned and not made.
func writing(t *testing.T) *engine.Engine {
	t.Helper()
	const real, mocked = "route \"film.timeline\" {\n  prefer = [\"ffmpeg\"]", "route \"film.timeline\" {\n  prefer = [\"mock\"]"
	text := string(filmloom.Pipelines)
	if !strings.Contains(text, real) {
		t.Fatal("pipelines.hcl has no such route")
	}
	eng, err := engine.Open(t.Context(), engine.Config{
		Dir: t.TempDir(), Journal: memory.New(), Providers: builtin.InProcess(), Env: func(string) (string, bool) { return "", false },
		Source: pipeline.Source{"pipelines.hcl": []byte(strings.Replace(text, real, mocked, 1)), "planned.hcl": []byte(planned)},
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

func decode[T any](t *testing.T, out engine.Outputs, name string) (v T) {
	t.Helper()
	if err := out.Decode(name, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// heard is how long a story is about heard in its film, from the first word to the last.
func heard(t *testing.T, eng *engine.Engine, story engine.Outputs, language string) float64 {
	t.Helper()
	type scene struct {
		ID     string  `json:"id"`
		Speech float64 `json:"speech_seconds"`
	}
	var scenes []scene
	speech := 0.0
	for _, one := range decode[[]struct{ ID, Narration string }](t, story, film.OutputImages) {
		s := providersfilm.SpokenSeconds(one.Narration, language, 1)
		scenes = append(scenes, scene{one.ID, s})
		speech += s
	}
	run, err := eng.Start(t.Context(), "planned", engine.Inputs{"scenes": scenes})
	if err != nil {
		t.Fatal(err)
	}
	out, err := run.Wait(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	seconds, lead := decode[float64](t, out, "seconds"), decode[float64](t, out, "lead")
	const tail = 1.5 // of film.timeline, unless it is told otherwise
	if seconds < speech+lead+tail-0.1 {
		t.Errorf("a film of %g s for %g s of speech", seconds, speech)
	}
	return seconds - lead - tail
}

// A film is as long as was asked for, in every language in which there are stories without a key. No picture is made.
// That of others, which a model writes, is asked for by the model's provider; see there.
func TestAStoryIsHeardForAsLongAsWasAskedFor(t *testing.T) {
	eng := writing(t)
	bounds := map[string][2]float64{"short": {45, 60}, "long": {90, 120}}
	const about = 0.05 // SpokenSeconds is within a tenth of voices as they are
	offered := map[string]bool{}
	for _, language := range film.Languages {
	topics:
		for _, topic := range film.Topics {
			for _, duration := range film.Durations {
				seen := map[string]bool{}
				for seed := range int64(8) {
					in := film.Story{Topic: topic, Duration: duration, Language: language}.Inputs()
					run, err := eng.Start(t.Context(), film.StoryVideo, in, engine.StartOptions{Seed: seed, HasSeed: true, Until: film.StoryStage})
					if err != nil {
						t.Fatal(err)
					}
					story, err := run.Wait(t.Context())
					var failed *engine.RunError
					if errors.As(err, &failed) && failed.Kind == providers.KindInvalidInput && strings.Contains(failed.User+failed.Message, "English only") {
						continue topics // there are none in this language
					}
					if err != nil {
						t.Fatalf("%s, %s: %v", topic, language, err)
					}
					offered[language] = true
					title := decode[string](t, story, film.OutputTitle)
					if seen[title] {
						continue
					}
					seen[title] = true
					b := bounds[duration]
					if s := heard(t, eng, story, language); s < b[0]*(1-about) || s > b[1]*(1+about) {
						t.Errorf("%s %s in %s, %q: %.1f seconds, not %g to %g", duration, topic, language, title, s, b[0], b[1])
					}
				}
			}
		}
	}
	if !offered["english"] {
		t.Errorf("stories are offered in %v", offered)
	}
	if !slices.Equal(film.Durations, []string{"short", "long"}) {
		t.Errorf("there are films that are %v", film.Durations)
	}
}
