package web_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/server/web"
)

func TestPagesOfConfiguredOriginsMayUseTheAPIsWithoutCookies(t *testing.T) {
	const app = "https://app.example.org"
	r := setUp(t, web.SiteConfig{Origins: []string{app, "http://localhost:3000"}}, nil)
	r.get("/things/{id}", func(context.Context) error { return nil })
	r.echo(known("POST", "/notes"))
	r.site.Mount("GET /care", r.site)
	for _, row := range []struct {
		method, path, origin string
		status               int
		in                   bool
	}{
		{"GET", "/t/things/a", app, 200, true},
		{"GET", "/t/things/a", "http://localhost:3000", 200, true},
		{"GET", "/t/none", app, 404, true},
		{"POST", "/t/notes", app, 401, true}, // the page has to see why
		{"PUT", "/t/notes", app, 405, true},
		{"GET", "/t/openapi.json", app, 200, true},
		{"GET", "/t/things/a", "", 200, false},
		{"GET", "/t/things/a", "null", 200, false},
		{"GET", "/t/things/a", "https://app.example.org.evil.example", 200, false},
		{"GET", "/t/things/a", "https://evil.example", 200, false},
		{"GET", "/t/things/a", "http://app.example.org", 200, false},
		{"GET", "/t/things/a", "https://app.example.org:8443", 200, false},
	} {
		var headers []string
		if row.origin != "" {
			headers = append(headers, "Origin: "+row.origin)
		}
		got := r.do(row.method, row.path, "", headers...)
		want := ""
		if row.in {
			want = row.origin
		}
		h := got.header
		if got.status != row.status || h.Get("Access-Control-Allow-Origin") != want || h.Get("Access-Control-Allow-Credentials") != "" || !slices.Contains(h.Values("Vary"), "Origin") {
			t.Errorf("%s %s for %q: %d %v", row.method, row.path, row.origin, got.status, h)
		}
		if shown := h.Get("Access-Control-Expose-Headers"); strings.Contains(shown, "X-RateLimit-Remaining") != row.in {
			t.Errorf("%s %s for %q may see %q", row.method, row.path, row.origin, shown)
		}
	}
	if got := r.do("GET", "/other", "", "Origin: "+app); got.header.Get("Access-Control-Allow-Origin") != "" {
		t.Error("what is beside the APIs is open to others")
	}
}

func TestABrowserThatAsksFirstIsToldWhatAPageMaySend(t *testing.T) {
	const app = "https://app.example.org"
	ask := func(r *rig, path, origin string) answer {
		return r.do("OPTIONS", path, "", "Origin: "+origin, "Access-Control-Request-Method: POST", "Access-Control-Request-Headers: authorization,content-type")
	}
	r := setUp(t, web.SiteConfig{Origins: []string{app}}, nil)
	r.echo(known("POST", "/notes"))
	got := ask(r, "/t/notes", app)
	h := got.header
	if got.status != 204 || got.body != "" || h.Get("Access-Control-Allow-Origin") != app || h.Get("Access-Control-Allow-Methods") != "POST" || h.Get("Access-Control-Allow-Credentials") != "" {
		t.Errorf("%d %v", got.status, h)
	}
	for _, name := range []string{"Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID", "Prefer", "X-API-Key"} {
		if !strings.Contains(h.Get("Access-Control-Allow-Headers"), name) {
			t.Errorf("%s may not be sent: %v", name, h)
		}
	}
	if got := ask(r, "/t/none", app); got.status != 404 {
		t.Errorf("where there is nothing: %d", got.status)
	}
	closed := setUp(t, web.SiteConfig{}, nil)
	closed.echo(known("POST", "/notes"))
	for what, got := range map[string]answer{"another page": ask(r, "/t/notes", "https://evil.example"), "none may": ask(closed, "/t/notes", app)} {
		if got.status != 204 || got.header.Get("Allow") != "POST" || got.header.Get("Access-Control-Allow-Origin") != "" || got.header.Get("Access-Control-Allow-Methods") != "" {
			t.Errorf("%s: %d %v", what, got.status, got.header)
		}
	}
}
