package mp4

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
)

// A Film is what [Write] writes.
type Film struct {
	FPS      int     // frames per second, at least 1
	Segments []*File // with one video track each, of equal parameters, in order
	Audio    *File   // its first audio track is the film's; nil for a silent film
	Texts    []Text  // subtitle tracks, not shown unless asked for

	Title, Description string // UTF-8, for the file's metadata
	Language           string // of the audio: three letters of ISO 639-2/T, or ""
}

// A Text is a subtitle track.
type Text struct {
	Language string // three letters of ISO 639-2/T, or ""
	Cues     []Cue  // in order, without overlap
}

// A Cue is a text that is shown for a while.
type Cue struct {
	Start, End float64 // seconds
	Text       string  // UTF-8
}

// A FitError says why the parts of a film do not fit each other.
type FitError struct{ Reason error }

func (e *FitError) Error() string { return e.Reason.Error() }
func (e *FitError) Unwrap() error { return e.Reason }

// Frames is how many frames the film has.
func (f Film) Frames() int {
	n := 0
	for _, s := range f.Segments {
		if t := s.Track(Video); t != nil {
			n += len(t.Samples)
		}
	}
	return n
}

// Write writes the film. It reads the segments' samples while it goes and keeps none. The error says
// which segment does not fit the others (a *[FitError]), or what went wrong with reading or writing. It
// stops when the context ends.
func Write(ctx context.Context, w io.Writer, film Film) error {
	if film.FPS < 1 {
		return &FitError{errors.New("a film needs at least one frame a second")}
	}
	picture, err := joinVideo(film)
	if err != nil {
		return &FitError{err}
	}
	tracks := []*outTrack{picture}
	if film.Audio != nil {
		sound, err := copyAudio(film, picture)
		if err != nil {
			return &FitError{err}
		}
		tracks = append(tracks, sound)
	}
	for _, t := range film.Texts {
		tracks = append(tracks, textTrack(t, picture.seconds()))
	}
	media := interleave(tracks)
	head := header(film, tracks, media)
	out := bufio.NewWriterSize(w, 1<<20)
	if _, err := out.Write(head); err != nil {
		return err
	}
	if err := media.copy(ctx, out); err != nil {
		return err
	}
	return out.Flush()
}

// header makes everything in front of the media. Offsets count from the file's beginning, so the
// movie box is made twice: its size does not depend on them.
func header(film Film, tracks []*outTrack, media *media) []byte {
	kinds := boxed("ftyp", []byte("isom"), be32(0x200), []byte("isomiso2avc1mp41"))
	const widest = 16 // an mdat header with a 64-bit size
	media.wide = media.size+maxHeader(film, tracks, media) > 1<<32-1
	movie := movieBox(film, tracks, media, 0)
	start := int64(len(kinds)+len(movie)) + 8
	if media.wide {
		start += widest - 8
	}
	movie = movieBox(film, tracks, media, start)
	head := append(kinds, movie...)
	if media.wide {
		return append(append(append(head, be32(1)...), "mdat"...), be64(uint64(media.size)+widest)...)
	}
	return append(append(head, be32(uint32(media.size)+8)...), "mdat"...)
}

// maxHeader bounds the size of what is in front of the media.
func maxHeader(film Film, tracks []*outTrack, media *media) int64 {
	n := int64(len(film.Title)+len(film.Description)) + 4096
	for _, t := range tracks {
		n += int64(len(t.samples))*32 + int64(len(t.description)) + 4096
	}
	return n + int64(len(media.chunks))*32
}

