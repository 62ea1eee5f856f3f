package track

import "math"

const (
	target   = -20.0 // LUFS
	ceiling  = 0.89  // of the loudest sample: -1 dBFS
	softest  = -70.0 // LUFS: below is silence (ITU-R BS.1770, absolute gate)
	quieter  = -10.0 // LU below the whole: a pause, which does not count (relative gate)
	blockLen = 0.4   // seconds
	maxGain  = 10.0  // 20 dB: what is softer than that is meant to be, or is noise
)

// gain is the factor that brings the piece to about -20 LUFS without clipping. The measure is that of
// BS.1770 without its filter, which changes the figure of music by a decibel or two.
func (w *wav) gain() float64 {
	var blocks []float64 // mean squares, the channels summed
	size := int(blockLen * float64(w.rate))
	peak, sum, n := 0.0, 0.0, 0
	for i := range w.frames() {
		for c := range w.channels {
			v := w.at(i*w.channels + c)
			sum += v * v
			peak = max(peak, math.Abs(v))
		}
		if n++; n == size || i == w.frames()-1 {
			blocks = append(blocks, sum/float64(n))
			sum, n = 0, 0
		}
	}
	loud := mean(blocks, softest)
	loud = mean(blocks, max(loudness(loud)+quieter, softest))
	if loud == 0 || peak == 0 {
		return 1
	}
	return min(math.Pow(10, (target-loudness(loud))/20), ceiling/peak, maxGain)
}

func loudness(square float64) float64 { return -0.691 + 10*math.Log10(square) }

// mean is the mean of the squares that are louder than the gate, in LUFS; 0 where none is.
func mean(squares []float64, gate float64) float64 {
	sum, n := 0.0, 0
	for _, s := range squares {
		if loudness(s) > gate {
			sum, n = sum+s, n+1
		}
	}
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}
