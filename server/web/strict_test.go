package web_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/web"
)

func TestACompressedBodyIsRefusedInWords(t *testing.T) {
	r := setUp(t, web.SiteConfig{}, nil)
	r.echo(open("POST", "/notes"))
	handleLogin(r)
	var small bytes.Buffer
	w := gzip.NewWriter(&small)
	_, err := w.Write([]byte(`{"text": "a"}`))
	must(t, err)
	must(t, w.Close())
	for _, path := range []string{"/t/notes", "/t/login"} {
		got := r.do("POST", path, small.String(), jsonBody, "Content-Encoding: gzip")
		if f := got.failure(t); got.status != 415 || f.Code != web.CodeMediaType || f.Text != "The body must not be compressed" || got.header.Get("Accept-Encoding") != "identity" {
			t.Errorf("%s: %d %q %v", path, got.status, got.body, got.header)
		}
	}
	if got := r.do("POST", "/t/notes", `{"text": "a"}`, jsonBody, "Content-Encoding: Identity"); got.status != 200 {
		t.Errorf("identity: %d %q", got.status, got.body)
	}
}

// Whoever is not known is not told what is wrong with a request, and every request of those who are counts.
func TestWhoCallsIsAskedBeforeAnythingElse(t *testing.T) {
	admitted := 0
	r := setUp(t, web.SiteConfig{}, func(c *web.APIConfig) {
		c.Admit = func(huma.Context, identity.Principal) *web.Fault { admitted++; return nil }
	})
	r.echo(known("POST", "/notes"))
	_, token := r.user("ann")
	for i, row := range []struct {
		what, path, body string
		headers          []string
		status           int
	}{
		{"another type", "/t/notes", `{"text": "a"}`, []string{"Content-Type: text/plain"}, 415},
		{"a compressed body", "/t/notes", `{"text": "a"}`, []string{jsonBody, "Content-Encoding: br"}, 415},
		{"an unknown option", "/t/notes?x=1", `{"text": "a"}`, []string{jsonBody}, 400},
		{"an option twice", "/t/notes?x=1&x=2", `{"text": "a"}`, []string{jsonBody}, 400},
		{"a malformed query", "/t/notes?x=%zz", `{"text": "a"}`, []string{jsonBody}, 400},
		{"a wrong body", "/t/notes", `{`, []string{jsonBody}, 400},
		{"an empty key", "/t/notes", `{"text": "a"}`, []string{jsonBody, "Idempotency-Key: "}, 400},
		{"a large body", "/t/notes", strings.Repeat(" ", web.UsualBody+1), []string{jsonBody}, 413},
	} {
		if got := r.do("POST", row.path, row.body, row.headers...); got.status != http.StatusUnauthorized || admitted != i {
			t.Errorf("%s by a stranger: %d %q", row.what, got.status, got.body)
		}
		if got := r.do("POST", row.path, row.body, append(row.headers, "Authorization: Bearer "+token)...); got.status != row.status || admitted != i+1 {
			t.Errorf("%s: %d, %d were admitted: %q", row.what, got.status, admitted, got.body)
		}
	}
}

func TestAQueryThatCanBeReadInTwoWaysIsRefused(t *testing.T) {
	r := setUp(t, web.SiteConfig{}, nil)
	op := open("GET", "/list")
	answer := func(_ context.Context, in *struct {
		Limit int    `query:"limit" default:"7"`
		Name  string `query:"name"`
	},
	) (*noteBody, error) {
		return &noteBody{note{Text: in.Name, Count: in.Limit}}, nil
	}
	web.Handle(r.api, op, answer)
	free := open("GET", "/free")
	free.SkipValidateParams = true
	web.Handle(r.api, free, answer)
	for query, want := range map[string]string{
		"limit=1&name=a":          "",
		"":                        "",
		"limit=1&limit=2":         "query.limit is given more than once",
		"limit=1&limit=1":         "query.limit is given more than once",
		"name=b&limit=1&name=":    "query.name is given more than once",
		"limit=%zz":               "query is malformed",
		"limit=1;name=a":          "query is malformed",
		"limit=1&name=%C3%A4%2":   "query is malformed",
		"nothing=1":               "query.nothing unknown query parameter",
		"limit=one":               "query.limit invalid integer",
		strings.Repeat("x=&", 50): "query.x is given more than once",
	} {
		got := r.do("GET", "/t/list?"+query, "")
		if want == "" {
			if got.status != 200 {
				t.Errorf("%s: %d %q", query, got.status, got.body)
			}
			continue
		}
		if f := got.failure(t); got.status != 400 || len(f.Problems) != 1 || f.Problems[0] != want {
			t.Errorf("%s: %d %q", query, got.status, got.body)
		}
	}
	// Where others add what they like, what counts is what is known; what is no query is none there, too.
	if got := r.do("GET", "/t/free?x=1&x=2&name=a&name=b&y=", ""); got.status != 200 || !strings.Contains(got.body, `"text":"a"`) {
		t.Errorf("%d %q", got.status, got.body)
	}
	if f := r.do("GET", "/t/free?name=a&y=%zz", "").failure(t); f.Text != "query: is malformed" {
		t.Errorf("got %v", f)
	}
}
