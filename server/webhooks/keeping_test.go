package webhooks_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server/store"
	"github.com/filmloom/filmloom/server/webhooks"
)

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
	if err != nil || n > 100 { // it prunes by itself when it starts, which may come late
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
