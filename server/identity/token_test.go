package identity_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/filmloom/filmloom/server/identity"
)

// forge signs a token with the real key after its claims and header were changed.
func forge(t testing.TB, h *house, token string, method jwt.SigningMethod, with any, change func(header, claims map[string]any)) string {
	t.Helper()
	parsed, _, err := jwt.NewParser(jwt.WithJSONNumber()).ParseUnverified(token, jwt.MapClaims{})
	must(t, err)
	claims := parsed.Claims.(jwt.MapClaims)
	fresh := jwt.NewWithClaims(method, claims)
	fresh.Header["kid"] = parsed.Header["kid"]
	if change != nil {
		change(fresh.Header, claims)
	}
	if with == nil {
		_, secret := h.Signer()
		with = secret
	}
	text, err := fresh.SignedString(with)
	must(t, err)
	return text
}

func TestATokenSaysWhoAndForHowLong(t *testing.T) {
	h := open(t)
	a := h.add(t, "ada")
	s := h.login(t, "ada")
	token, _, err := jwt.NewParser().ParseUnverified(s.Token, jwt.MapClaims{})
	must(t, err)
	now := float64(h.now().Unix())
	claims := token.Claims.(jwt.MapClaims)
	for name, value := range map[string]any{
		"iss": "filmloom", "sub": a.ID, "iat": now, "exp": now + 30*60, "auth_time": now,
	} {
		if claims[name] != value {
			t.Errorf("%s is %v, want %v", name, claims[name], value)
		}
	}
	if id, _ := claims["jti"].(string); len(id) < 20 || claims["nbf"] == nil || claims["aud"] == nil {
		t.Errorf("the claims are %v", claims)
	}
	if kid, _ := h.Signer(); token.Header["kid"] != kid || token.Header["alg"] != "HS256" {
		t.Errorf("the header is %v", token.Header)
	}
	if raw, _ := json.Marshal(claims); strings.Contains(string(raw), "ada") {
		t.Error("the token has the name, which may change or be private")
	}
}

func TestATokenThatWasTamperedWithIsRefused(t *testing.T) {
	h := open(t)
	h.add(t, "ada")
	bob := h.add(t, "bob")
	token := h.login(t, "ada").Token
	set := func(name string, value any) func(map[string]any, map[string]any) {
		return func(_, claims map[string]any) { claims[name] = value }
	}
	drop := func(name string) func(map[string]any, map[string]any) {
		return func(_, claims map[string]any) { delete(claims, name) }
	}
	head := func(name string, value any) func(map[string]any, map[string]any) {
		return func(header, _ map[string]any) { header[name] = value }
	}
	hs := jwt.SigningMethodHS256
	// What the forger does works: the same token with nothing changed is accepted.
	h.wantValid(t, forge(t, h, token, hs, nil, nil), "a token that is signed again")

	at := func(d time.Duration) int64 { return h.now().Add(d).Unix() }
	_, secret := h.Signer()
	for what, text := range map[string]string{
		"no algorithm":                      forge(t, h, token, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, nil),
		"another algorithm, the same key":   forge(t, h, token, jwt.SigningMethodHS512, nil, nil),
		"another algorithm in the header":   forge(t, h, token, hs, nil, head("alg", "HS384")),
		"none in the header":                forge(t, h, token, hs, nil, head("alg", "none")),
		"another key":                       forge(t, h, token, hs, []byte(strings.Repeat("k", 32)), nil),
		"the key and something after it":    forge(t, h, token, hs, append(secret[:len(secret):len(secret)], 1), nil),
		"an empty key":                      forge(t, h, token, hs, []byte{}, nil),
		"a key id that there is not":        forge(t, h, token, hs, nil, head("kid", "other")),
		"an empty key id":                   forge(t, h, token, hs, nil, head("kid", "")),
		"a key id that is no text":          forge(t, h, token, hs, nil, head("kid", 1)),
		"no key id":                         forge(t, h, token, hs, nil, func(header, _ map[string]any) { delete(header, "kid") }),
		"another issuer":                    forge(t, h, token, hs, nil, set("iss", "other")),
		"no issuer":                         forge(t, h, token, hs, nil, drop("iss")),
		"another audience":                  forge(t, h, token, hs, nil, set("aud", []string{"other"})),
		"no audience":                       forge(t, h, token, hs, nil, drop("aud")),
		"nobody as subject":                 forge(t, h, token, hs, nil, set("sub", "nobody")),
		"no subject":                        forge(t, h, token, hs, nil, drop("sub")),
		"expired now":                       forge(t, h, token, hs, nil, set("exp", at(0))),
		"no expiry":                         forge(t, h, token, hs, nil, drop("exp")),
		"not valid yet":                     forge(t, h, token, hs, nil, set("nbf", at(time.Second))),
		"no beginning":                      forge(t, h, token, hs, nil, drop("nbf")),
		"issued in the future":              forge(t, h, token, hs, nil, set("iat", at(time.Minute))),
		"issued longer ago than tokens may": forge(t, h, token, hs, nil, set("iat", at(-30*time.Minute))),
		"no time of issue":                  forge(t, h, token, hs, nil, drop("iat")),
		"a login too long ago":              forge(t, h, token, hs, nil, set("auth_time", at(-7*24*time.Hour))),
		"no time of login":                  forge(t, h, token, hs, nil, drop("auth_time")),
		"no session":                        forge(t, h, token, hs, nil, drop("sid")),
		"another epoch":                     forge(t, h, token, hs, nil, set("epoch", 1)),
		"claims of wrong types":             forge(t, h, token, hs, nil, set("exp", "tomorrow")),
		"cut by one":                        token[:len(token)-1],
		"cut at the signature":              token[:strings.LastIndexByte(token, '.')+1],
		"without the signature":             token[:strings.LastIndexByte(token, '.')],
		"one character more":                token + "A",
		"padding":                           token + "=",
		"a part more":                       token + ".A",
		"a space":                           token + " ",
		"a line break":                      token + "\n",
		"a line break in the signature":     token[:len(token)-5] + "\r\n" + token[len(token)-5:],
		"twice":                             token + token,
		"empty":                             "",
		"dots":                              "..",
		"endless":                           strings.Repeat("a", 10<<20),
		"somebody else in the payload":      swapSubject(t, token, bob.ID),
		"the last character in another way": otherTail(token),
	} {
		if _, err := h.Authenticate(t.Context(), text, home); !errors.Is(err, identity.ErrCredentials) {
			t.Errorf("%s: authenticated, %v", what, err)
		}
		if _, err := h.Refresh(t.Context(), text); !errors.Is(err, identity.ErrCredentials) {
			t.Errorf("%s: refreshed, %v", what, err)
		}
		if err := h.Revoke(t.Context(), text); !errors.Is(err, identity.ErrCredentials) {
			t.Errorf("%s: revoked, %v", what, err)
		}
	}
	h.wantValid(t, token, "the token itself")
}

