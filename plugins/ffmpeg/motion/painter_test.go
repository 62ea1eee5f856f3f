package motion

import (
	"image"
	"math"
	"math/rand/v2"
	"testing"
)

// exact paints a view of one plane in floating point with a Lanczos filter: what the painter
// approximates. x and y are the first output sample's place among the input samples.
func exact(src plane, w, h int, x, y, step float64) []float64 {
	tapsOf := func(n int, at, step float64, size int) (first []int, weights [][]float64) {
		stretch := max(step, 1)
		for i := range n {
			p := at + float64(i)*step
			lo, hi := int(math.Floor(p-lobes*stretch))+1, int(math.Ceil(p+lobes*stretch))-1
			ws, sum := make([]float64, hi-lo+1), 0.0
			for t := lo; t <= hi; t++ {
				ws[t-lo] = lanczos((float64(t) - p) / stretch)
				sum += ws[t-lo]
			}
			for j := range ws {
				ws[j] /= sum
			}
			first, weights = append(first, lo), append(weights, ws)
		}
		return first, weights
	}
	xs, xw := tapsOf(w, x, step, src.width)
	ys, yw := tapsOf(h, y, step, src.height)
	narrow := make([]float64, w*src.height)
	for r := range src.height {
		row := src.row(r)
		for i := range w {
			for j, k := range xw[i] {
				narrow[r*w+i] += k * float64(row[min(max(xs[i]+j, 0), src.width-1)])
			}
		}
	}
	out := make([]float64, w*h)
	for r := range h {
		for j, k := range yw[r] {
			from := min(max(ys[r]+j, 0), src.height-1) * w
			for i := range w {
				out[r*w+i] += k * narrow[from+i]
			}
		}
	}
	return out
}

func psnr(got []byte, want []float64) float64 {
	sum := 0.0
	for i, g := range got {
		d := float64(g) - min(max(want[i], 0), 255)
		sum += d * d
	}
	return 10 * math.Log10(255*255*float64(len(got))/sum)
}

func TestPaintedFramesAreCloseToAnExactResampler(t *testing.T) {
	const w, h = 270, 480
	for _, c := range []struct {
		name    string
		density float64
		luma    float64
		chroma  float64
	}{
		{"as it comes", 1, 49, 46},
		{"denser", 1.6, 53, 46},
	} {
		t.Run(c.name, func(t *testing.T) {
			pic, err := NewPicture(testImage(w, h), w, h, c.density)
			if err != nil {
				t.Fatal(err)
			}
			painter, frame := NewPainter(pic, w, h), make([]byte, FrameSize(w, h))
			for _, motion := range []string{ZoomIn, PanRight, PanDown} {
				camera := NewCamera(motion, 60, 4)
				for _, n := range []int{0, 13, 37, 59} {
					v := camera.View(n)
					painter.Paint(frame, v)
					pw, ph := float64(pic.y.width), float64(pic.y.height)
					step := min(pw/w, ph/h) / v.Zoom
					x0, y0 := v.X*pw-step*w/2, v.Y*ph-step*h/2
					luma := exact(pic.y, w, h, x0+step/2-0.5, y0+step/2-0.5, step)
					p := psnr(frame[:w*h], luma)
					t.Logf("%s frame %d: luma PSNR %.1f dB", motion, n, p)
					if p < c.luma {
						t.Errorf("%s frame %d: luma PSNR %.1f dB, want at least %.0f", motion, n, p, c.luma)
					}
					chroma := exact(pic.u, w/2, h/2, (x0+step/2-0.5)/2, (y0+step)/2-0.5, step)
					if p := psnr(frame[w*h:w*h*5/4], chroma); p < c.chroma {
						t.Errorf("%s frame %d: chroma PSNR %.1f dB, want at least %.0f", motion, n, p, c.chroma)
					}
				}
			}
		})
	}
}

// A bright bar's place in each frame, to a fraction of a pixel, must follow the camera's.
func TestTheCameraDoesNotJitter(t *testing.T) {
	const w, h, frames = 320, 320, 120
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			v := uint8(20 + 200*math.Exp(-math.Pow((float64(x)-140)/6, 2)))
			copy(img.Pix[img.PixOffset(x, y):], []byte{v, v, v, 255})
		}
	}
	pic, err := NewPicture(img, w, h, 1)
	if err != nil {
		t.Fatal(err)
	}
	painter, frame := NewPainter(pic, w, h), make([]byte, FrameSize(w, h))
	for _, motion := range []string{ZoomIn, ZoomOut, PanLeft, PanRight} {
		camera := NewCamera(motion, frames, 8)
		worst, sum := 0.0, 0.0
		for n := range frames {
			v := camera.View(n)
			painter.Paint(frame, v)
			at, mass := 0.0, 0.0
			for x, p := range frame[h/2*w : h/2*w+w] {
				m := max(float64(p)-45, 0)
				at, mass = at+m*float64(x), mass+m
			}
			want := (140+0.5-(v.X*w-w/v.Zoom/2))*v.Zoom - 0.5
			d := at/mass - want
			worst, sum = max(worst, math.Abs(d)), sum+d*d
		}
		rms := math.Sqrt(sum / frames)
		t.Logf("%s: %.4f px off (rms), %.4f at worst", motion, rms, worst)
		if rms > 0.01 || worst > 0.03 {
			t.Errorf("%s: the picture is %.4f px off (rms), %.4f at worst", motion, rms, worst)
		}
	}
}

func TestBlendRoundsToTheNearest(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		n, weight := rng.IntN(40), uint32(rng.IntN(257))
		a, b, got := make([]byte, n), make([]byte, n), make([]byte, n)
		for i := range n {
			a[i], b[i] = byte(rng.Uint32()), byte(rng.Uint32())
		}
		blend(got, a, b, weight)
		for i := range got {
			want := byte((uint32(a[i])*(256-weight) + uint32(b[i])*weight + 128) / 256)
			if got[i] != want {
				t.Fatalf("%d and %d at %d/256: got %d, want %d", a[i], b[i], weight, got[i], want)
			}
		}
	}
}

func TestPaintingAllocatesNothing(t *testing.T) {
	pic, err := NewPicture(testImage(128, 128), 128, 128, 1)
	if err != nil {
		t.Fatal(err)
	}
	painter, frame := NewPainter(pic, 128, 128), make([]byte, FrameSize(128, 128))
	if n := testing.AllocsPerRun(10, func() { painter.Paint(frame, View{0.5, 0.5, 1.1}) }); n != 0 {
		t.Errorf("a frame takes %v allocations", n)
	}
}

func TestAViewOutsideThePictureIsHeldInside(t *testing.T) {
	pic, err := NewPicture(testImage(100, 100), 100, 100, 1)
	if err != nil {
		t.Fatal(err)
	}
	painter, got, want := NewPainter(pic, 100, 100), make([]byte, FrameSize(100, 100)), make([]byte, FrameSize(100, 100))
	painter.Paint(got, View{-3, 9, 2})
	painter.Paint(want, View{0.25, 0.75, 2})
	if string(got) != string(want) {
		t.Error("the frame is not that of the nearest view inside")
	}
}
