package webhooks_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server/store"
	"github.com/filmloom/filmloom/server/webhooks"
)

func (r *rig) redeliver(webhook string) {
	r.t.Helper()
	if _, err := r.Redeliver(r.t.Context(), account, webhook, r.only(webhook).ID); err != nil {
		r.t.Fatal(err)
	}
}

func TestARedeliveryHasTheSameIdAndFreshLinks(t *testing.T) {
	var n atomic.Int32
	rec := receive(t, nil)
	r := started(t, func(c *webhooks.Config) {
		c.Render = func(context.Context, string, json.RawMessage) (json.RawMessage, error) {
			return json.RawMessage(fmt.Sprintf(`{"link":%d}`, n.Add(1))), nil
		}
	})
	reg := r.register(rec.URL)
	r.publish("e1")
	r.await(webhooks.OutcomeDelivered)
	first := rec.get(t)
	r.jump(r.clock.now().Add(20 * 24 * time.Hour))
	r.redeliver(reg.ID)
	r.await(webhooks.OutcomeDelivered)
	again := rec.get(t)
	if again.header.Get("webhook-id") != first.header.Get("webhook-id") || !strings.Contains(string(again.body), `{"link":2}`) {
		t.Errorf("got %s", again.body)
	}
	if d := r.only(reg.ID); d.State != webhooks.StateDelivered || d.Tries != 2 {
		t.Errorf("got %+v", d)
	}
}

