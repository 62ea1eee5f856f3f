package warp

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"
)

// tones makes a sound of short tones that never repeat in order, played at a pace that changes: stretch
// tells how long each of them lasts, in samples of 8 kHz.
func tones(n int, stretch func(i int) int) (samples []float32, starts []int) {
	notes := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		starts = append(starts, len(samples))
		f, loud := 200+2500*notes.Float64(), 0.3+0.7*notes.Float64()
		for k := range stretch(i) {
			samples = append(samples, float32(loud*math.Sin(2*math.Pi*f*float64(k)/8000)))
		}
	}
	return samples, starts
}

func TestPathFindsToneForToneHoweverTheyAreStretched(t *testing.T) {
	for name, n := range map[string]int{"as a whole": 40, "from coarse to fine": 700} {
		t.Run(name, func(t *testing.T) {
			pace := rand.New(rand.NewPCG(3, 4))
			model, from := tones(n, func(int) int { return 1600 })
			heard, to := tones(n, func(i int) int {
				if i == n/2 {
					return 16_000 // a rest of two seconds
				}
				return 900 + pace.IntN(1400)
			})
			ratio := float64(len(model)) / float64(len(heard))
			path, err := Path(t.Context(), Listen(model, 8000, Step*ratio, 3500), Listen(heard, 8000, Step, 3500))
			if err != nil {
				t.Fatal(err)
			}
			sum := 0.0
			for i := range from {
				at := path[int(float64(from[i])/8000/(Step*ratio))] * Step
				sum += math.Abs(at - float64(to[i])/8000)
			}
			if mean := sum / float64(n); mean > 0.012 {
				t.Errorf("the tones are found with a mean error of %.1f ms", 1000*mean)
			}
		})
	}
}

func TestPathNeverRunsBackwardsAndStaysInside(t *testing.T) {
	noise := rand.New(rand.NewPCG(5, 6))
	for _, lengths := range [][2]int{{1, 1}, {1, 900}, {900, 1}, {80, 79}, {4000, 300}, {300, 9000}, {70_000, 400_000}} {
		samples := [2][]float32{}
		for i := range samples {
			samples[i] = make([]float32, lengths[i])
			for k := range samples[i] {
				samples[i][k] = noise.Float32() - 0.5
			}
		}
		model, heard := Listen(samples[0], 8000, Step, 3500), Listen(samples[1], 8000, Step, 3500)
		path, err := Path(t.Context(), model, heard)
		if err != nil || len(path) != model.Len() {
			t.Fatalf("%v: %d frames of %d, %v", lengths, len(path), model.Len(), err)
		}
		last := 0.0
		for i, at := range path {
			if !(at >= last && at <= float64(heard.Len()-1)) {
				t.Fatalf("%v: frame %d is at %v after %v, of %d", lengths, i, at, last, heard.Len())
			}
			last = at
		}
	}
}

func TestSilenceAndNothingHaveAPathToo(t *testing.T) {
	silent := Listen(make([]float32, 8000), 8000, Step, 3500)
	for _, tracks := range [][2]Track{{silent, silent}, {silent, {}}, {{}, silent}, {{}, {}}} {
		if path, err := Path(t.Context(), tracks[0], tracks[1]); err != nil || len(path) != tracks[0].Len() {
			t.Errorf("%d and %d frames: %d, %v", tracks[0].Len(), tracks[1].Len(), len(path), err)
		}
	}
}

func TestACancelledSearchEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	track := Listen(make([]float32, 80_000), 8000, Step, 3500)
	if _, err := Path(ctx, track, track); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestPowerIsThatOfTheDefinition(t *testing.T) {
	const n = 32
	var frames, got [2][]float64
	for f := range frames {
		frames[f], got[f] = make([]float64, n-5), make([]float64, n/2+1) // the rest of a frame is zero
		for i := range frames[f] {
			frames[f][i] = math.Sin(float64(i*i+f)) + 0.3
		}
	}
	newTransform(n).power(frames[0], frames[1], got[0], got[1])
	for f, frame := range frames {
		for k := range got[f] {
			re, im := 0.0, 0.0
			for i, v := range frame {
				re += v * math.Cos(2*math.Pi*float64(k*i)/n)
				im -= v * math.Sin(2*math.Pi*float64(k*i)/n)
			}
			if want := re*re + im*im; math.Abs(got[f][k]-want) > 1e-9*(1+want) {
				t.Errorf("frame %d, frequency %d: %g, want %g", f, k, got[f][k], want)
			}
		}
	}
}
