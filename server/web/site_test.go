package web_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/server/web"
)

var netipLocal = netip.MustParseAddr("127.0.0.1")

type nothing struct{}

func (r *rig) get(path string, fn func(context.Context) error) {
	web.Handle(r.api, open("GET", path), func(ctx context.Context, _ *nothing) (*noteBody, error) {
		if err := fn(ctx); err != nil {
			return nil, err
		}
		return &noteBody{note{Text: "fine"}}, nil
	})
}

func TestWhatNobodyAnswersHasTheShapeOfTheAPIWhosePathItIsBelow(t *testing.T) {
	r := setUp(t, web.SiteConfig{}, nil)
	r.get("/things/{id}", func(context.Context) error { return nil })
	r.site.Mount("GET /care", http.NotFoundHandler())
	for _, row := range []struct {
		method, path string
		status       int
		code         web.Code
		allow        string
	}{
		{"GET", "/t", 404, web.CodeNoRoute, ""},
		{"GET", "/t/", 404, web.CodeNoRoute, ""},
		{"GET", "/t/none", 404, web.CodeNoRoute, ""},
		{"POST", "/t/none", 404, web.CodeNoRoute, ""},
		{"OPTIONS", "/t/none", 404, web.CodeNoRoute, ""},
		{"GET", "/t/things/a/b", 404, web.CodeNoRoute, ""},
		{"GET", "/t/things/a/", 404, web.CodeNoRoute, ""},
		{"GET", "/t//things/a", 404, web.CodeNoRoute, ""},
		{"GET", "/t/x/../things/a", 404, web.CodeNoRoute, ""},
		{"GET", "//t/things/a", 404, web.CodeNoRoute, ""}, // no redirect, which most clients would not follow
		{"GET", "/x/../t/things/a", 404, web.CodeNoRoute, ""},
		{"POST", "/t/things/a", 405, web.CodeMethod, "GET, HEAD"},
		{"DELETE", "/t/things/a", 405, web.CodeMethod, "GET, HEAD"},
		{"BREW", "/t/things/a", 405, web.CodeMethod, "GET, HEAD"},
	} {
		got := r.do(row.method, row.path, "")
		if f := got.failure(t); got.status != row.status || f.Code != row.code || got.header.Get("Allow") != row.allow {
			t.Errorf("%s %s: %d %s, allow %q", row.method, row.path, got.status, f.Code, got.header.Get("Allow"))
		}
	}
	if got := r.do("OPTIONS", "/t/things/a", ""); got.status != 204 || got.header.Get("Allow") != "GET, HEAD" {
		t.Errorf("OPTIONS: %d, %v", got.status, got.header)
	}
	if got := r.do("HEAD", "/t/things/a", ""); got.status != 200 || got.header.Get("Content-Length") == "" || got.body != "" {
		t.Errorf("HEAD: %d, %v", got.status, got.header)
	}
	// Beside the APIs errors are plain objects; a path that only begins like an API's is beside it.
	for path, status := range map[string]int{"/tea": 404, "/other": 404, "/": 404} {
		if got := r.do("GET", path, ""); got.status != status || got.body != "{\"detail\":\"Not Found\"}\n" {
			t.Errorf("%s: %d %q", path, got.status, got.body)
		}
	}
	if got := r.do("POST", "/care", ""); got.status != 405 || got.body != "{\"detail\":\"Method Not Allowed\"}\n" {
		t.Errorf("POST /care: %d %q", got.status, got.body)
	}
}

func TestTheRootGetsWhatIsBesideTheAPIs(t *testing.T) {
	r := setUp(t, web.SiteConfig{}, nil)
	r.get("/things", func(context.Context) error { return nil })
	r.site.Mount("/", http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) { fmt.Fprint(w, "page "+q.URL.Path) }))
	for path, want := range map[string]string{"/": "page /", "/deep/er": "page /deep/er", "/tea": "page /tea"} {
		if got := r.do("GET", path, ""); got.status != 200 || got.body != want {
			t.Errorf("%s: %d %q", path, got.status, got.body)
		}
	}
	if got := r.do("GET", "/t/none", ""); got.status != 404 || got.failure(t).Code != web.CodeNoRoute {
		t.Errorf("/t/none: %d %q", got.status, got.body)
	}
}

func TestWhoeverCountsRequestsLearnsTheRoute(t *testing.T) {
	var patterns []string
	wrap := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			defer func() { patterns = append(patterns, r.Pattern) }()
			next.ServeHTTP(w, r)
		})
	}
	r := setUp(t, web.SiteConfig{Wrap: wrap}, nil)
	r.get("/things/{id}", func(context.Context) error { return nil })
	r.do("GET", "/t/things/a", "")
	r.do("GET", "/t/none", "")
	r.do("POST", "/t/things/a", "")
	if want := []string{"GET /t/things/{id}", "", ""}; !slices.Equal(patterns, want) {
		t.Errorf("got %q", patterns)
	}
}

