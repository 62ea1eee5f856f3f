package web_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/filmloom/filmloom/server/web"
)

type produce = func(ctx context.Context, send func(web.Message) bool)

// stream adds a stream at /t/events.
func (r *rig) stream(fn produce) {
	op := open("GET", "/events")
	web.Handle(r.api, op, func(context.Context, *nothing) (*huma.StreamResponse, error) { return web.Stream(fn), nil })
}

// follow opens the stream.
func (r *rig) follow() (*http.Response, *bufio.Reader) {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), "GET", r.url+"/t/events", nil)
	must(r.t, err)
	resp, err := client.Do(req)
	must(r.t, err)
	r.t.Cleanup(func() { _ = resp.Body.Close() })
	return resp, bufio.NewReader(resp.Body)
}

func TestAStreamIsWrittenAsTheStandardHasIt(t *testing.T) {
	r := setUp(t, web.SiteConfig{}, nil)
	r.stream(func(_ context.Context, send func(web.Message) bool) {
		send(web.Message{ID: "1-2", Event: "step", Data: map[string]string{"text": "two\nlines"}})
		send(web.Message{Event: "end", Data: nil})
	})
	resp, body := r.follow()
	raw, err := io.ReadAll(body)
	must(t, err)
	want := "retry: 2000\n\nid: 1-2\nevent: step\ndata: {\"text\":\"two\\nlines\"}\n\nevent: end\ndata: null\n\n"
	if string(raw) != want || resp.Header.Get("Content-Type") != "text/event-stream" || resp.Header.Get("X-Accel-Buffering") != "no" {
		t.Errorf("%v\n%q", resp.Header, raw)
	}
}

func TestASilentStreamShowsThatItIsAlive(t *testing.T) {
	r := setUp(t, web.SiteConfig{Heartbeat: 5 * time.Millisecond}, nil)
	r.stream(func(ctx context.Context, _ func(web.Message) bool) { <-ctx.Done() })
	_, body := r.follow()
	for range 3 {
		for {
			line, err := body.ReadString('\n')
			must(t, err)
			if line == ": still here\n" {
				break
			}
		}
	}
}

func TestAStreamEndsWithTheServerAndWithItsClient(t *testing.T) {
	r := setUp(t, web.SiteConfig{}, nil)
	began, ended := make(chan struct{}, 2), make(chan struct{}, 2)
	r.stream(func(ctx context.Context, send func(web.Message) bool) {
		began <- struct{}{}
		<-ctx.Done()
		if send(web.Message{}) {
			t.Error("a message was taken after the end")
		}
		ended <- struct{}{}
	})
	resp, _ := r.follow()
	<-began
	_ = resp.Body.Close()
	within(t, 5*time.Second, "a client's going", ended)
	_, body := r.follow()
	<-began
	r.site.EndStreams()
	within(t, 5*time.Second, "a server's stop", ended)
	if _, err := io.ReadAll(body); err != nil {
		t.Errorf("the stream has not ended in order: %v", err)
	}
}

func TestAHeadOfAStreamDoesNotFollowIt(t *testing.T) {
	r := setUp(t, web.SiteConfig{}, nil)
	r.stream(func(context.Context, func(web.Message) bool) { t.Error("it was followed") })
	if got := r.do("HEAD", "/t/events", ""); got.status != 200 || got.header.Get("Content-Type") != "text/event-stream" {
		t.Errorf("%d %v", got.status, got.header)
	}
}

func TestAPanicInAStreamEndsItAlone(t *testing.T) {
	r := setUp(t, web.SiteConfig{}, nil)
	r.stream(func(_ context.Context, send func(web.Message) bool) {
		send(web.Message{Event: "first"})
		panic(secret)
	})
	_, body := r.follow()
	raw, err := io.ReadAll(body)
	if err == nil || strings.Contains(string(raw), secret) || !strings.Contains(string(raw), "event: first") {
		t.Errorf("%v, %q", err, raw)
	}
	if !strings.Contains(r.log.String(), secret) {
		t.Error("the log does not tell why")
	}
	r.get("/things", func(context.Context) error { return nil })
	if got := r.do("GET", "/t/things", ""); got.status != 200 {
		t.Errorf("afterwards: %d", got.status)
	}
}

// A client that is slow with one stream is given time for its next request on the same connection.
func TestAStreamLeavesNoDeadlineBehind(t *testing.T) {
	r := setUp(t, web.SiteConfig{}, nil)
	const slow = 50 * time.Millisecond
	r.site.SetSlow(slow)
	r.stream(func(_ context.Context, send func(web.Message) bool) { send(web.Message{Event: "end"}) })
	late := make(chan time.Time, 1)
	r.get("/things", func(context.Context) error {
		<-time.After(2 * slow) // the deadline that would be left has to pass
		late <- time.Now()
		return nil
	})
	keeping := &http.Client{Transport: &http.Transport{MaxConnsPerHost: 1}}
	defer keeping.CloseIdleConnections()
	for _, path := range []string{"/t/events", "/t/things"} {
		resp, err := keeping.Get(r.url + path)
		must(t, err)
		_, err = io.ReadAll(resp.Body)
		must(t, err)
		must(t, resp.Body.Close())
		if resp.StatusCode != 200 {
			t.Errorf("%s: %d", path, resp.StatusCode)
		}
	}
	<-late
}

func TestAClientThatDoesNotReadIsGivenUp(t *testing.T) {
	r := setUp(t, web.SiteConfig{}, nil)
	r.site.SetSlow(20 * time.Millisecond)
	ended := make(chan struct{})
	big := strings.Repeat("x", 1<<20)
	r.stream(func(ctx context.Context, send func(web.Message) bool) {
		defer close(ended)
		for send(web.Message{Event: "step", Data: big}) {
		}
	})
	r.follow()
	within(t, 20*time.Second, "giving up", ended)
}
