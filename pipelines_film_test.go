package filmloom_test

import (
	"bytes"
	"encoding/json"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"math"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/filmloom/filmloom"
	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/providers"
)

type language struct{ name, srt, vtt string }

// subtitles reads the files of an output.
func subtitles(t *testing.T, eng *engine.Engine, out engine.Outputs) (all []language) {
	t.Helper()
	read := func(f providers.File) string {
		r, _, err := eng.Artifacts().Open(t.Context(), f.SHA256)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	for _, f := range decoded[[]struct {
		Language string
		SRT, VTT providers.File
	}](t, out, "subtitles") {
		all = append(all, language{f.Language, read(f.SRT), read(f.VTT)})
	}
	return all
}

// probed is what ffprobe says of a film.
type probed struct {
	Streams []struct {
		Kind          string `json:"codec_type"`
		Codec         string `json:"codec_name"`
		Width, Height int
		Tags          struct{ Language string }
		Disposition   struct{ Default int }
	}
	Format struct {
		Duration string
		Tags     struct{ Title string }
	}
}

func probe(t *testing.T, path string) (p probed) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-of", "json", "-show_streams", "-show_format", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out, &p); err != nil {
		t.Fatal(err)
	}
	return p
}

// frame is the picture at a time, in seconds.
func frame(t *testing.T, path string, at float64) image.Image {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-ss", strconv.FormatFloat(at, 'f', 3, 64), "-i", path, "-frames:v", "1", "-c:v", "png", "-f", "image2pipe", "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// differ counts the pixels of two pictures that are not the same, in a part of them.
func differ(a, b image.Image, part image.Rectangle) (n int) {
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			ar, ag, ab, _ := a.At(x, y).RGBA()
			br, bg, bb, _ := b.At(x, y).RGBA()
			if d := math.Abs(float64(ar+ag+ab)-float64(br+bg+bb)) / 257; d > 60 {
				n++
			}
		}
	}
	return n
}

var cue = regexp.MustCompile(`(?m)^00:00:(\d\d),(\d\d\d) -->`)

// firstCue is when the first subtitle appears, in seconds.
func firstCue(t *testing.T, srt string) float64 {
	t.Helper()
	m := cue.FindStringSubmatch(srt)
	if m == nil {
		t.Fatalf("no subtitle within a minute: %q", srt)
	}
	seconds, err := strconv.ParseFloat(m[1]+"."+m[2], 64)
	if err != nil {
		t.Fatal(err)
	}
	return seconds
}

var integrated = regexp.MustCompile(`I:\s+(-?[0-9.]+) LUFS`)

func loudness(t *testing.T, path string) float64 {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ffmpeg", "-nostats", "-i", path, "-af", "ebur128", "-f", "null", "-").CombinedOutput()
	found := integrated.FindAllSubmatch(out, -1)
	if err != nil || len(found) == 0 {
		t.Fatalf("%v: %s", err, out)
	}
	lufs, err := strconv.ParseFloat(string(found[len(found)-1][1]), 64)
	if err != nil {
		t.Fatal(err)
	}
	return lufs
}

