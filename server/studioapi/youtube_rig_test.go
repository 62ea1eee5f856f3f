package studioapi_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/filmloom/filmloom"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/plugins/builtin"
	"github.com/filmloom/filmloom/plugins/youtube/youtubetest"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/secrets"
	"github.com/filmloom/filmloom/server/servertest"
	"github.com/filmloom/filmloom/server/store"
)

// rootKey is the server's, so that a test can seal what only the server can.
var rootKey = bytes.Repeat([]byte{7}, secrets.Size)

// A publisher is the mocked providers, with the real one that uploads.
type publisher struct{ providers.Source }

func (p publisher) Describe(ctx context.Context, name string) (providers.Description, error) {
	if name == "youtube" {
		return builtin.InProcess().Describe(ctx, name)
	}
	return p.Source.Describe(ctx, name)
}

func (p publisher) Open(ctx context.Context, name string, o providers.OpenOptions) (providers.Provider, error) {
	if name == "youtube" {
		return builtin.InProcess().Open(ctx, name, o)
	}
	return p.Source.Open(ctx, name, o)
}

// uploading starts a server that knows Google, and a stand-in for that.
func uploading(t testing.TB, change ...func(*config.Config)) (*servertest.Server, *youtubetest.Server) {
	t.Helper()
	vendor := youtubetest.New(t)
	return servertest.Start(t, servertest.Options{
		Providers: publisher{builtin.Mock(0)}, Pipelines: pipeline.Source{"pipelines.hcl": filmloom.Pipelines},
		Config: configured(append(change, func(c *config.Config) {
			c.SecretKey = config.NewSecret(base64.StdEncoding.EncodeToString(rootKey))
			c.YouTubeClientID, c.YouTubeClientSecret = youtubetest.ClientID, config.NewSecret(youtubetest.ClientSecret)
			c.YouTubeAuthURL, c.YouTubeTokenURL, c.YouTubeUploadURL = vendor.AuthURL(), vendor.TokenURL(), vendor.UploadURL()
		})),
	}), vendor
}

// authorize begins to connect a channel: it gives the page to open and the cookie.
func authorize(t testing.TB, c *servertest.Client) (page string, cookie *http.Cookie) {
	t.Helper()
	a := c.Post("/api/v1/youtube/authorize", nil).Want(200)
	cookies := (&http.Response{Header: a.Header}).Cookies()
	page, _ = a.JSON()["authorize_url"].(string)
	if len(cookies) != 1 || page == "" || len(a.JSON()) != 1 {
		t.Fatalf("%s with the cookies %v", a.Body, cookies)
	}
	return page, cookies[0]
}

// returns is a browser that comes back, with a cookie's value or ""; it gives the page's heading.
func returns(t testing.TB, s *servertest.Server, to *url.URL, cookie string) (heading string, a *servertest.Answer) {
	t.Helper()
	c := s.Nobody()
	if cookie != "" {
		c = c.With("Cookie", "filmloom_youtube="+cookie)
	}
	a = c.Get(to.Path + "?" + to.RawQuery).Want(200)
	_, rest, _ := strings.Cut(string(a.Body), "<h1>")
	heading, _, ok := strings.Cut(rest, "</h1>")
	if !ok || a.Header.Get("Content-Type") != "text/html; charset=utf-8" || a.Header.Get("Cache-Control") != "no-store" || a.Header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("no page for people: %v %s", a.Header, a.Body)
	}
	return heading, a
}

// brought is what a program sends of the address that a person came back to.
func brought(back *url.URL) object {
	q, body := back.Query(), object{}
	for _, name := range []string{"state", "code", "error"} {
		if q.Get(name) != "" {
			body[name] = q.Get(name)
		}
	}
	return body
}

func connected(t testing.TB, c *servertest.Client) bool {
	t.Helper()
	return c.Get("/api/v1/youtube").Want(200).JSON()["connected"] == true
}

// edit changes a record of the server's database while that is stopped.
func edit(t testing.TB, s *servertest.Server, key store.Key, change func(object)) {
	t.Helper()
	s.Offline(func(dir string) {
		db, err := store.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		err = db.Update(t.Context(), func(tx *store.Tx) error {
			var record object
			if err := tx.Get(key, &record); err != nil {
				return err
			}
			change(record)
			return tx.Put(key, record)
		})
		if err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
}
