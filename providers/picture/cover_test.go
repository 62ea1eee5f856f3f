package picture

import (
	"image"
	"image/color"
	"image/draw"
	"math/rand/v2"
	"testing"

	xdraw "golang.org/x/image/draw"
)

// noise has every frequency, so that a kernel of another shape or place shows.
func noise(w, h int) *image.NRGBA {
	rng := rand.New(rand.NewPCG(1, 2))
	m := image.NewNRGBA(image.Rect(5, 7, 5+w, 7+h)) // not at the origin
	for i := range m.Pix {
		m.Pix[i] = uint8(rng.Uint32())
		if i%4 == 3 {
			m.Pix[i] = 0xff
		}
	}
	return m
}

func TestScalingIsThatOfTheReference(t *testing.T) {
	for _, row := range []struct{ from, to Size }{
		{Size{40, 30}, Size{80, 60}},
		{Size{40, 30}, Size{97, 73}},
		{Size{400, 300}, Size{80, 60}},
		{Size{97, 73}, Size{40, 30}},
		{Size{3, 3}, Size{100, 100}},
		{Size{100, 100}, Size{1, 1}},
		{Size{64, 64}, Size{64, 64}},
	} {
		src := noise(row.from.Width, row.from.Height)
		got := cover(src, row.to.Width, row.to.Height)
		want := image.NewRGBA(got.Rect)
		xdraw.CatmullRom.Scale(want, want.Rect, src, centre(src.Rect, row.to.Width, row.to.Height), xdraw.Src, nil)
		worst := 0
		for i := range got.Pix {
			worst = max(worst, int(got.Pix[i])-int(want.Pix[i]), int(want.Pix[i])-int(got.Pix[i]))
		}
		if worst > 2 {
			t.Errorf("%v to %v differs by up to %d", row.from, row.to, worst)
		}
	}
}

func TestAnEvenColourStaysWhatItIs(t *testing.T) {
	src := image.NewRGBA(image.Rect(0, 0, 37, 23))
	draw.Draw(src, src.Rect, image.NewUniform(color.RGBA{17, 130, 251, 255}), image.Point{}, draw.Src)
	for _, to := range []Size{{5, 4}, {37, 23}, {100, 300}} {
		got := cover(src, to.Width, to.Height)
		for i := 0; i < len(got.Pix); i += 4 {
			if p := got.Pix[i : i+4]; p[0] != 17 || p[1] != 130 || p[2] != 251 || p[3] != 255 {
				t.Fatalf("%v: a pixel is %v", to, p)
			}
		}
	}
}
