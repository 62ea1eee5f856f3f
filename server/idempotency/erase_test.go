package idempotency_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/filmloom/filmloom/server/idempotency"
	"github.com/filmloom/filmloom/server/store"
)

func TestAnErasedAccountsAnswersAreForgotten(t *testing.T) {
	d := setUp(t)
	ann, bob := request("k", "a film"), request("k", "a film")
	bob.Account = "bob"
	for _, r := range []idempotency.Request{ann, bob} {
		finish(t, d.first(t, r), http.StatusOK, "made for "+r.Account)
	}
	for range 2 {
		if err := d.Erase(t.Context(), "ann"); err != nil {
			t.Fatal(err)
		}
	}
	d.first(t, ann).Abandon()
	if a := d.again(t, bob, "made for bob", nil); a == nil {
		t.Error("the other account's answer is gone")
	}
}

func TestAnAnswerToAnAccountThatIsNotThereIsNotKept(t *testing.T) {
	d := setUp(t)
	gone := errors.New("it is gone")
	c := d.config
	c.Known = func(*store.Tx, string) error { return gone }
	book, err := idempotency.New(c)
	if err != nil {
		t.Fatal(err)
	}
	claim, _, err := book.Begin(t.Context(), request("k", "a film"))
	if err != nil {
		t.Fatal(err)
	}
	answer := idempotency.Answer{Status: http.StatusOK, Body: []byte("made")}
	if err := d.db.Update(t.Context(), func(tx *store.Tx) error { return claim.Record(tx, answer) }); !errors.Is(err, gone) {
		t.Errorf("recorded: %v", err)
	}
	if err := claim.Finish(t.Context(), answer); !errors.Is(err, gone) {
		t.Errorf("finished: %v", err)
	}
	d.first(t, request("k", "a film")).Abandon()
}
