package web

import (
	"io"
	"net/http"
	"time"
)

// A body is a request's body, bounded for those who read it. Closing it does nothing: net/http does that itself, and
// until then it can be lingered over.
type body struct {
	io.Reader           // what handlers read
	all       io.Reader // what there is
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
	case r.Header.Get("Expect") != "": // and is told not to send it
	default:
		if http.NewResponseController(&q.answer).SetReadDeadline(time.Now().Add(s.lingers)) == nil {
			_, _ = io.CopyN(io.Discard, b.all, s.conf.MaxBody)
		}
	}
}
