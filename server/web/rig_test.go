package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"go.uber.org/goleak"

	"github.com/filmloom/filmloom/server/idempotency"
	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/store"
	"github.com/filmloom/filmloom/server/web"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A failure is an error in the words of the test's API.
type failure struct {
	Code     web.Code `json:"code"`
	Text     string   `json:"text"`
	Problems []string `json:"problems,omitempty"`
}

// plain is the dialect of an API that answers 400 where others answer 422.
type plain struct{}

func (plain) Answer(f *web.Fault) (int, any) {
	out := failure{Code: f.Code, Text: f.Message}
	for _, p := range f.Problems {
		out.Problems = append(out.Problems, p.Location+" "+p.Message)
	}
	if f.Code == web.CodeInvalid {
		return http.StatusBadRequest, out
	}
	return f.Status, out
}
func (plain) Refusals(*huma.Operation) []*web.Fault { return nil }
func (plain) Invalid() int                          { return http.StatusBadRequest }

// A rig is a site with one API at /t, on a port.
type rig struct {
	t    testing.TB
	site *web.Site
	api  *web.API
	ids  *identity.Service
	log  *buffer
	url  string
}

func setUp(t testing.TB, conf web.SiteConfig, change func(*web.APIConfig)) *rig {
	t.Helper()
	db, err := store.Open(t.TempDir())
	must(t, err)
	ids, err := identity.New(t.Context(), db, identity.Config{Hash: identity.Argon2{Memory: 64, Time: 1, Threads: 1}})
	must(t, err)
	book, err := idempotency.New(idempotency.Config{DB: db})
	must(t, err)
	r := &rig{t: t, ids: ids, log: &buffer{}}
	conf.Log = slog.New(slog.NewTextHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	r.site = web.NewSite(conf)
	api := web.APIConfig{Prefix: "/t", Title: "Test", Version: "1", Dialect: plain{}, Identity: ids, Keys: book}
	if change != nil {
		change(&api)
	}
	r.api = r.site.API(api)
	server := httptest.NewServer(r.site)
	r.url = server.URL
	t.Cleanup(func() {
		r.site.EndStreams()
		server.Close()
		must(t, errors.Join(ids.Close(), db.Close()))
	})
	return r
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A buffer is a log that is read while it is written.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// client keeps no connection and follows nothing.
var client = &http.Client{
	Transport:     &http.Transport{DisableKeepAlives: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

type answer struct {
	status int
	header http.Header
	body   string
}

// do sends a request; headers are "Name: value" texts.
func (r *rig) do(method, path, body string, headers ...string) answer {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), method, r.url+path, strings.NewReader(body))
	must(r.t, err)
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Add(name, value)
	}
	resp, err := client.Do(req)
	must(r.t, err)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	must(r.t, err)
	return answer{resp.StatusCode, resp.Header, string(raw)}
}

// failure is the answer as an error.
func (a answer) failure(t testing.TB) (f failure) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.body), &f); err != nil || f.Code == "" || a.header.Get("Content-Type") != "application/json" {
		t.Fatalf("%d %s is no error of the API: %q", a.status, a.header.Get("Content-Type"), a.body)
	}
	return f
}

const jsonBody = "Content-Type: application/json"

type note struct {
	Text  string `json:"text" minLength:"1" maxLength:"10"`
	Count int    `json:"count,omitempty" minimum:"0"`
	Inner *struct {
		Name string `json:"name"`
	} `json:"inner,omitempty"`
}

type noteBody struct{ Body note }

// echo is an operation that gives back what it was sent.
func (r *rig) echo(op huma.Operation) {
	web.Handle(r.api, op, func(_ context.Context, in *noteBody) (*noteBody, error) { return in, nil })
}

// open is an operation that needs no caller.
func open(method, path string) huma.Operation {
	return huma.Operation{Method: method, Path: path, OperationID: method + path, Security: web.Open()}
}

// user gives an access token of a new account.
func (r *rig) user(name string) (identity.Account, string) {
	r.t.Helper()
	acc, err := r.ids.Add(r.t.Context(), identity.NewAccount{Name: name, Password: "password of " + name})
	must(r.t, err)
	session, err := r.ids.Login(r.t.Context(), name, "password of "+name, netipLocal)
	must(r.t, err)
	return acc, session.Token
}

func within(t testing.TB, d time.Duration, what string, done <-chan struct{}) {
	t.Helper()
	select {
	case <-done:
	case <-time.After(d):
		t.Fatalf("%s took longer than %v", what, d)
	}
}
