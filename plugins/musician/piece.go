package musician

import (
	"math"
	"math/rand/v2"
	"sort"
)

// note is something to be played.
type note struct {
	at       float64 // seconds from the beginning
	length   float64 // seconds
	key      int     // MIDI number; without meaning for drums
	velocity float64 // 0 to 1
	layer    *layer
}

// piece is a composition, of which each bar can be asked for in turn.
type piece struct {
	genre       genre
	tonic       int
	progression []int
	bars        int
	beat        float64 // seconds
	seconds     float64
	motif       []motifNote
	answer      []motifNote
	rng         *rand.Rand
}

type motifNote struct {
	beats float64
	step  int // from a chord tone
	rest  bool
}

// compose plans a piece of so many seconds.
func compose(g genre, seconds float64, seed int64) *piece {
	rng := rand.New(rand.NewPCG(uint64(seed), 0x6d757369))
	p := &piece{genre: g, seconds: seconds, rng: rng}
	p.tonic = g.tonics[rng.IntN(len(g.tonics))]
	p.progression = g.progressions[rng.IntN(len(g.progressions))]
	bar := 60 / g.tempo * float64(g.beats) * (.97 + .06*rng.Float64())
	var stretch float64
	p.bars, stretch = fit(seconds, bar, math.Min(g.ring, seconds*.35))
	p.beat = bar * stretch / float64(g.beats)
	p.motif = p.invent()
	p.answer = p.invent()
	return p
}

// give is by how much a tempo may be bent to meet a length: less than is heard.
const give = .05

// fit finds how many bars, stretched by how much, leave about the time for the last chord to ring that
// it should have. The tempo is never bent by more than it gives; what does not fit is left to the
// chord, which is all there is when the length is too short for a bar.
func fit(seconds, bar, ring float64) (bars int, stretch float64) {
	stretch = 1
	off := seconds - ring // of no bars at all
	for _, n := range []float64{math.Floor((seconds - ring) / bar), math.Ceil((seconds - ring) / bar)} {
		if n < 1 {
			continue
		}
		s := min(max((seconds-ring)/(n*bar), 1-give), 1+give)
		rest := seconds - n*bar*s
		if d := math.Abs(rest - ring); d < off && rest >= .6*ring {
			bars, stretch, off = int(n), s, d
		}
	}
	return bars, stretch
}

// invent makes a motif of two bars.
func (p *piece) invent() []motifNote {
	rhythm := p.genre.rhythms[p.rng.IntN(len(p.genre.rhythms))]
	var m []motifNote
	step := 2 * p.rng.IntN(2)
	for i, beats := range rhythm {
		m = append(m, motifNote{beats: beats, step: step, rest: i > 0 && p.rng.Float64() < .12})
		step += []int{-2, -1, -1, 1, 1, 2}[p.rng.IntN(6)]
		step = min(max(step, -2), 6)
	}
	return m
}

// energy is how much happens in a bar, from 0 to 1: it builds up, takes a breath after the middle,
// comes to its height and falls off.
func (p *piece) energy(bar int) float64 {
	if p.bars < 6 {
		return .6
	}
	// Changes come with the progression's turns, as far as the length lets them.
	turn := 4
	if p.bars < 16 {
		turn = 2
	}
	x := (float64(bar/turn*turn) + float64(turn)/2) / float64(p.bars)
	curve := [][2]float64{{0, .12}, {.12, .3}, {.28, .58}, {.45, .78}, {.56, .42}, {.68, .82}, {.82, 1}, {.92, .5}, {1, .25}}
	for i := 1; i < len(curve); i++ {
		if a, b := curve[i-1], curve[i]; x <= b[0] {
			return a[1] + (b[1]-a[1])*(x-a[0])/(b[0]-a[0])
		}
	}
	return .25
}

// degree is the harmony of a bar.
func (p *piece) degree(bar int) int {
	if bar == p.bars-1 && p.bars > 2 {
		return p.genre.cadence
	}
	return p.progression[bar%len(p.progression)]
}

