package localtts

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"
)

// TestVoicesAreDistinct measures each voice and wants any two to differ in pitch, pace or timbre by
// more than an ear needs: a semitone and a half, an eighth of the length, or 2.5 dB in the mean of bands.
func TestVoicesAreDistinct(t *testing.T) {
	texts := map[string]string{
		"english": "The old lighthouse keeper climbed the stairs every evening, and lit the lamp.",
		"german":  "Der alte Leuchtturmwärter stieg jeden Abend die Treppe hinauf.",
		"spanish": "El viejo farero subía cada noche la escalera y encendía la lámpara.",
		"chinese": "老人每天晚上都爬上楼梯，点亮那盏灯。",
		"hindi":   "बूढ़ा रखवाला हर शाम सीढ़ियाँ चढ़ता और दीपक जलाता था।",
	}
	type measure struct {
		pitch, seconds float64
		timbre         [8]float64
	}
	for _, lang := range fewer(slices.Sorted(maps.Keys(texts))) {
		text := texts[lang]
		measures := map[string]measure{}
		for _, v := range voiceNames {
			s := mustSay(t, text, lang, v, 1)
			m := measure{pitch(s.samples, s.rate), s.Seconds, timbre(s.samples, s.rate)}
			measures[v] = m
			t.Logf("%s %s: %.0f Hz, %.1f s, bands %s", lang, v, m.pitch, m.seconds, fmt.Sprintf("%.0f", m.timbre))
		}
		for i, a := range voiceNames {
			for _, b := range voiceNames[i+1:] {
				x, y := measures[a], measures[b]
				semitones := math.Abs(12 * math.Log2(x.pitch/y.pitch))
				pace := math.Abs(math.Log2(x.seconds / y.seconds))
				bands := 0.0
				for k := range x.timbre {
					bands += math.Abs(x.timbre[k]-y.timbre[k]) / float64(len(x.timbre))
				}
				if semitones < 1.5 && pace < math.Log2(1.125) && bands < 2.5 {
					t.Errorf("%s: %s and %s differ by %.1f semitones, %.2f in pace, %.1f dB in timbre", lang, a, b, semitones, math.Exp2(pace), bands)
				}
			}
		}
	}
}
