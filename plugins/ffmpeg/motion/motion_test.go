package motion

import (
	"image"
	"image/color"
	"math"
)

// testImage is full of edges, gradients and colour at several sizes of detail.
func testImage(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			fx, fy := float64(x)/float64(w), float64(y)/float64(h)
			r := 127 + 90*math.Sin(fx*37+fy*11) + 30*math.Sin(fx*160)
			g := 127 + 100*math.Cos(fx*13-fy*29)
			b := 127 + 80*math.Sin((fx*fx+fy*fy)*60)
			if d := math.Hypot(fx-0.5, fy-0.4); d < 0.2 {
				r, g = 230-d*400, 200
			}
			c := func(v float64) uint8 { return uint8(min(max(v, 0), 255)) }
			img.SetRGBA(x, y, color.RGBA{c(r), c(g), c(b), 255})
		}
	}
	return img
}
