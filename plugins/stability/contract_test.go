package stability

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"go.uber.org/goleak"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// key has the shape of the vendor's keys, and bytes that look different in every encoding.
const key = "sk-Zq7mZ0pKxW3vT9sLhB2nR8cJyD4fG6uAeQ1iO5wMkXrVtYbN"

// A rule is what the vendor's reference says of a field.
type rule func(value string) error

func text(most int) rule {
	return func(v string) error {
		if n := utf8.RuneCountInString(v); n < 1 || n > most {
			return fmt.Errorf("has %d characters", n)
		}
		return nil
	}
}

func number(low, high float64, whole bool) rule {
	return func(v string) error {
		n, err := strconv.ParseFloat(v, 64)
		if err != nil || n < low || n > high || whole && !regexp.MustCompile(`^[0-9]+$`).MatchString(v) {
			return fmt.Errorf("is %q", v)
		}
		return nil
	}
}

func oneOf(choices string) rule {
	return func(v string) error {
		if !slices.Contains(strings.Fields(choices), v) {
			return fmt.Errorf("is %q", v)
		}
		return nil
	}
}

// endpoints are the ones that are used, with every field of theirs that the reference names, files apart.
var endpoints = func() map[string]map[string]rule {
	picture := func(more map[string]rule) map[string]rule {
		rules := map[string]rule{
			"prompt": text(10000), "negative_prompt": text(10000), "seed": number(0, 4294967294, true),
			"aspect_ratio": oneOf("21:9 16:9 3:2 5:4 1:1 4:5 2:3 9:16 9:21"), "output_format": oneOf("png jpeg webp"),
			"style_preset": oneOf("3d-model analog-film anime cinematic comic-book digital-art enhance fantasy-art isometric line-art low-poly modeling-compound neon-punk origami photographic pixel-art tile-texture"),
		}
		for name, r := range more {
			rules[name] = r
		}
		return rules
	}
	return map[string]map[string]rule{
		"/v2beta/stable-image/generate/core":  picture(nil),
		"/v2beta/stable-image/generate/ultra": picture(map[string]rule{"strength": number(0, 1, false)}),
		"/v2beta/stable-image/generate/sd3": picture(map[string]rule{
			"model": oneOf("sd3.5-large sd3.5-large-turbo sd3.5-medium"), "cfg_scale": number(1, 10, false),
			"mode": oneOf("text-to-image"), "output_format": oneOf("png jpeg"),
		}),
		"/v2beta/audio/stable-audio-2/text-to-audio": {
			"prompt": text(10000), "duration": number(1, 190, false), "seed": number(0, 4294967294, true), "steps": number(4, 100, true),
			"cfg_scale": number(1, 25, false), "model": oneOf("stable-audio-2 stable-audio-2.5"), "output_format": oneOf("mp3 wav"),
		},
	}
}()

// A fakeVendor is a server that holds every request against the reference and answers as a test says.
type fakeVendor struct {
	*httptest.Server
	t      *testing.T
	answer func(w http.ResponseWriter, r *http.Request)
	// strangers get the documented 401 instead of a failed test.
	strangers bool

	mu    sync.Mutex
	forms []form
}

type form struct {
	path   string
	header http.Header
	fields map[string]string
}

func standIn(t *testing.T, answer func(w http.ResponseWriter, r *http.Request)) *fakeVendor {
	v := &fakeVendor{t: t, answer: answer}
	v.Server = httptest.NewServer(v)
	t.Cleanup(v.Close)
	return v
}

func (v *fakeVendor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if v.strangers && r.Header.Get("Authorization") != "Bearer "+key {
		fails(http.StatusUnauthorized, said("unauthorized", "invalid or missing api key"))(w, r)
		return
	}
	f, err := check(r)
	if err != nil {
		v.t.Errorf("%s %s: %v", r.Method, r.URL, err)
		http.Error(w, err.Error(), http.StatusTeapot)
		return
	}
	v.mu.Lock()
	v.forms = append(v.forms, f)
	v.mu.Unlock()
	v.answer(w, r)
}

// last is the newest request's form.
func (v *fakeVendor) last() form {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.forms) == 0 {
		v.t.Fatal("nothing was asked")
	}
	return v.forms[len(v.forms)-1]
}

