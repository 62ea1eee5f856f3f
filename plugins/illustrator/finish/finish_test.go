package finish

import (
	"math"
	"testing"

	"github.com/filmloom/filmloom/plugins/illustrator/paint"
)

// sample is a sky over a ground, with a light square in it.
func sample(t *testing.T) *paint.Canvas {
	c := paint.New(t.Context(), 180, 320)
	c.Layer(0, .6, func(_, y float32) (paint.Color, float32) {
		return paint.RGB(0x2a62b8).Mix(paint.RGB(0xf0ead8), y/.6), 1
	})
	c.Layer(.6, 1, paint.Flat(paint.RGB(0x3f5a34), 1))
	c.Fill((&paint.Path{}).Rect(.2, .3, .36, .46), 1, paint.Flat(paint.RGB(0xe0d0b0), 1))
	return c
}

func TestEveryStyleIsFinishedInItsOwnWay(t *testing.T) {
	type measure struct{ saturation, contrast float64 }
	seen := map[string]measure{}
	for name, st := range Styles {
		img := st.Picture(sample(t))
		var sum, squares, saturation float64
		n := float64(len(img.Pix) / 4)
		for i := 0; i < len(img.Pix); i += 4 {
			r, g, b := float64(img.Pix[i]), float64(img.Pix[i+1]), float64(img.Pix[i+2])
			l := .3*r + .59*g + .11*b
			sum, squares = sum+l, squares+l*l
			saturation += max(r, g, b) - min(r, g, b)
			if img.Pix[i+3] != 255 {
				t.Fatalf("%s is not opaque", name)
			}
		}
		m := measure{saturation / n, math.Sqrt(squares/n - sum/n*sum/n)}
		for other, o := range seen {
			if math.Abs(m.saturation-o.saturation) < .3 && math.Abs(m.contrast-o.contrast) < .3 {
				t.Errorf("%s and %s look alike: %+v and %+v", name, other, m, o)
			}
		}
		seen[name] = m
	}
	if seen["pixar-art"].saturation <= seen["photorealistic"].saturation {
		t.Errorf("pixar-art is no more colourful than photorealistic: %+v", seen)
	}
}

func TestInkRunsWherePartsMeetAndNowhereElse(t *testing.T) {
	c := sample(t)
	ink := newInker(c, Styles["comic-book"].Ink)
	for name, p := range map[string]struct {
		x, y int
		want bool
	}{"on the left edge": {64, 120, true}, "on the lower edge": {90, 147, true}, "inside": {90, 120, false}, "in the sky": {20, 20, false}, "at the horizon": {20, 192, false}} {
		if got := ink.at(p.x, p.y) > .5; got != p.want {
			t.Errorf("%s: ink is %v", name, got)
		}
	}
	if newInker(c, 0).at(64, 120) != 0 {
		t.Error("a style without ink has ink")
	}
}
