package wave

import (
	"bytes"
	"encoding/binary"
	"math"
	"strings"
	"testing"
	"time"
)

// tone is silence, a tone, silence; each so many milliseconds long.
func tone(rate, channels, before, ms, after int) Sound {
	s := Sound{Rate: rate, Channels: channels}
	for i := range rate * (before + ms + after) / 1000 {
		v := int16(0)
		if at := i * 1000 / rate; at >= before && at < before+ms {
			v = int16(8000 * math.Sin(float64(i)/5))
		}
		for range channels {
			s.Samples = append(s.Samples, v)
		}
	}
	return s
}

// file makes a WAV file of any kind.
func file(tag, channels, bits, rate int, size uint32, data []byte, between ...byte) []byte {
	b := []byte("RIFF\xff\xff\xff\xffWAVEfmt ")
	b = binary.LittleEndian.AppendUint32(b, 16)
	for _, v := range []int{tag, channels} {
		b = binary.LittleEndian.AppendUint16(b, uint16(v))
	}
	b = binary.LittleEndian.AppendUint32(b, uint32(rate))
	b = binary.LittleEndian.AppendUint32(b, 0)
	b = binary.LittleEndian.AppendUint16(b, 0)
	b = binary.LittleEndian.AppendUint16(b, uint16(bits))
	b = append(b, between...)
	b = append(b, "data"...)
	return append(binary.LittleEndian.AppendUint32(b, size), data...)
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	for _, channels := range []int{1, 2} {
		want := tone(24000, channels, 100, 500, 100)
		got, err := Read(want.Bytes())
		if err != nil || got.Rate != 24000 || got.Channels != channels || !equal(got.Samples, want.Samples) || got.Seconds() != 0.7 {
			t.Errorf("%d channels: %v, %v s", channels, err, got.Seconds())
		}
	}
}

func equal(a, b []int16) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func TestSizesOfStreamsAreNotBelieved(t *testing.T) {
	data := []byte{1, 0, 2, 0, 3, 0}
	for _, size := range []uint32{0, 6, 0xffffffff, 1 << 30} {
		s, err := Read(file(1, 1, 16, 24000, size, data))
		if err != nil || !equal(s.Samples, []int16{1, 2, 3}) {
			t.Errorf("size %d: %v, %v", size, s.Samples, err)
		}
	}
	// What follows sound of a known size is no sound; a chunk before it is passed over.
	s, err := Read(append(file(1, 1, 16, 24000, 6, data, []byte("LIST\x03\x00\x00\x00abc\x00")...), "LIST\x02\x00\x00\x00ab"...))
	if err != nil || !equal(s.Samples, []int16{1, 2, 3}) {
		t.Errorf("%v, %v", s.Samples, err)
	}
}

func TestAllUncompressedKindsAreRead(t *testing.T) {
	float := binary.LittleEndian.AppendUint32(nil, math.Float32bits(0.5))
	double := binary.LittleEndian.AppendUint64(nil, math.Float64bits(-2))
	for name, c := range map[string]struct {
		file []byte
		want int16
	}{
		"8 bits":   {file(1, 1, 8, 8000, 1, []byte{129}), 256},
		"24 bits":  {file(1, 1, 24, 8000, 3, []byte{9, 1, 2}), 0x201},
		"32 bits":  {file(1, 1, 32, 8000, 4, []byte{9, 9, 1, 2}), 0x201},
		"float":    {file(3, 1, 32, 8000, 4, float), 16384},
		"double":   {file(3, 1, 64, 8000, 8, double), -32767},
		"channels": {file(1, 6, 16, 8000, 12, []byte{7, 0, 7, 0, 1, 0, 1, 0, 1, 0, 1, 0}), 7},
	} {
		s, err := Read(c.file)
		if err != nil || s.Samples[0] != c.want || s.Channels > 2 {
			t.Errorf("%s: %+v, %v", name, s, err)
		}
	}
	if s, err := PCM([]byte{1, 0, 2, 0}, 24000, 1); err != nil || !equal(s.Samples, []int16{1, 2}) {
		t.Errorf("%v, %v", s, err)
	}
}

func TestWhatIsNoSoundIsNamed(t *testing.T) {
	for want, file := range map[string][]byte{
		"empty":                {},
		"MP3":                  []byte("ID3\x04"),
		"MP3 or":               {0xff, 0xfb, 0x90},
		"Ogg":                  []byte("OggS"),
		"FLAC":                 []byte("fLaC"),
		`begins with "{\"erro`: []byte(`{"error": "no"}`),
		"no sound in it":       []byte("RIFF\x04\x00\x00\x00WAVE"),
		"kind 7":               file(7, 1, 8, 8000, 0, nil),
		"has no sound":         file(1, 1, 16, 8000, 0, nil),
		"0 samples":            file(1, 1, 16, 0, 2, []byte{1, 2}),
		"before it says":       []byte("RIFF\xff\xff\xff\xffWAVEdata\x02\x00\x00\x00ab"),
		"cut off":              []byte("RIFF\xff\xff\xff\xffWAVEfmt \x10\x00\x00\x00ab"),
	} {
		if _, err := Read(file); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func TestSilenceIsTrimmed(t *testing.T) {
	for _, c := range []struct{ rate, channels, before, after int }{
		{24000, 1, 400, 900}, {24000, 2, 0, 300}, {44100, 2, 33, 47}, {8000, 1, 0, 0},
	} {
		s := tone(c.rate, c.channels, c.before, 500, c.after)
		if !s.Trim(50 * time.Millisecond) {
			t.Fatal("no sound")
		}
		first, last := 0, len(s.Samples)-1
		for s.Samples[first] == 0 {
			first++
		}
		for s.Samples[last] == 0 {
			last--
		}
		lead := float64(first) / float64(c.rate*c.channels)
		tail := float64(len(s.Samples)-1-last) / float64(c.rate*c.channels)
		if lead > 0.050 || tail > 0.050 || s.Seconds() < 0.499 || lead < min(0.029, float64(c.before-1)/1000) {
			t.Errorf("%+v: %.3f s before, %.3f s after, %.3f s", c, lead, tail, s.Seconds())
		}
	}
	silence := Sound{Rate: 8000, Channels: 1, Samples: make([]int16, 8000)}
	if silence.Trim(time.Second) {
		t.Error("silence has sound")
	}
}

func FuzzRead(f *testing.F) {
	f.Add(tone(8000, 2, 10, 20, 10).Bytes())
	f.Add(file(3, 1, 32, 8000, 0xffffffff, []byte{1, 2, 3, 4, 5}))
	f.Add(file(0xfffe, 8, 24, 8000, 0, make([]byte, 100)))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := Read(b)
		if err != nil {
			return
		}
		s.Trim(50 * time.Millisecond)
		again, err := Read(s.Bytes())
		if err != nil || !bytes.Equal(again.Bytes(), s.Bytes()) || s.Seconds() <= 0 {
			t.Fatalf("%v after writing", err)
		}
	})
}
