package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/filmloom/filmloom/server/idempotency"
)

// What a page of another site may send, and read of an answer, beside what every page may.
var (
	askedHeaders = strings.Join([]string{"Authorization", "Content-Type", onceHeader, "Last-Event-ID", "Prefer", keyHeader}, ", ")
	shownHeaders = strings.Join([]string{
		"Accept-Ranges", "Content-Disposition", "Content-Range", "ETag", idempotency.Replayed, "Preference-Applied", retryHeader, provingHeader, expiryHeader,
		limitHeader, remainingHeader, resetHeader, idHeader,
	}, ", ")
)

// letIn tells a browser that a page of another site may read the answer, if it is one of Origins. Cookies are of no
// use to it: there is no Access-Control-Allow-Credentials. Where the browser only asks, that is the answer, and
// letIn is true.
func (s *Site) letIn(h http.Header, r *http.Request) (asked bool) {
	h.Add("Vary", "Origin")
	origin := r.Header.Get("Origin")
	if !slices.Contains(s.conf.Origins, origin) {
		return false
	}
	h.Set("Access-Control-Allow-Origin", origin)
	h.Set("Access-Control-Expose-Headers", shownHeaders)
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	allow := s.routes.allowed(r)
	if allow == "" || unclean(r) {
		return false
	}
	h.Set("Allow", allow)
	h.Set("Access-Control-Allow-Methods", allow)
	h.Set("Access-Control-Allow-Headers", askedHeaders)
	h.Set("Access-Control-Max-Age", "600")
	return true
}

// Open lets pages of Origins read what a handler beside the APIs answers.
func (s *Site) Open(h http.Handler) http.Handler {
	if len(s.conf.Origins) == 0 {
		return h
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.letIn(w.Header(), r)
		h.ServeHTTP(w, r)
	})
}
