package webhooks_test

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/filmloom/filmloom/server/store"
	"github.com/filmloom/filmloom/server/webhooks"
)

const account = "0199-account"

func TestMain(m *testing.M) {
	if os.Getenv(childDir) != "" {
		child()
	}
	goleak.VerifyTestMain(m)
}

// soon is how long a test waits for what must happen.
const soon = 20 * time.Second

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

func (c *clock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = t
}

// A rig is a service with a real database.
type rig struct {
	*webhooks.Service
	t        testing.TB
	db       *store.DB
	clock    *clock
	outcomes chan string
}

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

// newRig makes a service that may call this machine; it is not started.
func newRig(t testing.TB, edit func(*webhooks.Config)) *rig {
	t.Helper()
	db, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	r := &rig{t: t, db: db, clock: &clock{at: time.Now()}, outcomes: make(chan string, 100_000)}
	c := config(db)
	c.Now, c.Observe = r.clock.now, func(o string) { r.outcomes <- o }
	c.Resolver = deaf()
	if edit != nil {
		edit(&c)
	}
	if r.Service, err = webhooks.New(c); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		if err := r.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	return r
}

func config(db *store.DB) webhooks.Config {
	return webhooks.Config{DB: db, Seal: seal, Unseal: unseal, Allow: loopback}
}

// deaf is a resolver without a server.
func deaf() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, errors.New("there is no network in tests")
	}}
}

func started(t testing.TB, edit func(*webhooks.Config)) *rig {
	t.Helper()
	r := newRig(t, edit)
	r.start()
	return r
}

func (r *rig) start() {
	r.t.Helper()
	if err := r.Start(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
}

// register makes a webhook for all events.
func (r *rig) register(url string) webhooks.Registration {
	r.t.Helper()
	reg, _, err := r.Create(r.t.Context(), account, webhooks.Draft{URL: url, Events: webhooks.EventTypes(), Secret: "your_webhook_secret"})
	if err != nil {
		r.t.Fatal(err)
	}
	return reg
}

// publish publishes an event in a transaction of its own.
func (r *rig) publish(id string) {
	r.t.Helper()
	r.publishEvent(webhooks.Event{ID: id, Type: webhooks.JobCompleted, Time: r.clock.now(), Data: json.RawMessage(`{"job_id":"` + id + `"}`)})
}

func (r *rig) publishEvent(e webhooks.Event) {
	r.t.Helper()
	err := r.db.Update(r.t.Context(), func(tx *store.Tx) error { return r.Publish(tx, account, e) })
	if err != nil {
		r.t.Fatal(err)
	}
	r.Wake()
}

// await waits for tries, and wants these outcomes of them, in this order.
func (r *rig) await(want ...string) {
	r.t.Helper()
	for i, w := range want {
		select {
		case got := <-r.outcomes:
			if got != w {
				r.t.Fatalf("outcome %d is %q, want %q", i+1, got, w)
			}
		case <-time.After(soon):
			r.t.Fatalf("no outcome %d: want %q", i+1, w)
		}
	}
}

// jump moves the clock.
func (r *rig) jump(to time.Time) {
	r.clock.set(to)
	r.Wake()
}

// next moves the clock to when the only delivery is due again.
func (r *rig) next(webhook string) {
	r.t.Helper()
	r.jump(r.only(webhook).NextAt)
}

func (r *rig) list(webhook string) []webhooks.Delivery {
	r.t.Helper()
	list, _, err := r.Deliveries(r.t.Context(), account, webhook, webhooks.Page{Limit: 100})
	if err != nil {
		r.t.Fatal(err)
	}
	return list
}

// only is the webhook's only delivery.
func (r *rig) only(webhook string) webhooks.Delivery {
	r.t.Helper()
	list := r.list(webhook)
	if len(list) != 1 {
		r.t.Fatalf("there are %d deliveries", len(list))
	}
	return list[0]
}

func (r *rig) get(webhook string) webhooks.Registration {
	r.t.Helper()
	reg, err := r.Get(r.t.Context(), account, webhook)
	if err != nil {
		r.t.Fatal(err)
	}
	return reg
}

// A call is a request that a receiver got.
type call struct {
	header http.Header
	body   []byte
	path   string
}

// A receiver records what it gets.
type receiver struct {
	*httptest.Server
	calls       chan call
	connections atomic.Int32 // that it accepted, whether a request came over them or not
}

// receive starts a receiver. answer may be nil for 204.
func receive(t testing.TB, answer http.HandlerFunc) *receiver {
	t.Helper()
	r := &receiver{calls: make(chan call, 100_000)}
	r.Server = httptest.NewUnstartedServer(r.handler(answer))
	r.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			r.connections.Add(1)
		}
	}
	r.Start()
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) handler(answer http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		r.calls <- call{req.Header.Clone(), body, req.URL.Path}
		if answer == nil {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		answer(w, req)
	})
}

// newTLS starts a server of TLS; httptest's certificate is for example.com and 127.0.0.1.
func newTLS(t testing.TB, h http.Handler) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.EnableHTTP2 = true
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // of handshakes that are meant to fail
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

// get waits for a request.
func (r *receiver) get(t testing.TB) call {
	t.Helper()
	select {
	case c := <-r.calls:
		return c
	case <-time.After(soon):
		t.Fatal("the receiver got nothing")
		return call{}
	}
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

// seal is AES-GCM with a key of the tests.
func seal(plain []byte, aad string) ([]byte, error) {
	nonce := make([]byte, gcm().NonceSize())
	_, _ = rand.Read(nonce)
	return gcm().Seal(nonce, nonce, plain, []byte(aad)), nil
}

func unseal(sealed []byte, aad string) ([]byte, error) {
	n := gcm().NonceSize()
	if len(sealed) < n {
		return nil, errors.New("too short")
	}
	return gcm().Open(nil, sealed[:n], sealed[n:], []byte(aad))
}

func gcm() cipher.AEAD {
	key := sha256.Sum256([]byte("of tests"))
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic(err)
	}
	g, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return g
}
