package web_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/filmloom/filmloom/server/web"
)

func TestARequestWithAnIdempotencyKeyIsCarriedOutOnce(t *testing.T) {
	r := setUp(t, web.SiteConfig{}, nil)
	var calls atomic.Int32
	op := known("POST", "/things/{id}")
	web.Handle(r.api, op, func(context.Context, *struct {
		ID   string `path:"id"`
		Body note
	},
	) (*noteBody, error) {
		return &noteBody{note{Text: "made", Count: int(calls.Add(1))}}, nil
	})
	_, ann := r.user("ann")
	_, bob := r.user("bob")
	post := func(token, path, key, body string) answer {
		t.Helper()
		return r.do("POST", path, body, jsonBody, "Authorization: Bearer "+token, "Idempotency-Key: "+key)
	}
	const body = `{"text": "a"}`
	first := post(ann, "/t/things/1", "k", body)
	if first.status != 200 || first.header.Get("Idempotency-Replayed") != "" {
		t.Fatalf("%d %q", first.status, first.body)
	}
	again := post(ann, "/t/things/1", "k", body)
	if again.status != 200 || again.body != first.body || again.header.Get("Idempotency-Replayed") != "true" ||
		again.header.Get("Content-Type") != "application/json" || again.header.Get("X-Request-Id") == first.header.Get("X-Request-Id") {
		t.Errorf("%d %q %v", again.status, again.body, again.header)
	}
	for _, row := range []struct {
		what, token, path, key, body string
		calls                        int32
		status                       int
	}{
		{"another body", ann, "/t/things/1", "k", `{"text": "b"}`, 1, 409},
		{"another target", ann, "/t/things/2", "k", body, 1, 409},
		{"another account", bob, "/t/things/1", "k", body, 2, 200},
		{"another key", ann, "/t/things/1", "k2", body, 3, 200},
		{"an answer that is no success", ann, "/t/things/1", "k3", `{}`, 3, 400},
		{"the same after it is mended", ann, "/t/things/1", "k3", body, 4, 200},
		{"a key that is too long", ann, "/t/things/1", strings.Repeat("k", 256), body, 4, 400},
		{"an empty key", ann, "/t/things/1", "", body, 4, 400},
		{"a blank key", ann, "/t/things/1", "  ", body, 4, 400},
		{"a key that is no ASCII", ann, "/t/things/1", "ключ", body, 4, 400},
	} {
		got := post(row.token, row.path, row.key, row.body)
		if got.status != row.status || calls.Load() != row.calls {
			t.Errorf("%s: %d, %d calls: %q", row.what, got.status, calls.Load(), got.body)
		}
		if row.status == 409 && got.failure(t).Code != web.CodeIdempotency {
			t.Errorf("%s: %q", row.what, got.body)
		}
	}
	for _, other := range []string{"a", "b"} {
		got := r.do("POST", "/t/things/1", body, jsonBody, "Authorization: Bearer "+ann, "Idempotency-Key: a", "Idempotency-Key: "+other)
		if got.status != 400 || got.failure(t).Text != "header.Idempotency-Key: is given more than once" || calls.Load() != 4 {
			t.Errorf("two keys: %d %q", got.status, got.body)
		}
	}
	if strings.Contains(r.log.String(), "not remembered") {
		t.Error("a refusal is logged as a failure")
	}
}

func TestARequestInFlightAndOneThatPanicsKeepTheirKeys(t *testing.T) {
	r := setUp(t, web.SiteConfig{}, nil)
	entered, leave := make(chan struct{}), make(chan struct{})
	var calls atomic.Int32
	web.Handle(r.api, known("POST", "/slow"), func(context.Context, *nothing) (*noteBody, error) {
		if calls.Add(1) == 1 {
			close(entered)
			<-leave
			panic(secret)
		}
		if calls.Load() == 2 {
			return nil, errors.New(secret)
		}
		return &noteBody{note{Text: "made"}}, nil
	})
	_, token := r.user("ann")
	post := func() answer {
		return r.do("POST", "/t/slow", "", "Authorization: Bearer "+token, "Idempotency-Key: k")
	}
	first := make(chan answer)
	go func() { first <- post() }()
	<-entered
	if got := post(); got.status != http.StatusConflict {
		t.Errorf("in flight: %d %q", got.status, got.body)
	}
	close(leave)
	for i, got := range []answer{<-first, post()} {
		if got.status != 500 || got.failure(t).Code != web.CodeInternal {
			t.Errorf("%d: %d %q", i, got.status, got.body)
		}
	}
	if got := post(); got.status != 200 {
		t.Errorf("after both: %d %q", got.status, got.body)
	}
}

func TestASecretThatIsShownOnceIsNotRemembered(t *testing.T) {
	r := setUp(t, web.SiteConfig{}, nil)
	web.Handle(r.api, known("POST", "/secret"), func(ctx context.Context, _ *nothing) (*noteBody, error) {
		web.Withhold(ctx)
		return &noteBody{note{Text: secret}}, nil
	})
	_, token := r.user("ann")
	for _, status := range []int{200, 409} {
		got := r.do("POST", "/t/secret", "", "Authorization: Bearer "+token, "Idempotency-Key: k")
		if got.status != status || strings.Contains(got.body, secret) != (status == 200) {
			t.Errorf("%d %q", got.status, got.body)
		}
	}
}