// swapSubject changes whose a token is and keeps the signature.
func swapSubject(t *testing.T, token, id string) string {
	t.Helper()
	parts := strings.Split(token, ".")
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	must(t, err)
	var claims map[string]any
	must(t, json.Unmarshal(raw, &claims))
	claims["sub"] = id
	raw, err = json.Marshal(claims)
	must(t, err)
	parts[1] = base64.RawURLEncoding.EncodeToString(raw)
	return strings.Join(parts, ".")
}

// otherTail writes the unused bits at the end of the signature in another way.
func otherTail(token string) string {
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := strings.IndexByte(digits, token[len(token)-1])
	return token[:len(token)-1] + string(digits[last^1])
}

func TestATokenOfAnotherDirectoryIsRefused(t *testing.T) {
	one, two := open(t), open(t)
	one.add(t, "ada")
	two.add(t, "ada")
	two.login(t, "ada")
	two.wantRefused(t, one.login(t, "ada").Token, "a token of another directory")
}

func TestATokenExpires(t *testing.T) {
	h := open(t)
	h.add(t, "ada")
	s := h.login(t, "ada")
	for range 2 {
		h.pass(15*time.Minute - time.Second)
		h.wantValid(t, s.Token, "a token before its end") // verified and remembered
	}
	h.pass(2 * time.Second)
	h.wantRefused(t, s.Token, "an expired token")
	_, err := h.Refresh(t.Context(), s.Token)
	want(t, err, identity.ErrCredentials)
}

func TestASessionCanBeRefreshedForSevenDays(t *testing.T) {
	h := open(t)
	h.add(t, "ada")
	first := h.login(t, "ada")
	s := first
	begun := h.now()
	for h.now().Sub(begun) < 8*24*time.Hour {
		h.pass(29 * time.Minute)
		next, err := h.Refresh(t.Context(), s.Token)
		if err != nil {
			break
		}
		if next.Expires.After(first.Ends) || !next.Ends.Equal(first.Ends) || next.Token == s.Token {
			t.Fatalf("got %+v", next)
		}
		h.wantValid(t, s.Token, "the token that was refreshed")
		h.wantValid(t, next.Token, "the refreshed token")
		s = next
	}
	if lasted := h.now().Sub(begun); lasted < 7*24*time.Hour || lasted > 7*24*time.Hour+30*time.Minute {
		t.Errorf("lasted %v", lasted)
	}
	h.wantRefused(t, s.Token, "the last token")
}

