package picture

import (
	"image"
	"image/draw"
	"math"

	xdraw "golang.org/x/image/draw"
)

// cover scales the centre of the picture to exactly width×height with the Catmull-Rom kernel, over black.
//
// It does what draw.CatmullRom.Scale of golang.org/x/image does, in a fraction of the time and the memory:
// there a picture that is half done is kept whole, with 32 bytes for each pixel, here only the few rows
// that the next row is made of.
func cover(src image.Image, width, height int) *image.RGBA {
	from := centre(src.Bounds(), width, height)
	columns, rows := axis(from.Dx(), width), axis(from.Dy(), height)
	ring := make([][]float32, longestOf(rows)) // rows that are scaled across, by their number modulo its length
	for i := range ring {
		ring[i] = make([]float32, 3*width)
	}
	line := image.NewRGBA(image.Rect(0, 0, from.Dx(), 1))
	dst := image.NewRGBA(image.Rect(0, 0, width, height))
	sum := make([]float32, 3*width)
	read := 0 // rows of the source
	for y, t := range rows {
		for ; read < t.first+len(t.weights); read++ {
			draw.Draw(line, line.Rect, image.Black, image.Point{}, draw.Src)
			draw.Draw(line, line.Rect, src, image.Pt(from.Min.X, from.Min.Y+read), draw.Over)
			across(ring[read%len(ring)], line.Pix, columns)
		}
		clear(sum)
		for i, weight := range t.weights {
			for x, v := range ring[(t.first+i)%len(ring)] {
				sum[x] += weight * v
			}
		}
		store(dst.Pix[y*dst.Stride:], sum)
	}
	return dst
}

// across scales a row of RGBA into one of red, green and blue.
func across(dst []float32, row []uint8, columns []taps) {
	for x, t := range columns {
		var r, g, b float32
		pixels := row[4*t.first:]
		for i, weight := range t.weights {
			p := pixels[4*i : 4*i+3]
			r += weight * float32(p[0])
			g += weight * float32(p[1])
			b += weight * float32(p[2])
		}
		d := dst[3*x : 3*x+3]
		d[0], d[1], d[2] = r, g, b
	}
}

// store rounds a row to bytes; the kernel overshoots at edges.
func store(pix []uint8, row []float32) {
	for x := 0; 3*x < len(row); x++ {
		p, v := pix[4*x:4*x+4], row[3*x:3*x+3]
		for c := range 3 {
			p[c] = uint8(min(max(v[c]+.5, 0), 255))
		}
		p[3] = 0xff
	}
}

// taps are the weights of the source's pixels, from the first on, that one pixel is made of.
type taps struct {
	first   int
	weights []float32
}

// axis gives the taps for scaling a side of so many pixels to another. Where it becomes shorter the kernel
// is stretched, so that every pixel of the source counts.
func axis(from, to int) []taps {
	scale := float64(from) / float64(to)
	stretch := max(scale, 1)
	support := xdraw.CatmullRom.Support * stretch
	all := make([]taps, to)
	for i := range all {
		middle := (float64(i)+.5)*scale - .5
		first := max(int(math.Ceil(middle-support)), 0)
		last := min(int(math.Floor(middle+support)), from-1)
		weights, sum := make([]float32, last-first+1), 0.0
		for j := range weights {
			w := xdraw.CatmullRom.At(math.Abs(float64(first+j)-middle) / stretch)
			weights[j] = float32(w)
			sum += w
		}
		for j := range weights { // beyond the edge there is nothing to weigh
			weights[j] /= float32(sum)
		}
		all[i] = taps{first, weights}
	}
	return all
}

func longestOf(all []taps) (n int) {
	for _, t := range all {
		n = max(n, len(t.weights))
	}
	return n
}

// centre is the largest part of the bounds that has the aspect ratio of width×height, to the next pixel,
// and lies in the middle.
func centre(b image.Rectangle, width, height int) image.Rectangle {
	w, h := b.Dx(), b.Dy()
	if w*height > h*width {
		w = max((2*h*width+height)/(2*height), 1)
	} else {
		h = max((2*w*height+width)/(2*width), 1)
	}
	x, y := b.Min.X+(b.Dx()-w)/2, b.Min.Y+(b.Dy()-h)/2
	return image.Rect(x, y, x+w, y+h)
}
