package webhooks_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/filmloom/filmloom/server/webhooks"
)

func TestRetryAfterIsHonouredWithinBounds(t *testing.T) {
	for name, c := range map[string]struct {
		code     int
		header   func(now time.Time) string
		min, max time.Duration
	}{
		"seconds":              {429, func(time.Time) string { return "120" }, 2 * time.Minute, 2 * time.Minute},
		"a date":               {503, func(now time.Time) string { return now.Add(10 * time.Minute).UTC().Format(http.TimeFormat) }, 10*time.Minute - time.Second, 10 * time.Minute},
		"of another status":    {500, func(time.Time) string { return "60" }, time.Minute, time.Minute},
		"less than we wait":    {503, func(time.Time) string { return "1" }, 5 * time.Second, 6 * time.Second},
		"more than we bear":    {503, func(time.Time) string { return "99999999999999999999999" }, 24 * time.Hour, 24 * time.Hour},
		"a date in the past":   {503, func(now time.Time) string { return now.Add(-time.Hour).UTC().Format(http.TimeFormat) }, 5 * time.Second, 6 * time.Second},
		"nothing sensible":     {503, func(time.Time) string { return "soon" }, 5 * time.Second, 6 * time.Second},
		"a negative number":    {503, func(time.Time) string { return "-5" }, 5 * time.Second, 6 * time.Second},
		"on a redirect, a 3xx": {301, func(time.Time) string { return "60" }, time.Minute, time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, nil)
			rec := receive(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", c.header(r.clock.now()))
				w.WriteHeader(c.code)
			})
			reg := r.register(rec.URL)
			r.start()
			r.publish("e1")
			r.await(webhooks.OutcomeRetrying)
			if wait := r.only(reg.ID).NextAt.Sub(r.clock.now()); wait < c.min || wait > c.max {
				t.Errorf("it waits for %v", wait)
			}
		})
	}
}

func TestAReceiverThatAsksForAPauseGetsNothingElseMeanwhile(t *testing.T) {
	var n atomic.Int32
	rec := receive(t, func(w http.ResponseWriter, _ *http.Request) {
		if n.Add(1) == 1 {
			w.Header().Set("Retry-After", "60")
			w.WriteHeader(http.StatusTooManyRequests)
		}
	})
	other := receive(t, nil)
	r := started(t, nil)
	r.register(rec.URL)
	r.publish("e1")
	r.await(webhooks.OutcomeRetrying)
	r.register(other.URL)
	r.publish("e2")
	r.await(webhooks.OutcomeDelivered)
	if other.get(t); len(rec.calls) != 1 {
		t.Error("the pause was not kept")
	}
	r.jump(r.clock.now().Add(59 * time.Second))
	r.publish("e3")
	r.await(webhooks.OutcomeDelivered)
	if other.get(t); len(rec.calls) != 1 {
		t.Error("the pause was not kept to its end")
	}
	r.jump(r.clock.now().Add(time.Second))
	r.await(webhooks.OutcomeDelivered, webhooks.OutcomeDelivered, webhooks.OutcomeDelivered)
}

func TestATryEndsAfterItsTime(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"no answer": func(_ http.ResponseWriter, req *http.Request) { <-req.Context().Done() },
		"headers that never end": func(w http.ResponseWriter, req *http.Request) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				panic(err)
			}
			defer conn.Close()
			fmt.Fprint(conn, "HTTP/1.1 200 OK\r\nX-A: ")
			for req.Context().Err() == nil {
				if _, err := fmt.Fprint(conn, "a"); err != nil {
					return
				}
				time.Sleep(time.Millisecond) // the receiver's slowness, not the test's
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			rec := receive(t, answer)
			r := started(t, func(c *webhooks.Config) { c.Timeout = 100 * time.Millisecond })
			reg := r.register(rec.URL)
			r.publish("e1")
			r.await(webhooks.OutcomeRetrying)
			if a := r.only(reg.ID).Attempts[0]; a.Status != 0 || a.Took > 30*time.Second || a.Took < 100*time.Millisecond || !strings.Contains(a.Error, "100ms") {
				t.Errorf("got %+v", a)
			}
			rec.CloseClientConnections()
		})
	}
}

