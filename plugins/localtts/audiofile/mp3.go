package audiofile

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	mp3 "github.com/hajimehoshi/go-mp3"
)

// decoderDelay is how many samples every decoder of layer III is late.
const decoderDelay = 529

// readMP3 reads a file that seems to be MP3.
func readMP3(ctx context.Context, file io.ReadSeeker) (rec Recording, err error) {
	defer func() {
		if p := recover(); p != nil { // the decoder trusts what a frame says of itself
			rec, err = Recording{}, wrong("is a damaged MP3 file")
		}
	}()
	skip, err := lead(file)
	if err != nil {
		return Recording{}, err
	}
	// The decoder would take a tag's word for its size and make room for it, and read a file twice that it
	// can go back in.
	d, err := mp3.NewDecoder(struct{ io.Reader }{bufio.NewReaderSize(file, 1<<16)})
	if err != nil {
		return Recording{}, wrong("seems to be MP3 and cannot be decoded (%v)", err)
	}
	c, err := collect(ctx, d.SampleRate())
	if err != nil {
		return Recording{}, err
	}
	r := bufio.NewReaderSize(d, 1<<14)
	for {
		var b [4]byte // 16 bits, always two channels
		_, err := io.ReadFull(r, b[:])
		switch {
		case err == io.EOF, errors.Is(err, io.ErrUnexpectedEOF):
			return c.recording()
		case err != nil:
			return Recording{}, wrong("is a damaged MP3 file (%v)", err)
		}
		if skip--; skip >= 0 {
			continue
		}
		if err := c.add((sample(b[:2], codingPCM) + sample(b[2:], codingPCM)) / 2); err != nil {
			return Recording{}, err
		}
	}
}

// lead goes to the first frame of a file and tells how many samples at the beginning are none of the
// recording's: of the frame in which LAME and its like leave notes, and the delay that these name.
func lead(file io.ReadSeeker) (int, error) {
	start, err := afterTags(file)
	if err != nil {
		return 0, err
	}
	head := make([]byte, 256)
	n, err := io.ReadFull(file, head)
	if err != nil && err != io.EOF && !errors.Is(err, io.ErrUnexpectedEOF) {
		return 0, fmt.Errorf("read a recording: %w", err)
	}
	if _, err := file.Seek(start, io.SeekStart); err != nil {
		return 0, fmt.Errorf("go back in a recording: %w", err)
	}
	return notes(head[:n]), nil
}

// notes tells how many samples the first frame of a file says to skip.
func notes(head []byte) int {
	if len(head) < 4 || head[0] != 0xff {
		return 0
	}
	mpeg1, mono := head[1]>>3&3 == 3, head[3]>>6 == 3
	frame, side := 576, 17 // samples of a frame, and bytes before the notes
	switch {
	case mpeg1:
		frame, side = 1152, 32
		if mono {
			side = 17
		}
	case mono:
		side = 9
	}
	at := 4 + side
	if len(head) < at+8 || string(head[at:at+4]) != "Xing" && string(head[at:at+4]) != "Info" {
		return 0
	}
	// After the mark: four bytes of flags, and what they announce; then the encoder's own, whose bytes 21
	// to 23 hold the delay and the padding in 12 bits each.
	flags := binary.BigEndian.Uint32(head[at+4:])
	at += 8
	for bit, size := range []int{4, 4, 100, 4} {
		if flags>>bit&1 != 0 {
			at += size
		}
	}
	if len(head) < at+24 || head[at] == 0 {
		return frame
	}
	return frame + int(head[at+21])<<4 + int(head[at+22])>>4 + decoderDelay
}

// afterTags goes to the first byte after the ID3 tags at the beginning of a file.
func afterTags(file io.ReadSeeker) (int64, error) {
	at := int64(0)
	for {
		var head [10]byte
		if _, err := file.Seek(at, io.SeekStart); err != nil {
			return 0, fmt.Errorf("search a recording: %w", err)
		}
		if _, err := io.ReadFull(file, head[:]); err != nil || string(head[:3]) != "ID3" {
			if _, err := file.Seek(at, io.SeekStart); err != nil {
				return 0, fmt.Errorf("go back in a recording: %w", err)
			}
			return at, nil
		}
		at += 10 + int64(head[6]&0x7f)<<21 + int64(head[7]&0x7f)<<14 + int64(head[8]&0x7f)<<7 + int64(head[9]&0x7f)
	}
}
