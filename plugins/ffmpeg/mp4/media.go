package mp4

import (
	"context"
	"fmt"
	"io"
)

// frameTicks is how many ticks of the picture's timescale a frame takes.
const frameTicks = 512

// An outTrack is a track as it will be written.
type outTrack struct {
	kind          string
	timescale     uint32
	description   []byte
	language      string
	width, height int
	mediaTime     int64 // ticks of the media before presentation begins
	shown         int64 // ticks of the media that are presented
	samples       []outSample
}

type outSample struct {
	from     io.ReaderAt
	offset   int64
	size     uint32
	duration uint32
	shift    int32
	sync     bool
}

func (t *outTrack) seconds() float64 { return float64(t.shown) / float64(t.timescale) }

// media is the order of all tracks' samples in the file.
type media struct {
	tracks []*outTrack
	chunks []chunk
	size   int64
	wide   bool // offsets need 64 bits
}

// A chunk is a run of one track's samples.
type chunk struct {
	track    int
	from, to int   // samples
	offset   int64 // from the media's beginning
}

// interleave puts about half a second of each track after the other, so that a player that reads
// from the front to the back has picture and sound when it needs them.
func interleave(tracks []*outTrack) *media {
	m := &media{tracks: tracks}
	next := make([]int, len(tracks))
	clock := make([]int64, len(tracks)) // ticks of each track that are placed
	for done := false; !done; {
		done = true
		for i, t := range tracks {
			from := next[i]
			limit := clock[i] + int64(t.timescale)/2
			// Other tracks follow the picture's clock.
			if i > 0 {
				limit = clock[0] * int64(t.timescale) / int64(tracks[0].timescale)
				if next[0] == len(tracks[0].samples) {
					limit = 1 << 62
				}
			}
			size := int64(0)
			for next[i] < len(t.samples) && clock[i] < limit {
				s := &t.samples[next[i]]
				clock[i] += int64(s.duration)
				size += int64(s.size)
				next[i]++
			}
			if next[i] > from {
				m.chunks = append(m.chunks, chunk{i, from, next[i], m.size})
				m.size += size
			}
			done = done && next[i] == len(t.samples)
		}
	}
	return m
}

// copy writes the samples in their order. Samples that lie next to each other are read at once.
func (m *media) copy(ctx context.Context, w io.Writer) error {
	var buf []byte
	for _, c := range m.chunks {
		if err := ctx.Err(); err != nil {
			return err
		}
		samples := m.tracks[c.track].samples[c.from:c.to]
		for len(samples) > 0 {
			first := samples[0]
			run, size := 1, int64(first.size)
			for run < len(samples) && samples[run].from == first.from && samples[run].offset == first.offset+size && size < 4<<20 {
				size += int64(samples[run].size)
				run++
			}
			if int64(cap(buf)) < size {
				buf = make([]byte, size)
			}
			if n, err := first.from.ReadAt(buf[:size], first.offset); int64(n) < size {
				return fmt.Errorf("read a segment's samples: %w", err)
			}
			if _, err := w.Write(buf[:size]); err != nil {
				return err
			}
			samples = samples[run:]
		}
	}
	return nil
}
