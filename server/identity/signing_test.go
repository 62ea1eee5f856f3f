package identity_test

import (
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/filmloom/filmloom/server/identity"
)

func TestSigningKeysAreReplacedAndOldTokensStayValid(t *testing.T) {
	h := open(t)
	h.add(t, "ada")
	h.login(t, "ada")
	first, _ := h.Signer()
	h.pass(identity.Rotation - time.Minute)
	old := h.login(t, "ada")
	if kid, _ := h.Signer(); kid != first {
		t.Error("replaced too early")
	}
	h.pass(2 * time.Minute)
	fresh, err := h.Refresh(t.Context(), old.Token)
	must(t, err)
	second, secret := h.Signer()
	if second == first || len(secret) != 32 {
		t.Fatal("not replaced")
	}
	for range 2 {
		h.wantValid(t, old.Token, "a token of the old key")
		h.wantValid(t, fresh.Token, "a token of the new key")
		h.restart(t)
		if kid, _ := h.Signer(); kid != second {
			t.Error("after a restart another key signs")
		}
	}
	// What the old key signs now, somebody who has stolen it has signed.
	h.pass(30 * time.Minute)
	h.wantRefused(t, old.Token, "an expired token")
	h.pass(identity.Rotation)
	h.login(t, "ada")
	if n := h.Signers(); n != 2 {
		t.Errorf("%d keys are kept", n)
	}
	h.restart(t)
	if n := h.Signers(); n != 2 {
		t.Errorf("%d keys are kept on disk", n)
	}
}

func TestAnOldSigningKeyVerifiesNothingNew(t *testing.T) {
	h := open(t)
	h.add(t, "ada")
	h.login(t, "ada")
	kid, secret := h.Signer()
	h.pass(identity.Rotation + time.Minute)
	token := forge(t, h, h.login(t, "ada").Token, jwt.SigningMethodHS256, secret, func(header, _ map[string]any) { header["kid"] = kid })
	h.wantValid(t, token, "a token of the old key, just after the rotation")
	h.pass(31 * time.Minute)
	token = forge(t, h, h.login(t, "ada").Token, jwt.SigningMethodHS256, secret, func(header, _ map[string]any) { header["kid"] = kid })
	h.wantRefused(t, token, "a token that the old key signs later")
}

func TestAKeyFromTheFutureIsReplaced(t *testing.T) {
	h := open(t)
	h.add(t, "ada")
	h.pass(50 * 365 * 24 * time.Hour)
	wrong := h.login(t, "ada")
	wrongID, _ := h.Signer()
	h.pass(-50 * 365 * 24 * time.Hour)
	h.wantRefused(t, wrong.Token, "a token from the future")
	right := h.login(t, "ada")
	if kid, _ := h.Signer(); kid == wrongID {
		t.Error("the key from the future would sign for 50 years")
	}
	h.restart(t)
	h.wantValid(t, right.Token, "a token of the key after it")
}

func TestSessionsOutliveARestartAndClocksThatAreSetBackALittle(t *testing.T) {
	h := open(t)
	h.add(t, "ada")
	s := h.login(t, "ada")
	h.restart(t)
	h.pass(-5 * time.Second)
	h.wantValid(t, s.Token, "the token")
}

func TestAShorterLifetimeCountsForTokensThatThereAre(t *testing.T) {
	h := open(t)
	h.add(t, "ada")
	s := h.login(t, "ada")
	h.conf.TokenLifetime = time.Minute
	h.restart(t)
	who, err := h.Authenticate(t.Context(), s.Token, home)
	if err != nil || !who.Expires.Equal(h.now().Add(time.Minute)) {
		t.Errorf("expires %v, %v", who.Expires, err)
	}
	h.pass(2 * time.Minute)
	h.wantRefused(t, s.Token, "the token after a minute")
}

func TestManyWhoLogInAtOnceMakeOneSigningKey(t *testing.T) {
	h := open(t)
	h.add(t, "ada")
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			s, err := h.Login(t.Context(), "ada", password, home)
			if err != nil {
				t.Error(err)
				return
			}
			h.wantValid(t, s.Token, "a session")
		})
	}
	wg.Wait()
	if n := h.Signers(); n != 1 {
		t.Errorf("%d keys", n)
	}
}
