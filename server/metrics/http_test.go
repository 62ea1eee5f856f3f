package metrics

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// quiet takes what a server says of the panics that a test wants.
var quiet = log.New(io.Discard, "", 0)

// serve starts a server with the handler, whose metrics are counted.
func serve(t testing.TB, m *Metrics, next http.Handler) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(m.HTTP(next))
	server.Config.ErrorLog = quiet
	server.Start()
	t.Cleanup(server.Close)
	return server
}

// get makes a request and reads the answer.
func get(t testing.TB, method, url string, header ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Add(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}

func TestRequestsCountByThePatternOfTheirRoute(t *testing.T) {
	m := New()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/video/tasks/{id}", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") })
	mux.HandleFunc("POST /v1/video/tasks", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnprocessableEntity) })
	mux.HandleFunc("/any", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("DELETE /strange", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(999) })
	server := serve(t, m, mux)
	for i := range 20 {
		get(t, "GET", fmt.Sprintf("%s/v1/video/tasks/user-%d", server.URL, i))
		get(t, "GET", fmt.Sprintf("%s/nowhere/%d", server.URL, i))
		get(t, fmt.Sprintf("BREW%d", i), server.URL+"/any")
	}
	get(t, "POST", server.URL+"/v1/video/tasks")
	get(t, "PUT", server.URL+"/v1/video/tasks")
	get(t, "DELETE", server.URL+"/strange")
	r := scrape(t, m)
	r.want(t, map[string]float64{
		`http_requests_total{code="200",method="GET",route="/v1/video/tasks/{id}"}`:      20,
		`http_requests_total{code="404",method="GET",route="other"}`:                     20,
		`http_requests_total{code="200",method="other",route="/any"}`:                    20,
		`http_requests_total{code="422",method="POST",route="/v1/video/tasks"}`:          1,
		`http_requests_total{code="405",method="PUT",route="other"}`:                     1,
		`http_requests_total{code="other",method="DELETE",route="/strange"}`:             1,
		`http_request_duration_seconds_count{method="GET",route="/v1/video/tasks/{id}"}`: 20,
		`http_response_size_bytes_sum{method="GET",route="/v1/video/tasks/{id}"}`:        100,
		`http_requests_in_flight`: 0,
	})
	n := 0
	for series := range r {
		if strings.HasPrefix(series, "filmloom_http_requests_total") {
			n++
		}
		if strings.Contains(series, "user-") || strings.Contains(series, "nowhere") || strings.Contains(series, "BREW") {
			t.Errorf("what somebody has typed is a label: %s", series)
		}
	}
	if n != 6 {
		t.Errorf("%d series, want 6", n)
	}
}

type key struct{}

// A request that was replaced on its way to the mux loses its pattern, unless Route tells it.
func TestARouteIsKnownThoughTheRequestWasReplacedOnItsWay(t *testing.T) {
	for _, routed := range []bool{false, true} {
		m := New()
		mux := http.NewServeMux()
		mux.HandleFunc("GET /tasks/{id}", func(http.ResponseWriter, *http.Request) {})
		mux.HandleFunc("GET /panic/{id}", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
		next := http.Handler(mux)
		if routed {
			next = m.Route(mux)
		}
		server := serve(t, m, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(wrapping{w}, r.WithContext(context.WithValue(r.Context(), key{}, "request-1")))
		}))
		get(t, "GET", server.URL+"/tasks/1")
		http.DefaultClient.CloseIdleConnections() // on a used connection the client would ask again
		if res, err := http.Get(server.URL + "/panic/1"); err == nil {
			_ = res.Body.Close()
			t.Error("the connection goes on after a panic")
		}
		want := "other"
		if routed {
			want = "/tasks/{id}"
		}
		r := scrape(t, m)
		r.want(t, map[string]float64{`http_requests_total{code="200",method="GET",route="` + want + `"}`: 1})
		if routed {
			r.want(t, map[string]float64{`http_requests_total{code="500",method="GET",route="/panic/{id}"}`: 1})
		}
	}
}

// wrapping is a response writer that others put around ours.
type wrapping struct{ http.ResponseWriter }

func (w wrapping) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func TestTheInnermostWrappedMuxNamesTheRoute(t *testing.T) {
	m := New()
	inner := http.NewServeMux()
	inner.HandleFunc("GET /tasks/{id}", func(http.ResponseWriter, *http.Request) {})
	outer := http.NewServeMux()
	outer.Handle("/v1/", http.StripPrefix("/v1", m.Route(inner)))
	server := serve(t, m, m.Route(outer))
	get(t, "GET", server.URL+"/v1/tasks/1")
	get(t, "GET", server.URL+"/v1/nothing")
	scrape(t, m).want(t, map[string]float64{
		`http_requests_total{code="200",method="GET",route="/tasks/{id}"}`: 1,
		`http_requests_total{code="404",method="GET",route="/v1/"}`:        1,
	})
}

