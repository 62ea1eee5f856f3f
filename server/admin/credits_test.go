package admin_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server"
	"github.com/filmloom/filmloom/server/admin"
	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/credits"
	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/plans"
	"github.com/filmloom/filmloom/server/store"
)

// openBank is a hall whose users have credits, its database, and the operations that it serves.
func openBank(t testing.TB) (hall, *store.DB, *admin.Registry) {
	t.Helper()
	h := hall{dir: t.TempDir()}
	db, err := store.Open(h.dir)
	if err != nil {
		t.Fatal(err)
	}
	h.Service, err = identity.New(t.Context(), db, identity.Config{Hash: identity.Argon2{Memory: 64, Time: 1, Threads: 1}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(h.Close(), db.Close()); err != nil {
			t.Error(err)
		}
	})
	books, err := server.Books(config.Default(), db)
	if err != nil {
		t.Fatal(err)
	}
	r := admin.NewRegistry()
	admin.Identity(r, h.Service)
	admin.Credits(r, h.Service, books)
	serve(t, h.dir, r)
	h.do(t, "user.add", admin.AddUser{Name: "Ada", Password: password, Plan: "standard"}, nil)
	return h, db, r
}

// spend takes the price of films that are asked for, as a server does.
func spend(t *testing.T, h hall, db *store.DB, references ...string) {
	t.Helper()
	ada, err := h.Find(t.Context(), "ada")
	if err != nil {
		t.Fatal(err)
	}
	ledger := credits.New(credits.Config{DB: db, Known: identity.Known})
	for _, reference := range references {
		err := db.Update(t.Context(), func(tx *store.Tx) error {
			_, err := ledger.Reserve(tx, ada.ID, plans.Plan{Name: "standard", Credits: 30}, 3, reference)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestCreditsAreSeenFromAnotherProcess(t *testing.T) {
	h, db, _ := openBank(t)
	var b admin.Balance
	h.do(t, "credits.show", admin.Named{Name: "ADA"}, &b)
	next := b.NextReset
	if want := (admin.Balance{User: "Ada", Plan: "standard", Available: 30, Granted: 30, NextReset: next}); b != want || next.Day() != 1 || !next.After(time.Now()) {
		t.Errorf("got %+v", b)
	}
	var l admin.Ledger
	h.do(t, "credits.list", admin.ListCredits{User: "ada", Limit: 10}, &l)
	if l.User != "Ada" || l.Entries == nil || len(l.Entries) != 0 || l.More || l.Available != 30 {
		t.Errorf("to look has changed something: %+v", l)
	}
	spend(t, h, db, "first", "second")
	h.do(t, "credits.show", admin.Named{Name: "ada"}, &b)
	if b.Available != 24 || b.Granted != 24 {
		t.Errorf("got %+v", b)
	}
	h.do(t, "credits.list", admin.ListCredits{User: "ada", Limit: 2}, &l)
	if len(l.Entries) != 2 || !l.More || l.Available != 24 || l.Entries[0].Number != 3 || l.Entries[0].Kind != "reserve" || l.Entries[0].Amount != -3 || l.Entries[0].Price != 3 ||
		l.Entries[0].Balance != 24 || l.Entries[0].Job == nil || *l.Entries[0].Job != "second" || l.Entries[0].By != "" {
		t.Errorf("got %+v", l)
	}
	h.do(t, "credits.list", admin.ListCredits{User: "ada", Before: 2, Limit: 2}, &l)
	if len(l.Entries) != 1 || l.More || l.Entries[0].Kind != "grant" || l.Entries[0].Job != nil {
		t.Errorf("got %+v", l)
	}
}

func TestCreditsAreAddedFromAnotherProcess(t *testing.T) {
	h, db, _ := openBank(t)
	var a, again admin.AddedCredits
	h.do(t, "credits.add", admin.AddCredits{User: "ada", Amount: 7, Note: "a gift", By: "root", Once: "k"}, &a)
	if a.Available != 37 || a.Purchased != 7 || a.Granted != 30 || a.User != "Ada" || a.Again {
		t.Errorf("got %+v", a)
	}
	if e := a.Entry; e.Kind != "purchase" || e.Amount != 7 || e.Note != "a gift" || e.By != "root" || e.Job != nil || time.Since(e.Time) > time.Minute {
		t.Errorf("got %+v", e)
	}
	h.do(t, "credits.add", admin.AddCredits{User: "ADA", Amount: 7, Note: "a gift", By: "somebody else", Once: "k"}, &again)
	if !again.Again || again.Entry != a.Entry || again.Balance != a.Balance {
		t.Errorf("got %+v, first %+v", again, a)
	}
	h.do(t, "credits.add", admin.AddCredits{User: "ada", Amount: 1}, &a)
	h.do(t, "credits.add", admin.AddCredits{User: "ada", Amount: 1}, &a)
	if a.Available != 39 || a.Entry.By == "" {
		t.Errorf("got %+v", a)
	}
	ada, err := h.Find(t.Context(), "ada")
	if err != nil {
		t.Fatal(err)
	}
	if err := db.View(func(tx *store.Tx) error { return credits.New(credits.Config{DB: db}).Audit(tx, ada.ID) }); err != nil {
		t.Error(err)
	}
}

func TestWhatCannotBeDoneToCreditsIsSaid(t *testing.T) {
	h, _, _ := openBank(t)
	h.refused(t, "credits.show", admin.Named{Name: "nobody"}, admin.NotFound, `there is no user "nobody"`)
	h.refused(t, "credits.list", admin.ListCredits{User: "nobody", Limit: 1}, admin.NotFound, `there is no user "nobody"`)
	h.refused(t, "credits.add", admin.AddCredits{User: "nobody", Amount: 1}, admin.NotFound, `there is no user "nobody"`)
	for _, limit := range []int{0, -1, admin.MostEntries + 1} {
		h.refused(t, "credits.list", admin.ListCredits{User: "ada", Limit: limit}, admin.Invalid, "from 1 to 1000 entries")
	}
	for _, amount := range []int{0, -1, admin.MostCredits + 1} {
		h.refused(t, "credits.add", admin.AddCredits{User: "ada", Amount: amount}, admin.Invalid, "from 1 to 1000000 credits")
	}
	h.refused(t, "credits.add", admin.AddCredits{User: "ada", Amount: 1, Note: strings.Repeat("é", 201)}, admin.Invalid, "at most 200 characters")
	h.refused(t, "credits.add", admin.AddCredits{User: "ada", Amount: 1, Once: strings.Repeat("k", 256)}, admin.Invalid, "1 to 255 printable ASCII characters")
	h.do(t, "credits.add", admin.AddCredits{User: "ada", Amount: 1, Once: "k"}, nil)
	h.refused(t, "credits.add", admin.AddCredits{User: "ada", Amount: 2, Once: "k"}, admin.Invalid, "to add other credits to this user")
	var b admin.Balance
	h.do(t, "credits.show", admin.Named{Name: "ada"}, &b)
	if b.Available != 31 {
		t.Errorf("what was refused was done: %+v", b)
	}
}

// Every operation takes what anybody sends, without a panic.
func FuzzCredits(f *testing.F) {
	_, _, r := openBank(f)
	for _, name := range []string{"credits.show", "credits.list", "credits.add"} {
		f.Add(name, `{}`)
		f.Add(name, `{"name":"ada"}`)
		f.Add(name, `{"user":"ada","before":18446744073709551615,"limit":1000}`)
		f.Add(name, `{"user":"ada","amount":1,"note":"\u0000","once":"k"}`)
	}
	f.Fuzz(func(t *testing.T, name, in string) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if err := r.Call(ctx, name, raw(in), nil); err != nil && err.Error() == "" {
			t.Error("an error without a text")
		}
	})
}
