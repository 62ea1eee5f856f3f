package web_test

import (
	"encoding/json"
	"testing"

	"github.com/filmloom/filmloom/server/web"
)

// A proxy may serve the site below a path of its own, which the public URL has.
func TestTheDocumentsFollowThePathOfThePublicURL(t *testing.T) {
	for base, want := range map[string]string{
		"":                                 "",
		"https://films.example.org":        "",
		"https://example.org/studio":       "/studio",
		"https://example.org/a/b%20c/":     "/a/b%20c",
		"http://127.0.0.1:8080":            "",
		"https://example.org/\u00e4?x=y#z": "/%C3%A4",
	} {
		r := setUp(t, web.SiteConfig{Base: func() string { return base }}, func(c *web.APIConfig) { c.TokenURL = "/t/token" })
		for _, form := range []string{"/t/openapi.json", "/t/openapi-3.0.json"} {
			var doc struct {
				Servers    []struct{ URL string }
				Components struct {
					SecuritySchemes map[string]struct {
						Flows struct{ Password struct{ TokenURL string } }
					}
				}
			}
			must(t, json.Unmarshal([]byte(r.do("GET", form, "").body), &doc))
			if len(doc.Servers) != 1 || doc.Servers[0].URL != want+"/t" {
				t.Errorf("%q: %s is for %v", base, form, doc.Servers)
			}
			if at := doc.Components.SecuritySchemes["login"].Flows.Password.TokenURL; at != want+"/t/token" {
				t.Errorf("%q: %s has one log in at %q", base, form, at)
			}
		}
	}
	without := setUp(t, web.SiteConfig{}, nil)
	if got := without.do("GET", "/t/openapi.json", ""); got.status != 200 {
		t.Errorf("%d", got.status)
	}
}
