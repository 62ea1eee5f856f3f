package limits_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/filmloom/filmloom/server/limits"
	"github.com/filmloom/filmloom/server/plans"
	"github.com/filmloom/filmloom/server/store"
)

// passed has the times of all requests of an account that passed. What a limiter says must follow from it.
type passed struct{ minute, day []time.Time }

func within(times []time.Time, at time.Time, length time.Duration) (n int) {
	for _, t := range times {
		if t.Truncate(length).Equal(at.Truncate(length)) {
			n++
		}
	}
	return n
}

// expect is what a request at a time must be answered, by counting anew.
func (p *passed) expect(at time.Time, limit plans.Rate) limits.Decision {
	m, d := within(p.minute, at, time.Minute), within(p.day, at, 24*time.Hour)
	endOf := func(length time.Duration) time.Time { return at.Truncate(length).Add(length) }
	if d >= limit.Day {
		end := endOf(24 * time.Hour)
		return limits.Decision{Limit: limit.Day, Reset: end, Retry: end.Sub(at.Truncate(time.Second))}
	}
	if m >= limit.Minute {
		end := endOf(time.Minute)
		return limits.Decision{Limit: limit.Minute, Reset: end, Retry: end.Sub(at.Truncate(time.Second))}
	}
	p.minute, p.day = append(p.minute, at), append(p.day, at)
	m, d = limit.Minute-m-1, limit.Day-d-1
	if float64(m)/float64(limit.Minute) < float64(d)/float64(limit.Day) {
		return limits.Decision{Allowed: true, Limit: limit.Minute, Remaining: m, Reset: endOf(time.Minute)}
	}
	return limits.Decision{Allowed: true, Limit: limit.Day, Remaining: d, Reset: endOf(24 * time.Hour)}
}

func TestEveryAnswerIsExact(t *testing.T) {
	db := openDB(t, t.TempDir())
	start := time.Date(2026, 3, 1, 23, 58, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		clk := &clock{}
		clk.at.Store(start.UnixNano())
		start = start.Add(90 * 24 * time.Hour) // the database's counts are of an earlier day
		conf := limits.Config{Now: clk.now, Every: time.Hour, Log: slog.New(slog.DiscardHandler)}
		if rapid.Bool().Draw(t, "database") {
			conf.DB = db
		}
		renew := func() *limits.Limiter {
			l, err := limits.New(conf)
			if err != nil {
				t.Fatal(err)
			}
			return l
		}
		l := renew()
		defer func() { _ = l.Close() }()
		model := map[string]*passed{"a": {}, "b": {}}
		rates := []plans.Rate{{Minute: 3, Day: 7}, {Minute: 2, Day: 4}, {Minute: 5, Day: 5}, {Minute: 1, Day: 100}}
		request := func(t *rapid.T) {
			account := rapid.SampledFrom([]string{"a", "b"}).Draw(t, "account")
			limit := rapid.SampledFrom(rates).Draw(t, "limit")
			got, err := l.Take(account, limit)
			want := model[account].expect(clk.now().UTC(), limit)
			if err != nil || got != want {
				t.Fatalf("at %s got %s, %v\nwant %s", clk.now().UTC(), show(got), err, show(want))
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"request":   request,
			"request 2": request,
			"seconds":   func(t *rapid.T) { clk.add(time.Duration(rapid.IntRange(0, 50_000).Draw(t, "ms")) * time.Millisecond) },
			"minutes":   func(t *rapid.T) { clk.add(time.Duration(rapid.IntRange(1, 4).Draw(t, "minutes")) * time.Minute) },
			"hours":     func(t *rapid.T) { clk.add(time.Duration(rapid.IntRange(1, 25).Draw(t, "hours")) * time.Hour) },
			"sweep":     func(*rapid.T) { l.Sweep() },
			"save": func(t *rapid.T) {
				if err := l.Save(context.Background()); err != nil {
					t.Fatal(err)
				}
			},
			"restart": func(t *rapid.T) {
				if err := l.Close(); err != nil {
					t.Fatal(err)
				}
				l = renew()
				if conf.DB == nil {
					model = map[string]*passed{"a": {}, "b": {}}
				}
			},
		})
	})
	_ = db.View(func(tx *store.Tx) error {
		for e := range tx.Scan(store.Scan{Keys: true}) {
			if e.Key != store.K("requests", "a") && e.Key != store.K("requests", "b") {
				t.Errorf("the database has %s", e.Key)
			}
		}
		return nil
	})
}

func TestAClockThatIsSetBackGivesNoNewRequestsAndLocksNobodyOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		clk := newClock("2026-03-05T12:00:00Z")
		clk.add(time.Duration(rapid.Int64Range(0, int64(25*time.Hour)).Draw(t, "start")))
		l, err := limits.New(limits.Config{Now: clk.now, Every: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = l.Close() }()
		rate := rapid.SampledFrom([]plans.Rate{{Minute: 3, Day: 1000}, {Minute: 1000, Day: 3}}).Draw(t, "rate")
		for range 3 {
			if d, _ := l.Take("a", rate); !d.Allowed {
				t.Fatal("refused too early")
			}
		}
		back := time.Duration(rapid.Int64Range(1, int64(3*24*time.Hour)).Draw(t, "back"))
		if rapid.Bool().Draw(t, "a little") {
			back = time.Duration(rapid.Int64Range(1, int64(3*time.Minute)).Draw(t, "back a little"))
		}
		clk.add(-back)
		l.Sweep()
		d, _ := l.Take("a", rate)
		if d.Allowed {
			t.Fatalf("%s back gives a new request: %s", back, show(d))
		}
		length := time.Minute
		if rate.Day == 3 {
			length = 24 * time.Hour
		}
		if wait := d.Reset.Sub(clk.now()); wait <= 0 || wait > length+time.Minute || d.Retry < wait.Truncate(time.Second) {
			t.Fatalf("%s back: the window ends in %s, and the client shall wait %s", back, wait, d.Retry)
		}
		clk.add(d.Retry)
		if d, _ := l.Take("a", rate); !d.Allowed {
			t.Fatalf("%s back: refused after the time it said: %s", back, show(d))
		}
	})
}

func TestAccountsOfAFutureThatWasNotAreForgotten(t *testing.T) {
	clk := newClock("2036-03-05T12:00:00Z")
	l := open(t, limits.Config{Now: clk.now})
	take(t, l, "a", plenty)
	clk.set("2026-03-05T12:00:00Z")
	l.Sweep()
	if n := l.Accounts(); n != 1 {
		t.Errorf("%d accounts at once", n)
	}
	clk.set("2026-03-06T00:00:00Z")
	l.Sweep()
	if n := l.Accounts(); n != 0 {
		t.Errorf("%d accounts the next day", n)
	}
}

func TestTheTurnOfAMinuteIsNotRepeated(t *testing.T) {
	clk := newClock("2026-03-05T12:00:00.001Z")
	l := open(t, limits.Config{Now: clk.now})
	rate := plans.Rate{Minute: 2, Day: 1000}
	for _, back := range []time.Duration{0, time.Second, time.Minute - time.Second} {
		clk.add(-back)
		take(t, l, "a", rate)
		clk.add(back)
	}
	if d := take(t, l, "a", rate); d.Allowed || d.Reset.Format(time.TimeOnly) != "12:01:00" {
		t.Errorf("got %s", show(d))
	}
	for range 3 {
		clk.add(-20 * time.Minute)
		if d := take(t, l, "a", rate); d.Allowed {
			t.Errorf("set back far: got %s", show(d))
		}
	}
}
