package web_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/filmloom/filmloom/server/web"
)

// A copier is what net/http answers with: it may give the copying of a file to the kernel.
type copier struct {
	*httptest.ResponseRecorder
	copied int64
}

func (c *copier) ReadFrom(r io.Reader) (int64, error) {
	n, err := io.Copy(c.ResponseRecorder, r)
	c.copied += n
	return n, err
}

func TestAFileReachesTheServerAsOne(t *testing.T) {
	r := setUp(t, web.SiteConfig{}, nil)
	file := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if n, err := io.Copy(w, struct{ io.Reader }{strings.NewReader("film")}); n != 4 || err != nil {
			t.Errorf("%d %v", n, err)
		}
	})
	r.site.Mount("/media/", file)
	web.Handle(r.api, open("GET", "/film"), func(context.Context, *struct{}) (*huma.StreamResponse, error) {
		return &huma.StreamResponse{Body: func(ctx huma.Context) {
			in, _ := humago.Unwrap(ctx)
			r.api.Relay(ctx, file, in, nil)
		}}, nil
	})
	for _, path := range []string{"/media/film", "/t/film"} {
		w := &copier{ResponseRecorder: httptest.NewRecorder()}
		r.site.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		if w.Code != 200 || w.Body.String() != "film" || w.copied != 4 {
			t.Errorf("%s: %d %q, %d bytes copied", path, w.Code, w.Body, w.copied)
		}
	}
}

func TestWhatIsWrongIsRelayedInTheWordsOfTheAPI(t *testing.T) {
	r := setUp(t, web.SiteConfig{}, nil)
	const secret = "in another's words"
	for path, answer := range map[string]func(http.ResponseWriter){
		"/written": func(w http.ResponseWriter) { http.Error(w, secret, http.StatusGone) },
		"/copied": func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusGone)
			w.WriteHeader(http.StatusOK)
			_, _ = io.Copy(w, struct{ io.Reader }{strings.NewReader(secret)})
		},
	} {
		web.Handle(r.api, open("GET", path), func(context.Context, *struct{}) (*huma.StreamResponse, error) {
			return &huma.StreamResponse{Body: func(ctx huma.Context) {
				in, _ := humago.Unwrap(ctx)
				r.api.Relay(ctx, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Etag", secret)
					answer(w)
				}), in, func(status int) *web.Fault {
					return &web.Fault{Status: status, Code: "gone", Message: "It is gone"}
				})
			}}, nil
		})
		got := r.do("GET", "/t"+path, "")
		if f := got.failure(t); got.status != 410 || f.Code != "gone" || strings.Contains(got.body, secret) || got.header.Get("Etag") != "" {
			t.Errorf("%s: %d %q %v", path, got.status, got.body, got.header)
		}
	}
}
