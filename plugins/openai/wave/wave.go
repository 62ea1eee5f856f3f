package wave

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"
)

// A Sound is uncompressed sound.
type Sound struct {
	Rate     int     // samples a second, of each channel
	Channels int     // 1 or 2
	Samples  []int16 // the channels' samples take turns
}

// Bounds of what is believed.
const (
	lowestRate, highestRate = 4000, 192_000
	mostChannels            = 8 // of more than two, the first two are kept
)

// Seconds is the sound's length.
func (s Sound) Seconds() float64 { return float64(len(s.Samples)/s.Channels) / float64(s.Rate) }

type format struct {
	tag, channels, bits int
	rate                int
}

// Read reads a WAV file.
func Read(file []byte) (Sound, error) {
	if err := other(file); err != nil {
		return Sound{}, err
	}
	var f format
	for at := 12; at+8 <= len(file); {
		id, size := string(file[at:at+4]), int(binary.LittleEndian.Uint32(file[at+4:]))
		body := file[at+8:]
		switch id {
		case "fmt ":
			var err error
			if f, err = readFormat(body[:min(size, len(body))]); err != nil {
				return Sound{}, err
			}
		case "data":
			if f.rate == 0 {
				return Sound{}, errors.New("the WAV file has sound before it says of what kind")
			}
			// 0 and a size beyond the end are those of a stream: then the sound goes on to the end.
			if size > 0 && size <= len(body) {
				body = body[:size]
			}
			return f.sound(body)
		}
		next := at + 8 + size + size%2
		if next <= at || next > len(file) {
			break
		}
		at = next
	}
	return Sound{}, errors.New("the WAV file has no sound in it")
}

// PCM is sound without a header: 16 bits, little-endian, as the API's format "pcm" has it.
func PCM(body []byte, rate, channels int) (Sound, error) {
	f := format{tag: tagPCM, channels: channels, bits: 16, rate: rate}
	if err := f.check(); err != nil {
		return Sound{}, err
	}
	return f.sound(body)
}

// other says what came when it is no WAV file.
func other(file []byte) error {
	switch {
	case len(file) >= 12 && string(file[:4]) == "RIFF" && string(file[8:12]) == "WAVE":
		return nil
	case bytes.HasPrefix(file, []byte("ID3")) || len(file) > 1 && file[0] == 0xff && file[1]&0xe0 == 0xe0:
		return errors.New("it is MP3 or AAC, not WAV")
	case bytes.HasPrefix(file, []byte("OggS")):
		return errors.New("it is Ogg, not WAV")
	case bytes.HasPrefix(file, []byte("fLaC")):
		return errors.New("it is FLAC, not WAV")
	case len(file) == 0:
		return errors.New("it is empty")
	}
	return fmt.Errorf("it is no WAV file; it begins with %.12q", file)
}

const (
	tagPCM        = 1
	tagFloat      = 3
	tagExtensible = 0xfffe
)

func readFormat(b []byte) (format, error) {
	if len(b) < 16 {
		return format{}, errors.New("the WAV file's format is cut off")
	}
	f := format{
		tag: int(binary.LittleEndian.Uint16(b)), channels: int(binary.LittleEndian.Uint16(b[2:])),
		rate: int(binary.LittleEndian.Uint32(b[4:])), bits: int(binary.LittleEndian.Uint16(b[14:])),
	}
	if f.tag == tagExtensible && len(b) >= 26 {
		f.tag = int(binary.LittleEndian.Uint16(b[24:]))
	}
	return f, f.check()
}

func (f format) check() error {
	switch {
	case f.tag == tagPCM && (f.bits == 8 || f.bits == 16 || f.bits == 24 || f.bits == 32), f.tag == tagFloat && (f.bits == 32 || f.bits == 64):
	default:
		return fmt.Errorf("the WAV file's sound is of kind %d with %d bits, which is not read here", f.tag, f.bits)
	}
	if f.rate < lowestRate || f.rate > highestRate || f.channels < 1 || f.channels > mostChannels {
		return fmt.Errorf("the WAV file says %d samples a second on %d channels", f.rate, f.channels)
	}
	return nil
}

