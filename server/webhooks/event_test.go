package webhooks_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server/store"
	"github.com/filmloom/filmloom/server/webhooks"
)

func TestThePayloadIsAsPrinted(t *testing.T) {
	rec := receive(t, nil)
	r := started(t, nil)
	r.register(rec.URL)
	r.publishEvent(webhooks.Event{
		ID: "660e9511_completed", Type: webhooks.JobCompleted, Time: time.Date(2025, 12, 31, 11, 5, 0, 999, time.FixedZone("", 3600)),
		Data: json.RawMessage(`{"job_id": "660e9511", "status": "completed", "output_url": "https://cdn.example/v?a=1&b=<2>"}`),
	})
	want := `{"id":"660e9511_completed","type":"job.completed","event":"job.completed","timestamp":"2025-12-31T10:05:00Z",` +
		`"data":{"job_id":"660e9511","status":"completed","output_url":"https://cdn.example/v?a=1&b=<2>"}}`
	if got := string(rec.get(t).body); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestAnEventGoesToThoseWhoWantIt(t *testing.T) {
	r := newRig(t, nil)
	make := func(account string, events ...string) webhooks.Registration {
		reg, _, err := r.Create(t.Context(), account, webhooks.Draft{URL: "https://a.example", Events: events})
		if err != nil {
			t.Fatal(err)
		}
		return reg
	}
	wants := make(account, webhooks.JobFailed, webhooks.JobCompleted)
	also := make(account, webhooks.JobCompleted)
	not := make(account, webhooks.JobFailed, webhooks.CreditsLow)
	off := make(account, webhooks.JobCompleted)
	disabled := false
	if _, err := r.Update(t.Context(), account, off.ID, webhooks.Change{Enabled: &disabled}); err != nil {
		t.Fatal(err)
	}
	other := make("another", webhooks.JobCompleted)
	r.publish("e1")
	for _, c := range []struct {
		reg  webhooks.Registration
		want int
	}{{wants, 1}, {also, 1}, {not, 0}, {off, 0}} {
		if n := len(r.list(c.reg.ID)); n != c.want {
			t.Errorf("%v has %d deliveries", c.reg.Events, n)
		}
	}
	if list, _, err := r.Deliveries(t.Context(), "another", other.ID, webhooks.Page{}); err != nil || len(list) != 0 {
		t.Errorf("another account has %d, %v", len(list), err)
	}
}

func TestAnEventPublishedTwiceIsDeliveredOnce(t *testing.T) {
	rec := receive(t, nil)
	r := started(t, nil)
	reg := r.register(rec.URL)
	r.publish("e1")
	r.await(webhooks.OutcomeDelivered)
	r.publish("e1")
	// One registered since does not get what is past.
	later := r.register(rec.URL)
	err := r.db.Update(t.Context(), func(tx *store.Tx) error {
		for range 3 { // in one transaction too
			for _, id := range []string{"e1", "e2"} {
				if err := r.Publish(tx, account, webhooks.Event{ID: id, Type: webhooks.JobCompleted, Time: r.clock.now()}); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	r.await(webhooks.OutcomeDelivered, webhooks.OutcomeDelivered)
	if n := len(r.list(reg.ID)); n != 2 {
		t.Errorf("%d deliveries", n)
	}
	if d := r.only(later.ID); d.EventID != "e2" {
		t.Errorf("the later one got %s", d.EventID)
	}
	// The same id in another account is another event.
	if _, _, err := r.Create(t.Context(), "another", webhooks.Draft{URL: rec.URL, Events: []string{webhooks.JobCompleted}}); err != nil {
		t.Fatal(err)
	}
	err = r.db.Update(t.Context(), func(tx *store.Tx) error {
		return r.Publish(tx, "another", webhooks.Event{ID: "e1", Type: webhooks.JobCompleted, Time: r.clock.now()})
	})
	if err != nil {
		t.Fatal(err)
	}
	r.await(webhooks.OutcomeDelivered)
}

func TestAnEventOfAFailedTransactionIsNotSent(t *testing.T) {
	rec := receive(t, nil)
	r := started(t, nil)
	reg := r.register(rec.URL)
	broken := errors.New("broken")
	tries := 0
	err := r.db.Update(t.Context(), func(tx *store.Tx) error {
		tries++
		if err := r.Publish(tx, account, webhooks.Event{ID: "e1", Type: webhooks.JobCompleted, Time: r.clock.now()}); err != nil {
			return err
		}
		return broken
	})
	if !errors.Is(err, broken) || tries != 1 {
		t.Fatal(err)
	}
	r.publish("e2")
	r.await(webhooks.OutcomeDelivered)
	if d := r.only(reg.ID); d.EventID != "e2" || string(rec.get(t).body) == "" || len(rec.calls) != 0 {
		t.Errorf("got %+v", d)
	}
}

func TestAnEventIsSentSoonEvenIfNobodyWakesTheWorkers(t *testing.T) {
	rec := receive(t, nil)
	r := started(t, nil)
	r.register(rec.URL)
	err := r.db.Update(t.Context(), func(tx *store.Tx) error {
		return r.Publish(tx, account, webhooks.Event{ID: "e1", Type: webhooks.JobCompleted, Time: r.clock.now()})
	})
	if err != nil {
		t.Fatal(err)
	}
	rec.get(t) // there is no Wake
}

func TestPublishingMayStandInsideAScan(t *testing.T) {
	r := newRig(t, nil)
	reg := r.register("https://a.example")
	err := r.db.Update(t.Context(), func(tx *store.Tx) error {
		for _, k := range []string{"1", "2"} {
			if err := tx.Put(store.K("job", k), k); err != nil {
				return err
			}
		}
		for e := range tx.Scan(store.Scan{Under: store.K("job")}) {
			if err := r.Publish(tx, account, webhooks.Event{ID: "e" + e.Key.Last(), Type: webhooks.JobCompleted, Time: r.clock.now()}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || len(r.list(reg.ID)) != 2 {
		t.Errorf("%d, %v", len(r.list(reg.ID)), err)
	}
}

// No event may slip between a registration and a publication that run at the same time: one of them must see
// the other.
func TestARegistrationConflictsWithAPublication(t *testing.T) {
	r := newRig(t, nil)
	r.register("https://a.example")
	var late webhooks.Registration
	tries := 0
	err := r.db.Update(t.Context(), func(tx *store.Tx) error {
		tries++
		if err := r.Publish(tx, account, webhooks.Event{ID: "e1", Type: webhooks.JobCompleted, Time: r.clock.now()}); err != nil {
			return err
		}
		if tries == 1 {
			late = r.register("https://b.example")
		}
		return nil
	})
	if err != nil || tries != 2 || len(r.list(late.ID)) != 1 {
		t.Errorf("%d tries, %d deliveries, %v", tries, len(r.list(late.ID)), err)
	}
}

func TestWhatIsNoEventIsRefused(t *testing.T) {
	r := newRig(t, nil)
	r.register("https://a.example")
	good := webhooks.Event{ID: "e1", Type: webhooks.JobCompleted, Time: r.clock.now(), Data: json.RawMessage(`{}`)}
	for name, edit := range map[string]func(*webhooks.Event){
		"no id":                func(e *webhooks.Event) { e.ID = "" },
		"an id with a stop":    func(e *webhooks.Event) { e.ID = "a.b" },
		"an id with a newline": func(e *webhooks.Event) { e.ID = "a\n" },
		"a long id":            func(e *webhooks.Event) { e.ID = strings.Repeat("a", 129) },
		"an unknown type":      func(e *webhooks.Event) { e.Type = "job.done" },
		"the ping":             func(e *webhooks.Event) { e.Type = webhooks.Ping },
		"no time":              func(e *webhooks.Event) { e.Time = time.Time{} },
		"broken data":          func(e *webhooks.Event) { e.Data = json.RawMessage(`{"secret`) },
		"large data":           func(e *webhooks.Event) { e.Data = json.RawMessage(`"` + strings.Repeat("x", 64<<10) + `"`) },
	} {
		t.Run(name, func(t *testing.T) {
			e := good
			edit(&e)
			err := r.db.Update(t.Context(), func(tx *store.Tx) error { return r.Publish(tx, account, e) })
			if err == nil || strings.Contains(err.Error(), "secret") {
				t.Errorf("got %v", err)
			}
		})
	}
	if err := r.db.Update(t.Context(), func(tx *store.Tx) error { return r.Publish(tx, account, good) }); err != nil {
		t.Errorf("the good one: %v", err)
	}
}

func TestEveryTypeCanBeRegisteredForAndPublished(t *testing.T) {
	rec := receive(t, nil)
	r := started(t, nil)
	r.register(rec.URL)
	var got []string
	for i, kind := range webhooks.EventTypes() {
		r.publishEvent(webhooks.Event{ID: fmt.Sprint("e", i), Type: kind, Time: r.clock.now()})
		var body struct{ Event, Type string }
		if err := json.Unmarshal(rec.get(t).body, &body); err != nil || body.Event != body.Type {
			t.Errorf("%+v, %v", body, err)
		}
		got = append(got, body.Event)
	}
	want := strings.Fields("job.queued job.started job.completed job.failed job.cancelled batch.completed credits.low")
	if !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}
