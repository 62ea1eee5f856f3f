package sdapi

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	user     = "projectionist"
	password = "swordfish/9+é"
)

// A fakeServer holds every request against the protocol and answers as a test says.
type fakeServer struct {
	*httptest.Server
	t        *testing.T
	answer   http.HandlerFunc // to txt2img
	progress http.HandlerFunc
	auth     bool

	mu    sync.Mutex
	asked []string // "POST /sdapi/v1/interrupt"
	draws []map[string]any
}

func standIn(t *testing.T, answer http.HandlerFunc) *fakeServer {
	s := &fakeServer{t: t, answer: answer, progress: says(`{"progress":0.5,"eta_relative":3.1,"state":{"job_count":1},"current_image":null}`)}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func says(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, body)
	}
}

func (s *fakeServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	line := r.Method + " " + r.URL.RequestURI()
	s.mu.Lock()
	s.asked = append(s.asked, line)
	s.mu.Unlock()
	if name, pass, _ := r.BasicAuth(); s.auth && (name != user || pass != password) {
		fails(401, `{"detail":"Incorrect username or password"}`)(w, r)
		return
	}
	if r.Header.Get("Accept") != "application/json" {
		s.t.Errorf("accept %q", r.Header.Get("Accept"))
	}
	switch line {
	case "GET /sdapi/v1/options":
		says(`{"sd_model_checkpoint":"dreams.safetensors","samples_save":true}`)(w, r)
	case "GET /sdapi/v1/progress?skip_current_image=true":
		s.progress(w, r)
	case "POST /sdapi/v1/interrupt":
		says("{}")(w, r)
	case "POST /sdapi/v1/txt2img":
		form, err := check(r)
		if err != nil {
			s.t.Error(err)
		}
		s.mu.Lock()
		s.draws = append(s.draws, form)
		s.mu.Unlock()
		s.answer(w, r)
	default:
		s.t.Errorf("asked %s", line)
		http.NotFound(w, r)
	}
}

func (s *fakeServer) count(line string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.asked {
		if a == line {
			n++
		}
	}
	return n
}

// check reads a request to draw and holds it against StableDiffusionProcessingTxt2Img of the web UI's /docs.
func check(r *http.Request) (map[string]any, error) {
	var form map[string]any
	dec := json.NewDecoder(r.Body)
	dec.UseNumber()
	if err := dec.Decode(&form); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) || r.Header.Get("Content-Type") != "application/json" {
		return nil, fmt.Errorf("more than JSON: %v, %q", err, r.Header.Get("Content-Type"))
	}
	whole := func(v any, low, high int64) bool {
		n, is := v.(json.Number)
		i, err := n.Int64()
		return is && err == nil && i >= low && i <= high
	}
	for name, v := range form {
		ok := false
		switch name {
		case "prompt", "negative_prompt", "sampler_name":
			s, is := v.(string)
			ok = is && s != ""
		case "width", "height":
			n, _ := v.(json.Number)
			i, _ := n.Int64()
			ok = whole(v, 64, 4096) && i%64 == 0
		case "seed":
			ok = whole(v, 0, 1<<32-1)
		case "batch_size", "n_iter":
			ok = whole(v, 1, 1)
		case "steps":
			ok = whole(v, 1, 150)
		case "cfg_scale":
			n, is := v.(json.Number)
			f, err := n.Float64()
			ok = is && err == nil && f >= 0.1 && f <= 30
		case "override_settings":
			m, is := v.(map[string]any)
			ok = is && len(m) == 1 && m["sd_model_checkpoint"] != ""
		case "override_settings_restore_afterwards":
			_, ok = v.(bool)
		}
		if !ok {
			return nil, fmt.Errorf("the field %q is %v", name, v)
		}
	}
	for _, name := range []string{"prompt", "width", "height", "seed"} {
		if form[name] == nil {
			return nil, fmt.Errorf("the field %q is missing", name)
		}
	}
	return form, nil
}

func fails(status int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func pngOf(width, height int) []byte {
	var b bytes.Buffer
	_ = png.Encode(&b, image.NewGray(image.Rect(0, 0, width, height)))
	return b.Bytes()
}

// drawn is a success as the web UI gives it.
func drawn(prefix string, raw []byte, info string) http.HandlerFunc {
	body, _ := json.Marshal(map[string]any{
		"images": []string{prefix + base64.StdEncoding.EncodeToString(raw)}, "parameters": map[string]any{"steps": 20}, "info": info,
	})
	return says(string(body))
}

// A beat is a clock that a test drives.
type beat chan time.Time

func (b beat) tick() (<-chan time.Time, func()) { return b, func() {} }

// configured makes the provider as an engine does, with a clock that stands still unless it is driven.
func configured(t *testing.T, address string, clock beat, settings map[string]any) providers.Provider {
	t.Helper()
	p := newProvider(clock.tick).parts()
	t.Cleanup(func() { _ = p.Shutdown(context.Background()) })
	conf := map[string]any{"base_url": address}
	for name, value := range settings {
		conf[name] = value
	}
	raw, _ := json.Marshal(conf)
	got, err := p.Configure(t.Context(), raw)
	if err != nil || !got.Ready {
		t.Fatalf("%+v, %v", got, err)
	}
	return p
}

// A listener keeps what a call says while it runs.
type listener struct {
	mu       sync.Mutex
	said     []string
	progress chan float64 // nil drops it
}

func (l *listener) say(parts ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.said = append(l.said, fmt.Sprint(parts...))
}

func (l *listener) Progress(done float64, message string) {
	l.say(done, message)
	if l.progress != nil {
		l.progress <- done
	}
}

func (l *listener) Log(_ slog.Level, message string, args ...any) {
	l.say(append([]any{message}, args...)...)
}
func (l *listener) Checkpoint(context.Context, []byte) error { return nil }

func run(t *testing.T, ctx context.Context, p providers.Provider, heard *listener, in film.ImageInput) (*providers.Result, string, error) {
	t.Helper()
	raw, _ := json.Marshal(in)
	dir := t.TempDir()
	result, err := p.Execute(ctx, &providers.Call{Capability: film.ImageGenerate.Name, Input: raw, WorkDir: dir, Attempt: 1, Report: heard})
	everything := strings.Join(heard.said, "\n")
	if err != nil {
		e := providers.AsError(err)
		everything += fmt.Sprintf("%v\n%+v\n%s\n%s\n%s", err, err, e.Message, e.Hint, e.User)
	} else {
		everything += string(result.Output)
	}
	basic := base64.StdEncoding.EncodeToString([]byte(user + ":" + password))
	for _, secret := range []string{user, "swordfish", basic[:20], basic[20:]} {
		if strings.Contains(everything, secret) {
			t.Errorf("%q is in what came of the call:\n%s", secret, everything)
		}
	}
	return result, dir, err
}

func scene() film.ImageInput {
	return film.ImageInput{
		Prompt: "Mira climbs the lighthouse at dusk.", Negative: "text, hands", Style: "anime", Camera: "aerial", Width: 108, Height: 192, Seed: 7,
		Characters: []film.Character{{Name: "Mira", Looks: "a girl of ten, red coat."}, {Name: "Tom", Looks: "an old fisherman"}},
	}
}
