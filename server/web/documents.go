package web

import (
	"net/http"
	"sync"

	"github.com/danielgtaylor/huma/v2"
)

// documents serves what describes the API: OpenAPI 3.1 and 3.0, as JSON and YAML. They are written when they
// are first asked for, since only then every operation is known.
func (a *API) documents() {
	described := sync.OnceValue(func() *huma.OpenAPI {
		doc := a.OpenAPI()
		// Relative: the page beside the document may ask its own origin only, by whichever name it was opened.
		doc.Servers = []*huma.Server{{URL: a.conf.Prefix}}
		return doc
	})
	for _, d := range []struct {
		path, kind string
		write      func(*huma.OpenAPI) ([]byte, error)
	}{
		{"/openapi.json", "application/openapi+json", (*huma.OpenAPI).MarshalJSON},
		{"/openapi-3.0.json", "application/openapi+json", (*huma.OpenAPI).Downgrade},
		{"/openapi.yaml", "application/openapi+yaml", (*huma.OpenAPI).YAML},
		{"/openapi-3.0.yaml", "application/openapi+yaml", (*huma.OpenAPI).DowngradeYAML},
	} {
		written := sync.OnceValues(func() ([]byte, error) { return d.write(described()) })
		a.site.routes.HandleFunc("GET "+a.conf.Prefix+d.path, func(w http.ResponseWriter, r *http.Request) {
			raw, err := written()
			if err != nil {
				Log(r.Context()).Error("the API's document cannot be written", "error", err)
				a.site.answer(w, r, &Fault{Status: http.StatusInternalServerError, Code: CodeInternal, Message: "Internal server error"})
				return
			}
			w.Header().Set("Content-Type", d.kind)
			_, _ = w.Write(raw) // the client has gone when this fails
		})
	}
}
