package limits_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/fx"
	"go.uber.org/fx/fxtest"
	"go.uber.org/goleak"

	"github.com/filmloom/filmloom/server/limits"
	"github.com/filmloom/filmloom/server/plans"
	"github.com/filmloom/filmloom/server/store"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(victim); dir != "" {
		takeUntilKilled(dir)
	}
	goleak.VerifyTestMain(m)
}

// A clock stands still until it is set.
type clock struct{ at atomic.Int64 } // Unix nanoseconds

func newClock(text string) *clock {
	c := &clock{}
	c.set(text)
	return c
}

func (c *clock) set(text string) {
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		panic(err)
	}
	c.at.Store(at.UnixNano())
}

func (c *clock) add(d time.Duration) { c.at.Add(int64(d)) }
func (c *clock) now() time.Time      { return time.Unix(0, c.at.Load()) }

func openDB(t testing.TB, dir string) *store.DB {
	t.Helper()
	db, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func open(t testing.TB, conf limits.Config) *limits.Limiter {
	t.Helper()
	if conf.Log == nil {
		conf.Log = slog.New(slog.DiscardHandler)
	}
	if conf.Every == 0 {
		conf.Every = time.Hour // a test that wants something written says so
	}
	l, err := limits.New(conf)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func take(t testing.TB, l *limits.Limiter, account string, limit plans.Rate) limits.Decision {
	t.Helper()
	d, err := l.Take(account, limit)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// show writes a decision in one line.
func show(d limits.Decision) string {
	h := http.Header{}
	d.Header(h)
	s := fmt.Sprintf("%v %s/%s until %s", d.Allowed, h.Get("X-RateLimit-Remaining"), h.Get("X-RateLimit-Limit"), d.Reset.Format(time.RFC3339))
	if at := fmt.Sprint(d.Reset.Unix()); h.Get("X-RateLimit-Reset") != at {
		s += " but says " + h.Get("X-RateLimit-Reset")
	}
	if r := h.Get("Retry-After"); r != "" {
		s += " retry " + r
	}
	return s
}

func TestTheAnswerDescribesTheTightestWindow(t *testing.T) {
	clk := newClock("2026-03-01T12:00:20.7Z")
	l := open(t, limits.Config{Now: clk.now})
	limit := plans.Rate{Minute: 3, Day: 5}
	for i, step := range []struct{ at, want string }{
		{"12:00:20.7", "true 2/3 until 2026-03-01T12:01:00Z"},
		{"12:00:20.7", "true 1/3 until 2026-03-01T12:01:00Z"},
		{"12:00:59.9", "true 0/3 until 2026-03-01T12:01:00Z"},
		{"12:00:59.9", "false 0/3 until 2026-03-01T12:01:00Z retry 1"},
		{"12:00:30", "false 0/3 until 2026-03-01T12:01:00Z retry 30"}, // and refusals were not counted
		{"12:01:00", "true 1/5 until 2026-03-02T00:00:00Z"},           // 2 of 3 in the minute, 1 of 5 in the day
		{"12:01:01", "true 0/5 until 2026-03-02T00:00:00Z"},
		{"12:01:02", "false 0/5 until 2026-03-02T00:00:00Z retry 43138"},
		{"23:59:59", "false 0/5 until 2026-03-02T00:00:00Z retry 1"},
	} {
		clk.set("2026-03-01T" + step.at + "Z")
		if got := show(take(t, l, "a", limit)); got != step.want {
			t.Errorf("request %d: got %s, want %s", i, got, step.want)
		}
	}
	clk.set("2026-03-02T00:00:00Z")
	if got, want := show(take(t, l, "a", limit)), "true 2/3 until 2026-03-02T00:01:00Z"; got != want {
		t.Errorf("the next day: got %s, want %s", got, want)
	}
	if got, want := show(take(t, l, "other", limit)), "true 2/3 until 2026-03-02T00:01:00Z"; got != want {
		t.Errorf("another account: got %s, want %s", got, want)
	}
}

func TestWithEqualSharesTheAnswerDescribesTheDay(t *testing.T) {
	l := open(t, limits.Config{Now: newClock("2026-03-01T12:00:00Z").now})
	for want, limit := range map[string]plans.Rate{
		"true 9/10 until 2026-03-02T00:00:00Z":        {Minute: 10, Day: 10},
		"false 0/1 until 2026-03-02T00:00:00Z retry ": {Minute: 1, Day: 1},
	} {
		account := fmt.Sprint(limit)
		d := take(t, l, account, limit)
		if strings.HasPrefix(want, "false") {
			d = take(t, l, account, limit)
		}
		if got := show(d); !strings.HasPrefix(got, want) {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestAChangedPlanHoldsFromTheNextRequestOn(t *testing.T) {
	l := open(t, limits.Config{Now: newClock("2026-03-01T12:00:00Z").now})
	for range 5 {
		take(t, l, "a", plans.Rate{Minute: 60, Day: 5000})
	}
	for i, step := range []struct {
		limit plans.Rate
		want  string
	}{
		{plans.Rate{Minute: 3, Day: 100}, "false 0/3 until 2026-03-01T12:01:00Z retry 60"},
		{plans.Rate{Minute: 120, Day: 4}, "false 0/4 until 2026-03-02T00:00:00Z retry 43200"},
		{plans.Rate{Minute: 120, Day: 20000}, "true 114/120 until 2026-03-01T12:01:00Z"},
		{plans.Rate{}, "false 0/0 until 2026-03-02T00:00:00Z retry 43200"},
	} {
		if got := show(take(t, l, "a", step.limit)); got != step.want {
			t.Errorf("%d: got %s, want %s", i, got, step.want)
		}
	}
}

func TestOfConcurrentRequestsExactlyAsManyPassAsThereIsRoom(t *testing.T) {
	for name, limit := range map[string]plans.Rate{
		"minute": {Minute: 1000, Day: 100_000},
		"day":    {Minute: 100_000, Day: 1000},
	} {
		t.Run(name, func(t *testing.T) {
			db := openDB(t, t.TempDir())
			clk := newClock("2026-03-01T12:00:00Z")
			l := open(t, limits.Config{DB: db, Now: clk.now})
			accounts := []string{"a", "b", "c"}
			passed := map[string]*atomic.Int64{}
			remaining := sync.Map{} // each number of requests left is told once
			for _, a := range accounts {
				passed[a] = &atomic.Int64{}
			}
			var wg, tending sync.WaitGroup
			stop := make(chan struct{})
			tending.Go(func() { // counts are written and forgotten all the while
				for {
					select {
					case <-stop:
						return
					default:
					}
					if err := l.Save(context.Background()); err != nil {
						t.Error(err)
					}
					l.Sweep()
				}
			})
			for range 16 {
				wg.Go(func() {
					for range 300 {
						for _, a := range accounts {
							d, err := l.Take(a, limit)
							if err != nil {
								t.Error(err)
							}
							if !d.Allowed {
								continue
							}
							passed[a].Add(1)
							if _, twice := remaining.LoadOrStore(fmt.Sprint(a, d.Remaining), true); twice {
								t.Errorf("%s was told twice that %d are left", a, d.Remaining)
							}
						}
					}
				})
			}
			wg.Wait()
			close(stop)
			tending.Wait()
			for a, n := range passed {
				if n.Load() != 1000 {
					t.Errorf("%s: %d requests passed", a, n.Load())
				}
			}
		})
	}
}

// Accounts are forgotten and read again from the database while others count; none is counted in two places.
func TestNoRequestIsLostWhenAnIdleAccountIsForgotten(t *testing.T) {
	db := openDB(t, t.TempDir())
	clk := newClock("2026-03-01T00:00:00Z")
	l := open(t, limits.Config{DB: db, Now: clk.now})
	limit := plans.Rate{Minute: 100_000, Day: 500}
	passed := 0
	for range 20 {
		var wg sync.WaitGroup
		var now atomic.Int64
		for range 4 {
			wg.Go(func() {
				for range 10 {
					d, err := l.Take("a", limit)
					if err != nil {
						t.Error(err)
					}
					if d.Allowed {
						now.Add(1)
					}
				}
			})
		}
		wg.Go(l.Sweep)
		wg.Wait()
		passed += int(now.Load())
		clk.add(2 * time.Minute)
		if err := l.Save(t.Context()); err != nil {
			t.Fatal(err)
		}
		l.Sweep()
		if n := l.Accounts(); n != 0 {
			t.Fatalf("%d accounts are remembered", n)
		}
	}
	if passed != 500 {
		t.Errorf("%d requests passed", passed)
	}
}

// Whoever waits for an account at the moment it is forgotten must not count in what was forgotten.
func TestARequestIsNotCountedInWhatWasForgotten(t *testing.T) {
	clk := newClock("1990-01-01T00:00:00Z")
	l := open(t, limits.Config{Now: clk.now})
	passed := sync.Map{} // the days of which one request has passed
	var wg, tending sync.WaitGroup
	stop := make(chan struct{})
	tending.Go(func() {
		for n := 0; ; n++ {
			select {
			case <-stop:
				return
			default:
			}
			if n < 50_000 {
				clk.add(24 * time.Hour)
			}
			l.Sweep()
		}
	})
	for range 16 {
		wg.Go(func() {
			for range 20_000 {
				d, err := l.Take("a", plans.Rate{Minute: 10, Day: 1})
				if err != nil {
					t.Error(err)
				}
				if !d.Allowed {
					continue
				}
				if _, twice := passed.LoadOrStore(d.Reset, true); twice {
					t.Errorf("two requests passed before %s", d.Reset)
				}
			}
		})
	}
	wg.Wait()
	close(stop)
	tending.Wait()
}

func TestIdleAccountsUseNoMemoryAndKeepTheirDay(t *testing.T) {
	for name, db := range map[string]*store.DB{"database": openDB(t, t.TempDir()), "memory": nil} {
		t.Run(name, func(t *testing.T) {
			clk := newClock("2026-03-01T12:00:00Z")
			l := open(t, limits.Config{DB: db, Now: clk.now})
			limit := plans.Rate{Minute: 10, Day: 100}
			for i := range 2500 { // more than are written at once
				take(t, l, fmt.Sprint(i), limit)
			}
			clk.set("2026-03-01T12:01:30Z")
			l.Sweep()
			if n := l.Accounts(); n != 2500 {
				t.Errorf("%d accounts are remembered before they are idle", n)
			}
			clk.set("2026-03-01T12:02:00Z")
			l.Sweep()
			if n := l.Accounts(); n != 2500 {
				t.Errorf("%d accounts are remembered that are not written", n)
			}
			if err := l.Save(t.Context()); err != nil {
				t.Fatal(err)
			}
			l.Sweep()
			if n := l.Accounts(); db != nil && n != 0 || db == nil && n != 2500 {
				t.Errorf("%d idle accounts are remembered", n)
			}
			if d := take(t, l, "7", plans.Rate{Minute: 10, Day: 2}); !d.Allowed || d.Limit != 2 || d.Remaining != 0 {
				t.Errorf("the day is forgotten: %s", show(d))
			}
			clk.set("2026-03-02T00:01:00Z")
			if err := l.Save(t.Context()); err != nil {
				t.Fatal(err)
			}
			l.Sweep()
			if n := l.Accounts(); n != 0 {
				t.Errorf("%d accounts are remembered of yesterday", n)
			}
		})
	}
}

func TestTheGoroutineWritesCounts(t *testing.T) {
	dir := t.TempDir()
	db := openDB(t, dir)
	clk := newClock("2026-03-01T12:00:00Z")
	l := open(t, limits.Config{DB: db, Now: clk.now, Every: time.Millisecond})
	limit := plans.Rate{Minute: 10, Day: 10}
	take(t, l, "a", limit)
	written := func() bool {
		var found bool
		_ = db.View(func(tx *store.Tx) (err error) {
			found, err = tx.Has(store.K("requests", "a"))
			return err
		})
		return found
	}
	for end := time.Now().Add(20 * time.Second); !written(); {
		if time.Now().After(end) {
			t.Fatal("nothing was written")
		}
	}
}

func TestARefusedConfigSaysWhy(t *testing.T) {
	if _, err := limits.New(limits.Config{Every: -1}); err == nil || !strings.Contains(err.Error(), "negative") {
		t.Errorf("got %v", err)
	}
}

func TestTheServerClosesTheLimiter(t *testing.T) {
	db := openDB(t, t.TempDir())
	clk := newClock("2026-03-01T12:00:00Z")
	var l *limits.Limiter
	var s *limits.Strangers
	app := fxtest.New(t, limits.Module, fx.Populate(&l, &s), fx.NopLogger,
		fx.Supply(limits.Config{DB: db, Now: clk.now, Every: time.Hour}, limits.StrangersConfig{Now: clk.now}))
	app.RequireStart()
	limit := plans.Rate{Minute: 10, Day: 10}
	take(t, l, "a", limit)
	app.RequireStop()
	if got, want := show(take(t, open(t, limits.Config{DB: db, Now: clk.now}), "a", limit)), "true 8/10 until 2026-03-02T00:00:00Z"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
