package localtts

import (
	"encoding/binary"
	"math"
	"os"
)

// A recording is what an engine made of a script.
type recording struct {
	samples []int16
	marks   []mark
}

const (
	// quiet is the amplitude below which sound counts as silence whatever is around it (-50 dBFS).
	quiet = 104
	// margin is how many seconds of quiet stay at the ends of a sentence, so that no sound is cut.
	margin = 0.02
	// peak is the amplitude of the loudest sample of a finished speech: -3 dBFS.
	peak = 23197
)

// trim cuts the silence at both ends down to margin and moves the marks along. Silence is what lies
// 40 dB below the loudest sample: breath and noise of the vocoder do. Nothing is left of a recording
// that is silent altogether.
func (r *recording) trim(rate int) {
	threshold := quiet
	for _, v := range r.samples {
		threshold = max(threshold, abs(v)/100)
	}
	first, last := 0, len(r.samples)
	for first < last && abs(r.samples[first]) <= threshold {
		first++
	}
	for last > first && abs(r.samples[last-1]) <= threshold {
		last--
	}
	if first == last {
		r.samples, r.marks = nil, nil
		return
	}
	keep := int(margin * float64(rate))
	first, last = max(0, first-keep), min(len(r.samples), last+keep)
	r.samples = r.samples[first:last]
	fade(r.samples, keep/2)
	for i := range r.marks {
		r.marks[i].start = clamp(r.marks[i].start-first, 0, len(r.samples))
		r.marks[i].end = clamp(r.marks[i].end-first, 0, len(r.samples))
	}
}

// lengthen plays the recording slower by the factor (1 or more), which lowers it as well, by
// interpolation with a windowed sinc. Nothing can alias, since no frequency rises.
func (r *recording) lengthen(factor float64) {
	const reach = 12
	in := r.samples
	out := make([]int16, int(float64(len(in))*factor))
	for i := range out {
		at := float64(i) / factor
		middle := int(at)
		sine := math.Sin(math.Pi * (at - float64(middle))) // of πx at every j, but for the sign
		sum, total := 0.0, 0.0
		for j := max(0, middle-reach+1); j <= min(len(in)-1, middle+reach); j++ {
			x := at - float64(j)
			w := 1.0
			if x != 0 {
				window := math.Cos(math.Pi * x / (2 * reach))
				w = sine / (math.Pi * x) * window * window
			}
			if (j-middle)%2 != 0 {
				w = -w
			}
			sum += w * float64(in[j])
			total += w
		}
		if total > 0 {
			out[i] = int16(math.Round(max(-32768, min(sum/total, 32767))))
		}
	}
	r.samples = out
	for i := range r.marks {
		r.marks[i].start = int(float64(r.marks[i].start) * factor)
		r.marks[i].end = int(float64(r.marks[i].end) * factor)
	}
}

// fade ramps the first and last n samples, so that joins do not click.
func fade(samples []int16, n int) {
	n = min(n, len(samples)/2)
	for i := range n {
		gain := float64(i) / float64(n)
		samples[i] = int16(float64(samples[i]) * gain)
		j := len(samples) - 1 - i
		samples[j] = int16(float64(samples[j]) * gain)
	}
}

// tighten ends a word where its sound ends, when the engine counted a pause to it.
func tighten(s span, samples []int16, rate int) span {
	keep := rate / 50
	end := s.end
	for end > s.start && abs(samples[end-1]) < quiet {
		end--
	}
	if end > s.start {
		s.end = min(s.end, end+keep)
	}
	return s
}

// A biquad is a second-order filter with its memory.
type biquad struct {
	b0, b1, b2, a1, a2 float64
	x1, x2, y1, y2     float64
}

func (f *biquad) next(x float64) float64 {
	y := f.b0*x + f.b1*f.x1 + f.b2*f.x2 - f.a1*f.y1 - f.a2*f.y2
	f.x2, f.x1, f.y2, f.y1 = f.x1, x, f.y1, y
	return y
}

// highPass takes away what is below the frequency: rumble and a constant offset.
func highPass(frequency, rate float64) *biquad {
	w := 2 * math.Pi * frequency / rate
	alpha, cos := math.Sin(w)/math.Sqrt2, math.Cos(w)
	a0 := 1 + alpha
	return &biquad{
		b0: (1 + cos) / 2 / a0, b1: -(1 + cos) / a0, b2: (1 + cos) / 2 / a0,
		a1: -2 * cos / a0, a2: (1 - alpha) / a0,
	}
}

// highShelf lifts what is above the frequency by decibels.
func highShelf(frequency, decibels, rate float64) *biquad {
	a := math.Pow(10, decibels/40)
	w := 2 * math.Pi * frequency / rate
	cos := math.Cos(w)
	k := 2 * math.Sqrt(a) * math.Sin(w) / math.Sqrt2
	a0 := (a + 1) - (a-1)*cos + k
	return &biquad{
		b0: a * ((a + 1) + (a-1)*cos + k) / a0,
		b1: -2 * a * ((a - 1) + (a+1)*cos) / a0,
		b2: a * ((a + 1) + (a-1)*cos - k) / a0,
		a1: 2 * ((a - 1) - (a+1)*cos) / a0,
		a2: ((a + 1) - (a-1)*cos - k) / a0,
	}
}

// finish filters a speech and sets its level so that the loudest sample is at peak.
func finish(samples []int16, rate int, shelf float64) {
	low, high := highPass(60, float64(rate)), highShelf(3000, shelf, float64(rate))
	out := make([]float32, len(samples))
	loudest := 0.0
	for i, s := range samples {
		y := high.next(low.next(float64(s)))
		out[i] = float32(y)
		loudest = max(loudest, math.Abs(y))
	}
	if loudest == 0 {
		return
	}
	gain := peak / loudest
	for i, y := range out {
		samples[i] = int16(math.Round(float64(y) * gain))
	}
}

// writeWAV writes 16-bit mono PCM.
func writeWAV(path string, samples []int16, rate int) error {
	const header = 44
	b := make([]byte, 0, header+2*len(samples))
	le := binary.LittleEndian
	b = append(b, "RIFF"...)
	b = le.AppendUint32(b, uint32(header-8+2*len(samples)))
	b = append(b, "WAVEfmt "...)
	b = le.AppendUint32(b, 16)
	b = le.AppendUint16(b, 1) // PCM
	b = le.AppendUint16(b, 1) // mono
	b = le.AppendUint32(b, uint32(rate))
	b = le.AppendUint32(b, uint32(2*rate))
	b = le.AppendUint16(b, 2)
	b = le.AppendUint16(b, 16)
	b = append(b, "data"...)
	b = le.AppendUint32(b, uint32(2*len(samples)))
	for _, s := range samples {
		b = le.AppendUint16(b, uint16(s))
	}
	return os.WriteFile(path, b, 0o644)
}

func abs(v int16) int { return max(int(v), -int(v)) }
