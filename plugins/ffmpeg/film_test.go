package ffmpeg

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

// configured is a provider that runs the real programs. A machine without them fails the test.
func configured(t testing.TB) providers.Provider {
	t.Helper()
	p := New()
	answer, err := p.Configure(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if !answer.Ready {
		t.Fatalf("these tests need ffmpeg: %s %s", answer.Problem, answer.Hint)
	}
	return p
}

// do makes a call through the provider, as the engine would: JSON in, JSON out, files by path in a
// work directory of the call's own.
func do[In, Out any](t testing.TB, ctx context.Context, p providers.Provider, c providers.Capability[In, Out], in In) (Out, *providers.Result, error) {
	t.Helper()
	var out Out
	raw, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	call := &providers.Call{Capability: c.Name, Input: raw, WorkDir: t.TempDir()}
	result, err := p.Execute(ctx, call)
	if err != nil {
		return out, nil, err
	}
	if err := json.Unmarshal(absolute(t, result.Output, call.WorkDir), &out); err != nil {
		t.Fatal(err)
	}
	return out, result, nil
}

// must is do without an error.
func must[In, Out any](t testing.TB, p providers.Provider, c providers.Capability[In, Out], in In) Out {
	t.Helper()
	out, _, err := do(t, t.Context(), p, c, in)
	if err != nil {
		t.Fatalf("%s: %v", c.Name, err)
	}
	return out
}

// absolute makes the files' paths absolute, as the host does.
func absolute(t testing.TB, raw []byte, dir string) []byte {
	t.Helper()
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if p, ok := v["path"].(string); ok && v["media_type"] != nil {
				if !filepath.IsLocal(p) {
					t.Errorf("the result's path %q leaves the work directory", p)
				}
				v["path"] = filepath.Join(dir, p)
				if info, err := os.Lstat(filepath.Join(dir, p)); err != nil || !info.Mode().IsRegular() {
					t.Errorf("the result's file %q is no regular file: %v", p, err)
				}
			}
			for _, e := range v {
				walk(e)
			}
		case []any:
			for _, e := range v {
				walk(e)
			}
		}
	}
	walk(v)
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// picture writes a PNG with detail at several sizes; each hue gives another one.
func picture(t testing.TB, w, h int, hue float64) providers.File {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			fx, fy := float64(x)/float64(w), float64(y)/float64(h)
			v := 0.5 + 0.25*math.Sin(fx*23+hue) + 0.15*math.Sin(fy*31-hue*2) + 0.1*math.Sin((fx+fy)*120)
			c := func(shift float64) uint8 { return uint8(255 * min(max(v*(0.6+0.4*math.Sin(hue+shift+fy*3)), 0), 1)) }
			img.SetRGBA(x, y, color.RGBA{c(0), c(2), c(4), 255})
		}
	}
	path := filepath.Join(t.TempDir(), "picture.png")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(f, img); err != nil {
		t.Fatal(err)
	}
	return providers.File{Path: path, MediaType: "image/png"}
}

// tone writes a mono WAV that stands for speech: a hum that swells and ebbs like syllables.
func tone(t testing.TB, seconds, hertz, level float64) providers.File {
	t.Helper()
	const rate = 16000
	n := int(seconds * rate)
	data := make([]byte, 0, 44+2*n)
	le := binary.LittleEndian
	data = append(data, "RIFF"...)
	data = le.AppendUint32(data, uint32(36+2*n))
	data = append(data, "WAVEfmt "...)
	data = le.AppendUint32(data, 16)
	data = le.AppendUint16(le.AppendUint16(data, 1), 1)
	data = le.AppendUint32(le.AppendUint32(data, rate), 2*rate)
	data = le.AppendUint16(le.AppendUint16(data, 2), 16)
	data = append(data, "data"...)
	data = le.AppendUint32(data, uint32(2*n))
	for i := range n {
		s := float64(i) / rate
		swell := 0.6 + 0.4*math.Sin(2*math.Pi*4*s)
		v := level * swell * (math.Sin(2*math.Pi*hertz*s) + 0.4*math.Sin(2*math.Pi*2.7*hertz*s)) / 1.4
		data = le.AppendUint16(data, uint16(int16(32767*v)))
	}
	path := filepath.Join(t.TempDir(), "tone.wav")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return providers.File{Path: path, MediaType: "audio/wav"}
}

