package track

import (
	"bytes"
	"encoding/binary"
	"math"
	"strings"
	"testing"
)

// chunk is a part of a RIFF file.
func chunk(id string, body []byte) []byte {
	b := append([]byte(id), binary.LittleEndian.AppendUint32(nil, uint32(len(body)))...)
	b = append(b, body...)
	if len(body)%2 == 1 {
		b = append(b, 0)
	}
	return b
}

func format(kind, channels, rate, bits int) []byte {
	b := binary.LittleEndian.AppendUint16(nil, uint16(kind))
	b = binary.LittleEndian.AppendUint16(b, uint16(channels))
	b = binary.LittleEndian.AppendUint32(b, uint32(rate))
	b = binary.LittleEndian.AppendUint32(b, uint32(rate*channels*bits/8))
	b = binary.LittleEndian.AppendUint16(b, uint16(channels*bits/8))
	return binary.LittleEndian.AppendUint16(b, uint16(bits))
}

func riff(chunks ...[]byte) []byte {
	return append([]byte("RIFF\xff\xff\xff\xffWAVE"), bytes.Join(chunks, nil)...)
}

// tone has samples of a kind, half as loud as can be.
func tone(kind, channels, bits, frames int) []byte {
	var b []byte
	for i := range frames {
		v := .5 * math.Sin(float64(i)*.1)
		for range channels {
			switch {
			case kind == formatFloat:
				b = binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(v)))
			default:
				n := uint32(int32(v * (1 << 31)))
				b = append(b, binary.LittleEndian.AppendUint32(nil, n)[4-bits/8:]...)
			}
		}
	}
	return b
}

func TestEveryKindOfWAVGivesTheSameSamples(t *testing.T) {
	const frames = 44100
	var first []byte
	for _, row := range []struct {
		name       string
		kind, bits int
		format     []byte
	}{
		{"16 bits", formatPCM, 16, nil},
		{"24 bits", formatPCM, 24, nil},
		{"32 bits", formatPCM, 32, nil},
		{"float", formatFloat, 32, nil},
		{"extensible", formatPCM, 24, append(append(format(formatExtensible, 2, 44100, 24), 22, 0, 24, 0, 3, 0, 0, 0), []byte("\x01\x00\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71")...)},
	} {
		f := row.format
		if f == nil {
			f = format(row.kind, 2, 44100, row.bits)
		}
		p, err := Read(riff(chunk("LIST", []byte("odd")), chunk("fmt ", f), chunk("data", tone(row.kind, 2, row.bits, frames))))
		if err != nil || p.Seconds() != 1 {
			t.Errorf("%s: %v", row.name, err)
			continue
		}
		got := p.Cut(1).Bytes()
		if first == nil {
			first = got
		}
		if len(got) != 44+4*frames || len(got) != len(first) {
			t.Fatalf("%s has %d bytes", row.name, len(got))
		}
		for i := 44; i < len(got); i += 2 {
			a, b := int16(binary.LittleEndian.Uint16(got[i:])), int16(binary.LittleEndian.Uint16(first[i:]))
			if a-b > 1 || b-a > 1 {
				t.Fatalf("%s: sample %d is %d, not %d", row.name, i/2, a, b)
			}
		}
	}
}

func TestASizeThatWasNotKnownIsThatOfTheFile(t *testing.T) {
	samples := tone(formatPCM, 1, 16, 8000)
	for _, size := range []uint32{0, math.MaxUint32, 99999999} {
		data := append([]byte("data"), binary.LittleEndian.AppendUint32(nil, size)...)
		p, err := Read(riff(chunk("fmt ", format(formatPCM, 1, 8000, 16)), data, samples))
		if err != nil || p.Seconds() != 1 {
			t.Errorf("size %d: %v", size, err)
		}
	}
}

func TestCutGivesTheLengthAFadeAndSilence(t *testing.T) {
	p, err := Read(riff(chunk("fmt ", format(formatPCM, 1, 8000, 16)), chunk("data", tone(formatPCM, 1, 16, 8000*10))))
	if err != nil {
		t.Fatal(err)
	}
	loudest := func(w Piece, from, to int) (most float64) {
		for i := from; i < to; i++ {
			most = max(most, math.Abs(w.(*wav).at(i)))
		}
		return most
	}
	short := p.Cut(6.00004)
	if short.Seconds() != 6 {
		t.Errorf("it has %v s", short.Seconds())
	}
	if middle, end := loudest(short, 20000, 30000), loudest(short, 47900, 48000); middle < .05 || end > middle/50 {
		t.Errorf("in the middle %v, at the end %v", middle, end)
	}
	long := p.Cut(12)
	if long.Seconds() != 12 || loudest(long, 79000, 80000) < .05 || loudest(long, 80000, 96000) != 0 {
		t.Errorf("it has %v s, %v before the end of the piece, %v behind", long.Seconds(), loudest(long, 79000, 80000), loudest(long, 80000, 96000))
	}
	again, err := Read(long.Bytes())
	if err != nil || again.Seconds() != 12 {
		t.Errorf("what was written has %v s (%v)", again.Seconds(), err)
	}
}

func TestMusicIsBroughtToItsLevel(t *testing.T) {
	for name, amplitude := range map[string]float64{"loud": .9, "soft": .02, "silent": 0, "at its level": .1} {
		var samples []byte
		for i := range 8000 * 4 {
			v := amplitude * math.Sin(float64(i)*.5)
			samples = binary.LittleEndian.AppendUint32(samples, math.Float32bits(float32(v)))
		}
		p, err := Read(riff(chunk("fmt ", format(formatFloat, 1, 8000, 32)), chunk("data", samples)))
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		cut := p.Cut(4).(*wav)
		for i := range cut.frames() {
			sum += cut.at(i) * cut.at(i)
		}
		got := loudness(sum / float64(cut.frames()))
		if amplitude == 0 && sum != 0 || amplitude > 0 && math.Abs(got-target) > .3 {
			t.Errorf("%s music has %.1f LUFS", name, got)
		}
	}
}

