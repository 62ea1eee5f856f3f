package identity_test

import (
	"errors"
	"strings"
	"testing"
	"unicode"

	"github.com/golang-jwt/jwt/v5"

	"github.com/filmloom/filmloom/server/identity"
)

func FuzzKey(f *testing.F) {
	h := open(f)
	a := h.add(f, "ada")
	_, text := h.key(f, a.ID, identity.NewKey{})
	for _, seed := range []string{text, text[:20], "flm_", "flm_live_", "", text + "0", strings.ToLower(text), "flm_test_" + text[9:]} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if id, err := identity.ParseKey(s); err == nil {
			body := s[:len(s)-6]
			if !strings.HasPrefix(s, "flm_live_"+id) || identity.Checksum(body) != s[len(s)-6:] {
				t.Errorf("%q has the id %q", s, id)
			}
		} else if !errors.Is(err, identity.ErrMistyped) {
			t.Errorf("%q: %v", s, err)
		}
		if _, err := h.Authenticate(t.Context(), s, home); err == nil && s != text || err != nil && !errors.Is(err, identity.ErrCredentials) {
			t.Errorf("%q: %v", s, err)
		}
	})
}

func FuzzToken(f *testing.F) {
	h := open(f)
	h.add(f, "ada")
	token := h.login(f, "ada").Token
	parts := strings.Split(token, ".")
	none := forge(f, h, token, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, nil)
	for _, seed := range []string{token, none, parts[0] + ".." + parts[2], parts[1], "a.b.c", "...", "", "eyJ9.e30.", token + "\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		_, err := h.Authenticate(t.Context(), s, home)
		if err == nil && s != token || err != nil && !errors.Is(err, identity.ErrCredentials) {
			t.Errorf("%q: %v", s, err)
		}
	})
}

func FuzzName(f *testing.F) {
	h := open(f)
	for _, seed := range []string{"ada", "Ada Lovelace", "ſtraße", "İ", "a\u0301", "ﬁ", "\xff", "映画", "\u1e9e", "ǰ", "ΐ"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		a, err := h.Add(t.Context(), identity.NewAccount{Name: name, Password: "a password that is no name"})
		if err != nil {
			if !errors.As(err, new(*identity.InvalidError)) && !errors.Is(err, identity.ErrNameTaken) {
				t.Errorf("%q: %v", name, err)
			}
			return
		}
		// Whatever is accepted is found as it was written, as it is kept and in capitals, once.
		others := []string{name, a.Name}
		if !strings.ContainsFunc(name, func(r rune) bool { return r > unicode.MaxASCII }) {
			others = append(others, strings.ToUpper(name), strings.ToLower(name)) // elsewhere these two are not inverse
		}
		for _, other := range others {
			if found, err := h.Find(t.Context(), other); err != nil || found.ID != a.ID {
				t.Errorf("%q is not found as %q: %v", name, other, err)
			}
		}
		if err := h.Remove(t.Context(), a.ID); err != nil {
			t.Error(err)
		}
	})
}
