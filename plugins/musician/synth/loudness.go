package synth

import "math"

// Filter is a filter of second order, in transposed direct form II.
type Filter struct{ b0, b1, b2, a1, a2, z1, z2 float64 }

// Next filters one sample.
func (f *Filter) Next(x float64) float64 {
	y := f.b0*x + f.z1
	f.z1 = f.b1*x - f.a1*y + f.z2
	f.z2 = f.b2*x - f.a2*y
	return y
}

// Peaking lifts or lowers a band around a frequency by so many dB.
func Peaking(hz, db, q float64) *Filter {
	a := math.Pow(10, db/40)
	w := 2 * math.Pi * hz / Rate
	alpha := math.Sin(w) / (2 * q)
	n := 1 + alpha/a
	return &Filter{b0: (1 + alpha*a) / n, b1: -2 * math.Cos(w) / n, b2: (1 - alpha*a) / n, a1: -2 * math.Cos(w) / n, a2: (1 - alpha/a) / n}
}

// HighPass takes away what is below a frequency.
func HighPass(hz float64) *Filter {
	w := 2 * math.Pi * hz / Rate
	alpha := math.Sin(w) / math.Sqrt2
	c, n := math.Cos(w), 1+alpha
	return &Filter{b0: (1 + c) / 2 / n, b1: -(1 + c) / n, b2: (1 + c) / 2 / n, a1: -2 * c / n, a2: (1 - alpha) / n}
}

// Meter measures the integrated loudness of a stereo signal as ITU-R BS.1770-4 defines it: K-weighted,
// in blocks of 400 ms of which a new one begins every 100 ms, gated at -70 LUFS and at 10 LU below the
// mean.
type Meter struct {
	shelf, high [2]Filter
	tenths      []float64 // mean square of each tenth of a second
	sum         float64
	n           int
	Peak        float64 // largest magnitude of a sample
}

// NewMeter makes a meter. The coefficients are those of the standard for 48 kHz.
func NewMeter() *Meter {
	m := &Meter{}
	for i := range 2 {
		m.shelf[i] = Filter{b0: 1.53512485958697, b1: -2.69169618940638, b2: 1.19839281085285, a1: -1.69065929318241, a2: .73248077421585}
		m.high[i] = Filter{b0: 1, b1: -2, b2: 1, a1: -1.99004745483398, a2: .99007225036621}
	}
	return m
}

// Add measures one sample of each channel.
func (m *Meter) Add(left, right float64) {
	for i, x := range [2]float64{left, right} {
		m.Peak = max(m.Peak, math.Abs(x))
		y := m.high[i].Next(m.shelf[i].Next(x))
		m.sum += y * y
	}
	if m.n++; m.n == Rate/10 {
		m.tenths = append(m.tenths, m.sum/(Rate/10))
		m.sum, m.n = 0, 0
	}
}

// Loudness is the integrated loudness so far, in LUFS; -70 when there is nothing to measure.
func (m *Meter) Loudness() float64 {
	var blocks []float64
	for i := 3; i < len(m.tenths); i++ {
		blocks = append(blocks, (m.tenths[i]+m.tenths[i-1]+m.tenths[i-2]+m.tenths[i-3])/4)
	}
	lufs := func(power float64) float64 { return -.691 + 10*math.Log10(max(power, 1e-12)) }
	gated := func(above float64) float64 {
		sum, n := 0.0, 0
		for _, b := range blocks {
			if lufs(b) > above {
				sum += b
				n++
			}
		}
		return sum / float64(max(n, 1))
	}
	first := gated(-70)
	if first == 0 {
		return -70
	}
	return lufs(gated(lufs(first) - 10))
}
