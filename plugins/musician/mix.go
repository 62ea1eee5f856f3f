package musician

import (
	"context"
	"math"
	"math/rand/v2"

	"github.com/filmloom/filmloom/plugins/musician/synth"
)

// block is how many samples are mixed at a time.
const block = 1024

// sounding is a note while it is heard.
type sounding struct {
	voice             synth.Voice
	begins            int // sample at which it begins
	left, right, room float64
}

// mixer plays a piece, block by block.
type mixer struct {
	piece    *piece
	rng      *rand.Rand
	next     int // the next bar to be asked for
	waiting  []note
	sounding []sounding
	room     *synth.Room
	high     [2]*synth.Filter
	dip      [2]*synth.Filter
}

func newMixer(p *piece, seed int64) *mixer {
	m := &mixer{piece: p, rng: rand.New(rand.NewPCG(uint64(seed), 0x73796e74)), room: synth.NewRoom()}
	for i := range 2 {
		m.high[i] = synth.HighPass(32)
		m.dip[i] = synth.Peaking(2200, -3.5, .7) // room for a narrator
	}
	return m
}

// perform plays the piece to the end and gives it to sink in blocks of left and right samples. It
// reports how far it is after each, from 0 to 1.
func (m *mixer) perform(ctx context.Context, sink func(left, right []float64) error, report func(done float64)) error {
	total := int(math.Round(m.piece.seconds * synth.Rate))
	left, right := make([]float64, block), make([]float64, block)
	send, voice := make([]float64, block), make([]float64, block)
	fade := math.Min(2.5, m.piece.seconds*.3) * synth.Rate
	for at := 0; at < total; at += block {
		if err := ctx.Err(); err != nil {
			return err
		}
		clear(left)
		clear(right)
		clear(send)
		m.fetch(at + block)
		playing := m.sounding[:0]
		for _, s := range m.sounding {
			if m.add(s, at, left, right, send, voice) {
				playing = append(playing, s)
			}
		}
		clear(m.sounding[len(playing):])
		m.sounding = playing
		m.room.Play(send, left, right)
		n := min(block, total-at)
		for i := range n {
			// The end is silence.
			k := min(1, float64(total-1-at-i)/fade)
			k *= k * (3 - 2*k)
			left[i] = m.dip[0].Next(m.high[0].Next(left[i])) * k
			right[i] = m.dip[1].Next(m.high[1].Next(right[i])) * k
		}
		if err := sink(left[:n], right[:n]); err != nil {
			return err
		}
		report(float64(at+n) / float64(total))
	}
	return nil
}

// fetch starts every note that begins before a sample.
func (m *mixer) fetch(before int) {
	for m.next <= m.piece.bars {
		bar := m.piece.beat * float64(m.piece.genre.beats) * float64(m.next)
		if bar*synth.Rate >= float64(before) {
			break
		}
		m.waiting = append(m.waiting, m.piece.bar(m.next)...)
		m.next++
	}
	kept := m.waiting[:0]
	for _, n := range m.waiting {
		begins := int(n.at * synth.Rate)
		if begins >= before {
			kept = append(kept, n)
			continue
		}
		l := n.layer
		gain := math.Pow(10, l.level/20)
		angle := (l.pan + 1) * math.Pi / 4
		m.sounding = append(m.sounding, sounding{
			voice: play[l.instrument](synth.Note{
				Hz: 440 * math.Exp2(float64(n.key-69)/12), Seconds: n.length, Velocity: n.velocity, Random: m.rng,
			}),
			begins: begins, left: gain * math.Cos(angle), right: gain * math.Sin(angle), room: gain * l.room,
		})
	}
	m.waiting = kept
}

// add mixes one voice into the block that begins at a sample, and tells whether there is more of it.
func (m *mixer) add(s sounding, at int, left, right, send, voice []float64) bool {
	from := max(0, s.begins-at)
	part := voice[:block-from]
	more := s.voice.Play(part)
	for i, v := range part {
		left[from+i] += v * s.left
		right[from+i] += v * s.right
		send[from+i] += v * s.room
	}
	return more
}