func TestABodyThatNeverEndsHarmsNothing(t *testing.T) {
	var written atomic.Int64
	rec := receive(t, func(w http.ResponseWriter, req *http.Request) {
		chunk := bytes.Repeat([]byte("<b>\n"), 1<<10)
		for req.Context().Err() == nil {
			if _, err := w.Write(chunk); err != nil {
				return
			}
			written.Add(int64(len(chunk)))
		}
	})
	r := started(t, nil)
	reg := r.register(rec.URL)
	r.publish("e1")
	r.await(webhooks.OutcomeDelivered)
	rec.Close() // waits for the handler
	if n := written.Load(); n == 0 || n > 64<<20 {
		t.Errorf("%d bytes were taken", n)
	}
	a := r.only(reg.ID).Attempts[0]
	if n := utf8.RuneCountInString(a.Response); n != 501 || !strings.HasSuffix(a.Response, "…") || a.Took > 30*time.Second {
		t.Errorf("%d characters in %v", n, a.Took)
	}
}

func TestWhatGoesWrongIsToldInASentence(t *testing.T) {
	closed := receive(t, nil)
	closed.Close()
	garbage := receive(t, func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		fmt.Fprint(conn, "220 mail ESMTP\r\n")
		conn.Close()
	})
	cut := receive(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	plain := receive(t, nil)
	for name, c := range map[string]struct{ url, want string }{
		"nobody listens":      {closed.URL, "the connection was refused"},
		"another protocol":    {garbage.URL, "the connection was closed, or the answer was not one of HTTP"},
		"the connection ends": {cut.URL, "the connection was closed, or the answer was not one of HTTP"},
		"HTTP behind https":   {strings.Replace(plain.URL, "http:", "https:", 1), "the TLS handshake failed"},
		"no such host":        {"https://nowhere.example", "the host's name could not be resolved"},
	} {
		t.Run(name, func(t *testing.T) {
			r := started(t, nil)
			reg := r.register(c.url)
			r.publish("e1")
			r.await(webhooks.OutcomeRetrying)
			if a := r.only(reg.ID).Attempts[0]; a.Error != c.want {
				t.Errorf("got %q", a.Error)
			}
		})
	}
}

func TestDataThatCannotBeRenderedAreNotTheReceiversFault(t *testing.T) {
	var fail atomic.Bool
	fail.Store(true)
	rec := receive(t, nil)
	r := started(t, func(c *webhooks.Config) {
		c.Render = func(context.Context, string, json.RawMessage) (json.RawMessage, error) {
			if fail.Load() {
				return nil, errors.New("broken")
			}
			return json.RawMessage(`{}`), nil
		}
	})
	reg := r.register(rec.URL)
	r.publish("e1")
	r.await(webhooks.OutcomeRetrying)
	if !r.get(reg.ID).FailingSince.IsZero() || len(rec.calls) != 0 {
		t.Error("the receiver is blamed")
	}
	fail.Store(false)
	r.next(reg.ID)
	r.await(webhooks.OutcomeDelivered)
}

func FuzzRetryAfter(f *testing.F) {
	for _, s := range []string{"", "0", "120", "-1", "1e9", "Wed, 21 Oct 2015 07:28:00 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "99999999999999999999"} {
		f.Add(s)
	}
	now := time.Date(2015, 10, 21, 7, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text string) {
		if d := webhooks.RetryAfter(text, now); d < 0 || d > 24*time.Hour {
			t.Errorf("%q is %v", text, d)
		}
	})
}

func FuzzPrintable(f *testing.F) {
	for _, s := range []string{"", "ok", "a\r\nb\x00\x1b[31m", "\u202e\u2066", strings.Repeat("ü", 600), "\xff\xfe"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got := webhooks.Printable(body)
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > 501 {
			t.Errorf("%q", got)
		}
		for _, r := range got {
			if r != '\uFFFD' && !unicode.IsPrint(r) {
				t.Errorf("%q has %U", got, r)
			}
		}
	})
}
