package sdapi

import (
	"math"

	"github.com/filmloom/filmloom/providers/picture"
)

const (
	grid = 64 // sides are multiples of it: what every model and server takes
	// leastPixels is the area that the oldest models were taught with: below they draw blots.
	leastPixels = 512 * 512
	// longest is the quotient of the sides beyond which models draw things twice; the rest is cropped.
	longest = 21.0 / 9
)

// sizeFor is the size to draw in for a picture of width×height: nearly that size where it is of use, with
// an area of at most maxPixels, and with its aspect ratio as near as the grid allows.
func sizeFor(width, height, maxPixels int) picture.Size {
	w, h := float64(max(width, 1)), float64(max(height, 1))
	area := min(max(w*h, leastPixels), float64(maxPixels))
	ratio := min(max(w/h, 1/longest), longest)
	w = math.Sqrt(area * ratio)
	h = area / w
	var choices []picture.Size
	for _, cw := range []int{floor(w), floor(w) + grid} {
		for _, ch := range []int{floor(h), floor(h) + grid} {
			if cw*ch <= maxPixels {
				choices = append(choices, picture.Size{Width: cw, Height: ch})
			}
		}
	}
	if len(choices) == 0 {
		return picture.Size{Width: grid, Height: grid}
	}
	return picture.Nearest(int(math.Round(w)), int(math.Round(h)), choices)
}

// floor is the largest side of the grid that is not longer, at least one step.
func floor(side float64) int { return max(int(side+1e-6)/grid, 1) * grid }
