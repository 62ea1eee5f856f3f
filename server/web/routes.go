package web

import (
	"net/http"
	"path"
	"strings"
)

// routes are the patterns of a site. Each request is matched once; only one that nobody answers is matched
// again, to find out whether other methods would be.
type routes struct {
	mux   *http.ServeMux // every pattern, and "/" for what none of them is
	known *http.ServeMux // every pattern
}

func newRoutes(otherwise http.HandlerFunc) routes {
	r := routes{http.NewServeMux(), http.NewServeMux()}
	r.mux.HandleFunc("/", func(w http.ResponseWriter, req *http.Request) {
		req.Pattern = "" // for whoever counts requests: it is none of ours
		otherwise(w, req)
	})
	return r
}

// HandleFunc adds a pattern of http.ServeMux other than "/".
func (r routes) HandleFunc(pattern string, h func(http.ResponseWriter, *http.Request)) {
	r.mux.HandleFunc(pattern, h)
	r.known.HandleFunc(pattern, h)
}

// ServeHTTP implements http.Handler.
func (r routes) ServeHTTP(w http.ResponseWriter, req *http.Request) { r.mux.ServeHTTP(w, req) }

// allowed lists the methods that are answered at a request's path, as an Allow header; "" means none.
func (r routes) allowed(req *http.Request) string {
	h, pattern := r.known.Handler(req)
	if pattern != "" {
		return ""
	}
	p := probe{header: http.Header{}}
	h.ServeHTTP(&p, req)
	if p.status != http.StatusMethodNotAllowed {
		return ""
	}
	return p.header.Get("Allow")
}

// unclean tells whether a mux would send a client on to another path: "//", "/./" and the like. An API has no
// such path.
func unclean(r *http.Request) bool {
	p := r.URL.EscapedPath()
	if !strings.Contains(p, "//") && !strings.Contains(p, "/.") {
		return false
	}
	clean := path.Clean(p)
	return clean != p && clean+"/" != p
}

// A probe learns what a handler would answer.
type probe struct {
	header http.Header
	status int
}

func (p *probe) Header() http.Header         { return p.header }
func (p *probe) Write(b []byte) (int, error) { return len(b), nil }
func (p *probe) WriteHeader(status int)      { p.status = status }
