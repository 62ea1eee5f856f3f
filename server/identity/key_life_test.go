package identity_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server/identity"
)

func TestARotatedKeyWorksTwiceForAWhile(t *testing.T) {
	h := open(t)
	a := h.add(t, "ada")
	k, first := h.key(t, a.ID, identity.NewKey{Name: "ci"})
	h.wantValid(t, first, "the first secret")
	h.pass(80 * 24 * time.Hour)
	rotated, second, err := h.RotateKey(t.Context(), a.ID, k.ID, identity.DefaultGrace)
	must(t, err)
	if rotated.ID != k.ID || rotated.Name != "ci" || rotated.Prefix != k.Prefix || second == first {
		t.Errorf("got %+v", rotated)
	}
	if !rotated.Expires.Equal(h.now().Add(90*24*time.Hour)) || !rotated.OldUntil.Equal(h.now().Add(24*time.Hour)) || !rotated.Rotated.Equal(h.now()) {
		t.Errorf("got %+v", rotated)
	}
	who, err := h.Authenticate(t.Context(), first, home)
	if err != nil || !who.Expires.Equal(rotated.OldUntil) {
		t.Errorf("the first secret expires %v, %v", who.Expires, err)
	}
	h.restart(t)
	h.pass(24*time.Hour - time.Second)
	h.wantValid(t, first, "the first secret in its grace time")
	h.wantValid(t, second, "the second secret")
	h.pass(time.Second)
	h.wantRefused(t, first, "the first secret after its grace time")
	h.wantValid(t, second, "the second secret")
	if k, err := h.Key(t.Context(), a.ID, k.ID); err != nil || !k.OldUntil.IsZero() {
		t.Errorf("%+v, %v", k, err)
	}
}

func TestRotatingTwiceKeepsWhatIsInUse(t *testing.T) {
	h := open(t)
	a := h.add(t, "ada")
	k, first := h.key(t, a.ID, identity.NewKey{})
	_, second, err := h.RotateKey(t.Context(), a.ID, k.ID, time.Hour)
	must(t, err)
	_, third, err := h.RotateKey(t.Context(), a.ID, k.ID, 24*time.Hour)
	must(t, err)
	for _, text := range []string{first, second, third} {
		h.wantValid(t, text, "a secret in its grace time")
	}
	h.pass(2 * time.Hour)
	h.wantRefused(t, first, "the first secret, whose grace time was an hour")
	h.wantValid(t, second, "the second secret")
	_, fourth, err := h.RotateKey(t.Context(), a.ID, k.ID, 0) // it has leaked
	must(t, err)
	for _, text := range []string{first, second, third} {
		h.wantRefused(t, text, "a secret before a rotation without grace")
	}
	h.wantValid(t, fourth, "the newest secret")
}

func TestRotatingDoesNotLengthenAnOldSecretsLife(t *testing.T) {
	h := open(t)
	a := h.add(t, "ada")
	k, first := h.key(t, a.ID, identity.NewKey{Lifetime: time.Hour})
	h.pass(59 * time.Minute)
	_, second, err := h.RotateKey(t.Context(), a.ID, k.ID, 24*time.Hour)
	must(t, err)
	h.pass(2 * time.Minute)
	h.wantRefused(t, first, "an expired secret")
	h.wantValid(t, second, "the new one")
	h.pass(time.Hour)
	_, third, err := h.RotateKey(t.Context(), a.ID, k.ID, 24*time.Hour)
	must(t, err)
	h.wantRefused(t, second, "a secret that had expired before the rotation")
	h.wantValid(t, third, "the new one")
}

// lastUsed closes the house and opens it again, so that all that is to be written is.
func lastUsed(t *testing.T, h *house, k identity.Key) time.Time {
	t.Helper()
	h.restart(t)
	k, err := h.Key(t.Context(), k.Account, k.ID)
	must(t, err)
	return k.LastUsed
}

func TestTheLastUseIsWrittenOnceAMinute(t *testing.T) {
	h := open(t)
	a := h.add(t, "ada")
	k, text := h.key(t, a.ID, identity.NewKey{})
	if at := lastUsed(t, h, k); !at.IsZero() {
		t.Errorf("used %v before it was", at)
	}
	first := h.now()
	h.wantValid(t, text, "the key")
	h.pass(identity.UsedEvery - time.Second)
	h.wantValid(t, text, "the key")
	h.Forget() // as any change of an account does
	h.wantValid(t, text, "the key")
	if at := lastUsed(t, h, k); at.Before(first) || at.After(h.now()) { // the first of them, or the last if they came together
		t.Errorf("used %v, want %v", at, first)
	}
	h.wantValid(t, text, "the key")
	h.pass(identity.UsedEvery)
	h.wantValid(t, text, "the key")
	if at := lastUsed(t, h, k); !at.Equal(h.now()) {
		t.Errorf("used %v, want %v", at, h.now())
	}
	h.pass(time.Hour)
	_, err := h.Authenticate(t.Context(), text[:len(text)-1]+"_", home)
	want(t, err, identity.ErrCredentials)
	if at := lastUsed(t, h, k); at.Equal(h.now()) {
		t.Error("a refused key was used")
	}
}

func TestARefusedAddressIsNoUse(t *testing.T) {
	h := open(t)
	a := h.add(t, "ada")
	k, text := h.key(t, a.ID, identity.NewKey{CIDRs: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}})
	_, err := h.Authenticate(t.Context(), text, home)
	want(t, err, identity.ErrForbiddenAddress)
	if at := lastUsed(t, h, k); !at.IsZero() {
		t.Errorf("used %v", at)
	}
}

func TestAKeyThatIsRevokedWhileItIsUsedLeavesNothing(t *testing.T) {
	h := open(t)
	a := h.add(t, "ada")
	k, text := h.key(t, a.ID, identity.NewKey{})
	h.wantValid(t, text, "the key")
	must(t, h.RevokeKey(t.Context(), a.ID, k.ID))
	h.restart(t)
	_, err := h.FindKey(t.Context(), k.ID)
	want(t, err, identity.ErrNotFound)
}
