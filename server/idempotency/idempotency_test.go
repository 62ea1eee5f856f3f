package idempotency_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server/idempotency"
	"github.com/filmloom/filmloom/server/store"
)

// A desk is a book over a real database, with a clock that a test moves.
type desk struct {
	*idempotency.Book
	config idempotency.Config
	db     *store.DB
	dir    string
	now    time.Time
}

func setUp(t testing.TB) *desk {
	t.Helper()
	d := &desk{dir: t.TempDir(), now: time.Now()}
	d.open(t)
	t.Cleanup(func() { d.close(t) })
	return d
}

func (d *desk) open(t testing.TB) {
	t.Helper()
	var err error
	if d.db, err = store.Open(d.dir); err != nil {
		t.Fatal(err)
	}
	d.config = idempotency.Config{DB: d.db, Largest: 1000, Now: func() time.Time { return d.now }}
	if d.Book, err = idempotency.New(d.config); err != nil {
		t.Fatal(err)
	}
}

func (d *desk) close(t testing.TB) {
	t.Helper()
	if err := d.db.Close(); err != nil {
		t.Error(err)
	}
}

func request(key, body string) idempotency.Request {
	return idempotency.Request{Account: "ann", Route: "POST /v1/video", Key: key, Body: []byte(body)}
}

// first begins a request that must go on.
func (d *desk) first(t testing.TB, r idempotency.Request) *idempotency.Claim {
	t.Helper()
	c, answer, err := d.Begin(t.Context(), r)
	if c == nil || answer != nil || err != nil {
		t.Fatalf("not the first request: %v, %v", answer, err)
	}
	return c
}

// again begins a request that must not go on. Of the body and the error one is what was expected.
func (d *desk) again(t testing.TB, r idempotency.Request, body string, want error) *idempotency.Answer {
	t.Helper()
	c, answer, err := d.Begin(t.Context(), r)
	if c != nil || !errors.Is(err, want) || (answer == nil) != (want != nil) || answer != nil && string(answer.Body) != body {
		t.Fatalf("goes on: %v; answer %v, %v; want %q, %v", c != nil, answer, err, body, want)
	}
	return answer
}

func finish(t testing.TB, c *idempotency.Claim, status int, body string) {
	t.Helper()
	if err := c.Finish(t.Context(), idempotency.Answer{Status: status, Body: []byte(body)}); err != nil {
		t.Fatal(err)
	}
}

func TestTheSameRequestGetsTheFirstAnswer(t *testing.T) {
	d := setUp(t)
	c := d.first(t, request("k", "a"))
	d.again(t, request("k", "a"), "", idempotency.ErrInFlight)
	d.again(t, request("k", "b"), "", idempotency.ErrOtherBody)
	finish(t, c, 200, "first")
	d.again(t, request("k", "a"), "first", nil)
	d.again(t, request("k", "b"), "", idempotency.ErrOtherBody)
	c.Abandon()
	finish(t, c, 200, "second")
	d.again(t, request("k", "a"), "first", nil)
}

func TestKeysAreOfAnAccountAndARoute(t *testing.T) {
	d := setUp(t)
	finish(t, d.first(t, request("k", "a")), 200, "first")
	for name, change := range map[string]func(*idempotency.Request){
		"account": func(r *idempotency.Request) { r.Account = "bob" },
		"route":   func(r *idempotency.Request) { r.Route = "POST /v1/images/{id}" },
		"method":  func(r *idempotency.Request) { r.Route = "PATCH /v1/video" },
		"key":     func(r *idempotency.Request) { r.Key = "K" },
		"parts":   func(r *idempotency.Request) { r.Account, r.Route = "ann\x00POST /v1/video", "" },
	} {
		r := request("k", "a")
		change(&r)
		c, _, err := d.Begin(t.Context(), r)
		if c == nil || err != nil {
			t.Errorf("another %s: %v", name, err)
			continue
		}
		c.Abandon()
	}
	r := request("k", "a")
	r.Target = "/v1/video?x=y"
	d.again(t, r, "", idempotency.ErrOtherBody)
	// What is in the target is not in the body.
	one, two := request("t", "bc"), request("t", "c")
	one.Target, two.Target = "a", "ab"
	finish(t, d.first(t, one), 200, "x")
	d.again(t, two, "", idempotency.ErrOtherBody)
}

func TestOnlySuccessIsKept(t *testing.T) {
	d := setUp(t)
	for _, status := range []int{400, 402, 404, 409, 422, 429, 500, 503, 304, 0} {
		finish(t, d.first(t, request("k", "a")), status, "no")
	}
	finish(t, d.first(t, request("k", "another")), 202, "yes")
	d.again(t, request("k", "another"), "yes", nil)
}

