package server_test

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/filmloom/filmloom"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/plugins/builtin"
	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/production"
	"github.com/filmloom/filmloom/server/servertest"
)

// A real film of a script, from the request to what a person sees, hears and reads, on the smallest plan. The
// providers are those that need no network; only the translation is the mock's, since nothing translates offline,
// and with the race detector the pictures and the music, which have tests of their own.
func TestARealStudioFilmOverHTTP(t *testing.T) {
	needFilms(t)
	others := []string{"text.translate"}
	if raced {
		others = append(others, "image.generate", "music.compose")
	}
	s := servertest.Start(t, servertest.Options{
		Providers: builtin.InProcess(), Pipelines: pipeline.Source{"pipelines.hcl": mockedFor(t, others...)},
		Config: func(c *config.Config) { c.DefaultPlan = "free" },
	})
	ann := s.User("ann")
	project := ann.Post("/api/v1/projects", object{
		"title": "The Lamp", "script": "MARA: Who is there?\nTOM: Only the wind, my dear.",
		"settings": object{
			"duration": 5, "style": "cartoon", "subtitle_languages": []string{"en", "es"}, "music_genre": "calm",
			"characters": []object{{"name": "Mara", "age": "child", "gender": "female"}, {"name": "Tom", "age": "elderly", "gender": "male", "voice": "deep"}},
		},
	}).Want(201).JSON()["project_id"].(string)
	job := made(t, s, ann.Post("/api/v1/projects/"+project+"/generate", nil).Want(202).JSON()["job_id"].(string))
	if warnings := job["warnings"].([]any); len(warnings) > 0 {
		t.Errorf("warnings %v", warnings)
	}
	film := download(t, ann, job["output_url"].(string))
	told, _ := job["duration_seconds"].(float64)
	checkFile(t, film, 5, told)
	assets := ann.Get("/api/v1/projects/" + project).Want(200).JSON()["assets"].(object)
	thumbnail, err := jpeg.Decode(bytes.NewReader(ann.Get(assets["thumbnail_url"].(string)).Want(200).Body))
	if err != nil {
		t.Fatal(err)
	}
	if size, c := thumbnail.Bounds().Size(), contrast(thumbnail); size != image.Pt(1280, 720) || c < 10 {
		t.Errorf("the thumbnail has %v pixels, of a deviation of %v", size, c)
	}
	spoken := written(t, ann, assets["subtitle_urls"].(object), told)
	if f0 := [2]float64{pitch(t, film, spoken[0]), pitch(t, film, spoken[len(spoken)-1])}; f0[0] < 1.3*f0[1] {
		t.Errorf("a girl and an old man with a deep voice speak at %v Hz", f0)
	}

	// The same film with nothing on its pictures differs where the subtitle and the mark are, and there alone.
	bare := download(t, ann, made(t, s, again(t, s, project, object{"watermark": false, "include_subtitles": false}))["output_url"].(string))
	if v := streams(t, bare).Streams; len(v) != 4 || v[2].Tags.Language != "eng" || v[3].Tags.Language != "spa" {
		t.Errorf("streams without burned in subtitles %+v", v)
	}
	at := (spoken[0].from + spoken[0].to) / 2
	a, b := frame(t, film, at), frame(t, bare, at)
	corner, middle, foot := image.Rect(1000, 0, 1280, 80), image.Rect(0, 80, 1280, 540), image.Rect(200, 560, 1080, 680)
	if mark, picture, words := differ(a, b, corner), differ(a, b, middle), differ(a, b, foot); mark < 200 || picture > 100 || words < 2000 {
		t.Errorf("%d pixels differ in the corner, %d in the picture, %d where subtitles are", mark, picture, words)
	}
}

