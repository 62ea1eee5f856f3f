package musician

import (
	"math"
	"testing"
)

// every calls f with pieces of every genre in many lengths, as short and as long as they are composed.
func every(t *testing.T, f func(t *testing.T, p *piece)) {
	t.Helper()
	for _, name := range names() {
		t.Run(name, func(t *testing.T) {
			for _, seconds := range []float64{1, 1.6, 2.5, 3.3, 4.7, 6, 8.1, 11, 17.3, 29, 60, 240, 1200, 3600} {
				for seed := range int64(4) {
					f(t, compose(genres[name], seconds, seed))
				}
			}
		})
	}
}

func TestNoLengthBendsTheTempo(t *testing.T) {
	every(t, func(t *testing.T, p *piece) {
		if bent := 60 / p.beat / p.genre.tempo; bent < .91 || bent > 1.1 {
			t.Errorf("%g s: %.2f times the genre's tempo", p.seconds, bent)
		}
		// The last chord has its time, and from two bars on never so much that the piece seems to be over.
		bar := p.beat * float64(p.genre.beats)
		tail := p.seconds - bar*float64(p.bars)
		if want := math.Min(p.genre.ring, p.seconds*.35); tail < .59*want || tail > want+bar*1.1 {
			t.Errorf("%g s: %d bars leave %.2f s to the last chord, want about %.2f", p.seconds, p.bars, tail, want)
		}
	})
}

func TestEveryPieceEndsOnItsTonicAfterItsCadence(t *testing.T) {
	every(t, func(t *testing.T, p *piece) {
		if p.bars > 2 && p.degree(p.bars-1) != p.genre.cadence {
			t.Errorf("%g s: no cadence", p.seconds)
		}
		m := p.genre.mode
		triad := map[int]bool{0: true, m[2]: true, m[4]: true}
		lowest := 1000
		for _, n := range p.bar(p.bars) {
			if n.layer.pattern == rhythm {
				continue
			}
			if pitch := (n.key - p.tonic + 120) % 12; !triad[pitch] {
				t.Errorf("%g s: the last chord has a tone %d semitones above the tonic", p.seconds, pitch)
			}
			lowest = min(lowest, n.key)
		}
		if (lowest-p.tonic)%12 != 0 {
			t.Errorf("%g s: the last chord stands on %d, its tonic is %d", p.seconds, lowest, p.tonic)
		}
	})
}

// A triad without its fifth sounds like an accident in all seven genres.
func TestEveryHarmonyHasAPerfectFifth(t *testing.T) {
	for name, g := range genres {
		for _, progression := range append(g.progressions, []int{g.cadence}) {
			for _, degree := range progression {
				v := voicing(degree)
				if fifth := g.mode.key(0, v[2]) - g.mode.key(0, v[0]); fifth != 7 {
					t.Errorf("%s, %v: the fifth of degree %d is %d semitones wide", name, progression, degree, fifth)
				}
			}
		}
	}
}

// Where a narrator is understood nobody leads: fundamentals stay below 1 kHz.
func TestNoLeadSingsWhereSpeechIsUnderstood(t *testing.T) {
	every(t, func(t *testing.T, p *piece) {
		for bar := range min(p.bars, 64) + 1 {
			for _, n := range p.bar(bar) {
				if hz := 440 * math.Exp2(float64(n.key-69)/12); n.layer.pattern == melody && hz > 1000 {
					t.Fatalf("%g s, bar %d: a melody at %.0f Hz", p.seconds, bar, hz)
				}
			}
		}
	})
}

func TestBarsFollowOneAnotherAndNothingBeginsAfterTheEnd(t *testing.T) {
	every(t, func(t *testing.T, p *piece) {
		bar, last := p.beat*float64(p.genre.beats), 0.0
		for i := range p.bars + 1 {
			for _, n := range p.bar(i) {
				if n.at < bar*float64(i) || n.at < last-bar || n.at >= p.seconds || n.length <= 0 || n.velocity <= 0 || n.velocity > 1.2 {
					t.Fatalf("%g s, bar %d: %+v", p.seconds, i, n)
				}
				last = n.at
			}
		}
	})
}

func TestAPieceGrowsAndFallsOff(t *testing.T) {
	for name, g := range genres {
		p := compose(g, 120, 3)
		count := func(from, to int) (n float64) {
			for i := from; i < to; i++ {
				n += float64(len(p.bar(i))) / float64(to-from)
			}
			return n
		}
		intro, height, end := count(0, 2), count(p.bars*3/4, p.bars*7/8), count(p.bars-1, p.bars)
		if height < 1.2*intro || end > height {
			t.Errorf("%s: %.1f notes a bar at first, %.1f at the height, %.1f at the end", name, intro, height, end)
		}
	}
}
