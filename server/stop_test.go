package server_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/filmloom/filmloom/plugins/builtin"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/servertest"
)

// hangingBody begins a request whose body never comes, and returns when the server waits for it.
func hangingBody(t *testing.T, ann *servertest.Client) {
	t.Helper()
	body, never := io.Pipe()
	r := ann.Request("POST", "/v1/video", "application/json", body)
	r.Header.Set("Expect", "100-continue") // so that the server says when it waits
	asked := make(chan struct{})
	transport := &http.Transport{DisableKeepAlives: true, ExpectContinueTimeout: time.Minute}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if resp, err := transport.RoundTrip(r); err == nil {
			_ = resp.Body.Close()
		}
	}()
	go func() {
		defer close(asked)
		_, _ = never.Write([]byte("{")) // is taken once the server has asked for the body
	}()
	t.Cleanup(func() {
		_ = never.Close()
		<-ended
	})
	<-asked
}

// told orders a film of a story.
func told(t *testing.T, c *servertest.Client, story string) string {
	t.Helper()
	body := request()
	body["story_topic"], body["custom_story"] = "custom topic", story
	return order(t, c, body)
}

func TestAStopHasItsTimeOnceForRequestsAndFilms(t *testing.T) {
	const grace = 8 * time.Second // much more than closing everything takes
	s := start(t, 0, func(c *config.Config) { c.Grace = grace })
	ann := s.User("ann")
	id := told(t, ann, hang)
	until(t, ann, id, func(task map[string]any) bool { return task["progress"].(float64) > 0.1 })
	hangingBody(t, ann)
	began := time.Now()
	var took time.Duration
	s.Offline(func(string) { took = time.Since(began) })
	// One after the other they would have had twice the time.
	if took < grace || took >= 2*grace {
		t.Errorf("it took %s, where there was %s", took, grace)
	}
}

// A doorman is a source of providers whose calls can be held up.
type doorman struct {
	providers.Source

	mu    sync.Mutex
	calls map[string]int // by their keys, which a restart leaves as they are
	held  int            // calls
	hold  chan struct{}  // nil lets calls pass
}

type doored struct {
	providers.Provider
	at *doorman
}

func (d *doorman) Open(ctx context.Context, name string, o providers.OpenOptions) (providers.Provider, error) {
	p, err := d.Source.Open(ctx, name, o)
	return doored{p, d}, err
}

func (d doored) Execute(ctx context.Context, call *providers.Call) (*providers.Result, error) {
	d.at.mu.Lock()
	d.at.calls[call.IdempotencyKey]++
	hold := d.at.hold
	if hold != nil {
		d.at.held++
	}
	d.at.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return d.Provider.Execute(ctx, call)
}

func (d *doorman) seen() (calls, held int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.calls), d.held
}

// The calls that are being made when the stop begins have all of its time, however long requests take. No other begins.
func TestWhileRequestsAreWaitedForCallsEndAndNoneBegins(t *testing.T) {
	door := &doorman{Source: builtin.Mock(0), calls: map[string]int{}, hold: make(chan struct{})}
	s := servertest.Start(t, servertest.Options{Providers: door, Pipelines: pipelines, Config: func(c *config.Config) { c.Grace = 10 * time.Second }})
	ann := s.User("ann")
	hangingBody(t, ann)
	id := order(t, ann, request())
	until(t, ann, id, func(map[string]any) bool { _, held := door.seen(); return held > 0 })
	go func() {
		for { // until the server takes no more requests
			c, err := new(net.Dialer).DialContext(t.Context(), "tcp", s.Addr().String())
			if err != nil {
				break
			}
			_ = c.Close()
		}
		door.mu.Lock()
		defer door.mu.Unlock()
		close(door.hold)
		door.hold = nil
	}()
	s.Offline(func(string) {
		if calls, held := door.seen(); calls != held {
			t.Errorf("%d calls have begun during the stop", calls-held)
		}
	})
	if task := settle(t, ann, id); task["status"] != "completed" {
		t.Errorf("after the restart: %v", task)
	}
	for key, n := range door.calls {
		if n != 1 {
			t.Errorf("the call %s was made %d times", key, n)
		}
	}
}
