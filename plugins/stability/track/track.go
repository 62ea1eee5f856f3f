// Package track reads a piece of music that came as WAV or MP3 and gives it the length that was asked for.
//
// It promises that Seconds is that of the file as it is played, counted from its samples or frames and
// never taken from what a header claims, and that bytes from a stranger take no more memory than a few
// times their own size. WAV is cut to a sample, with a short fade where something is cut off and silence
// where something is missing, and brought to about -20 LUFS. MP3 is cut between two frames, 13 ms off at
// most, and is never lengthened or made louder: that would need an encoder.
package track

import (
	"bytes"
	"errors"
)

// A Piece is a piece of music.
type Piece interface {
	// Seconds is its length.
	Seconds() float64
	// Cut gives the same piece with a length of that many seconds, or as near as its kind can.
	Cut(seconds float64) Piece
	// Bytes is the content of its file.
	Bytes() []byte
	// MediaType and Extension name its kind: "audio/wav" and ".wav".
	MediaType() string
	Extension() string
}

// Read reads a WAV or MP3 file.
func Read(file []byte) (Piece, error) {
	if bytes.HasPrefix(file, []byte("RIFF")) {
		return readWAV(file)
	}
	if bytes.HasPrefix(file, []byte("ID3")) || len(file) > 1 && file[0] == 0xff && file[1]&0xe0 == 0xe0 {
		return readMP3(file)
	}
	return nil, errors.New("it is neither WAV nor MP3")
}