func TestNumbersThatAreNoneAreSilence(t *testing.T) {
	var samples []byte
	for _, bits := range []uint32{0x7fc00000, 0x7f800000, 0xff800000, 0x7f7fffff} { // NaN, both infinities, the largest
		samples = binary.LittleEndian.AppendUint32(samples, bits)
	}
	p, err := Read(riff(chunk("fmt ", format(formatFloat, 1, 8000, 32)), chunk("data", samples)))
	if err != nil {
		t.Fatal(err)
	}
	if cut := p.Cut(.0005); cut.Seconds() != .0005 {
		t.Errorf("it has %v s", cut.Seconds())
	}
}

// frame is one of MPEG-1 layer III, 128 kbit/s, 44100 Hz, stereo.
func frame(body string) []byte {
	f := make([]byte, 417)
	copy(f, "\xff\xfb\x90\x00")
	copy(f[4:], body)
	return f
}

func TestMP3IsCountedByItsFrames(t *testing.T) {
	plain := bytes.Repeat(frame(""), 100)
	table := frame(strings.Repeat("\x00", 32) + "Info")
	half := bytes.Repeat(append([]byte("\xff\xf3\x40\x00"), make([]byte, 100)...), 100) // MPEG-2, 32 kbit/s, 22050 Hz
	for _, row := range []struct {
		name    string
		file    []byte
		seconds float64
	}{
		{"plain", plain, 100 * 1152 / 44100.},
		{"tag before", append([]byte("ID3\x04\x00\x00\x00\x00\x01\x05"+strings.Repeat("\xff\xfb", 66)+"\x00"), plain...), 100 * 1152 / 44100.},
		{"tag behind", append(bytes.Clone(plain), []byte("TAG"+strings.Repeat("x", 125))...), 100 * 1152 / 44100.},
		{"table", append(bytes.Clone(table), plain...), 100 * 1152 / 44100.},
		{"last frame cut off", plain[:len(plain)-1], 99 * 1152 / 44100.},
		{"one frame", frame(""), 1152 / 44100.},
		{"MPEG-2", half, 100 * 576 / 22050.},
	} {
		p, err := Read(row.file)
		if err != nil || math.Abs(p.Seconds()-row.seconds) > 1e-9 {
			t.Errorf("%s: %v", row.name, err)
			continue
		}
		if again, err := Read(p.Bytes()); err != nil || again.Seconds() != p.Seconds() {
			t.Errorf("%s: what was written cannot be read: %v", row.name, err)
		}
	}
	p, _ := Read(plain)
	for seconds, want := range map[float64]int{1: 38, .001: 1, 99: 100} {
		if got := p.Cut(seconds).Seconds(); math.Abs(got-float64(want)*1152/44100) > 1e-9 {
			t.Errorf("cut to %v s it has %v", seconds, got)
		}
	}
}

func TestWhatCannotBeReadIsSaid(t *testing.T) {
	good := chunk("fmt ", format(formatPCM, 2, 44100, 16))
	for _, row := range []struct{ name, file, says string }{
		{"nothing", "", "neither WAV nor MP3"},
		{"text", "<html>", "neither WAV nor MP3"},
		{"RIFF alone", "RIFF", "no WAV"},
		{"AVI", "RIFF\x00\x00\x00\x00AVI ", "no WAV"},
		{"no chunks", string(riff()), "ends before its samples"},
		{"format cut off", string(riff(chunk("fmt ", []byte("x")))), "format is cut off"},
		{"no samples", string(riff(good, chunk("data", nil))), "no samples"},
		{"samples first", string(riff(chunk("data", []byte("1234")), good)), "before their format"},
		{"A-law", string(riff(chunk("fmt ", format(6, 2, 44100, 8)))), "format 6 with 8 bits"},
		{"no channel", string(riff(chunk("fmt ", format(1, 0, 44100, 16)))), "0 channels"},
		{"no rate", string(riff(chunk("fmt ", format(1, 2, 0, 16)))), "0 samples a second"},
		{"tag without music", "ID3\x04\x00\x00\x7f\x7f\x7f\x7f", "no frame"},
		{"half a frame", string(frame("")[:100]), "no frame"},
		{"damaged", string(bytes.Repeat(frame(""), 20)) + strings.Repeat("x", 70000), "damaged after 0.5 s"},
	} {
		p, err := Read([]byte(row.file))
		if err == nil || !strings.Contains(err.Error(), row.says) {
			t.Errorf("%s: %v, %v", row.name, p, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(riff(chunk("fmt ", format(formatPCM, 2, 44100, 24)), chunk("data", tone(formatPCM, 2, 24, 50))))
	f.Add(bytes.Repeat(frame(""), 3))
	f.Add([]byte("ID3\x04\x00\x10\x00\x00\x00\x05\xff\xfb\x90\x00"))
	f.Fuzz(func(t *testing.T, file []byte) {
		p, err := Read(file)
		if err != nil {
			return
		}
		if p.Seconds() <= 0 {
			t.Errorf("it has %v s", p.Seconds())
		}
		cut := p.Cut(.05)
		again, err := Read(cut.Bytes())
		if err != nil || again.Seconds() != cut.Seconds() {
			t.Errorf("what was written cannot be read: %v", err)
		}
	})
}
