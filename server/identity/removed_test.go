package identity_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/store"
)

func (h *house) removed(t testing.TB) []string {
	t.Helper()
	ids, err := h.Removed(t.Context())
	must(t, err)
	return ids
}

func TestARemovedAccountIsMarkedUntilItIsErased(t *testing.T) {
	h := open(t)
	a, b, c := h.add(t, "Ada"), h.add(t, "Bob"), h.add(t, "Cy")
	for _, one := range []identity.Account{b, a} {
		must(t, h.Remove(t.Context(), one.ID))
		select {
		case <-h.Removals():
		default:
			t.Error("nobody is told")
		}
	}
	h.restart(t)
	if got := h.removed(t); !slices.Equal(got, []string{a.ID, b.ID}) {
		t.Errorf("marked are %v", got)
	}
	must(t, h.Erased(t.Context(), a.ID))
	want(t, h.Erased(t.Context(), a.ID), identity.ErrNotFound)
	want(t, h.Erased(t.Context(), c.ID), identity.ErrNotFound)
	if got := h.removed(t); !slices.Equal(got, []string{b.ID}) {
		t.Errorf("marked are %v", got)
	}
}

func TestWhatIsNotRemovedIsNotMarked(t *testing.T) {
	h := open(t)
	a := h.addAs(t, identity.NewAccount{Name: "Ada", Password: password, Admin: true})
	want(t, h.Remove(t.Context(), a.ID), identity.ErrLastAdmin)
	want(t, h.Remove(t.Context(), "nobody"), identity.ErrNotFound)
	if got := h.removed(t); len(got) != 0 {
		t.Errorf("marked are %v", got)
	}
	select {
	case <-h.Removals():
		t.Error("somebody is told")
	default:
	}
}

// A transaction that asks whether an account is there is over before the account is removed, or does nothing.
func TestATransactionThatMeetsARemovalWritesNothing(t *testing.T) {
	h := open(t)
	a := h.add(t, "Ada")
	h.close()
	db, err := store.Open(h.dir)
	must(t, err)
	defer db.Close()
	ids, err := identity.New(t.Context(), db, h.conf)
	must(t, err)
	defer ids.Close()
	tries := 0
	err = db.Update(t.Context(), func(tx *store.Tx) error {
		if tries++; tries > 1 {
			return identity.Known(tx, a.ID)
		}
		must(t, identity.Known(tx, a.ID))
		must(t, ids.Remove(t.Context(), a.ID)) // in another transaction, which ends before this one
		return tx.Put(store.K("film"), a.ID)
	})
	if !errors.Is(err, identity.ErrRemoved) || !errors.Is(err, identity.ErrCredentials) || tries != 2 {
		t.Errorf("got %v after %d tries", err, tries)
	}
	must(t, db.View(func(tx *store.Tx) error {
		if has, err := tx.Has(store.K("film")); has || err != nil {
			t.Errorf("it was written: %v", err)
		}
		return nil
	}))
}
