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

	"github.com/filmloom/filmloom/server/webhooks"
)

func TestAFailingDeliveryIsTriedAsScheduledAndThenFails(t *testing.T) {
	rec := receive(t, func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "no\x00t \u202enow", http.StatusInternalServerError)
	})
	renders := 0
	r := started(t, func(c *webhooks.Config) {
		c.Render = func(_ context.Context, a string, data json.RawMessage) (json.RawMessage, error) {
			renders++
			return json.RawMessage(fmt.Sprintf(`{"of":%q,"render":%d}`, a, renders)), nil
		}
	})
	reg := r.register(rec.URL)
	want := []time.Duration{
		0, 5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour,
		14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
	}
	r.publish("e1")
	var first call
	for i := range want {
		c := rec.get(t)
		last := i == len(want)-1
		if last {
			r.await(webhooks.OutcomeFailed)
		} else {
			r.await(webhooks.OutcomeRetrying)
		}
		if i == 0 {
			first = c
		}
		if c.header.Get("webhook-id") != "e1" || !bytes.Equal(c.body, first.body) {
			t.Errorf("try %d has the id %s and the body %s", i+1, c.header.Get("webhook-id"), c.body)
		}
		if at := c.header.Get("webhook-timestamp"); at != fmt.Sprint(r.clock.now().Unix()) {
			t.Errorf("try %d is of %s", i+1, at)
		}
		d := r.only(reg.ID)
		if d.Tries != i+1 || len(d.Attempts) != i+1 {
			t.Fatalf("after try %d: %+v", i+1, d)
		}
		if a := d.Attempts[i]; a.Status != 500 || a.Error == "" || a.Response != "no\uFFFDt \uFFFDnow" || a.Took <= 0 || !a.At.Equal(r.clock.now()) {
			t.Errorf("try %d: %+v", i+1, a)
		}
		if last {
			if d.State != webhooks.StateFailed || !d.NextAt.IsZero() {
				t.Errorf("in the end: %+v", d)
			}
			break
		}
		wait := d.NextAt.Sub(r.clock.now())
		if d.State != webhooks.StatePending || wait < want[i+1] || wait > want[i+1]*11/10 {
			t.Errorf("%s, and try %d comes after %v, want %v and a tenth at most", d.State, i+2, wait, want[i+1])
		}
		// A moment too early nothing happens: the test would see the next outcome out of turn.
		r.jump(d.NextAt.Add(-time.Millisecond))
		r.jump(d.NextAt)
	}
	if !strings.Contains(string(first.body), `"data":{"of":"`+account+`","render":1}`) {
		t.Errorf("the body is %s", first.body)
	}
	r.jump(r.clock.now().Add(24 * time.Hour))
	r.publish("e2")
	r.await(webhooks.OutcomeRetrying)
	if c := rec.get(t); c.header.Get("webhook-id") != "e2" {
		t.Error("the failed one was tried again")
	}
}

func TestADeliverySucceedsAtALaterTry(t *testing.T) {
	var n atomic.Int32
	rec := receive(t, func(w http.ResponseWriter, _ *http.Request) {
		if n.Add(1) < 3 {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		fmt.Fprint(w, "thanks")
	})
	r := started(t, nil)
	reg := r.register(rec.URL)
	r.publish("e1")
	r.await(webhooks.OutcomeRetrying)
	r.next(reg.ID)
	r.await(webhooks.OutcomeRetrying)
	if r.get(reg.ID).FailingSince.IsZero() {
		t.Error("it is not known to fail")
	}
	r.next(reg.ID)
	r.await(webhooks.OutcomeDelivered)
	d := r.only(reg.ID)
	if d.State != webhooks.StateDelivered || d.Tries != 3 || d.Attempts[2].Response != "thanks" || !d.Attempts[2].Succeeded() || !d.NextAt.IsZero() {
		t.Errorf("got %+v", d)
	}
	if !r.get(reg.ID).FailingSince.IsZero() {
		t.Error("it is still said to fail")
	}
}

func TestOnly2xxIsSuccess(t *testing.T) {
	for code, want := range map[int]string{
		200: webhooks.OutcomeDelivered, 201: webhooks.OutcomeDelivered, 202: webhooks.OutcomeDelivered, 204: webhooks.OutcomeDelivered, 299: webhooks.OutcomeDelivered,
		300: webhooks.OutcomeRetrying, 301: webhooks.OutcomeRetrying, 304: webhooks.OutcomeRetrying, 307: webhooks.OutcomeRetrying,
		400: webhooks.OutcomeRetrying, 401: webhooks.OutcomeRetrying, 404: webhooks.OutcomeRetrying, 429: webhooks.OutcomeRetrying,
		500: webhooks.OutcomeRetrying, 503: webhooks.OutcomeRetrying, 599: webhooks.OutcomeRetrying,
	} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			r := started(t, nil)
			reg := r.register(receive(t, status(code)).URL)
			r.publish("e1")
			r.await(want)
			if a := r.only(reg.ID).Attempts[0]; a.Status != code || a.Succeeded() != (want == webhooks.OutcomeDelivered) {
				t.Errorf("got %+v", a)
			}
		})
	}
}