// checkFile checks a file against what the plan and the request say of it: 720p, so long as was asked for and as is
// told, as loud as films are, with one further track of subtitles.
func checkFile(t *testing.T, film string, asked, told float64) {
	t.Helper()
	seen := streams(t, film)
	if v := seen.Streams; len(v) != 3 || v[0].Codec != "h264" || v[0].Width != 1280 || v[0].Height != 720 || v[1].Codec != "aac" || v[2].Codec != "mov_text" || v[2].Tags.Language != "spa" {
		t.Errorf("streams %+v", v)
	}
	if seconds := seen.seconds(t); math.Abs(seconds-asked) > 0.1 || math.Abs(told-seconds) > 0.1 {
		t.Errorf("%v seconds were asked for, %v are told, and it has %v", asked, told, seconds)
	}
	if lufs := loudness(t, film); math.Abs(lufs+14) > 1 {
		t.Errorf("it is heard at %v LUFS", lufs)
	}
}

// mockedFor are the pipelines with the mock for some capabilities.
func mockedFor(t *testing.T, capabilities ...string) []byte {
	t.Helper()
	text := string(filmloom.Pipelines)
	for _, c := range capabilities {
		head, rest, ok := strings.Cut(text, `route "`+c+"\" {\n")
		_, tail, closed := strings.Cut(rest, "}")
		if !ok || !closed {
			t.Fatalf("there is no route for %s", c)
		}
		text = head + `route "` + c + "\" {\n  prefer = [\"mock\"]\n}" + tail
	}
	return []byte(text)
}

// made waits for the end of a job that must make its film. The admin asks, since the free plan has few requests.
func made(t *testing.T, s *servertest.Server, id string) object {
	t.Helper()
	admin := s.Admin().Preferring("wait=60")
	for range 4 {
		switch job := admin.Get("/api/v1/jobs/" + id).Want(200).JSON(); job["status"] {
		case "queued", "processing":
		case "completed":
			return job
		default:
			t.Fatalf("%v", job)
		}
	}
	t.Fatal("the film is not finished")
	return nil
}

// again orders a project's film once more with other inputs, some of which no request of an API can have.
func again(t *testing.T, s *servertest.Server, project string, change object) (job string) {
	t.Helper()
	v, err := s.Desk().Get(t.Context(), project)
	if err != nil {
		t.Fatal(err)
	}
	var inputs object
	if err := json.Unmarshal(v.Head.Inputs, &inputs); err != nil {
		t.Fatal(err)
	}
	for name, value := range change {
		if inputs[name] == value {
			t.Errorf("%s is %v already", name, value)
		}
		inputs[name] = value
	}
	raw, err := json.Marshal(inputs)
	if err != nil {
		t.Fatal(err)
	}
	o, err := s.Desk().Make(t.Context(), project, production.Order{Pipeline: v.Head.Pipeline, Inputs: raw, Seed: v.Head.Seed}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return o.ID
}

// A cue is a subtitle: from when to when it is shown, in seconds, and its text.
type cue struct {
	from, to float64
	text     string
}

var times = regexp.MustCompile(`^(\d\d):(\d\d):(\d\d)[,.](\d\d\d) --> (\d\d):(\d\d):(\d\d)[,.](\d\d\d)$`)

// cues reads a file of subtitles, and holds it to what both formats ask for. head is what stands before the first.
func cues(t *testing.T, text, head string, end float64) (all []cue) {
	t.Helper()
	body, ok := strings.CutPrefix(text, head)
	if !ok {
		t.Fatalf("%q does not begin with %q", text, head)
	}
	for i, block := range strings.Split(strings.TrimSpace(body), "\n\n") {
		lines := strings.Split(block, "\n")
		if head == "" && lines[0] != strconv.Itoa(i+1) {
			t.Errorf("the number of cue %d is %q", i+1, lines[0])
		}
		if len(lines) > 1 && !times.MatchString(lines[0]) {
			lines = lines[1:] // its number or name
		}
		m := times.FindStringSubmatch(lines[0])
		if m == nil || len(lines) < 2 || len(lines) > 3 {
			t.Fatalf("%q is no cue", block)
		}
		at := make([]float64, len(m))
		for i, part := range m[1:] {
			at[i+1], _ = strconv.ParseFloat(part, 64) // of digits
		}
		c := cue{3600*at[1] + 60*at[2] + at[3] + at[4]/1000, 3600*at[5] + 60*at[6] + at[7] + at[8]/1000, strings.Join(lines[1:], " ")}
		if before := append([]cue{{}}, all...)[len(all)].to; c.from < before || c.to <= c.from || c.to > end+0.1 {
			t.Errorf("a cue is from %v to %v after one until %v, and the film ends at %v", c.from, c.to, before, end)
		}
		all = append(all, c)
	}
	return all
}

// written reads the subtitles of both languages in both formats and gives those of the script's.
func written(t *testing.T, c *servertest.Client, links object, seconds float64) (spoken []cue) {
	t.Helper()
	said := func(all []cue) (text string) {
		for _, c := range all {
			text += " " + c.text
		}
		return text
	}
	for code, wants := range map[string][2]string{"en": {" Who is there?", " Only the wind, my dear."}, "es": {" [spanish] Who is there?", " [spanish] Only the wind,"}} {
		files, _ := links[code].(object)
		srt := cues(t, string(c.Get(files["srt"].(string)).Want(200).Body), "", seconds)
		vtt := cues(t, string(c.Get(files["vtt"].(string)).Want(200).Body), "WEBVTT\n", seconds)
		if !slices.Equal(srt, vtt) || !strings.HasPrefix(said(srt), wants[0]) || !strings.Contains(said(srt), wants[1]) {
			t.Errorf("%s: %v\n%v", code, srt, vtt)
		}
		if code == "en" {
			spoken = srt
		}
	}
	if len(links) != 2 {
		t.Errorf("subtitles %v", links)
	}
	return spoken
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

// grey is how light a pixel is, from 0 to 255.
func grey(img image.Image, x, y int) float64 {
	return float64(color.GrayModel.Convert(img.At(x, y)).(color.Gray).Y)
}

// differ counts the pixels in a part of two pictures that are not the same.
func differ(a, b image.Image, part image.Rectangle) (n int) {
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			if math.Abs(grey(a, x, y)-grey(b, x, y)) > 20 {
				n++
			}
		}
	}
	return n
}

