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

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

func TestEveryLanguageIsSpokenWithTheTimeOfEveryWord(t *testing.T) {
	named := strings.Split(film.Languages, ",")
	if len(languages) != len(named) {
		t.Errorf("%d languages are spoken, %d are in the contract", len(languages), len(named))
	}
	for i, lang := range named {
		voice := voiceNames[i%len(voiceNames)] // all six in each language would tell no more in six times the time
		t.Run(lang+"/"+voice, func(t *testing.T) {
			text, ok := samples[lang]
			if !ok {
				t.Fatal("no sample")
			}
			s := mustSay(t, text, lang, voice, 1)
			checkEvidence(t, s, lang)
			// 20 to 30 syllables a sentence: between 7 and 25 s for each sample.
			if s.Seconds < 7 || s.Seconds > 25 {
				t.Errorf("%.1f s for %q", s.Seconds, text)
			}
		})
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
	for lang, voice := range map[string]string{"english": "onyx", "german": "alloy", "chinese": "nova", "japanese": "echo", "hindi": "shimmer"} {
		text := samples[lang]
		first := mustSay(t, text, lang, voice, 1)
		mustSay(t, "Something else comes between.", "english", "nova", 1.3)
		mustSay(t, "Il n'y avait qu'une lampe.", "french", "nova", 0.7)
		again := mustSay(t, text, lang, voice, 1)
		if !slices.Equal(first.samples, again.samples) {
			t.Errorf("%s, %s: the second time sounds different", lang, voice)
		}
		if !slices.Equal(first.Words, again.Words) {
			t.Errorf("%s, %s: the second time has other times", lang, voice)
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
		"no space":       strings.Repeat("a", 200),
		"many digits":    strings.Repeat("7", 60),
		"no stop":        strings.Repeat("word ", 90),
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
		for _, lang := range []string{"english", "german", "chinese", "japanese"} {
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
		"german":  strings.Repeat("und noch ein Wort mehr ", 600),
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
		for _, voice := range []string{"alloy", "onyx"} {
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
