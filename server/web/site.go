package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"path"
	"runtime/debug"
	"strings"
	"time"
)

// SiteConfig says how a site works. The zero value is useful.
type SiteConfig struct {
	// Base is the URL that links and documents begin with, without a slash at its end.
	Base func() string
	// Address finds out where a request comes from; nil takes the connection's address.
	Address func(*http.Request) netip.Addr
	// Wrap puts something around the router, such as metrics; nil means nothing.
	Wrap func(http.Handler) http.Handler
	// Origins are the web pages of other sites that may use the APIs, and read what is [Site.Open], as "https://app.example.org".
	Origins []string
	// MaxBody bounds every request's body, in bytes; 0 means 1 MiB.
	MaxBody int64
	// Heartbeat is how often a silent stream shows that it is alive; 0 means the constant Heartbeat.
	Heartbeat time.Duration
	Log       *slog.Logger
}

// A Site is everything that is served on one address.
type Site struct {
	conf     SiteConfig
	routes   routes
	routed   http.Handler
	root     http.Handler // of what is below no other pattern; nil means nobody
	dialects []base

	streams context.Context // ends when event streams have to
	end     context.CancelFunc
	slow    time.Duration // that a client may take to read a part of a stream
	lingers time.Duration // that the rest of a refused request is waited for
}

// A base is the dialect below a path.
type base struct {
	prefix  string
	dialect Dialect
}

// has tells whether a path is below the base.
func (b base) has(path string) bool {
	rest, ok := strings.CutPrefix(path, b.prefix)
	return ok && (rest == "" || rest[0] == '/')
}

// NewSite makes a site with nothing on it.
func NewSite(conf SiteConfig) *Site {
	if conf.Log == nil {
		conf.Log = discard
	}
	if conf.MaxBody <= 0 {
		conf.MaxBody = 1 << 20
	}
	if conf.Address == nil {
		conf.Address = connection
	}
	if conf.Heartbeat <= 0 {
		conf.Heartbeat = Heartbeat
	}
	s := &Site{conf: conf, slow: time.Minute, lingers: 5 * time.Second}
	s.routes = newRoutes(s.otherwise)
	s.routed = s.routes
	if conf.Wrap != nil {
		s.routed = conf.Wrap(s.routes)
	}
	s.streams, s.end = context.WithCancel(context.Background())
	return s
}

// EndStreams ends the event streams, and requests that wait, because the server stops.
func (s *Site) EndStreams() { s.end() }

// connection is the address at the other end of a request's connection.
func connection(r *http.Request) netip.Addr {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return at.Addr().Unmap()
}

// Mount serves a pattern of http.ServeMux that belongs to no API. "/" gets what is below no other pattern and
// no API.
func (s *Site) Mount(pattern string, h http.Handler) {
	if pattern == "/" {
		s.root = h
		return
	}
	s.routes.HandleFunc(pattern, h.ServeHTTP)
}

// ServeHTTP answers a request.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	q := &request{Context: r.Context(), site: s, id: newID(), from: s.conf.Address(r), answer: recorder{ResponseWriter: w}}
	r = r.WithContext(q)
	secure(w.Header(), q.id)
	if r.Body != nil && r.Body != http.NoBody {
		b := &body{bounded: http.MaxBytesReader(&q.answer, r.Body, s.conf.MaxBody), all: r.Body}
		r.Body = b
		defer s.linger(q, r, b)
	}
	defer s.ended(q, r, began)
	if len(s.conf.Origins) > 0 && s.dialect(r.URL.Path) != nil && s.letIn(w.Header(), r) {
		q.answer.WriteHeader(http.StatusNoContent)
		return
	}
	if unclean(r) && s.dialect(r.URL.Path) != nil {
		s.otherwise(&q.answer, r)
		return
	}
	s.routed.ServeHTTP(&q.answer, r)
}

// ended answers for a handler that has panicked, and logs the request. It must be deferred itself.
func (s *Site) ended(q *request, r *http.Request, began time.Time) {
	if p := recover(); p != nil {
		s.recovered(q, r, p)
	}
	level := slog.LevelDebug
	if q.answer.status >= http.StatusInternalServerError {
		level = slog.LevelWarn
	} else if r.Method != http.MethodGet && r.Method != http.MethodHead {
		level = slog.LevelInfo
	}
	if s.conf.Log.Enabled(q, level) {
		q.logger().Log(q, level, "request", "method", r.Method, "path", r.URL.Path, "status", q.answer.status,
			"took", time.Since(began).Round(time.Microsecond), "from", q.from)
	}
}

// secure sets what every answer tells a browser, unless a handler knows better.
func secure(h http.Header, id string) {
	h["X-Request-Id"] = []string{id}
	h["X-Content-Type-Options"] = nosniff
	h["Referrer-Policy"] = noReferrer
	h["Content-Security-Policy"] = nothing
	h["Cache-Control"] = noStore
}

// They are shared by all answers. Setting a header replaces its values and leaves these as they are; whoever
// adds to one copies, since their capacity is used up.
var (
	nosniff    = []string{"nosniff"}
	noReferrer = []string{"no-referrer"}
	nothing    = []string{"default-src 'none'; frame-ancestors 'none'"}
	noStore    = []string{"no-store"}
)

// otherwise answers what no pattern does, in the shape of the API whose path it is below.
func (s *Site) otherwise(w http.ResponseWriter, r *http.Request) {
	if s.root != nil && s.dialect(r.URL.Path) == nil {
		s.root.ServeHTTP(w, r)
		return
	}
	f := &Fault{Status: http.StatusNotFound, Code: CodeNoRoute, Message: "Not Found"}
	if allow := s.routes.allowed(r); allow != "" && !unclean(r) {
		w.Header().Set("Allow", allow)
		if r.Method == http.MethodOptions {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		f = &Fault{Status: http.StatusMethodNotAllowed, Code: CodeMethod, Message: "Method Not Allowed"}
	}
	s.answer(w, r, f)
}

// dialect is that of the API whose path it is, or would be if it were clean; nil means none.
func (s *Site) dialect(at string) Dialect {
	clean := path.Clean(at)
	for _, b := range s.dialects {
		if b.has(at) || b.has(clean) {
			return b.dialect
		}
	}
	return nil
}

// answer writes a fault that no operation has.
func (s *Site) answer(w http.ResponseWriter, r *http.Request, f *Fault) {
	status, body := f.Status, any(map[string]string{"detail": f.Message})
	if d := s.dialect(r.URL.Path); d != nil {
		status, body = d.Answer(f)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(body); err != nil {
		Log(r.Context()).Debug("an answer could not be written", "error", err)
	}
}

// recovered answers after a panic, when nothing was answered yet.
func (s *Site) recovered(q *request, r *http.Request, p any) {
	if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(p)
	}
	q.logger().Error("a request has panicked", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
	if q.answer.status != 0 {
		panic(http.ErrAbortHandler) // the answer is incomplete, and the client must see that
	}
	for _, name := range []string{"Content-Length", "Content-Encoding", "Etag"} {
		q.answer.Header().Del(name) // of the answer that the handler was about to give
	}
	s.answer(&q.answer, r, inside())
}
