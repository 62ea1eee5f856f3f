package youtube_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/filmloom/filmloom/plugins/youtube/youtubetest"
	"github.com/filmloom/filmloom/server/youtube"
)

// aged lets the token of the connecting become old, so that the next one is made anew.
func (r *rig) aged() *rig {
	r.clock.pass(2 * time.Minute)
	return r
}

func TestEachAttemptGetsAFreshToken(t *testing.T) {
	r := newRig(t)
	r.connect(ada, youtubetest.Decision{})
	seen := map[string]bool{}
	for range 3 {
		token, err := r.aged().secret(ada)
		if err != nil || seen[token] || !r.works(token) {
			t.Fatalf("%v, seen before: %v", err, seen[token])
		}
		seen[token] = true
	}
	if again, err := r.secret(ada); err != nil || !seen[again] { // a moment later
		t.Errorf("another one was made at once: %v", err)
	}
}

func TestOneRefreshIsMadeForMany(t *testing.T) {
	r := newRig(t)
	r.connect(ada, youtubetest.Decision{})
	r.aged()
	before := r.vendor.Requests(youtubetest.Token)
	var wg sync.WaitGroup
	tokens := make([]string, 64)
	for i := range tokens {
		wg.Go(func() {
			var err error
			if tokens[i], err = r.secret(ada); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, token := range tokens {
		if token != tokens[0] || token == "" {
			t.Fatal("they got different tokens")
		}
	}
	if n := r.vendor.Requests(youtubetest.Token) - before; n != 1 {
		t.Errorf("%d refreshes were made", n)
	}
}

// Whoever makes the refresh for all may go away.
func TestARefreshSurvivesWhoAskedFirst(t *testing.T) {
	r := newRig(t)
	r.connect(ada, youtubetest.Decision{})
	r.aged()
	before := r.vendor.Requests(youtubetest.Token)
	asked, hold := make(chan struct{}), make(chan struct{})
	r.vendor.Interfere(func(q youtubetest.Request) *youtubetest.Fault {
		if q.Kind == youtubetest.Token && q.N == before+1 {
			close(asked)
			return &youtubetest.Fault{Hold: hold}
		}
		return nil
	})
	first, leave := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		if _, err := r.Secret(first, youtube.Reference(ada)); !errors.Is(err, context.Canceled) {
			t.Errorf("the first got %v", err)
		}
	})
	<-asked
	wg.Go(func() { // it waits for the first one's, or comes when that is over
		if token, err := r.secret(ada); err != nil || !r.works(token) {
			t.Errorf("the second got %v", err)
		}
	})
	wg.Go(func() { // who waits for others may go away too
		if _, err := r.Secret(cancelled(), youtube.Reference(ada)); !errors.Is(err, context.Canceled) {
			t.Errorf("the third got %v", err)
		}
	})
	leave()
	wg.Wait()
	close(hold)
}

func TestAPermissionThatWasWithdrawnIsNoticedAndSaid(t *testing.T) {
	r := newRig(t)
	r.connect(ada, youtubetest.Decision{})
	r.vendor.Withdraw()
	for range 2 {
		if _, err := r.aged().secret(ada); !errors.Is(err, youtube.ErrBroken) || !errors.Is(err, youtube.ErrNotConnected) || !strings.Contains(err.Error(), "connect the channel again") {
			t.Errorf("got %v", err)
		}
	}
	if n := r.vendor.Requests(youtubetest.Token); n != 2 { // the exchange, and one refresh
		t.Errorf("%d requests", n)
	}
	c := r.connection(ada)
	if c.Connected || !strings.Contains(c.Broken, "connect the channel again") || c.Channel == "" || c.Since.IsZero() {
		t.Errorf("%+v", c)
	}
	if !strings.Contains(r.log.String(), ada) {
		t.Errorf("the log says %s", r.log)
	}
	r.connect(ada, youtubetest.Decision{})
	if token, err := r.secret(ada); err != nil || !r.works(token) || r.connection(ada).Broken != "" {
		t.Errorf("after connecting again: %v, %+v", err, r.connection(ada))
	}
}

// What an old connection's refresh brings must not spoil the new one, nor bring the old one back.
func TestALateAnswerChangesNothingOfANewConnection(t *testing.T) {
	for name, row := range map[string]struct {
		answer *youtubetest.Fault
		then   func(r *rig)
		want   bool // connected at the end
	}{
		"withdrawn, and connected again": {
			&youtubetest.Fault{Status: 400, Body: `{"error":"invalid_grant"}`},
			func(r *rig) { r.connect(ada, youtubetest.Decision{}) }, true,
		},
		"rotated, and connected again": {
			&youtubetest.Fault{Status: 200, Body: `{"access_token":"ya29.old-answer","refresh_token":"1//0rotated","token_type":"Bearer","expires_in":3599}`},
			func(r *rig) { r.connect(ada, youtubetest.Decision{}) }, true,
		},
		"rotated, and disconnected": {
			&youtubetest.Fault{Status: 200, Body: `{"access_token":"ya29.old-answer","refresh_token":"1//0rotated","token_type":"Bearer","expires_in":3599}`},
			func(r *rig) {
				if err := r.Disconnect(r.t.Context(), ada); err != nil {
					r.t.Error(err)
				}
			}, false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.connect(ada, youtubetest.Decision{})
			r.aged()
			asked, hold := make(chan struct{}), make(chan struct{})
			answer := *row.answer
			answer.Hold = hold
			r.vendor.Interfere(func(q youtubetest.Request) *youtubetest.Fault {
				if q.Kind == youtubetest.Token && q.N == 2 {
					close(asked)
					return &answer
				}
				return nil
			})
			var wg sync.WaitGroup
			wg.Go(func() { _, _ = r.secret(ada) })
			<-asked
			row.then(r)
			close(hold)
			wg.Wait()
			if c := r.connection(ada); c.Connected != row.want || c.Broken != "" {
				t.Fatalf("%+v", c)
			}
			if row.want {
				if token, err := r.aged().secret(ada); err != nil || !r.works(token) {
					t.Errorf("the new connection does not work: %v", err)
				}
			}
		})
	}
}

