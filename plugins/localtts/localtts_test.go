package localtts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
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
	out, err := execute(t, t.Context(), film.SpeechInput{Text: text, Language: lang, Voice: voice, Pace: pace})
	if err != nil {
		t.Fatalf("%s, %s: %v", lang, voice, err)
	}
	s := spokenFilm{Speech: out}
	s.samples, s.rate = readWAV(t, out.Audio.Path)
	checkSound(t, s)
	checkWords(t, s, text, lang)
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
	if head := float64(first) / float64(s.rate); head > 0.08 {
		t.Errorf("%.3f s of silence at the beginning", head)
	}
	if tail := float64(len(s.samples)-1-last) / float64(s.rate); tail > 0.08 {
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

func TestEveryLanguageIsSpokenWithTheTimeOfEveryWord(t *testing.T) {
	if len(samples) != 20 || len(languages) != 20 {
		t.Fatalf("%d samples and %d languages, want 20", len(samples), len(languages))
	}
	for lang, text := range samples {
		names := []string{"alloy", "onyx"} // espeak-ng's voices differ in numbers alone
		if lang == "english" || lang == "german" {
			names = voiceNames
		}
		for _, voice := range names {
			t.Run(lang+"/"+voice, func(t *testing.T) {
				s := mustSay(t, text, lang, voice, 1)
				checkEvidence(t, s, lang)
				// 20 to 30 syllables a sentence: between 7 and 25 s for each sample.
				if s.Seconds < 7 || s.Seconds > 25 {
					t.Errorf("%.1f s for %q", s.Seconds, text)
				}
			})
		}
	}
}

func TestEnumsOfTheContractAreServed(t *testing.T) {
	ready(t)
	d, err := New().Describe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	spec, ok := d.Capability("speech.synthesize")
	if !ok || !spec.Deterministic || !spec.CPU {
		t.Fatalf("speech.synthesize is described as %+v", spec)
	}
	for _, voice := range voiceNames {
		if _, ok := voices[voice]; !ok {
			t.Errorf("no voice %s", voice)
		}
	}
}

func TestSameInputGivesSameBytesWhateverWasSpokenBefore(t *testing.T) {
	for _, lang := range []string{"english", "german", "chinese", "japanese", "hindi"} {
		for _, voice := range []string{"alloy", "onyx"} {
			text := samples[lang]
			first := mustSay(t, text, lang, voice, 1)
			mustSay(t, "Something else entirely comes between, and not a short one.", "english", "nova", 1.3)
			mustSay(t, samples["french"], "french", "nova", 0.7)
			mustSay(t, samples["polish"], "polish", "onyx", 1)
			again := mustSay(t, text, lang, voice, 1)
			if !slices.Equal(first.samples, again.samples) {
				t.Errorf("%s, %s: the second time sounds different", lang, voice)
			}
			if !slices.Equal(first.Words, again.Words) {
				t.Errorf("%s, %s: the second time has other times", lang, voice)
			}
		}
	}
}

func TestPaceScalesTheLength(t *testing.T) {
	for lang, voice := range map[string]string{"english": "alloy", "spanish": "onyx", "chinese": "alloy"} {
		plain := mustSay(t, samples[lang], lang, voice, 1).Seconds
		for _, pace := range []float64{0.5, 0.8, 1.25, 2} {
			got := mustSay(t, samples[lang], lang, voice, pace).Seconds
			want := plain / pace
			// espeak-ng speaks no slower than 80 words a minute, and rounds at speed.
			if got < 0.8*want || got > 1.2*want {
				t.Errorf("%s, %s at pace %g: %.2f s, want about %.2f", lang, voice, pace, got, want)
			}
		}
	}
}

func TestLongTextIsSpokenWhole(t *testing.T) {
	text := strings.TrimSpace(strings.Repeat("The keeper climbed the stairs, lit the lamp, and waited for the morning. ", 28))
	s := mustSay(t, text, "english", "alloy", 1)
	if words := len(s.Words); s.Seconds/float64(words) < 0.2 || s.Seconds/float64(words) > 0.6 {
		t.Errorf("%d words in %.1f s", words, s.Seconds)
	}
	checkEvidence(t, s, "english")
}

func TestTextOfAnyShapeIsSpoken(t *testing.T) {
	for name, text := range map[string]string{
		"no space":       strings.Repeat("a", 800),
		"many digits":    strings.Repeat("7", 200),
		"no stop":        strings.Repeat("word ", 150),
		"control":        "He\x00llo\x01 \x1b[31mworld\x7f, it's 5pVfoo here.",
		"markup":         `<speak><audio src="file:///etc/passwd"/>Hello</speak> & [[h@l'oU]] <mark name="x"/>`,
		"shell":          "`id`; $(id) | rm -rf / && echo 'hi' > /tmp/x",
		"invisible":      "soft\u00adhyphen zero\u200bwidth \u202eright\u202c to\u2060gether \ufeffbegin",
		"emoji":          "Well 😀 done 👩‍👩‍👧 !!!",
		"other scripts":  "The word 你好 and слово are foreign.",
		"non-breaking":   "10\u00a0000 euros\u202f!",
		"one letter":     "a",
		"one digit":      "7",
		"paragraphs":     "One.\n\n\nTwo.\r\n\r\nThree.",
		"only a symbol":  "%",
		"long brackets":  strings.Repeat("(", 200) + "yes" + strings.Repeat(")", 200),
		"dots":           "a.b.c.d.e.f.g " + strings.Repeat(".", 300) + " end",
		"combining":      "Z̷̛̺a̵l̶͖g̵o̴ text e\u0301te\u0301",
		"percent format": "%s %d %n %x",
	} {
		for _, lang := range []string{"english", "german", "greek", "chinese", "japanese", "hindi"} {
			t.Run(name+"/"+lang, func(t *testing.T) {
				out, err := execute(t, t.Context(), film.SpeechInput{Text: text, Language: lang, Voice: "alloy", Pace: 1})
				if err != nil {
					t.Fatal(err)
				}
				s := spokenFilm{Speech: out}
				s.samples, s.rate = readWAV(t, out.Audio.Path)
				checkWords(t, s, text, lang)
			})
		}
	}
}

func TestNothingToSayIsInvalid(t *testing.T) {
	for _, text := range []string{"", "   ", "\n\t", "...", "—", "!?", "( )", "😀", "\u200b", "\x00\x01"} {
		for _, lang := range []string{"english", "french", "chinese", "japanese"} {
			_, err := execute(t, t.Context(), film.SpeechInput{Text: text, Language: lang, Voice: "alloy", Pace: 1})
			var e *providers.Error
			if !errors.As(err, &e) || e.Kind != providers.KindInvalidInput || e.User == "" || !strings.HasSuffix(e.Message, ".") {
				t.Errorf("%q in %s: %v", text, lang, err)
			}
		}
	}
}

func TestInputOutsideTheContractIsInvalid(t *testing.T) {
	for name, in := range map[string]film.SpeechInput{
		"voice":    {Text: "Hello", Language: "english", Voice: "siri", Pace: 1},
		"language": {Text: "Hello", Language: "klingon", Voice: "alloy", Pace: 1},
		"slow":     {Text: "Hello", Language: "english", Voice: "alloy", Pace: 0.1},
		"fast":     {Text: "Hello", Language: "english", Voice: "alloy", Pace: 9},
		"long":     {Text: strings.Repeat("a ", longest), Language: "english", Voice: "alloy", Pace: 1},
	} {
		_, err := execute(t, t.Context(), in)
		if e := providers.AsError(err); e == nil || e.Kind != providers.KindInvalidInput {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// cancelAt is a reporter that cancels when a share of the call is done.
type cancelAt struct {
	providers.Reporter
	share  float64
	cancel context.CancelFunc
	last   float64
}

func (c *cancelAt) Progress(done float64, _ string) {
	c.last = done
	if done >= c.share {
		c.cancel()
	}
}

func TestCancelledCallStopsWithItsSentence(t *testing.T) {
	p := ready(t)
	for lang, text := range map[string]string{
		"english": strings.Repeat(samples["english"]+" ", 20),
		"german":  strings.Repeat("und noch ein Wort mehr ", 2000),
	} {
		ctx, cancel := context.WithCancel(t.Context())
		reporter := &cancelAt{share: 0.05, cancel: cancel}
		raw, _ := json.Marshal(film.SpeechInput{Text: text, Language: lang, Voice: "onyx", Pace: 0.5})
		dir := t.TempDir()
		_, err := p.Execute(ctx, &providers.Call{Capability: film.SpeechSynthesize.Name, Input: raw, WorkDir: dir, Report: reporter})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", lang, err)
		}
		if reporter.last > 0.3 {
			t.Errorf("%s: went on until %.0f %% were done after the cancel at 5 %%", lang, 100*reporter.last)
		}
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Errorf("%s: a cancelled call left %v", lang, left)
		}
	}
}

func TestConcurrentCallsDoNotMix(t *testing.T) {
	type job struct{ lang, voice string }
	var jobs []job
	for _, lang := range []string{"english", "german", "russian", "japanese"} {
		for _, voice := range []string{"alloy", "nova", "onyx"} {
			jobs = append(jobs, job{lang, voice})
		}
	}
	alone := map[job]spokenFilm{}
	for _, j := range jobs {
		alone[j] = mustSay(t, samples[j.lang], j.lang, j.voice, 1)
	}
	var wg sync.WaitGroup
	for _, j := range jobs {
		wg.Add(1)
		go func() {
			defer wg.Done()
			out, err := execute(t, t.Context(), film.SpeechInput{Text: samples[j.lang], Language: j.lang, Voice: j.voice, Pace: 1})
			if err != nil {
				t.Errorf("%v: %v", j, err)
				return
			}
			got, _ := readWAV(t, out.Audio.Path)
			if !slices.Equal(got, alone[j].samples) {
				t.Errorf("%v sounds different among others", j)
			}
		}()
	}
	wg.Wait()
}

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
	if e := providers.AsError(say("german")); e == nil || e.Kind != providers.KindUnavailable || e.Hint != hint || !strings.Contains(e.Message, "german") {
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

func TestEstimateIsFreeAndGrowsWithTheText(t *testing.T) {
	est := func(input string) providers.Estimate {
		e, err := New().Estimate(t.Context(), providers.EstimateQuery{Capability: film.SpeechSynthesize.Name, Input: json.RawMessage(input)})
		if err != nil || e.MaxCost != 0 {
			t.Fatalf("%+v, %v", e, err)
		}
		return e
	}
	short, long := est(`{"text":"Hello"}`), est(fmt.Sprintf(`{"text":%q}`, strings.Repeat("Hello ", 200)))
	if short.MaxTime == 0 || long.MinTime <= short.MinTime || long.MaxTime <= short.MaxTime {
		t.Errorf("%+v and %+v", short, long)
	}
	if e := est(`{}`); e != (providers.Estimate{}) {
		t.Errorf("of an unknown text: %+v", e)
	}
}

func TestAudioLiesInTheWorkDirectory(t *testing.T) {
	s := mustSay(t, "Here.", "english", "alloy", 1)
	if !filepath.IsAbs(s.Audio.Path) || filepath.Base(s.Audio.Path) != "speech.wav" {
		t.Errorf("audio at %q", s.Audio.Path)
	}
}
