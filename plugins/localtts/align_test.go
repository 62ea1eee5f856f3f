package localtts

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/filmloom/filmloom/plugins/localtts/audiofile"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

// alignedTexts are read by flite, whose own times are the truth; espeak-ng's rendering, which alignment
// uses, has other speakers, rhythm and pauses.
var alignedTexts = []string{
	"The old lighthouse keeper climbed the stairs every evening, and lit the lamp. He had done so for forty years, through storms and quiet summer nights. Then, one morning, a small boat came out of the fog. Nobody was in it but a grey cat with a letter round its neck.",
	"Why do we remember the summer of 1969 so well? Because on the twentieth of July two men walked on the moon, and half a billion people watched them on television. My grandmother was one of them. She told me, years later, that she had looked out of the window and seen nothing but an ordinary moon.",
	"Honey never spoils. Archaeologists have found pots of it in tombs that are three thousand years old, and it was still good to eat! Bees make it from nectar, which is mostly water; they fan it with their wings until most of that is gone.",
}

// alignFile makes one call of speech.align.
func alignFile(t testing.TB, path, text, lang string) ([]film.Word, []string, error) {
	t.Helper()
	raw, err := json.Marshal(film.AlignInput{Audio: providers.File{Path: path}, Text: text, Language: lang})
	if err != nil {
		t.Fatal(err)
	}
	res, err := ready(t).Execute(t.Context(), &providers.Call{Capability: film.SpeechAlign.Name, Input: raw})
	if err != nil {
		return nil, nil, err
	}
	var out film.Alignment
	if err := json.Unmarshal(res.Output, &out); err != nil {
		t.Fatal(err)
	}
	return out.Words, res.Warnings, nil
}

// fewer gives all rows of a measurement, and every fifth when the race detector is on.
func fewer[T any](rows []T) (kept []T) {
	for i, r := range rows {
		if !raced || i%5 == 0 {
			kept = append(kept, r)
		}
	}
	return kept
}

// meanErrors are those of the beginnings and ends of the words that have letters, in milliseconds.
func meanErrors(got, want []film.Word) (starts, ends float64) {
	n := 0.0
	for i, w := range want {
		if strings.ContainsFunc(w.Text, unicode.IsLetter) {
			n++
			starts += 1000 * math.Abs(got[i].Start-w.Start)
			ends += 1000 * math.Abs(got[i].End-w.End)
		}
	}
	return starts / n, ends / n
}

// model is espeak-ng's own reading of a text, which alignment starts from.
func model(t testing.TB, text, lang string) telling {
	t.Helper()
	ready(t)
	say, err := languages[lang].openEspeak(voices["alloy"], 1)
	if err != nil {
		t.Fatal(err)
	}
	told, err := tell(t.Context(), text, languages[lang], 1, say, func(float64) {})
	if err != nil {
		t.Fatal(err)
	}
	return told
}

// scaledAlone gives the words the times of that reading, scaled to a length.
func scaledAlone(told telling, length float64) []film.Word {
	words := make([]film.Word, len(told.words))
	for i, sp := range told.spans {
		scale := length / float64(len(told.samples))
		words[i] = film.Word{Text: told.words[i].text, Start: float64(sp.start) * scale, End: float64(sp.end) * scale}
	}
	return words
}

// checkAligned checks what is promised of any alignment.
func checkAligned(t testing.TB, words []film.Word, text, lang string, length float64) {
	t.Helper()
	checkWords(t, spokenFilm{Speech: film.Speech{Words: words, Seconds: length}}, text, lang)
}

// The bound that scaling a whole text's times alone is far from, and scaling each sentence's by itself
// does not reach either: 68 ms.
func TestAlignmentOfEnglishIsWithin40MillisecondsOnAverage(t *testing.T) {
	var starts, ends, without, n float64
	for _, text := range fewer(alignedTexts) {
		told := model(t, text, "english")
		for voice, paces := range map[string][]float64{"alloy": {1}, "echo": {0.8}, "fable": {1.3}, "onyx": {1}} {
			for _, pace := range paces {
				truth := mustSay(t, text, "english", voice, pace)
				words, warnings, err := alignFile(t, truth.Audio.Path, text, "english")
				if err != nil || len(warnings) > 0 {
					t.Fatalf("%v, %q", err, warnings)
				}
				checkAligned(t, words, text, "english", truth.Seconds)
				s, e := meanErrors(words, truth.Words)
				alone, _ := meanErrors(scaledAlone(told, truth.Seconds), truth.Words)
				if s > 60 {
					t.Errorf("%s at %g: %.0f ms (%.0f by scaling alone) in %.40q", voice, pace, s, alone, text)
				}
				starts, ends, without, n = starts+s, ends+e, without+alone, n+1
			}
		}
	}
	t.Logf("mean error of beginnings %.0f ms, of ends %.0f ms; by scaling alone %.0f ms", starts/n, ends/n, without/n)
	if starts/n > 40 || ends/n > 45 {
		t.Errorf("mean error of beginnings %.0f ms, of ends %.0f ms", starts/n, ends/n)
	}
}