// contrast is the standard deviation of a picture's pixels; a flat one has none.
func contrast(img image.Image) float64 {
	var n, sum, squares float64
	for y := img.Bounds().Min.Y; y < img.Bounds().Max.Y; y += 4 {
		for x := img.Bounds().Min.X; x < img.Bounds().Max.X; x += 4 {
			v := grey(img, x, y)
			n, sum, squares = n+1, sum+v, squares+v*v
		}
	}
	return math.Sqrt(squares/n - sum/n*sum/n)
}

var integrated = regexp.MustCompile(`I:\s+(-?[0-9.]+) LUFS`)

// loudness is that of a whole film, in LUFS.
func loudness(t *testing.T, path string) float64 {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ffmpeg", "-nostats", "-i", path, "-vn", "-af", "ebur128", "-f", "null", "-").CombinedOutput()
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

// pitch is the middle pitch of the voice during a cue, in hertz.
func pitch(t *testing.T, path string, c cue) float64 {
	t.Helper()
	const rate = 8000
	second := func(s float64) string { return strconv.FormatFloat(s, 'f', 3, 64) }
	raw, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-ss", second(c.from), "-t", second(c.to-c.from), "-i", path, "-vn", "-ac", "1", "-ar", strconv.Itoa(rate), "-f", "u8", "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	alike := func(from, lag int) (sum float64) { // how alike it is to itself a little later
		for i := from; i < from+rate/25; i++ {
			sum += (float64(raw[i]) - 128) * (float64(raw[i+lag]) - 128)
		}
		return sum
	}
	var voiced []float64
	for from := 0; from+rate/25+rate/60 < len(raw); from += rate / 50 {
		best, likeness := 0, 0.0
		for lag := rate / 400; lag < rate/60; lag++ {
			if l := alike(from, lag) / math.Sqrt(alike(from, 0)*alike(from+lag, 0)+1); l > likeness+0.02 {
				best, likeness = lag, l
			}
		}
		if likeness > 0.8 && alike(from, 0) > 100*rate/25 {
			voiced = append(voiced, float64(rate)/float64(best))
		}
	}
	if len(voiced) < 10 {
		t.Fatalf("nobody speaks from %v to %v", c.from, c.to)
	}
	slices.Sort(voiced)
	return voiced[len(voiced)/2]
}
