package metrics

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// kernel is a response writer that can take a whole file, as net/http's can.
type kernel struct {
	*httptest.ResponseRecorder
	took int64
}

func (k *kernel) ReadFrom(r io.Reader) (int64, error) {
	n, err := io.Copy(k.ResponseRecorder, r)
	k.took += n
	return n, err
}

func TestAFileIsGivenToTheKernelAndItsSizeIsCounted(t *testing.T) {
	file := filepath.Join(t.TempDir(), "film.mp4")
	content := bytes.Repeat([]byte("film"), 100_000)
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	m := New()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /media/{name}", func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, file) })
	k := &kernel{ResponseRecorder: httptest.NewRecorder()}
	m.HTTP(mux).ServeHTTP(k, httptest.NewRequest("GET", "/media/film.mp4", nil))
	if k.took != int64(len(content)) || !bytes.Equal(k.Body.Bytes(), content) {
		t.Errorf("%d bytes went past the writer below", int64(len(content))-k.took)
	}
	server := serve(t, m, mux)
	if res, body := get(t, "GET", server.URL+"/media/film.mp4", "Range", "bytes=4-11"); res.StatusCode != 206 || body != "filmfilm" {
		t.Errorf("a range gave %s, %q", res.Status, body)
	}
	get(t, "HEAD", server.URL+"/media/film.mp4")
	get(t, "GET", server.URL+"/media/film.mp4", "Range", "bytes=9999999-")
	scrape(t, m).want(t, map[string]float64{
		`http_requests_total{code="200",method="GET",route="/media/{name}"}`:  1,
		`http_requests_total{code="206",method="GET",route="/media/{name}"}`:  1,
		`http_requests_total{code="200",method="HEAD",route="/media/{name}"}`: 1,
		`http_requests_total{code="416",method="GET",route="/media/{name}"}`:  1,
		`http_response_size_bytes_sum{method="HEAD",route="/media/{name}"}`:   0,
	})
}

func TestNothingReadIsNothingAnswered(t *testing.T) {
	m := New()
	mux := http.NewServeMux()
	mux.HandleFunc("/empty", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.Copy(w, strings.NewReader(""))
		w.WriteHeader(http.StatusNotFound)
	})
	if res, _ := get(t, "GET", serve(t, m, mux).URL+"/empty"); res.StatusCode != http.StatusNotFound {
		t.Fatalf("the answer is %s", res.Status)
	}
	scrape(t, m).want(t, map[string]float64{`http_requests_total{code="404",method="GET",route="/empty"}`: 1})
}

func TestAnInterimAnswerIsNotTheAnswer(t *testing.T) {
	m := New()
	mux := http.NewServeMux()
	mux.HandleFunc("/hints", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusEarlyHints)
		w.WriteHeader(http.StatusAccepted)
		w.WriteHeader(http.StatusTeapot) // too late
	})
	server := serve(t, m, mux)
	hints := 0
	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
		Got1xxResponse: func(code int, _ textproto.MIMEHeader) error {
			hints += code
			return nil
		},
	}), "GET", server.URL+"/hints", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusAccepted || hints != http.StatusEarlyHints {
		t.Errorf("the answer is %s after %d", res.Status, hints)
	}
	scrape(t, m).want(t, map[string]float64{`http_requests_total{code="202",method="GET",route="/hints"}`: 1})
}

func TestAConnectionCanBeTakenOver(t *testing.T) {
	m := New()
	mux := http.NewServeMux()
	mux.HandleFunc("/raw", func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nraw")
		_ = conn.Close()
	})
	if _, body := get(t, "GET", serve(t, m, mux).URL+"/raw"); body != "raw" {
		t.Errorf("the answer is %q", body)
	}
}

// mute is a response writer that can do nothing more than it must.
type mute struct{ http.ResponseWriter }

func TestAWriterThatCannotFlushSaysSo(t *testing.T) {
	m := New()
	m.HTTP(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if err := http.NewResponseController(w).Flush(); !errors.Is(err, http.ErrNotSupported) {
			t.Errorf("Flush: %v", err)
		}
		w.WriteHeader(http.StatusNotFound)
	})).ServeHTTP(mute{httptest.NewRecorder()}, httptest.NewRequest("GET", "/", nil))
	scrape(t, m).want(t, map[string]float64{`http_requests_total{code="404",method="GET",route="other"}`: 1})
}