// Here the recording is of the same engine with another voice and pace, so the bound is closer; it proves
// that numbers, clitics, scripts without spaces and phrases find their place in each language.
func TestAlignmentInEveryOtherLanguageIsWithin30Milliseconds(t *testing.T) {
	i := 0
	sum, without := 0.0, 0.0
	for _, lang := range fewer(strings.Split(strings.TrimPrefix(film.Languages, "english,"), ",")) {
		i++
		voice, pace := voiceNames[1+i%5], []float64{0.75, 1.1, 1.4}[i%3]
		truth := mustSay(t, samples[lang], lang, voice, pace)
		words, _, err := alignFile(t, truth.Audio.Path, samples[lang], lang)
		if err != nil {
			t.Fatalf("%s: %v", lang, err)
		}
		checkAligned(t, words, samples[lang], lang, truth.Seconds)
		starts, ends := meanErrors(words, truth.Words)
		if starts > 30 || ends > 45 {
			t.Errorf("%s by %s at %g: beginnings %.0f ms, ends %.0f ms", lang, voice, pace, starts, ends)
		}
		alone, _ := meanErrors(scaledAlone(model(t, samples[lang], lang), truth.Seconds), truth.Words)
		sum, without = sum+starts, without+alone
	}
	t.Logf("mean error of beginnings over %d languages %.0f ms; by scaling alone %.0f ms", i, sum/float64(i), without/float64(i))
}

func TestAlignmentFollowsPausesAndIgnoresNoise(t *testing.T) {
	text := alignedTexts[0]
	truth := mustSay(t, text, "english", "echo", 1)
	noise := rand.New(rand.NewPCG(1, 2))
	var altered []int16
	words := slices.Clone(truth.Words)
	quietly := func(n int) {
		for range n {
			altered = append(altered, int16(noise.NormFloat64()*60)) // about -55 dBFS
		}
	}
	quietly(truth.rate) // a second before the first word
	from, added := 0, 1.0
	for i, w := range words {
		words[i].Start, words[i].End = w.Start+added, w.End+added
		if strings.HasSuffix(w.Text, ".") {
			to := int(w.End * float64(truth.rate))
			for _, v := range truth.samples[from:to] {
				altered = append(altered, v/4+int16(noise.NormFloat64()*60))
			}
			quietly(2 * truth.rate) // two seconds between sentences
			from, added = to, added+2
		}
	}
	path := filepath.Join(t.TempDir(), "altered.wav")
	if err := writeWAV(path, altered, truth.rate); err != nil {
		t.Fatal(err)
	}
	got, _, err := alignFile(t, path, text, "english")
	if err != nil {
		t.Fatal(err)
	}
	if starts, ends := meanErrors(got, words); starts > 70 || ends > 70 {
		t.Errorf("beginnings %.0f ms, ends %.0f ms", starts, ends)
	}
}

func TestAlignmentReadsEveryKindOfRecordingAlike(t *testing.T) {
	text, _, _ := strings.Cut(alignedTexts[2], " Bees")
	truth := mustSay(t, text, "english", "fable", 1)
	for name, args := range map[string][]string{
		"a.wav": {"-ar", "48000", "-ac", "2", "-c:a", "pcm_s24le"},
		"b.wav": {"-ar", "44100", "-c:a", "pcm_f32le"},
		"c.wav": {"-ar", "8000", "-c:a", "pcm_u8"},
		"d.mp3": {"-ar", "24000", "-b:a", "48k"},
		"e.mp3": {"-ar", "44100", "-ac", "2", "-q:a", "5"},
	} {
		path := filepath.Join(t.TempDir(), name)
		if out, err := exec.CommandContext(t.Context(), "ffmpeg", slices.Concat([]string{"-v", "error", "-i", truth.Audio.Path}, args, []string{path})...).CombinedOutput(); err != nil {
			t.Fatalf("ffmpeg: %v\n%s", err, out)
		}
		got, _, err := alignFile(t, path, text, "english")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if starts, _ := meanErrors(got, truth.Words); starts > 60 {
			t.Errorf("%v: %.0f ms", args, starts)
		}
	}
}

