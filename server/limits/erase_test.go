package limits_test

import (
	"errors"
	"testing"

	"github.com/filmloom/filmloom/server/limits"
	"github.com/filmloom/filmloom/server/store"
)

// What is counted in memory when the account goes is not written later.
func TestTheCountOfAnErasedAccountDoesNotComeBack(t *testing.T) {
	db := openDB(t, t.TempDir())
	clk := newClock("2026-03-01T12:00:00Z")
	there := map[string]bool{"a": true, "b": true}
	conf := limits.Config{DB: db, Now: clk.now, Known: func(_ *store.Tx, account string) error {
		if !there[account] {
			return errors.New("it is gone")
		}
		return nil
	}}
	l := open(t, conf)
	save := func() {
		t.Helper()
		for _, account := range []string{"a", "b"} {
			take(t, l, account, plenty)
		}
		if err := l.Save(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	save()
	there["a"] = false
	for range 2 {
		if err := l.Erase(t.Context(), "a"); err != nil {
			t.Fatal(err)
		}
	}
	save()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	there["a"] = true // as nothing else would show it
	l = open(t, conf)
	if a, b := used(t, l, "a"), used(t, l, "b"); a != 0 || b != 2 {
		t.Errorf("%d and %d requests are counted", a, b)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}
