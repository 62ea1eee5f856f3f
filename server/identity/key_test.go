package identity_test

import (
	"encoding/json"
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server/identity"
)

func TestAKeyIsItsAccountsWithItsScopes(t *testing.T) {
	h := open(t)
	a := h.add(t, "ada")
	k, text := h.key(t, a.ID, identity.NewKey{Name: "laptop", Scopes: identity.Read})
	if k.Prefix != text[:len(k.Prefix)] || !strings.HasPrefix(text, "flm_live_"+k.ID) || k.Name != "laptop" || k.Account != a.ID {
		t.Errorf("got %+v", k)
	}
	if !k.Expires.Equal(h.now().Add(90 * 24 * time.Hour)) {
		t.Errorf("expires %v", k.Expires)
	}
	for range 2 {
		who, err := h.Authenticate(t.Context(), text, home)
		if err != nil || who.Account != a || who.Scopes != identity.Read || who.Key == nil || who.Key.ID != k.ID || !who.Expires.Equal(k.Expires) {
			t.Errorf("got %+v, %v", who, err)
		}
	}
	_, err := h.Refresh(t.Context(), text)
	want(t, err, identity.ErrCredentials)
	want(t, h.Revoke(t.Context(), text), identity.ErrCredentials)
}

func TestNoKeyIsKeptAsItIs(t *testing.T) {
	h := open(t)
	a := h.add(t, "ada")
	_, text := h.key(t, a.ID, identity.NewKey{})
	h.wantValid(t, text, "the key")
	shown, err := h.Keys(t.Context(), a.ID)
	must(t, err)
	h.close()
	raw, err := json.Marshal(shown)
	must(t, err)
	secret := text[len("flm_live_")+12:]
	if strings.Contains(string(raw), secret) || strings.Contains(string(raw), "sum") {
		t.Errorf("shown: %s", raw)
	}
	files := 0
	must(t, filepath.WalkDir(h.dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		files++
		if strings.Contains(string(raw), secret) || strings.Contains(string(raw), password) {
			t.Errorf("%s has a secret", d.Name())
		}
		return err
	}))
	if files == 0 {
		t.Error("nothing was looked at")
	}
}

func TestAMistypedKeyIsToldFromAWrongOne(t *testing.T) {
	h := open(t)
	a := h.add(t, "ada")
	_, text := h.key(t, a.ID, identity.NewKey{})
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	for i := len("flm_"); i < len(text); i++ {
		for _, c := range []byte(digits + "_- .é") {
			if c == text[i] {
				continue
			}
			_, err := h.Authenticate(t.Context(), text[:i]+string(rune(c))+text[i+1:], home)
			if !errors.Is(err, identity.ErrMistyped) || !errors.Is(err, identity.ErrCredentials) {
				t.Fatalf("character %d as %q: %v", i, c, err)
			}
		}
		if i+1 < len(text) && text[i] != text[i+1] {
			if _, err := h.Authenticate(t.Context(), text[:i]+string(text[i+1])+string(text[i])+text[i+2:], home); !errors.Is(err, identity.ErrMistyped) {
				t.Fatalf("characters exchanged at %d: %v", i, err)
			}
		}
		if _, err := h.Authenticate(t.Context(), text[:i], home); !errors.Is(err, identity.ErrMistyped) {
			t.Fatalf("cut at %d: %v", i, err)
		}
	}
	// A key with a right checksum that was never made, and one of another secret.
	body := "flm_live_" + strings.Repeat("0", 44)
	_, err := h.Authenticate(t.Context(), body+identity.Checksum(body), home)
	if !errors.Is(err, identity.ErrCredentials) || errors.Is(err, identity.ErrMistyped) {
		t.Errorf("never made: %v", err)
	}
	body = text[:len("flm_live_")+12] + strings.Repeat("0", 32)
	h.wantRefused(t, body+identity.Checksum(body), "another secret")
}

