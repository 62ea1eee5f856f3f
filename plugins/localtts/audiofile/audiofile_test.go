package audiofile

import (
	"bytes"
	"context"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// made makes a file with ffmpeg: half a second of silence, then a tone until two seconds are over.
func made(t *testing.T, name string, rate, channels int, args ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	tone := strings.Repeat("|if(gte(t\\,0.5)\\,0.6*sin(2*PI*500*(t-0.5))\\,0)", channels)[1:]
	args = slices.Concat([]string{
		"-v", "error", "-f", "lavfi", "-i", "aevalsrc=" + tone + ":s=" + strconv.Itoa(rate) + ":d=2", "-map_metadata", "-1",
	}, args, []string{path})
	if out, err := exec.CommandContext(t.Context(), "ffmpeg", args...).CombinedOutput(); err != nil {
		t.Fatalf("ffmpeg: %v\n%s", err, out)
	}
	return path
}

// heard checks when the tone begins, how loud it is and when the recording ends; MP3 smears and pads.
func heard(t *testing.T, rec Recording, inexact float64) {
	t.Helper()
	first := slices.IndexFunc(rec.Samples, func(v float32) bool { return v > 0.1 })
	if at := float64(first) / float64(rec.Rate); math.Abs(at-0.5) > 0.001+inexact/10 {
		t.Errorf("the tone begins at %.4f s", at)
	}
	if math.Abs(rec.Seconds()-2) > 0.0005+inexact {
		t.Errorf("the recording lasts %.4f s", rec.Seconds())
	}
	loudest := slices.Max(rec.Samples)
	if loudest < 0.55 || loudest > 0.65 {
		t.Errorf("the loudest sample is %.3f", loudest)
	}
	if rec.Rate >= 32_000 {
		t.Errorf("the rate is %d Hz", rec.Rate)
	}
}

func TestRecordingsOfEveryKindAreRead(t *testing.T) {
	for _, codec := range []string{"pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le"} {
		for i, rate := range []int{8000, 16000, 22050, 32000, 44100, 48000, 96000} {
			name := codec + "/" + strconv.Itoa(rate)
			t.Run(name, func(t *testing.T) {
				rec, err := Read(t.Context(), made(t, "a.wav", rate, 1+i%3, "-c:a", codec))
				if err != nil {
					t.Fatal(err)
				}
				heard(t, rec, 0)
			})
		}
	}
	for _, rate := range []int{16000, 22050, 24000, 32000, 44100, 48000} {
		for channels := 1; channels <= 2; channels++ {
			t.Run("mp3/"+strconv.Itoa(rate)+"/"+strconv.Itoa(channels), func(t *testing.T) {
				for _, how := range [][]string{{"-b:a", "64k"}, {"-q:a", "4"}, {"-b:a", "64k", "-id3v2_version", "3", "-metadata", "title=tone"}} {
					rec, err := Read(t.Context(), made(t, "a.mp3", rate, channels, how...))
					if err != nil {
						t.Fatal(err)
					}
					heard(t, rec, 0.1)
				}
			})
		}
	}
}

func TestAWAVFileWithoutItsLengthIsReadToItsEnd(t *testing.T) {
	path := made(t, "a.wav", 22050, 1)
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(raw, []byte("data")) + 4
	for _, size := range []string{"\x00\x00\x00\x00", "\xff\xff\xff\xff", "\xff\xff\xff\x7f"} {
		copy(raw[at:], size)
		rec, err := Decode(t.Context(), bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		heard(t, rec, 0)
	}
}

func TestWhatIsNoSoundSaysSo(t *testing.T) {
	wav := func(format string) string { return "RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00" + format }
	const mono16 = "\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00"
	for content, want := range map[string]string{
		"":                                             "is empty",
		"hello, this is a text":                        "only WAV and MP3 are read",
		"OggS\x00\x02 and so on":                       "Ogg",
		"fLaC\x00\x00\x00\x22 and on":                  "FLAC",
		"\x00\x00\x00\x20ftypM4A and on":               "MP4",
		"RIFF\x00\x00\x00\x00AVI LIST":                 "no WAV file",
		"RIFF\x00\x00\x00\x00WAVE":                     "ends before its sound",
		"RIFF\x00\x00\x00\x00WAVEdata\x00\x00\x00\x00": "does not say how",
		wav(mono16) + "data\x02\x00\x00\x00":           "no sound in it",
		wav(mono16) + "LIST\xff\xff\xff\xff":           "ends before its sound",
		wav("\x55"+mono16[1:]) + "data":                "compressed (coding 85)",
		wav(mono16[:2]+"\x00"+mono16[3:]) + "data":     "broken header",
		wav(mono16[:12]+"\x05\x00\x28\x00") + "data":   "40 bits",
		wav(mono16[:4]+"\x01\x00\x00\x00"+mono16[8:]) + "data\x02\x00\x00\x00ab": "a rate of 1 Hz",
		"ID3\x04\x00\x00\x00\x00\x00\x00 and no frame":                           "MP3",
		"\xff\xfb\x90\x00 and no frame":                                          "MP3",
	} {
		_, err := Decode(t.Context(), strings.NewReader(content))
		var wrong *FormatError
		if !errors.As(err, &wrong) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v, want %q", content, err, want)
		}
	}
	if _, err := Read(t.Context(), filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("of a missing file: %v", err)
	}
}

// A rate close below a whole multiple is the worst case for what thinning folds down.
func TestThinningLetsLowTonesThroughAndNoHighOnes(t *testing.T) {
	through := func(hertz float64) float64 {
		thin, loudest := newThinner(3), float32(0)
		for i := range 48_000 {
			if v, ok := thin.next(math.Sin(2 * math.Pi * hertz * float64(i) / 48_000)); ok && i > 4800 {
				loudest = max(loudest, v)
			}
		}
		return 20 * math.Log10(float64(loudest))
	}
	for _, hertz := range []float64{100, 1000, 4000, 6000} {
		if db := through(hertz); math.Abs(db) > 0.5 {
			t.Errorf("%v Hz come through with %.1f dB", hertz, db)
		}
	}
	for _, hertz := range []float64{9500, 12_000, 15_500, 20_000} {
		if db := through(hertz); db > -40 {
			t.Errorf("%v Hz come through with %.1f dB", hertz, db)
		}
	}
}

func TestACancelledReadEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Read(ctx, made(t, "a.wav", 96000, 1)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00data\x04\x00\x00\x00\x01\x02\x03\x04"))
	f.Add([]byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x03\x00\x02\x00\x00\x77\x01\x00\x00\x00\x00\x00\x10\x00\x40\x00data\xff\xff\xff\xff\x00\x00\x00\x00\x00\x00\xf0\x7f\x00\x00\x00\x00\x00\x00\xf0\x7f"))
	f.Add([]byte("RIFF"))
	f.Add([]byte("ID3\x04\x00\x00\x00\x00\x00\x02xx\xff\xfb\x90\x00" + strings.Repeat("\x00", 32) + "Xing\x00\x00\x00\x0f" + strings.Repeat("a", 400)))
	f.Fuzz(func(t *testing.T, raw []byte) {
		rec, err := Decode(t.Context(), bytes.NewReader(raw))
		var wrong *FormatError
		if err != nil && !errors.As(err, &wrong) {
			t.Fatalf("the error is of no known kind: %v", err)
		}
		if err == nil && (len(rec.Samples) == 0 || rec.Rate <= 0 || slices.ContainsFunc(rec.Samples, func(v float32) bool { return v != v })) {
			t.Fatalf("%d samples at %d Hz", len(rec.Samples), rec.Rate)
		}
	})
}
