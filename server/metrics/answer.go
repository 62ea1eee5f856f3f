package metrics

import (
	"io"
	"net/http"
	"strings"
)

// An answer is a response writer that sees what is answered.
type answer struct {
	http.ResponseWriter
	metrics *Metrics
	pattern string // that Route has told; "" if nobody has
	status  int    // 0 until the answer has begun
	size    int64  // of the body, in bytes
	streams bool   // it is an event stream
	lasts   bool   // how long it takes is up to the client
}

// answerOf finds the answer below wrapping response writers, or gives nil.
func answerOf(w http.ResponseWriter) *answer {
	for {
		switch t := w.(type) {
		case *answer:
			return t
		case interface{ Unwrap() http.ResponseWriter }:
			w = t.Unwrap()
		default:
			return nil
		}
	}
}

// Unwrap is for http.ResponseController.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// begin notes the status and what kind of answer it is. Only the first one is sent.
func (a *answer) begin(status int) {
	if a.status != 0 {
		return
	}
	a.status = status
	contentType := a.Header().Get("Content-Type")
	if a.streams = strings.HasPrefix(contentType, "text/event-stream"); a.streams {
		a.metrics.requests.streams.Inc()
	}
	a.lasts = a.streams
	for _, download := range []string{"video/", "audio/", "image/", "application/octet-stream", "application/zip"} {
		a.lasts = a.lasts || strings.HasPrefix(contentType, download)
	}
}

// WriteHeader implements http.ResponseWriter.
func (a *answer) WriteHeader(status int) {
	if status >= 200 || status == http.StatusSwitchingProtocols { // the others come before the answer
		a.begin(status)
	}
	a.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (a *answer) Write(b []byte) (int, error) {
	a.begin(http.StatusOK)
	n, err := a.ResponseWriter.Write(b)
	a.size += int64(n)
	return n, err
}

// WriteString implements io.StringWriter, for io.WriteString.
func (a *answer) WriteString(s string) (int, error) {
	a.begin(http.StatusOK)
	n, err := io.WriteString(a.ResponseWriter, s)
	a.size += int64(n)
	return n, err
}

// ReadFrom implements io.ReaderFrom, so that the server can give the copying of a file to the kernel.
func (a *answer) ReadFrom(r io.Reader) (int64, error) {
	n, err := io.Copy(a.ResponseWriter, r)
	if n > 0 { // otherwise nothing is sent yet
		a.begin(http.StatusOK)
	}
	a.size += n
	return n, err
}

// Flush implements http.Flusher.
func (a *answer) Flush() { _ = a.FlushError() }

// FlushError is for http.ResponseController.
func (a *answer) FlushError() error {
	err := http.NewResponseController(a.ResponseWriter).Flush()
	if err == nil {
		a.begin(http.StatusOK)
	}
	return err
}