func TestKeysAreTheirOwnersAlone(t *testing.T) {
	h := open(t)
	ada, bob := h.add(t, "ada"), h.add(t, "bob")
	k, text := h.key(t, ada.ID, identity.NewKey{Name: "ada's"})
	h.key(t, bob.ID, identity.NewKey{Name: "bob's"})
	for _, other := range []string{bob.ID, "", "nobody", strings.ToUpper(ada.ID)} {
		_, err := h.Key(t.Context(), other, k.ID)
		want(t, err, identity.ErrNotFound)
		want(t, h.RevokeKey(t.Context(), other, k.ID), identity.ErrNotFound)
		_, _, err = h.RotateKey(t.Context(), other, k.ID, 0)
		want(t, err, identity.ErrNotFound)
		keys, err := h.Keys(t.Context(), other)
		must(t, err)
		for _, found := range keys {
			if found.Name != "bob's" {
				t.Errorf("%q sees %q", other, found.Name)
			}
		}
	}
	h.wantValid(t, text, "ada's key")
	if got, err := h.Key(t.Context(), ada.ID, k.ID); err != nil || got.Name != "ada's" {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := h.FindKey(t.Context(), k.ID); err != nil || got.Account != ada.ID {
		t.Errorf("%+v, %v", got, err)
	}
	must(t, h.RevokeKey(t.Context(), ada.ID, k.ID))
	h.wantRefused(t, text, "a revoked key")
	want(t, h.RevokeKey(t.Context(), ada.ID, k.ID), identity.ErrNotFound)
	if keys, err := h.Keys(t.Context(), bob.ID); err != nil || len(keys) != 1 {
		t.Errorf("bob has %v, %v", keys, err)
	}
}

func TestAKeyIsBoundToItsAddresses(t *testing.T) {
	h := open(t)
	a := h.add(t, "ada")
	networks, err := identity.ParseCIDRs([]string{"192.0.2.128/24", "::ffff:198.51.100.7", "2001:db8::/32", " 10.0.0.1 "})
	must(t, err)
	k, text := h.key(t, a.ID, identity.NewKey{CIDRs: networks})
	if len(k.CIDRs) != 4 || k.CIDRs[0].String() != "192.0.2.0/24" || k.CIDRs[1].String() != "198.51.100.7/32" {
		t.Errorf("kept as %v", k.CIDRs)
	}
	for address, allowed := range map[string]bool{
		"192.0.2.1": true, "::ffff:192.0.2.1": true, "198.51.100.7": true, "10.0.0.1": true, "2001:db8:1::1": true,
		"2001:db8:1::1%eth0": true, "198.51.100.8": false, "10.0.0.2": false, "2001:db9::1": false, "192.0.3.1": false, "": false,
	} {
		from, _ := netip.ParseAddr(address)
		for range 2 { // also when it is remembered
			_, err := h.Authenticate(t.Context(), text, from)
			if allowed && err != nil || !allowed && !errors.Is(err, identity.ErrForbiddenAddress) {
				t.Errorf("%q: %v", address, err)
			}
		}
	}
	_, err = h.Authenticate(t.Context(), text[:len(text)-1]+"_", netip.Addr{})
	want(t, err, identity.ErrCredentials)
}

func TestWhatAKeyMayNotBeIsSaid(t *testing.T) {
	h := open(t)
	a := h.add(t, "ada")
	many := make([]netip.Prefix, identity.MaxCIDRs+1)
	for i := range many {
		many[i] = netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, 0, byte(i)}), 32)
	}
	for field, keys := range map[string][]identity.NewKey{
		"scopes":  {{}, {Scopes: identity.Admin}, {Scopes: identity.Read | identity.Admin}, {Scopes: 128}},
		"name":    {{Scopes: identity.Read, Name: " x"}, {Scopes: identity.Read, Name: "a\x1b[31m"}},
		"cidrs":   {{Scopes: identity.Read, CIDRs: many}, {Scopes: identity.Read, CIDRs: make([]netip.Prefix, 1)}},
		"expires": {{Scopes: identity.Read, Lifetime: time.Second}, {Scopes: identity.Read, Lifetime: -time.Hour}, {Scopes: identity.Read, Lifetime: 400 * 24 * time.Hour}},
	} {
		for _, n := range keys {
			_, _, err := h.CreateKey(t.Context(), a.ID, n)
			invalid(t, err, field)
		}
	}
	for _, text := range []string{"", "x", "10.0.0.0/33", "10.0.0.0/", "fe80::1%eth0", "10.0.0.0/8,11.0.0.0/8"} {
		_, err := identity.ParseCIDRs([]string{text})
		invalid(t, err, "cidrs")
	}
	if _, err := identity.ParseScopes([]string{"read", "wirte"}); err == nil {
		t.Error("a misspelt scope is accepted")
	}
	k, _ := h.key(t, a.ID, identity.NewKey{})
	for _, grace := range []time.Duration{-1, identity.MaxGrace + 1} {
		_, _, err := h.RotateKey(t.Context(), a.ID, k.ID, grace)
		invalid(t, err, "grace")
	}
}

