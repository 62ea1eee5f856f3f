package idempotency_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server/idempotency"
	"github.com/filmloom/filmloom/server/store"
)

// serve answers as an API would.
func (d *desk) serve(t *testing.T, next http.HandlerFunc) *httptest.Server {
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		c, answer, err := d.Begin(r.Context(), request(r.Header.Get("Idempotency-Key"), string(body)))
		switch {
		case err != nil:
			http.Error(w, err.Error(), http.StatusConflict)
		case answer != nil:
			err = answer.Replay(w)
		default:
			err = c.Serve(w, r, next)
		}
		if err != nil && w.Header().Get("Content-Type") == "" {
			t.Error(err)
		}
	}))
	t.Cleanup(web.Close)
	return web
}

func post(t *testing.T, web *httptest.Server, key string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "POST", web.URL, strings.NewReader("body"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Idempotency-Key", key)
	a, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	body, err := io.ReadAll(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	return a, string(body)
}

func TestAServedRequestIsCarriedOutOnce(t *testing.T) {
	d := setUp(t)
	n := 0
	web := d.serve(t, func(w http.ResponseWriter, _ *http.Request) {
		n++
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Request-Id", "1")
		w.WriteHeader(http.StatusAccepted)
		fmt.Fprintf(w, `{"n": `)
		fmt.Fprintf(w, `%d}`, n)
	})
	for i, replayed := range []string{"", "true", "true"} {
		a, body := post(t, web, "k")
		if a.StatusCode != 202 || body != `{"n": 1}` || a.Header.Get("Content-Type") != "application/json" || a.Header.Get("Idempotency-Replayed") != replayed || a.ContentLength != 8 {
			t.Errorf("answer %d is %d %q %v", i+1, a.StatusCode, body, a.Header)
		}
	}
	if _, body := post(t, web, "k2"); body != `{"n": 2}` {
		t.Errorf("another key: %q", body)
	}
}

func TestAnAnswerIsRememberedBeforeItIsSent(t *testing.T) {
	d := setUp(t)
	web := d.serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "first") })
	for i := range 50 {
		key := fmt.Sprint("k", i)
		post(t, web, key)
		d.again(t, request(key, "body"), "first", nil) // never in flight any more
	}
}

func TestASilentHandlerHasSucceeded(t *testing.T) {
	d := setUp(t)
	web := d.serve(t, func(http.ResponseWriter, *http.Request) {})
	if a, body := post(t, web, "k"); a.StatusCode != 200 || body != "" {
		t.Errorf("%d %q", a.StatusCode, body)
	}
	if a, _ := post(t, web, "k"); a.StatusCode != 200 || a.Header.Get(idempotency.Replayed) != "true" {
		t.Errorf("%d %v", a.StatusCode, a.Header)
	}
}

func TestAnAnswerWithoutContentStaysOne(t *testing.T) {
	d := setUp(t)
	web := d.serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	for range 2 {
		if a, body := post(t, web, "k"); a.StatusCode != 204 || body != "" {
			t.Errorf("%d %q", a.StatusCode, body)
		}
	}
}

func TestAFailureIsSentAndForgotten(t *testing.T) {
	d := setUp(t)
	n := 0
	web := d.serve(t, func(w http.ResponseWriter, _ *http.Request) {
		n++
		http.Error(w, "busy", http.StatusServiceUnavailable)
	})
	for range 2 {
		if a, body := post(t, web, "k"); a.StatusCode != 503 || body != "busy\n" || a.Header.Get(idempotency.Replayed) != "" {
			t.Errorf("%d %q", a.StatusCode, body)
		}
	}
	if n != 2 {
		t.Errorf("carried out %d times", n)
	}
}

func TestALargeAnswerIsSentWholeOnce(t *testing.T) {
	d := setUp(t)
	want := strings.Repeat("0123456789", 1000)
	web := d.serve(t, func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(want); i += 300 {
			if n, err := io.WriteString(w, want[i:min(i+300, len(want))]); n == 0 || err != nil {
				t.Errorf("wrote %d, %v", n, err)
			}
		}
	})
	if a, body := post(t, web, "k"); a.StatusCode != 200 || body != want {
		t.Errorf("%d, %d bytes", a.StatusCode, len(body))
	}
	d.again(t, request("k", "body"), "", idempotency.ErrWithheld)
}

func TestAHandlerReachesItsClaim(t *testing.T) {
	d := setUp(t)
	web := d.serve(t, func(w http.ResponseWriter, r *http.Request) {
		c := idempotency.From(r.Context())
		if err := d.db.Update(r.Context(), func(tx *store.Tx) error {
			return c.Record(tx, idempotency.Answer{Status: 201, Body: []byte("recorded")})
		}); err != nil {
			t.Error(err)
		}
		if err := http.NewResponseController(w).SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
			t.Error(err)
		}
		if err := http.NewResponseController(w).SetWriteDeadline(time.Now().Add(time.Minute)); err != nil {
			t.Error(err)
		}
		if err := http.NewResponseController(w).Flush(); !errors.Is(err, http.ErrNotSupported) {
			t.Errorf("an answer that is held back can be flushed: %v", err)
		}
		w.WriteHeader(http.StatusEarlyHints)
		w.WriteHeader(http.StatusCreated)
		w.WriteHeader(http.StatusTeapot) // too late
		_, _ = io.WriteString(w, "sent")
	})
	if a, body := post(t, web, "k"); a.StatusCode != 201 || body != "sent" {
		t.Errorf("%d %q", a.StatusCode, body)
	}
	d.again(t, request("k", "body"), "recorded", nil)
}

func TestAPanicFreesTheKey(t *testing.T) {
	d := setUp(t)
	c := d.first(t, request("k", "a"))
	func() {
		defer func() {
			if p := recover(); p != http.ErrAbortHandler {
				t.Errorf("recovered %v", p)
			}
		}()
		_ = c.Serve(httptest.NewRecorder(), httptest.NewRequest("POST", "/", nil), http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	}()
	d.first(t, request("k", "b")).Abandon()
}

func TestAnAnswerIsSentEvenIfItCannotBeRemembered(t *testing.T) {
	d := setUp(t)
	c := d.first(t, request("k", "a"))
	d.close(t)
	defer d.open(t)
	w := httptest.NewRecorder()
	err := c.Serve(w, httptest.NewRequest("POST", "/", nil), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "done") }))
	if err == nil || w.Body.String() != "done" {
		t.Errorf("%q, %v", w.Body, err)
	}
}

func FuzzBegin(f *testing.F) {
	d := setUp(f)
	f.Add("key", "POST /", "/?a=b", []byte("body"))
	f.Add("\x00", "\x00", "", []byte(nil))
	f.Add(strings.Repeat("k", 256), strings.Repeat("r", 10_000), "", []byte("{}"))
	f.Fuzz(func(t *testing.T, key, route, target string, body []byte) {
		if len(route) > 20_000 {
			return // routes are ours
		}
		r := idempotency.Request{Account: fmt.Sprintf("%p", t), Route: route, Target: target, Key: key, Body: body}
		c, _, err := d.Begin(t.Context(), r)
		if !idempotency.ValidKey(key) {
			if !errors.Is(err, idempotency.ErrKey) {
				t.Errorf("%q: %v", key, err)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if c == nil {
			return // the memory of an earlier test was used again
		}
		defer c.Abandon()
		r.Body = append(bytes.Clone(body), 0)
		d.again(t, r, "", idempotency.ErrOtherBody)
	})
}