// ffprobe asks about a file and gives the parsed answer.
func ffprobe(t testing.TB, path string, args ...string) map[string]any {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ffprobe", append(append([]string{"-v", "error", "-of", "json"}, args...), path)...).Output()
	if err != nil {
		t.Fatalf("ffprobe %s: %v", path, err)
	}
	var v map[string]any
	if err := json.Unmarshal(out, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// A production is a small film with everything it was made of.
type production struct {
	plan film.TimelinePlan
	in   film.AssembleInput
	film film.Film
}

type scene struct {
	text    string
	motion  string
	seconds float64
}

var smallScenes = []scene{
	{"The clock struck twelve, and nobody came.", "zoom-in", 1.8},
	{"Then a door opened.", "pan-left", 1.1},
	{"An old man stood there; his lamp was cold.", "zoom-out", 2.0},
	{"Nobody ever saw him again.", "pan-up", 1.4},
}

// produce makes a film the way the pipeline does.
func produce(t testing.TB, p providers.Provider, e film.Encoding, scenes []scene) production {
	t.Helper()
	ti := film.TimelineInput{FPS: e.FPS, PauseSeconds: 0.45, LeadSeconds: 0.3, TailSeconds: 1.5, TransitionSeconds: 0.4, MinSceneSeconds: 1.5}
	for i, s := range scenes {
		ti.Scenes = append(ti.Scenes, film.TimelineScene{ID: fmt.Sprintf("scene-%02d", i+1), SpeechSeconds: s.seconds})
	}
	plan := must(t, p, film.Timeline, ti)
	in := film.AssembleInput{Frames: plan.Frames, FPS: plan.FPS, Title: "The clockmaker", Description: "A story. #mystery", Language: "english"}
	burned := film.Track{Language: "english", Burned: true}
	other := film.Track{Language: "german"}
	kinds := []string{"crossfade", "fade-black", "wipe-left", "slide-left"}
	var before film.Side
	for i, s := range scenes {
		slot := plan.Scenes[i]
		layout := must(t, p, film.SubtitleLayout, film.LayoutInput{
			Text: s.text, SpeechStart: slot.SpeechStart, Seconds: s.seconds,
			Language: "english", Style: "cinematic", Width: e.Width, Height: e.Height,
		})
		side := film.Side{
			Image: picture(t, e.Width, e.Height, float64(i)*1.7), Motion: s.motion,
			Frames: slot.Frames, HeadFrames: slot.HeadFrames, TailFrames: slot.TailFrames,
		}
		if slot.HeadFrames > 0 {
			seg := must(t, p, film.TransitionRender, film.TransitionInput{
				Kind: kinds[i%len(kinds)], From: before, To: side, Subtitles: &layout.ASS, Encoding: e,
			})
			in.Segments = append(in.Segments, seg.Video)
		}
		clip := must(t, p, film.ClipRender, film.ClipInput{
			Image: side.Image, Motion: side.Motion, Frames: side.Frames, HeadFrames: side.HeadFrames, TailFrames: side.TailFrames,
			Subtitles: &layout.ASS, Encoding: e,
		})
		in.Segments = append(in.Segments, clip.Video)
		in.Speech = append(in.Speech, film.PlacedAudio{
			Audio: tone(t, s.seconds, 160+20*float64(i), 0.3), Start: slot.StartSeconds + slot.SpeechStart,
		})
		burned.Scenes = append(burned.Scenes, film.SceneCues{Start: slot.StartSeconds, Cues: layout.Cues})
		other.Scenes = append(other.Scenes, film.SceneCues{Start: slot.StartSeconds, Cues: layout.Cues})
		before = side
	}
	music := tone(t, 3, 55, 0.1)
	in.Music = &music
	in.Subtitles = []film.Track{burned, other}
	return production{plan, in, must(t, p, film.Assemble, in)}
}

func TestSmallFilm(t *testing.T) {
	p := configured(t)
	made := produce(t, p, film.Encoding{Width: 270, Height: 480, FPS: 30}, smallScenes)
	fmt.Printf("%+v\n", made.film)
	os.MkdirAll("/tmp/film", 0o755)
	exec.Command("cp", made.film.Video.Path, made.film.Thumbnail.Path, made.film.Subtitles[0].SRT.Path, made.film.Subtitles[0].VTT.Path, "/tmp/film").Run()
}