func TestAChangeEndsAllSessionsAtOnce(t *testing.T) {
	for what, c := range map[string]struct {
		change func(*house, context.Context, string) error
		undo   func(*house, context.Context, string) error
	}{
		"a new password": {change: func(h *house, ctx context.Context, id string) error { return h.SetPassword(ctx, id, password) }},
		"disabling": {
			func(h *house, ctx context.Context, id string) error { return h.SetDisabled(ctx, id, true) },
			func(h *house, ctx context.Context, id string) error { return h.SetDisabled(ctx, id, false) },
		},
		"removing": {change: func(h *house, ctx context.Context, id string) error { return h.Remove(ctx, id) }},
	} {
		t.Run(what, func(t *testing.T) {
			h := open(t)
			a := h.add(t, "ada")
			h.add(t, "bob")
			one, two, others := h.login(t, "ada"), h.login(t, "ada"), h.login(t, "bob")
			h.wantValid(t, one.Token, "a session before") // and remembered
			must(t, c.change(h, t.Context(), a.ID))
			for range 2 {
				h.wantRefused(t, one.Token, "a token that was used before")
				h.wantRefused(t, two.Token, "a token that was not used before")
				_, err := h.Refresh(t.Context(), one.Token)
				want(t, err, identity.ErrCredentials)
				h.wantValid(t, others.Token, "somebody else's session")
				h.restart(t)
			}
			if c.undo != nil {
				must(t, c.undo(h, t.Context(), a.ID))
				h.wantRefused(t, one.Token, "an old token after the change was undone")
				h.wantValid(t, h.login(t, "ada").Token, "a new session")
			}
		})
	}
}

func TestALogoutEndsTheSessionAndNoOther(t *testing.T) {
	h := open(t)
	h.add(t, "ada")
	phone, laptop := h.login(t, "ada"), h.login(t, "ada")
	refreshed, err := h.Refresh(t.Context(), laptop.Token)
	must(t, err)
	h.wantValid(t, laptop.Token, "the session before")
	must(t, h.Revoke(t.Context(), refreshed.Token))
	for range 2 {
		h.wantRefused(t, refreshed.Token, "the token of the logout")
		h.wantRefused(t, laptop.Token, "an earlier token of the session")
		_, err = h.Refresh(t.Context(), laptop.Token)
		want(t, err, identity.ErrCredentials)
		want(t, h.Revoke(t.Context(), laptop.Token), identity.ErrCredentials)
		h.wantValid(t, phone.Token, "another session")
		h.restart(t)
	}
}

func TestAdministeringEndsWithoutANewLogin(t *testing.T) {
	h := open(t)
	h.addAs(t, identity.NewAccount{Name: "root", Password: password, Admin: true})
	a := h.addAs(t, identity.NewAccount{Name: "ada", Password: password, Admin: true})
	s := h.login(t, "ada")
	_, text := h.key(t, a.ID, identity.NewKey{Scopes: identity.Read | identity.Admin})
	for _, c := range []struct {
		admin        bool
		session, key identity.Scopes
	}{
		{true, identity.Read | identity.Write | identity.Admin, identity.Read | identity.Admin},
		{false, identity.Read | identity.Write, identity.Read},
		{true, identity.Read | identity.Write | identity.Admin, identity.Read | identity.Admin},
	} {
		must(t, h.SetAdmin(t.Context(), a.ID, c.admin))
		for credential, scopes := range map[string]identity.Scopes{s.Token: c.session, text: c.key} {
			who, err := h.Authenticate(t.Context(), credential, home)
			if err != nil || who.Scopes != scopes || who.Account.Admin != c.admin {
				t.Errorf("admin %v: has %v, %v", c.admin, who.Scopes, err)
			}
		}
	}
	must(t, h.SetPlan(t.Context(), a.ID, "free"))
	if who, err := h.Authenticate(t.Context(), s.Token, home); err != nil || who.Account.Plan != "free" {
		t.Errorf("the plan is %q, %v", who.Account.Plan, err)
	}
}

// After a change has returned, nobody gets in by what a request had read before it.
func TestNoRequestRemembersWhatAChangeHasEnded(t *testing.T) {
	h := open(t)
	a := h.add(t, "ada")
	for range 50 {
		s := h.login(t, "ada")
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for range 20 {
					_, _ = h.Authenticate(t.Context(), s.Token, home)
				}
			})
		}
		must(t, h.SetPassword(t.Context(), a.ID, password))
		wg.Wait()
		h.wantRefused(t, s.Token, "the token after the change")
	}
}

func TestWhatIsRememberedIsBounded(t *testing.T) {
	h := open(t)
	a := h.add(t, "ada")
	s := h.login(t, "ada")
	for range 2*identity.Remembers + 100 {
		var err error
		if s, err = h.Refresh(t.Context(), s.Token); err != nil {
			t.Fatal(err)
		}
		h.wantValid(t, s.Token, "a token")
	}
	if n := h.Remembered(); n > 2*identity.Remembers || n < identity.Remembers {
		t.Errorf("%d are remembered", n)
	}
	must(t, h.SetPassword(t.Context(), a.ID, password))
	if n := h.Remembered(); n != 0 {
		t.Errorf("%d are remembered after a change", n)
	}
	for range 100 {
		h.wantRefused(t, s.Token+"x", "nonsense")
	}
	if n := h.Remembered(); n != 0 {
		t.Errorf("%d refused ones are remembered", n)
	}
}
