package sdapi

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

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

func TestTheServerIsAskedForWhatTheInputSays(t *testing.T) {
	plain := map[string]any{
		"prompt":          "Mira climbs the lighthouse at dusk, Mira is a girl of ten, red coat, aerial view, anime, cel shading, clean line art, detailed background",
		"negative_prompt": "text, hands", "seed": "7", "width": "384", "height": "704", "batch_size": "1", "n_iter": "1",
	}
	for _, row := range []struct {
		name     string
		settings map[string]any
		more     map[string]any
	}{
		{"the server's choices", nil, nil},
		{
			"our choices",
			map[string]any{"steps": 25, "sampler": "DPM++ 2M", "cfg_scale": 6.5, "checkpoint": "dreams", "username": user, "password": password},
			map[string]any{
				"steps": "25", "sampler_name": "DPM++ 2M", "cfg_scale": "6.5",
				"override_settings": "map[sd_model_checkpoint:dreams]", "override_settings_restore_afterwards": "false",
			},
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := standIn(t, drawn("", pngOf(384, 704), `{"seed":7,"all_seeds":[7]}`))
			s.auth = row.settings != nil
			r, dir, err := run(t, t.Context(), configured(t, s.URL+"/", nil, row.settings), &listener{}, scene())
			if err != nil {
				t.Fatal(err)
			}
			if out, conf := pictureOf(t, r, dir); out.Seed != 7 || conf.Width != 108 || conf.Height != 192 || r.Cost != 0 {
				t.Errorf("%+v, %+v, %v", out, conf, r.Cost)
			}
			got := s.draws[0]
			for _, want := range []map[string]any{plain, row.more} {
				for name, value := range want {
					if fmt.Sprint(got[name]) != value {
						t.Errorf("%s is %v, want %v", name, got[name], value)
					}
				}
			}
			if len(got) != len(plain)+len(row.more) {
				t.Errorf("asked with %v", got)
			}
		})
	}
}

func TestAnswersOfEveryServerAreRead(t *testing.T) {
	raw := pngOf(384, 704)
	for _, row := range []struct {
		name   string
		answer http.HandlerFunc
		seed   int64
	}{
		{"web UI", drawn("", raw, `{"seed": 99, "subseed": 5}`), 99},
		{"data URL", drawn("data:image/png;base64,", raw, `{"seed":99}`), 99},
		{"no info", drawn("", raw, ""), 7},
		{"info of another shape", drawn("", raw, `{"seed":"x"}`), 7},
		{"info without a seed", drawn("", raw, `{"steps":3}`), 7},
		{"the server's own seed", drawn("", raw, `{"seed":-1}`), 7},
		{"the exact size", drawn("", pngOf(108, 192), `{}`), 7},
		{"several pictures", says(`{"images":["` + base64.StdEncoding.EncodeToString(raw) + `","eA=="],"info":"{}"}`), 7},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := standIn(t, row.answer)
			r, dir, err := run(t, t.Context(), configured(t, s.URL, nil, nil), &listener{}, scene())
			if err != nil {
				t.Fatal(err)
			}
			if out, conf := pictureOf(t, r, dir); out.Seed != row.seed || conf.Width != 108 || conf.Height != 192 {
				t.Errorf("%+v, %+v", out, conf)
			}
		})
	}
}

func TestSizesAreOfTheGridAndBounded(t *testing.T) {
	for _, row := range []struct{ width, height, most, w, h int }{
		{1080, 1920, defaultPixels, 768, 1344},
		{1920, 1080, defaultPixels, 1344, 768},
		{1024, 1024, defaultPixels, 1024, 1024},
		{512, 512, defaultPixels, 512, 512},
		{64, 64, defaultPixels, 512, 512},
		{3840, 2160, defaultPixels, 1344, 768},
		{1080, 1920, 1 << 22, 1088, 1920},
		{1080, 1920, 1 << 16, 192, 320},
		{3840, 64, defaultPixels, 768, 320},
		{64, 3840, defaultPixels, 320, 768},
		{0, -1, defaultPixels, 512, 512},
	} {
		got := sizeFor(row.width, row.height, row.most)
		if got.Width != row.w || got.Height != row.h {
			t.Errorf("%d×%d is drawn as %v, want %d×%d", row.width, row.height, got, row.w, row.h)
		}
	}
	for width := 64; width <= 3840; width += 59 {
		for height := 64; height <= 3840; height += 61 {
			got := sizeFor(width, height, defaultPixels)
			if got.Width%64 != 0 || got.Height%64 != 0 || got.Width < 64 || got.Height < 64 || got.Width*got.Height > defaultPixels {
				t.Errorf("%d×%d is drawn as %v", width, height, got)
			}
		}
	}
}

