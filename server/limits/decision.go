package limits

import (
	"net/http"
	"strconv"
	"time"
)

// A Decision says whether a request may pass and what the client is told about its limit.
type Decision struct {
	Allowed   bool
	Limit     int       // of the tightest window, requests
	Remaining int       // how many more will pass in it after this one, at least 0
	Reset     time.Time // when it is Limit again; whole seconds, UTC
	// Retry is how long to wait before the next try, whole seconds, at least one. It is 0 when Allowed.
	Retry time.Duration
}

// Header writes X-RateLimit-Limit, -Remaining and -Reset (Unix seconds); when the request was refused
// Retry-After (seconds) too.
func (d Decision) Header(h http.Header) {
	h.Set("X-RateLimit-Limit", strconv.Itoa(d.Limit))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(d.Remaining))
	h.Set("X-RateLimit-Reset", strconv.FormatInt(d.Reset.Unix(), 10))
	if !d.Allowed {
		h.Set("Retry-After", strconv.Itoa(int(d.Retry/time.Second)))
	}
}

// decide describes a window after a request was counted in it or refused by it.
func decide(allowed bool, w window, length int64, limit int, now int64) Decision {
	end := w.start + length
	d := Decision{Allowed: allowed, Limit: limit, Remaining: w.left(limit), Reset: time.Unix(end, 0).UTC()}
	if !allowed {
		d.Retry = time.Duration(end-now) * time.Second
	}
	return d
}
