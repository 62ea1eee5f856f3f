package web_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"github.com/filmloom/filmloom/server/web"
)

// Whoever reads a document asks the address that it is from.
func TestTheDocumentsAreTheSameForAllAndNameTheBasePath(t *testing.T) {
	r := setUp(t, web.SiteConfig{Base: func() string { return "https://films.example.org" }}, nil)
	r.echo(open("POST", "/notes"))
	r.get("/things", func(context.Context) error { return nil })
	var wg sync.WaitGroup
	for path, begins := range map[string]string{
		"/t/openapi.json": `{"`, "/t/openapi-3.0.json": `{"`, "/t/openapi.yaml": "components:", "/t/openapi-3.0.yaml": "components:",
	} {
		for range 4 { // also at the same time
			wg.Go(func() {
				got := r.do("GET", path, "")
				if got.status != 200 || !strings.HasPrefix(got.body, begins) || strings.Contains(got.body, "example.org") {
					t.Errorf("%s: %d %.100q", path, got.status, got.body)
				}
			})
		}
	}
	wg.Wait()
	var doc struct {
		OpenAPI string
		Servers []struct{ URL string }
		Paths   map[string]map[string]struct {
			Responses map[string]struct {
				Content map[string]struct{ Example failure }
			}
		}
		Components struct{ Schemas map[string]any }
	}
	must(t, json.Unmarshal([]byte(r.do("GET", "/t/openapi.json", "").body), &doc))
	answers := doc.Paths["/notes"]["post"].Responses
	for _, status := range []string{"200", "400", "409", "413", "415", "429", "500", "503"} {
		if _, ok := answers[status].Content["application/json"]; !ok {
			t.Errorf("%s is not described", status)
		}
	}
	for _, status := range []string{"401", "422", "default"} {
		if _, ok := answers[status]; ok {
			t.Errorf("%s is described, and never answered", status)
		}
	}
	if doc.OpenAPI != "3.1.0" || len(doc.Servers) != 1 || doc.Servers[0].URL != "/t" || doc.Components.Schemas["Placeholder"] != nil {
		t.Errorf("%s, %v", doc.OpenAPI, doc.Components.Schemas)
	}
}