func TestAPassingFaultBreaksNothing(t *testing.T) {
	for name, fault := range map[string]*youtubetest.Fault{
		"cut": {Cut: true}, "500": {Status: 500, Body: "oops"}, "429": {Status: 429, Body: `{"error":"rate_limit_exceeded"}`},
		"a gateway": {Status: 200, Body: "<html>"}, "no token": {Status: 200, Body: `{"token_type":"Bearer"}`},
		"a token with a line break": {Status: 200, Body: `{"access_token":"a\nX: y","token_type":"Bearer"}`},
		"another type":              {Status: 200, Body: `{"access_token":"abc","token_type":"mac"}`},
		"a redirect":                {Status: 302, Header: http.Header{"Location": {"/elsewhere"}}},
		"an odd refusal":            {Status: 403, Body: `{"error":{"code":403}}`},
		"an endless answer":         {Status: 200, Body: strings.Repeat(" ", 1<<20) + `{}`},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.connect(ada, youtubetest.Decision{})
			r.aged()
			r.vendor.Interfere(func(youtubetest.Request) *youtubetest.Fault { return fault })
			if _, err := r.secret(ada); !errors.Is(err, youtube.ErrUnavailable) || errors.Is(err, youtube.ErrNotConnected) {
				t.Errorf("got %v", err)
			}
			if n := r.vendor.Requests(youtubetest.Token); n != 1+3 || len(r.pauses) != 2 {
				t.Errorf("%d requests, pauses %v", n, r.pauses)
			}
			r.vendor.Interfere(nil)
			if token, err := r.secret(ada); err != nil || !r.works(token) || !r.connection(ada).Connected {
				t.Errorf("afterwards: %v", err)
			}
		})
	}
}

func TestAFaultThatPassesInTimeIsNotSeen(t *testing.T) {
	r := newRig(t)
	r.connect(ada, youtubetest.Decision{})
	r.aged()
	r.vendor.Interfere(func(q youtubetest.Request) *youtubetest.Fault {
		if q.Kind == youtubetest.Token && q.N == 2 {
			return &youtubetest.Fault{Status: 503}
		}
		return nil
	})
	if token, err := r.secret(ada); err != nil || !r.works(token) {
		t.Error(err)
	}
}