func TestProgressIsTheServersAndNeverFallsBack(t *testing.T) {
	clock, release := make(beat), make(chan struct{})
	s := standIn(t, func(w http.ResponseWriter, r *http.Request) {
		<-release
		drawn("", pngOf(384, 704), "")(w, r)
	})
	said := make(chan string, 1)
	s.progress = func(w http.ResponseWriter, r *http.Request) { says(<-said)(w, r) }
	heard := &listener{progress: make(chan float64, 20)}
	var wg sync.WaitGroup
	wg.Go(func() {
		if _, _, err := run(t, t.Context(), configured(t, s.URL, clock, nil), heard, scene()); err != nil {
			t.Error(err)
		}
	})
	for _, progress := range []string{"0", "0.25", "0.5", "0.125", "7", "0.75"} {
		clock <- time.Time{}
		said <- `{"progress":` + progress + `}`
	}
	var got []float64
	for done := range heard.progress {
		if got = append(got, done); done == .75 {
			break
		}
	}
	close(release)
	wg.Wait()
	if !slices.Equal(got, []float64{0, .25, .5, .75}) {
		t.Errorf("%v", got)
	}
}

func TestAServerThatDoesNotKnowHowFarItIsIsAskedOnce(t *testing.T) {
	clock, release := make(beat), make(chan struct{})
	s := standIn(t, func(w http.ResponseWriter, r *http.Request) {
		<-release
		drawn("", pngOf(384, 704), "")(w, r)
	})
	s.progress = http.NotFound
	var wg sync.WaitGroup
	wg.Go(func() {
		if _, _, err := run(t, t.Context(), configured(t, s.URL, clock, nil), &listener{}, scene()); err != nil {
			t.Error(err)
		}
	})
	clock <- time.Time{}
	select {
	case clock <- time.Time{}:
		t.Error("it waits for another beat")
	case <-time.After(50 * time.Millisecond):
	}
	close(release)
	wg.Wait()
}

func TestACancelledCallInterruptsTheServer(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := standIn(t, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	p := configured(t, s.URL, nil, nil)
	begun := time.Now()
	if _, _, err := run(t, ctx, p, &listener{}, scene()); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("it took %v", took)
	}
	if n := s.count("POST /sdapi/v1/interrupt"); n != 1 {
		t.Errorf("it was interrupted %d times", n)
	}
}

func TestACallThatWaitsForItsTurnInterruptsNobody(t *testing.T) {
	begun, release := make(chan struct{}), make(chan struct{})
	s := standIn(t, func(w http.ResponseWriter, r *http.Request) {
		close(begun)
		<-release
		drawn("", pngOf(384, 704), "")(w, r)
	})
	p := configured(t, s.URL, nil, nil)
	var wg sync.WaitGroup
	wg.Go(func() {
		if _, _, err := run(t, t.Context(), p, &listener{}, scene()); err != nil {
			t.Error(err)
		}
	})
	<-begun
	ctx, cancel := context.WithCancel(t.Context())
	waiting := &listener{progress: make(chan float64)}
	wg.Go(func() {
		if _, _, err := run(t, ctx, p, waiting, scene()); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
	})
	<-waiting.progress // "waiting for the server"
	cancel()
	close(release)
	wg.Wait()
	if n := s.count("POST /sdapi/v1/interrupt"); n != 0 || len(s.draws) != 1 {
		t.Errorf("%d interrupted, %d drawn", n, len(s.draws))
	}
}

