package server_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/plugins/builtin"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/server"
	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/servertest"
)

// settings are those of a server that a test makes itself.
func settings(t *testing.T) *config.Config {
	conf := config.Default()
	conf.Data, conf.Listen, conf.AdminPassword = filepath.Join(t.TempDir(), "data"), "127.0.0.1:0", config.NewSecret(servertest.AdminPassword)
	conf.Grace = time.Second
	return conf
}

func options() server.Options {
	return server.Options{
		Providers: builtin.Mock(0), Pipelines: pipelines, Hash: quick, Version: "test", Log: quiet(),
		Env: func(string) (string, bool) { return "", false },
	}
}

func runs(t *testing.T, conf *config.Config, opts server.Options) *server.Server {
	t.Helper()
	s, err := server.New(conf, opts)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, s) })
	return s
}

func stop(t *testing.T, s *server.Server) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := s.Stop(ctx); err != nil {
		t.Error(err)
	}
}

// code is the status of an answer.
func code(t *testing.T, url string) int {
	t.Helper()
	resp, err := plain.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

// text is the body of an answer.
func text(t *testing.T, url string) string {
	t.Helper()
	resp, err := plain.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// fails starts a server that cannot start, and gives the sentence that it says.
func fails(t *testing.T, conf *config.Config, opts server.Options) string {
	t.Helper()
	s, err := server.New(conf, opts)
	if err != nil {
		t.Fatal(err)
	}
	err = s.Start(t.Context())
	if err == nil {
		stop(t, s)
		t.Fatal("it started")
	}
	if text := err.Error(); strings.Contains(text, "reflect.") || strings.Contains(text, "fx") || strings.Contains(text, "missing dep") {
		t.Errorf("people are told of the wiring: %s", text)
	}
	return err.Error()
}

func TestAStartThatFailsSaysWhyAndReleasesEverything(t *testing.T) {
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	address := taken.Addr().String()
	lacking := options()
	lacking.Pipelines = pipeline.Source{"pipelines.hcl": []byte("pipeline \"other\" {\n}\n")}
	broken := options()
	broken.Pipelines = pipeline.Source{"pipelines.hcl": []byte("pipeline {\n")}
	for _, row := range []struct {
		what   string
		change func(*config.Config)
		opts   server.Options
		want   string
	}{
		{"the address is in use", func(c *config.Config) { c.Listen = address }, options(), address + " is in use by another program; stop it, or name another address with --listen"},
		{"that of the metrics is", func(c *config.Config) { c.MetricsListen = address }, options(), address + " is in use by another program"},
		{"there is no such address", func(c *config.Config) { c.Listen = "192.0.2.1:0" }, options(), "the server cannot listen on 192.0.2.1:0"},
		{"a pipeline is missing", func(*config.Config) {}, lacking, "the pipelines lack story_video"},
		{"the pipelines are broken", func(*config.Config) {}, broken, "pipelines.hcl:1"},
		{"the key is no key", func(c *config.Config) { c.SecretKey = config.NewSecret("no base64!") }, options(), "secret_key is not the base64 of 32 bytes"},
		{"a default plan is none", func(c *config.Config) { c.DefaultPlan = "gold" }, options(), "gold"},
		{"the first password is too short", func(c *config.Config) { c.AdminPassword = config.NewSecret("x") }, options(), "password"},
	} {
		t.Run(row.what, func(t *testing.T) {
			conf := settings(t)
			wrong := *conf
			row.change(&wrong)
			for range 2 {
				if got := fails(t, &wrong, row.opts); !strings.Contains(got, row.want) || strings.Contains(got, "no base64!") {
					t.Errorf("it says %q", got)
				}
			}
			s := runs(t, conf, options())
			if status := code(t, s.URL()+"/healthz"); status != 200 {
				t.Errorf("afterwards: %d", status)
			}
		})
	}
}

func TestADirectoryHasOneServer(t *testing.T) {
	conf := settings(t)
	first := runs(t, conf, options())
	other := *conf
	if got := fails(t, &other, options()); !strings.Contains(got, "the data directory "+conf.Data+" is in use by another filmloom") {
		t.Errorf("it says %q", got)
	}
	if err := first.Ready(t.Context()); err != nil {
		t.Error(err)
	}
	if status := code(t, first.URL()+"/readyz"); status != 200 {
		t.Errorf("the first one: %d", status)
	}
	stop(t, first)
	runs(t, &other, options())
}

func TestMockedFilmsAndRealOnesDoNotMix(t *testing.T) {
	for _, mock := range []bool{true, false} {
		conf := settings(t)
		conf.Mock = mock
		first := runs(t, conf, options())
		stop(t, first)
		other := *conf
		other.Mock = !mock
		want := map[bool]string{true: "has mocked films; use it with --mock", false: "has real films; name another directory for --mock"}[mock]
		if got := fails(t, &other, options()); !strings.Contains(got, want) {
			t.Errorf("it says %q", got)
		}
		runs(t, conf, options())
	}
}

func TestAStopReleasesTheAddressAndTheDirectoryAndCanBeRepeated(t *testing.T) {
	conf := settings(t)
	var at string
	for range 3 {
		s := runs(t, conf, options())
		if at != "" && s.Addr().String() != at {
			t.Errorf("%s, then %s", at, s.Addr())
		}
		at = s.Addr().String()
		conf.Listen = at
		stop(t, s)
		stop(t, s)
	}
	never, err := server.New(conf, options())
	if err != nil {
		t.Fatal(err)
	}
	stop(t, never)
}

func TestTheFirstUserHasAPasswordThatIsToldOnce(t *testing.T) {
	conf := settings(t)
	conf.AdminPassword = config.Secret{}
	s := runs(t, conf, options())
	password := s.FirstPassword()
	if len(password) < 16 {
		t.Errorf("%q", password)
	}
	login := func(s *server.Server) int {
		resp, err := plain.PostForm(s.URL()+"/v1/auth/token", url.Values{"username": {identity.AdminName}, "password": {password}})
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		return resp.StatusCode
	}
	if status := login(s); status != 200 {
		t.Errorf("%d", status)
	}
	stop(t, s)
	s = runs(t, conf, options())
	if s.FirstPassword() != "" || login(s) != 200 {
		t.Errorf("told again: %q", s.FirstPassword())
	}
}

// late providers cannot be opened before they are let.
type late struct {
	providers.Source
	open atomic.Bool
}

func (l *late) Open(ctx context.Context, name string, o providers.OpenOptions) (providers.Provider, error) {
	if !l.open.Load() {
		return nil, errors.New("it is too early")
	}
	return l.Source.Open(ctx, name, o)
}

func TestReadinessWaitsForWhatFilmsNeed(t *testing.T) {
	source := &late{Source: builtin.Mock(0)}
	opts := options()
	opts.Providers = source
	s := runs(t, settings(t), opts)
	ask := func(path string) (int, string) {
		resp, err := plain.Get(s.URL() + path)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		raw, err := io.ReadAll(resp.Body)
		if err != nil || resp.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s: %v %v", path, err, resp.Header)
		}
		return resp.StatusCode, string(raw)
	}
	if status, body := ask("/healthz"); status != 200 || body != "{\"status\":\"ok\"}\n" {
		t.Errorf("alive: %d %s", status, body)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := s.Ready(ctx); err == nil {
		t.Error("it says that it is ready")
	}
	if status, body := ask("/readyz"); status != 503 || len(body) < 20 {
		t.Errorf("not ready: %d %s", status, body)
	}
	source.open.Store(true)
	ctx, cancel = context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := s.Ready(ctx); err != nil {
		t.Error(err)
	}
	if status, body := ask("/readyz"); status != 200 || body != "{\"status\":\"ready\"}\n" {
		t.Errorf("ready: %d %s", status, body)
	}
	if status, _ := ask("/healthz?x=1"); status != 200 {
		t.Errorf("alive: %d", status)
	}
}

func TestEveryAnswerHasSafeHeadersAndHeadersAreBounded(t *testing.T) {
	s := runs(t, settings(t), options())
	for _, path := range []string{"/healthz", "/readyz", "/metrics", "/v1/openapi.json", "/v1/docs", "/v1/none", "/none", "/media/x", "/api/v1/none"} {
		resp, err := plain.Get(s.URL() + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if h := resp.Header; h.Get("X-Request-Id") == "" || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "no-referrer" ||
			!strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") || h.Get("Server") != "" {
			t.Errorf("%s: %v", path, h)
		}
	}
	for size, status := range map[int]int{20 << 10: 200, 64 << 10: 431} {
		r, err := http.NewRequestWithContext(t.Context(), "GET", s.URL()+"/healthz", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Large", strings.Repeat("x", size))
		resp, err := plain.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != status {
			t.Errorf("headers of %d bytes: %d", size, resp.StatusCode)
		}
	}
	for method, status := range map[string]int{"POST": 405, "DELETE": 405, "HEAD": 200, "OPTIONS": 204} {
		r, err := http.NewRequestWithContext(t.Context(), method, s.URL()+"/healthz", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := plain.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != status {
			t.Errorf("%s /healthz: %d", method, resp.StatusCode)
		}
	}
}

func TestMetricsMayHaveAnAddressOfTheirOwn(t *testing.T) {
	conf := settings(t)
	free, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	conf.MetricsListen = free.Addr().String()
	_ = free.Close()
	s := runs(t, conf, options())
	for url, status := range map[string]int{s.URL() + "/metrics": 404, "http://" + conf.MetricsListen + "/metrics": 200, "http://" + conf.MetricsListen + "/v1/video/tasks": 404} {
		if got := code(t, url); got != status {
			t.Errorf("%s: %d", url, got)
		}
	}
}

func TestTheDataDirectoryIsForItsOwnerAlone(t *testing.T) {
	conf := settings(t)
	runs(t, conf, options())
	for _, path := range []string{"", "journal"} {
		info, err := os.Stat(filepath.Join(conf.Data, path))
		if err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%q: %v %v", path, info, err)
		}
	}
}
