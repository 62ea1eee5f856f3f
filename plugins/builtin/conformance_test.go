package builtin

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
	"github.com/filmloom/filmloom/providers/providertest"
)

// The built-in providers that need no program, each called with something small. What is not listed for a
// capability is made from its schema.
func conforming(t *testing.T) map[string]providertest.Options {
	dir := t.TempDir()
	file := func(name, text string) map[string]any {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o400); err != nil {
			t.Fatal(err)
		}
		return map[string]any{"path": path}
	}
	input := func(v map[string]any) json.RawMessage {
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	encoding := map[string]any{"width": 108, "height": 192, "fps": 30}
	small := map[string]any{"prompt": "A lighthouse on a quiet shore.", "width": 96, "height": 128}
	options := map[string]providertest.Options{
		"storyteller": {},
		"illustrator": {Inputs: map[string]json.RawMessage{film.ImageGenerate.Name: input(small)}},
		"musician":    {Inputs: map[string]json.RawMessage{film.MusicCompose.Name: []byte(`{"genre": "calm", "seconds": 2}`)}},
		"mock": {Inputs: map[string]json.RawMessage{
			film.ImageGenerate.Name: input(small),
			film.ClipRender.Name: input(map[string]any{
				"image": file("picture.png", "no picture"), "frames": 15, "encoding": encoding,
			}),
		}},
	}
	for name, o := range options {
		o.Contracts = []providers.CapabilitySpec{
			film.StoryWrite.Spec(), film.ScriptAnalyze.Spec(), film.TextTranslate.Spec(), film.ImageGenerate.Spec(),
			film.SpeechSynthesize.Spec(), film.SpeechAlign.Spec(), film.MusicCompose.Spec(), film.Timeline.Spec(),
			film.SubtitleLayout.Spec(), film.ClipRender.Spec(), film.TransitionRender.Spec(), film.Assemble.Spec(),
		}
		options[name] = o
	}
	return options
}

func TestBuiltInProvidersConformInThisProcess(t *testing.T) {
	for name, o := range conforming(t) {
		t.Run(name, func(t *testing.T) {
			providertest.Run(t, func() (providers.Provider, error) {
				return InProcess().Open(t.Context(), name, providers.OpenOptions{})
			}, o)
		})
	}
}

func TestBuiltInProvidersConformAsPlugins(t *testing.T) {
	executable, err := thisProgram()
	if err != nil {
		t.Fatal(err)
	}
	for name, o := range conforming(t) {
		t.Run(name, func(t *testing.T) {
			// This test binary serves a plugin only to a host that proves itself; by hand it runs the tests.
			o.Without = append(o.Without, "by-hand")
			providertest.RunCommand(t, specOf(executable, name), o)
		})
	}
}
