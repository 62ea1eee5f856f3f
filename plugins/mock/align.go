package mock

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

// alignSpeech shares the length of a recording out among the words by their length, without listening.
// Of a file that is no WAV, the length is what the mock itself would take to say the text.
func alignSpeech(_ context.Context, _ *providers.Call, in film.AlignInput) (film.Alignment, error) {
	text := withoutWords(in.Text)
	seconds, err := wavSeconds(in.Audio.Path)
	if err != nil {
		return film.Alignment{}, providers.Errorf(providers.KindInternal, "the recording cannot be read: %w", err)
	}
	if seconds == 0 {
		for _, w := range shareOut(text, in.Language, 1) {
			seconds += lasts(w.Text)
		}
	}
	return film.Alignment{Words: append([]film.Word{}, shareOut(text, in.Language, seconds)...)}, nil
}

// wavSeconds gives the length of a WAV file; 0 of a file that is none.
func wavSeconds(path string) (float64, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, fmt.Errorf("open it: %w", err)
	}
	defer f.Close()
	le := binary.LittleEndian
	var head [12]byte
	if _, err := io.ReadFull(f, head[:]); err != nil || string(head[:4]) != "RIFF" || string(head[8:]) != "WAVE" {
		return 0, nil
	}
	var bytesPerSecond uint32
	for {
		var chunk [8]byte
		if _, err := io.ReadFull(f, chunk[:]); err != nil {
			return 0, nil
		}
		size := int64(le.Uint32(chunk[4:]))
		switch string(chunk[:4]) {
		case "fmt ":
			var format [16]byte
			if _, err := io.ReadFull(f, format[:]); err != nil {
				return 0, nil
			}
			bytesPerSecond = le.Uint32(format[8:])
			size -= int64(len(format))
		case "data":
			if bytesPerSecond == 0 {
				return 0, nil
			}
			return float64(size) / float64(bytesPerSecond), nil
		}
		if size < 0 {
			return 0, nil
		}
		if _, err := f.Seek(size+size%2, io.SeekCurrent); err != nil {
			return 0, fmt.Errorf("search it for its sound: %w", err)
		}
	}
}