func TestAnEventStreamIsFlushedAndDoesNotDistortDurations(t *testing.T) {
	m := New()
	hold, ended := make(chan struct{}), make(chan struct{})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /events", func(w http.ResponseWriter, _ *http.Request) {
		defer close(ended)
		w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
		if err := http.NewResponseController(w).SetWriteDeadline(time.Time{}); err != nil {
			t.Error(err)
		}
		_, _ = io.WriteString(w, "data: 1\n\n")
		w.(http.Flusher).Flush()
		<-hold
		_, _ = fmt.Fprint(w, "data: 2\n\n")
		if err := http.NewResponseController(w).Flush(); err != nil {
			t.Error(err)
		}
	})
	server := serve(t, m, mux)
	res, err := http.Get(server.URL + "/events")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	first := make([]byte, 9)
	if _, err := io.ReadFull(res.Body, first); err != nil || string(first) != "data: 1\n\n" {
		t.Fatalf("the first event is %q, %v", first, err)
	}
	scrape(t, m).want(t, map[string]float64{"http_event_streams_open": 1, "http_requests_in_flight": 1})
	close(hold)
	rest, err := io.ReadAll(res.Body)
	if err != nil || string(rest) != "data: 2\n\n" {
		t.Errorf("then came %q, %v", rest, err)
	}
	<-ended
	await(t, func() bool { return scrape(t, m)[`filmloom_http_requests_in_flight`] == 0 })
	r := scrape(t, m)
	r.want(t, map[string]float64{
		"http_event_streams_open":                                      0,
		`http_requests_total{code="200",method="GET",route="/events"}`: 1,
		`http_response_size_bytes_sum{method="GET",route="/events"}`:   18,
	})
	if got := r.sum("http_request_duration_seconds_count", ""); got != 0 {
		t.Errorf("%v durations", got)
	}
}

func TestWhatTheClientDecidesHowLongItTakesHasNoDuration(t *testing.T) {
	m := New()
	mux := http.NewServeMux()
	for path, contentType := range map[string]string{
		"/film": "video/mp4", "/speech": "audio/wav", "/picture": "image/png", "/all": "application/zip", "/json": "application/json", "/none": "",
	} {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", contentType)
			_, _ = io.WriteString(w, "x")
		})
	}
	server := serve(t, m, mux)
	for _, path := range []string{"/film", "/speech", "/picture", "/all", "/json", "/none"} {
		get(t, "GET", server.URL+path)
	}
	get(t, "GET", server.URL+"/json", "Prefer", "respond-async, wait=10")
	r := scrape(t, m)
	r.want(t, map[string]float64{
		`http_request_duration_seconds_count{method="GET",route="/json"}`: 1,
		`http_request_duration_seconds_count{method="GET",route="/none"}`: 1,
		`http_requests_total{code="200",method="GET",route="/json"}`:      2,
		`http_requests_total{code="200",method="GET",route="/film"}`:      1,
	})
	if got := r.sum("http_request_duration_seconds_count", ""); got != 2 {
		t.Errorf("%v durations", got)
	}
}

func TestAPanicIsCountedAndGoesOn(t *testing.T) {
	m := New()
	mux := http.NewServeMux()
	mux.HandleFunc("/before", func(http.ResponseWriter, *http.Request) { panic("before") })
	mux.HandleFunc("/after", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusOK)
		panic("after")
	})
	for _, path := range []string{"/before", "/after"} {
		func() {
			defer func() {
				if got := recover(); got != path[1:] {
					t.Errorf("the panic that came out is %v", got)
				}
			}()
			m.HTTP(mux).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", path, nil))
		}()
	}
	scrape(t, m).want(t, map[string]float64{
		`http_requests_total{code="500",method="GET",route="/before"}`: 1,
		`http_requests_total{code="200",method="GET",route="/after"}`:  1,
		"http_requests_in_flight":                                      0,
	})
}

func TestAClientThatGoesAwayLeavesNothingInFlight(t *testing.T) {
	m := New()
	began := make(chan struct{})
	server := serve(t, m, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(began)
		<-r.Context().Done()
	}))
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	<-began
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	await(t, func() bool { return scrape(t, m)["filmloom_http_requests_in_flight"] == 0 })
}

func TestManyRequestsAndScrapesAtOnce(t *testing.T) {
	m := New()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{n}", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "x") })
	h := m.HTTP(m.Route(mux))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := range 200 {
				h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", fmt.Sprintf("/%d", i), nil))
				if i%50 == 0 {
					m.Handler().ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/metrics", nil))
				}
			}
		})
	}
	wg.Wait()
	scrape(t, m).want(t, map[string]float64{
		`http_requests_total{code="200",method="GET",route="/{n}"}`: 1600,
		"http_requests_in_flight":                                   0,
	})
}

// discard is a response writer that costs nothing.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(b []byte) (int, error) { return len(b), nil }
func (d discard) WriteHeader(int)             {}

// BenchmarkRequest is what the metrics add to a request. The budget is 2 µs.
func BenchmarkRequest(b *testing.B) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/video/tasks/{id}", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(nil) })
	m := New()
	for _, bench := range []struct {
		name string
		h    http.Handler
	}{{"without", mux}, {"with", m.HTTP(m.Route(mux))}} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			w := discard{http.Header{"Content-Type": {"application/json"}}}
			r := httptest.NewRequest("GET", "/v1/video/tasks/0192", nil)
			for b.Loop() {
				bench.h.ServeHTTP(w, r)
			}
		})
	}
}
