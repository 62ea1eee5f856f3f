package synth

import "math"

// struck is a sum of decaying partials that is damped when the note is released.
type struck struct {
	partials []partial
	attack   int
	damp     envelope
	n        int
}

func (s *struck) Play(buf []float64) bool {
	for i := range buf {
		level, alive := s.damp.next()
		if !alive {
			clear(buf[i:])
			return false
		}
		sum := 0.0
		for k := range s.partials {
			sum += s.partials[k].next()
		}
		if s.n < s.attack {
			sum *= float64(s.n) / float64(s.attack)
		}
		s.n++
		buf[i] = sum * level
	}
	return true
}

// newStruck makes partials at ratios of the note's frequency, with levels and decay times.
func newStruck(n Note, gain, attackSeconds, release float64, partials [][3]float64) *struck {
	s := &struck{attack: int(attackSeconds * Rate), damp: envelope{attack: 1e-9, decay: 1, sustain: 1, release: release, length: n.Seconds}}
	for _, p := range partials {
		if hz := n.Hz * p[0]; hz < 9000 {
			s.partials = append(s.partials, newPartial(hz, p[1]*gain*n.Velocity, p[2], n.Random.Float64()*.3))
		}
	}
	return s
}

// Piano is a felt piano: soft hammers, strings a little stiff.
func Piano(n Note) Voice {
	var p [][3]float64
	for k := 1; k <= 10; k++ {
		f := float64(k)
		level := math.Pow(f, -1.35-.8*(1-n.Velocity)) * (1 - .5*math.Abs(math.Cos(f*math.Pi/7.3)))
		p = append(p, [3]float64{f * math.Sqrt(1+.0004*f*f), level, 1 / ((.55 + .25*f) * (.5 + n.Hz/700))})
	}
	return newStruck(n, .42, .004, .5, p)
}

// Marimba is a wooden bar over a pipe.
func Marimba(n Note) Voice {
	n.Seconds = 1.2
	return newStruck(n, .5, .0015, .4, [][3]float64{{1, 1, .34}, {3.93, .16, .08}, {9.2, .05, .03}})
}

// Bell is a small bell, far away.
func Bell(n Note) Voice {
	n.Seconds = 3
	return newStruck(n, .3, .002, 1.5, [][3]float64{{1, 1, 1.5}, {2.0, .4, 1.1}, {2.76, .25, .6}, {5.4, .12, .25}})
}

// Bass is a round bass.
func Bass(n Note) Voice {
	s := newStruck(n, .62, .008, .18, [][3]float64{{1, 1, 2.2}, {2, .38, .7}, {3, .14, .35}, {4, .05, .2}})
	return s
}

// Plucked is a string that is plucked: noise in a loop as long as a period, which loses its edge. The
// brightness goes from 0 to 1.
func Plucked(n Note, brightness, seconds float64) Voice {
	period := Rate / n.Hz
	p := &plucked{loop: make([]float64, int(period)), keep: math.Pow(.001, 1/(seconds*n.Hz)), gain: .5 * n.Velocity}
	p.fraction = period - .5 - float64(len(p.loop))
	for i := range p.loop {
		p.loop[i] = n.Random.Float64()*2 - 1
	}
	// Once around to warm the filter, so that the loop's end meets its beginning: a jump would buzz.
	soft := lowPass{k: .03 + .87*brightness}
	for _, v := range p.loop {
		soft.next(v)
	}
	for i, v := range p.loop {
		p.loop[i] = soft.next(v)
	}
	mean := 0.0
	for _, v := range p.loop {
		mean += v / float64(len(p.loop))
	}
	power := 0.0
	for i := range p.loop {
		p.loop[i] -= mean
		power += p.loop[i] * p.loop[i] / float64(len(p.loop))
	}
	for i := range p.loop { // chance gives the colour, not the loudness
		p.loop[i] *= .3 / math.Sqrt(power+1e-12)
	}
	p.left = int(min(seconds, 4) * Rate)
	p.damp = envelope{attack: .002, decay: 1, sustain: 1, release: .35, length: max(n.Seconds, .2)}
	return p
}

type plucked struct {
	loop           []float64
	at             int
	last, previous float64
	fraction, keep float64
	gain           float64
	left           int
	damp           envelope
}

func (p *plucked) Play(buf []float64) bool {
	for i := range buf {
		level, alive := p.damp.next()
		if p.left--; p.left < 0 || !alive {
			clear(buf[i:])
			return false
		}
		x := p.loop[p.at]
		// The mean of two neighbours loses the edge; a share of the one before tunes the loop.
		y := p.keep * .5 * (x + p.last)
		p.last = x
		p.loop[p.at] = y*(1-p.fraction*.5) + p.previous*p.fraction*.5
		p.previous = y
		if p.at++; p.at == len(p.loop) {
			p.at = 0
		}
		buf[i] = x * p.gain * level
	}
	return true
}
