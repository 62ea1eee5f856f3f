package identity_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/store"
)

func TestWhoKnowsThePasswordGetsASession(t *testing.T) {
	h := open(t)
	a := h.add(t, "ada")
	s := h.login(t, "Ada")
	if s.Account != a || !s.Expires.Equal(h.now().Add(30*time.Minute)) || !s.Ends.Equal(h.now().Add(7*24*time.Hour)) {
		t.Errorf("got %+v", s)
	}
	who, err := h.Authenticate(t.Context(), s.Token, home)
	if err != nil || who.Account != a || who.Scopes != identity.Read|identity.Write || who.Key != nil || !who.Expires.Equal(s.Expires) {
		t.Errorf("got %+v, %v", who, err)
	}
}

// What takes time is hashing, so hashings are counted: a clock would measure the machine.
func TestAllWhoAreRefusedGetTheSameErrorForTheSameWork(t *testing.T) {
	h := open(t)
	h.add(t, "ada")
	must(t, h.SetDisabled(t.Context(), h.add(t, "off").ID, true))
	for i, c := range []struct{ name, password string }{
		{"ada", "wrong password"},
		{"ada", ""},
		{"ada", strings.Repeat("x", 10_000)},
		{"nobody", password},
		{"nobody", ""},
		{"off", password},
		{"off", "wrong password"},
		{"", password},
		{strings.Repeat("x", 10_000), password},
		{"\xff", "\xff"},
		{"a\x00b", password},
	} {
		from := netip.AddrFrom4([4]byte{10, 0, 0, byte(i)})
		before := h.Hashings()
		_, err := h.Login(t.Context(), c.name, c.password, from)
		if err != identity.ErrIncorrect { //nolint:errorlint // it must not even be wrapped
			t.Errorf("%.20q: got %v", c.name, err)
		}
		if n := h.Hashings() - before; n != 1 {
			t.Errorf("%.20q: %d hashings", c.name, n)
		}
	}
}

func TestAHashIsMadeAnewWhenItsParametersChanged(t *testing.T) {
	h := open(t)
	a := h.add(t, "ada")
	old := storedHash(t, h, a.ID)
	h.conf.Hash = identity.Argon2{Memory: 128, Time: 2, Threads: 1}
	h.restart(t)
	session := h.login(t, "ada")
	h.wantValid(t, session.Token, "the session")
	if n := h.Hashings(); n != 2 {
		t.Errorf("%d hashings", n)
	}
	fresh := storedHash(t, h, a.ID)
	h.open(t)
	if fresh == old || !strings.Contains(fresh, "$m=128,t=2,p=1$") {
		t.Errorf("from %s to %s", old, fresh)
	}
	before := h.Hashings()
	h.login(t, "ada")
	if n := h.Hashings() - before; n != 1 {
		t.Errorf("%d hashings the next time", n)
	}
	h.wantValid(t, session.Token, "the session from before")
}

// storedHash closes the house.
func storedHash(t *testing.T, h *house, id string) (hash string) {
	t.Helper()
	h.close()
	db, err := store.Open(h.dir)
	must(t, err)
	defer db.Close()
	must(t, db.View(func(tx *store.Tx) error { return tx.Get(store.K("identity", "password", id), &hash) }))
	return hash
}