func check(r *http.Request) (form, error) {
	f := form{path: r.URL.Path, header: r.Header, fields: map[string]string{}}
	rules, known := endpoints[r.URL.Path]
	kind := "image"
	if strings.Contains(r.URL.Path, "/audio/") {
		kind = "audio"
	}
	media, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case r.Method != http.MethodPost || !known || r.URL.RawQuery != "":
		return f, fmt.Errorf("there is no such endpoint")
	case r.Header.Get("Authorization") != "Bearer "+key:
		return f, fmt.Errorf("authorization %q", r.Header.Get("Authorization"))
	case !slices.Contains([]string{kind + "/*", "application/json"}, r.Header.Get("Accept")):
		return f, fmt.Errorf("accept %q", r.Header.Get("Accept"))
	case err != nil || media != "multipart/form-data":
		return f, fmt.Errorf("content type %q", r.Header.Get("Content-Type"))
	}
	parts := multipart.NewReader(r.Body, params["boundary"])
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return f, err
		}
		name := part.FormName()
		value, err := io.ReadAll(part)
		rule, known := rules[name]
		switch {
		case err != nil:
			return f, err
		case !known || part.FileName() != "":
			return f, fmt.Errorf("there is no field %q", name)
		case f.fields[name] != "":
			return f, fmt.Errorf("the field %q comes twice", name)
		}
		if err := rule(string(value)); err != nil {
			return f, fmt.Errorf("the field %q %w", name, err)
		}
		f.fields[name] = string(value)
	}
	switch {
	case f.fields["prompt"] == "":
		return f, fmt.Errorf("the field prompt is missing")
	case f.fields["model"] == "sd3.5-large-turbo" && f.fields["negative_prompt"] != "":
		return f, fmt.Errorf("the turbo model takes no negative prompt")
	case strings.HasSuffix(f.path, "/sd3") && f.fields["model"] == "":
		return f, fmt.Errorf("the model would be chosen by the vendor")
	}
	return f, nil
}

// configured makes the provider as an engine does.
func configured(t *testing.T, address string, settings map[string]any) providers.Provider {
	t.Helper()
	p := New()
	conf := map[string]any{"api_key": key, "base_url": address}
	for name, value := range settings {
		conf[name] = value
	}
	raw, _ := json.Marshal(conf)
	got, err := p.Configure(t.Context(), raw)
	if err != nil || !got.Ready {
		t.Fatalf("%+v, %v", got, err)
	}
	t.Cleanup(func() { _ = p.Shutdown(context.Background()) })
	return p
}

// A listener keeps what a call says while it runs.
type listener struct {
	mu   sync.Mutex
	said []string
}

func (l *listener) say(parts ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.said = append(l.said, fmt.Sprint(parts...))
}
func (l *listener) Progress(done float64, message string) { l.say(done, message) }
func (l *listener) Log(_ slog.Level, message string, args ...any) {
	l.say(append([]any{message}, args...)...)
}

func (l *listener) Checkpoint(_ context.Context, state []byte) error {
	l.say(string(state))
	return nil
}

// run executes a call in a work directory of its own and looks for the key in everything that comes of it.
func run(t *testing.T, p providers.Provider, capability string, input any) (*providers.Result, string, error) {
	t.Helper()
	return runUnder(t, t.Context(), p, capability, input)
}

func runUnder(t *testing.T, ctx context.Context, p providers.Provider, capability string, input any) (*providers.Result, string, error) {
	t.Helper()
	raw, _ := json.Marshal(input)
	heard := &listener{}
	dir := t.TempDir()
	result, err := p.Execute(ctx, &providers.Call{Capability: capability, Input: raw, WorkDir: dir, Attempt: 1, Report: heard})
	everything := strings.Join(heard.said, "\n")
	if err != nil {
		e := providers.AsError(err)
		everything += fmt.Sprintf("%v\n%+v\n%s\n%s\n%s", err, err, e.Message, e.Hint, e.User)
	} else {
		everything += fmt.Sprintf("%s\n%q", result.Output, result.Warnings)
	}
	if strings.Contains(everything, key[3:20]) || strings.Contains(everything, key[20:]) {
		t.Errorf("the key is in what came of the call:\n%s", everything)
	}
	return result, dir, err
}

func pngOf(width, height int) []byte {
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	for i := range m.Pix {
		m.Pix[i] = 0xff - uint8(i>>6)&0x7f
	}
	m.Set(0, 0, color.Black)
	var b bytes.Buffer
	_ = png.Encode(&b, m)
	return b.Bytes()
}

// pictureAnswer is a success as documented.
func pictureAnswer(seed string, body []byte) func(w http.ResponseWriter, r *http.Request) {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "image/png")
		w.Header().Set("finish-reason", "SUCCESS")
		w.Header().Set("seed", seed)
		w.Header().Set("x-request-id", "a1")
		_, _ = w.Write(body)
	}
}

// pictureOf reads the result of image.generate and its file.
func pictureOf(t *testing.T, r *providers.Result, dir string) (film.Image, image.Config) {
	t.Helper()
	var out film.Image
	if err := json.Unmarshal(r.Output, &out); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, out.Image.Path))
	if err != nil {
		t.Fatal(err)
	}
	conf, kind, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil || out.Image.MediaType != "image/"+kind {
		t.Fatalf("%s %s: %v", out.Image.MediaType, kind, err)
	}
	return out, conf
}
