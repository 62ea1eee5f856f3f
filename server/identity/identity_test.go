package identity_test

import (
	"errors"
	"net/netip"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// quick hashes take little, so that tests do.
var quick = identity.Argon2{Memory: 64, Time: 1, Threads: 1}

const password = "correct horse battery staple"

var home, elsewhere = netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("198.51.100.7")

// A clock stands still until it is told.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func newClock() *clock { return &clock{t: time.Now().Truncate(time.Second)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// A house is a service on a directory, with a clock.
type house struct {
	*identity.Service
	*clock
	dir   string
	conf  identity.Config
	close func()
}

func open(t testing.TB) *house {
	t.Helper()
	h := &house{clock: newClock(), dir: t.TempDir()}
	h.conf = identity.Config{Hash: quick, Now: h.now}
	h.open(t)
	t.Cleanup(func() { h.close() })
	return h
}

func (h *house) open(t testing.TB) {
	t.Helper()
	db, err := store.Open(h.dir)
	if err != nil {
		t.Fatal(err)
	}
	if h.Service, err = identity.New(t.Context(), db, h.conf); err != nil {
		_ = db.Close()
		t.Fatal(err)
	}
	service := h.Service
	h.close = sync.OnceFunc(func() {
		if err := errors.Join(service.Close(), db.Close()); err != nil {
			t.Error(err)
		}
	})
}

// restart closes everything and opens it again.
func (h *house) restart(t testing.TB) {
	t.Helper()
	h.close()
	h.open(t)
}

func (h *house) add(t testing.TB, name string) identity.Account {
	t.Helper()
	return h.addAs(t, identity.NewAccount{Name: name, Password: password})
}

func (h *house) addAs(t testing.TB, n identity.NewAccount) identity.Account {
	t.Helper()
	a, err := h.Add(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (h *house) login(t testing.TB, name string) identity.Session {
	t.Helper()
	s, err := h.Login(t.Context(), name, password, home)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (h *house) key(t testing.TB, account string, n identity.NewKey) (identity.Key, string) {
	t.Helper()
	if n.Scopes == 0 {
		n.Scopes = identity.Read | identity.Write
	}
	k, text, err := h.CreateKey(t.Context(), account, n)
	if err != nil {
		t.Fatal(err)
	}
	return k, text
}

// valid says whether a credential is accepted, and fails the test for an error that is not about it.
func (h *house) valid(t testing.TB, credential string) bool {
	t.Helper()
	_, err := h.Authenticate(t.Context(), credential, home)
	if err != nil && !errors.Is(err, identity.ErrCredentials) {
		t.Errorf("got %v", err)
	}
	return err == nil
}

func (h *house) wantValid(t testing.TB, credential, what string) {
	t.Helper()
	if !h.valid(t, credential) {
		t.Errorf("%s is refused", what)
	}
}

func (h *house) wantRefused(t testing.TB, credential, what string) {
	t.Helper()
	if h.valid(t, credential) {
		t.Errorf("%s is accepted", what)
	}
}

func want(t testing.TB, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Errorf("got the error %v, want %v", err, target)
	}
}

// invalid wants an InvalidError of a field.
func invalid(t testing.TB, err error, field string) {
	t.Helper()
	var e *identity.InvalidError
	if !errors.As(err, &e) || e.Field != field {
		t.Errorf("got the error %v, want one of the field %s", err, field)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
