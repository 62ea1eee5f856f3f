package localtts

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

const install = "the speech libraries are missing; run: " + hint

// voiceNames in the order of the contract.
var voiceNames = []string{"alloy", "echo", "fable", "onyx", "nova", "shimmer"}

// ready gives the provider, and fails the test when its libraries are not installed.
func ready(t testing.TB) providers.Provider {
	t.Helper()
	_, fliteErr := openFlite()
	_, espeakErr := openEspeak()
	if err := errors.Join(fliteErr, espeakErr); err != nil {
		t.Fatalf("%s (%v)", install, err)
	}
	return New()
}

// execute makes one call as the engine does.
func execute(t testing.TB, ctx context.Context, in film.SpeechInput) (film.Speech, error) {
	t.Helper()
	raw, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	res, err := ready(t).Execute(ctx, &providers.Call{Capability: film.SpeechSynthesize.Name, Input: raw, WorkDir: t.TempDir()})
	if err != nil {
		return film.Speech{}, err
	}
	var out film.Speech
	if err := json.Unmarshal(res.Output, &out); err != nil {
		t.Fatal(err)
	}
	return out, nil
}

// spokenFilm is a speech with its sound read back.
type spokenFilm struct {
	film.Speech
	samples []int16
	rate    int
}

// mustSay speaks and checks everything that the package promises of any speech.
func mustSay(t testing.TB, text, lang, voice string, pace float64) spokenFilm {
	t.Helper()
	return mustSpeak(t, film.SpeechInput{Text: text, Language: lang, Voice: voice, Pace: pace})
}

func mustSpeak(t testing.TB, in film.SpeechInput) spokenFilm {
	t.Helper()
	out, err := execute(t, t.Context(), in)
	if err != nil {
		t.Fatalf("%+v: %v", in, err)
	}
	s := spokenFilm{Speech: out}
	s.samples, s.rate = readWAV(t, out.Audio.Path)
	checkSound(t, s)
	checkWords(t, s, in.Text, in.Language)
	return s
}

func checkSound(t testing.TB, s spokenFilm) {
	t.Helper()
	if got := float64(len(s.samples)) / float64(s.rate); got != s.Seconds {
		t.Errorf("the audio has %g s, the result says %g", got, s.Seconds)
	}
	if s.Audio.MediaType != "audio/wav" {
		t.Errorf("media type %q", s.Audio.MediaType)
	}
	rms, loudest := level(s.samples)
	if loudest < peak-1 || loudest > peak+1 {
		t.Errorf("loudest sample %d, want %d", loudest, peak)
	}
	if rms < -32 || rms > -9 {
		t.Errorf("level %.1f dBFS is not that of speech", rms)
	}
	// Silence at the ends, as an ear would call it: 40 dB below the loudest sample.
	first := slices.IndexFunc(s.samples, func(v int16) bool { return abs(v) > peak/100 })
	last := len(s.samples) - 1
	for last > 0 && abs(s.samples[last]) <= peak/100 {
		last--
	}
	if head := float64(first) / float64(s.rate); head > 0.05 {
		t.Errorf("%.3f s of silence at the beginning", head)
	}
	if tail := float64(len(s.samples)-1-last) / float64(s.rate); tail > 0.05 {
		t.Errorf("%.3f s of silence at the end", tail)
	}
}

func checkWords(t testing.TB, s spokenFilm, text, lang string) {
	t.Helper()
	texts := make([]string, len(s.Words))
	at := 0.0
	for i, w := range s.Words {
		texts[i] = w.Text
		if w.Start < at || w.End < w.Start {
			t.Errorf("%s: word %d %q is at [%.3f, %.3f] after %.3f", lang, i, w.Text, w.Start, w.End, at)
		}
		at = w.End
	}
	if at > s.Seconds {
		t.Errorf("%s: the last word ends at %.3f of %.3f s", lang, at, s.Seconds)
	}
	switch lang {
	case "chinese", "japanese":
		if got, want := strings.Join(texts, ""), strings.Join(strings.Fields(text), ""); got != want {
			t.Errorf("%s: words %q are not the text %q", lang, got, want)
		}
	default:
		if want := strings.Fields(text); !slices.Equal(texts, want) {
			t.Errorf("%s: words %q, want %q", lang, texts, want)
		}
	}
}

// checkEvidence looks for sound where words are said to be: a word with letters has a time of its own
// in which something is heard, and no word lasts unbelievably long.
func checkEvidence(t testing.TB, s spokenFilm, lang string) {
	t.Helper()
	for i, w := range s.Words {
		if !strings.ContainsFunc(w.Text, unicode.IsLetter) {
			continue
		}
		from, to := int(w.Start*float64(s.rate)), int(w.End*float64(s.rate))
		if w.End-w.Start < 0.02 {
			t.Errorf("%s: word %d %q has %.3f s", lang, i, w.Text, w.End-w.Start)
			continue
		}
		letters := len([]rune(w.Text))
		for _, r := range w.Text {
			if unicode.IsDigit(r) { // a year is read as five words
				letters += 2
			}
		}
		if limit := 0.8 + 0.25*float64(letters); w.End-w.Start > limit {
			t.Errorf("%s: word %d %q lasts %.2f s", lang, i, w.Text, w.End-w.Start)
		}
		if rms, _ := level(s.samples[from:to]); rms < -50 {
			t.Errorf("%s: word %d %q is silent (%.0f dBFS)", lang, i, w.Text, rms)
		}
	}
}
