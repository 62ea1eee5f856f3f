package audiofile

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
)

// Longest is how many seconds of sound are read at most.
const Longest = 70 * 60

// A Recording is sound in one channel.
type Recording struct {
	Samples []float32 // from -1 to 1
	Rate    int       // in hertz
}

// Seconds is its length.
func (r Recording) Seconds() float64 { return float64(len(r.Samples)) / float64(max(1, r.Rate)) }

// A FormatError says that a file is not sound of a kind that is read here. Its text goes on a sentence
// that begins with "the recording".
type FormatError struct{ problem string }

func (e *FormatError) Error() string { return e.problem }

func wrong(format string, args ...any) error { return &FormatError{fmt.Sprintf(format, args...)} }

// Read reads a file. What is wrong with its content is a [*FormatError].
func Read(ctx context.Context, path string) (Recording, error) {
	f, err := os.Open(path)
	if err != nil {
		return Recording{}, fmt.Errorf("open a recording: %w", err)
	}
	defer f.Close()
	return Decode(ctx, f)
}

// Decode reads a file's content from its beginning.
func Decode(ctx context.Context, file io.ReadSeeker) (Recording, error) {
	head := make([]byte, 12)
	n, err := io.ReadFull(file, head)
	if err != nil && n == 0 {
		return Recording{}, wrong("is empty")
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return Recording{}, fmt.Errorf("go back in a recording: %w", err)
	}
	switch {
	case bytes.HasPrefix(head, []byte("RIFF")) && bytes.HasSuffix(head, []byte("WAVE")):
		return readWAV(ctx, bufio.NewReaderSize(file, 1<<16))
	case bytes.HasPrefix(head, []byte("ID3")), head[0] == 0xff && head[1]&0xe6 == 0xe2: // the sync of layer III
		return readMP3(ctx, file)
	}
	return Recording{}, wrong("is %s, and only WAV and MP3 are read", kind(head))
}

// kind names what a file seems to be, by its first twelve bytes.
func kind(head []byte) string {
	for _, k := range []struct{ at, magic, name string }{
		{"\x00", "OggS", "Ogg (Vorbis or Opus)"},
		{"\x00", "fLaC", "FLAC"},
		{"\x00", "FORM", "AIFF"},
		{"\x00", "\x1aE\xdf\xa3", "Matroska or WebM"},
		{"\x04", "ftyp", "MP4 (AAC)"},
		{"\x00", "RF64", "RF64"},
		{"\x00", "RIFF", "no WAV file, though RIFF"},
		{"\x00", "caff", "a CAF file"},
	} {
		if bytes.HasPrefix(head[k.at[0]:], []byte(k.magic)) {
			return k.name
		}
	}
	if head[0] == 0xff && head[1]&0xf6 == 0xf0 {
		return "AAC"
	}
	return "of a kind that is not known here"
}

// A collector takes a recording's samples in and keeps what is needed of them.
type collector struct {
	ctx   context.Context
	rate  int // of what comes in
	count int // of samples that came in
	thin  *thinner
	kept  []float32
}

// collect makes a collector for sound at a rate.
func collect(ctx context.Context, rate int) (*collector, error) {
	const slowest, fastest = 4000, 384_000
	if rate < slowest || rate > fastest {
		return nil, wrong("has a rate of %d Hz, and only %d to %d are read", rate, slowest, fastest)
	}
	c := &collector{ctx: ctx, rate: rate}
	if by := rate / 16_000; by > 1 {
		c.thin = newThinner(by)
	}
	return c, nil
}

// add takes one sample, the mean of all channels.
func (c *collector) add(v float64) error {
	if c.count++; c.count > Longest*c.rate {
		return wrong("is longer than %d minutes", Longest/60)
	}
	if c.count%(1<<16) == 0 && c.ctx.Err() != nil {
		return c.ctx.Err()
	}
	if !(v >= -1e6 && v <= 1e6) { // floats may be anything, NaN included
		v = 0
	}
	if c.thin == nil {
		c.kept = append(c.kept, float32(v))
	} else if v, ok := c.thin.next(v); ok {
		c.kept = append(c.kept, v)
	}
	return nil
}

// recording gives all that was taken in.
func (c *collector) recording() (Recording, error) {
	if c.count == 0 {
		return Recording{}, wrong("has no sound in it")
	}
	rate := c.rate
	if c.thin != nil {
		c.kept = append(c.kept, c.thin.rest()...)
		rate /= c.thin.by
	}
	return Recording{Samples: c.kept, Rate: rate}, nil
}
