package webhooks_test

import (
	"errors"
	"testing"

	"github.com/filmloom/filmloom/server/store"
	"github.com/filmloom/filmloom/server/webhooks"
)

// What a caller adds to the transaction is done if and only if the rest is.
func TestWhatIsDoneTogetherIsDoneOrNotDone(t *testing.T) {
	rec := receive(t, nil)
	r := started(t, nil)
	reg := r.register(rec.URL)
	r.publish("e1")
	r.await(webhooks.OutcomeDelivered)
	rec.get(t)
	before := r.only(reg.ID)
	boom := errors.New("boom")
	told := 0
	fail := func(_ *store.Tx, got webhooks.Registration) error {
		if told++; got.URL != rec.URL || got.ID == "" {
			t.Errorf("told of %+v", got)
		}
		return boom
	}
	if _, _, err := r.Create(t.Context(), account, webhooks.Draft{URL: rec.URL, Events: []string{webhooks.JobFailed}}, fail); !errors.Is(err, boom) {
		t.Errorf("registered: %v", err)
	}
	if _, _, err := r.RotateSecret(t.Context(), account, reg.ID, "", fail); !errors.Is(err, boom) {
		t.Errorf("rotated: %v", err)
	}
	_, err := r.Redeliver(t.Context(), account, reg.ID, before.ID, func(_ *store.Tx, d webhooks.Delivery) error {
		if told++; d.ID != before.ID || d.State != webhooks.StatePending {
			t.Errorf("told of %+v", d)
		}
		return boom
	})
	if !errors.Is(err, boom) || told != 3 {
		t.Errorf("told %d times, %v", told, err)
	}
	list, err := r.List(t.Context(), account)
	if err != nil || len(list) != 1 || !list[0].OldSecretUntil.IsZero() || !list[0].UpdatedAt.Equal(reg.UpdatedAt) {
		t.Errorf("got %+v, %v", list, err)
	}
	if d := r.only(reg.ID); d.State != webhooks.StateDelivered || d.Tries != 1 {
		t.Errorf("got %+v", d)
	}
}
