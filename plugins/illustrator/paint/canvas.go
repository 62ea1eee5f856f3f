package paint

import (
	"context"
	"runtime"
	"sync"
)

// Canvas holds a picture while it is painted.
type Canvas struct {
	W, H int
	Pix  []Color
	// Part numbers the thing that each pixel belongs to, so that ink can be drawn where two meet.
	// 0 is the background, which no ink touches.
	Part []uint8

	ctx context.Context
}

// New makes a black canvas of so many pixels. Painting stops when ctx ends.
func New(ctx context.Context, w, h int) *Canvas {
	return &Canvas{W: w, H: h, Pix: make([]Color, w*h), Part: make([]uint8, w*h), ctx: ctx}
}

// Aspect is the picture's width as a fraction of its height.
func (c *Canvas) Aspect() float32 { return float32(c.W) / float32(c.H) }

// Rows calls f for every row from y0 to before y1, on all processors.
func (c *Canvas) Rows(y0, y1 int, f func(y int)) {
	y0, y1 = max(y0, 0), min(y1, c.H)
	parallel(c.ctx, y0, y1, f)
}

func parallel(ctx context.Context, y0, y1 int, f func(y int)) {
	const band = 16
	n := runtime.GOMAXPROCS(0)
	next := make(chan int, (max(y1-y0, 0)+band-1)/band)
	for y := y0; y < y1; y += band {
		next <- y
	}
	close(next)
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			for y := range next {
				if ctx.Err() != nil {
					return
				}
				for k := y; k < min(y+band, y1); k++ {
					f(k)
				}
			}
		})
	}
	wg.Wait()
}

// A Shader says what a layer shows at a point, and how much of what is below it hides (0 to 1).
type Shader func(x, y float32) (Color, float32)

// Layer paints the rows from y0 to y1, pixel by pixel.
func (c *Canvas) Layer(y0, y1 float32, shade Shader) {
	s := 1 / float32(c.H)
	c.Rows(int(y0*float32(c.H)), int(y1*float32(c.H)+.999), func(y int) {
		row := c.Pix[y*c.W : (y+1)*c.W]
		for x := range row {
			if k, a := shade((float32(x)+.5)*s, (float32(y)+.5)*s); a > 0 {
				row[x] = row[x].Mix(k, a)
			}
		}
	})
}

// softness is how many pixels of a soft layer share one evaluation of its shader, each way, in a
// picture 1920 pixels high.
const softness = 5

// Soft paints the rows from y0 to y1 like [Canvas.Layer], for what has no sharp edges: the shader is
// asked on a coarse grid and its answers are interpolated, which costs a twentieth.
func (c *Canvas) Soft(y0, y1 float32, shade Shader) {
	step := max(2, softness*c.H/1920)
	top, bottom := max(0, int(y0*float32(c.H))), min(c.H, int(y1*float32(c.H)+.999))
	if bottom <= top {
		return
	}
	gw, gh := c.W/step+2, (bottom-top)/step+2
	type sample struct {
		k Color // already multiplied by a
		a float32
	}
	grid := make([]sample, gw*gh)
	s := 1 / float32(c.H)
	parallel(c.ctx, 0, gh, func(gy int) {
		for gx := range gw {
			k, a := shade((float32(gx*step)+.5)*s, (float32(top+gy*step)+.5)*s)
			grid[gy*gw+gx] = sample{k.Times(a), a}
		}
	})
	inv := 1 / float32(step)
	c.Rows(top, bottom, func(y int) {
		gy := (y - top) / step
		fy := float32((y-top)%step) * inv
		a, b := grid[gy*gw:(gy+1)*gw], grid[(gy+1)*gw:(gy+2)*gw]
		row := c.Pix[y*c.W : (y+1)*c.W]
		for gx := 0; gx*step < c.W; gx++ {
			l := sample{a[gx].k.Mix(b[gx].k, fy), a[gx].a + (b[gx].a-a[gx].a)*fy}
			r := sample{a[gx+1].k.Mix(b[gx+1].k, fy), a[gx+1].a + (b[gx+1].a-a[gx+1].a)*fy}
			if l.a <= 0 && r.a <= 0 {
				continue
			}
			for x := gx * step; x < min((gx+1)*step, c.W); x++ {
				f := float32(x-gx*step) * inv
				row[x] = row[x].Times(1 - l.a - (r.a-l.a)*f).Plus(l.k.Mix(r.k, f))
			}
		}
	})
}

// Glow adds light around a point; at the distance r it has fallen to a ninth.
func (c *Canvas) Glow(x, y, r float32, k Color) {
	reach := r * 2.2
	c.add(x-reach, y-reach, x+reach, y+reach, func(px, py float32) Color {
		d := ((px-x)*(px-x) + (py-y)*(py-y)) / (r * r)
		return k.Times(max(0, Exp(d*2.2)-Exp(reach*reach/(r*r)*2.2)))
	})
}

