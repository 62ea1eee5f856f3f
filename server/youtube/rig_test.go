package youtube_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/filmloom/filmloom/plugins/youtube/youtubetest"
	"github.com/filmloom/filmloom/server/secrets"
	"github.com/filmloom/filmloom/server/store"
	"github.com/filmloom/filmloom/server/youtube"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	ada      = "0199-account-of-ada"
	bob      = "0199-account-of-bob"
	callback = "https://films.example.org/api/v1/youtube/callback"
)

// A log keeps what is logged.
type log struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// A clock is moved by hand.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// A rig is the service, with a real database and the vendor.
type rig struct {
	*youtube.Service
	t      *testing.T
	vendor *youtubetest.Server
	dir    string
	db     *store.DB
	keys   *secrets.Keys
	clock  *clock
	log    *log
	http   *http.Client

	mu     sync.Mutex
	pauses []time.Duration
	errors []string // what was ever said
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{
		t: t, vendor: youtubetest.New(t), dir: t.TempDir(), clock: &clock{at: time.Now()}, log: &log{},
		http: &http.Client{Transport: &http.Transport{}},
	}
	t.Cleanup(r.http.CloseIdleConnections)
	var err error
	if r.db, err = store.Open(r.dir); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.db.Close(); err != nil {
			t.Error(err)
		}
	})
	r.keys = keys(t, 1)
	r.Service = r.service(nil)
	t.Cleanup(r.nothingShown)
	return r
}

func keys(t *testing.T, b byte) *secrets.Keys {
	t.Helper()
	k, err := secrets.Open("", bytes.Repeat([]byte{b}, secrets.Size))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// service makes another service of the same database.
func (r *rig) service(edit func(*youtube.Config)) *youtube.Service {
	r.t.Helper()
	c := youtube.Config{
		DB: r.db, Keys: r.keys, ClientID: youtubetest.ClientID, ClientSecret: youtubetest.ClientSecret,
		AuthURL: r.vendor.AuthURL(), TokenURL: r.vendor.TokenURL(), UploadURL: r.vendor.UploadURL(),
		RedirectURL: func() string { return callback }, Now: r.clock.now, HTTP: r.http, Log: slog.New(slog.NewJSONHandler(r.log, nil)),
	}
	if edit != nil {
		edit(&c)
	}
	s, err := youtube.New(c)
	if err != nil {
		r.t.Fatal(err)
	}
	s.Hurry(func(d time.Duration) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.pauses = append(r.pauses, d)
	})
	return s
}

// begun begins, and lets the person decide. It gives what comes back.
func (r *rig) begun(account string, d youtubetest.Decision) youtube.Callback {
	r.t.Helper()
	address, err := r.Begin(r.t.Context(), account)
	if err != nil {
		r.t.Fatal(err)
	}
	back := r.vendor.Consent(address, d)
	if !strings.HasPrefix(back.String(), callback+"?") {
		r.t.Fatalf("the way back is %s", back)
	}
	q := back.Query()
	return youtube.Callback{Account: account, State: q.Get("state"), Code: q.Get("code"), Error: q.Get("error")}
}

// finish ends an attempt, and keeps the error's words.
func (r *rig) finish(c youtube.Callback) error {
	account, err := r.Finish(r.t.Context(), c)
	r.heard(err)
	if err == nil && account != c.Account {
		r.t.Errorf("connected %q", account)
	}
	return err
}

func (r *rig) heard(err error) {
	if err != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.errors = append(r.errors, err.Error())
	}
}

// connect connects an account.
func (r *rig) connect(account string, d youtubetest.Decision) {
	r.t.Helper()
	if err := r.finish(r.begun(account, d)); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) secret(account string) (string, error) {
	token, err := r.Secret(r.t.Context(), youtube.Reference(account))
	r.heard(err)
	return token, err
}

func (r *rig) connection(account string) youtube.Connection {
	r.t.Helper()
	c, err := r.Connection(account)
	if err != nil {
		r.t.Fatal(err)
	}
	return c
}

// works tells whether the vendor takes a token.
func (r *rig) works(token string) bool {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), http.MethodGet, r.vendor.URL+"/youtube/v3/channels?part=snippet&mine=true", http.NoBody)
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := r.http.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// nothingShown looks for secrets where none may be: in the log, in errors and, byte for byte, in the database.
func (r *rig) nothingShown() {
	r.mu.Lock()
	said := strings.Join(r.errors, "\n")
	r.mu.Unlock()
	stored := r.raw()
	for _, secret := range r.vendor.Secrets() {
		if strings.Contains(r.log.String(), secret) || strings.Contains(said, secret) {
			r.t.Errorf("a secret is in the log or an error:\n%s\n%s", r.log, said)
		}
		for _, form := range []string{secret, base64.StdEncoding.EncodeToString([]byte(secret))[:12]} {
			if bytes.Contains(stored, []byte(form)) {
				r.t.Errorf("%q is in the database", form)
			}
		}
	}
}

// raw is every byte of the database's files.
func (r *rig) raw() []byte {
	var all []byte
	err := filepath.WalkDir(r.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		raw, err := os.ReadFile(path)
		const block = 4096
		for len(raw) >= block && bytes.Equal(raw[len(raw)-block:], make([]byte, block)) { // which is kept for later
			raw = raw[:len(raw)-block]
		}
		all = append(all, raw...)
		return err
	})
	if err != nil {
		r.t.Error(err)
	}
	return all
}

// cancelled is a context that has ended.
func cancelled() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}
