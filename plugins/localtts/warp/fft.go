package warp

import (
	"math"
	"math/bits"
)

// A transform computes power spectra of one length, a power of two.
type transform struct {
	n        int
	cos, sin []float64
	re, im   []float64
}

func newTransform(n int) *transform {
	t := &transform{n: n, cos: make([]float64, n/2), sin: make([]float64, n/2), re: make([]float64, n), im: make([]float64, n)}
	for i := range t.cos {
		t.sin[i], t.cos[i] = math.Sincos(-2 * math.Pi * float64(i) / float64(n))
	}
	return t
}

// power writes |X|² of the frame, padded with zeros, to out: n/2+1 values.
func (t *transform) power(frame []float64, out []float64) {
	shift := 64 - uint(bits.Len(uint(t.n))-1)
	for i := range t.re {
		j := int(bits.Reverse64(uint64(i)) >> shift)
		t.re[j], t.im[j] = 0, 0
		if i < len(frame) {
			t.re[j] = frame[i]
		}
	}
	for size := 2; size <= t.n; size *= 2 {
		half, stride := size/2, t.n/size
		for start := 0; start < t.n; start += size {
			for k := range half {
				c, s := t.cos[k*stride], t.sin[k*stride]
				a, b := start+k, start+k+half
				re := float64(t.re[b]*c) - float64(t.im[b]*s)
				im := float64(t.re[b]*s) + float64(t.im[b]*c)
				t.re[b], t.im[b] = t.re[a]-re, t.im[a]-im
				t.re[a], t.im[a] = t.re[a]+re, t.im[a]+im
			}
		}
	}
	for i := range out {
		out[i] = t.re[i]*t.re[i] + t.im[i]*t.im[i]
	}
}
