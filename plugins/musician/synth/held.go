package synth

import "math"

// ensemble are saws that are a little out of tune, behind a filter: strings and pads.
type ensemble struct {
	saws   []saw
	filter lowPass
	env    envelope
	corner float64
	open   float64 // how far the envelope opens the filter, Hz
	gain   float64
	n      int
}

func (e *ensemble) Play(buf []float64) bool {
	for i := range buf {
		level, alive := e.env.next()
		if !alive {
			clear(buf[i:])
			return false
		}
		if e.n%32 == 0 {
			e.filter.tune(e.corner + e.open*level)
		}
		e.n++
		sum := 0.0
		for k := range e.saws {
			sum += e.saws[k].next()
		}
		buf[i] = e.filter.next(sum) * level * e.gain
	}
	return true
}

func newEnsemble(n Note, voices int, spread, corner, open float64, env envelope) *ensemble {
	e := &ensemble{env: env, corner: corner, open: open * n.Velocity, gain: .26 * n.Velocity / math.Sqrt(float64(voices))}
	for k := range voices {
		detune := math.Exp2(spread * (float64(k)/float64(max(voices-1, 1)) - .5) / 12)
		e.saws = append(e.saws, saw{phase: n.Random.Float64(), step: n.Hz * detune / Rate})
	}
	return e
}

// Strings is a section of bowed strings.
func Strings(n Note) Voice {
	attack := min(.35, n.Seconds*.3)
	return newEnsemble(n, 5, .22, 420, 1500, envelope{attack: attack, decay: 1, sustain: .85, release: 1.6, length: n.Seconds})
}

// Pad is a soft carpet of sound.
func Pad(n Note) Voice {
	attack := min(.9, n.Seconds*.4)
	return newEnsemble(n, 4, .14, 260, 650, envelope{attack: attack, decay: 2, sustain: .9, release: 2.8, length: n.Seconds})
}

// Horn is a mellow brass.
func Horn(n Note) Voice {
	return newEnsemble(n, 2, .05, 320, 1100, envelope{attack: min(.12, n.Seconds*.3), decay: .8, sustain: .75, release: .7, length: n.Seconds})
}

// blown is a tone with vibrato and a little breath.
type blown struct {
	phase, hz float64
	env       envelope
	breath    lowPass
	note      Note
	t         float64
}

// Flute is a flute in its low register.
func Flute(n Note) Voice {
	b := &blown{hz: n.Hz, note: n, env: envelope{attack: min(.09, n.Seconds*.3), decay: 1.5, sustain: .8, release: .5, length: n.Seconds}}
	b.breath.tune(1800)
	return b
}

func (b *blown) Play(buf []float64) bool {
	for i := range buf {
		level, alive := b.env.next()
		if !alive {
			clear(buf[i:])
			return false
		}
		vibrato := 1 + .0035*math.Sin(2*math.Pi*4.9*b.t)*min(1, b.t/.6)
		b.t += 1.0 / Rate
		b.phase += b.hz * vibrato / Rate
		b.phase -= math.Floor(b.phase)
		w := 2 * math.Pi * b.phase
		s := math.Sin(w)
		tone := s + .22*math.Sin(2*w) + .1*s*(3-4*s*s)
		air := b.breath.next(b.note.Random.Float64()*2-1) * .05
		buf[i] = (tone + air) * level * b.note.Velocity * .3
	}
	return true
}
