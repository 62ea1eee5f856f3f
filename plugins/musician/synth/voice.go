package synth

import (
	"math"
	"math/rand/v2"
)

// Rate is how many samples a second has.
const Rate = 48000

// Voice plays one note.
type Voice interface {
	// Play fills the buffer with what comes next and tells whether there is more after that.
	Play(buf []float64) bool
}

// Note says what a voice plays.
type Note struct {
	Hz       float64
	Seconds  float64 // until it is released
	Velocity float64 // 0 to 1
	Random   *rand.Rand
}

// envelope rises, falls to a level, holds it until the note is released, and dies away.
type envelope struct {
	attack, decay, sustain, release float64 // seconds, seconds, level, seconds to fall to a thousandth
	length                          float64
	n                               int
	level                           float64
	rises, held                     int     // samples until it has risen, and until it is released
	above, fall, fade               float64 // what is left above the sustained level, and what a sample leaves of it
}

// prepare works out once what would be asked again for every sample.
func (e *envelope) prepare() {
	e.rises, e.held = int(e.attack*Rate), max(int(e.length*Rate), 1)
	e.above = 1 - e.sustain
	e.fall = math.Exp(-1 / (e.decay * Rate))
	e.fade = math.Exp(-6.9 / (e.release * Rate))
}

// next is the envelope's level at the next sample; false once it has died away.
func (e *envelope) next() (float64, bool) {
	if e.n == 0 {
		e.prepare()
	}
	switch {
	case e.n >= e.held:
		e.level *= e.fade
		if e.level < 1e-4 {
			return 0, false
		}
	case e.n < e.rises:
		x := float64(e.n) / float64(e.rises)
		e.level = x * x * (3 - 2*x)
	default:
		e.level = e.sustain + e.above
		e.above *= e.fall
	}
	e.n++
	return e.level, true
}

// saw is a band-limited sawtooth.
type saw struct{ phase, step float64 }

func (s *saw) next() float64 {
	s.phase += s.step
	if s.phase >= 1 {
		s.phase--
	}
	v := 2*s.phase - 1
	switch { // smooth the jump over two samples
	case s.phase < s.step:
		q := s.phase / s.step
		v -= q + q - q*q - 1
	case s.phase > 1-s.step:
		q := (s.phase - 1) / s.step
		v -= q*q + q + q + 1
	}
	return v
}

// lowPass takes away what is above its corner, 12 dB an octave.
type lowPass struct{ a, b, k float64 }

func (f *lowPass) tune(hz float64) { f.k = 1 - math.Exp(-2*math.Pi*hz/Rate) }

func (f *lowPass) next(x float64) float64 {
	f.a += f.k * (x - f.a)
	f.b += f.k * (f.a - f.b)
	return f.b
}

// partial is a sine that decays: a phasor that turns and shrinks.
type partial struct{ re, im, cos, sin float64 }

func newPartial(hz, level, decaySeconds, phase float64) partial {
	w := 2 * math.Pi * hz / Rate
	shrink := math.Exp(-1 / (decaySeconds * Rate))
	return partial{level * math.Cos(phase), level * math.Sin(phase), math.Cos(w) * shrink, math.Sin(w) * shrink}
}

func (p *partial) next() float64 {
	p.re, p.im = p.re*p.cos-p.im*p.sin, p.re*p.sin+p.im*p.cos
	return p.im
}
