package web

import (
	"io"
	"net/http"
	"time"
)

// A body is a request's body, bounded for those who read it. Closing it does nothing: net/http does that itself, and
// until then it can be lingered over.
type body struct {
	bounded io.Reader // what handlers read
	all     io.Reader // what there is
	begun   bool      // it is being read
}

// Read implements [io.Reader].
func (b *body) Read(p []byte) (int, error) {
	b.begun = true
	return b.bounded.Read(p)
}

// Close implements [io.Closer].
func (*body) Close() error { return nil }

// drained is how much of a body net/http reads by itself before it answers, in bytes.
const drained = 256 << 10

// linger reads the rest of a body whose request has been refused, in vain. Most clients read an answer when they have
// sent their request. If the connection were closed while they do, they would see that it is broken, and never why.
func (s *Site) linger(q *request, r *http.Request, b *body) {
	switch status := q.answer.status; {
	case status < http.StatusBadRequest, status == http.StatusRequestTimeout: // it was read, or has been waited for
	case 0 <= r.ContentLength && r.ContentLength <= drained:
	case r.Header.Get("Expect") != "" && !b.begun: // the client has asked before, and does not send it
	default:
		if http.NewResponseController(&q.answer).SetReadDeadline(time.Now().Add(s.lingers)) == nil {
			_, _ = io.CopyN(io.Discard, b.all, s.conf.MaxBody)
		}
	}
}
