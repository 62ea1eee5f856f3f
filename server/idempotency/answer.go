package idempotency

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
)

// An Answer is what a request was answered.
type Answer struct {
	Status int
	// Header is kept in part: Content-Type, -Language and -Encoding, Location, Link, Etag, Preference-Applied.
	Header http.Header
	Body   []byte
}

// kept are the headers that are the answer's own, not this response's.
var kept = []string{"Content-Type", "Content-Language", "Content-Encoding", "Location", "Link", "Etag", "Preference-Applied"}

// Replayed is the header that tells a repeated answer from a first one. Its value is then "true".
const Replayed = "Idempotency-Replayed"

// Replay sends a remembered answer, marked with the header Replayed. The error is that of writing it.
func (a *Answer) Replay(w http.ResponseWriter) error {
	maps.Copy(w.Header(), a.Header)
	w.Header().Set(Replayed, "true")
	return a.send(w)
}

func (a *Answer) send(w http.ResponseWriter) error {
	if len(a.Body) > 0 {
		w.Header().Set("Content-Length", strconv.Itoa(len(a.Body)))
	}
	w.WriteHeader(a.Status)
	_, err := w.Write(a.Body)
	return err
}

// worth tells whether an answer ends its request for good.
func (a *Answer) worth() bool { return a.Status >= 200 && a.Status < 300 }

// size is what an answer takes in the database, roughly.
func (a *Answer) size() int {
	n := len(a.Body)
	for _, name := range kept {
		for _, v := range a.Header.Values(name) {
			n += len(name) + len(v)
		}
	}
	return n
}

// own is a copy of the headers that are kept.
func own(h http.Header) http.Header {
	var out http.Header
	for _, name := range kept {
		if v := h.Values(name); len(v) > 0 {
			if out == nil {
				out = http.Header{}
			}
			out[name] = slices.Clone(v)
		}
	}
	return out
}
