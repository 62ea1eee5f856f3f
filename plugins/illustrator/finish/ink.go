package finish

import "github.com/filmloom/filmloom/plugins/illustrator/paint"

// inker draws lines where two parts of a canvas meet.
type inker struct {
	w, h int
	line []uint8 // 1 where a line runs
	r    int
}

// newInker finds the lines; width is in thousandths of the canvas's height.
func newInker(c *paint.Canvas, width float32) *inker {
	if width <= 0 {
		return &inker{}
	}
	i := &inker{w: c.W, h: c.H, line: make([]uint8, c.W*c.H), r: max(1, int(width*float32(c.H)/1000/2+.5))}
	c.Rows(0, c.H-1, func(y int) {
		for x := range c.W - 1 {
			p := c.Part[y*c.W+x]
			if right, below := c.Part[y*c.W+x+1], c.Part[(y+1)*c.W+x]; p != right || p != below {
				i.line[y*c.W+x] = 1
			}
		}
	})
	return i
}

// at is how much ink there is on a pixel, from 0 to 1.
func (i *inker) at(x, y int) float32 {
	if i.line == nil {
		return 0
	}
	best := i.r*i.r + i.r + 1
	for dy := -i.r; dy <= i.r; dy++ {
		py := y + dy
		if py < 0 || py >= i.h {
			continue
		}
		for dx := -i.r; dx <= i.r; dx++ {
			if px := x + dx; px >= 0 && px < i.w && i.line[py*i.w+px] != 0 {
				best = min(best, dx*dx+dy*dy)
			}
		}
	}
	if best > i.r*i.r+i.r {
		return 0
	}
	return paint.Clamp(1.25-paint.Sqrt(float32(best))/(float32(i.r)+.5)*.9, 0, 1)
}
