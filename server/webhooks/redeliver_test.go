package webhooks_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

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
	var n atomic.Int32
	rec := receive(t, status(http.StatusInternalServerError))
	r := started(t, func(c *webhooks.Config) {
		c.Render = func(context.Context, string, json.RawMessage) (json.RawMessage, error) {
			return json.RawMessage(fmt.Sprint(n.Add(1))), nil
		}
	})
	reg := r.register(rec.URL)
	r.publish("e1")
	r.await(webhooks.OutcomeRetrying)
	r.next(reg.ID)
	r.await(webhooks.OutcomeRetrying) // the next is in 5 minutes
	r.redeliver(reg.ID)
	r.await(webhooks.OutcomeRetrying)
	for _, want := range []string{`"data":1}`, `"data":1}`, `"data":2}`} {
		if body := string(rec.get(t).body); !strings.HasSuffix(body, want) {
			t.Errorf("got %s, want %s", body, want)
		}
	}
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

func TestARedeliveryOvertakesWhatIsDueLater(t *testing.T) {
	rec := receive(t, status(http.StatusInternalServerError))
	r := started(t, nil)
	reg := r.register(rec.URL)
	for i := range 5 {
		r.publish(fmt.Sprint("e", i))
		r.await(webhooks.OutcomeRetrying)
		rec.get(t)
	}
	for _, d := range r.list(reg.ID) {
		if _, err := r.Redeliver(t.Context(), account, reg.ID, d.ID); err != nil {
			t.Fatal(err)
		}
		r.await(webhooks.OutcomeRetrying)
		if c := rec.get(t); c.header.Get("webhook-id") != d.EventID {
			t.Errorf("%s came, want %s", c.header.Get("webhook-id"), d.EventID)
		}
	}
}

// A try has been written down as the last one, and has not come home yet, when somebody asks for another.
func TestARedeliveryAskedForAtTheVeryEndOfATryIsNotLost(t *testing.T) {
	rec, other := receive(t, nil), receive(t, nil)
	var r *rig
	var reg webhooks.Registration
	var asked atomic.Bool
	r = newRig(t, func(c *webhooks.Config) {
		tell := c.Observe
		c.Observe = func(o string) {
			if o == webhooks.OutcomeDelivered && !asked.Swap(true) {
				r.redeliver(reg.ID)
				r.publishEvent(webhooks.Event{ID: "other", Type: webhooks.CreditsLow, Time: r.clock.now()})
				other.get(t) // so the workers have heard of the redelivery as well
			}
			tell(o)
		}
	})
	r.registerFor(rec.URL)
	list, err := r.List(t.Context(), account)
	if err != nil {
		t.Fatal(err)
	}
	reg = list[0]
	if _, _, err := r.Create(t.Context(), account, webhooks.Draft{URL: other.URL, Events: []string{webhooks.CreditsLow}}); err != nil {
		t.Fatal(err)
	}
	r.start()
	r.publish("e1")
	r.delivered(3)
	if d := r.only(reg.ID); d.Tries != 2 || d.State != webhooks.StateDelivered {
		t.Errorf("got %+v", d)
	}
}

func TestADeliveryThatHasEndedIsNotTriedAgain(t *testing.T) {
	rec := receive(t, nil)
	r := started(t, nil)
	reg := r.register(rec.URL)
	r.publish("e1")
	r.await(webhooks.OutcomeDelivered)
	r.Try(t.Context(), account, reg.ID, r.only(reg.ID).ID)
	r.await(webhooks.OutcomeDropped)
	if d := r.only(reg.ID); d.Tries != 1 || len(rec.calls) != 1 {
		t.Errorf("got %+v", d)
	}
}
