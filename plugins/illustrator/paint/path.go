package paint

import (
	"image"
	"image/draw"
	"math"

	"golang.org/x/image/vector"
)

type verb uint8

const (
	moveTo verb = iota
	lineTo
	curveTo
	closePath
)

// numbers is how many coordinates the verb takes.
func (v verb) numbers() int { return [...]int{moveTo: 2, lineTo: 2, curveTo: 6, closePath: 0}[v] }

type segment struct {
	verb verb
	p    [6]float32
}

// Path is an outline; what it encloses is filled by the non-zero rule.
type Path struct{ segments []segment }

// Move begins a new outline.
func (p *Path) Move(x, y float32) *Path { return p.add(moveTo, x, y) }

// Line goes straight to a point.
func (p *Path) Line(x, y float32) *Path { return p.add(lineTo, x, y) }

// Curve goes to (x, y) along a cubic Bézier curve.
func (p *Path) Curve(x1, y1, x2, y2, x, y float32) *Path { return p.add(curveTo, x1, y1, x2, y2, x, y) }

// Close ends the outline where it began.
func (p *Path) Close() *Path { return p.add(closePath) }

func (p *Path) add(v verb, points ...float32) *Path {
	s := segment{verb: v}
	copy(s.p[:], points)
	p.segments = append(p.segments, s)
	return p
}

// Polygon adds a closed outline through points given as x, y, x, y …
func (p *Path) Polygon(points ...float32) *Path {
	p.Move(points[0], points[1])
	for i := 2; i+1 < len(points); i += 2 {
		p.Line(points[i], points[i+1])
	}
	return p.Close()
}

// Rect adds a rectangle.
func (p *Path) Rect(x0, y0, x1, y1 float32) *Path { return p.Polygon(x0, y0, x1, y0, x1, y1, x0, y1) }

// Ellipse adds an ellipse.
func (p *Path) Ellipse(cx, cy, rx, ry float32) *Path {
	const k = .5523
	return p.Move(cx+rx, cy).
		Curve(cx+rx, cy+k*ry, cx+k*rx, cy+ry, cx, cy+ry).
		Curve(cx-k*rx, cy+ry, cx-rx, cy+k*ry, cx-rx, cy).
		Curve(cx-rx, cy-k*ry, cx-k*rx, cy-ry, cx, cy-ry).
		Curve(cx+k*rx, cy-ry, cx+rx, cy-k*ry, cx+rx, cy).Close()
}

// Limb adds a rounded bar from one point to another, half as thick as r0 and r1 say at its ends.
func (p *Path) Limb(x0, y0, r0, x1, y1, r1 float32) *Path {
	dx, dy := x1-x0, y1-y0
	l := Sqrt(dx*dx + dy*dy)
	if l < 1e-6 {
		return p.Ellipse(x0, y0, r0, r0)
	}
	ux, uy := dx/l, dy/l
	nx, ny := -uy, ux
	const k = 1.33
	return p.Move(x0+nx*r0, y0+ny*r0).
		Curve(x0+nx*r0-ux*r0*k, y0+ny*r0-uy*r0*k, x0-nx*r0-ux*r0*k, y0-ny*r0-uy*r0*k, x0-nx*r0, y0-ny*r0).
		Line(x1-nx*r1, y1-ny*r1).
		Curve(x1-nx*r1+ux*r1*k, y1-ny*r1+uy*r1*k, x1+nx*r1+ux*r1*k, y1+ny*r1+uy*r1*k, x1+nx*r1, y1+ny*r1).Close()
}

// Append adds another path's outlines, scaled (a negative sx mirrors) and then moved.
func (p *Path) Append(q *Path, sx, sy, dx, dy float32) *Path {
	for _, s := range q.segments {
		for i := 0; i < 6; i += 2 {
			s.p[i], s.p[i+1] = s.p[i]*sx+dx, s.p[i+1]*sy+dy
		}
		p.segments = append(p.segments, s)
	}
	return p
}

// Bounds are the least rectangle around the path's points and control points.
func (p *Path) Bounds() (x0, y0, x1, y1 float32) {
	x0, y0 = math.MaxFloat32, math.MaxFloat32
	x1, y1 = -math.MaxFloat32, -math.MaxFloat32
	for _, s := range p.segments {
		for i := 0; i < s.verb.numbers(); i += 2 {
			x0, x1 = min(x0, s.p[i]), max(x1, s.p[i])
			y0, y1 = min(y0, s.p[i+1]), max(y1, s.p[i+1])
		}
	}
	return x0, y0, x1, y1
}

// mask rasterises the part of the path that is on the canvas, with a margin of one pixel; nil if
// there is none.
func (c *Canvas) mask(p *Path) *image.Alpha {
	if len(p.segments) == 0 || c.ctx.Err() != nil {
		return nil
	}
	H := float32(c.H)
	x0, y0, x1, y1 := p.Bounds()
	lim := func(v float32) int { return int(Clamp(v*H, -1e6, 1e6)) }
	r := image.Rect(lim(x0)-2, lim(y0)-2, lim(x1)+3, lim(y1)+3).Intersect(image.Rect(-1, -1, c.W+1, c.H+1))
	if r.Empty() {
		return nil
	}
	v := vector.NewRasterizer(r.Dx(), r.Dy())
	ox, oy := float32(r.Min.X), float32(r.Min.Y)
	for _, s := range p.segments {
		q := s.p
		for i := 0; i < 6; i += 2 {
			q[i], q[i+1] = q[i]*H-ox, q[i+1]*H-oy
		}
		switch s.verb {
		case moveTo:
			v.MoveTo(q[0], q[1])
		case lineTo:
			v.LineTo(q[0], q[1])
		case curveTo:
			v.CubeTo(q[0], q[1], q[2], q[3], q[4], q[5])
		case closePath:
			v.ClosePath()
		}
	}
	m := image.NewAlpha(r)
	v.DrawOp = draw.Src
	v.Draw(m, r, image.Opaque, image.Point{})
	return m
}

// Fill paints the inside of a path. Its pixels become the part, unless that is 0.
func (c *Canvas) Fill(p *Path, part uint8, shade Shader) {
	m := c.mask(p)
	if m == nil {
		return
	}
	s := 1 / float32(c.H)
	c.within(m, func(x, y int, cover float32) {
		k, a := shade((float32(x)+.5)*s, (float32(y)+.5)*s)
		i := y*c.W + x
		c.Pix[i] = c.Pix[i].Mix(k, cover*a)
		if part != 0 && cover > .5 {
			c.Part[i] = part
		}
	})
}

// Flat is a shader of one colour.
func Flat(k Color, a float32) Shader { return func(float32, float32) (Color, float32) { return k, a } }

// within calls f for each of the canvas's pixels that the mask covers.
func (c *Canvas) within(m *image.Alpha, f func(x, y int, cover float32)) {
	r := m.Rect.Intersect(image.Rect(0, 0, c.W, c.H))
	c.Rows(r.Min.Y, r.Max.Y, func(y int) {
		row := m.Pix[m.PixOffset(r.Min.X, y):]
		for x := r.Min.X; x < r.Max.X; x++ {
			if a := row[x-r.Min.X]; a > 0 {
				f(x, y, float32(a)*(1.0/255))
			}
		}
	})
}
