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

// power writes |X|² of two frames, each padded with zeros, n/2+1 values to a and to b. Both take one
// transform: one of them is its real part, the other its imaginary one.
func (t *transform) power(first, second, a, b []float64) {
	re, im := t.re, t.im
	shift := 64 - uint(bits.Len(uint(t.n))-1)
	for i := range re {
		j := int(bits.Reverse64(uint64(i)) >> shift)
		re[j], im[j] = 0, 0
		if i < len(first) {
			re[j], im[j] = first[i], second[i]
		}
	}
	for size := 2; size <= t.n; size *= 2 {
		half, stride := size/2, t.n/size
		for start := 0; start < t.n; start += size {
			for k := range half {
				c, s := t.cos[k*stride], t.sin[k*stride]
				p, q := start+k, start+k+half
				x, y := re[q], im[q]
				dx, dy := float64(x*c)-float64(y*s), float64(x*s)+float64(y*c)
				x, y = re[p], im[p]
				re[q], im[q] = x-dx, y-dy
				re[p], im[p] = x+dx, y+dy
			}
		}
	}
	for k := range a {
		// The even part of what came out belongs to the first frame, the odd one to the second.
		m := (t.n - k) % t.n
		evenRe, evenIm := (re[k]+re[m])/2, (im[k]-im[m])/2
		oddRe, oddIm := (im[k]+im[m])/2, (re[m]-re[k])/2
		a[k] = float64(evenRe*evenRe) + float64(evenIm*evenIm)
		b[k] = float64(oddRe*oddRe) + float64(oddIm*oddIm)
	}
}
