package track

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// wav is a piece as samples, the channels interleaved.
type wav struct {
	rate, channels int
	width          int  // bytes of a sample
	float          bool // IEEE 754, otherwise signed integers
	samples        []byte
}

const (
	formatPCM        = 1
	formatFloat      = 3
	formatExtensible = 0xfffe // the true one stands at the beginning of the sub-format's GUID
)

func readWAV(file []byte) (*wav, error) {
	if len(file) < 12 || string(file[8:12]) != "WAVE" {
		return nil, errors.New("it is a RIFF file, but no WAV")
	}
	var w *wav
	for rest := file[12:]; len(rest) >= 8; {
		id, size := string(rest[:4]), uint64(binary.LittleEndian.Uint32(rest[4:]))
		rest = rest[8:]
		// Who writes while it composes cannot know the size and says 0 or the largest there is.
		body := rest[:min(size, uint64(len(rest)))]
		switch id {
		case "fmt ":
			var err error
			if w, err = readFormat(body); err != nil {
				return nil, err
			}
		case "data":
			if w == nil {
				return nil, errors.New("the WAV has samples before their format")
			}
			if size == 0 {
				body = rest
			}
			frame := w.width * w.channels
			w.samples = body[:len(body)/frame*frame]
			if len(w.samples) == 0 {
				return nil, errors.New("the WAV has no samples")
			}
			return w, nil
		}
		rest = rest[min(size+size%2, uint64(len(rest))):] // a chunk begins at an even place
	}
	return nil, errors.New("the WAV ends before its samples")
}

func readFormat(b []byte) (*wav, error) {
	if len(b) < 16 {
		return nil, errors.New("the WAV's format is cut off")
	}
	kind := binary.LittleEndian.Uint16(b)
	if kind == formatExtensible && len(b) >= 26 {
		kind = binary.LittleEndian.Uint16(b[24:])
	}
	w := &wav{
		channels: int(binary.LittleEndian.Uint16(b[2:])),
		rate:     int(binary.LittleEndian.Uint32(b[4:])),
		width:    int(binary.LittleEndian.Uint16(b[14:])) / 8,
		float:    kind == formatFloat,
	}
	bits := binary.LittleEndian.Uint16(b[14:])
	known := kind == formatPCM && (bits == 16 || bits == 24 || bits == 32) || kind == formatFloat && bits == 32
	if !known || w.channels < 1 || w.channels > 2 || w.rate < 8000 || w.rate > 192000 {
		return nil, fmt.Errorf("the WAV has format %d with %d bits, %d channels and %d samples a second, which cannot be read", kind, bits, w.channels, w.rate)
	}
	return w, nil
}

func (w *wav) frames() int       { return len(w.samples) / (w.width * w.channels) }
func (w *wav) Seconds() float64  { return float64(w.frames()) / float64(w.rate) }
func (w *wav) MediaType() string { return "audio/wav" }
func (w *wav) Extension() string { return ".wav" }

// at gives a sample, by its number with all channels counted, from -1 to 1. What is no number is silence.
func (w *wav) at(i int) float64 {
	b := w.samples[i*w.width:]
	switch {
	case w.float:
		v := float64(math.Float32frombits(binary.LittleEndian.Uint32(b)))
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return 0
		}
		return v
	case w.width == 2:
		return float64(int16(binary.LittleEndian.Uint16(b))) / (1 << 15)
	case w.width == 3:
		return float64(int32(uint32(b[0])<<8|uint32(b[1])<<16|uint32(b[2])<<24)) / (1 << 31)
	}
	return float64(int32(binary.LittleEndian.Uint32(b))) / (1 << 31)
}

// Cut gives samples of 16 bits at about -20 LUFS.
func (w *wav) Cut(seconds float64) Piece {
	frames := max(int(math.Round(seconds*float64(w.rate))), 1)
	cut := &wav{rate: w.rate, channels: w.channels, width: 2, samples: make([]byte, 2*frames*w.channels)}
	gain := w.gain()
	fade := 0 // frames
	if w.frames() > frames {
		fade = int(min(longestFade, seconds/4) * float64(w.rate))
	}
	for i := range min(frames, w.frames()) {
		g := gain
		if left := frames - i; left <= fade {
			g *= .5 - .5*math.Cos(math.Pi*float64(left-1)/float64(fade))
		}
		for c := range w.channels {
			at := i*w.channels + c
			v := math.Round(32767 * min(max(g*w.at(at), -1), 1))
			binary.LittleEndian.PutUint16(cut.samples[2*at:], uint16(int16(v)))
		}
	}
	return cut
}

// longestFade is how long the end of what was cut off takes to fade, in seconds.
const longestFade = 1.5

// Bytes writes a WAV of 16-bit samples; a piece of another kind is cut to its own length first.
func (w *wav) Bytes() []byte {
	if w.width != 2 {
		return w.Cut(w.Seconds()).Bytes()
	}
	size, frame := uint32(len(w.samples)), 2*w.channels
	b := make([]byte, 0, 44+len(w.samples))
	b = append(b, "RIFF"...)
	b = binary.LittleEndian.AppendUint32(b, 36+size)
	b = append(b, "WAVEfmt "...)
	b = binary.LittleEndian.AppendUint32(b, 16)
	b = binary.LittleEndian.AppendUint16(b, formatPCM)
	b = binary.LittleEndian.AppendUint16(b, uint16(w.channels))
	b = binary.LittleEndian.AppendUint32(b, uint32(w.rate))
	b = binary.LittleEndian.AppendUint32(b, uint32(w.rate*frame))
	b = binary.LittleEndian.AppendUint16(b, uint16(frame))
	b = binary.LittleEndian.AppendUint16(b, 16)
	b = append(b, "data"...)
	b = binary.LittleEndian.AppendUint32(b, size)
	return append(b, w.samples...)
}
