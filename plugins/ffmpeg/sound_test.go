package ffmpeg

import (
	"fmt"
	"math"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

// soundtrack assembles a film of plain pictures with the sound, and measures it.
func soundtrack(t *testing.T, p providers.Provider, seconds int, speech []film.PlacedAudio, music *providers.File) (film.Film, loudness) {
	t.Helper()
	e := film.Encoding{Width: 64, Height: 64, FPS: 10, Quality: "draft"}
	clip := must(t, p, film.ClipRender, film.ClipInput{Image: picture(t, 64, 64, 1), Motion: "still", Frames: 10 * seconds, Encoding: e})
	made := must(t, p, film.Assemble, film.AssembleInput{
		Segments: []providers.File{clip.Video}, Frames: 10 * seconds, FPS: 10, Language: "english", Speech: speech, Music: music,
	})
	return made, measure(t, made.Video.Path)
}

func TestLoudnessIsReachedWhateverComesIn(t *testing.T) {
	p := configured(t)
	quiet, loud, soft := tone(t, 4, 180, 0.01), tone(t, 4, 180, 0.99), tone(t, 3, 60, 0.05)
	for _, c := range []struct {
		name   string
		speech []film.PlacedAudio
		music  *providers.File
	}{
		{"quiet speech", []film.PlacedAudio{{Audio: quiet, Start: 0.5}}, nil},
		{"loud speech", []film.PlacedAudio{{Audio: loud, Start: 0.5}}, nil},
		{"speech and music", []film.PlacedAudio{{Audio: quiet, Start: 1}, {Audio: loud, Start: 5.5}}, &soft},
		{"music alone, looped", nil, &soft},
		{"speech over speech", []film.PlacedAudio{{Audio: loud, Start: 1}, {Audio: quiet, Start: 2}, {Audio: loud, Start: 2}}, nil},
		{"speech that is cut off by the end", []film.PlacedAudio{{Audio: loud, Start: 8}}, nil},
		{"clicks with high peaks", []film.PlacedAudio{{Audio: clicks(t, 6), Start: 1}}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			made, heard := soundtrack(t, p, 10, c.speech, c.music)
			if math.Abs(heard.integrated-targetLUFS) > 0.5 || heard.peak > ceilingDB {
				t.Errorf("the film has %v LUFS and %v dBTP", heard.integrated, heard.peak)
			}
			if made.LoudnessLUFS != heard.integrated || made.TruePeakDB != heard.peak {
				t.Errorf("the answer says %v LUFS and %v dBTP; measured %+v", made.LoudnessLUFS, made.TruePeakDB, heard)
			}
		})
	}
}

func TestASilentFilmStaysSilent(t *testing.T) {
	made, heard := soundtrack(t, configured(t), 2, nil, nil)
	if !heard.silent() || made.LoudnessLUFS > silence {
		t.Errorf("the film has %v LUFS, the answer says %v", heard.integrated, made.LoudnessLUFS)
	}
}

// clicks makes sound of far higher peaks than loudness, as an MP3.
func clicks(t *testing.T, seconds int) providers.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "clicks.mp3")
	out, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-nostdin", "-f", "lavfi", "-i",
		fmt.Sprintf("aevalsrc='0.9*exp(-60*mod(t,0.5))*sin(2*PI*900*t)':d=%d:s=44100", seconds), "-c:a", "libmp3lame", path).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return providers.File{Path: path, MediaType: "audio/mpeg"}
}

// level is how loud a part of a file is within a band of frequencies, in dB.
func level(t *testing.T, path string, from, seconds, hertz float64) float64 {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ffmpeg", "-nostdin", "-hide_banner", "-ss", fmt.Sprint(from), "-t", fmt.Sprint(seconds),
		"-i", path, "-af", fmt.Sprintf("bandpass=f=%v:width_type=q:w=6,bandpass=f=%v:width_type=q:w=6,volumedetect", hertz, hertz), "-f", "null", "-").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var db float64
	if _, err := fmt.Sscanf(between(string(out), "mean_volume:", "dB"), "%g", &db); err != nil {
		t.Fatalf("no level in %s", out)
	}
	return db
}