// bar gives the notes that begin in a bar, in order; the bar after the last is the final chord.
func (p *piece) bar(n int) []note {
	length := p.beat * float64(p.genre.beats)
	start := length * float64(n)
	if n == p.bars {
		return p.last(start)
	}
	energy, degree := p.energy(n), p.degree(n)
	var notes []note
	for i := range p.genre.layers {
		l := &p.genre.layers[i]
		if energy < l.from {
			continue
		}
		loud := (.62 + .3*energy) * math.Min(1, .55+2*(energy-l.from+.1))
		switch l.pattern {
		case chords:
			for _, d := range voicing(degree) {
				notes = append(notes, note{start, length * 1.02, p.genre.mode.key(p.tonic, d+7*l.octave), loud, l})
			}
		case melody:
			notes = append(notes, p.sing(n, start, degree, loud, l)...)
		default:
			notes = append(notes, p.steps(start, length, degree, loud, l)...)
		}
	}
	sort.SliceStable(notes, func(i, j int) bool { return notes[i].at < notes[j].at })
	return notes
}

// steps plays a bar's pattern of sixteenths (or whatever divides the bar).
func (p *piece) steps(start, length float64, degree int, loud float64, l *layer) []note {
	var notes []note
	step := length / float64(len(l.steps))
	triad := voicing(degree)
	for i, c := range l.steps {
		if c == '.' {
			continue
		}
		at := start + step*float64(i) + .004*p.rng.Float64()
		velocity := loud * (.9 + .2*p.rng.Float64())
		if c == 'o' {
			velocity *= .62
		}
		if i%4 != 0 {
			velocity *= .85
		}
		switch l.pattern {
		case root:
			notes = append(notes, note{at, step * 3.6, p.genre.mode.key(p.tonic, triad[0]+7*l.octave), velocity, l})
		case arpeggio:
			d := int(c - '0')
			tone := triad[d%3] + 7*(d/3)
			notes = append(notes, note{at, step * 3, p.genre.mode.key(p.tonic, tone+7*l.octave), velocity, l})
		case strum:
			for k, d := range triad {
				notes = append(notes, note{at + .012*float64(k), step * 2.5, p.genre.mode.key(p.tonic, d+7*l.octave), velocity, l})
			}
		case rhythm:
			notes = append(notes, note{at, step, 0, velocity, l})
		}
	}
	return notes
}

// sing plays the part of the motif that falls in a bar: the phrase is motif, motif, answer, motif, two
// bars each, and every other phrase rests so that a narrator is not followed everywhere.
func (p *piece) sing(bar int, start float64, degree int, loud float64, l *layer) []note {
	phrase := bar / 2 % 4
	if bar/8%2 == 1 && phrase < 2 {
		return nil
	}
	m := p.motif
	if phrase == 2 {
		m = p.answer
	}
	beats := float64(p.genre.beats)
	first := float64(bar%2) * beats
	var notes []note
	at := 0.0
	for _, n := range m {
		begins := at
		at += n.beats
		if begins < first || begins >= first+beats || n.rest {
			continue
		}
		tone := voicing(degree)[0] + n.step
		if phrase == 3 { // the repetition ends lower
			tone -= 1 * int(begins/beats)
		}
		if begins == first { // strong beats sing a tone of the chord
			tone = voicing(degree)[((n.step%3)+3)%3]
		}
		notes = append(notes, note{start + (begins-first)*p.beat, n.beats * p.beat * .96, p.genre.mode.key(p.tonic, tone+7*l.octave), loud * (.85 + .15*p.rng.Float64()), l})
	}
	return notes
}

// last is the final chord: everybody with a pitch plays the tonic, and it rings to the end.
func (p *piece) last(start float64) []note {
	var notes []note
	length := p.seconds - start
	for i := range p.genre.layers {
		l := &p.genre.layers[i]
		switch l.pattern {
		case rhythm:
			if l.instrument == drum || l.instrument == heartbeat || l.instrument == kick {
				notes = append(notes, note{start, 1, 0, .6, l})
			}
		case root:
			notes = append(notes, note{start, length * .8, p.genre.mode.key(p.tonic, 7*l.octave), .7, l})
		case melody:
			notes = append(notes, note{start, length * .6, p.genre.mode.key(p.tonic, 7*l.octave), .55, l})
		default:
			for k, d := range []int{0, 2, 4, 7} {
				notes = append(notes, note{start + .03*float64(k), length * .8, p.genre.mode.key(p.tonic, d+7*l.octave), .6, l})
			}
		}
	}
	sort.SliceStable(notes, func(i, j int) bool { return notes[i].at < notes[j].at })
	return notes
}