func TestADamagedHashIsNoWayIn(t *testing.T) {
	h := open(t)
	a := h.add(t, "ada")
	storedHash(t, h, a.ID)
	db, err := store.Open(h.dir)
	must(t, err)
	must(t, db.Update(t.Context(), func(tx *store.Tx) error {
		return tx.Put(store.K("identity", "password", a.ID), "$argon2id$v=19$m=4294967295,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	}))
	must(t, db.Close())
	h.open(t)
	if _, err := h.Login(t.Context(), "ada", password, home); err == nil || errors.Is(err, identity.ErrIncorrect) {
		t.Errorf("got %v", err)
	}
	must(t, h.SetPassword(t.Context(), a.ID, password))
	h.login(t, "ada")
}

func TestWhoGuessesWaitsLongerAndLonger(t *testing.T) {
	h := open(t)
	h.add(t, "ada")
	var last time.Duration
	tried := 0
	for range 30 {
		before := h.Hashings()
		_, err := h.Login(t.Context(), "ada", "wrong password", home)
		var throttled *identity.ThrottledError
		switch {
		case errors.As(err, &throttled):
			if h.Hashings() != before {
				t.Error("a refused login was hashed")
			}
			if throttled.RetryAfter%time.Second != 0 || throttled.RetryAfter < last {
				t.Errorf("waits %v after %v", throttled.RetryAfter, last)
			}
			last = throttled.RetryAfter
			h.pass(throttled.RetryAfter)
		case errors.Is(err, identity.ErrIncorrect):
			tried++
		default:
			t.Fatal(err)
		}
	}
	if tried < 10 || last < 5*time.Minute || last > 15*time.Minute {
		t.Errorf("%d were tried, the last wait was %v", tried, last)
	}
}

func TestTheRightPasswordIsRefusedToWhoHasGuessed(t *testing.T) {
	h := open(t)
	h.add(t, "ada")
	guess(t, h, "ada", home, 6)
	_, err := h.Login(t.Context(), "ADA", password, home)
	if !errors.As(err, new(*identity.ThrottledError)) {
		t.Errorf("got %v", err)
	}
	h.pass(time.Minute)
	h.login(t, "ada")
	guess(t, h, "ada", home, 5) // is counted from nothing again
	h.login(t, "ada")
}

// guess fails to log in, as often as told.
func guess(t *testing.T, h *house, name string, from netip.Addr, times int) {
	t.Helper()
	for range times {
		if _, err := h.Login(t.Context(), name, "wrong password", from); !errors.Is(err, identity.ErrIncorrect) {
			t.Fatal(err)
		}
	}
}

func TestAStormFromOneAddressKeepsNobodyOutAtAnother(t *testing.T) {
	h := open(t)
	h.Pause(func(d time.Duration) { t.Errorf("the owner waits %v", d) })
	h.add(t, "ada")
	var wg sync.WaitGroup
	var tried, throttled atomic.Int32
	for range 300 {
		wg.Go(func() {
			_, err := h.Login(t.Context(), "ada", "wrong password", home)
			switch {
			case errors.Is(err, identity.ErrIncorrect):
				tried.Add(1)
			case errors.As(err, new(*identity.ThrottledError)):
				throttled.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	// The clock stands: 6 fail, and another one may have had its turn at the same time as the last.
	if n := tried.Load(); n < 6 || n > 7 || tried.Load()+throttled.Load() != 300 {
		t.Errorf("%d were tried, %d refused", n, throttled.Load())
	}
	if _, err := h.Login(t.Context(), "ada", password, elsewhere); err != nil {
		t.Errorf("the owner elsewhere: %v", err)
	}
}

func TestPeopleWhoAreRightAllGetInAtOnce(t *testing.T) {
	h := open(t)
	h.add(t, "ada")
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() {
			if _, err := h.Login(t.Context(), "ada", password, home); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestAnAddressCannotGuessWithManyNames(t *testing.T) {
	h := open(t)
	h.add(t, "ada")
	h.add(t, "bob")
	h.login(t, "ada")
	for i := range 21 {
		guess(t, h, fmt.Sprint("name", i), home, 1)
	}
	_, err := h.Login(t.Context(), "bob", password, home)
	if !errors.As(err, new(*identity.ThrottledError)) {
		t.Errorf("one more name: %v", err)
	}
	h.login(t, "ada") // has been here before
	if _, err := h.Login(t.Context(), "bob", password, elsewhere); err != nil {
		t.Errorf("elsewhere: %v", err)
	}
}

func TestAnAccountOfOnesOwnDoesNotHelpToGuessOthers(t *testing.T) {
	h := open(t)
	h.add(t, "mallory")
	refused := false
	for i := range 30 {
		_, err := h.Login(t.Context(), fmt.Sprint("name", i), "wrong password", home)
		refused = refused || errors.As(err, new(*identity.ThrottledError))
		if _, err := h.Login(t.Context(), "mallory", password, home); err != nil && i < 20 {
			t.Fatal(err)
		}
	}
	if !refused {
		t.Error("30 names were tried")
	}
}

func TestGuessesFromManyAddressesSlowTheOwnerDownAndNoMore(t *testing.T) {
	h := open(t)
	h.add(t, "ada")
	h.login(t, "ada") // at home
	var slowest time.Duration
	h.Pause(func(d time.Duration) { slowest = max(slowest, d) })
	for i := range 100 {
		guess(t, h, "ada", netip.AddrFrom4([4]byte{10, 0, 1, byte(i)}), 1)
	}
	if slowest != 4*time.Second {
		t.Errorf("the guesses were slowed down by %v", slowest)
	}
	slowest = 0
	h.login(t, "ada")
	if slowest != 0 {
		t.Errorf("at home: waits %v", slowest)
	}
	if _, err := h.Login(t.Context(), "ada", password, elsewhere); err != nil || slowest == 0 {
		t.Errorf("elsewhere: %v, waits %v", err, slowest)
	}
}

func TestAHostsManyIPv6AddressesAreOne(t *testing.T) {
	h := open(t)
	h.add(t, "ada")
	for i := range 6 {
		guess(t, h, "ada", netip.MustParseAddr(fmt.Sprintf("2001:db8::%x", i)), 1)
	}
	_, err := h.Login(t.Context(), "ada", password, netip.MustParseAddr("2001:db8::ffff"))
	if !errors.As(err, new(*identity.ThrottledError)) {
		t.Errorf("in the same network: %v", err)
	}
	guess(t, h, "ada", netip.MustParseAddr("::ffff:192.0.2.1"), 6)
	_, err = h.Login(t.Context(), "ada", password, home)
	if !errors.As(err, new(*identity.ThrottledError)) {
		t.Errorf("an address in its other form: %v", err)
	}
}

func TestALoginEndsWithItsContext(t *testing.T) {
	h := open(t)
	h.add(t, "ada")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	before := h.Hashings()
	_, err := h.Login(ctx, "ada", password, home)
	want(t, err, context.Canceled)
	if h.Hashings() != before {
		t.Error("it was hashed nevertheless")
	}
}

func TestTheLogShowsNothingThatWasSubmitted(t *testing.T) {
	h := open(t)
	var log bytes.Buffer
	h.conf.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	h.restart(t)
	a := h.add(t, "ada")
	for range 8 {
		_, _ = h.Login(t.Context(), "ada", "secret-password", home)
		_, _ = h.Login(t.Context(), "secret-name", "secret-password", home)
	}
	h.wantRefused(t, "secret-token", "nonsense")
	if s := log.String(); strings.Contains(s, "secret") || !strings.Contains(s, a.ID) || !strings.Contains(s, "192.0.2.1") {
		t.Errorf("the log:\n%s", s)
	}
}

func TestAPasswordIsTheSameHoweverItIsTyped(t *testing.T) {
	h := open(t)
	h.addAs(t, identity.NewAccount{Name: "ada", Password: "caf\u00e9 crème"})
	if _, err := h.Login(t.Context(), "ada", "cafe\u0301 crème", home); err != nil {
		t.Error(err)
	}
	if _, err := h.Login(t.Context(), "ada", "cafe crème", home); !errors.Is(err, identity.ErrIncorrect) {
		t.Errorf("without the accent: %v", err)
	}
}
