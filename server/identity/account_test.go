package identity_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/store"
)

func TestAnAccountIsFoundByItsNameInWhateverCapitals(t *testing.T) {
	h := open(t)
	for name, others := range map[string][]string{
		"Ada Lovelace": {"ada lovelace", "ADA LOVELACE", "Ａda Lovelace"},
		"José":         {"JOSÉ", "Jose\u0301"},
		"Straße":       {"STRASSE"},
		"映画":           {"映画"},
	} {
		a := h.add(t, name)
		if id, err := uuid.Parse(a.ID); err != nil || id.Version() != 7 {
			t.Errorf("the id is %q", a.ID)
		}
		for _, other := range append(others, name) {
			found, err := h.Find(t.Context(), other)
			if err != nil || found != a {
				t.Errorf("%q: found %+v, %v", other, found, err)
			}
			if _, err := h.Add(t.Context(), identity.NewAccount{Name: other, Password: password}); !errors.Is(err, identity.ErrNameTaken) {
				t.Errorf("a second %q: %v", other, err)
			}
			if _, err := h.Login(t.Context(), other, password, home); err != nil {
				t.Errorf("%q cannot log in: %v", other, err)
			}
		}
	}
}

func TestNamesAndPasswordsHaveBounds(t *testing.T) {
	h := open(t)
	for what, c := range map[string]struct {
		name, password, field string
	}{
		"the shortest":                {"a", "12345678", ""},
		"the longest":                 {strings.Repeat("é", 64), strings.Repeat("x", 256), ""},
		"no name":                     {"", password, "name"},
		"a long name":                 {strings.Repeat("a", 65), password, "name"},
		"an endless name":             {strings.Repeat("a", 1<<20), password, "name"},
		"a space before":              {" ada", password, "name"},
		"a space behind":              {"ada ", password, "name"},
		"a line break":                {"a\nb", password, "name"},
		"a NUL":                       {"a\x00b", password, "name"},
		"an invisible character":      {"ad\u200ba", password, "name"},
		"text that runs backwards":    {"\u202eada", password, "name"},
		"bytes that are no text":      {"\xff\xfe", password, "name"},
		"a short password":            {"b", "1234567", "password"},
		"few characters, many bytes":  {"b", "ééééééé", "password"},
		"a long password":             {"b", strings.Repeat("x", 257), "password"},
		"the name as password":        {"Robert Smith", "robert smith", "password"},
		"a plan that there is not":    {"c", password, "plan"},
		"no password":                 {"b", "", "password"},
		"a tab, which is not printed": {"a\tb", password, "name"},
	} {
		t.Run(what, func(t *testing.T) {
			n := identity.NewAccount{Name: c.name, Password: c.password}
			if c.field == "plan" {
				n.Plan = "golden"
			}
			_, err := h.Add(t.Context(), n)
			if c.field == "" {
				must(t, err)
				return
			}
			invalid(t, err, c.field)
			if c.password != "" && strings.Contains(err.Error(), c.password) || strings.Contains(err.Error(), "golden") {
				t.Error("the error shows the value")
			}
		})
	}
}

