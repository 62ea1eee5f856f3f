package localtts

import (
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/providers/film"
)

// Described speakers sound as they are described: pitch and length are measured in the sound.
func TestDescribedSpeakersSoundAsDescribed(t *testing.T) {
	for _, lang := range fewer([]string{"english", "german", "hindi"}) {
		text, _, _ := strings.Cut(tales[lang], ",")
		type heard struct{ pitch, seconds float64 }
		say := func(in film.SpeechInput) heard {
			in.Text, in.Language, in.Voice, in.Pace = text, lang, "alloy", 1
			s := mustSpeak(t, in)
			h := heard{pitch(s.samples, s.rate), s.Seconds}
			t.Logf("%s %s %s %q %d: %+v: %.0f Hz, %.1f s", lang, in.Gender, in.Age, in.Description, in.Variant, in.Cast(), h.pitch, h.seconds)
			return h
		}
		man, woman := say(film.SpeechInput{Gender: "male"}), say(film.SpeechInput{Gender: "female"})
		deep := say(film.SpeechInput{Gender: "male", Age: "adult", Description: "deep"})
		boy, girl := say(film.SpeechInput{Gender: "male", Age: "child"}), say(film.SpeechInput{Gender: "female", Age: "child"})
		for _, row := range []struct {
			what      string
			low, high heard
		}{{"a man and a woman", man, woman}, {"a deep man and another", deep, man}, {"a woman and a girl", woman, girl}, {"a man and a boy", man, boy}} {
			if semitones := 12 * math.Log2(row.high.pitch/row.low.pitch); semitones < 1 {
				t.Errorf("%s: between %s are %.1f semitones: %.0f and %.0f Hz", lang, row.what, semitones, row.low.pitch, row.high.pitch)
			}
		}
		// A changed pitch leaves the length alone; a slow speaker takes longer.
		slow := say(film.SpeechInput{Gender: "male", Description: "slow"})
		if ratio := slow.seconds / man.seconds; ratio < 1.04 || ratio > 1.15 {
			t.Errorf("%s: a slow man takes %.2f times as long", lang, ratio)
		}
		shade := say(film.SpeechInput{Gender: "male", Description: "deep", Variant: 1})
		if ratio := shade.seconds / deep.seconds; math.Abs(ratio-1) > 0.04 {
			t.Errorf("%s: another shade of a voice takes %.2f times as long", lang, ratio)
		}
		if shade.pitch == deep.pitch {
			t.Errorf("%s: two deep men sound the same", lang)
		}
	}
}

// The estimates that films are planned by are held against three voices whose mean is that of all six, at the
// ends of what paces are natural, too.
func TestSpokenSecondsFitTheseVoices(t *testing.T) {
	for _, lang := range fewer(slices.Sorted(maps.Keys(tales))) {
		// The samples are short and full of numbers.
		for text, most := range map[string]float64{tales[lang]: 1.1, samples[lang]: 1.3} {
			total := 0.0
			for voice, pace := range map[string]float64{"alloy": 1, "onyx": film.FastestPace, "nova": film.SlowestPace} {
				total += mustSay(t, text, lang, voice, pace).Seconds / film.SpokenSeconds(text, lang, pace) / 3
			}
			if total > most || total < 1/most {
				t.Errorf("%s: %.20s… takes %.2f times what was estimated", lang, text, total)
			} else {
				t.Logf("%s: %.20s… %.2f", lang, text, total)
			}
		}
	}
}