func TestAnAbandonedKeyIsFree(t *testing.T) {
	d := setUp(t)
	c := d.first(t, request("k", "a"))
	c.Abandon()
	c2 := d.first(t, request("k", "b"))
	c.Abandon() // not the other one's
	d.again(t, request("k", "b"), "", idempotency.ErrInFlight)
	c2.Abandon()
}

func TestAnAnswerIsForgottenAfterADay(t *testing.T) {
	d := setUp(t)
	finish(t, d.first(t, request("k", "a")), 200, "first")
	d.now = d.now.Add(24*time.Hour - time.Nanosecond)
	d.again(t, request("k", "a"), "first", nil)
	d.now = d.now.Add(time.Nanosecond)
	finish(t, d.first(t, request("k", "b")), 200, "second")
	d.again(t, request("k", "b"), "second", nil)
}

func TestTheDatabaseForgetsToo(t *testing.T) {
	d := setUp(t)
	d.now = d.now.Add(-25 * time.Hour)
	finish(t, d.first(t, request("k", "a")), 200, "first")
	_ = d.db.View(func(tx *store.Tx) error {
		for e := range tx.Scan(store.Scan{}) {
			t.Errorf("%s is still there", e.Key)
		}
		return nil
	})
}

func TestASecretAnswerIsNeverStored(t *testing.T) {
	d := setUp(t)
	c := d.first(t, request("k", "a"))
	c.Withhold()
	finish(t, c, 201, "whsec_secret")
	d.again(t, request("k", "a"), "", idempotency.ErrWithheld)
	d.again(t, request("k", "b"), "", idempotency.ErrOtherBody)

	c = d.first(t, request("k2", "a"))
	c.Withhold()
	if err := d.db.Update(t.Context(), func(tx *store.Tx) error {
		return c.Record(tx, idempotency.Answer{Status: 201, Body: []byte("whsec_secret")})
	}); err != nil {
		t.Fatal(err)
	}
	finish(t, c, 201, "whsec_secret")
	d.again(t, request("k2", "a"), "", idempotency.ErrWithheld)
	_ = d.db.View(func(tx *store.Tx) error {
		for e := range tx.Scan(store.Scan{}) {
			var v any
			if err := e.Decode(&v); err != nil || v.(map[string]any)["answer"] != nil {
				t.Errorf("stored %v, %v", v, err)
			}
		}
		return nil
	})
}

func TestALargeAnswerIsNotStoredAndNotGivenTwice(t *testing.T) {
	d := setUp(t)
	finish(t, d.first(t, request("fits", "a")), 200, strings.Repeat("x", 1000))
	d.again(t, request("fits", "a"), strings.Repeat("x", 1000), nil)
	finish(t, d.first(t, request("does not", "a")), 200, strings.Repeat("x", 1001))
	d.again(t, request("does not", "a"), "", idempotency.ErrWithheld)
	c := d.first(t, request("header", "a"))
	err := c.Finish(t.Context(), idempotency.Answer{Status: 200, Header: http.Header{"Location": {strings.Repeat("x", 1001)}}})
	if err != nil {
		t.Fatal(err)
	}
	d.again(t, request("header", "a"), "", idempotency.ErrWithheld)
}

