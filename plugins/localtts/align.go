package localtts

import (
	"context"
	"errors"
	"fmt"
	"math"
	"unicode/utf8"

	"github.com/filmloom/filmloom/plugins/localtts/audiofile"
	"github.com/filmloom/filmloom/plugins/localtts/warp"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

// alignSpeech serves speech.align.
func alignSpeech(ctx context.Context, call *providers.Call, in film.AlignInput) (film.Alignment, error) {
	lang, ok := languages[in.Language]
	if !ok {
		return film.Alignment{}, providers.Invalid("The language %q is not one that can be aligned here.", in.Language)
	}
	if n := utf8.RuneCountInString(in.Text); n > longest {
		return film.Alignment{}, providers.Invalid("The text has %d characters, and at most %d are aligned at once: divide it.", n, longest)
	}
	rec, err := audiofile.Read(ctx, in.Audio.Path)
	var wrong *audiofile.FormatError
	if errors.As(err, &wrong) {
		e := providers.Invalid("Words cannot be found in the recording, because it %v: give a WAV or MP3 file.", wrong)
		e.Hint = "convert it: ffmpeg -i recording -ac 1 -ar 24000 recording.wav"
		return film.Alignment{}, e
	} else if err != nil {
		return film.Alignment{}, err
	}
	words, err := timed(ctx, call, in.Text, in.Language, lang, rec)
	return film.Alignment{Words: words}, err
}

// timed finds the words of a text in a recording of it.
func timed(ctx context.Context, call *providers.Call, text, name string, lang language, rec audiofile.Recording) ([]film.Word, error) {
	say, err := lang.openEspeak(voices["alloy"], 1)
	if err != nil {
		return nil, unusable(name, err)
	}
	// Most of the time goes into speaking the text.
	t, err := tell(ctx, text, lang, 1, say, func(done float64) { call.Progress(0.7*done, "") })
	if err != nil {
		return nil, err
	}
	found := shareOut(t, rec)
	if len(t.samples) > 0 {
		if ratio := seconds(len(t.samples), t.rate) / rec.Seconds(); ratio > 4 || ratio < 0.25 {
			call.Warn(fmt.Sprintf("The recording lasts %.1f s, and the text takes about %.1f s to say: if it is a recording of another text, the words' times mean nothing.", rec.Seconds(), seconds(len(t.samples), t.rate)))
		}
		if found, err = locate(ctx, t, rec); err != nil {
			return nil, err
		}
	}
	words := make([]film.Word, len(found))
	for i, s := range found {
		words[i] = film.Word{Text: t.words[i].text, Start: s.start, End: s.end}
	}
	if len(t.samples) == 0 && !hasLetters(t.words) {
		words = []film.Word{} // punctuation alone is no word
	}
	return words, nil
}

// An interval is when a word is heard, in seconds.
type interval struct{ start, end float64 }

// shareOut gives words the time of a recording by the number of their letters.
func shareOut(t telling, rec audiofile.Recording) []interval {
	weights := make([]int, len(t.words))
	for i, w := range t.words {
		weights[i] = letters(w.text)
	}
	found := make([]interval, len(t.words))
	for i, s := range align(nil, weights, len(rec.Samples)) {
		found[i] = interval{seconds(s.start, rec.Rate), seconds(s.end, rec.Rate)}
	}
	return found
}

func letters(text string) (n int) {
	for _, r := range text {
		if sounds(r) {
			n++
		}
	}
	return n
}

func hasLetters(words []word) bool {
	for _, w := range words {
		if letters(w.text) > 0 {
			return true
		}
	}
	return false
}

// top is the highest frequency, in hertz, that recordings are compared by.
const top = 7000

// locate finds the words of a text, as an engine told it, in another recording of the text. The engine's
// times are scaled to the recording's length first, and then follow what is heard.
func locate(ctx context.Context, t telling, rec audiofile.Recording) ([]interval, error) {
	quiet := listenForStillness(rec)
	speech := quiet.speech()
	first := int(speech.start * float64(rec.Rate))
	heard := rec.Samples[first:clamp(int(speech.end*float64(rec.Rate)), first+1, len(rec.Samples))]
	length := seconds(len(heard), rec.Rate)
	step := warp.Step * seconds(len(t.samples), t.rate) / length // so that both have as many frames
	limit := min(top, 0.45*float64(min(rec.Rate, t.rate)))
	path, err := warp.Path(ctx, warp.Listen(floats(t.samples), t.rate, step, limit), warp.Listen(heard, rec.Rate, warp.Step, limit))
	if err != nil {
		return nil, err
	}
	find := func(sample int) float64 {
		frame := seconds(sample, t.rate) / step
		i := min(int(frame), len(path)-1)
		at := path[i]
		if i+1 < len(path) {
			at += (path[i+1] - path[i]) * (frame - float64(i))
		}
		return seconds(first, rec.Rate) + min(at*warp.Step, length)
	}
	found := make([]interval, len(t.spans))
	for i, s := range t.spans {
		w := interval{find(s.start), find(s.end)}
		if s.start < s.end {
			w = quiet.tighten(w)
		}
		found[i] = interval{milliseconds(w.start, rec), milliseconds(w.end, rec)}
	}
	return found, nil
}

// milliseconds rounds a time, which is not known better, and keeps it inside the recording.
func milliseconds(at float64, rec audiofile.Recording) float64 {
	return min(math.Round(at*1000)/1000, rec.Seconds())
}

func floats(samples []int16) []float32 {
	f := make([]float32, len(samples))
	for i, v := range samples {
		f[i] = float32(v) / 32768
	}
	return f
}
