package localtts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

// version of the plugin. It is part of the cache's key: raise it when the same input sounds different.
const version = "1.2.0"

// New makes the provider.
func New() providers.Provider {
	p := &provider{}
	return providers.New("localtts", version,
		providers.Summary("Speaks 20 languages in six voices on this machine, with word timings, through flite, espeak-ng and, where configured, piper; finds the words in other recordings."),
		providers.Config(p.configure),
		providers.Handle(film.SpeechSynthesize.Repeatable().Local(), p.speak),
		providers.Handle(film.SpeechAlign, alignSpeech),
		providers.Estimator(estimate),
	)
}

// provider is one configured provider.
type provider struct {
	piper *piper // nil unless configured
}

// A dataError says what espeak-ng's data lacks, while the library itself is there.
type dataError struct{ lack string }

func (e *dataError) Error() string { return e.lack }

// mend tells how to mend an engine that cannot be used.
func mend(err error) string {
	var damaged *dataError
	if errors.As(err, &damaged) {
		return repair
	}
	return hint
}

func (p *provider) configure(ctx context.Context, given Config) (providers.Configured, error) {
	conf := providers.Configured{CacheVersion: cacheVersion()}
	piper, wrong := openPiper(given)
	if len(wrong) > 0 { // what would be spoken then is not what was asked for
		conf.Problem = fmt.Sprintf("Piper cannot be used as configured: %s: %s.", wrong[0].Attribute, wrong[0].Summary)
		conf.Hint, conf.Diagnostics = "correct the block of the provider localtts, or take piper out of it", wrong
		return conf, nil
	}
	p.piper = piper
	warn := func(attribute, format string, args ...any) {
		conf.Diagnostics = append(conf.Diagnostics, providers.ConfigDiagnostic{Attribute: attribute, Warning: true, Summary: fmt.Sprintf(format, args...)})
	}
	_, fliteErr := openFlite()
	_, espeakErr := openEspeak()
	switch {
	case espeakErr != nil: // a language is known only when a film is half made: all must be there before
		conf.Problem, conf.Hint = fmt.Sprintf("Speech needs espeak-ng with its data, and %v.", espeakErr), mend(espeakErr)
		return conf, nil
	case fliteErr != nil:
		warn("", "English is spoken by espeak-ng, less clearly than by flite (%v; %s).", fliteErr, hint)
	}
	conf.Ready = true
	if piper != nil {
		// Piper's voices have noise in them that no seed repeats.
		conf.Deterministic = map[string]bool{film.SpeechSynthesize.Name: false}
		if piper.server != "" {
			if err := piper.reachable(ctx); err != nil {
				warn("piper_url", "%v; calls in its languages fail until it does.", err)
			}
		}
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
func (p *provider) speak(ctx context.Context, call *providers.Call, in film.SpeechInput) (film.Speech, error) {
	if _, ok := voices[in.Voice]; !ok {
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
	cast := in.Cast()
	if pv, colours, ok := p.piper.voice(in.Language, cast.Voice); ok {
		colours.pitch, colours.length = colours.pitch*cast.Pitch, colours.length*cast.Length
		return p.piper.narrate(ctx, call, in, lang, pv, colours)
	}
	in.Pace /= cast.Length
	say, err := lang.open(voices[cast.Voice], in.Pace, cast.Pitch)
	if err != nil {
		return film.Speech{}, unusable(in.Language, err)
	}
	if _, missing := openFlite(); missing != nil && in.Language == "english" {
		call.Warn("English was spoken by espeak-ng, because flite is missing: " + hint + " makes it clearer.")
	}
	speech, err := narrate(ctx, call, in, lang, say)
	var damaged *dataError
	if errors.As(err, &damaged) { // taken away since it was looked for
		return film.Speech{}, unusable(in.Language, err)
	}
	return speech, err
}

// unusable is the failure of a call whose engine cannot be used.
func unusable(language string, err error) error {
	return &providers.Error{
		Kind: providers.KindUnavailable, Err: err, Hint: mend(err),
		Message: fmt.Sprintf("Speech in %s is not possible here: %v.", title(language), err),
		User:    fmt.Sprintf("Speech in %s is not installed on this machine.", title(language)),
	}
}

// title writes the name of a language as it stands in a sentence.
func title(language string) string { return strings.ToUpper(language[:1]) + language[1:] }

// excerpt shortens a text for a message.
func excerpt(text string) string {
	text = strings.Join(strings.Fields(plain(text)), " ")
	if r := []rune(text); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return text
}