func TestOnlyTheAnswersOwnHeadersAreKept(t *testing.T) {
	d := setUp(t)
	c := d.first(t, request("k", "a"))
	err := c.Finish(t.Context(), idempotency.Answer{Status: 201, Body: []byte("b"), Header: http.Header{
		"Content-Type": {"application/json"}, "Location": {"/x"}, "Set-Cookie": {"s=1"}, "X-Ratelimit-Remaining": {"3"}, "Authorization": {"Bearer x"}, "Link": {"<a>", "<b>"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	answer := d.again(t, request("k", "a"), "b", nil)
	w := httptest.NewRecorder()
	w.Header().Set("X-Ratelimit-Remaining", "2")
	if err := answer.Replay(w); err != nil {
		t.Fatal(err)
	}
	want := http.Header{
		"Content-Type": {"application/json"}, "Location": {"/x"}, "Link": {"<a>", "<b>"}, "X-Ratelimit-Remaining": {"2"},
		idempotency.Replayed: {"true"}, "Content-Length": {"1"},
	}
	if !reflect.DeepEqual(w.Header(), want) || w.Code != 201 || w.Body.String() != "b" {
		t.Errorf("replayed %d %v %q", w.Code, w.Header(), w.Body)
	}
}

func TestKeysAreBounded(t *testing.T) {
	d := setUp(t)
	for _, key := range []string{"", strings.Repeat("k", 256), "tab\t", "nul\x00", "é", "\x7f", "line\n"} {
		if c, _, err := d.Begin(t.Context(), request(key, "secret")); c != nil || !errors.Is(err, idempotency.ErrKey) {
			t.Errorf("%q: %v", key, err)
		}
	}
	for _, key := range []string{"k", " ", "~", `"quoted"`, strings.Repeat("k", 255), "a/b {c}"} {
		d.first(t, request(key, "")).Abandon()
	}
}

func TestAnswersSurviveARestartAndClaimsDoNot(t *testing.T) {
	d := setUp(t)
	finish(t, d.first(t, request("finished", "a")), 200, "one")
	recorded := d.first(t, request("recorded", "a"))
	if err := d.db.Update(t.Context(), func(tx *store.Tx) error {
		return recorded.Record(tx, idempotency.Answer{Status: 200, Body: []byte("two")})
	}); err != nil {
		t.Fatal(err)
	}
	d.first(t, request("in flight", "a"))
	d.close(t)
	d.open(t)
	d.again(t, request("finished", "a"), "one", nil)
	d.again(t, request("recorded", "a"), "two", nil)
	d.first(t, request("in flight", "a")).Abandon()
}

func TestARecordedAnswerStandsAndFallsWithItsTransaction(t *testing.T) {
	d := setUp(t)
	broken := errors.New("no credits")
	c := d.first(t, request("k", "a"))
	err := d.db.Update(t.Context(), func(tx *store.Tx) error {
		if err := c.Record(tx, idempotency.Answer{Status: 200, Body: []byte("never")}); err != nil {
			return err
		}
		return broken
	})
	if !errors.Is(err, broken) {
		t.Fatal(err)
	}
	finish(t, c, 402, "no credits")

	c = d.first(t, request("k", "a"))
	tries := 0
	if err := d.db.Update(t.Context(), func(tx *store.Tx) error {
		if tries++; tries == 1 { // somebody else changes what this one has read
			if _, err := tx.Has(store.K("x")); err != nil {
				return err
			}
			if err := d.db.Update(t.Context(), func(tx *store.Tx) error { return tx.Put(store.K("x"), 1) }); err != nil {
				return err
			}
		}
		return c.Record(tx, idempotency.Answer{Status: 200, Body: []byte{'0' + byte(tries)}})
	}); err != nil || tries != 2 {
		t.Fatalf("%d tries, %v", tries, err)
	}
	d.again(t, request("k", "a"), "2", nil) // at once: it has happened
	finish(t, c, 500, "the handler failed afterwards")
	d.again(t, request("k", "a"), "2", nil)
}

func TestAnAnswerIsKeptWhenTheClientIsGone(t *testing.T) {
	d := setUp(t)
	ctx, cancel := context.WithCancel(t.Context())
	c, _, err := d.Begin(ctx, request("k", "a"))
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := c.Finish(ctx, idempotency.Answer{Status: 200, Body: []byte("first")}); err != nil {
		t.Fatal(err)
	}
	d.again(t, request("k", "a"), "first", nil)
	if c, _, err := d.Begin(ctx, request("new", "a")); c != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("a request that is over begins: %v", err)
	}
}

func TestARequestWithoutAKeyNeedsNoCare(t *testing.T) {
	d := setUp(t)
	c := idempotency.From(t.Context())
	if c != nil {
		t.Fatal("a claim from nowhere")
	}
	c.Withhold()
	c.Abandon()
	finish(t, c, 200, "x")
	if err := d.db.Update(t.Context(), func(tx *store.Tx) error { return c.Record(tx, idempotency.Answer{Status: 200}) }); err != nil {
		t.Error(err)
	}
	w := httptest.NewRecorder()
	if err := c.Serve(w, httptest.NewRequest("POST", "/", nil), http.NotFoundHandler()); err != nil || w.Code != 404 {
		t.Errorf("%d, %v", w.Code, err)
	}
}

func TestAConfigurationThatCannotWorkIsRefused(t *testing.T) {
	for _, c := range []idempotency.Config{{}, {DB: &store.DB{}, Lifetime: -1}, {DB: &store.DB{}, Largest: -1}} {
		if b, err := idempotency.New(c); b != nil || err == nil {
			t.Errorf("%v: %v", c, err)
		}
	}
}
