package paint

import (
	"context"
	"testing"
)

func TestAFilledPathCoversItsArea(t *testing.T) {
	c := New(t.Context(), 200, 200)
	white := Flat(Color{1, 1, 1}, 1)
	c.Fill((&Path{}).Rect(.1, .1, .4, .3), 3, white)
	c.Fill((&Path{}).Ellipse(.7, .7, .2, .1), 4, white)
	sum := map[uint8]float32{}
	for i, k := range c.Pix {
		sum[c.Part[i]] += k.R / (200 * 200)
	}
	if d := sum[3] - .06; d < -.001 || d > .001 {
		t.Errorf("the rectangle covers %g", sum[3])
	}
	if d := sum[4] - .0628; d < -.002 || d > .002 {
		t.Errorf("the ellipse covers %g", sum[4])
	}
}

func TestAHoleTurnedTheOtherWayStaysOpen(t *testing.T) {
	c := New(t.Context(), 100, 100)
	p := (&Path{}).Rect(.1, .1, .9, .9).Polygon(.3, .3, .3, .7, .7, .7, .7, .3)
	c.Fill(p, 1, Flat(Color{1, 1, 1}, 1))
	if c.At(.5, .5).R != 0 || c.At(.2, .2).R != 1 {
		t.Errorf("inside the hole %v, beside it %v", c.At(.5, .5), c.At(.2, .2))
	}
}

func TestWhatLiesOutsideTheCanvasIsCutOff(t *testing.T) {
	c := New(t.Context(), 50, 50)
	for _, p := range []*Path{
		(&Path{}).Rect(-10, -10, 10, 10), (&Path{}).Rect(-2, -2, -1, -1), (&Path{}).Ellipse(1, 1, 1e9, 1e9),
		{},
		(&Path{}).Limb(.5, .5, 0, .5, .5, 0),
	} {
		c.Fill(p, 1, Flat(Color{1, 1, 1}, .5))
		c.Paint(p, Body{Albedo: Color{1, 1, 1}, Round: 1, Rim: 1}, &Lighting{KeyX: 1, KeyZ: 1, Key: Color{1, 1, 1}})
	}
	c.Glow(5, 5, 1, Color{1, 1, 1})
	c.Shade(-5, 5, 1, 1, 1)
}

// A soft layer is the same as one painted pixel by pixel where its shader changes slowly.
func TestASoftLayerIsNearTheExactOne(t *testing.T) {
	shade := func(x, y float32) (Color, float32) { return Color{x, y, .5}, .3 + .5*y }
	exact, soft := New(t.Context(), 300, 500), New(t.Context(), 300, 500)
	exact.Layer(.1, .8, shade)
	soft.Soft(.1, .8, shade)
	for i := range exact.Pix {
		a, b := exact.Pix[i], soft.Pix[i]
		if Abs(a.R-b.R)+Abs(a.G-b.G)+Abs(a.B-b.B) > .004 {
			t.Fatalf("pixel %d: %v and %v", i, a, b)
		}
	}
}

func TestABodyIsBrightTowardsItsLight(t *testing.T) {
	c := New(t.Context(), 200, 200)
	l := &Lighting{KeyX: -1, KeyZ: .3, Key: Color{1, 1, 1}, Rim: Color{1, 1, 1}}
	c.Paint((&Path{}).Ellipse(.5, .5, .3, .3), Body{Albedo: Color{.5, .5, .5}, Round: 1}, l)
	if left, right := c.At(.3, .5).R, c.At(.7, .5).R; left < 3*right {
		t.Errorf("left %g, right %g", left, right)
	}
	c = New(t.Context(), 200, 200)
	lamp := &Lighting{Lamps: []Lamp{{X: .9, Y: .5, Reach: .3, Color: Color{1, 1, 1}}}}
	c.Paint((&Path{}).Ellipse(.5, .5, .3, .3), Body{Albedo: Color{.5, .5, .5}, Round: 1}, lamp)
	if left, right := c.At(.3, .5).R, c.At(.7, .5).R; right < 2*left {
		t.Errorf("beside a lamp: left %g, right %g", left, right)
	}
}

func TestDefocusKeepsTheMeanAndTakesTheEdges(t *testing.T) {
	c := New(t.Context(), 200, 200)
	c.Fill((&Path{}).Rect(.25, .25, .75, .75), 1, Flat(Color{1, 1, 1}, 1))
	mean := func() (m float32) {
		for _, k := range c.Pix {
			m += k.R / float32(len(c.Pix))
		}
		return m
	}
	before := mean()
	c.Defocus(.03)
	if after := mean(); Abs(after-before) > .01 {
		t.Errorf("the mean went from %g to %g", before, after)
	}
	if edge := c.At(.25, .5).R; edge < .2 || edge > .8 {
		t.Errorf("the edge is %g", edge)
	}
	for _, p := range c.Part {
		if p != 0 {
			t.Fatal("what is out of focus would be inked")
		}
	}
}

func TestNoiseStaysInItsRangeAndRepeats(t *testing.T) {
	for i := range 5000 {
		x, y := float32(i)*.137-300, float32(i)*.071
		if c, r := Cloud(x, y), Ridge(x, y); c < 0 || c > 1 || r < 0 || r > 1 {
			t.Fatalf("at %g, %g: %g and %g", x, y, c, r)
		}
	}
	if a, b := Cloud(1.3, 2.7), Cloud(1.3+tileUnits, 2.7); Abs(a-b) > .001 {
		t.Errorf("%g and %g a tile further", a, b)
	}
}

func TestRowsStopWhenTheContextEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := New(ctx, 10, 10000)
	seen := make([]bool, c.H)
	c.Rows(0, c.H, func(y int) {
		seen[y] = true
		if y > 50 {
			cancel()
		}
	})
	if seen[c.H-1] {
		t.Error("all rows were painted")
	}
}
