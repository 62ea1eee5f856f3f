package localtts

import (
	"math"
	"slices"

	"github.com/filmloom/filmloom/plugins/localtts/audiofile"
)

// stillness tells when nothing is said in a recording.
type stillness struct {
	still []bool  // by frame
	frame float64 // length of a frame in seconds
}

// listenForStillness calls what is 40 dB below the loudest frame still, and in a noisy room what is as
// quiet as its quietest tenth.
func listenForStillness(rec audiofile.Recording) stillness {
	n := max(1, rec.Rate/100)
	levels := make([]float64, (len(rec.Samples)+n-1)/n) // in dB
	loudest := math.Inf(-1)
	for i := range levels {
		sum := 0.0
		frame := rec.Samples[i*n : min(len(rec.Samples), (i+1)*n)]
		for _, v := range frame {
			sum += float64(v) * float64(v)
		}
		levels[i] = 10 * math.Log10(sum/float64(len(frame))+1e-12)
		loudest = max(loudest, levels[i])
	}
	sorted := slices.Sorted(slices.Values(levels))
	threshold := loudest - 40
	if len(sorted) > 0 {
		// Noise goes up and down by some decibels; the bound keeps soft speech from being taken for it.
		threshold = max(threshold, min(sorted[len(sorted)/10]+6, loudest-25))
	}
	s := stillness{still: make([]bool, len(levels)), frame: seconds(n, rec.Rate)}
	for i := range levels {
		// A click of one frame is no speech.
		s.still[i] = levels[i] <= threshold || levels[max(0, i-1)] <= threshold && levels[min(i+1, len(levels)-1)] <= threshold
	}
	return s
}

// speech gives the time from the first sound to the last; all of a recording that is still altogether.
func (s stillness) speech() interval {
	return s.tighten(interval{0, float64(len(s.still)) * s.frame})
}

// tighten takes the stillness at both ends of a word off its time, but for a fiftieth of a second after
// it. A word in which nothing is heard stays as it is.
func (s stillness) tighten(w interval) interval {
	const fading = 0.02
	first, last := int(w.start/s.frame), min(len(s.still), int(math.Ceil(w.end/s.frame)))
	for first < last && s.still[first] {
		first++
	}
	if first >= last {
		return w
	}
	for s.still[last-1] {
		last--
	}
	return interval{max(w.start, float64(first)*s.frame), min(w.end, float64(last)*s.frame+fading)}
}
