package web

import (
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
)

// documents serves what describes the API: OpenAPI 3.1 and 3.0, as JSON and YAML. They are written when they
// are first asked for, since only then every operation is known.
func (a *API) documents() {
	described := sync.OnceValue(func() *huma.OpenAPI {
		doc := a.OpenAPI()
		// Relative: the page beside the document may ask its own origin only, by whichever name it was opened.
		below := a.site.below()
		doc.Servers = []*huma.Server{{URL: below + a.conf.Prefix}}
		doc.Components.SecuritySchemes[schemeLogin].Flows.Password.TokenURL = below + a.conf.TokenURL
		return doc
	})
	announced := sync.OnceValue(func() *huma.OpenAPI { return a.announced(described()) })
	for _, d := range []struct {
		path, kind string
		doc        func() *huma.OpenAPI
		write      func(*huma.OpenAPI) ([]byte, error)
	}{
		{"/openapi.json", "application/openapi+json", announced, (*huma.OpenAPI).MarshalJSON},
		{"/openapi-3.0.json", "application/openapi+json", described, (*huma.OpenAPI).Downgrade},
		{"/openapi.yaml", "application/openapi+yaml", announced, (*huma.OpenAPI).YAML},
		{"/openapi-3.0.yaml", "application/openapi+yaml", described, (*huma.OpenAPI).DowngradeYAML},
	} {
		written := sync.OnceValues(func() ([]byte, error) { return d.write(d.doc()) })
		a.site.routes.HandleFunc("GET "+a.conf.Prefix+d.path, func(w http.ResponseWriter, r *http.Request) {
			raw, err := written()
			if err != nil {
				Log(r.Context()).Error("the API's document cannot be written", "error", err)
				a.site.answer(w, r, inside())
				return
			}
			w.Header().Set("Content-Type", d.kind)
			_, _ = w.Write(raw) // the client has gone when this fails
		})
	}
}

// below is the path of the site's base URL, below which clients find everything; "" for most.
func (s *Site) below() string {
	if s.conf.Base == nil {
		return ""
	}
	base, err := url.Parse(s.conf.Base())
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(base.EscapedPath(), "/")
}
