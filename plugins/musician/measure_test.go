package musician

import (
	"math"
	"math/cmplx"
	"testing"
)

// transform is a fast Fourier transform in place; the length is a power of two.
func transform(x []complex128) {
	n := len(x)
	for i, j := 1, 0; i < n; i++ {
		bit := n >> 1
		for ; j&bit != 0; bit >>= 1 {
			j ^= bit
		}
		if j ^= bit; i < j {
			x[i], x[j] = x[j], x[i]
		}
	}
	for size := 2; size <= n; size *= 2 {
		turn := cmplx.Rect(1, -2*math.Pi/float64(size))
		for from := 0; from < n; from += size {
			w := complex(1, 0)
			for k := from; k < from+size/2; k++ {
				a, b := x[k], x[k+size/2]*w
				x[k], x[k+size/2] = a+b, a-b
				w *= turn
			}
		}
	}
}

// character is what can be measured of how a piece sounds.
type character struct {
	centroid float64 // Hz, the middle of its spectrum's power
	speech   float64 // share of its power between 1 and 4 kHz, dB
	onsets   float64 // how much its spectrum rises, a second, relative to its size
	flux     []float64
}

const (
	window = 2048
	hop    = 512
)

func characterOf(m composed) character {
	var c character
	last, power := make([]float64, window/2), make([]float64, window/2)
	x := make([]complex128, window)
	rises, size := 0.0, 0.0
	for at := 0; at+window <= len(m.left); at += hop {
		for i := range x {
			w := .5 - .5*math.Cos(2*math.Pi*float64(i)/window)
			x[i] = complex((m.left[at+i]+m.right[at+i])/2*w, 0)
		}
		transform(x)
		rise := 0.0
		for k := range power {
			a := cmplx.Abs(x[k])
			power[k] += a * a
			level := math.Log1p(a)
			rise += max(0, level-last[k])
			size += level
			last[k] = level
		}
		rises += rise
		c.flux = append(c.flux, rise)
	}
	all, weighed, speech := 0.0, 0.0, 0.0
	for k, p := range power {
		hz := float64(k) * 48000 / window
		all += p
		weighed += p * hz
		if hz >= 1000 && hz < 4000 {
			speech += p
		}
	}
	c.centroid, c.speech = weighed/all, 10*math.Log10(speech/all)
	c.onsets = rises / size
	return c
}

// repeats is the time, between two, after which the spectrum's rises repeat best.
func (c character) repeats(from, to float64) float64 {
	mean := 0.0
	for _, v := range c.flux {
		mean += v / float64(len(c.flux))
	}
	best, at := math.Inf(-1), 0
	for lag := int(from * 48000 / hop); lag <= int(to*48000/hop); lag++ {
		own, other := 0.0, 0.0
		for i := range len(c.flux) - lag {
			own += (c.flux[i] - mean) * (c.flux[i] - mean)
			other += (c.flux[i] - mean) * (c.flux[i+lag] - mean)
		}
		if r := other / own; r > best {
			best, at = r, lag
		}
	}
	return float64(at) * hop / 48000
}

// Steady eighths repeat after seven of them nearly as well as after a bar of eight; so the search goes
// no farther than half an eighth around the bar.
func TestTheTempoIsHeardAsTheScoreHasIt(t *testing.T) {
	for _, name := range names() {
		p := compose(genres[name], sample, sampleSeed)
		bar := p.beat * float64(p.genre.beats)
		half := p.beat / 4
		heard := characterOf(played24(t, name)).repeats(bar-half, bar+half)
		t.Logf("%-12s a bar of %.3f s is heard as %.3f s", name, bar, heard)
		if math.Abs(heard-bar) > .01*bar {
			t.Errorf("%s: a bar of %.3f s is heard as %.3f s", name, bar, heard)
		}
	}
}

func TestEveryGenreHasACharacterOfItsOwn(t *testing.T) {
	of := map[string]character{}
	for _, name := range names() {
		of[name] = characterOf(played24(t, name))
		t.Logf("%-12s centroid %5.0f Hz, onsets %.4f, speech band %.1f dB, %3.0f beats a minute of %d", name, of[name].centroid, of[name].onsets, of[name].speech, genres[name].tempo, genres[name].beats)
	}
	ratio := func(a, b float64) float64 { return max(a/b, b/a) - 1 }
	for i, a := range names() {
		for _, b := range names()[i+1:] {
			// Tempo, brightness and how busy it is: together they must lie clearly apart.
			apart := ratio(genres[a].tempo, genres[b].tempo) + ratio(of[a].centroid, of[b].centroid) + ratio(of[a].onsets, of[b].onsets)
			if genres[a].beats != genres[b].beats {
				apart += .25
			}
			if apart < .4 {
				t.Errorf("%s and %s lie only %.2f apart", a, b, apart)
			}
		}
	}
}

func TestThereIsRoomForANarrator(t *testing.T) {
	for _, name := range names() {
		if c := characterOf(played24(t, name)); c.speech > -12 {
			t.Errorf("%s: %.1f dB of its power is where speech is understood, want -12 at most", name, c.speech)
		}
	}
}

// A piece is heard almost to its end: it dies away, it does not stop and leave a hole.
func TestTheEndingDiesAwayAndDoesNotLeaveAHole(t *testing.T) {
	for _, name := range names() {
		m := played24(t, name)
		level := func(before float64) float64 { // dBFS of the quarter second that begins so long before the end
			e := 0.0
			at := len(m.left) - int(before*48000)
			for _, v := range m.left[at : at+12000] {
				e += v * v / 12000
			}
			return 10 * math.Log10(e+1e-12)
		}
		if level(1.5) < -50 {
			t.Errorf("%s: %.0f dBFS already 1.5 s before its end", name, level(1.5))
		}
		if level(.25) > level(3)-12 {
			t.Errorf("%s: %.0f dBFS at the end, %.0f three seconds before", name, level(.25), level(3))
		}
	}
}