// joinVideo puts the segments' pictures one after the other at an even rate.
func joinVideo(film Film) (*outTrack, error) {
	if len(film.Segments) == 0 {
		return nil, errors.New("a film needs at least one segment")
	}
	out := &outTrack{kind: Video, timescale: uint32(film.FPS) * frameTicks, language: "und"}
	var setup []byte
	delay := int64(0) // how long decoding must precede presentation, in frames
	for i, f := range film.Segments {
		t := f.Track(Video)
		if t == nil || len(t.Samples) == 0 {
			return nil, fmt.Errorf("segment %d has no picture", i+1)
		}
		if i == 0 {
			out.description, out.width, out.height = withoutBitRate(t.Description), t.Width, t.Height
			if setup = t.decoderSetup(); setup == nil {
				return nil, errors.New("segment 1 is not H.264")
			}
		}
		if t.Width != out.width || t.Height != out.height {
			return nil, fmt.Errorf("segment %d has %d×%d pixels, and segment 1 has %d×%d: all must be rendered alike",
				i+1, t.Width, t.Height, out.width, out.height)
		}
		if !bytes.Equal(t.decoderSetup(), setup) {
			return nil, fmt.Errorf("segment %d is encoded with other parameters than segment 1: all must be rendered alike", i+1)
		}
		if !t.Samples[0].Sync {
			return nil, fmt.Errorf("segment %d does not begin with a picture that stands alone", i+1)
		}
		shown, err := t.displayOrder(film.FPS)
		if err != nil {
			return nil, fmt.Errorf("segment %d: %w", i+1, err)
		}
		for j, s := range t.Samples {
			delay = max(delay, int64(j)-shown[j])
			out.samples = append(out.samples, outSample{
				from: f.r, offset: s.Offset, size: s.Size, duration: frameTicks, sync: s.Sync,
				shift: int32(shown[j]-int64(j)) * frameTicks,
			})
		}
	}
	for i := range out.samples {
		out.samples[i].shift += int32(delay) * frameTicks
	}
	out.mediaTime = delay * frameTicks
	out.shown = int64(len(out.samples)) * frameTicks
	return out, nil
}

// displayOrder gives for each sample, in decoding order, the number of the frame it is.
func (t *Track) displayOrder(fps int) ([]int64, error) {
	n := int64(len(t.Samples))
	at, first := int64(0), int64(1)<<62
	times := make([]int64, n)
	for i, s := range t.Samples {
		times[i] = at + int64(s.Shift)
		first = min(first, times[i])
		at += int64(s.Duration)
	}
	seen := make([]bool, n)
	for i := range times {
		// Rounded: a timescale that the frame rate does not divide has uneven ticks.
		frame := ((times[i]-first)*int64(fps)*2 + int64(t.Timescale)) / (2 * int64(t.Timescale))
		if frame >= n || seen[frame] {
			return nil, fmt.Errorf("its pictures do not follow each other at %d frames a second", fps)
		}
		seen[frame] = true
		times[i] = frame
	}
	return times, nil
}

// copyAudio takes the sound as it is; it is heard for as long as the picture is seen.
func copyAudio(film Film, picture *outTrack) (*outTrack, error) {
	t := film.Audio.Track(Audio)
	if t == nil || len(t.Samples) == 0 {
		return nil, errors.New("the audio file has no sound")
	}
	out := &outTrack{
		kind: Audio, timescale: t.Timescale, description: t.Description,
		mediaTime: t.MediaTime, language: film.Language,
	}
	for _, s := range t.Samples {
		out.samples = append(out.samples, outSample{from: film.Audio.r, offset: s.Offset, size: s.Size, duration: s.Duration, sync: true})
	}
	heard := t.Duration() - t.MediaTime
	out.shown = picture.shown * int64(t.Timescale) / int64(picture.timescale)
	if missing := out.shown - heard; missing > int64(t.Timescale)/int64(film.FPS) {
		return nil, fmt.Errorf("the sound ends %.3f seconds before the picture", float64(missing)/float64(t.Timescale))
	}
	out.shown = min(out.shown, heard)
	return out, nil
}

// withoutBitRate drops what a sample entry says of one segment's bit rate.
func withoutBitRate(entry []byte) []byte {
	boxes, err := children("avc1", entry[min(8+visualEntry, len(entry)):])
	if err != nil || len(entry) < 8+visualEntry {
		return entry
	}
	parts := [][]byte{entry[8 : 8+visualEntry]}
	for _, b := range boxes {
		if b.kind != "btrt" {
			parts = append(parts, boxed(b.kind, b.body))
		}
	}
	return boxed("avc1", parts...)
}
