package localtts

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

// A sayer speaks one script with an engine in a voice, and gives the sample rate in hertz.
type sayer func(context.Context, script) (recording, int, error)

// narrate speaks a whole text, sentence by sentence, and joins what comes with pauses.
func narrate(ctx context.Context, call *providers.Call, in film.SpeechInput, lang language, say sayer) (film.Speech, error) {
	words := lang.words(in.Text)
	sentences := splitSentences(words, lang.abbreviation)
	var (
		samples []int16
		spans   = make([]span, 0, len(words))
		rate    int
		pause   float64  // after the sentence before
		unread  []string // words with letters that the engine cannot read
	)
	for i, s := range sentences {
		if err := ctx.Err(); err != nil {
			return film.Speech{}, err
		}
		call.Progress(float64(i)/float64(len(sentences)), "")
		sc := lang.script(s.words)
		for _, i := range sc.unread {
			unread = append(unread, s.words[i].text)
		}
		weights := sc.weights(len(s.words))
		var r recording
		if !silent(weights) {
			var err error
			if r, rate, err = say(ctx, sc); err != nil {
				return film.Speech{}, fmt.Errorf("speaking %q: %w", excerpt(sc.String()), err)
			}
			r.trim(rate)
		}
		if len(r.samples) == 0 { // such as a lone ッ, or words of another script
			for range s.words {
				spans = append(spans, span{len(samples), len(samples)})
			}
			continue
		}
		if len(samples) > 0 {
			samples = append(samples, make([]int16, int(pause/in.Pace*float64(rate)))...)
		}
		offset := len(samples)
		samples = append(samples, r.samples...)
		for i, sp := range align(r.marks, weights, len(r.samples)) {
			if weights[i] > 0 {
				sp = tighten(sp, r.samples, rate)
			}
			spans = append(spans, span{sp.start + offset, sp.end + offset})
		}
		pause = s.pause
	}
	if len(samples) == 0 {
		return film.Speech{}, providers.Invalid("The text %q has no word that can be spoken in %s.", excerpt(in.Text), title(in.Language))
	}
	if len(unread) > 0 {
		call.Warn(unreadWarning(unread, in.Language))
	}
	finish(samples, rate, lang.shelf)

	path := filepath.Join(call.WorkDir, "speech.wav")
	if err := writeWAV(path, samples, rate); err != nil {
		return film.Speech{}, fmt.Errorf("writing the speech: %w", err)
	}
	speech := film.Speech{
		Audio:   providers.File{Path: path, MediaType: "audio/wav", Name: "speech.wav"},
		Seconds: float64(len(samples)) / float64(rate),
		Words:   make([]film.Word, len(words)),
	}
	for i, w := range words {
		speech.Words[i] = film.Word{Text: w.text, Start: seconds(spans[i].start, rate), End: seconds(spans[i].end, rate)}
	}
	return speech, nil
}

// unreadWarning names each word with unread letters once, and at most ten.
func unreadWarning(words []string, language string) string {
	const most = 10
	var named []string
	for _, w := range words {
		if w = "“" + excerpt(w) + "”"; !slices.Contains(named, w) {
			named = append(named, w)
		}
	}
	list := strings.Join(named[:min(most, len(named))], ", ")
	if more := len(named) - most; more > 0 {
		list += fmt.Sprintf(" and %d more", more)
	}
	return fmt.Sprintf("Letters without a known reading in %s were left out of the speech, in: %s.", title(language), list)
}

func silent(weights []int) bool {
	for _, w := range weights {
		if w > 0 {
			return false
		}
	}
	return true
}

func seconds(samples, rate int) float64 { return float64(samples) / float64(rate) }
