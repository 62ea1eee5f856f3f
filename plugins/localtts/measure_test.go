package localtts

import (
	"encoding/binary"
	"math"
	"os"
	"slices"
	"testing"
)

// readWAV reads back a file, and fails the test unless it is exactly the kind of WAV that is promised.
func readWAV(t testing.TB, path string) (samples []int16, rate int) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	le := binary.LittleEndian
	if len(b) < 44 || string(b[:4]) != "RIFF" || string(b[8:16]) != "WAVEfmt " || string(b[36:40]) != "data" {
		t.Fatalf("%s is no plain WAV file", path)
	}
	if got := int(le.Uint32(b[4:])); got != len(b)-8 {
		t.Errorf("RIFF size %d in a file of %d bytes", got, len(b))
	}
	if got := int(le.Uint32(b[40:])); got != len(b)-44 {
		t.Errorf("data size %d in a file of %d bytes", got, len(b))
	}
	format, channels, bits := le.Uint16(b[20:]), le.Uint16(b[22:]), le.Uint16(b[34:])
	if format != 1 || channels != 1 || bits != 16 {
		t.Errorf("format %d, %d channels, %d bits; want 16-bit mono PCM", format, channels, bits)
	}
	rate = int(le.Uint32(b[24:]))
	if int(le.Uint32(b[28:])) != 2*rate || le.Uint16(b[32:]) != 2 {
		t.Errorf("byte rate and block size do not fit %d Hz", rate)
	}
	for i := 44; i+1 < len(b); i += 2 {
		samples = append(samples, int16(le.Uint16(b[i:])))
	}
	return samples, rate
}

// pitch estimates the median fundamental frequency of the voiced parts, in hertz, by autocorrelation.
func pitch(samples []int16, rate int) float64 {
	const lowest, highest = 60, 320
	frame := rate / 25
	var found []float64
	for at := 0; at+2*frame < len(samples); at += frame / 2 {
		x := samples[at : at+2*frame]
		corr := func(lag int) float64 {
			var xy, xx, yy float64
			for i := range frame {
				a, b := float64(x[i]), float64(x[i+lag])
				xy, xx, yy = xy+a*b, xx+a*a, yy+b*b
			}
			if xx < 1e6*float64(frame) || yy == 0 {
				return 0
			}
			return xy / math.Sqrt(xx*yy)
		}
		values := make([]float64, rate/lowest+1)
		best := 0.0
		for lag := rate / highest; lag <= rate/lowest; lag++ {
			values[lag] = corr(lag)
			best = max(best, values[lag])
		}
		if best < 0.7 {
			continue // not voiced
		}
		// The shortest lag that is nearly as good: a multiple of the period is as good as the period.
		for lag := rate / highest; lag < rate/lowest; lag++ {
			if values[lag] > 0.9*best && values[lag] >= values[lag-1] && values[lag] >= values[lag+1] {
				found = append(found, float64(rate)/float64(lag))
				break
			}
		}
	}
	if len(found) == 0 {
		return 0
	}
	slices.Sort(found)
	return found[len(found)/2]
}

// timbre is the share of energy, in decibels, in each of eight bands: what sets speakers apart.
func timbre(samples []int16, rate int) [8]float64 {
	var bands [8]float64
	total := 0.0
	for b := range bands {
		f := 250 * math.Pow(2, float64(b)*0.6)
		w := 2 * math.Pi * f / float64(rate)
		alpha := math.Sin(w) / (2 * 2.5)
		a0 := 1 + alpha
		band := &biquad{b0: alpha / a0, b2: -alpha / a0, a1: -2 * math.Cos(w) / a0, a2: (1 - alpha) / a0}
		for _, s := range samples {
			y := band.next(float64(s))
			bands[b] += y * y
		}
		total += bands[b]
	}
	for b := range bands {
		bands[b] = 10 * math.Log10(bands[b]/total)
	}
	return bands
}

// level is the root mean square in dBFS, and the largest amplitude.
func level(samples []int16) (rms float64, peak int) {
	sum := 0.0
	for _, s := range samples {
		sum += float64(s) * float64(s)
		peak = max(peak, abs(s))
	}
	return 20 * math.Log10(math.Sqrt(sum/float64(max(1, len(samples))))/32768), peak
}
