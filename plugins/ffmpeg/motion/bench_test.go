package motion

import (
	"image"
	"testing"
)

func BenchmarkPaint(b *testing.B) {
	const w, h = 1080, 1920
	for _, bc := range []struct {
		name    string
		density float64
	}{{"as it comes", 1}, {"twice as dense", 2}} {
		pic, err := NewPicture(testImage(w, h), w, h, bc.density)
		if err != nil {
			b.Fatal(err)
		}
		painter, camera := NewPainter(pic, w, h), NewCamera(ZoomIn, 180, 6)
		frame := make([]byte, FrameSize(w, h))
		b.Run(bc.name, func(b *testing.B) {
			b.SetBytes(int64(len(frame)))
			for n := 0; b.Loop(); n++ {
				painter.Paint(frame, camera.View(n%180))
			}
		})
	}
}

func BenchmarkNewPicture(b *testing.B) {
	for _, bc := range []struct {
		name string
		img  *image.RGBA
	}{{"frame's size", testImage(1080, 1920)}, {"half the size", testImage(540, 960)}, {"twice the size", testImage(2160, 3840)}} {
		b.Run(bc.name, func(b *testing.B) {
			for b.Loop() {
				if _, err := NewPicture(bc.img, 1080, 1920, 1); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