func TestInputThatCanNeverWorkIsNotSent(t *testing.T) {
	s := standIn(t, nil)
	p := configured(t, s.URL, nil, nil)
	for name, in := range map[string]film.ImageInput{
		"no prompt": {Prompt: " . "}, "long prompt": {Prompt: strings.Repeat("é", 10001)},
		"long negative prompt": {Prompt: "x", Negative: strings.Repeat("é", 10001)},
	} {
		in.Width, in.Height = 64, 64
		_, _, err := run(t, t.Context(), p, &listener{}, in)
		if e := providers.AsError(err); e == nil || e.Kind != providers.KindInvalidInput || e.User == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEveryAnswerBecomesAnErrorTheEngineUnderstands(t *testing.T) {
	later := func() string { return time.Now().Add(90 * time.Second).UTC().Format(http.TimeFormat) }
	raw := pngOf(384, 704)
	for _, row := range []struct {
		name          string
		answer        http.HandlerFunc
		kind          providers.Kind
		message, hint string
		min, max      time.Duration // of RetryAfter
	}{
		{"detail as text", fails(404, `{"detail":"Sampler not found"}`), providers.KindInvalidInput, "The picture server answered 404: Sampler not found", "set sampler", 0, 0},
		{"detail as list", fails(422, `{"detail":[{"loc":["body","steps"],"msg":"value is not a valid integer","type":"type_error"},{"loc":["body",0],"msg":"no"}]}`), providers.KindInvalidInput, "answered 422: body.steps value is not a valid integer; body.0 no", "", 0, 0},
		{"detail as something else", fails(400, `{"detail":{"a":1}}`), providers.KindInvalidInput, `answered 400: {"a":1}`, "", 0, 0},
		{"no API", fails(404, `{"detail":"Not Found"}`), providers.KindInvalidInput, "answered 404: Not Found", "--api", 0, 0},
		{"no memory", fails(500, `{"error":"OutOfMemoryError","detail":"","body":"","errors":"CUDA out of memory. Tried to allocate 2 GiB"}`), providers.KindUnavailable, "answered 500: OutOfMemoryError: CUDA out of memory", "max_pixels", 0, 0},
		{"401", fails(401, `{"detail":"Incorrect username or password"}`), providers.KindUnauthorized, "answered 401: Incorrect", "set username and password", 0, 0},
		{"429", fails(429, ``, "Retry-After", "3"), providers.KindRateLimited, "answered 429: it says no more", "", 3 * time.Second, 3 * time.Second},
		{"429 with a date", func(w http.ResponseWriter, r *http.Request) { fails(429, `{}`, "Retry-After", later())(w, r) }, providers.KindRateLimited, "answered 429: {}", "", 80 * time.Second, 90 * time.Second},
		{"503", fails(503, "<html>loading</html>"), providers.KindUnavailable, "answered 503: <html>loading</html>", "", 0, 0},
		{"secrets in its answer", fails(500, `{"detail":"`+user+` `+password+` `+base64.StdEncoding.EncodeToString([]byte(user+":"+password))+`"}`), providers.KindUnavailable, "[redacted]", "", 0, 0},
		{"invalid JSON", says(`{"images":["`), providers.KindUnavailable, "did not answer txt2img with JSON", "", 0, 0},
		{"HTML", says("<html>" + password), providers.KindUnavailable, "with JSON: <html>[redacted]", "", 0, 0},
		{"no picture", says(`{"images":[],"info":"{}"}`), providers.KindUnavailable, "without a picture", "", 0, 0},
		{"null", says(`null`), providers.KindUnavailable, "without a picture", "", 0, 0},
		{"no base64", says(`{"images":["%%%"]}`), providers.KindUnavailable, "not base64", "", 0, 0},
		{"half a picture", drawn("", raw[:len(raw)/2], ""), providers.KindUnavailable, "damaged", "", 0, 0},
		{"not a picture", drawn("", []byte("hello"), ""), providers.KindUnavailable, "no picture that can be read", "", 0, 0},
		{"cut in the middle", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "99999")
			_, _ = w.Write([]byte(`{"images":["`))
			panic(http.ErrAbortHandler)
		}, providers.KindUnavailable, "broke the connection off", "", 0, 0},
		{"without end", func(w http.ResponseWriter, _ *http.Request) {
			for chunk := make([]byte, 1<<20); ; {
				if _, err := w.Write(chunk); err != nil {
					return
				}
			}
		}, providers.KindUnavailable, "sent more than the 100663296 bytes", "", 0, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := standIn(t, row.answer)
			s.auth = true
			p := configured(t, s.URL, nil, map[string]any{"username": user, "password": password})
			_, _, err := run(t, t.Context(), p, &listener{}, scene())
			e := providers.AsError(err)
			if e == nil || e.Kind != row.kind || !strings.Contains(e.Message, row.message) || !strings.Contains(e.Hint, row.hint) {
				t.Fatalf("%#v", e)
			}
			if e.RetryAfter < row.min || e.RetryAfter > row.max {
				t.Errorf("to be tried again after %v", e.RetryAfter)
			}
		})
	}
}