func TestAReceiverThatIsGoneIsDisabled(t *testing.T) {
	rec := receive(t, status(http.StatusGone))
	r := newRig(t, nil)
	reg := r.register(rec.URL)
	r.publish("e1")
	r.publish("e2")
	r.start()
	r.await(webhooks.OutcomeDisabled, webhooks.OutcomeFailed, webhooks.OutcomeDropped)
	if got := r.get(reg.ID); got.Enabled || !strings.Contains(got.DisabledReason, "410") {
		t.Errorf("got %+v", got)
	}
	for _, d := range r.list(reg.ID) {
		if d.State != webhooks.StateFailed || d.Reason == "" || !d.NextAt.IsZero() {
			t.Errorf("got %+v", d)
		}
		if _, err := r.Redeliver(t.Context(), account, reg.ID, d.ID); !errors.Is(err, webhooks.ErrDisabled) {
			t.Errorf("redelivered: %v", err)
		}
	}
	r.publish("e3")
	if n := len(r.list(reg.ID)); n != 2 || len(rec.calls) != 1 {
		t.Errorf("%d deliveries, %d requests", n, len(rec.calls))
	}
}

func TestAWebhookIsDisabledAfterFiveDaysOfFailure(t *testing.T) {
	rec := receive(t, status(http.StatusInternalServerError))
	r := started(t, nil)
	reg := r.register(rec.URL)
	begin := r.clock.now()
	// An event every day, each tried once: what is due later of the earlier ones comes too.
	for day := range 5 {
		r.jump(begin.Add(time.Duration(day) * 24 * time.Hour))
		r.publish(fmt.Sprint("e", day))
		r.drain()
		if !r.get(reg.ID).Enabled {
			t.Fatalf("disabled on day %d", day)
		}
	}
	r.jump(begin.Add(5*24*time.Hour - time.Second))
	r.drain()
	if !r.get(reg.ID).Enabled {
		t.Fatal("disabled too early")
	}
	r.jump(begin.Add(5 * 24 * time.Hour))
	r.publish("last")
	r.drain()
	if got := r.get(reg.ID); got.Enabled || !got.FailingSince.Equal(begin) || !strings.Contains(got.DisabledReason, "5 days") {
		t.Fatalf("got %+v", got)
	}
	on := true
	got, err := r.Update(t.Context(), account, reg.ID, webhooks.Change{Enabled: &on})
	if err != nil || !got.Enabled || !got.FailingSince.IsZero() {
		t.Fatalf("enabled again: %+v, %v", got, err)
	}
	r.publish("again")
	r.drain()
	if !r.get(reg.ID).Enabled {
		t.Error("it was disabled again at the first failure")
	}
}

// drain waits until nothing is due any more.
func (r *rig) drain() {
	r.t.Helper()
	for {
		due := false
		list, err := r.List(r.t.Context(), account)
		if err != nil {
			r.t.Fatal(err)
		}
		for _, reg := range list {
			for _, d := range r.list(reg.ID) {
				due = due || d.State == webhooks.StatePending && !d.NextAt.After(r.clock.now())
			}
		}
		if !due {
			return
		}
		select {
		case <-r.outcomes:
		case <-time.After(soon):
			r.t.Fatal("what is due is not tried")
		}
	}
}

func TestTwoBadMomentsAreNotOneLongFailure(t *testing.T) {
	var broken atomic.Bool
	rec := receive(t, func(w http.ResponseWriter, _ *http.Request) {
		if broken.Load() {
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
	r := newRig(t, nil)
	reg := r.register(rec.URL)
	r.start()
	broken.Store(true)
	r.publish("e1")
	r.await(webhooks.OutcomeRetrying)
	if _, err := r.Redeliver(t.Context(), account, reg.ID, r.only(reg.ID).ID); err != nil {
		t.Fatal(err)
	}
	r.await(webhooks.OutcomeRetrying)
	if err := r.Close(t.Context()); err != nil { // nothing is tried for ten days
		t.Fatal(err)
	}
	r.clock.set(r.clock.now().Add(10 * 24 * time.Hour))
	again := r.reopen(nil)
	again.await(webhooks.OutcomeRetrying)
	if got := again.get(reg.ID); !got.Enabled || !got.FailingSince.Equal(r.clock.now()) {
		t.Errorf("got %+v", got)
	}
}

// reopen starts another service on the same database, as after a restart.
func (r *rig) reopen(edit func(*webhooks.Config)) *rig {
	r.t.Helper()
	c := config(r.db)
	c.Now, c.Observe = r.clock.now, func(o string) { r.outcomes <- o }
	if edit != nil {
		edit(&c)
	}
	s, err := webhooks.New(c)
	if err != nil {
		r.t.Fatal(err)
	}
	again := &rig{s, r.t, r.db, r.clock, r.outcomes}
	again.start()
	r.t.Cleanup(func() { _ = s.Close(context.Background()) })
	return again
}

func TestABodyOlderThanFiveDaysIsRenderedAnew(t *testing.T) {
	var n atomic.Int32
	render := func(context.Context, string, json.RawMessage) (json.RawMessage, error) {
		return json.RawMessage(fmt.Sprint(n.Add(1))), nil
	}
	rec := receive(t, status(http.StatusInternalServerError))
	r := started(t, func(c *webhooks.Config) { c.Render = render })
	r.register(rec.URL)
	r.publish("e1")
	for i, c := range []struct {
		after time.Duration
		data  string
	}{{0, `"data":1}`}, {5 * 24 * time.Hour, `"data":1}`}, {time.Second, `"data":2}`}} {
		r.jump(r.clock.now().Add(c.after))
		if i == 2 {
			r.jump(r.clock.now().Add(10 * time.Minute)) // the third try is due by then
		}
		r.await(webhooks.OutcomeRetrying)
		if body := rec.get(t).body; !strings.HasSuffix(string(body), c.data) {
			t.Errorf("try %d has %s", i+1, body)
		}
	}
}
