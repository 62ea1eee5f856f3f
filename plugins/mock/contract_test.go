package mock

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

// artifacts is where the host of a test keeps files: by their digest, as an engine does.
type artifacts map[string]string

func digestOf(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// keep takes a file of a result, which must be a regular file inside the work directory.
func (a artifacts) keep(t *testing.T, workDir string, f providers.File) providers.File {
	t.Helper()
	path := f.Path
	if !filepath.IsAbs(path) {
		path = filepath.Join(workDir, path)
	}
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	if rel, err := filepath.Rel(workDir, path); err != nil || !filepath.IsLocal(rel) || !info.Mode().IsRegular() {
		t.Errorf("%s is no regular file inside %s", f.Path, workDir)
	}
	if f.MediaType == "" || f.Name != filepath.Base(path) {
		t.Errorf("the file %s is named %q and is a %q", path, f.Name, f.MediaType)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f.SHA256, f.Size = digestOf(raw), int64(len(raw))
	a[f.SHA256] = path
	return f
}

// hosted makes a call as an engine does: the input is checked against the schema and its defaults filled
// in, the output is checked against the schema.
func hosted(t *testing.T, p providers.Provider, kept artifacts, spec providers.CapabilitySpec, input cty.Value) cty.Value {
	t.Helper()
	in, problems := spec.Input.Conform(input.AsValueMap())
	if len(problems) > 0 {
		t.Fatalf("%s: input: %s", spec.Name, providers.Problems(problems))
	}
	attrs := in.AsValueMap()
	for name, v := range attrs {
		if v.IsNull() {
			delete(attrs, name)
		}
	}
	raw, err := providers.EncodeWire(cty.ObjectVal(attrs), func(f providers.File) (string, error) { return kept[f.SHA256], nil })
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	res, err := p.Execute(t.Context(), &providers.Call{Capability: spec.Name, Attempt: 1, Input: raw, WorkDir: dir})
	if err != nil {
		t.Fatalf("%s: %v", spec.Name, err)
	}
	out, err := providers.DecodeWire(res.Output, spec.Output.Type(), func(f providers.File) (providers.File, error) {
		return kept.keep(t, dir, f), nil
	})
	if err != nil {
		t.Fatalf("%s: output: %v", spec.Name, err)
	}
	out, problems = spec.Output.Conform(out.AsValueMap())
	if len(problems) > 0 {
		t.Errorf("%s: output: %s", spec.Name, providers.Problems(problems))
	}
	return out
}

// value is the value of a piece of JSON.
func value(t *testing.T, text string) cty.Value {
	t.Helper()
	ty, err := ctyjson.ImpliedType([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	v, err := ctyjson.Unmarshal([]byte(text), ty)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// with is an object with one more attribute.
func with(v cty.Value, name string, attribute cty.Value) cty.Value {
	attrs := map[string]cty.Value{name: attribute}
	maps.Copy(attrs, v.AsValueMap())
	return cty.ObjectVal(attrs)
}

// one calls every capability once, with what the earlier ones gave, and returns the results by name.
func one(t *testing.T) (map[string]cty.Value, artifacts) {
	t.Helper()
	p := configured(t, `{}`)
	d, err := p.Describe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	kept, results := artifacts{}, map[string]cty.Value{}
	do := func(name string, input cty.Value) cty.Value {
		spec, ok := d.Capability(name)
		if !ok {
			t.Fatalf("%s is not served", name)
		}
		if !spec.Deterministic || spec.CPU {
			t.Errorf("%s: deterministic %v, keeps a processor busy %v", name, spec.Deterministic, spec.CPU)
		}
		results[name] = hosted(t, p, kept, spec, input)
		return results[name]
	}
	do("mock.echo", value(t, `{"text": "hello"}`))
	do("mock.list", value(t, `{"count": 3}`))
	do("mock.file", value(t, `{"text": "hello"}`))
	story := do("story.write", value(t, `{"topic": "mystery"}`))
	scene := story.GetAttr("scenes").Index(cty.NumberIntVal(0))
	do("script.analyze", value(t, `{"script": "A door opens.\nMARA: Who is there?"}`))
	do("text.translate", value(t, `{"texts": ["A door opens.", ""], "from": "english", "to": "german"}`))
	image := do("image.generate", value(t, `{"prompt": "a cat", "width": 90, "height": 160}`)).GetAttr("image")
	speech := do("speech.synthesize", with(value(t, `{}`), "text", scene.GetAttr("narration")))
	do("speech.align", cty.ObjectVal(map[string]cty.Value{"audio": speech.GetAttr("audio"), "text": scene.GetAttr("narration")}))
	plan := do("film.timeline", with(value(t, `{}`), "scenes", cty.ListVal([]cty.Value{
		cty.ObjectVal(map[string]cty.Value{"id": cty.StringVal("a"), "speech_seconds": speech.GetAttr("seconds")}),
		cty.ObjectVal(map[string]cty.Value{"id": cty.StringVal("b"), "speech_seconds": cty.NumberFloatVal(2.5)}),
	})))
	music := do("music.compose", with(value(t, `{}`), "seconds", plan.GetAttr("seconds")))
	laid := do("subtitle.layout", cty.ObjectVal(map[string]cty.Value{
		"text": scene.GetAttr("narration"), "words": speech.GetAttr("words"), "seconds": speech.GetAttr("seconds"),
	}))
	side := with(value(t, `{"motion": "still", "frames": 60, "head_frames": 12, "tail_frames": 12}`), "image", image)
	clip := do("clip.render", with(with(value(t, `{"frames": 60, "head_frames": 12}`), "image", image), "subtitles", laid.GetAttr("ass")))
	between := do("transition.render", cty.ObjectVal(map[string]cty.Value{"from": side, "to": side}))
	scenes := cty.ListVal([]cty.Value{cty.ObjectVal(map[string]cty.Value{"start": cty.NumberIntVal(0), "cues": laid.GetAttr("cues")})})
	do("film.assemble", cty.ObjectVal(map[string]cty.Value{
		"segments":  cty.ListVal([]cty.Value{between.GetAttr("video"), clip.GetAttr("video")}),
		"speech":    cty.ListVal([]cty.Value{cty.ObjectVal(map[string]cty.Value{"audio": speech.GetAttr("audio"), "start": cty.NumberFloatVal(0.3)})}),
		"music":     music.GetAttr("audio"),
		"subtitles": cty.ListVal([]cty.Value{cty.ObjectVal(map[string]cty.Value{"language": cty.StringVal("english"), "burned": cty.True, "scenes": scenes})}),
		"frames":    cty.NumberIntVal(60),
	}))
	for _, spec := range d.Capabilities {
		if _, ok := results[spec.Name]; !ok {
			t.Errorf("%s is not tested", spec.Name)
		}
	}
	return results, kept
}

func TestEveryCapabilityGivesWhatItsSchemaAcceptsAndTheSameAgain(t *testing.T) {
	first, _ := one(t)
	again, _ := one(t)
	for name, v := range first {
		if !v.RawEquals(again[name]) { // files are compared by their digest
			t.Errorf("%s gives\n%#v\nand again\n%#v", name, v, again[name])
		}
	}
}

// decoded asks ffprobe for the streams of a file, after ffmpeg has decoded all of it.
func decoded(t *testing.T, path string) string {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-i", path, "-map", "0", "-c:s", "srt", "-f", "null", "-").CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("ffmpeg does not decode %s: %v\n%s", path, err, out)
	}
	out, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-show_entries", "stream=codec_name,profile,width,height,sample_rate,channels,duration", "-of", "csv=p=0", path).Output()
	if err != nil {
		t.Fatalf("ffprobe %s: %v", path, err)
	}
	return strings.Join(strings.Fields(string(out)), " ")
}

func TestEveryFileDecodes(t *testing.T) {
	results, kept := one(t)
	want := map[string][]string{ // in the order of the outputs' attributes, which is alphabetical
		"mock.file":         {"text/plain"},
		"image.generate":    {"image/png png,90,160"},
		"speech.synthesize": {"audio/wav pcm_u8,8000,1"},
		"music.compose":     {"audio/wav pcm_u8,8000,2"},
		"subtitle.layout":   {"text/x-ssa ass"},
		"clip.render":       {"video/mp4 h264,High,108,192,1.600000"},
		"transition.render": {"video/mp4 h264,High,108,192,0.400000"},
		"film.assemble": {
			"application/x-subrip subrip", "text/vtt webvtt",
			"image/jpeg mjpeg,Baseline,108,192", "video/mp4 h264,High,108,192,2.000000 aac,LC,48000,2,0.200000",
		},
	}
	for name, result := range results {
		files := providers.Files(result)
		if len(files) != len(want[name]) {
			t.Errorf("%s gives the files %+v", name, files)
			continue
		}
		for i, f := range files {
			got := f.MediaType
			if got != "text/plain" {
				got += " " + decoded(t, kept[f.SHA256])
			}
			if !strings.HasPrefix(strings.ReplaceAll(got, "unknown,", ""), want[name][i]) {
				t.Errorf("%s gives %s, want %s…", name, got, want[name][i])
			}
			if f.Size > 1<<18 {
				t.Errorf("%s gives %d bytes, which is not small", name, f.Size)
			}
		}
	}
}

func TestAFileFollowsFromTheContentOfItsInputsNotFromWhereTheyLie(t *testing.T) {
	p := configured(t, `{}`)
	clip := func(sum, path string, seed int64) string {
		in := film.ClipInput{Image: providers.File{SHA256: sum, Path: path}, Motion: "still", Frames: 9}
		raw, err := os.ReadFile(must(t, p, film.ClipRender, in).Video.Path)
		if err != nil {
			t.Fatal(err)
		}
		png, err := os.ReadFile(must(t, p, film.ImageGenerate, film.ImageInput{Prompt: "x", Width: 64, Height: 64, Seed: seed}).Image.Path)
		if err != nil {
			t.Fatal(err)
		}
		return digestOf(append(raw, png...))
	}
	const far = 1<<60 + 1 // beyond what a float64 tells apart
	base := clip("aa", "/here", far)
	if base != clip("aa", "/there", far) {
		t.Error("the clip follows from its picture's path")
	}
	if base == clip("bb", "/here", far) || base == clip("aa", "/here", far+1) {
		t.Error("another picture or another seed gives the same file")
	}
}

func TestAFilmThatFitsNoFileIsInvalidInput(t *testing.T) {
	p := configured(t, `{}`)
	const most = longestFilm * 30
	if _, err := call(t, p, film.ClipRender, film.ClipInput{Frames: most + 1}); providers.AsError(err) == nil || providers.AsError(err).Kind != providers.KindInvalidInput {
		t.Errorf("got %v", err)
	}
	out := must(t, p, film.ClipRender, film.ClipInput{Frames: most})
	if got := probe(t, out.Video.Path, "v:0", "duration"); got != "43200.000000" {
		t.Errorf("a clip of 12 hours lasts %s s", got)
	}
}
