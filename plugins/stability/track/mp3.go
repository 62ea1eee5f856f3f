package track

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// mp3 is a piece as frames of MPEG audio, layer III, which all have the same rate.
type mp3 struct {
	rate    int // samples a second
	samples int // of a frame
	ends    []int
	frames  []byte // one behind the other; frame i ends at ends[i]
}

// maxJunk is how much may lie before the first frame, in bytes: padding that tags leave behind.
const maxJunk = 64 << 10

func readMP3(file []byte) (*mp3, error) {
	rest := file
	for len(rest) >= 10 && string(rest[:3]) == "ID3" {
		rest = rest[min(tagSize(rest), len(rest)):]
	}
	m := &mp3{}
	rest = rest[firstFrame(rest):]
	for {
		h, ok := readHeader(rest)
		if !ok || m.rate != 0 && (h.rate != m.rate || h.samples != m.samples) {
			break
		}
		if h.size > len(rest) {
			rest = nil // the last frame is cut off
			break
		}
		frame := rest[:h.size]
		rest = rest[h.size:]
		if m.rate == 0 {
			m.rate, m.samples = h.rate, h.samples
			if directory(frame, h) {
				continue
			}
		}
		m.frames = append(m.frames, frame...)
		m.ends = append(m.ends, len(m.frames))
	}
	if len(m.ends) == 0 {
		return nil, errors.New("it looks like MP3, but has no frame")
	}
	// Behind the last frame tags may follow, which is not worth a look: only much of something else is.
	if len(rest) > maxJunk && !bytes.HasPrefix(rest, []byte("TAG")) && !bytes.HasPrefix(rest, []byte("APETAGEX")) {
		return nil, fmt.Errorf("the MP3 is damaged after %.1f s", m.Seconds())
	}
	return m, nil
}

// tagSize is how many bytes an ID3v2 tag has; its size has 7 bits in each byte (id3.org, 2.4.0, 3.1).
func tagSize(b []byte) int {
	size := 10 + int(b[6]&0x7f)<<21 + int(b[7]&0x7f)<<14 + int(b[8]&0x7f)<<7 + int(b[9]&0x7f)
	if b[5]&0x10 != 0 {
		size += 10 // a footer
	}
	return size
}

// firstFrame finds where two frames follow each other: four bytes alone look like a header by chance.
func firstFrame(b []byte) int {
	for i := range min(len(b), maxJunk) {
		if h, ok := readHeader(b[i:]); ok {
			if next := b[min(i+h.size, len(b)):]; len(next) == 0 {
				return i
			} else if n, ok := readHeader(next); ok && n.rate == h.rate {
				return i
			}
		}
	}
	return 0
}

// A header is what the first four bytes of a frame say (ISO/IEC 11172-3, 2.4.1.3, and 13818-3).
type header struct {
	size          int // bytes of the frame
	samples, rate int
	version1      bool
	mono          bool
}

var (
	rates     = [4][3]int{{11025, 12000, 8000}, {}, {22050, 24000, 16000}, {44100, 48000, 32000}} // by version
	bitrates1 = [16]int{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0}      // kbit/s; 0 cannot be read
	bitrates2 = [16]int{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0}
)

const (
	version1 = 3 // MPEG-1
	layer3   = 1
)

func readHeader(b []byte) (header, bool) {
	if len(b) < 4 || b[0] != 0xff || b[1]&0xe0 != 0xe0 {
		return header{}, false
	}
	version, layer, rate := b[1]>>3&3, b[1]>>1&3, b[2]>>2&3
	if layer != layer3 || rate == 3 || rates[version][rate] == 0 {
		return header{}, false
	}
	h := header{rate: rates[version][rate], version1: version == version1, mono: b[3]>>6 == 3}
	bitrate, bytesPerSample := 0, 0
	if h.version1 {
		h.samples, bitrate, bytesPerSample = 1152, bitrates1[b[2]>>4], 144
	} else {
		h.samples, bitrate, bytesPerSample = 576, bitrates2[b[2]>>4], 72
	}
	h.size = bytesPerSample*1000*bitrate/h.rate + int(b[2]>>1&1)
	return h, bitrate > 0
}

// directory tells whether a frame holds no sound but a table of the file, which is wrong once the file is
// cut: "Xing" or "Info" stands where the side information ends.
func directory(frame []byte, h header) bool {
	at := 4
	switch {
	case h.version1 && !h.mono:
		at += 32
	case h.version1 || !h.mono:
		at += 17
	default:
		at += 9
	}
	if len(frame) < at+4 {
		return false
	}
	name := binary.BigEndian.Uint32(frame[at:])
	return name == 0x58696e67 || name == 0x496e666f // "Xing", "Info"
}

func (m *mp3) Seconds() float64  { return float64(len(m.ends)*m.samples) / float64(m.rate) }
func (m *mp3) Bytes() []byte     { return m.frames }
func (m *mp3) MediaType() string { return "audio/mpeg" }
func (m *mp3) Extension() string { return ".mp3" }

// Cut leaves the frames off that are too many.
func (m *mp3) Cut(seconds float64) Piece {
	n := int(math.Round(seconds * float64(m.rate) / float64(m.samples)))
	n = min(max(n, 1), len(m.ends))
	return &mp3{rate: m.rate, samples: m.samples, ends: m.ends[:n], frames: m.frames[:m.ends[n-1]]}
}
