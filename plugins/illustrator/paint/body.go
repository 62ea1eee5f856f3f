package paint

import "image"

// Lamp is a light near the things that it shines on.
type Lamp struct {
	X, Y  float32
	Reach float32 // the distance at which it has fallen to a half
	Color Color
}

// Lighting is the light that bodies stand in.
type Lighting struct {
	KeyX, KeyY, KeyZ float32 // direction towards the main light: x right, y down, z towards the viewer
	Key              Color   // the main light
	Sky, Ground      Color   // light from above and from below
	Rim              Color   // light along the edge that is turned to the main light
	Lamps            []Lamp
	Cel              bool // light in steps, as drawn by hand
}

// Body is something solid with a known outline. Its volume is guessed from the outline: thick in the
// middle, round towards the edges.
type Body struct {
	Albedo  Color
	Round   float32 // how strongly the guessed volume turns away: 0 is flat paper, 1 is a ball
	Rim     float32 // how much of the rim light it catches
	Glow    Color   // light of its own
	Haze    Color   // what the air adds, and
	Depth   float32 // how much of it there is in front, 0 to 1
	Texture float32 // how coarse its surface is, 0 to 1
	Part    uint8   // see [Canvas.Part]
}

// Paint paints a body that the path outlines.
func (c *Canvas) Paint(p *Path, b Body, l *Lighting) {
	m := c.mask(p)
	if m == nil {
		return
	}
	size := min(m.Rect.Dx(), m.Rect.Dy())
	shade := c.lightField(m, size, b, l)
	rim := int(Clamp(float32(size)*.045, 1.5, float32(c.H)*.006))
	n := Sqrt(l.KeyX*l.KeyX + l.KeyY*l.KeyY)
	var rx, ry int
	if n > 0 {
		rx, ry = int(l.KeyX/n*float32(rim)*1.5), int(l.KeyY/n*float32(rim)*1.5)
	}
	inv := 1 / float32(c.H)
	c.within(m, func(x, y int, cover float32) {
		k := b.Albedo
		if b.Texture > 0 {
			k = k.Times(1 + b.Texture*(Cloud(float32(x)*inv*30, float32(y)*inv*34)-.5)*1.6)
		}
		k = k.Under(shade.at(x-m.Rect.Min.X, y-m.Rect.Min.Y)).Plus(b.Glow)
		if b.Rim > 0 {
			edge := 1 - .5*(coverage(m, x+rx, y+ry)+coverage(m, x+rx/2, y+ry/2))
			k = k.Plus(l.Rim.Times(edge * b.Rim))
		}
		i := y*c.W + x
		c.Pix[i] = c.Pix[i].Mix(k.Mix(b.Haze, b.Depth), cover)
		if b.Part != 0 && cover > .5 {
			c.Part[i] = b.Part
		}
	})
}

func coverage(m *image.Alpha, x, y int) float32 {
	if !(image.Point{X: x, Y: y}).In(m.Rect) {
		return 0
	}
	return float32(m.Pix[m.PixOffset(x, y)]) * (1.0 / 255)
}

// lightField is the light that falls on the body: its outline, blurred, is taken for its height.
func (c *Canvas) lightField(m *image.Alpha, size int, b Body, l *Lighting) *field {
	step := max(2, size/64)
	f := &field{w: m.Rect.Dx()/step + 1, h: m.Rect.Dy()/step + 1, step: step}
	height := &field{w: f.w, h: f.h, step: step, pix: make([]Color, f.w*f.h)}
	for gy := range f.h {
		for gx := range f.w {
			height.pix[gy*f.w+gx].R = coverage(m, m.Rect.Min.X+gx*step+step/2, m.Rect.Min.Y+gy*step+step/2)
		}
	}
	r := max(1, size/step/7)
	for range 3 {
		height.blur(c.ctx, r)
	}
	f.pix = make([]Color, f.w*f.h)
	at := func(x, y int) float32 {
		return height.pix[min(max(y, 0), f.h-1)*f.w+min(max(x, 0), f.w-1)].R
	}
	steep := b.Round * float32(r) * 2.6
	kn := 1 / Sqrt(l.KeyX*l.KeyX+l.KeyY*l.KeyY+l.KeyZ*l.KeyZ+1e-6)
	inv := 1 / float32(c.H)
	parallel(c.ctx, 0, f.h, func(y int) {
		for x := range f.w {
			nx, ny, nz := (at(x-1, y)-at(x+1, y))*steep, (at(x, y-1)-at(x, y+1))*steep, float32(1)
			n := 1 / Sqrt(nx*nx+ny*ny+1)
			nx, ny, nz = nx*n, ny*n, nz*n
			diffuse := max(0, (nx*l.KeyX+ny*l.KeyY+nz*l.KeyZ)*kn)
			if l.Cel {
				diffuse = .12 + .35*Smooth(.22, .26, diffuse) + .53*Smooth(.55, .59, diffuse)
			}
			k := l.Ground.Mix(l.Sky, .5-.5*ny).Plus(l.Key.Times(diffuse))
			px := float32(m.Rect.Min.X+x*step) * inv
			py := float32(m.Rect.Min.Y+y*step) * inv
			for _, lamp := range l.Lamps {
				dx, dy := lamp.X-px, lamp.Y-py
				d := Sqrt(dx*dx+dy*dy) + 1e-4
				facing := Clamp((nx*dx+ny*dy)/d*.6+nz*.45, 0, 1)
				if l.Cel {
					facing = .25 + .75*Smooth(.42, .48, facing)
				}
				k = k.Plus(lamp.Color.Times(facing / (1 + d*d/(lamp.Reach*lamp.Reach))))
			}
			f.pix[y*f.w+x] = k
		}
	})
	return f
}

// Shade darkens the ground under something: soft, widest at its middle.
func (c *Canvas) Shade(cx, cy, rx, ry, strength float32) {
	H := float32(c.H)
	left, right := max(0, int((cx-rx)*H)), min(c.W, int((cx+rx)*H)+1)
	c.Rows(int((cy-ry)*H), int((cy+ry)*H)+1, func(y int) {
		dy := (float32(y)/H - cy) / ry
		for x := left; x < right; x++ {
			dx := (float32(x)/H - cx) / rx
			if d := dx*dx + dy*dy; d < 1 {
				i := y*c.W + x
				c.Pix[i] = c.Pix[i].Times(1 - strength*(1-d)*(1-d))
			}
		}
	})
}
