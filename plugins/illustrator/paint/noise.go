package paint

import (
	"math"
	"sync"
)

// Two kinds of noise, computed once into tiles that repeat every 8 units: looking up is ten times as
// fast as computing, and a repetition so far apart is never in one picture twice.
const (
	tileSize  = 1024 // samples each way; a power of two
	tileUnits = 8    // how many units the tile spans
)

type tile []float32

var (
	cloudTile = sync.OnceValue(func() tile { return makeTile(func(n float32) float32 { return n }) })
	ridgeTile = sync.OnceValue(func() tile {
		return makeTile(func(n float32) float32 { k := 1 - Abs(n*2-1); return k * k })
	})
)

// makeTile sums seven octaves of value noise, each bent by shape.
func makeTile(shape func(float32) float32) tile {
	t := make(tile, tileSize*tileSize)
	for y := range tileSize {
		for x := range tileSize {
			var v, a, n float32 = 0, .5, 0
			for o := range uint32(7) {
				cells := int32(tileUnits) << o
				v += a * shape(lattice(float32(x)*float32(cells)/tileSize, float32(y)*float32(cells)/tileSize, cells, o))
				n += a
				a *= .5
			}
			t[y*tileSize+x] = v / n
		}
	}
	return t
}

// lattice is smooth noise that repeats after so many cells.
func lattice(x, y float32, cells int32, seed uint32) float32 {
	xi, yi := int32(x), int32(y)
	fx, fy := x-float32(xi), y-float32(yi)
	fx, fy = fx*fx*(3-2*fx), fy*fy*(3-2*fy)
	at := func(dx, dy int32) float32 { return Hash((xi+dx)%cells, (yi+dy)%cells, seed) }
	a, b, c, d := at(0, 0), at(1, 0), at(0, 1), at(1, 1)
	return a + (b-a)*fx + (c-a)*fy + (a-b-c+d)*fx*fy
}

func (t tile) at(x, y float32) float32 {
	const scale, mask = tileSize / tileUnits, tileSize - 1
	x, y = x*scale, y*scale
	xf, yf := float32(math.Floor(float64(x))), float32(math.Floor(float64(y)))
	fx, fy := x-xf, y-yf
	x0, y0 := int(xf)&mask, int(yf)&mask
	x1, y1 := (x0+1)&mask, (y0+1)&mask
	a, b, c, d := t[y0*tileSize+x0], t[y0*tileSize+x1], t[y1*tileSize+x0], t[y1*tileSize+x1]
	return a + (b-a)*fx + (c-a)*fy + (a-b-c+d)*fx*fy
}

// Cloud is soft fractal noise, between 0 and 1, mostly between 0.25 and 0.75.
func Cloud(x, y float32) float32 { return cloudTile().at(x, y) }

// Ridge is fractal noise with sharp crests, between 0 and 1.
func Ridge(x, y float32) float32 { return ridgeTile().at(x, y) }

// Hash is a fixed random number between 0 and 1 for a cell of a grid.
func Hash(x, y int32, seed uint32) float32 {
	h := uint32(x)*374761393 + uint32(y)*668265263 + seed*2246822519
	h = (h ^ h>>13) * 1274126177
	h ^= h >> 16
	return float32(h&0xffffff) / 0xffffff
}
