package identity_test

import (
	"errors"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/store"
)

const day = 24 * time.Hour

func TestAKeyThatHasABoundEndsThere(t *testing.T) {
	for name, row := range map[string]struct {
		until    time.Duration // from now; 0 is no bound
		lifetime time.Duration
		forever  bool
		want     time.Duration // 0 is refused
	}{
		"the usual lifetime, without a bound":          {0, 0, false, 90 * day},
		"the usual lifetime, shortened":                {10 * day, 0, false, 10 * day},
		"the usual lifetime, to less than a minute":    {time.Second, 0, false, time.Second},
		"the usual lifetime, below the bound":          {91 * day, 0, false, 90 * day},
		"the usual lifetime, at the bound":             {90 * day, 0, false, 90 * day},
		"a lifetime below the bound":                   {10 * day, 5 * day, false, 5 * day},
		"a lifetime up to the bound":                   {10 * day, 10 * day, false, 10 * day},
		"a lifetime a little beyond":                   {10 * day, 10*day + time.Millisecond, false, 0},
		"the longest one, by one of a day":             {day, 366 * day, false, 0},
		"for ever, by one that ends":                   {366 * day, 0, true, 0},
		"by one that ends now":                         {time.Nanosecond, 0, false, 0},
		"by one that has ended, for longer than it is": {-day, time.Hour, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t)
			a := h.add(t, "ada")
			n := identity.NewKey{Scopes: identity.Read, Lifetime: row.lifetime, Forever: row.forever}
			if row.until != 0 {
				n.Until = h.now().Add(row.until).Truncate(time.Millisecond)
			}
			k, text, err := h.CreateKey(t.Context(), a.ID, n)
			if row.want == 0 {
				want(t, err, identity.ErrOutlives)
				if keys, err := h.Keys(t.Context(), a.ID); err != nil || len(keys) != 0 {
					t.Errorf("there are %v, %v", keys, err)
				}
				return
			}
			must(t, err)
			if got := k.Expires.Sub(k.Created); got != row.want {
				t.Fatalf("it works for %v", got)
			}
			h.pass(row.want - time.Millisecond)
			h.wantValid(t, text, "a key before its end")
			h.pass(time.Millisecond)
			h.wantRefused(t, text, "a key at its end")
		})
	}
}

// A rotation gives a lifetime anew, but to nobody more than they have themselves.
func TestARotationThatHasABoundEndsThere(t *testing.T) {
	for name, row := range map[string]struct {
		lifetime, passed time.Duration // of the key that is rotated; a lifetime of 0 is for ever
		until            time.Duration // from the rotation on; 0 is no bound
		want             time.Duration // from the rotation on; 0 is refused
	}{
		"without a bound":                     {10 * day, 9 * day, 0, 10 * day},
		"by one that lasts longer":            {10 * day, 9 * day, 20 * day, 10 * day},
		"by one that lasts a little":          {10 * day, 9 * day, 2 * day, 2 * day},
		"by itself":                           {10 * day, 9 * day, day, day},
		"by one that ends sooner":             {10 * day, 0, 9 * day, 0},
		"one for ever, by one that ends":      {0, 0, 366 * day, 0},
		"one that has expired, by one a day":  {10 * day, 11 * day, day, day},
		"one that has expired, by an expired": {10 * day, 11 * day, -time.Hour, 0},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t)
			a := h.add(t, "ada")
			k, first := h.key(t, a.ID, identity.NewKey{Scopes: identity.Read, Lifetime: row.lifetime, Forever: row.lifetime == 0})
			h.pass(row.passed)
			until := time.Time{}
			if row.until != 0 {
				until = h.now().Add(row.until)
			}
			got, second, err := h.RotateKeyUntil(t.Context(), a.ID, k.ID, 0, until)
			if row.want == 0 {
				want(t, err, identity.ErrOutlives)
				if left, err := h.Key(t.Context(), a.ID, k.ID); err != nil || !left.Rotated.IsZero() || !left.Expires.Equal(k.Expires) {
					t.Errorf("the key is %+v, %v", left, err)
				}
				return
			}
			must(t, err)
			h.wantRefused(t, first, "the secret from before")
			if ends := got.Expires.Sub(h.now()); ends != row.want {
				t.Errorf("it works for %v", ends)
			}
			h.pass(row.want - time.Millisecond)
			h.wantValid(t, second, "a key before its end")
			h.pass(time.Millisecond)
			h.wantRefused(t, second, "a key at its end")
		})
	}
}

// What a caller adds to the transaction is done if and only if the rest is.
func TestWhatIsDoneTogetherIsDoneOrNotDone(t *testing.T) {
	h := open(t)
	a := h.add(t, "ada")
	k, first := h.key(t, a.ID, identity.NewKey{Scopes: identity.Read})
	boom := errors.New("boom")
	seen := map[string]bool{}
	fail := func(_ *store.Tx, k identity.Key) error { seen[k.ID] = true; return boom }
	_, _, err := h.CreateKey(t.Context(), a.ID, identity.NewKey{Scopes: identity.Read}, fail)
	want(t, err, boom)
	_, _, err = h.RotateKey(t.Context(), a.ID, k.ID, 0, fail)
	want(t, err, boom)
	_, err = h.Add(t.Context(), identity.NewAccount{Name: "bob", Password: password},
		func(_ *store.Tx, b identity.Account) error { seen[b.Name] = true; return boom })
	want(t, err, boom)
	if len(seen) != 3 || !seen[k.ID] || !seen["bob"] {
		t.Errorf("they were told of %v", seen)
	}
	if keys, err := h.Keys(t.Context(), a.ID); err != nil || len(keys) != 1 {
		t.Errorf("the keys are %v, %v", keys, err)
	}
	h.wantValid(t, first, "a key that was not rotated")
	if _, err := h.Find(t.Context(), "bob"); !errors.Is(err, identity.ErrNotFound) {
		t.Errorf("bob is there: %v", err)
	}
}
