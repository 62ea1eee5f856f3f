package localtts

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

// version of the plugin. It is part of the cache's key: raise it when the same input sounds different.
const version = "1.0.0"

// Config is the provider's configuration. There is nothing to set: the libraries are found where the
// system's loader finds them.
type Config struct{}

// New makes the provider.
func New() providers.Provider {
	return providers.New("localtts", version,
		providers.Summary("Speaks 20 languages in six voices on this machine, with word timings, through flite and espeak-ng."),
		providers.Config(configure),
		providers.Handle(film.SpeechSynthesize.Repeatable().Local(), speak),
		providers.Estimator(estimate),
	)
}

// hint is the way to mend a missing library.
const hint = "apt-get install libflite1 libespeak-ng1 espeak-ng-data"

func configure(context.Context, Config) (providers.Configured, error) {
	_, fliteErr := openFlite()
	_, espeakErr := openEspeak()
	conf := providers.Configured{Ready: espeakErr == nil, CacheVersion: cacheVersion()}
	switch {
	case espeakErr != nil: // a language is known only when a film is half made: all must be there before
		conf.Problem, conf.Hint = fmt.Sprintf("Speech needs espeak-ng, and it cannot be loaded: %v.", espeakErr), hint
	case fliteErr != nil:
		conf.Diagnostics = []providers.ConfigDiagnostic{{Warning: true, Summary: fmt.Sprintf("English is spoken by espeak-ng, less clearly than by flite (%v; %s).", fliteErr, hint)}}
	}
	return conf, nil
}

// estimate: no call costs anything, and speaking takes a few hundredths of the sound's length.
func estimate(_ context.Context, q providers.EstimateQuery) (providers.Estimate, error) {
	var in struct{ Text string }
	if err := json.Unmarshal(q.Input, &in); err != nil || in.Text == "" {
		return providers.Estimate{}, nil
	}
	least := time.Duration(utf8.RuneCountInString(in.Text)) * 100 * time.Microsecond
	return providers.Estimate{MinTime: least, MaxTime: 20*least + time.Second}, nil
}

// longest is how many characters one call speaks: about an hour of sound.
const longest = 50_000

// speak serves speech.synthesize.
func speak(ctx context.Context, call *providers.Call, in film.SpeechInput) (film.Speech, error) {
	v, ok := voices[in.Voice]
	if !ok {
		return film.Speech{}, providers.Invalid("There is no voice %q: choose alloy, echo, fable, onyx, nova or shimmer.", in.Voice)
	}
	lang, ok := languages[in.Language]
	if !ok {
		return film.Speech{}, providers.Invalid("The language %q is not one that can be spoken here.", in.Language)
	}
	if in.Pace < 0.5 || in.Pace > 2 {
		return film.Speech{}, providers.Invalid("The pace must be between 0.5 and 2, not %g.", in.Pace)
	}
	if n := utf8.RuneCountInString(in.Text); n > longest {
		return film.Speech{}, providers.Invalid("The text has %d characters, and one call speaks at most %d: divide it.", n, longest)
	}
	say, err := lang.open(v, in.Pace)
	if err != nil {
		return film.Speech{}, &providers.Error{
			Kind: providers.KindUnavailable, Err: err, Hint: hint,
			Message: fmt.Sprintf("%s cannot be spoken: %v", in.Language, err),
			User:    fmt.Sprintf("The speech library for %s is not installed.", in.Language),
		}
	}
	if _, missing := openFlite(); missing != nil && in.Language == "english" {
		call.Warn("English was spoken by espeak-ng, because flite is missing: " + hint + " makes it clearer.")
	}
	return narrate(ctx, call, in, lang, say)
}

// excerpt shortens a text for a message.
func excerpt(text string) string {
	text = strings.Join(strings.Fields(plain(text)), " ")
	if r := []rune(text); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return text
}
