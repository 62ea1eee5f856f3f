package mp4

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
)

// The kinds of track.
const (
	Video = "vide"
	Audio = "soun"
)

// A File is an MP4 file whose sample tables have been read.
type File struct {
	Tracks []Track
	r      io.ReaderAt
	close  func() error
}

// A Track is one track of a file.
type Track struct {
	Kind          string   // [Video], [Audio] or another handler type
	Timescale     uint32   // ticks in a second
	Samples       []Sample // in decoding order
	Description   []byte   // the sample entry: a box, header included
	MediaTime     int64    // where presentation begins, in ticks of the media: the encoder's delay
	Width, Height int      // pixels; 0 for a track that shows nothing
}

// A Sample is one coded picture or piece of sound.
type Sample struct {
	Offset   int64  // where it lies in the file
	Size     uint32 // bytes
	Duration uint32 // ticks until the next sample is decoded
	Shift    int32  // ticks from decoding to presentation
	Sync     bool   // decoding may begin here
}

// Duration is the sum of the samples' durations, in ticks.
func (t *Track) Duration() int64 {
	sum := int64(0)
	for i := range t.Samples {
		sum += int64(t.Samples[i].Duration)
	}
	return sum
}

// Track gives the first track of a kind, or nil.
func (f *File) Track(kind string) *Track {
	for i := range f.Tracks {
		if f.Tracks[i].Kind == kind {
			return &f.Tracks[i]
		}
	}
	return nil
}

// Open reads the tables of a file. Close it when its samples are needed no more.
func Open(path string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil {
		var file *File
		if file, err = Read(f, info.Size()); err == nil {
			file.close = f.Close
			return file, nil
		}
	}
	f.Close()
	return nil, fmt.Errorf("%s: %w", path, err)
}

// Close closes a file that Open has opened.
func (f *File) Close() error {
	if f.close == nil {
		return nil
	}
	return f.close()
}

// Read reads the tables of a file of the size. Samples are read from r when the file is written on.
func Read(r io.ReaderAt, size int64) (*File, error) {
	body, err := findMovie(r, size)
	if err != nil {
		return nil, err
	}
	boxes, err := children("moov", body)
	if err != nil {
		return nil, err
	}
	f := &File{r: r}
	for _, b := range boxes {
		switch b.kind {
		case "mvex":
			return nil, fmt.Errorf("the file is fragmented; it must have its movie box in one piece")
		case "trak":
			t, err := readTrack(b, size)
			if err != nil {
				return nil, fmt.Errorf("track %d: %w", len(f.Tracks)+1, err)
			}
			f.Tracks = append(f.Tracks, *t)
		}
	}
	return f, nil
}

func readTrack(trak box, size int64) (*Track, error) {
	t := &Track{}
	hdlr, err := need(trak, 12, "mdia", "hdlr")
	if err != nil {
		return nil, err
	}
	t.Kind = string(hdlr[8:12])
	mdhd, err := need(trak, 20, "mdia", "mdhd")
	if err != nil {
		return nil, err
	}
	t.Timescale = binary.BigEndian.Uint32(mdhd[12:])
	if mdhd[0] == 1 {
		if len(mdhd) < 32 {
			return nil, fmt.Errorf("box %q has %d bytes; at least 32 are needed", "mdhd", len(mdhd))
		}
		t.Timescale = binary.BigEndian.Uint32(mdhd[20:])
	}
	if t.Timescale == 0 {
		return nil, fmt.Errorf("box %q says a second has no ticks", "mdhd")
	}
	if t.MediaTime, err = readEdit(trak); err != nil {
		return nil, err
	}
	stbl, err := descend(trak, "mdia", "minf", "stbl")
	if err != nil {
		return nil, err
	}
	if stbl == nil {
		return nil, fmt.Errorf("box %q is missing in %q", "stbl", "trak")
	}
	if err := t.readDescription(*stbl); err != nil {
		return nil, err
	}
	return t, t.readSamples(*stbl, size)
}

// readEdit gives where the presentation begins. Empty edits at the beginning are not understood.
func readEdit(trak box) (int64, error) {
	elst, err := descend(trak, "edts", "elst")
	if err != nil || elst == nil {
		return 0, err
	}
	wide := len(elst.body) > 0 && elst.body[0] == 1
	entry := 12
	if wide {
		entry = 20
	}
	entries, n, err := table(trak, entry, "edts", "elst")
	if err != nil || n == 0 {
		return 0, err
	}
	start := int64(int32(binary.BigEndian.Uint32(entries[4:])))
	if wide {
		start = int64(binary.BigEndian.Uint64(entries[8:]))
	}
	if n > 1 || start < 0 || start > 1<<40 {
		return 0, fmt.Errorf("box %q cuts the track in a way that is not supported", "elst")
	}
	return start, nil
}

func (t *Track) readDescription(stbl box) error {
	body, err := need(stbl, 8, "stsd")
	if err != nil {
		return err
	}
	entries, err := children("stsd", body[8:])
	if err != nil {
		return err
	}
	if len(entries) != 1 || binary.BigEndian.Uint32(body[4:]) != 1 {
		return fmt.Errorf("box %q has %d sample descriptions; exactly one is supported", "stsd", len(entries))
	}
	t.Description = boxed(entries[0].kind, entries[0].body)
	if t.Kind == Video {
		if len(entries[0].body) < visualEntry {
			return fmt.Errorf("box %q has %d bytes; at least %d are needed", entries[0].kind, len(entries[0].body), visualEntry)
		}
		t.Width = int(binary.BigEndian.Uint16(entries[0].body[24:]))
		t.Height = int(binary.BigEndian.Uint16(entries[0].body[26:]))
	}
	return nil
}

// visualEntry is the size of a visual sample entry's own fields; boxes such as avcC follow them.
const visualEntry = 78

// decoderSetup gives the box with an H.264 track's parameter sets, header excluded, or nil.
func (t *Track) decoderSetup() []byte {
	if len(t.Description) < 8+visualEntry || string(t.Description[4:8]) != "avc1" {
		return nil
	}
	boxes, err := children("avc1", t.Description[8+visualEntry:])
	if err != nil {
		return nil
	}
	for _, b := range boxes {
		if b.kind == "avcC" {
			return b.body
		}
	}
	return nil
}
