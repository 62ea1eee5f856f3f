package audiofile

import "math"

// A thinner keeps one of so many samples, after taking away the tones that the kept ones cannot carry.
type thinner struct {
	by    int
	taps  []float64
	ring  []float64 // the last samples, oldest at pos
	pos   int
	count int // of samples that came in
}

// reach is how many kept samples the filter looks to either side.
const reach = 8

func newThinner(by int) *thinner {
	n := 2*reach*by + 1
	t := &thinner{by: by, taps: make([]float64, n), ring: make([]float64, n)}
	sum := 0.0
	for i := range t.taps {
		x := float64(i-reach*by) / float64(by)
		w := 0.5 + 0.5*math.Cos(math.Pi*x/(reach+1)) // Hann
		if x != 0 {
			w *= math.Sin(0.9*math.Pi*x) / (0.9 * math.Pi * x)
		}
		t.taps[i] = w
		sum += w
	}
	for i := range t.taps {
		t.taps[i] /= sum
	}
	return t
}

// next takes a sample in. Each so many it gives one: that of reach kept samples ago.
func (t *thinner) next(v float64) (float32, bool) {
	t.ring[t.pos] = v
	t.pos = (t.pos + 1) % len(t.ring)
	t.count++
	if late := t.count - 1 - reach*t.by; late < 0 || late%t.by != 0 {
		return 0, false
	}
	sum := 0.0
	for i, w := range t.taps {
		sum += float64(w * t.ring[(t.pos+i)%len(t.ring)])
	}
	return float32(sum), true
}

// rest gives what is still to come when no more samples do.
func (t *thinner) rest() (tail []float32) {
	want := (t.count + t.by - 1) / t.by
	given := max(0, (t.count-1-reach*t.by)/t.by+1)
	if t.count <= reach*t.by {
		given = 0
	}
	for given+len(tail) < want {
		if v, ok := t.next(0); ok {
			tail = append(tail, v)
		}
	}
	return tail
}
