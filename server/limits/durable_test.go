package limits_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server/limits"
	"github.com/filmloom/filmloom/server/plans"
	"github.com/filmloom/filmloom/server/store"
)

var plenty = plans.Rate{Minute: 1_000_000, Day: 1_000_000}

// used is how many requests of the day are counted before this one.
func used(t testing.TB, l *limits.Limiter, account string) int {
	t.Helper()
	d := take(t, l, account, plans.Rate{Minute: 1_000_000_000, Day: 1_000_000})
	return 1_000_000 - d.Remaining - 1
}

func TestBothWindowsSurviveARestart(t *testing.T) {
	db := openDB(t, t.TempDir())
	clk := newClock("2026-03-01T12:00:00Z")
	conf := limits.Config{DB: db, Now: clk.now}
	limit := plans.Rate{Minute: 3, Day: 4}
	for _, row := range []struct{ at, want string }{
		{"2026-03-01T12:00:00Z", "true 2/3 until 2026-03-01T12:01:00Z"},
		{"2026-03-01T12:00:01Z", "true 1/3 until 2026-03-01T12:01:00Z"},
		{"2026-03-01T12:00:59Z", "true 0/3 until 2026-03-01T12:01:00Z"},
		{"2026-03-01T12:00:59Z", "false 0/3 until 2026-03-01T12:01:00Z retry 1"},
		{"2026-03-01T12:01:00Z", "true 0/4 until 2026-03-02T00:00:00Z"},
		{"2026-03-01T12:02:00Z", "false 0/4 until 2026-03-02T00:00:00Z retry 43080"},
		{"2026-03-02T00:00:00Z", "true 2/3 until 2026-03-02T00:01:00Z"},
	} {
		clk.set(row.at)
		l := open(t, conf)
		if got := show(take(t, l, "a", limit)); got != row.want {
			t.Errorf("%s: got %s, want %s", row.at, got, row.want)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCountsThatCannotBeWrittenAreWrittenLater(t *testing.T) {
	db := openDB(t, t.TempDir())
	clk := newClock("2026-03-01T12:00:00Z")
	l := open(t, limits.Config{DB: db, Now: clk.now})
	for i := range 1500 {
		take(t, l, fmt.Sprint(i), plenty)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.Save(ended); err == nil || !strings.Contains(err.Error(), "cannot be written") {
		t.Errorf("got %v", err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = open(t, limits.Config{DB: db, Now: clk.now})
	for i := range 1500 {
		if n := used(t, l, fmt.Sprint(i)); n != 1 {
			t.Fatalf("account %d has %d requests", i, n)
		}
	}
}

// An interruption is a context that does something when it is first asked, which a database does after it was
// given what to write and before it writes.
type interruption struct {
	context.Context
	once sync.Once
	do   func()
}

func (m *interruption) Err() error {
	m.once.Do(m.do)
	return nil
}

func TestRequestsDuringASaveAreWrittenByTheNext(t *testing.T) {
	db := openDB(t, t.TempDir())
	clk := newClock("2026-03-01T12:00:00Z")
	l := open(t, limits.Config{DB: db, Now: clk.now})
	take(t, l, "a", plenty)
	asked := false
	err := l.Save(&interruption{Context: t.Context(), do: func() { asked = true; take(t, l, "a", plenty) }})
	if err != nil || !asked {
		t.Fatalf("asked %v, %v", asked, err)
	}
	clk.set("2026-03-01T12:03:00Z")
	l.Sweep()
	if n := l.Accounts(); n != 1 {
		t.Error("an account is forgotten whose second request is not on disk")
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if n := used(t, open(t, limits.Config{DB: db, Now: clk.now}), "a"); n != 2 {
		t.Errorf("%d are on disk", n)
	}
}

func TestWithoutTheDatabaseRequestsAreStillLimited(t *testing.T) {
	var log bytes.Buffer
	db := openDB(t, t.TempDir())
	clk := newClock("2026-03-01T12:00:00Z")
	l, err := limits.New(limits.Config{DB: db, Now: clk.now, Every: time.Hour, Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	limit := plans.Rate{Minute: 1, Day: 10}
	d, err := l.Take("a", limit)
	if err == nil || !d.Allowed || d.Remaining != 0 {
		t.Errorf("got %s, %v", show(d), err)
	}
	if d, err := l.Take("a", limit); err != nil || d.Allowed {
		t.Errorf("the second time: got %s, %v", show(d), err)
	}
	if err := l.Close(); err == nil {
		t.Error("Close says nothing of counts that are lost")
	}
}

func TestADamagedCountIsSaidOnceAndReplaced(t *testing.T) {
	db := openDB(t, t.TempDir())
	err := db.Update(t.Context(), func(tx *store.Tx) error { return tx.Put(store.K("requests", "a"), "4711") })
	if err != nil {
		t.Fatal(err)
	}
	clk := newClock("2026-03-01T12:00:00Z")
	l := open(t, limits.Config{DB: db, Now: clk.now})
	if _, err := l.Take("a", plenty); err == nil || strings.Contains(err.Error(), "4711") {
		t.Errorf("got %v", err)
	}
	take(t, l, "a", plenty)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if n := used(t, open(t, limits.Config{DB: db, Now: clk.now}), "a"); n != 2 {
		t.Errorf("%d are on disk", n)
	}
}

const victim = "FILMLOOM_TEST_LIMITS_VICTIM" // environment: be the process that is killed

// takeUntilKilled counts requests and says after each write what has been counted before it.
func takeUntilKilled(dir string) {
	fail := func(err error) {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	db, err := store.Open(dir)
	fail(err)
	l, err := limits.New(limits.Config{DB: db, Now: newClock("2026-03-01T12:00:00Z").now, Every: time.Millisecond})
	fail(err)
	for n := 0; ; n++ {
		d, err := l.Take("a", plenty)
		fail(err)
		if n%10 == 0 {
			fail(l.Save(context.Background()))
			fmt.Println(1_000_000 - d.Remaining)
		}
	}
}

func TestAKilledProcessForgetsOnlyWhatWasNotWritten(t *testing.T) {
	dir := t.TempDir()
	last := 0
	for range 3 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), victim+"="+dir)
		var stderr strings.Builder
		cmd.Stderr = &stderr
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := 0
		for s := bufio.NewScanner(stdout); s.Scan(); lines++ {
			var n int
			if _, err := fmt.Sscan(s.Text(), &n); err != nil || n <= last {
				t.Fatalf("after %d it counts %q, %v", last, s.Text(), err)
			}
			last = n
			if lines == 30 {
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := cmd.Wait(); err == nil || lines <= 30 {
			t.Fatalf("it ended by itself after %d lines: %v\n%s", lines, err, &stderr)
		}
		db, err := store.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		l := open(t, limits.Config{DB: db, Now: newClock("2026-03-01T12:00:00Z").now})
		// At most the ten requests up to the next write are counted and not told.
		if n := used(t, l, "a"); n < last || n > last+20 {
			t.Errorf("%d are on disk after %d were written", n, last)
		}
		if err := errors.Join(l.Close(), db.Close()); err != nil {
			t.Fatal(err)
		}
	}
}
