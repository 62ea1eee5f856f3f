package musician

import (
	"bufio"
	"context"
	"encoding/binary"
	"io"
	"math"
	"os"

	"github.com/filmloom/filmloom/plugins/musician/synth"
	"github.com/filmloom/filmloom/providers"
)

const (
	target  = -20.0 // LUFS
	ceiling = .668  // -3.5 dBFS: what lies between samples stays below -3
	knee    = .5    // from here on loud samples are pressed towards the ceiling
)

// record plays the music into a WAV file: first into a draft whose loudness is measured, then at the
// right level. It answers how many frames the file has. When it fails it leaves no file.
func record(ctx context.Context, path string, m *mixer, report func(done float64)) (frames int, err error) {
	draft, err := os.Create(path + ".draft")
	if err != nil {
		return 0, broken(err)
	}
	defer func() {
		draft.Close()
		os.Remove(draft.Name())
	}()
	report = sparingly(report)
	meter := synth.NewMeter()
	w := bufio.NewWriterSize(draft, 1<<16)
	buf := make([]byte, 0, draftFrame*block)
	err = m.perform(ctx, func(left, right []float64) error {
		buf = buf[:0]
		for i := range left {
			meter.Add(left[i], right[i])
			buf = binary.LittleEndian.AppendUint32(buf, math.Float32bits(float32(left[i])))
			buf = binary.LittleEndian.AppendUint32(buf, math.Float32bits(float32(right[i])))
		}
		frames += len(left)
		_, err := w.Write(buf)
		return err
	}, func(done float64) { report(played * done) })
	if err == nil {
		err = w.Flush()
	}
	if err == nil {
		_, err = draft.Seek(0, io.SeekStart)
	}
	if err == nil {
		gain := math.Pow(10, (target-meter.Loudness())/20)
		if meter.Loudness() <= -69 { // nothing above the gate: by its peak
			gain = .25 / max(meter.Peak, 1e-6)
		}
		err = level(ctx, bufio.NewReaderSize(draft, 1<<16), path, frames, gain, func(done float64) { report(played + (1-played)*done) })
	}
	switch {
	case ctx.Err() != nil:
		os.Remove(path)
		return 0, ctx.Err()
	case err != nil:
		os.Remove(path)
		return 0, broken(err)
	}
	return frames, nil
}

const (
	draftFrame = 8   // bytes: two float32
	played     = .95 // share of the work that is done when the draft is
)

// sparingly passes on a report when twentieths of the work have been done since the last, and the end.
func sparingly(report func(done float64)) func(done float64) {
	last := 0.0
	return func(done float64) {
		if done-last >= .05 || done == 1 {
			report(done)
			last = done
		}
	}
}

// level writes the draft as 16-bit samples at a gain.
func level(ctx context.Context, draft io.Reader, path string, frames int, gain float64, report func(done float64)) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	if _, err := f.Write(header(frames)); err != nil {
		return err
	}
	in, out := make([]byte, draftFrame*block), make([]byte, 0, 4*block)
	for at := 0; at < frames; at += block {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(block, frames-at)
		if _, err := io.ReadFull(draft, in[:draftFrame*n]); err != nil {
			return err
		}
		out = out[:0]
		for i := range 2 * n {
			v := press(gain * float64(math.Float32frombits(binary.LittleEndian.Uint32(in[4*i:]))))
			out = binary.LittleEndian.AppendUint16(out, uint16(int16(math.Round(v*32767))))
		}
		if _, err := f.Write(out); err != nil {
			return err
		}
		report(float64(at+n) / float64(frames))
	}
	return nil
}

// press keeps a sample below the ceiling without a corner.
func press(v float64) float64 {
	a := math.Abs(v)
	if a <= knee {
		return v
	}
	return math.Copysign(knee+(ceiling-knee)*math.Tanh((a-knee)/(ceiling-knee)), v)
}

// header is that of a WAV file of 16-bit stereo.
func header(frames int) []byte {
	size := uint32(frames * 4)
	b := append([]byte("RIFF"), 0, 0, 0, 0)
	binary.LittleEndian.PutUint32(b[4:], 36+size)
	b = append(b, "WAVEfmt "...)
	b = binary.LittleEndian.AppendUint32(b, 16)
	b = binary.LittleEndian.AppendUint16(b, 1) // PCM
	b = binary.LittleEndian.AppendUint16(b, 2)
	b = binary.LittleEndian.AppendUint32(b, synth.Rate)
	b = binary.LittleEndian.AppendUint32(b, synth.Rate*4)
	b = binary.LittleEndian.AppendUint16(b, 4)
	b = binary.LittleEndian.AppendUint16(b, 16)
	b = append(b, "data"...)
	return binary.LittleEndian.AppendUint32(b, size)
}

func broken(err error) error {
	return providers.Errorf(providers.KindInternal, "the music cannot be written: %w", err)
}