// A film as a person sees and hears it, made by the offline providers; only the translation is the mock's.
func TestAFilmOfAScriptIsSeenAndHeard(t *testing.T) {
	others := []string{"text.translate"}
	if raced {
		others = append(others, "image.generate", "music.compose")
	}
	eng := open(t, mocked(others...))
	inputs := engine.Inputs{
		"script": "The lamp went out.\nMARA: Who is there?\nTOM: Only the wind.", "title": "The Lamp", "duration": 6,
		"characters":         []map[string]any{{"name": "narrator", "gender": "male", "voice": "deep"}, {"name": "Mara", "age": "child", "gender": "female"}},
		"subtitle_languages": []string{"english", "spanish"}, "translate_to": []string{"spanish"},
		"resolution": "720p", "quality": "draft", "watermark": true, "style": "cartoon",
	}
	run, out := made(t, eng, "script_video", inputs)
	f, err := out.File(t.Context(), "video")
	if err != nil {
		t.Fatal(err)
	}
	if said := run.Status().Warnings; len(said) > 0 {
		t.Errorf("warnings %q", said)
	}
	seen := probe(t, f.Path)
	if s := seen.Streams; len(s) != 3 || s[0].Codec != "h264" || s[0].Width != 1280 || s[0].Height != 720 || s[1].Codec != "aac" ||
		s[2].Codec != "mov_text" || s[2].Tags.Language != "spa" || s[2].Disposition.Default != 0 {
		t.Errorf("streams %+v", s)
	}
	if seconds, err := strconv.ParseFloat(seen.Format.Duration, 64); err != nil || math.Abs(seconds-6) > 0.02 || seen.Format.Tags.Title != "The Lamp" {
		t.Errorf("%+v, %v", seen.Format, err)
	}
	if lufs := loudness(t, f.Path); math.Abs(lufs+14) > 1 {
		t.Errorf("it is heard at %v LUFS", lufs)
	}
	thumbnail, err := jpeg.DecodeConfig(strings.NewReader(content(t, out, "thumbnail")))
	if err != nil || thumbnail.Width != 1280 || thumbnail.Height != 720 {
		t.Errorf("the thumbnail is %+v, %v", thumbnail, err)
	}
	files := subtitles(t, eng, out)
	if len(files) != 2 || !strings.Contains(files[0].srt, "Who is there?") || !strings.Contains(files[1].vtt, "[spanish] Who is there?") {
		t.Errorf("subtitles %+v", files)
	}

	if raced {
		return
	}
	// The same film with nothing on its pictures: it differs where the subtitle and the mark are, and there alone.
	inputs["watermark"], inputs["include_subtitles"] = false, false
	_, out = made(t, eng, "script_video", inputs, engine.StartOptions{From: run.ID})
	bare, err := out.File(t.Context(), "video")
	if err != nil {
		t.Fatal(err)
	}
	if s := probe(t, bare.Path).Streams; len(s) != 4 || s[2].Tags.Language != "eng" || s[3].Tags.Language != "spa" {
		t.Errorf("streams %+v", s)
	}
	at := firstCue(t, files[0].srt) + 0.5
	a, b := frame(t, f.Path, at), frame(t, bare.Path, at)
	corner, middle, foot := image.Rect(1000, 0, 1280, 80), image.Rect(0, 80, 1280, 540), image.Rect(200, 560, 1080, 680)
	if mark, picture, words := differ(a, b, corner), differ(a, b, middle), differ(a, b, foot); mark < 200 || picture > 100 || words < 2000 {
		t.Errorf("%d pixels differ in the corner, %d in the picture, %d where subtitles are", mark, picture, words)
	}
}

// The request that the Studio API's specification prints needs no key and no network.
func TestTheSpecificationsRequestNeedsNoKey(t *testing.T) {
	if raced {
		t.Skip("a film by the offline providers alone takes too long with the race detector")
	}
	eng := open(t, string(filmloom.Pipelines))
	_, out := made(t, eng, "script_video", engine.Inputs{
		"title": "My Video Project", "script": "A compelling story about innovation...", "duration": 60, "style": "cinematic", "language": "english",
		"characters":  []map[string]any{{"name": "narrator", "age": "adult", "gender": "male", "voice": "deep"}},
		"music_genre": "epic", "include_subtitles": true, "subtitle_languages": []string{"english", "spanish"}, "translate_to": []string{},
		"resolution": "720p", "quality": "draft",
	})
	if files := subtitles(t, eng, out); len(files) != 1 || files[0].name != "english" {
		t.Errorf("subtitles %+v", files)
	}
	if s := decoded[float64](t, out, "seconds"); s < 5 || s > 60 {
		t.Errorf("%v s", s)
	}
	if title := decoded[string](t, out, "story_title"); title != "My Video Project" {
		t.Errorf("title %q", title)
	}
}
