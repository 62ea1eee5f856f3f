package localtts

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

func TestMissingLibraries(t *testing.T) {
	ready(t)
	flitePresent, espeakPresent := openFlite, openEspeak
	restore := func() { openFlite, openEspeak = flitePresent, espeakPresent }
	t.Cleanup(restore)
	gone := errors.New("cannot load lib.so")
	noFlite := func() (*flite, error) { return nil, gone }
	noEspeak := func() (*espeak, error) { return nil, gone }
	say := func(lang string) error {
		in := film.SpeechInput{Text: "a", Language: lang, Voice: "alloy", Pace: 1}
		raw, _ := json.Marshal(in)
		_, err := New().Execute(t.Context(), &providers.Call{Capability: film.SpeechSynthesize.Name, Input: raw, WorkDir: t.TempDir()})
		return err
	}

	// Without espeak-ng nothing begins, whatever else there is.
	for name, flite := range map[string]func() (*flite, error){"both": noFlite, "espeak-ng": flitePresent} {
		openFlite, openEspeak = flite, noEspeak
		conf, err := New().Configure(t.Context(), nil)
		if err != nil || conf.Ready || !strings.Contains(conf.Problem, "cannot load lib.so") || conf.Hint != hint {
			t.Errorf("%s missing: %+v, %v", name, conf, err)
		}
	}
	openFlite, openEspeak = flitePresent, noEspeak
	if e := providers.AsError(say("german")); e == nil || e.Kind != providers.KindUnavailable || e.Hint != hint || !strings.Contains(e.Message, "German") {
		t.Errorf("german without espeak-ng: %+v", e)
	}
	if err := say("english"); err != nil {
		t.Errorf("english with flite alone: %v", err)
	}

	// Without flite, espeak-ng speaks English as well, and says so.
	openFlite, openEspeak = noFlite, espeakPresent
	conf, err := New().Configure(t.Context(), nil)
	if err != nil || !conf.Ready || len(conf.Diagnostics) != 1 || !conf.Diagnostics[0].Warning {
		t.Errorf("flite missing: %+v, %v", conf, err)
	}
	raw, _ := json.Marshal(film.SpeechInput{Text: samples["english"], Language: "english", Voice: "alloy", Pace: 1})
	res, err := New().Execute(t.Context(), &providers.Call{Capability: film.SpeechSynthesize.Name, Input: raw, WorkDir: t.TempDir()})
	if err != nil || len(res.Warnings) != 1 || !strings.Contains(res.Warnings[0], hint) {
		t.Errorf("english without flite: %+v, %v", res, err)
	}
}

func TestCacheVersionNamesTheLibraries(t *testing.T) {
	conf, err := ready(t).Configure(t.Context(), json.RawMessage(`{}`))
	if err != nil || !conf.Ready || len(conf.Diagnostics) > 0 {
		t.Fatalf("%+v, %v", conf, err)
	}
	for _, part := range []string{version, "libflite.so", "libespeak-ng.so"} {
		if !strings.Contains(conf.CacheVersion, part) {
			t.Errorf("cache version %q does not name %s", conf.CacheVersion, part)
		}
	}
}