func between(s, a, b string) string {
	_, s, _ = strings.Cut(s, a)
	s, _, _ = strings.Cut(s, b)
	return s
}

func TestMusicStepsBackUnderSpeechAndFades(t *testing.T) {
	music := tone(t, 14, 2500, 0.2)
	made, _ := soundtrack(t, configured(t), 14, []film.PlacedAudio{{Audio: tone(t, 4, 150, 0.3), Start: 4}}, &music)
	path := made.Video.Path
	alone, under, after, end := level(t, path, 2, 1.5, 2500), level(t, path, 5, 2.5, 2500), level(t, path, 10, 1.5, 2500), level(t, path, 13.6, 0.4, 2500)
	if d := alone - under; d < 5 || d > 14 {
		t.Errorf("under speech the music is %.1f dB lower, want 5 to 14", d)
	}
	if math.Abs(alone-after) > 1.5 {
		t.Errorf("after the speech the music is at %.1f dB, before at %.1f", after, alone)
	}
	if alone-end < 10 {
		t.Errorf("at the end the music is only %.1f dB lower", alone-end)
	}
}

// Each narration must begin where it was placed, to a hundredth of a second, however many there are.
func TestNarrationsLieWhereTheyWerePlaced(t *testing.T) {
	const n = 60
	hum := tone(t, 0.5, 300, 0.5)
	var speech []film.PlacedAudio
	for i := range n {
		speech = append(speech, film.PlacedAudio{Audio: hum, Start: float64(i) + 0.25})
	}
	made, _ := soundtrack(t, configured(t), n, speech, nil)
	for _, i := range []int{0, 1, 29, 59} {
		at := float64(i) + 0.25
		before, in, after := level(t, made.Video.Path, at-0.2, 0.18, 300), level(t, made.Video.Path, at+0.02, 0.4, 300), level(t, made.Video.Path, at+0.54, 0.15, 300)
		if in-before < 20 || in-after < 20 {
			t.Errorf("narration %d: %.1f dB before, %.1f dB in, %.1f dB after it", i, before, in, after)
		}
	}
}

func TestLanes(t *testing.T) {
	p := func(start, end int64) placed { return placed{start: start, end: end} }
	for _, c := range []struct {
		name   string
		speech []placed
		want   int
	}{
		{"none", nil, 0},
		{"one after the other", []placed{p(0, 10), p(10, 20), p(25, 30)}, 1},
		{"overlapping", []placed{p(0, 10), p(5, 8), p(9, 20), p(12, 14)}, 2},
		{"at the same time", []placed{p(0, 0), p(0, 0)}, 2},
	} {
		if got := len(lanesOf(c.speech)); got != c.want {
			t.Errorf("%s: %d lanes, want %d", c.name, got, c.want)
		}
	}
}

func TestParseLoudness(t *testing.T) {
	const text = `[ebur128@music @ 0x1] Summary:

  Integrated loudness:
    I:         -21.5 LUFS
    Threshold: -31.5 LUFS

  True peak:
    Peak:       -3.5 dBFS
[ebur128@film @ 0x2] Summary:

  Integrated loudness:
    I:         -70.0 LUFS

  True peak:
    Peak:       -inf dBFS
`
	for name, want := range map[string]loudness{"music": {-21.5, -3.5}, "film": {-70, math.Inf(-1)}} {
		if got, err := parseLoudness([]byte(text), name); err != nil || got != want {
			t.Errorf("%s: got %+v, %v; want %+v", name, got, err, want)
		}
	}
	if _, err := parseLoudness([]byte("nothing"), "film"); err == nil {
		t.Error("no error for no summary")
	}
}