// add adds light inside a rectangle.
func (c *Canvas) add(x0, y0, x1, y1 float32, f func(x, y float32) Color) {
	H := float32(c.H)
	left, right := max(0, int(x0*H)), min(c.W, int(x1*H)+1)
	s := 1 / H
	c.Rows(int(y0*H), int(y1*H)+1, func(y int) {
		for x := left; x < right; x++ {
			i := y*c.W + x
			c.Pix[i] = c.Pix[i].Plus(f((float32(x)+.5)*s, (float32(y)+.5)*s))
		}
	})
}

// At is the colour at a point, taken from the nearest pixel; points outside are moved to the edge.
func (c *Canvas) At(x, y float32) Color {
	px := min(max(int(x*float32(c.H)), 0), c.W-1)
	py := min(max(int(y*float32(c.H)), 0), c.H-1)
	return c.Pix[py*c.W+px]
}

// Defocus blurs all that has been painted so far, as a lens does what lies behind its subject, and
// makes it background: no ink is drawn there.
func (c *Canvas) Defocus(r float32) {
	small := c.shrink(max(1, int(r*float32(c.H)/3)))
	small.blur(c.ctx, 2)
	small.blur(c.ctx, 2)
	c.Rows(0, c.H, func(y int) {
		for x := range c.W {
			c.Pix[y*c.W+x] = small.at(x, y)
		}
	})
	clear(c.Part)
}

// Bloom is the light that spills from everything brighter than white paper in shade: the picture to
// add to this one, at each pixel.
func (c *Canvas) Bloom(r float32) func(x, y int) Color {
	small := c.shrink(max(1, int(r*float32(c.H)/8)))
	for i, k := range small.pix {
		small.pix[i] = k.Times(Smooth(.5, 1.2, k.Luma()))
	}
	small.blur(c.ctx, 8)
	small.blur(c.ctx, 6)
	return small.at
}

// field is a coarse copy of a canvas, one sample for each step × step pixels.
type field struct {
	w, h, step int
	pix        []Color
}

func (c *Canvas) shrink(step int) *field {
	f := &field{w: (c.W + step - 1) / step, h: (c.H + step - 1) / step, step: step}
	f.pix = make([]Color, f.w*f.h)
	parallel(c.ctx, 0, f.h, func(gy int) {
		for gx := range f.w {
			var sum Color
			var n float32
			for y := gy * step; y < min((gy+1)*step, c.H); y++ {
				for x := gx * step; x < min((gx+1)*step, c.W); x++ {
					k := c.Pix[y*c.W+x]
					sum = sum.Plus(Color{min(k.R, 4), min(k.G, 4), min(k.B, 4)})
					n++
				}
			}
			f.pix[gy*f.w+gx] = sum.Times(1 / n)
		}
	})
	return f
}

// at is the field's colour at a pixel of the canvas, between samples.
func (f *field) at(x, y int) Color {
	inv := 1 / float32(f.step)
	fx := Clamp((float32(x)+.5)*inv-.5, 0, float32(f.w-1))
	fy := Clamp((float32(y)+.5)*inv-.5, 0, float32(f.h-1))
	x0, y0 := int(fx), int(fy)
	x1, y1 := min(x0+1, f.w-1), min(y0+1, f.h-1)
	tx, ty := fx-float32(x0), fy-float32(y0)
	top := f.pix[y0*f.w+x0].Mix(f.pix[y0*f.w+x1], tx)
	return top.Mix(f.pix[y1*f.w+x0].Mix(f.pix[y1*f.w+x1], tx), ty)
}

// blur spreads every sample over 2r+1 samples each way.
func (f *field) blur(ctx context.Context, r int) {
	tmp := make([]Color, len(f.pix))
	parallel(ctx, 0, f.h, func(y int) { boxBlur(tmp[y*f.w:], f.pix[y*f.w:], f.w, 1, r) })
	parallel(ctx, 0, f.w, func(x int) { boxBlur(f.pix[x:], tmp[x:], f.h, f.w, r) })
}

func boxBlur(dst, src []Color, n, stride, r int) {
	at := func(i int) Color { return src[min(max(i, 0), n-1)*stride] }
	var sum Color
	for i := -r; i <= r; i++ {
		sum = sum.Plus(at(i))
	}
	k := 1 / float32(2*r+1)
	for i := range n {
		dst[i*stride] = sum.Times(k)
		sum = sum.Plus(at(i + r + 1)).Plus(at(i - r).Times(-1))
	}
}
