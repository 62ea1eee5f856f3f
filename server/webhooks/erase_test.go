package webhooks_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/server/store"
	"github.com/filmloom/filmloom/server/webhooks"
)

func TestAnErasedAccountsWebhooksAndDeliveriesAreGone(t *testing.T) {
	r := started(t, nil)
	got := make(chan struct{})
	release := make(chan struct{})
	slow := receive(t, func(w http.ResponseWriter, _ *http.Request) {
		got <- struct{}{}
		<-release
		w.WriteHeader(http.StatusInternalServerError)
	})
	failing, other := receive(t, status(http.StatusInternalServerError)), receive(t, nil)
	r.register(slow.URL)
	r.register(failing.URL)
	const another = "0200-another"
	kept, _, err := r.Create(t.Context(), another, webhooks.Draft{URL: other.URL, Events: webhooks.EventTypes()})
	if err != nil {
		t.Fatal(err)
	}
	r.publish("one")
	<-got // is under way while its webhook goes
	r.await(webhooks.OutcomeRetrying)
	for range 2 {
		if err := r.Erase(t.Context(), account); err != nil {
			t.Fatal(err)
		}
	}
	close(release)
	r.await(webhooks.OutcomeDropped)
	r.publish("two")
	if err := r.db.View(func(tx *store.Tx) error {
		for e := range tx.Scan(store.Scan{Keys: true}) {
			if strings.Contains(e.Key.String(), account) {
				t.Errorf("left: %s", e.Key)
			}
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
	if list, err := r.List(t.Context(), another); err != nil || len(list) != 1 || list[0].ID != kept.ID {
		t.Errorf("the other account has %v, %v", list, err)
	}
}

func TestAnAccountThatIsNotThereGetsNoWebhook(t *testing.T) {
	gone := errors.New("it is gone")
	r := newRig(t, func(c *webhooks.Config) { c.Known = func(*store.Tx, string) error { return gone } })
	to := receive(t, nil)
	if _, _, err := r.Create(t.Context(), account, webhooks.Draft{URL: to.URL, Events: webhooks.EventTypes()}); !errors.Is(err, gone) {
		t.Errorf("got %v", err)
	}
	if list, err := r.List(t.Context(), account); err != nil || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}
}
