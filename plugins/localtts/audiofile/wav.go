package audiofile

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// A wavFormat is what a WAV file says of its samples.
type wavFormat struct {
	coding   uint16 // 1: whole numbers, 3: floats
	channels int
	rate     int
	block    int // bytes of one sample of all channels
}

const (
	codingPCM, codingFloat = 1, 3
	codingExtensible       = 0xfffe // the coding stands further behind
)

// readWAV reads a file that begins with RIFF and WAVE.
func readWAV(ctx context.Context, r *bufio.Reader) (Recording, error) {
	if _, err := r.Discard(12); err != nil {
		return Recording{}, fmt.Errorf("read a recording: %w", err)
	}
	var format *wavFormat
	for {
		var head [8]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return Recording{}, wrong("is a WAV file that ends before its sound")
		}
		size := int64(binary.LittleEndian.Uint32(head[4:]))
		switch string(head[:4]) {
		case "fmt ":
			f, err := readFormat(r, size)
			if err != nil {
				return Recording{}, err
			}
			format = &f
			size = 0
		case "data":
			if format == nil {
				return Recording{}, wrong("is a WAV file that does not say how its sound is written")
			}
			if size == 0 || size == math.MaxUint32 {
				size = math.MaxInt64 // written to a pipe: the writer could not go back to fill it in
			}
			return format.read(ctx, io.LimitReader(r, size))
		}
		if _, err := io.CopyN(io.Discard, r, size+size%2); err != nil {
			return Recording{}, wrong("is a WAV file that ends before its sound")
		}
	}
}

func readFormat(r io.Reader, size int64) (wavFormat, error) {
	const least, most = 16, 1024
	if size < least || size > most {
		return wavFormat{}, wrong("is a WAV file with a broken header")
	}
	b := make([]byte, size+size%2)
	if _, err := io.ReadFull(r, b); err != nil {
		return wavFormat{}, wrong("is a WAV file that ends before its sound")
	}
	le := binary.LittleEndian
	f := wavFormat{le.Uint16(b), int(le.Uint16(b[2:])), int(le.Uint32(b[4:])), int(le.Uint16(b[12:]))}
	if f.coding == codingExtensible && size >= 26 {
		f.coding = le.Uint16(b[24:])
	}
	if f.coding != codingPCM && f.coding != codingFloat {
		return f, wrong("is a WAV file whose sound is compressed (coding %d); only PCM and IEEE floats are read", f.coding)
	}
	const mostChannels = 64
	if f.channels < 1 || f.channels > mostChannels || f.block%f.channels != 0 {
		return f, wrong("is a WAV file with a broken header")
	}
	width := f.block / f.channels
	if f.coding == codingPCM && (width < 1 || width > 4) || f.coding == codingFloat && width != 4 && width != 8 {
		return f, wrong("is a WAV file with samples of %d bits, which are not read", 8*width)
	}
	return f, nil
}

// read reads the samples. A file that ends early is read as far as it goes.
func (f wavFormat) read(ctx context.Context, r io.Reader) (Recording, error) {
	c, err := collect(ctx, f.rate)
	if err != nil {
		return Recording{}, err
	}
	width := f.block / f.channels
	block := make([]byte, f.block)
	for {
		_, err := io.ReadFull(r, block)
		if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
			return c.recording()
		}
		if err != nil {
			return Recording{}, fmt.Errorf("read a recording: %w", err)
		}
		sum := 0.0
		for at := 0; at < f.block; at += width {
			sum += sample(block[at:at+width], f.coding)
		}
		if err := c.add(sum / float64(f.channels)); err != nil {
			return Recording{}, err
		}
	}
}

// sample reads one number, from -1 to 1.
func sample(b []byte, coding uint16) float64 {
	le := binary.LittleEndian
	switch {
	case coding == codingFloat && len(b) == 8:
		return math.Float64frombits(le.Uint64(b))
	case coding == codingFloat:
		return float64(math.Float32frombits(le.Uint32(b)))
	case len(b) == 1:
		return (float64(b[0]) - 128) / 128 // only these have no sign
	case len(b) == 2:
		return float64(int16(le.Uint16(b))) / (1 << 15)
	case len(b) == 3:
		return float64(int32(b[0])<<8|int32(b[1])<<16|int32(b[2])<<24) / (1 << 31)
	}
	return float64(int32(le.Uint32(b))) / (1 << 31)
}
