package picture

import "math"

// Size is a picture's size in pixels.
type Size struct{ Width, Height int }

// same is how much two aspect ratios may differ and still count as one, as the logarithm of their quotient: a
// hundredth of a pixel in a thousand.
const same = 1e-5

// Nearest is the choice whose aspect ratio is closest to that of width×height, as little as possible is
// cropped then; of several with that ratio the one whose area is closest; of several with that area the
// first. Choices without an area are passed over; it is the zero Size when there is no other.
func Nearest(width, height int, choices []Size) Size {
	var best Size
	bestRatio, bestArea := math.Inf(1), math.Inf(1)
	w, h := math.Log(float64(max(width, 1))), math.Log(float64(max(height, 1)))
	for _, c := range choices {
		if c.Width < 1 || c.Height < 1 {
			continue
		}
		cw, ch := math.Log(float64(c.Width)), math.Log(float64(c.Height))
		ratio, area := math.Abs((cw-ch)-(w-h)), math.Abs((cw+ch)-(w+h))
		if ratio < bestRatio-same || ratio < bestRatio+same && area < bestArea-same {
			best, bestRatio, bestArea = c, ratio, area
		}
	}
	return best
}
