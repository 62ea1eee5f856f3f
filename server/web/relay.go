package web

import (
	"io"
	"maps"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// Relay answers an operation with what a handler that knows no API answers to r, such as a file's. What it answers with
// a status of 400 or higher is answered in the API's words instead, as the fault that refusal makes of the status.
func (a *API) Relay(ctx huma.Context, h http.Handler, r *http.Request, refusal func(status int) *Fault) {
	_, w := humago.Unwrap(ctx)
	to := &relayed{ResponseWriter: w, header: w.Header().Clone()}
	h.ServeHTTP(to, r)
	if to.refused > 0 {
		f := refusal(to.refused)
		if size := to.header.Get("Content-Range"); size != "" { // of what there is, with 416
			w.Header().Set("Content-Range", size)
		}
		a.refuse(ctx, f)
	}
}

// A relayed answer goes on if it is none that says what is wrong.
type relayed struct {
	http.ResponseWriter
	header  http.Header
	begun   bool
	refused int // the status, or 0
}

// Header implements [http.ResponseWriter].
func (r *relayed) Header() http.Header { return r.header }

// WriteHeader implements [http.ResponseWriter].
func (r *relayed) WriteHeader(status int) {
	switch {
	case r.begun:
		return
	case status >= http.StatusBadRequest:
		r.begun, r.refused = true, status
		return
	case status >= http.StatusOK:
		r.begun = true
	}
	maps.Copy(r.ResponseWriter.Header(), r.header)
	r.ResponseWriter.WriteHeader(status)
}

// Write implements [http.ResponseWriter].
func (r *relayed) Write(b []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	if r.refused > 0 {
		return len(b), nil
	}
	return r.ResponseWriter.Write(b)
}

// ReadFrom implements [io.ReaderFrom], as [recorder.ReadFrom] does.
func (r *relayed) ReadFrom(from io.Reader) (int64, error) {
	r.WriteHeader(http.StatusOK)
	if r.refused > 0 {
		return io.Copy(io.Discard, from)
	}
	return io.Copy(r.ResponseWriter, from)
}

// Unwrap is for [http.ResponseController].
func (r *relayed) Unwrap() http.ResponseWriter { return r.ResponseWriter }
