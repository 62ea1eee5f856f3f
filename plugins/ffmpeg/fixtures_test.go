package ffmpeg

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"flag"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/filmloom/filmloom/providers"
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
	return grained(t, w, h, hue, 0)
}

// grained is a picture with grain, as photographs and illustrations have it.
func grained(t testing.TB, w, h int, hue, grain float64) providers.File {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, uint64(w*h)))
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			fx, fy := float64(x)/float64(w), float64(y)/float64(h)
			v := 0.5 + 0.25*math.Sin(fx*23+hue) + 0.15*math.Sin(fy*31-hue*2) + 0.1*math.Sin((fx+fy)*120) + grain*rng.NormFloat64()
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

// stream finds the first stream of a kind in ffprobe's answer.
func stream(t testing.TB, answer map[string]any, kind string) map[string]any {
	t.Helper()
	for _, s := range answer["streams"].([]any) {
		if s := s.(map[string]any); s["codec_type"] == kind {
			return s
		}
	}
	t.Fatalf("there is no %s stream", kind)
	return nil
}

var update = flag.Bool("update", false, "write the golden files")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v: run the test with -update", err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; run the test with -update and look at the change\ngot:\n%s", path, got)
	}
}

// measure asks ffmpeg how loud a file is.
func measure(t testing.TB, path string) loudness {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ffmpeg", "-nostdin", "-hide_banner", "-nostats", "-i", path,
		"-map", "0:a:0", "-af", "ebur128@test=framelog=verbose:peak=true", "-f", "null", "-").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	l, err := parseLoudness(out, "test")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func same(t *testing.T, a, b providers.File) {
	t.Helper()
	x, err := os.ReadFile(a.Path)
	if err != nil {
		t.Fatal(err)
	}
	y, err := os.ReadFile(b.Path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(x, y) {
		t.Errorf("%s differs: %d and %d bytes", filepath.Base(a.Path), len(x), len(y))
	}
}
