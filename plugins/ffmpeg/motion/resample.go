package motion

import "math"

// resampled makes the picture again at another size with a Lanczos filter of three lobes.
func (p *Picture) resampled(width, height int) *Picture {
	sx, sy := float64(p.y.width)/float64(width), float64(p.y.height)/float64(height)
	// Positions are of sample centres. Chroma lies on the even columns and between the rows.
	luma := func(scale float64) float64 { return 0.5*scale - 0.5 }
	chromaX := luma(sx) / 2
	chromaY := 0.5*sy - 0.5
	return &Picture{
		lanczosPlane(p.y, width, height, luma(sx), sx, luma(sy), sy),
		lanczosPlane(p.u, width/2, height/2, chromaX, sx, chromaY, sy),
		lanczosPlane(p.v, width/2, height/2, chromaX, sx, chromaY, sy),
	}
}

// A kernel gives for each output sample the first input sample and the weights, scaled to 1<<14.
type kernel struct {
	first   []int
	weights [][]int32
}

const lobes = 3

func lanczosKernel(n int, offset, step float64, size int) kernel {
	k := kernel{make([]int, n), make([][]int32, n)}
	stretch := max(step, 1)
	for i := range n {
		at := offset + float64(i)*step
		lo := int(math.Floor(at-lobes*stretch)) + 1
		hi := int(math.Ceil(at+lobes*stretch)) - 1
		// Taps beyond an edge fall on the edge's sample.
		first, last := min(max(lo, 0), size-1), min(max(hi, 0), size-1)
		exact := make([]float64, last-first+1)
		sum := 0.0
		for t := lo; t <= hi; t++ {
			w := lanczos((float64(t) - at) / stretch)
			exact[min(max(t, first), last)-first] += w
			sum += w
		}
		weights, left := make([]int32, len(exact)), int32(1<<14)
		top := 0
		for j, w := range exact {
			weights[j] = int32(math.Round(w / sum * (1 << 14)))
			left -= weights[j]
			if weights[j] > weights[top] {
				top = j
			}
		}
		weights[top] += left
		k.first[i], k.weights[i] = first, weights
	}
	return k
}

func lanczos(x float64) float64 {
	if x == 0 {
		return 1
	}
	if x <= -lobes || x >= lobes {
		return 0
	}
	px := math.Pi * x
	return lobes * math.Sin(px) * math.Sin(px/lobes) / (px * px)
}

// lanczosPlane filters rows first, then columns. Between them samples keep six more bits.
func lanczosPlane(src plane, width, height int, x0, sx, y0, sy float64) plane {
	across := lanczosKernel(width, x0, sx, src.width)
	down := lanczosKernel(height, y0, sy, src.height)
	narrow := make([]int16, width*src.height)
	for y := range src.height {
		row, out := src.row(y), narrow[y*width:(y+1)*width]
		for i := range out {
			weights := across.weights[i]
			taps := row[across.first[i]:][:len(weights)]
			sum := int32(1 << 7)
			for j, w := range weights {
				sum += w * int32(taps[j])
			}
			out[i] = int16(sum >> 8)
		}
	}
	dst := newPlane(width, height)
	sums := make([]int32, width)
	for y := range height {
		for i := range sums {
			sums[i] = 1 << 19
		}
		for j, w := range down.weights[y] {
			row := narrow[(down.first[y]+j)*width:][:width]
			for i, s := range row {
				sums[i] += w * int32(s)
			}
		}
		out := dst.row(y)
		for i, s := range sums {
			out[i] = byte(min(max(s>>20, 0), 255))
		}
	}
	return dst
}