func TestConfigureSaysWhyItIsNotReady(t *testing.T) {
	whole := standIn(t, nil)
	guarded := standIn(t, nil)
	guarded.auth = true
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	noAPI := httptest.NewServer(fails(404, `{"detail":"Not Found"}`))
	defer noAPI.Close()
	page := httptest.NewServer(says("<html>hello</html>"))
	defer page.Close()
	gone := httptest.NewServer(nil)
	gone.Close()
	for _, row := range []struct {
		name, conf    string
		ready         bool
		problem, hint string
		attribute     string
	}{
		{"nothing", `{}`, false, "needs the address of a server", "--api", ""},
		{"whole", `{"base_url":"` + whole.URL + `"}`, true, "", "", ""},
		{"no address", `{"base_url":"localhost:7860"}`, false, "cannot use its base_url", "correct base_url", "base_url"},
		{"half a login", `{"base_url":"` + whole.URL + `","username":"projectionist"}`, false, "cannot use its password", "correct password", "password"},
		{"guarded", `{"base_url":"` + guarded.URL + `"}`, false, "answered 401", "set username and password", ""},
		{"guarded, wrong", `{"base_url":"` + guarded.URL + `","username":"projectionist","password":"wrong-one"}`, false, "answered 401", "set username and password", ""},
		{"guarded, right", `{"base_url":"` + guarded.URL + `","username":"` + user + `","password":"` + password + `"}`, true, "", "", ""},
		{"no API", `{"base_url":"` + noAPI.URL + `"}`, false, "answered 404", "--api", ""},
		{"another server", `{"base_url":"` + plain.URL + `"}`, false, "answered 404", "check base_url", ""},
		{"a web page", `{"base_url":"` + page.URL + `"}`, false, "no /sdapi server", "--api", ""},
		{"nobody", `{"base_url":"` + gone.URL + `"}`, false, "was refused", "check that the server runs", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := New()
			defer func() { _ = p.Shutdown(context.Background()) }()
			got, err := p.Configure(t.Context(), []byte(row.conf))
			if err != nil || got.Ready != row.ready || !strings.Contains(got.Problem, row.problem) || !strings.Contains(got.Hint, row.hint) {
				t.Fatalf("%+v, %v", got, err)
			}
			if (row.attribute != "") != (len(got.Diagnostics) == 1) || row.attribute != "" && got.Diagnostics[0].Attribute != row.attribute {
				t.Errorf("%+v", got.Diagnostics)
			}
			if strings.Contains(got.Problem+got.Hint, "swordfish") || strings.Contains(got.Problem+got.Hint, user) {
				t.Errorf("%+v shows a secret", got)
			}
			if !row.ready {
				_, _, err := run(t, t.Context(), p, &listener{}, scene())
				if e := providers.AsError(err); e == nil || e.Kind != providers.KindUnavailable {
					t.Errorf("a call gave %v", err)
				}
			}
		})
	}
}

func TestEveryStyleHasWordsAndSecretsAreSecret(t *testing.T) {
	for _, name := range strings.Split(film.Styles, ",") {
		if styles[name] == "" {
			t.Errorf("the style %s has no words", name)
		}
	}
	d, _ := New().Describe(t.Context())
	for _, name := range []string{"username", "password"} {
		if a, _ := d.Config.Attribute(name); !a.Sensitive {
			t.Errorf("%s is no secret", name)
		}
	}
	if c := d.Capabilities[0]; c.Deterministic || c.CPU || len(d.Capabilities) != 1 {
		t.Errorf("%+v", d.Capabilities)
	}
}
