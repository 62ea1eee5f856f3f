package synth

// Room is a reverberation: eight combs and four all-passes for each ear (after M. R. Schroeder's and
// J. Moorer's designs, with the well-known Freeverb lengths).
type Room struct {
	combs  [2][8]comb
	passes [2][4]allPass
}

type comb struct {
	line []float64
	at   int
	low  float64
}

type allPass struct {
	line []float64
	at   int
}

// NewRoom makes a room of a concert hall's size.
func NewRoom() *Room {
	r := &Room{}
	const stretch = Rate / 44100.0 * 1.25
	for ear := range 2 {
		for i, n := range []int{1116, 1188, 1277, 1356, 1422, 1491, 1557, 1617} {
			r.combs[ear][i].line = make([]float64, int(float64(n+23*ear)*stretch))
		}
		for i, n := range []int{556, 441, 341, 225} {
			r.passes[ear][i].line = make([]float64, int(float64(n+23*ear)*stretch))
		}
	}
	return r
}

// Play adds the room's answer to what is sent into it.
func (r *Room) Play(send, left, right []float64) {
	for ear, out := range [2][]float64{left, right} {
		for i, x := range send {
			sum := 0.0
			for k := range r.combs[ear] {
				sum += r.combs[ear][k].next(x)
			}
			sum *= .09
			for k := range r.passes[ear] {
				sum = r.passes[ear][k].next(sum)
			}
			out[i] += sum
		}
	}
}

func (c *comb) next(x float64) float64 {
	y := c.line[c.at]
	c.low = y*.66 + c.low*.34
	c.line[c.at] = x + c.low*.83
	if c.at++; c.at == len(c.line) {
		c.at = 0
	}
	return y
}

func (a *allPass) next(x float64) float64 {
	y := a.line[a.at]
	a.line[a.at] = x + y*.5
	if a.at++; a.at == len(a.line) {
		a.at = 0
	}
	return y - x
}