func TestEveryAnswerHasAnIDOfItsOwnAndHeadersForBrowsers(t *testing.T) {
	r := setUp(t, web.SiteConfig{}, nil)
	r.get("/things", func(context.Context) error { return nil })
	r.get("/panic", func(context.Context) error { panic("x") })
	seen := map[string]bool{}
	for _, path := range []string{"/t/things", "/t/things", "/t/none", "/t/panic", "/t/openapi.json"} {
		h := r.do("GET", path, "").header
		id := h.Get("X-Request-Id")
		if len(id) != 32 || seen[id] {
			t.Errorf("%s: id %q", path, id)
		}
		seen[id] = true
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
			"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
		} {
			if h.Get(name) != want {
				t.Errorf("%s: %s is %q", path, name, h.Get(name))
			}
		}
		if !strings.Contains(r.log.String(), "request="+id) {
			t.Errorf("%s: the log does not have the request %s", path, id)
		}
	}
}

const secret = "hunter2-is-inside"

func TestNothingOfTheInsideIsShown(t *testing.T) {
	r := setUp(t, web.SiteConfig{}, nil)
	r.get("/panic", func(context.Context) error { panic(secret) })
	r.get("/error", func(context.Context) error { return errors.New(secret) })
	var none map[string]int
	r.get("/nil", func(context.Context) error { none[secret] = 1; return nil })
	r.site.Mount("GET /mounted", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "3")
		panic(secret)
	}))
	for _, path := range []string{"/t/panic", "/t/error", "/t/nil"} {
		got := r.do("GET", path, "")
		if f := got.failure(t); got.status != 500 || f.Code != web.CodeInternal || f.Text != "Internal server error" {
			t.Errorf("%s: %d %q", path, got.status, got.body)
		}
	}
	if got := r.do("GET", "/mounted", ""); got.status != 500 || got.body != "{\"detail\":\"Internal server error\"}\n" {
		t.Errorf("/mounted: %d %q", got.status, got.body)
	}
	if n := strings.Count(r.log.String(), secret); n < 3 {
		t.Errorf("the log tells %d times why", n)
	}
}

func TestAnAnswerThatBreaksOffIsSeenToBeIncomplete(t *testing.T) {
	r := setUp(t, web.SiteConfig{}, nil)
	r.site.Mount("GET /half", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("half"))
		_ = http.NewResponseController(w).Flush()
		panic(secret)
	}))
	req, err := http.NewRequestWithContext(t.Context(), "GET", r.url+"/half", nil)
	must(t, err)
	resp, err := client.Do(req)
	must(t, err)
	defer resp.Body.Close()
	buf := make([]byte, 1000)
	n := 0
	for err == nil {
		var m int
		m, err = resp.Body.Read(buf[n:])
		n += m
	}
	if err.Error() == "EOF" || string(buf[:n]) != "half" {
		t.Errorf("read %q, then %v", buf[:n], err)
	}
}

func TestAFaultIsAnsweredWithItsHeadersAndTheDialectsStatus(t *testing.T) {
	r := setUp(t, web.SiteConfig{}, nil)
	r.get("/busy", func(context.Context) error { return web.Unavailable("Come again", "7") })
	r.get("/wrong", func(context.Context) error {
		return fmt.Errorf("wrapped: %w", web.Invalid(web.Problem{Location: "body.a", Message: "is wrong"}))
	})
	got := r.do("GET", "/t/busy", "")
	if f := got.failure(t); got.status != 503 || f.Text != "Come again" || got.header.Get("Retry-After") != "7" {
		t.Errorf("%d %q %v", got.status, got.body, got.header)
	}
	got = r.do("GET", "/t/wrong", "")
	if f := got.failure(t); got.status != 400 || f.Code != web.CodeInvalid || !slices.Equal(f.Problems, []string{"body.a is wrong"}) {
		t.Errorf("%d %q", got.status, got.body)
	}
}

func TestARequestIDIsInTheLogOfTheHandler(t *testing.T) {
	r := setUp(t, web.SiteConfig{}, nil)
	r.get("/things", func(ctx context.Context) error {
		web.Log(ctx).Info("from the handler")
		return nil
	})
	id := r.do("GET", "/t/things", "").header.Get("X-Request-Id")
	if want := `msg="from the handler" request=` + id; !strings.Contains(r.log.String(), want) {
		t.Errorf("no %q in %s", want, r.log.String())
	}
	web.Log(t.Context()).Info("outside of a request there is a log too, which nobody reads")
}