func TestAKeyExpiresAndWarnsBefore(t *testing.T) {
	h := open(t)
	a := h.add(t, "ada")
	k, text := h.key(t, a.ID, identity.NewKey{Lifetime: 20 * 24 * time.Hour})
	forever, always := h.key(t, a.ID, identity.NewKey{Forever: true})
	for _, c := range []struct {
		pass        time.Duration
		soon, valid bool
	}{
		{0, false, true},
		{6*24*time.Hour - time.Minute, false, true},
		{time.Minute, true, true},
		{14*24*time.Hour - time.Second, true, true},
		{time.Second, false, false},
	} {
		h.pass(c.pass)
		if got := k.ExpiresSoon(h.now()); got != c.soon {
			t.Errorf("%v before its end: expires soon %v", k.Expires.Sub(h.now()), got)
		}
		if got := h.valid(t, text); got != c.valid {
			t.Errorf("%v before its end: valid %v", k.Expires.Sub(h.now()), got)
		}
	}
	h.pass(20 * 365 * 24 * time.Hour)
	if !forever.Expires.IsZero() || forever.ExpiresSoon(h.now()) || !h.valid(t, always) {
		t.Errorf("a key that never expires: %+v", forever)
	}
}

func TestAKeyIsOfNoUseWhileItsAccountIsDisabled(t *testing.T) {
	h := open(t)
	a := h.add(t, "ada")
	_, text := h.key(t, a.ID, identity.NewKey{})
	h.wantValid(t, text, "the key")
	must(t, h.SetDisabled(t.Context(), a.ID, true))
	h.wantRefused(t, text, "the key of a disabled account")
	must(t, h.SetDisabled(t.Context(), a.ID, false))
	h.wantValid(t, text, "the key of an account that is enabled again")
	must(t, h.SetPassword(t.Context(), a.ID, "another password"))
	h.wantValid(t, text, "the key after a new password")
	must(t, h.Remove(t.Context(), a.ID))
	h.wantRefused(t, text, "the key of an account that is gone")
}

func TestAnAccountHasAHundredKeysAtMost(t *testing.T) {
	h := open(t)
	a := h.add(t, "ada")
	for range identity.MaxKeys - 5 {
		h.key(t, a.ID, identity.NewKey{})
	}
	var made, refused atomic.Int32
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			_, _, err := h.CreateKey(t.Context(), a.ID, identity.NewKey{Scopes: identity.Read})
			switch {
			case err == nil:
				made.Add(1)
			case errors.Is(err, identity.ErrTooManyKeys):
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if made.Load() != 5 || refused.Load() != 5 {
		t.Errorf("%d made, %d refused", made.Load(), refused.Load())
	}
	keys, err := h.Keys(t.Context(), a.ID)
	if err != nil || len(keys) != identity.MaxKeys {
		t.Errorf("%d keys, %v", len(keys), err)
	}
	must(t, h.RevokeKey(t.Context(), a.ID, keys[0].ID))
	h.key(t, a.ID, identity.NewKey{})
}

func TestAKeyThatIsMadeWhileItsAccountGoesGoesToo(t *testing.T) {
	h := open(t)
	for range 20 {
		a := h.add(t, "ada")
		var wg sync.WaitGroup
		var text string
		var made error
		wg.Go(func() { _, text, made = h.CreateKey(t.Context(), a.ID, identity.NewKey{Scopes: identity.Read}) })
		must(t, h.Remove(t.Context(), a.ID))
		wg.Wait()
		if made != nil {
			want(t, made, identity.ErrNotFound)
			continue
		}
		h.wantRefused(t, text, "the key of an account that is gone")
		id, err := identity.ParseKey(text)
		must(t, err)
		_, err = h.FindKey(t.Context(), id)
		want(t, err, identity.ErrNotFound)
	}
}

func TestScopesAreASet(t *testing.T) {
	s, err := identity.ParseScopes([]string{"write", "read", "write"})
	if err != nil || s.String() != "read, write" || !s.Has(identity.Read) || s.Has(identity.Read|identity.Admin) {
		t.Errorf("%v, %v", s, err)
	}
	raw, err := json.Marshal(s)
	if err != nil || string(raw) != `["read","write"]` {
		t.Errorf("%s, %v", raw, err)
	}
	var back identity.Scopes
	if err := json.Unmarshal(raw, &back); err != nil || back != s {
		t.Errorf("%v, %v", back, err)
	}
	for _, bad := range []string{`["x"]`, `"read"`, `7`} {
		if err := json.Unmarshal([]byte(bad), &back); err == nil {
			t.Errorf("%s is accepted", bad)
		}
	}
	if raw, _ := json.Marshal(identity.Scopes(0)); string(raw) != "[]" {
		t.Errorf("none: %s", raw)
	}
}

func TestAKeyIsNamedInThreeWays(t *testing.T) {
	h := open(t)
	k, text := h.key(t, h.add(t, "ada").ID, identity.NewKey{})
	for _, name := range []string{k.ID, k.Prefix, text, " " + text + "\n"} {
		if id := identity.KeyID(name); id != k.ID {
			t.Errorf("%q names %q", name, id)
		}
	}
	for name, want := range map[string]string{"": "", "flm_live_": "", "flm_live_abc": "abc", "flm_": "flm_"} {
		if id := identity.KeyID(name); id != want {
			t.Errorf("%q names %q", name, id)
		}
	}
}
