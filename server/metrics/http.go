package metrics

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// requests are the metrics of HTTP.
type requests struct {
	served            *prometheus.CounterVec
	duration, size    *prometheus.HistogramVec
	inFlight, streams prometheus.Gauge
}

var (
	requestDurations = []float64{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10}
	responseSizes    = prometheus.ExponentialBuckets(256, 8, 8) // to half a gigabyte
)

func newRequests(m *Metrics) requests {
	return requests{
		served: m.counter("http_requests_total",
			"Requests that were answered, by method, pattern of the route and status code. What has no route, or another method, is other.",
			"method", "route", "code"),
		duration: m.histogram("http_request_duration_seconds",
			"Time that requests took. Event streams, pictures, sound, films, other downloads and requests that ask to wait "+
				"(Prefer: wait) are left out: how long those take is up to the client.", requestDurations, "method", "route"),
		size: m.histogram("http_response_size_bytes", "Size of the bodies of answers.", responseSizes, "method", "route"),
		inFlight: m.gauge("http_requests_in_flight",
			"Requests that are being answered, event streams included.").WithLabelValues(),
		streams: m.gauge("http_event_streams_open", "Event streams that clients are following.").WithLabelValues(),
	}
}

// HTTP counts what goes through a handler, and how long it takes. It belongs outside of everything that
// answers requests; next is, or wraps, an http.ServeMux, whose pattern becomes the route. If anything in
// between replaces the request (r.WithContext, http.StripPrefix), the mux must be wrapped in Route.
//
// What next gets as http.ResponseWriter is an http.Flusher and an io.ReaderFrom, and works with
// http.ResponseController.
func (m *Metrics) HTTP(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun := time.Now()
		a := &answer{ResponseWriter: w, metrics: m}
		m.requests.inFlight.Inc()
		returned := false
		defer func() {
			m.requests.inFlight.Dec()
			a.end(r, time.Since(begun), returned)
		}()
		next.ServeHTTP(a, r)
		returned = true
	})
}

// Route tells HTTP, somewhere around it, which route a mux has found. The handlers between the two may
// replace the request; a response writer that they put around the one they got must have the method Unwrap,
// as http.ResponseController wants it. Of muxes within each other the innermost wrapped one counts.
func (m *Metrics) Route(mux http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if a := answerOf(w); a != nil && a.pattern == "" {
				a.pattern = r.Pattern
			}
		}()
		mux.ServeHTTP(w, r)
	})
}

// end counts an answer; returned is false when the handler has panicked.
func (a *answer) end(r *http.Request, took time.Duration, returned bool) {
	q := &a.metrics.requests
	if a.streams {
		q.streams.Dec()
	}
	pattern := a.pattern
	if pattern == "" {
		pattern = r.Pattern
	}
	method, route := methodOf(r), routeOf(pattern)
	status := a.status
	switch {
	case status != 0:
	case returned: // net/http answers for it
		status = http.StatusOK
	default:
		status = http.StatusInternalServerError
	}
	q.served.WithLabelValues(method, route, codeOf(status)).Inc()
	q.size.WithLabelValues(method, route).Observe(float64(a.size))
	if !a.lasts && !asksToWait(r) {
		q.duration.WithLabelValues(method, route).Observe(took.Seconds())
	}
}

func methodOf(r *http.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return r.Method
	}
	return other
}

// routeOf is a mux's pattern without its method.
func routeOf(pattern string) string {
	if i := strings.IndexAny(pattern, " \t"); i >= 0 {
		pattern = strings.TrimLeft(pattern[i:], " \t")
	}
	if pattern == "" {
		return other
	}
	return pattern
}

func codeOf(status int) string {
	if status < 100 || status > 599 {
		return other
	}
	return strconv.Itoa(status)
}

// asksToWait tells whether the client wants the answer late (RFC 7240).
func asksToWait(r *http.Request) bool {
	for _, prefer := range r.Header["Prefer"] {
		if strings.Contains(prefer, "wait") {
			return true
		}
	}
	return false
}
