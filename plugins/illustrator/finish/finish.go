package finish

import (
	"image"
	"math"

	"github.com/filmloom/filmloom/plugins/illustrator/paint"
)

// Style says how an art style is finished.
type Style struct {
	Bloom      float32 // light that spills from bright places
	Vignette   float32 // darkening of the corners
	Saturation float32 // 1 leaves the colours alone
	Contrast   float32 // 1 leaves the tones alone
	Grain      float32 // of a film, as a share of white
	Grade      float32 // warm lights and cool shadows
	Levels     int     // number of tones; 0 leaves them continuous
	Halftone   float32 // strength of a printed dot screen in the shadows
	Ink        float32 // width of outlines in thousandths of the height; 0 draws none
	InkDark    float32 // how black the outlines are
}

// Styles are the art styles by the names of the image.generate capability.
var Styles = map[string]Style{
	"photorealistic": {Bloom: .45, Vignette: .4, Saturation: 1.02, Contrast: 1.04, Grain: .018},
	"cinematic":      {Bloom: .7, Vignette: .75, Saturation: 1.04, Contrast: 1.12, Grain: .035, Grade: 1},
	"anime":          {Bloom: .4, Vignette: .12, Saturation: 1.25, Contrast: 1.05, Ink: .9, InkDark: .6},
	"comic-book":     {Bloom: .1, Saturation: 1.35, Contrast: 1.15, Levels: 6, Halftone: .42, Ink: 1.7, InkDark: .95},
	"pixar-art":      {Bloom: .85, Vignette: .25, Saturation: 1.28, Contrast: .98},
	"documentary":    {Bloom: .25, Vignette: .3, Saturation: .82, Contrast: 1.08, Grain: .028},
	"cartoon":        {Bloom: .15, Saturation: 1.4, Contrast: 1.08, Levels: 8, Ink: 2.1, InkDark: .9},
}

// Picture finishes the canvas. Parts between which no ink should run share a number.
func (st Style) Picture(c *paint.Canvas) *image.RGBA {
	bloom := c.Bloom(.014)
	img := image.NewRGBA(image.Rect(0, 0, c.W, c.H))
	ink := newInker(c, st.Ink)
	inv := 1 / float32(c.H)
	cell := .0062 * float32(c.H) // of the dot screen
	c.Rows(0, c.H, func(y int) {
		for x := range c.W {
			k := c.Pix[y*c.W+x].Plus(bloom(x, y).Times(st.Bloom))
			vx, vy := float32(x)*inv-c.Aspect()/2, float32(y)*inv-.5
			vx /= max(c.Aspect(), .5625)
			k = k.Times(1 - st.Vignette*paint.Smooth(.16, .62, vx*vx+vy*vy))
			q := st.tone(k)
			if st.Levels > 0 {
				q = st.print(q, float32(x)/cell, float32(y)/cell)
			}
			if a := ink.at(x, y); a > 0 {
				q = q.Mix(q.Times(1-st.InkDark), a)
			}
			g := (paint.Hash(int32(x), int32(y), 77) - .5)
			d := st.Grain*g + g/255 // the last share hides the steps between tones
			o := img.PixOffset(x, y)
			img.Pix[o], img.Pix[o+1], img.Pix[o+2], img.Pix[o+3] = byteOf(q.R+d), byteOf(q.G+d), byteOf(q.B+d), 255
		}
	})
	return img
}

func byteOf(v float32) uint8 { return uint8(paint.Clamp(v, 0, 1)*255 + .5) }

// gamma encodes linear light for a screen, through a table.
var gamma = func() (t [4097]float32) {
	for i := range t {
		t[i] = float32(math.Pow(float64(i)/4096, 1/2.2))
	}
	return t
}()

// tone maps light to the screen: bright lights roll off as on film, then style.
func (st Style) tone(k paint.Color) paint.Color {
	curve := func(v float32) float32 { // S. Hill's and K. Narkowicz's fit to the ACES film curve
		v *= 1.12
		return gamma[int(paint.Clamp((v*(2.51*v+.03))/(v*(2.43*v+.59)+.14), 0, 1)*4096)]
	}
	q := paint.Color{R: curve(k.R), G: curve(k.G), B: curve(k.B)}
	l := .299*q.R + .587*q.G + .114*q.B
	push := func(v float32) float32 {
		v = l + (v-l)*st.Saturation
		return .42 + (v-.42)*st.Contrast
	}
	q = paint.Color{R: push(q.R), G: push(q.G), B: push(q.B)}
	if st.Grade > 0 {
		q.R += .05 * st.Grade * (l - .35)
		q.B -= .075 * st.Grade * (l - .42)
	}
	return paint.Color{R: paint.Clamp(q.R, 0, 1), G: paint.Clamp(q.G, 0, 1), B: paint.Clamp(q.B, 0, 1)}
}

// print reduces a colour to a few tones and screens its shadows with dots; u and v count dots.
func (st Style) print(q paint.Color, u, v float32) paint.Color {
	l := .299*q.R + .587*q.G + .114*q.B
	n := float32(st.Levels)
	step := float32(math.Floor(float64(l*n+.5))) / n
	q = q.Times(paint.Clamp((step+.05)/(l+.05), .4, 1.8))
	a, b := (u+v)*.7071, (u-v)*.7071
	fa, fb := a-float32(math.Floor(float64(a)))-.5, b-float32(math.Floor(float64(b)))-.5
	r := .48 * paint.Sqrt(paint.Clamp(1-l*1.55, 0, 1))
	dot := paint.Smooth(r+.07, r-.07, paint.Sqrt(fa*fa+fb*fb))
	return q.Times(1 - st.Halftone*dot*paint.Smooth(.02, .14, r))
}
