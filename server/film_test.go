package server_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/filmloom/filmloom/plugins/builtin"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/server/servertest"
)

// A real film, from the request to its bytes: with the providers that need no network.
func TestARealFilmOverHTTP(t *testing.T) {
	needFilms(t)
	s := servertest.Start(t, servertest.Options{Providers: builtin.InProcess(), Pipelines: pipelines})
	ann := s.User("ann")
	began := time.Now()
	id := order(t, ann, map[string]any{
		"story_topic": "custom topic", "custom_story": "The lighthouse slept by day. At night it told the ships where the rocks were.",
		"art_style": "anime", "duration": "short", "language": "english", "voice_name": "nova", "aspect_ratio": "1:1", "music_genre": "calm",
	})
	task := finished(t, ann, id)
	if task["status"] != "completed" || task["story_text"] == nil || len(images(task)) == 0 {
		t.Fatalf("%v", task)
	}
	t.Logf("made in %v", time.Since(began))
	first := download(t, ann, task["url"].(string))
	square(t, first)
	for _, img := range images(task) {
		a := ann.Get(img["urls"].([]any)[0].(string)).Want(200)
		if kind := a.Header.Get("Content-Type"); kind != http.DetectContentType(a.Body) {
			t.Errorf("%s: %s, and it is %s", img["id"], kind, http.DetectContentType(a.Body))
		}
	}
	began = time.Now()
	ann.Post("/v1/images/"+images(task)[0]["id"].(string), nil).Want(200)
	again := finished(t, ann, id)
	if again["status"] != "completed" || len(images(again)[0]["urls"].([]any)) != 2 {
		t.Fatalf("%v", again)
	}
	t.Logf("brought up to date in %v", time.Since(began))
	second := download(t, ann, again["url"].(string))
	square(t, second)
	if string(read(t, first)) == string(read(t, second)) {
		t.Error("the film has not changed")
	}
}

// needFilms skips a test where what films are made with is missing, and fails it in CI.
func needFilms(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("a real film takes half a minute")
	}
	for _, name := range []string{"ffmpeg", "localtts"} {
		p, err := builtin.InProcess().Open(t.Context(), name, providers.OpenOptions{})
		if err != nil {
			t.Fatal(err)
		}
		ready, err := p.Configure(t.Context(), nil)
		if err := errors.Join(err, p.Shutdown(t.Context())); err != nil {
			t.Fatal(err)
		}
		switch {
		case ready.Ready:
		case os.Getenv("CI") != "":
			t.Fatalf("%s: %s %s", name, ready.Problem, ready.Hint)
		default:
			t.Skipf("%s: %s %s", name, ready.Problem, ready.Hint)
		}
	}
}

// finished waits for a real film's end, which takes longer than a mocked one's.
func finished(t *testing.T, c *servertest.Client, id string) map[string]any {
	t.Helper()
	for range 4 {
		if task := c.Preferring("wait=60").Get("/v1/video/tasks/" + id).Want(200).JSON(); task["status"] != "queued" && task["status"] != "processing" {
			return task
		}
	}
	t.Fatal("the film is not finished")
	return nil
}

func download(t *testing.T, c *servertest.Client, link string) (path string) {
	t.Helper()
	a := c.Get(link).Want(200)
	if a.Header.Get("Content-Type") != "video/mp4" {
		t.Errorf("%v", a.Header)
	}
	path = filepath.Join(t.TempDir(), "film.mp4")
	if err := os.WriteFile(path, a.Body, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// A probed film is what ffprobe says of it.
type probed struct {
	Format  struct{ Duration string }
	Streams []struct {
		Kind          string `json:"codec_type"`
		Codec         string `json:"codec_name"`
		Width, Height int
		Tags          struct{ Language string }
	}
}

func (p probed) seconds(t *testing.T) float64 {
	t.Helper()
	seconds, err := strconv.ParseFloat(p.Format.Duration, 64)
	if err != nil {
		t.Fatal(err)
	}
	return seconds
}

func streams(t *testing.T, path string) (p probed) {
	t.Helper()
	raw, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-show_format", "-show_streams", "-of", "json", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &p); err != nil {
		t.Fatal(err)
	}
	return p
}

// square checks that a file is a square film with picture and sound, of some seconds.
func square(t *testing.T, path string) {
	t.Helper()
	p := streams(t, path)
	if v := p.Streams; len(v) != 2 || v[0].Kind != "video" || v[0].Width == 0 || v[0].Width != v[0].Height || v[1].Kind != "audio" {
		t.Errorf("%+v", v)
	}
	if seconds := p.seconds(t); seconds <= 3 || seconds > 60 {
		t.Errorf("%v seconds", seconds)
	}
}