func TestOfTwentyWhoWantANameOneGetsIt(t *testing.T) {
	h := open(t)
	var got, taken atomic.Int32
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			name := "Ada"
			if i%2 == 1 {
				name = "ADA"
			}
			_, err := h.Add(t.Context(), identity.NewAccount{Name: name, Password: password})
			switch {
			case err == nil:
				got.Add(1)
			case errors.Is(err, identity.ErrNameTaken):
				taken.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got.Load() != 1 || taken.Load() != 19 {
		t.Errorf("%d got it, %d were told that it is taken", got.Load(), taken.Load())
	}
	if all, err := h.List(t.Context()); err != nil || len(all) != 1 {
		t.Errorf("there are %d, %v", len(all), err)
	}
}

func TestTheListIsInTheOrderOfMaking(t *testing.T) {
	h := open(t)
	if all, err := h.List(t.Context()); err != nil || all == nil || len(all) != 0 {
		t.Errorf("at first: %v, %v", all, err)
	}
	for _, name := range []string{"c", "a", "b"} {
		h.add(t, name)
	}
	all, err := h.List(t.Context())
	must(t, err)
	var names []string
	for _, a := range all {
		names = append(names, a.Name)
		if a.Plan != "enterprise" || a.Admin || a.Disabled || a.Created.IsZero() {
			t.Errorf("%+v", a)
		}
	}
	if fmt.Sprint(names) != "[c a b]" {
		t.Errorf("got %v", names)
	}
}

func TestWhatIsChangedStaysChanged(t *testing.T) {
	h := open(t)
	a := h.addAs(t, identity.NewAccount{Name: "ada", Password: password, Plan: "free"})
	h.addAs(t, identity.NewAccount{Name: "root", Password: password, Admin: true})
	h.pass(time.Minute)
	must(t, h.SetPlan(t.Context(), a.ID, "pro"))
	must(t, h.SetAdmin(t.Context(), a.ID, true))
	must(t, h.SetDisabled(t.Context(), a.ID, true))
	h.restart(t)
	got, err := h.Account(t.Context(), a.ID)
	must(t, err)
	if got.Plan != "pro" || !got.Admin || !got.Disabled || !got.Updated.After(a.Updated) || got.Created != a.Created {
		t.Errorf("got %+v", got)
	}
	updated := got.Updated
	h.pass(time.Minute)
	must(t, h.SetDisabled(t.Context(), a.ID, true)) // nothing to change
	if got, _ = h.Account(t.Context(), a.ID); got.Updated != updated {
		t.Error("no change is an update")
	}
	invalid(t, h.SetPlan(t.Context(), a.ID, "golden"), "plan")
	invalid(t, h.SetPassword(t.Context(), a.ID, "short"), "password")
}

func TestAChangeIsMadeWhollyOrNotAtAll(t *testing.T) {
	h := open(t)
	root := h.addAs(t, identity.NewAccount{Name: "root", Password: password, Admin: true})
	session := h.login(t, "root")
	free, golden, other, short, yes, no := "free", "golden", "another password", "short", true, false
	for what, c := range map[string]struct {
		change identity.Change
		err    error
	}{
		"the last admin": {identity.Change{Plan: &free, Password: &other, Admin: &no}, identity.ErrLastAdmin},
		"disabled":       {identity.Change{Plan: &free, Password: &other, Disabled: &yes}, identity.ErrLastAdmin},
		"a plan":         {identity.Change{Plan: &golden, Password: &other}, nil},
		"a password":     {identity.Change{Plan: &free, Password: &short}, nil},
	} {
		_, err := h.Change(t.Context(), root.ID, c.change)
		if err == nil || c.err != nil && !errors.Is(err, c.err) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if got, err := h.Account(t.Context(), root.ID); err != nil || got != root {
		t.Errorf("it has become %+v, %v", got, err)
	}
	h.wantValid(t, session.Token, "the session")
	h.login(t, "root")
	h.addAs(t, identity.NewAccount{Name: "second", Password: password, Admin: true})
	h.pass(time.Minute)
	got, err := h.Change(t.Context(), root.ID, identity.Change{Plan: &free, Password: &other, Admin: &no})
	if stored, _ := h.Account(t.Context(), root.ID); err != nil || got != stored || got.Plan != "free" || got.Admin {
		t.Errorf("it has become %+v, %v", got, err)
	}
	h.wantRefused(t, session.Token, "the session")
}

func TestAnAccountThatThereIsNotCannotBeChanged(t *testing.T) {
	h := open(t)
	for _, id := range []string{"", "nobody", "a\x00b", strings.Repeat("x", 1000)} {
		_, err := h.Account(t.Context(), id)
		want(t, err, identity.ErrNotFound)
		_, err = h.Find(t.Context(), id)
		want(t, err, identity.ErrNotFound)
		want(t, h.SetPassword(t.Context(), id, password), identity.ErrNotFound)
		want(t, h.SetDisabled(t.Context(), id, true), identity.ErrNotFound)
		want(t, h.SetPlan(t.Context(), id, "pro"), identity.ErrNotFound)
		want(t, h.SetAdmin(t.Context(), id, true), identity.ErrNotFound)
		want(t, h.Remove(t.Context(), id), identity.ErrNotFound)
		_, _, err = h.CreateKey(t.Context(), id, identity.NewKey{Scopes: identity.Read})
		want(t, err, identity.ErrNotFound)
	}
}

func TestTheLastAdminStays(t *testing.T) {
	h := open(t)
	h.add(t, "ada")
	root := h.addAs(t, identity.NewAccount{Name: "root", Password: password, Admin: true})
	off := h.addAs(t, identity.NewAccount{Name: "off", Password: password, Admin: true})
	must(t, h.SetDisabled(t.Context(), off.ID, true))
	want(t, h.SetDisabled(t.Context(), root.ID, true), identity.ErrLastAdmin)
	want(t, h.SetAdmin(t.Context(), root.ID, false), identity.ErrLastAdmin)
	want(t, h.Remove(t.Context(), root.ID), identity.ErrLastAdmin)
	must(t, h.Remove(t.Context(), off.ID)) // is not the last one that is enabled
	second := h.addAs(t, identity.NewAccount{Name: "second", Password: password, Admin: true})
	must(t, h.SetAdmin(t.Context(), root.ID, false))
	want(t, h.Remove(t.Context(), second.ID), identity.ErrLastAdmin)
}

func TestAdminsWhoLeaveAtOnceLeaveOne(t *testing.T) {
	h := open(t)
	leave := []func(context.Context, string) error{
		h.Remove,
		func(ctx context.Context, id string) error { return h.SetAdmin(ctx, id, false) },
		func(ctx context.Context, id string) error { return h.SetDisabled(ctx, id, true) },
	}
	var ids []string
	for i := range 12 {
		ids = append(ids, h.addAs(t, identity.NewAccount{Name: fmt.Sprint("admin", i), Password: password, Admin: true}).ID)
	}
	var stayed atomic.Int32
	var wg sync.WaitGroup
	for i, id := range ids {
		wg.Go(func() {
			switch err := leave[i%len(leave)](t.Context(), id); {
			case errors.Is(err, identity.ErrLastAdmin):
				stayed.Add(1)
			case err != nil:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	all, err := h.List(t.Context())
	must(t, err)
	left := 0
	for _, a := range all {
		if a.Admin && !a.Disabled {
			left++
		}
	}
	if left != 1 || stayed.Load() != 1 {
		t.Errorf("%d are left, %d were told to stay", left, stayed.Load())
	}
}

func TestANameIsFreeWhenItsAccountIsRemoved(t *testing.T) {
	h := open(t)
	a := h.add(t, "Ada")
	session := h.login(t, "ada")
	must(t, h.Remove(t.Context(), a.ID))
	_, err := h.Find(t.Context(), "ada")
	want(t, err, identity.ErrNotFound)
	b := h.add(t, "ADA")
	if b.ID == a.ID {
		t.Error("the id is used again")
	}
	h.wantRefused(t, session.Token, "the token of somebody who had the name before")
}

func TestRemovingLeavesNoRecordOfTheAccount(t *testing.T) {
	h := open(t)
	a := h.add(t, "Ada")
	_, text := h.key(t, a.ID, identity.NewKey{})
	h.wantValid(t, text, "the key")
	must(t, h.Remove(t.Context(), a.ID))
	must(t, h.Erased(t.Context(), a.ID)) // by whoever erases what it owned
	h.close()
	db, err := store.Open(h.dir)
	must(t, err)
	defer db.Close()
	must(t, db.View(func(tx *store.Tx) error {
		for e := range tx.Scan(store.Scan{Keys: true}) {
			t.Errorf("left: %s", e.Key)
		}
		return nil
	}))
}

func TestTheFirstStartMakesAnAdmin(t *testing.T) {
	h := open(t)
	generated, made, err := h.EnsureAdmin(t.Context(), "")
	if err != nil || !made || len(generated) < 20 {
		t.Fatalf("made %v, %v", made, err)
	}
	s, err := h.Login(t.Context(), "admin", generated, home)
	if err != nil || !s.Account.Admin || s.Account.Plan != "enterprise" {
		t.Errorf("%+v, %v", s.Account, err)
	}
	for _, again := range []string{"", "another password"} {
		if generated, made, err := h.EnsureAdmin(t.Context(), again); generated != "" || made || err != nil {
			t.Errorf("again: %q, %v, %v", generated, made, err)
		}
	}
	if _, err := h.Login(t.Context(), "admin", "another password", elsewhere); !errors.Is(err, identity.ErrIncorrect) {
		t.Errorf("the password was changed: %v", err)
	}
}

func TestAPasswordForTheFirstAdminCanBeGiven(t *testing.T) {
	h := open(t)
	h.add(t, "ada") // by the command line, before the first start
	if _, _, err := h.EnsureAdmin(t.Context(), "short"); err == nil {
		t.Error("a bad password is accepted")
	}
	generated, made, err := h.EnsureAdmin(t.Context(), password)
	if generated != "" || !made || err != nil {
		t.Fatalf("%q, %v, %v", generated, made, err)
	}
	h.login(t, "admin")
}

func TestSomebodyCalledAdminIsNotPromoted(t *testing.T) {
	h := open(t)
	a := h.add(t, "Admin")
	if _, made, err := h.EnsureAdmin(t.Context(), ""); made || err != nil {
		t.Errorf("%v, %v", made, err)
	}
	if a, _ = h.Account(t.Context(), a.ID); a.Admin {
		t.Error("became an admin")
	}
}

func TestSettingsThatCannotBeAreRefused(t *testing.T) {
	db, err := store.Open(t.TempDir())
	must(t, err)
	defer db.Close()
	for what, conf := range map[string]identity.Config{
		"a default plan that there is not": {DefaultPlan: "golden"},
		"a token that outlives sessions":   {TokenLifetime: time.Hour, SessionLifetime: time.Minute},
		"a token that lives no second":     {TokenLifetime: time.Millisecond},
		"a negative lifetime":              {TokenLifetime: -time.Hour},
		"no memory to hash in":             {Hash: identity.Argon2{Time: 1, Threads: 1}},
		"all memory to hash in":            {Hash: identity.Argon2{Memory: 1 << 31, Time: 1, Threads: 1}},
		"no rounds":                        {Hash: identity.Argon2{Memory: 64, Threads: 1}},
	} {
		if s, err := identity.New(t.Context(), db, conf); err == nil {
			t.Errorf("%s is accepted", what)
			_ = s.Close()
		}
	}
}
