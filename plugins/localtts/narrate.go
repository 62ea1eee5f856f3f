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

// A telling is a whole text as it was spoken.
type telling struct {
	samples []int16
	rate    int
	words   []word
	spans   []span   // of each word
	unread  []string // words with letters that the engine cannot read
}

// tell speaks a whole text, sentence by sentence, and joins what comes with pauses. Nothing is left of a
// text that has no word for the language's engine. The progress is reported from 0 to 1.
func tell(ctx context.Context, text string, lang language, pace float64, say sayer, progress func(float64)) (telling, error) {
	t := telling{words: lang.words(text)}
	t.spans = make([]span, 0, len(t.words))
	sentences := splitSentences(t.words, lang.abbreviation)
	pause := 0.0 // after the sentence before
	for i, s := range sentences {
		if err := ctx.Err(); err != nil {
			return telling{}, err
		}
		progress(float64(i) / float64(len(sentences)))
		sc := lang.script(s.words)
		for _, i := range sc.unread {
			t.unread = append(t.unread, s.words[i].text)
		}
		weights := sc.weights(len(s.words))
		var r recording
		if !silent(weights) {
			var err error
			if r, t.rate, err = breathe(ctx, sc, say); err != nil {
				return telling{}, fmt.Errorf("speaking %q: %w", excerpt(sc.String()), err)
			}
			r.trim(t.rate)
		}
		if len(r.samples) == 0 { // such as a lone ッ, or words of another script
			for range s.words {
				t.spans = append(t.spans, span{len(t.samples), len(t.samples)})
			}
			continue
		}
		if len(t.samples) > 0 {
			t.samples = append(t.samples, make([]int16, int(pause/pace*float64(t.rate)))...)
		}
		offset := len(t.samples)
		t.samples = append(t.samples, r.samples...)
		for i, sp := range align(r.marks, weights, len(r.samples)) {
			if weights[i] > 0 {
				sp = tighten(sp, r.samples, t.rate)
			}
			t.spans = append(t.spans, span{sp.start + offset, sp.end + offset})
		}
		pause = s.pause
	}
	return t, nil
}

// breathe speaks a script, in several parts where it is as long as only a word of a thousand letters is.
func breathe(ctx context.Context, sc script, say sayer) (whole recording, rate int, err error) {
	for _, part := range sc.split(2 * longBreath) {
		if err := ctx.Err(); err != nil {
			return recording{}, 0, err
		}
		var r recording
		if r, rate, err = say(ctx, part); err != nil {
			return recording{}, 0, err
		}
		for _, m := range r.marks {
			whole.marks = append(whole.marks, mark{m.word, m.start + len(whole.samples), m.end + len(whole.samples)})
		}
		whole.samples = append(whole.samples, r.samples...)
	}
	return whole, rate, nil
}

// narrate speaks a whole text into a file.
func narrate(ctx context.Context, call *providers.Call, in film.SpeechInput, lang language, say sayer) (film.Speech, error) {
	t, err := tell(ctx, in.Text, lang, in.Pace, say, func(done float64) { call.Progress(done, "") })
	if err != nil {
		return film.Speech{}, err
	}
	if len(t.samples) == 0 {
		return film.Speech{}, nothingToSay(in)
	}
	if len(t.unread) > 0 {
		call.Warn(unreadWarning(t.unread, in.Language))
	}
	finish(t.samples, t.rate, lang.shelf)
	t.trim()
	speech, err := save(call, t.samples, t.rate)
	if err != nil {
		return film.Speech{}, err
	}
	speech.Words = make([]film.Word, len(t.words))
	for i, w := range t.words {
		speech.Words[i] = film.Word{Text: w.text, Start: seconds(t.spans[i].start, t.rate), End: seconds(t.spans[i].end, t.rate)}
	}
	return speech, nil
}

// trim cuts a finished telling's ends down to margin. Its sentences were trimmed already, each by its own
// loudest sample, and a soft first one is quieter still beside a loud second.
func (t *telling) trim() {
	quiet := func(v int16) bool { return abs(v) <= peak/100 }
	first, last, keep := 0, len(t.samples), int(margin*float64(t.rate))
	for first < last && quiet(t.samples[first]) {
		first++
	}
	for last > first && quiet(t.samples[last-1]) {
		last--
	}
	first, last = max(0, first-keep), min(len(t.samples), last+keep)
	t.samples = t.samples[first:last]
	for i, s := range t.spans {
		t.spans[i] = span{clamp(s.start-first, 0, last-first), clamp(s.end-first, 0, last-first)}
	}
}

func nothingToSay(in film.SpeechInput) error {
	return providers.Invalid("The text %q has no word that can be spoken in %s.", excerpt(in.Text), title(in.Language))
}

// save writes a finished speech into the call's directory.
func save(call *providers.Call, samples []int16, rate int) (film.Speech, error) {
	path := filepath.Join(call.WorkDir, "speech.wav")
	if err := writeWAV(path, samples, rate); err != nil {
		return film.Speech{}, fmt.Errorf("writing the speech: %w", err)
	}
	return film.Speech{
		Audio:   providers.File{Path: path, MediaType: "audio/wav", Name: "speech.wav"},
		Seconds: float64(len(samples)) / float64(rate),
	}, nil
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
