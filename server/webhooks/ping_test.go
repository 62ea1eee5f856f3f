package webhooks_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/filmloom/filmloom/server/webhooks"
)

func TestATestTellsTheOutcomeAtOnce(t *testing.T) {
	var code atomic.Int32
	code.Store(200)
	rec := receive(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(int(code.Load()))
		fmt.Fprint(w, "hello")
	})
	r := newRig(t, nil) // it needs no workers
	reg := r.register(rec.URL)
	a, err := r.Test(t.Context(), account, reg.ID)
	if err != nil || !a.Succeeded() || a.Status != 200 || a.Response != "hello" {
		t.Fatalf("got %+v, %v", a, err)
	}
	c := rec.get(t)
	if err := verifier(t, "your_webhook_secret").Verify(c.body, c.header); err != nil {
		t.Error(err)
	}
	var body struct {
		ID, Type, Event, Timestamp string
		Data                       struct {
			WebhookID string `json:"webhook_id"`
		}
	}
	if err := json.Unmarshal(c.body, &body); err != nil || body.Type != "webhook.test" || body.Event != body.Type || body.Data.WebhookID != reg.ID || body.ID != c.header.Get("webhook-id") {
		t.Errorf("got %s, %v", c.body, err)
	}
	off := false
	if _, err := r.Update(t.Context(), account, reg.ID, webhooks.Change{Enabled: &off}); err != nil {
		t.Fatal(err)
	}
	code.Store(410)
	if a, err = r.Test(t.Context(), account, reg.ID); err != nil || a.Succeeded() || a.Status != 410 {
		t.Errorf("got %+v, %v", a, err)
	}
	if n := len(r.list(reg.ID)); n != 0 || !r.get(reg.ID).FailingSince.IsZero() {
		t.Errorf("a test left %d deliveries", n)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Test(ctx, account, reg.ID); err == nil {
		t.Error("tested without time")
	}
}

func TestAnAccountHasAFewTestsAtATime(t *testing.T) {
	g := newGate()
	g.shut.Store(true)
	rec := receive(t, g.pass)
	r := newRig(t, nil)
	reg := r.register(rec.URL)
	other, _, err := r.Create(t.Context(), "another", webhooks.Draft{URL: receive(t, nil).URL, Events: []string{webhooks.JobFailed}})
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error)
	test := func() { _, err := r.Test(t.Context(), account, reg.ID); ended <- err }
	for range 4 {
		go test()
	}
	g.wait(t, 4)
	if _, err := r.Test(t.Context(), account, reg.ID); !errors.Is(err, webhooks.ErrTesting) {
		t.Errorf("a fifth one: %v", err)
	}
	if _, err := r.Test(t.Context(), "another", other.ID); err != nil {
		t.Errorf("of another account: %v", err)
	}
	g.open()
	for range 4 {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	if _, err := r.Test(t.Context(), account, reg.ID); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestClosingEndsATestUnderWay(t *testing.T) {
	rec := receive(t, func(_ http.ResponseWriter, req *http.Request) { <-req.Context().Done() })
	r := newRig(t, nil)
	reg := r.register(rec.URL)
	ended := make(chan error)
	go func() {
		_, err := r.Test(context.Background(), account, reg.ID)
		ended <- err
	}()
	rec.get(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err == nil {
		t.Error("it ended well")
	}
}
