package scene

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/filmloom/filmloom/plugins/illustrator/brief"
)

func canvas(t *testing.T, b brief.Brief, w, h int, seed uint64) []float32 {
	t.Helper()
	c := Paint(t.Context(), b, Look{Vivid: 1}, w, h, rand.New(rand.NewPCG(seed, 0)))
	luma := make([]float32, len(c.Pix))
	for i, k := range c.Pix {
		if k.R != k.R || k.G != k.G || k.B != k.B || k.R < -1e-3 || k.G < -1e-3 || k.B < -1e-3 {
			t.Fatalf("%s at %s: pixel %d is %v", b.Place, b.Hour, i, k)
		}
		luma[i] = k.Luma()
	}
	return luma
}

// Every place at every hour and in every weather is painted, upright, square and wide, and has
// something to see.
func TestEveryPlaceIsPainted(t *testing.T) {
	places := []brief.Place{
		brief.Sea, brief.Harbor, brief.Beach, brief.Lake, brief.Mountains, brief.Hills, brief.Forest, brief.Meadow, brief.Road,
		brief.Village, brief.City, brief.Desert, brief.Cave, brief.Room, brief.Library, brief.Hall, brief.Graveyard, brief.Space, brief.Underwater,
	}
	sizes := [][2]int{{108, 192}, {192, 108}, {120, 120}}
	i := 0
	for _, place := range places {
		for _, hour := range []brief.Hour{brief.Morning, brief.Day, brief.Dusk, brief.Night} {
			for _, weather := range []brief.Weather{brief.Clear, brief.Cloudy, brief.Rain, brief.Storm, brief.Snow, brief.Fog} {
				i++
				size := sizes[i%len(sizes)]
				b := brief.Brief{Place: place, Hour: hour, Weather: weather, Camera: []string{"wide", "medium", "close", "aerial"}[i%4]}
				luma := canvas(t, b, size[0], size[1], uint64(i))
				sum, squares := 0.0, 0.0
				for _, l := range luma {
					v := float64(min(l, 2))
					sum, squares = sum+v, squares+v*v
				}
				n := float64(len(luma))
				if mean := sum / n; mean < .001 || squares/n-mean*mean < 1e-6 {
					t.Errorf("%s, %s, %s: nothing to see (mean %g, variance %g)", place, hour, weather, mean, squares/n-mean*mean)
				}
			}
		}
	}
}

// A person stands where neither the subtitles nor the camera's movement hide the head: the difference
// that the person makes lies away from the edges, and reaches up into the upper two thirds.
func TestThePersonStandsInTheFrame(t *testing.T) {
	const w, h = 270, 480
	for _, pose := range brief.Poses {
		for seed := range uint64(4) {
			b := brief.Brief{Place: brief.Meadow, Hour: brief.Day, Weather: brief.Clear, Camera: "medium"}
			without := canvas(t, b, w, h, seed)
			b.People = []brief.Person{{Word: "man", Count: 1, Pose: pose}}
			with := canvas(t, b, w, h, seed)
			x0, y0, x1, y1, changed := w, h, 0, 0, 0
			for i := range with {
				if d := with[i] - without[i]; d > .02 || d < -.02 {
					x, y := i%w, i/w
					x0, y0, x1, y1 = min(x0, x), min(y0, y), max(x1, x), max(y1, y)
					changed++
				}
			}
			if changed < 1500 {
				t.Errorf("%s, seed %d: only %d pixels show the person", pose, seed, changed)
			}
			if x0 < w/12 || x1 > w-w/12 || y0 < h/12 || y0 > h*56/100 || y1 > h*80/100 {
				t.Errorf("%s, seed %d: the person is in %d,%d to %d,%d of %d×%d", pose, seed, x0, y0, x1, y1, w, h)
			}
		}
	}
}

// One scene fits every size: a larger picture shows the same.
func TestAPictureTwiceAsLargeShowsTheSame(t *testing.T) {
	b := brief.Brief{Place: brief.Village, Hour: brief.Dusk, Weather: brief.Clear, Camera: "medium", People: []brief.Person{{Word: "woman", Woman: true, Count: 1, Pose: brief.Standing}}}
	small := canvas(t, b, 135, 240, 3)
	large := canvas(t, b, 270, 480, 3)
	sum := 0.0
	for i, l := range small {
		x, y := i%135*2, i/135*2
		mean := (large[y*270+x] + large[y*270+x+1] + large[(y+1)*270+x] + large[(y+1)*270+x+1]) / 4
		d := float64(l - mean)
		sum += max(d, -d)
	}
	if mean := sum / float64(len(small)); mean > .03 {
		t.Errorf("mean difference %g", mean)
	}
}

func TestNothingIsPaintedAfterTheContextHasEnded(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c := Paint(ctx, brief.Brief{Place: brief.City, Hour: brief.Day, Camera: "wide"}, Look{Vivid: 1}, 200, 200, rand.New(rand.NewPCG(1, 1)))
	for i, k := range c.Pix {
		if k.Luma() != 0 {
			t.Fatalf("pixel %d is painted", i)
		}
	}
}
