package ffmpeg

import (
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/filmloom/filmloom/providers"
)

const (
	targetLUFS = -14.0
	ceilingDB  = -1.0 // true peak of the film
	// limiterDB is where the limiter holds the peaks before the AAC encoder, which raises them.
	limiterDB = -2.0
	tolerance = 0.3 // LU; the promise is 0.5
	silence   = -69.0

	trials, encodings = 4, 3 // at most; one of each is enough for most films
)

// A loudness is what EBU R 128 says of a piece of sound.
type loudness struct {
	integrated float64 // LUFS; about -70 for silence
	peak       float64 // dBTP; -Inf when not measured or silent
}

func (l loudness) silent() bool { return l.integrated < silence }

// levels are how the mix is brought to its loudness.
type levels struct {
	gain   float64 // dB
	limit  float64 // dB, of the limiter
	answer float64 // how many LU a decibel of gain is worth: less than 1 where the limiter takes it away again

	step   float64 // the last correction of the gain
	before float64 // the loudness before it
}

// reached tells whether a loudness is what the film should have.
func (l *levels) reached(got loudness) bool {
	return got.silent() || math.Abs(targetLUFS-got.integrated) <= tolerance && got.peak <= ceilingDB
}

// correct changes the levels after they gave a loudness that was not right.
func (l *levels) correct(got loudness) {
	if math.Abs(l.step) > 0.2 {
		l.answer = min(max((got.integrated-l.before)/l.step, 0.25), 1)
	}
	l.before, l.step = got.integrated, 0
	if off := targetLUFS - got.integrated; math.Abs(off) > 0.1 {
		// Held, lest a strange measurement make it run away.
		l.step = min(max(off/l.answer, -6), 8)
		l.gain += l.step
	}
	if over := got.peak - ceilingDB; over > 0 {
		l.limit -= over + 0.2
	}
}

var (
	integratedLine = regexp.MustCompile(`(?m)^\s+I:\s+(-?[0-9.]+|-?inf|nan) LUFS`)
	peakLine       = regexp.MustCompile(`(?m)^\s+Peak:\s+(-?[0-9.]+|-?inf|nan) dBFS`)
)

// parseLoudness reads the summary that the named ebur128 filter has written.
func parseLoudness(stderr []byte, name string) (loudness, error) {
	text := string(stderr)
	at := strings.LastIndex(text, "[ebur128@"+name+" ")
	if at < 0 {
		return loudness{}, providers.Errorf(providers.KindInternal, "ffmpeg did not say how loud the %s is", name)
	}
	text = text[at:]
	// Another filter's summary may follow.
	if next := strings.Index(text[1:], "[ebur128@"); next >= 0 {
		text = text[:next+1]
	}
	l := loudness{peak: math.Inf(-1)}
	m := integratedLine.FindStringSubmatch(text)
	if m == nil {
		return loudness{}, providers.Errorf(providers.KindInternal, "ffmpeg did not say how loud the %s is", name)
	}
	l.integrated = number(m[1])
	if m := peakLine.FindStringSubmatch(text); m != nil {
		l.peak = number(m[1])
	}
	return l, nil
}

// number reads what ffmpeg writes for a level; what is none counts as silence.
func number(s string) float64 {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(f) {
		return math.Inf(-1)
	}
	return f
}