func TestWhatCannotBeAlignedSaysSo(t *testing.T) {
	dir := t.TempDir()
	flac, short, silent := filepath.Join(dir, "a.flac"), filepath.Join(dir, "short.wav"), filepath.Join(dir, "silent.wav")
	if out, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=d=1", flac).CombinedOutput(); err != nil {
		t.Fatalf("ffmpeg: %v\n%s", err, out)
	}
	for path, samples := range map[string][]int16{short: {1, 2, 3}, silent: make([]int16, 8000)} {
		if err := writeWAV(path, samples, 8000); err != nil {
			t.Fatal(err)
		}
	}
	_, _, err := alignFile(t, flac, "One two.", "english")
	if e := providers.AsError(err); e == nil || e.Kind != providers.KindInvalidInput || !strings.Contains(e.User, "FLAC") || !strings.Contains(e.Hint, "ffmpeg -i") {
		t.Errorf("of FLAC: %+v", e)
	}
	_, _, err = alignFile(t, short, strings.Repeat("a ", longest), "english")
	if e := providers.AsError(err); e == nil || e.Kind != providers.KindInvalidInput {
		t.Errorf("of a long text: %v", err)
	}
	if _, _, err = alignFile(t, filepath.Join(dir, "none.wav"), "One.", "english"); err == nil {
		t.Error("a missing recording is aligned")
	}
	// Sound that is no speech, or none at all, fails nothing: every word has a time within it.
	for _, path := range []string{short, silent} {
		for lang, text := range map[string]string{"english": alignedTexts[0][:60], "chinese": samples["chinese"], "german": "слово 你好 — и так далее"} {
			words, _, err := alignFile(t, path, text, lang)
			if err != nil {
				t.Errorf("%s: %v", lang, err)
			}
			checkAligned(t, words, text, lang, 1)
		}
	}
	if _, warnings, _ := alignFile(t, short, alignedTexts[0], "english"); len(warnings) != 1 || !strings.Contains(warnings[0], "another text") {
		t.Errorf("of three samples: %q", warnings)
	}
	// A text without words has no times.
	for _, text := range []string{"", " \n", "…", "— !?", "😀"} {
		for _, lang := range []string{"english", "french", "japanese"} {
			if words, _, err := alignFile(t, silent, text, lang); err != nil || words == nil || len(words) > 0 {
				t.Errorf("%q in %s: %#v, %v", text, lang, words, err)
			}
		}
	}
}

// The memory and time of a long recording grow with its length: four minutes take two seconds.
func TestALongRecordingIsAligned(t *testing.T) {
	text := strings.TrimSpace(strings.Repeat(alignedTexts[0]+" ", len(fewer(make([]int, 12)))))
	truth := mustSay(t, text, "english", "fable", 1.2)
	words, _, err := alignFile(t, truth.Audio.Path, text, "english")
	if err != nil {
		t.Fatal(err)
	}
	if starts, _ := meanErrors(words, truth.Words); starts > 40 {
		t.Errorf("%.0f s of speech: %.0f ms", truth.Seconds, starts)
	}
}

func TestACancelledAlignmentStops(t *testing.T) {
	truth := mustSay(t, alignedTexts[0], "english", "alloy", 1)
	for _, share := range []float64{0, 0.3} {
		ctx, cancel := context.WithCancel(t.Context())
		raw, _ := json.Marshal(film.AlignInput{Audio: truth.Audio, Text: alignedTexts[0], Language: "english"})
		_, err := ready(t).Execute(ctx, &providers.Call{Capability: film.SpeechAlign.Name, Input: raw, Report: &cancelAt{share: share, cancel: cancel}})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled at %g: %v", share, err)
		}
		cancel()
	}
}

func TestStillnessIsFoundInQuietAndInNoise(t *testing.T) {
	hum := func(amplitude float32, n int) (f []float32) { // n frames of 10 ms at 1 kHz
		for i := range 10 * n {
			f = append(f, amplitude*float32(1-2*(i%2)))
		}
		return f
	}
	for name, background := range map[string]float32{"quiet": 0, "noise": 0.03} {
		rec := audiofile.Recording{Rate: 1000, Samples: slices.Concat(hum(background, 20), hum(0.8, 10), hum(background, 30), hum(0.8, 10), hum(background, 5))}
		s := listenForStillness(rec)
		near := func(a, b interval) bool { return math.Abs(a.start-b.start) < 1e-9 && math.Abs(a.end-b.end) < 1e-9 }
		if got := s.speech(); !near(got, interval{0.2, 0.72}) {
			t.Errorf("%s: speech in %v", name, got)
		}
		for in, want := range map[interval]interval{
			{0.1, 0.5}: {0.2, 0.32}, {0.25, 0.28}: {0.25, 0.28}, {0.35, 0.55}: {0.35, 0.55}, {0.75, 0.75}: {0.75, 0.75}, {0.25, 0.65}: {0.25, 0.65},
		} {
			if got := s.tighten(in); !near(got, want) {
				t.Errorf("%s: %v becomes %v, want %v", name, in, got, want)
			}
		}
	}
	if got := listenForStillness(audiofile.Recording{Rate: 1000}).speech(); got != (interval{}) {
		t.Errorf("nothing: %v", got)
	}
	if at := milliseconds(1.23456, audiofile.Recording{Samples: make([]float32, 10), Rate: 8}); at != 1.235 {
		t.Errorf("rounded to %v", at)
	}
}