func (f format) sound(body []byte) (Sound, error) {
	width := f.bits / 8
	frames := len(body) / (width * f.channels)
	s := Sound{Rate: f.rate, Channels: min(f.channels, 2), Samples: make([]int16, 0, frames*min(f.channels, 2))}
	for i := range frames {
		for c := range s.Channels {
			s.Samples = append(s.Samples, f.sample(body[(i*f.channels+c)*width:]))
		}
	}
	if frames == 0 {
		return Sound{}, errors.New("the file has no sound in it")
	}
	return s, nil
}

// sample reads one sample as 16 bits.
func (f format) sample(b []byte) int16 {
	switch {
	case f.tag == tagFloat && f.bits == 32:
		return scale(float64(math.Float32frombits(binary.LittleEndian.Uint32(b))))
	case f.tag == tagFloat:
		return scale(math.Float64frombits(binary.LittleEndian.Uint64(b)))
	case f.bits == 8:
		return (int16(b[0]) - 128) << 8 // 8 bits have no sign
	}
	return int16(binary.LittleEndian.Uint16(b[f.bits/8-2:])) // the upper 16 bits
}

func scale(v float64) int16 {
	if math.IsNaN(v) {
		return 0
	}
	return int16(math.Round(max(-1, min(1, v)) * math.MaxInt16))
}

// Trim cuts silence off both ends, but for so much of it. It tells whether there is any sound.
//
// Silence is what is 40 dB below the loudest hundredth of a second, and below -50 dB of full scale in
// any case: the noise of a speech model lies under that, its softest consonant above.
func (s *Sound) Trim(keep time.Duration) bool {
	window := max(s.Rate/100, 1) * s.Channels
	var levels []float64
	loudest := 0.0
	for at := 0; at < len(s.Samples); at += window {
		part := s.Samples[at:min(at+window, len(s.Samples))]
		sum := 0.0
		for _, v := range part {
			sum += float64(v) * float64(v)
		}
		level := math.Sqrt(sum / float64(len(part)))
		levels = append(levels, level)
		loudest = max(loudest, level)
	}
	const floor = 32768 * 0.003162 // -50 dB
	if loudest < floor {
		return false
	}
	threshold := max(loudest*0.01, floor)
	first, last := -1, 0
	for i, level := range levels {
		if level >= threshold {
			if first < 0 {
				first = i
			}
			last = i
		}
	}
	// A window that has sound in it may begin or end with silence: that counts as kept.
	spare := max(0, int(keep.Seconds()*float64(s.Rate))*s.Channels-window)
	from := max(0, first*window-spare)
	to := min(len(s.Samples), (last+1)*window+spare)
	from -= from % s.Channels
	to -= to % s.Channels
	s.Samples = s.Samples[from:to]
	return true
}

// Bytes is the sound as a WAV file.
func (s Sound) Bytes() []byte {
	size := 2 * len(s.Samples)
	b := make([]byte, 0, 44+size)
	b = append(b, "RIFF"...)
	b = binary.LittleEndian.AppendUint32(b, uint32(36+size))
	b = append(b, "WAVEfmt "...)
	b = binary.LittleEndian.AppendUint32(b, 16)
	b = binary.LittleEndian.AppendUint16(b, tagPCM)
	b = binary.LittleEndian.AppendUint16(b, uint16(s.Channels))
	b = binary.LittleEndian.AppendUint32(b, uint32(s.Rate))
	b = binary.LittleEndian.AppendUint32(b, uint32(s.Rate*s.Channels*2))
	b = binary.LittleEndian.AppendUint16(b, uint16(s.Channels*2))
	b = binary.LittleEndian.AppendUint16(b, 16)
	b = append(b, "data"...)
	b = binary.LittleEndian.AppendUint32(b, uint32(size))
	for _, v := range s.Samples {
		b = binary.LittleEndian.AppendUint16(b, uint16(v))
	}
	return b
}
