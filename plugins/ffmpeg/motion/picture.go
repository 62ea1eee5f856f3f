package motion

import (
	"errors"
	"fmt"
	"image"
	"math"
)

// A plane holds the samples of one component. Each row is followed by copies of its last sample, so
// that a tap may read one sample past the end.
type plane struct {
	pix                   []byte
	width, height, stride int
}

const rowPadding = 16

func newPlane(width, height int) plane {
	stride := (width + rowPadding + 15) &^ 15
	return plane{make([]byte, stride*height), width, height, stride}
}

func (p plane) row(y int) []byte { return p.pix[y*p.stride : (y+1)*p.stride] }

func (p plane) padRows() {
	for y := range p.height {
		row := p.row(y)
		last := row[p.width-1]
		for i := p.width; i < len(row); i++ {
			row[i] = last
		}
	}
}

// A Picture is a still picture as planar 4:2:0 video samples.
type Picture struct {
	y, u, v plane
}

// The working picture's width, as a multiple of the frame's, that is taken as it comes: below, two
// taps would blur it; above, they would miss samples.
const (
	minDensity  = 1.0
	maxDensity  = 1.5
	goodDensity = 1.2 // what a picture outside those bounds is resampled to
)

// NewPicture cuts the middle of an image to the aspect of frames of the given size and converts it.
// Images much larger or smaller than the frame are resampled once, with a Lanczos filter. A density
// above 1 asks for at least so many samples for each of the frame's pixels, which makes the painted
// frames sharper and the conversion slower. Width and height must be even, and the width times the
// density at most 8000.
func NewPicture(img *image.RGBA, width, height int, density float64) (*Picture, error) {
	if width < 2 || height < 2 || width%2 != 0 || height%2 != 0 {
		return nil, errors.New("a frame's width and height must be even")
	}
	crop := cropTo(img.Rect, width, height)
	pic := convert(img.SubImage(crop).(*image.RGBA))
	have := float64(crop.Dx()) / float64(width)
	want := have
	switch {
	case have < max(minDensity, density)-0.01:
		want = max(minDensity, density)
	case have > max(maxDensity, density):
		want = max(goodDensity, density)
	}
	if want*float64(width) > rowSize-2*rowPadding {
		return nil, fmt.Errorf("a frame %d pixels wide cannot be painted at a density of %v", width, density)
	}
	if want != have {
		w, h := evenUp(want*float64(width)), evenUp(want*float64(height))
		pic = pic.resampled(w, h)
	}
	for _, p := range []plane{pic.y, pic.u, pic.v} {
		p.padRows()
	}
	return pic, nil
}

func evenUp(f float64) int { return int(math.Ceil(f/2-1e-9)) * 2 }

// cropTo gives the largest centred rectangle of the aspect. At least two pixels remain each way.
func cropTo(r image.Rectangle, width, height int) image.Rectangle {
	w, h := r.Dx(), r.Dy()
	if w*height > h*width {
		w = max(int(math.Round(float64(h)*float64(width)/float64(height))), 1)
	} else {
		h = max(int(math.Round(float64(w)*float64(height)/float64(width))), 1)
	}
	x, y := r.Min.X+(r.Dx()-w)/2, r.Min.Y+(r.Dy()-h)/2
	return image.Rect(x, y, x+w, y+h)
}

// Coefficients of BT.709 with limited range, scaled by 1<<16: the primaries' weights times 219/255
// for luma, and times 224/255 over the chroma's span for chroma.
const (
	yR, yG, yB = 11966, 40254, 4064
	uR, uG, uB = -6596, -22189, 28784
	vR, vG, vB = 28784, -26145, -2639
)

// convert makes the samples of an image. Odd sizes gain a column or a row: a copy of the last.
func convert(img *image.RGBA) *Picture {
	srcW, srcH := img.Rect.Dx(), img.Rect.Dy()
	w, h := (srcW+1)&^1, (srcH+1)&^1
	pic := &Picture{newPlane(w, h), newPlane(w/2, h/2), newPlane(w/2, h/2)}
	// A pair of rows at a time. The sums of each column of the pair feed the chroma filter.
	sums := make([][3]int32, w+1)
	for j := 0; j < h; j += 2 {
		for k := range 2 {
			src := img.Pix[min(j+k, srcH-1)*img.Stride:]
			src = src[:4*srcW]
			dst := pic.y.row(j + k)
			for i := range w {
				o := 4 * min(i, srcW-1)
				p := src[o : o+4 : o+4]
				r, g, b := int32(p[0]), int32(p[1]), int32(p[2])
				dst[i] = byte((yR*r + yG*g + yB*b + 16<<16 + 1<<15) >> 16)
				if k == 0 {
					sums[i+1] = [3]int32{r, g, b}
				} else {
					s := &sums[i+1]
					s[0], s[1], s[2] = s[0]+r, s[1]+g, s[2]+b
				}
			}
		}
		sums[0] = sums[1]
		u, v := pic.u.row(j/2), pic.v.row(j/2)
		for i := range w / 2 {
			// Sited on the even column: weights 1, 2, 1 across, 1, 1 down; eight in all.
			a, m, c := &sums[2*i], &sums[2*i+1], &sums[2*i+2]
			r, g, b := a[0]+2*m[0]+c[0], a[1]+2*m[1]+c[1], a[2]+2*m[2]+c[2]
			u[i] = byte((uR*r + uG*g + uB*b + 128<<19 + 1<<18) >> 19)
			v[i] = byte((vR*r + vG*g + vB*b + 128<<19 + 1<<18) >> 19)
		}
	}
	return pic
}
