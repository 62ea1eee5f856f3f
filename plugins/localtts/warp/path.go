package warp

import (
	"context"
	"math"
)

const (
	// whole is how many frames a track may have to be compared as a whole: 4 s.
	whole = 400
	// radius is how far, in frames, a finer comparison looks around the path of a coarser one.
	radius = 80
	// skip is what it costs to stand still in one track while the other goes on, beside the distance:
	// without it, paths run along single frames.
	skip = 1
)

// A band says which frames of the other track a frame corresponds to, or may: [from, to).
type band struct{ from, to int }

// Path gives for each frame of model where it is in heard, in frames. It fails only when the context ends.
func Path(ctx context.Context, model, heard Track) ([]float64, error) {
	at := make([]float64, model.Len())
	if model.Len() == 0 || heard.Len() == 0 {
		return at, nil
	}
	path, err := search(ctx, model, heard)
	for i, p := range path {
		at[i] = float64(p.from+p.to-1) / 2
	}
	return at, err
}

// search finds the frames in h of each frame of m. Each begins where the one before ends, or shares its
// last frame.
func search(ctx context.Context, m, h Track) ([]band, error) {
	around := make([]band, m.Len())
	for i := range around {
		around[i] = band{0, h.Len()}
	}
	if max(m.Len(), h.Len()) > whole {
		coarse, err := search(ctx, m.halve(), h.halve())
		if err != nil {
			return nil, err
		}
		for i := range around {
			c := coarse[i/2]
			around[i] = band{max(0, 2*c.from-radius), min(h.Len(), 2*c.to+radius)}
		}
	}
	return within(ctx, m, h, around)
}

// halve gives a track with half as many frames, each the mean of two.
func (t Track) halve() Track {
	half := Track{make([][size]float32, (len(t.frames)+1)/2)}
	for i := range half.frames {
		a, b := &t.frames[2*i], &t.frames[min(2*i+1, len(t.frames)-1)]
		for c := range size {
			half.frames[i][c] = (a[c] + b[c]) / 2
		}
	}
	return half
}

// The moves that a path is made of.
const (
	both  uint8 = iota // one frame on in both tracks
	ahead              // in the model alone
	rest               // in what was heard alone
)

// within finds the cheapest path inside a band.
func within(ctx context.Context, m, h Track, around []band) ([]band, error) {
	moves := make([][]uint8, len(around))
	var before []float64 // costs of the frame before, over its band
	for i, s := range around {
		if i%256 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		row := make([]float64, s.to-s.from)
		moves[i] = make([]uint8, s.to-s.from)
		cost := func(j int) float64 {
			if i == 0 || j < around[i-1].from || j >= around[i-1].to {
				return math.Inf(1)
			}
			return before[j-around[i-1].from]
		}
		for j := s.from; j < s.to; j++ {
			best, move := math.Inf(1), both
			if i == 0 && j == 0 {
				best = 0
			}
			if c := cost(j - 1); c < best {
				best, move = c, both
			}
			if c := cost(j) + skip; c < best {
				best, move = c, ahead
			}
			if j > s.from {
				if c := row[j-1-s.from] + skip; c < best {
					best, move = c, rest
				}
			}
			row[j-s.from], moves[i][j-s.from] = best+distance(&m.frames[i], &h.frames[j]), move
		}
		before = row
	}
	return trace(moves, around, h.Len()), nil
}

// trace walks a path back from its end.
func trace(moves [][]uint8, around []band, heard int) []band {
	path := make([]band, len(moves))
	i, j := len(moves)-1, heard-1
	path[i] = band{j, j + 1}
	for i > 0 || j > 0 {
		move := moves[i][j-around[i].from]
		switch {
		case i == 0, move == rest:
			j--
		case j == 0, move == ahead:
			i--
			path[i] = band{j, j + 1}
		default:
			i, j = i-1, j-1
			path[i] = band{j, j + 1}
		}
		path[i].from = j
	}
	return path
}

func distance(a, b *[size]float32) float64 {
	var sum float32
	for c := range size {
		d := a[c] - b[c]
		sum += float32(d * d)
	}
	return math.Sqrt(float64(sum))
}
