package motion

import (
	"bytes"
	"math"
	"testing"
)

func grey(w, h int, v byte) []byte {
	f := bytes.Repeat([]byte{v}, FrameSize(w, h))
	for i := w * h; i < len(f); i++ {
		f[i] = 128
	}
	return f
}

func TestEveryTransitionBeginsWithOnePictureAndEndsWithTheOther(t *testing.T) {
	const w, h = 64, 48
	going, coming, frame := grey(w, h, 60), grey(w, h, 200), make([]byte, FrameSize(w, h))
	for _, kind := range Transitions {
		m := NewMixer(kind, w, h)
		if m.Mix(frame, going, coming, 0); !bytes.Equal(frame, going) {
			t.Errorf("%s: the beginning is not the picture that goes", kind)
		}
		if m.Mix(frame, going, coming, 1); !bytes.Equal(frame, coming) {
			t.Errorf("%s: the end is not the picture that comes", kind)
		}
	}
}

func TestTheMiddleOfEachTransition(t *testing.T) {
	const w, h = 64, 48
	going, coming := grey(w, h, 60), grey(w, h, 200)
	for kind, want := range map[string][2]byte{ // at the left, at the right
		Crossfade: {130, 130}, FadeBlack: {16, 16}, WipeLeft: {60, 200}, SlideLeft: {60, 200},
	} {
		frame := make([]byte, FrameSize(w, h))
		NewMixer(kind, w, h).Mix(frame, going, coming, 0.5)
		row := frame[10*w : 11*w]
		if got := [2]byte{row[1], row[w-2]}; got != want {
			t.Errorf("%s: left and right are %v, want %v", kind, got, want)
		}
	}
}

// The share of the coming picture never falls while a transition goes on.
func TestTransitionsGoOneWay(t *testing.T) {
	const w, h = 64, 48
	going, coming, frame := grey(w, h, 60), grey(w, h, 200), make([]byte, FrameSize(w, h))
	for _, kind := range []string{Crossfade, WipeLeft, SlideLeft} {
		m, before := NewMixer(kind, w, h), 0.0
		for i := range 31 {
			m.Mix(frame, going, coming, float64(i)/30)
			mean := 0.0
			for _, p := range frame[:w*h] {
				mean += float64(p) / (w * h)
			}
			if mean < before-1e-6 {
				t.Errorf("%s: step %d goes back from %v to %v", kind, i, before, mean)
			}
			before = math.Max(before, mean)
		}
	}
}
