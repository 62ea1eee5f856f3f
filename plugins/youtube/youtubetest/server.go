package youtubetest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// The kinds of requests.
const (
	Begin     = "begin"     // an upload session
	Piece     = "piece"     // of a film
	Query     = "query"     // how much of a film is there
	Thumbnail = "thumbnail" // of a video
	Channels  = "channels"  // which channel is it
	Token     = "token"     // for a code, or for a refresh token
	Revoke    = "revoke"    // a token
)

// A Request is one that the server is about to answer.
type Request struct {
	Kind     string
	N        int   // how many of the kind have come, from 1
	From, To int64 // of a piece: its first byte, and the first after it
	Size     int64 // of the film
}

// A Fault is what happens instead of an answer.
type Fault struct {
	// Keep is how many bytes of a piece are taken before; All for the whole piece.
	Keep int64
	// Hold keeps the request waiting then, until it is closed or the client goes away.
	Hold <-chan struct{}
	// Cut breaks the connection off. Otherwise the answer is Status, Header and Body.
	Cut    bool
	Status int
	Header http.Header
	Body   string
	// Done: the request is carried out as if nothing was wrong, and then its answer is lost or replaced.
	Done bool
}

// All is a Keep of the whole piece.
const All = int64(1) << 62

// A Server is the vendor. Its methods may be called concurrently.
type Server struct {
	URL string

	t    testing.TB
	http *httptest.Server

	mu        sync.Mutex
	counts    map[string]int
	interfere func(Request) *Fault
	sessions  map[string]*session
	videos    []*Video
	grants    []*grant
	codes     map[string]*code
	moved     string

	lenient atomic.Bool
}

// New starts a server that ends with the test.
func New(t testing.TB) *Server {
	s := &Server{t: t, counts: map[string]int{}, sessions: map[string]*session{}, codes: map[string]*code{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /upload/youtube/v3/videos", s.begin)
	mux.HandleFunc("PUT /upload/youtube/v3/videos", s.put)
	mux.HandleFunc("POST /upload/youtube/v3/thumbnails/set", s.thumbnail)
	mux.HandleFunc("GET /youtube/v3/channels", s.channels)
	mux.HandleFunc("GET /o/oauth2/v2/auth", s.consentPage)
	mux.HandleFunc("POST /token", s.token)
	mux.HandleFunc("POST /revoke", s.revoke)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.wrong("there is no %s %s", r.Method, r.URL.Path)
		http.NotFound(w, r)
	})
	s.http = httptest.NewServer(mux)
	s.URL = s.http.URL
	t.Cleanup(func() {
		s.http.CloseClientConnections() // of clients that were killed
		s.http.Close()
	})
	return s
}

// UploadURL is where films are uploaded.
func (s *Server) UploadURL() string { return s.URL + "/upload/youtube/v3/videos" }

// AuthURL is where a person agrees.
func (s *Server) AuthURL() string { return s.URL + "/o/oauth2/v2/auth" }

// TokenURL is where tokens are fetched.
func (s *Server) TokenURL() string { return s.URL + "/token" }

// Interfere has a function say what goes wrong with each request; nil where nothing does.
func (s *Server) Interfere(fn func(Request) *Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.interfere = fn
}

// Lenient answers requests that are wrong without failing the test.
func (s *Server) Lenient() {
	s.lenient.Store(true)
}

// MoveSessions makes the address of every new session begin with this instead of the server's own.
func (s *Server) MoveSessions(to string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.moved = to
}

// Requests is how many of a kind have come.
func (s *Server) Requests(kind string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counts[kind]
}

// wrong fails the test.
func (s *Server) wrong(format string, args ...any) {
	if !s.lenient.Load() {
		s.t.Errorf("the vendor was asked wrongly: "+format, args...)
	}
}

// count counts a request, and finds what goes wrong with it.
func (s *Server) count(r Request) *Fault {
	s.mu.Lock()
	s.counts[r.Kind]++
	r.N = s.counts[r.Kind]
	fn := s.interfere
	s.mu.Unlock()
	if fn == nil {
		return nil
	}
	return fn(r)
}

// fail answers as a fault says. Nothing may have been written.
func (f *Fault) fail(w http.ResponseWriter, r *http.Request) {
	if f.Hold != nil {
		gone := make(chan struct{})
		go func() { // the context ends only while somebody reads
			defer close(gone)
			_, _ = io.Copy(io.Discard, r.Body)
		}()
		select {
		case <-f.Hold:
		case <-r.Context().Done():
		}
		if f.Cut || r.Context().Err() != nil {
			panic(http.ErrAbortHandler)
		}
		<-gone
	}
	if f.Cut {
		panic(http.ErrAbortHandler)
	}
	for name, values := range f.Header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(f.Status)
	_, _ = io.WriteString(w, f.Body)
}

// recorder keeps an answer that gets lost.
type recorder struct{ header http.Header }

func (r recorder) Header() http.Header         { return r.header }
func (r recorder) Write(b []byte) (int, error) { return len(b), nil }
func (r recorder) WriteHeader(int)             {}

// Problem is the body of an error as the API words it.
func Problem(status int, reason, message string) string {
	raw, _ := json.Marshal(map[string]any{"error": map[string]any{
		"code": status, "message": message,
		"errors": []any{map[string]any{"domain": "youtube.video", "reason": reason, "message": message}},
	}})
	return string(raw)
}

// Refuse is a fault that the API words so.
func Refuse(status int, reason string) *Fault {
	return &Fault{Status: status, Body: Problem(status, reason, "It says: "+reason+".")}
}

func problem(w http.ResponseWriter, status int, reason, message string) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, Problem(status, reason, message))
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	_ = json.NewEncoder(w).Encode(v)
}

// later is beyond any test.
const later = time.Hour

func fields(text string) []string { return strings.Fields(text) }
