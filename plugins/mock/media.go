package mock

import (
	"bytes"
	_ "embed"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"os"
	"path/filepath"

	"github.com/filmloom/filmloom/providers"
)

// The films that segments and films are made of: one frame of H.264, 108x192 pixels, at a time scale of
// 90000; film.mp4 has a fifth of a second of AAC as well (48 kHz, stereo). Made with ffmpeg:
//
//	ffmpeg -f lavfi -i color=c=0x335577:s=108x192:r=30 -frames:v 1 -c:v libx264 -profile:v high \
//	  -pix_fmt yuv420p -bf 0 -fflags +bitexact -video_track_timescale 90000 -movflags +faststart clip.mp4
//	ffmpeg -f lavfi -i color=c=0x335577:s=108x192:r=30:d=0.03 \
//	  -f lavfi -i sine=f=220:r=48000:d=0.2,aformat=channel_layouts=stereo -c:v libx264 -profile:v high \
//	  -pix_fmt yuv420p -bf 0 -c:a aac -b:a 32k -fflags +bitexact -flags +bitexact \
//	  -video_track_timescale 90000 -movflags +faststart film.mp4
//
// The second takes its length from the sources: -frames:v 1 would end the sound before it begins.
var (
	//go:embed media/clip.mp4
	clipMP4 []byte
	//go:embed media/film.mp4
	filmMP4 []byte
)

const filmWidth, filmHeight = 108, 192

// save writes a file of the result.
func save(call *providers.Call, name, mediaType string, raw []byte) (providers.File, error) {
	path := filepath.Join(call.WorkDir, name)
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		return providers.File{}, providers.Errorf(providers.KindInternal, "%s cannot be written: %w", name, err)
	}
	return providers.File{Path: path, Name: name, MediaType: mediaType}, nil
}

// picture draws a frame in one colour on a ground of another, both from the mark.
func picture(width, height int, mark [32]byte) *image.Paletted {
	img := image.NewPaletted(image.Rect(0, 0, width, height), color.Palette{
		color.RGBA{mark[0], mark[1], mark[2], 255}, color.RGBA{mark[3], mark[4], mark[5], 255},
	})
	for y := height / 4; y < height*3/4; y++ {
		row := img.Pix[y*img.Stride:]
		for x := width / 4; x < width*3/4; x++ {
			row[x] = 1
		}
	}
	return img
}

func encodePNG(img image.Image) ([]byte, error) {
	var b bytes.Buffer
	err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, img)
	return b.Bytes(), err
}

func encodeJPEG(img image.Image) ([]byte, error) {
	var b bytes.Buffer
	err := jpeg.Encode(&b, img, nil)
	return b.Bytes(), err
}

// sampleRate is that of all sound, in samples a second.
const sampleRate = 8000

// tone makes a WAV file (8-bit PCM): a soft tone whose pitch comes from the mark, faded in and out. The
// mark itself is in the file's comment.
func tone(samples, channels int, mark [32]byte) []byte {
	comment := fmt.Sprintf("%x\x00\x00", mark)
	data := samples * channels
	padded := data + data%2
	b := make([]byte, 0, 12+24+20+len(comment)+8+padded)
	u32, u16 := binary.LittleEndian.AppendUint32, binary.LittleEndian.AppendUint16
	b = u32(append(b, "RIFF"...), uint32(cap(b)-8))
	b = u32(append(b, "WAVEfmt "...), 16)
	b = u16(u16(b, 1), uint16(channels))
	b = u32(u32(b, sampleRate), uint32(sampleRate*channels))
	b = u16(u16(b, uint16(channels)), 8)
	b = u32(append(b, "LIST"...), uint32(12+len(comment)))
	b = u32(append(b, "INFOICMT"...), uint32(len(comment)))
	b = append(b, comment...)
	b = u32(append(b, "data"...), uint32(data))
	// The loudness of a sine of this height is about -20 LUFS.
	const height = 0.1 * 128
	step := 2 * math.Pi * (150 + float64(mark[0])) / sampleRate
	const fade = sampleRate / 50
	for i := range samples {
		level := height * min(1, float64(i)/fade, float64(samples-1-i)/fade)
		v := byte(128 + math.Round(level*math.Sin(step*float64(i))))
		for range channels {
			b = append(b, v)
		}
	}
	return b[:cap(b)]
}

// lasting gives a film that shows its one frame for so many frames, with the mark in a box of its own
// that players skip.
func lasting(film []byte, frames, fps int, mark [32]byte) ([]byte, error) {
	seconds := float64(frames) / float64(fps)
	if seconds > longestFilm {
		return nil, providers.Invalid("A film of %d frames at %d a second is too long: make it at most %d hours.", frames, fps, longestFilm/3600)
	}
	out := bytes.Clone(film)
	setLength(out, seconds)
	out = binary.BigEndian.AppendUint32(out, uint32(8+len(mark)))
	return append(append(out, "free"...), mark[:]...), nil
}

// The time scales of the films' movie and video track, in units a second.
const movieScale, videoScale = 1000, 90000

// longestFilm is a length, in seconds, that fits in the 32 bits of the films' times: at videoScale they
// end after 13 hours.
const longestFilm = 12 * 60 * 60

// setLength sets the length of the video track and of the movie wherever it is written down, in the
// boxes of an MP4 file. Sizes are 32 bits: the films are our own.
func setLength(boxes []byte, seconds float64) {
	for len(boxes) >= 8 {
		size := binary.BigEndian.Uint32(boxes)
		body := boxes[8:size]
		put := func(at int, scale float64) {
			binary.BigEndian.PutUint32(body[at:], uint32(math.Round(seconds*scale)))
		}
		switch string(boxes[4:8]) {
		case "trak":
			if !bytes.Contains(body, []byte("vide")) {
				break // sound keeps its length
			}
			setLength(body, seconds)
		case "moov", "edts", "mdia", "minf", "stbl":
			setLength(body, seconds)
		case "mvhd":
			put(16, movieScale)
		case "tkhd":
			put(20, movieScale)
		case "elst":
			put(8, movieScale)
		case "mdhd":
			put(16, videoScale)
		case "stts":
			put(12, videoScale)
		}
		boxes = boxes[size:]
	}
}
