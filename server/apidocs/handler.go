package apidocs

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"html/template"
	"net/http"
	"path"
	"strings"
	"time"
)

//go:embed page/page.html
var pageText string

// policy is what the page may do. Images may come from data: for Swagger UI's icons and from blob: for
// pictures that an operation answers with.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Handler serves the page at prefix/docs, for the document at the path spec, and what it needs below
// prefix/docs/. prefix is an API's base path, such as /v1, or "" for the root. title is the page's, any text.
// It answers GET and HEAD.
func Handler(prefix, spec, title string) http.Handler {
	prefix = strings.TrimSuffix(prefix, "/")
	library := embedded()
	var html bytes.Buffer
	page := template.Must(template.New("page").Parse(pageText))
	if err := page.Execute(&html, struct{ Title, Spec, Assets string }{title, relative(prefix, spec), "docs/" + library.version}); err != nil {
		panic("apidocs: " + err.Error()) // the template takes any text
	}
	sum := sha256.Sum256(html.Bytes())
	etag := `"` + hex.EncodeToString(sum[:16]) + `"`
	home := prefix + "/docs"
	assets := home + "/" + library.version + "/"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		name, isAsset := strings.CutPrefix(r.URL.Path, assets)
		switch {
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			h.Set("Allow", "GET, HEAD")
			http.Error(w, "The documentation can only be read: use GET or HEAD.", http.StatusMethodNotAllowed)
		case r.URL.Path == home:
			h.Set("Content-Type", "text/html; charset=utf-8")
			h.Set("Content-Security-Policy", policy)
			h.Set("Cross-Origin-Opener-Policy", "same-origin")
			h.Set("Cache-Control", "no-cache")
			h.Set("Etag", etag)
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(html.Bytes()))
		case r.URL.Path == home+"/":
			h.Set("Location", "../"+path.Base(home)) // relative, as everything here
			w.WriteHeader(http.StatusMovedPermanently)
		case isAsset && library.serve(w, r, name):
		default:
			http.Error(w, "There is no such page.", http.StatusNotFound)
		}
	})
}

// relative is the document's path as the page must name it.
func relative(prefix, spec string) string {
	if below, ok := strings.CutPrefix(spec, prefix+"/"); ok {
		return below
	}
	return spec
}