func TestAWrongClientIsTheOperatorsMatter(t *testing.T) {
	r := newRig(t)
	r.connect(ada, youtubetest.Decision{})
	r.Service = r.service(func(c *youtube.Config) { c.ClientSecret = "GOCSPX-another-secret-of-the-tests" })
	_, err := r.secret(ada)
	if !errors.Is(err, youtube.ErrClient) || !errors.Is(err, youtube.ErrNotConfigured) || strings.Contains(err.Error(), "GOCSPX") {
		t.Errorf("got %v", err)
	}
	if !r.connection(ada).Connected {
		t.Error("the connection is broken by it")
	}
}

func TestASecretSealedWithAnotherKeyMustBeGivenAgain(t *testing.T) {
	r := newRig(t)
	r.connect(ada, youtubetest.Decision{})
	c := r.begun(bob, youtubetest.Decision{})
	r.keys = keys(t, 2)
	r.Service = r.service(nil)
	if _, err := r.aged().secret(ada); !errors.Is(err, youtube.ErrBroken) || !strings.Contains(r.connection(ada).Broken, "secret key was changed") {
		t.Errorf("%v, %+v", err, r.connection(ada))
	}
	if err := r.finish(c); !errors.Is(err, youtube.ErrState) {
		t.Errorf("an attempt from before: %v", err)
	}
	if err := r.Disconnect(t.Context(), ada); err != nil {
		t.Error(err)
	}
}

func TestOnlyItsOwnReferencesAreResolved(t *testing.T) {
	r := newRig(t)
	r.connect(ada, youtubetest.Decision{})
	for reference, want := range map[string]error{
		"": youtube.ErrReference, ada: youtube.ErrReference, "vault:" + ada: youtube.ErrReference, "YouTube:" + ada: youtube.ErrReference,
		"youtube:": youtube.ErrNotConnected, "youtube:nobody": youtube.ErrNotConnected, "youtube:" + ada + "\x00": youtube.ErrNotConnected, "youtube:" + ada + " ": youtube.ErrNotConnected,
	} {
		if _, err := r.Secret(t.Context(), reference); !errors.Is(err, want) {
			t.Errorf("%q: %v", reference, err)
		}
	}
}

// Of vendors that replace the refresh token each time, the newest one counts.
func TestAReplacedRefreshTokenIsKept(t *testing.T) {
	r := newRig(t)
	r.connect(ada, youtubetest.Decision{})
	var mu sync.Mutex
	var came []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		raw, _ := io.ReadAll(q.Body)
		form, _ := url.ParseQuery(string(raw))
		mu.Lock()
		defer mu.Unlock()
		came = append(came, form.Get("refresh_token"))
		_ = json.NewEncoder(w).Encode(map[string]any{"access_token": "ya29.x", "refresh_token": "1//0new-" + string(rune('a'+len(came))), "token_type": "bearer", "expires_in": 300.5})
	}))
	defer server.Close()
	r.Service = r.service(func(c *youtube.Config) { c.TokenURL = server.URL + "/token" })
	for range 3 { // a token that lives for five minutes is not given away twice
		if _, err := r.secret(ada); err != nil {
			t.Fatal(err)
		}
	}
	if len(came) != 3 || came[1] != "1//0new-b" || came[2] != "1//0new-c" {
		t.Errorf("the refresh tokens were %q", came)
	}
}

func TestSecretsFollowNoRedirect(t *testing.T) {
	trap := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, q *http.Request) {
		t.Errorf("the trap got %s %s", q.Method, q.URL)
	}))
	defer trap.Close()
	for _, kind := range []string{youtubetest.Token, youtubetest.Revoke, youtubetest.Channels} {
		for _, status := range []int{301, 303, 307, 308} {
			r := newRig(t)
			r.connect(ada, youtubetest.Decision{})
			r.vendor.Interfere(func(q youtubetest.Request) *youtubetest.Fault {
				if q.Kind == kind {
					return &youtubetest.Fault{Status: status, Header: http.Header{"Location": {trap.URL}}}
				}
				return nil
			})
			_, _ = r.aged().secret(ada)
			_ = r.finish(r.begun(bob, youtubetest.Decision{Channel: "Of Bob"}))
			_ = r.Disconnect(t.Context(), ada)
		}
	}
}
