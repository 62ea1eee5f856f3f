package media

import (
	"crypto/subtle"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/filmloom/filmloom/engine/artifact"
)

// What is said to people who follow a link that gives nothing.
const (
	saysInvalid = "This link is not valid: use it exactly as the API gave it, or ask the API for a new one.\n"
	saysExpired = "This link has expired: ask the API for a new one.\n"
	saysGone    = "This file does not exist any more.\n"
	saysMethod  = "Files can only be read: use GET or HEAD.\n"
	saysFailed  = "The file cannot be read at the moment: try again later.\n"
)

// mostRanges is how many ranges one request may ask for. Players ask for one.
const mostRanges = 4

// Handler serves the links: every path that begins with Prefix is its own.
func (m *Media) Handler() http.Handler { return http.HandlerFunc(m.serve) }

func (m *Media) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer") // the link is a credential
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		say(w, http.StatusMethodNotAllowed, saysMethod)
		return
	}
	l, ok := m.read(r.URL.Path)
	if !ok {
		say(w, http.StatusForbidden, saysInvalid)
		return
	}
	left := l.expires - m.config.Now().Unix()
	if left <= 0 {
		say(w, http.StatusForbidden, saysExpired)
		return
	}
	file, _, err := m.config.Store.Open(r.Context(), l.digest)
	switch {
	case errors.Is(err, artifact.ErrNotFound):
		say(w, http.StatusNotFound, saysGone)
		return
	case err != nil:
		if r.Context().Err() == nil {
			m.config.Log.ErrorContext(r.Context(), "a file cannot be served", "sha256", l.digest, "error", err)
		}
		say(w, http.StatusInternalServerError, saysFailed)
		return
	}
	defer closing(file)
	send(w, r, l, left, file)
}

// closing ends reading: what was read is not made worse by a failure now.
func closing(c io.Closer) { _ = c.Close() }

// send answers with the file. It is given to net/http as it is: a plain file goes from the disk to the network
// inside the kernel.
func send(w http.ResponseWriter, r *http.Request, l link, left int64, file io.ReadSeeker) {
	kind := "inline"
	if r.URL.RawQuery != "" && r.URL.Query().Get("download") == "1" {
		kind = "attachment"
	}
	h := w.Header()
	h.Set("Content-Type", typeOf(l.name))
	h.Set("Content-Disposition", disposition(kind, l.name))
	h.Set("Etag", `"`+l.digest+`"`)
	h.Set("Cache-Control", "private, max-age="+strconv.FormatInt(left, 10)+", immutable")
	h.Set("Content-Security-Policy", policy)
	h.Set("Cross-Origin-Resource-Policy", "cross-origin") // films are there to be shown, on any page
	if !heeded(r.Header["Range"]) {
		r = r.WithContext(r.Context())
		r.Header = r.Header.Clone()
		r.Header.Del("Range")
	}
	http.ServeContent(w, r, "", time.Time{}, file)
}

// heeded tells whether ranges are served. RFC 9110, 14.2 has us ignore units that we do not know, and lets us ignore too
// many ranges: each costs a head of its own.
func heeded(ranges []string) bool {
	return len(ranges) == 0 || len(ranges) == 1 && strings.HasPrefix(ranges[0], "bytes=") && strings.Count(ranges[0], ",") < mostRanges
}

// A link is what a path says once its signature was found right.
type link struct {
	expires      int64 // Unix seconds
	digest, name string
}

// read takes a path apart; ok tells that we have signed all of it.
func (m *Media) read(path string) (l link, ok bool) {
	rest, ok := strings.CutPrefix(path, Prefix)
	if !ok {
		return link{}, false
	}
	ticket, rest, _ := strings.Cut(rest, "/")
	digest, name, _ := strings.Cut(rest, "/")
	digits, given, _ := strings.Cut(ticket, ".")
	// Bounds first: signing costs by the byte.
	if len(digits) > 12 || len(given) != signatureLen || !artifact.ValidDigest(digest) ||
		name == "" || len(name) > longestName || strings.Contains(name, "/") {
		return link{}, false
	}
	expires, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || strconv.FormatInt(expires, 10) != digits {
		return link{}, false
	}
	var sig [signatureLen]byte
	m.sign(&sig, expires, digest, name)
	// As texts: decoding would take several texts for the same signature.
	if subtle.ConstantTimeCompare(sig[:], []byte(given)) == 0 {
		return link{}, false
	}
	return link{expires, digest, name}, true
}

func say(w http.ResponseWriter, status int, text string) {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text) // the client is gone when this fails
}

// policy is for a browser that shows the file as a page: it may show that one file, and run nothing. Without
// allow-same-origin Chromium takes a film on its own page for one of a foreign origin, and does not play it.
const policy = "sandbox allow-same-origin; default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'"
