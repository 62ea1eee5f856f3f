package synth

import "math"

// beaten is a drum: a tone that falls, and noise.
type beaten struct {
	phase            float64
	hz, fall, speed  float64 // it begins at hz+fall and falls to hz so fast
	toneDecay        float64
	noise, hiss      float64 // level and decay of the noise
	band             lowPass
	high             bool // the noise is what the filter takes away
	gain             float64
	t, seconds, rise float64
	note             Note
	falls, rings     float64 // what is left of the fall, of the tone and of the noise,
	hisses           float64
	lessFall         float64 // and what a sample leaves of each
	lessTone         float64
	lessNoise        float64
}

func (d *beaten) Play(buf []float64) bool {
	for i := range buf {
		if d.t >= d.seconds {
			clear(buf[i:])
			return false
		}
		s := 0.0
		if d.hz > 0 {
			d.phase += (d.hz + d.fall*d.falls) / Rate
			s = math.Sin(2*math.Pi*d.phase) * d.rings
		}
		x := d.note.Random.Float64()*2 - 1
		low := d.band.next(x)
		if d.high {
			x -= low
		} else {
			x = low
		}
		s += x * d.noise * d.hisses
		d.falls *= d.lessFall
		d.rings *= d.lessTone
		d.hisses *= d.lessNoise
		level := min(1, d.t/max(d.rise, .0008)) * min(1, (d.seconds-d.t)*50)
		d.t += 1.0 / Rate
		buf[i] = s * level * d.gain * d.note.Velocity
	}
	return true
}

func beat(n Note, d beaten, corner float64) Voice {
	d.note = n
	d.band.tune(corner)
	d.falls, d.rings, d.hisses = 1, 1, 1
	d.lessFall, d.lessTone, d.lessNoise = math.Exp(-d.speed/Rate), math.Exp(-d.toneDecay/Rate), math.Exp(-d.hiss/Rate)
	return &d
}

// Drum is a large drum in a large room.
func Drum(n Note) Voice {
	return beat(n, beaten{hz: 58, fall: 46, speed: 22, toneDecay: 4.2, noise: .35, hiss: 34, gain: .85, seconds: 1.2}, 700)
}

// Kick is a bass drum.
func Kick(n Note) Voice {
	return beat(n, beaten{hz: 47, fall: 95, speed: 40, toneDecay: 9, noise: .15, hiss: 90, gain: .85, seconds: .6}, 1500)
}

// Heartbeat is a beat felt rather than heard.
func Heartbeat(n Note) Voice {
	return beat(n, beaten{hz: 44, fall: 30, speed: 30, toneDecay: 8, noise: .05, hiss: 60, gain: .9, seconds: .7}, 300)
}

// Clap is hands or a soft snare.
func Clap(n Note) Voice {
	return beat(n, beaten{hz: 185, fall: 0, speed: 1, toneDecay: 30, noise: 1.1, hiss: 24, gain: .4, seconds: .4}, 3200)
}

// Hat is a closed hi-hat, or a shaker.
func Hat(n Note) Voice {
	return beat(n, beaten{noise: 1, hiss: 60, gain: .5, seconds: .15, high: true}, 5200)
}

// Woodblock is a small hollow piece of wood.
func Woodblock(n Note) Voice {
	return beat(n, beaten{hz: 740, fall: 60, speed: 60, toneDecay: 42, noise: .1, hiss: 120, gain: .5, seconds: .2}, 3000)
}

// Cymbal is a large cymbal that swells.
func Cymbal(n Note) Voice {
	return beat(n, beaten{noise: 1, hiss: 1.5, gain: .5, seconds: 3, high: true, rise: .05}, 3600)
}