func TestARedeliveryThatFailsIsNotRepeated(t *testing.T) {
	var broken atomic.Bool
	rec := receive(t, func(w http.ResponseWriter, _ *http.Request) {
		if broken.Load() {
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
	r := started(t, nil)
	reg := r.register(rec.URL)
	r.publish("e1")
	r.await(webhooks.OutcomeDelivered)
	broken.Store(true)
	r.redeliver(reg.ID)
	r.await(webhooks.OutcomeFailed)
	if d := r.only(reg.ID); d.State != webhooks.StateFailed || d.Tries != 2 || !d.Attempts[0].Succeeded() || d.Attempts[1].Succeeded() {
		t.Errorf("got %+v", d)
	}
}

func TestARedeliveryOfAPendingOneIsAtOnceAndGoesOnWithTheSchedule(t *testing.T) {
	rec := receive(t, status(http.StatusInternalServerError))
	r := started(t, nil)
	reg := r.register(rec.URL)
	r.publish("e1")
	r.await(webhooks.OutcomeRetrying)
	r.next(reg.ID)
	r.await(webhooks.OutcomeRetrying) // the next is in 5 minutes
	r.redeliver(reg.ID)
	r.await(webhooks.OutcomeRetrying)
	if wait := r.only(reg.ID).NextAt.Sub(r.clock.now()); wait < 30*time.Minute {
		t.Errorf("the next comes after %v", wait)
	}
}

func TestARedeliveryIgnoresThePauseThatAReceiverAskedFor(t *testing.T) {
	rec := receive(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	r := started(t, nil)
	reg := r.register(rec.URL)
	r.publish("e1")
	r.await(webhooks.OutcomeRetrying)
	r.redeliver(reg.ID)
	r.await(webhooks.OutcomeRetrying)
}

func TestARedeliveryAskedForDuringATryIsMadeAfterIt(t *testing.T) {
	arrived, answer := make(chan bool), make(chan int)
	rec := receive(t, func(w http.ResponseWriter, _ *http.Request) {
		arrived <- true
		w.WriteHeader(<-answer)
	})
	r := started(t, nil)
	reg := r.register(rec.URL)
	r.publish("e1")
	<-arrived
	r.redeliver(reg.ID)
	answer <- http.StatusInternalServerError
	r.await(webhooks.OutcomeRetrying)
	<-arrived // the clock has not moved
	answer <- http.StatusOK
	r.await(webhooks.OutcomeDelivered)
	// Of one that has ended while its last try is coming home.
	r.redeliver(reg.ID)
	<-arrived
	r.redeliver(reg.ID)
	answer <- http.StatusInternalServerError
	r.await(webhooks.OutcomeRetrying)
	<-arrived
	answer <- http.StatusInternalServerError
	r.await(webhooks.OutcomeFailed)
	if d := r.only(reg.ID); d.Tries != 4 {
		t.Errorf("got %+v", d)
	}
}

func TestDeliveriesAreListedNewestFirstInPages(t *testing.T) {
	r := newRig(t, nil)
	reg := r.register("https://a.example")
	var want []string
	for i := range 25 {
		r.publish(fmt.Sprint("e", i))
		want = append(want, fmt.Sprint("e", i))
	}
	slices.Reverse(want)
	for _, limit := range []int{1, 7, 0, 25, 100, 1000} {
		var got []string
		page := webhooks.Page{Limit: limit}
		for {
			list, more, err := r.Deliveries(t.Context(), account, reg.ID, page)
			if err != nil {
				t.Fatal(err)
			}
			if n := len(list); n == 0 || limit > 0 && n > limit || limit == 0 && n > 20 {
				t.Fatalf("a page of %d has %d", limit, n)
			}
			for _, d := range list {
				got = append(got, d.EventID)
				page.After = d.ID
			}
			if !more {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("in pages of %d: %v", limit, got)
		}
	}
	list, more, err := r.Deliveries(t.Context(), account, reg.ID, webhooks.Page{After: "0"})
	if err != nil || more || len(list) != 0 {
		t.Errorf("after the last: %d, %v, %v", len(list), more, err)
	}
}

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

func TestAPendingDeliveryOfADisabledWebhookFailsWhenItIsDue(t *testing.T) {
	rec := receive(t, status(http.StatusInternalServerError))
	r := started(t, nil)
	reg := r.register(rec.URL)
	r.publish("e1")
	r.await(webhooks.OutcomeRetrying)
	off, on := false, true
	if _, err := r.Update(t.Context(), account, reg.ID, webhooks.Change{Enabled: &off}); err != nil {
		t.Fatal(err)
	}
	// Enabled again before anything was due: nothing is lost.
	if _, err := r.Update(t.Context(), account, reg.ID, webhooks.Change{Enabled: &on}); err != nil {
		t.Fatal(err)
	}
	r.next(reg.ID)
	r.await(webhooks.OutcomeRetrying)
	if _, err := r.Update(t.Context(), account, reg.ID, webhooks.Change{Enabled: &off}); err != nil {
		t.Fatal(err)
	}
	r.next(reg.ID)
	r.await(webhooks.OutcomeDropped)
	if d := r.only(reg.ID); d.State != webhooks.StateFailed || d.Tries != 2 || d.Reason == "" {
		t.Errorf("got %+v", d)
	}
}

func TestADeletedWebhookGetsNothingMoreAndLeavesNothing(t *testing.T) {
	arrived, answer := make(chan bool), make(chan bool)
	rec := receive(t, func(w http.ResponseWriter, _ *http.Request) {
		arrived <- true
		<-answer
		w.WriteHeader(http.StatusInternalServerError)
	})
	r := started(t, nil)
	reg := r.register(rec.URL)
	for i := range 20 {
		r.publish(fmt.Sprint("e", i))
	}
	<-arrived
	if err := r.Delete(t.Context(), account, reg.ID); err != nil {
		t.Fatal(err)
	}
	close(answer)
	for range 20 {
		r.await(webhooks.OutcomeDropped)
	}
	for _, root := range []string{"webhook", "webhook-registration", "webhook-delivery", "webhook-pending"} {
		_ = r.db.View(func(tx *store.Tx) error {
			for e := range tx.Scan(store.Scan{Under: store.K(root), Keys: true}) {
				t.Errorf("it left %s", e.Key)
			}
			return nil
		})
	}
}

func TestOldDeliveriesArePruned(t *testing.T) {
	r := newRig(t, nil)
	rec := receive(t, nil)
	dead := receive(t, nil)
	dead.Close()
	reg, pending := r.register(rec.URL), r.register(dead.URL)
	begin := r.clock.now()
	publish := func(from, to int) {
		err := r.db.Update(t.Context(), func(tx *store.Tx) error {
			for i := from; i < to; i++ {
				if err := r.Publish(tx, account, webhooks.Event{ID: fmt.Sprint("e", i), Type: webhooks.JobCompleted, Time: r.clock.now()}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := 0; i < 1100; i += 100 {
		publish(i, i+100)
	}
	r.start()
	for n := 0; n < 1100; {
		select {
		case o := <-r.outcomes:
			if o == webhooks.OutcomeDelivered {
				n++
			}
		case <-time.After(soon):
			t.Fatalf("%d delivered", n)
		}
	}
	if err := r.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	n, err := r.Prune(t.Context())
	if err != nil || n != 100 {
		t.Fatalf("removed %d, %v", n, err)
	}
	if got := r.count(reg.ID); got != 1000 {
		t.Errorf("%d are left", got)
	}
	if got := r.count(pending.ID); got != 1100 {
		t.Errorf("of the pending %d are left", got)
	}
	if list := r.list(reg.ID); list[0].EventID != "e1099" {
		t.Errorf("the newest is %s", list[0].EventID)
	}
	r.clock.set(begin.Add(30*24*time.Hour - time.Second))
	if n, err = r.Prune(t.Context()); err != nil || n != 0 {
		t.Errorf("too early: removed %d, %v", n, err)
	}
	r.clock.set(begin.Add(30*24*time.Hour + time.Second))
	if n, err = r.Prune(t.Context()); err != nil || n != 1000 {
		t.Errorf("removed %d, %v", n, err)
	}
	if a, b := r.count(reg.ID), r.count(pending.ID); a != 0 || b != 1100 {
		t.Errorf("%d and %d are left", a, b)
	}
}

func (r *rig) count(webhook string) int {
	n := 0
	_ = r.db.View(func(tx *store.Tx) error {
		for range tx.Scan(store.Scan{Under: store.K("webhook-delivery", account, webhook), Keys: true}) {
			n++
		}
		return nil
	})
	return n
}
