package synth

import (
	"math"
	"math/rand/v2"
	"testing"
)

// voices are all instruments with a pitch, by name.
var voices = map[string]func(Note) Voice{
	"strings": Strings, "pad": Pad, "horn": Horn, "flute": Flute, "piano": Piano, "marimba": Marimba, "bell": Bell, "bass": Bass,
	"plucked": func(n Note) Voice { return Plucked(n, .5, 2) },
}

func listen(v Voice, most int) []float64 {
	buf := make([]float64, 700)
	var all []float64
	for len(all) < most {
		more := v.Play(buf)
		all = append(all, buf...)
		if !more {
			break
		}
	}
	return all
}

func TestEveryVoiceIsInTuneAndEnds(t *testing.T) {
	for name, voice := range voices {
		for _, hz := range []float64{82.41, 220, 440} {
			s := listen(voice(Note{Hz: hz, Seconds: 1, Velocity: .8, Random: rand.New(rand.NewPCG(1, 1))}), 12*Rate)
			if len(s) >= 12*Rate {
				t.Errorf("%s at %g Hz does not end", name, hz)
			}
			peak := 0.0
			for _, v := range s {
				peak = max(peak, math.Abs(v))
			}
			if peak < .02 || peak > 1.5 {
				t.Errorf("%s at %g Hz peaks at %g", name, hz, peak)
			}
			// The pitch is strongest in its own place, not a quarter of a semitone beside it, in any octave
			// of the fundamental.
			part := s[Rate/10 : Rate*8/10]
			at := func(f float64) float64 {
				re, im := 0.0, 0.0
				for i, v := range part {
					w := .5 - .5*math.Cos(2*math.Pi*float64(i)/float64(len(part)))
					re += v * w * math.Cos(2*math.Pi*f*float64(i)/Rate)
					im += v * w * math.Sin(2*math.Pi*f*float64(i)/Rate)
				}
				return re*re + im*im
			}
			if own := at(hz); at(hz*1.03) > own || at(hz/1.03) > own {
				t.Errorf("%s at %g Hz is out of tune", name, hz)
			}
		}
	}
}

func TestDrumsAreShort(t *testing.T) {
	for name, drum := range map[string]func(Note) Voice{"drum": Drum, "kick": Kick, "heartbeat": Heartbeat, "clap": Clap, "hat": Hat, "woodblock": Woodblock, "cymbal": Cymbal} {
		s := listen(drum(Note{Velocity: 1, Random: rand.New(rand.NewPCG(1, 1))}), 6*Rate)
		if len(s) >= 4*Rate {
			t.Errorf("%s lasts %.1f s", name, float64(len(s))/Rate)
		}
		if math.Abs(s[len(s)-1]) > .001 || math.Abs(s[0]) > .2 {
			t.Errorf("%s begins with %g and ends with %g", name, s[0], s[len(s)-1])
		}
	}
}

// The reference of ITU-R BS.1770: a sine of 997 Hz at full scale in one channel is at -3.01 LUFS.
func TestTheMeterReadsTheStandardsReference(t *testing.T) {
	m := NewMeter()
	for i := range 5 * Rate {
		m.Add(math.Sin(2*math.Pi*997*float64(i)/Rate), 0)
	}
	if l := m.Loudness(); math.Abs(l+3.01) > .02 {
		t.Errorf("%g LUFS, want -3.01", l)
	}
	if math.Abs(m.Peak-1) > .001 {
		t.Errorf("peak %g", m.Peak)
	}
	// Silence is gated away.
	for range 10 * Rate {
		m.Add(0, 0)
	}
	if l := m.Loudness(); math.Abs(l+3.01) > .3 {
		t.Errorf("%g LUFS after silence", l)
	}
	if l := NewMeter().Loudness(); l != -70 {
		t.Errorf("nothing is at %g LUFS", l)
	}
}

func TestTheRoomFadesAway(t *testing.T) {
	r := NewRoom()
	send, left, right := make([]float64, Rate), make([]float64, Rate), make([]float64, Rate)
	send[0] = 1
	energy := func() (e float64) {
		clear(left)
		clear(right)
		r.Play(send, left, right)
		for i := range left {
			e += left[i]*left[i] + right[i]*right[i]
		}
		return e
	}
	first := energy()
	clear(send)
	var last float64
	for range 5 {
		last = energy()
	}
	if first == 0 || last > first/1e4 {
		t.Errorf("energy %g at first, %g after six seconds", first, last)
	}
}
