package server

import (
	"context"
	"errors"
	"net/http/httptest"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/fx"

	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/metrics"
	"github.com/filmloom/filmloom/server/store"
	"github.com/filmloom/filmloom/server/web"
)

func TestTheRoomsStopInOneTimeTogether(t *testing.T) {
	h := &hooks{grace: time.Hour}
	var ends []time.Time
	var order []int
	for i := range 3 {
		h.Append(fx.Hook{OnStop: func(ctx context.Context) error {
			end, _ := ctx.Deadline()
			ends, order = append(ends, end), append(order, i)
			return errors.New("room " + strconv.Itoa(i))
		}})
	}
	before := time.Now()
	if err := h.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := h.stop(t.Context()); err == nil || err.Error() != "room 2\nroom 1\nroom 0" {
		t.Errorf("%v", err)
	}
	if !slices.Equal(order, []int{2, 1, 0}) {
		t.Errorf("in the order %v", order)
	}
	for _, end := range ends {
		if end.IsZero() || end != ends[0] || end.Before(before.Add(h.grace)) {
			t.Errorf("until %v", ends)
		}
	}
	if err := h.stop(t.Context()); err != nil || len(order) != 3 {
		t.Errorf("again: %v, %v", err, order)
	}
}

// Rooms are opened, "o", when they are made, or started, "s"; "x" fails to start, "c" gives the start up.
func TestAStartThatIsGivenUpEndsWhatWasOpenedAndWhatWasStarted(t *testing.T) {
	for rooms, want := range map[string][]int{
		"oso": nil, "oxo": {2, 0}, "osxso": {4, 1, 0}, "x": {}, "oscso": {4, 2, 1, 0},
	} {
		t.Run(rooms, func(t *testing.T) {
			ctx, giveUp := context.WithCancel(t.Context())
			defer giveUp()
			h := &hooks{grace: time.Hour}
			var ended []int
			failure := errors.New("no")
			for i, kind := range rooms {
				hook := fx.Hook{OnStop: func(ctx context.Context) error {
					ended = append(ended, i)
					return ctx.Err()
				}}
				switch kind {
				case 's':
					hook.OnStart = func(context.Context) error { return nil }
				case 'x':
					hook.OnStart = func(context.Context) error { return failure }
				case 'c':
					hook.OnStart = func(context.Context) error { giveUp(); return nil }
				}
				h.Append(hook)
			}
			err := h.start(ctx)
			if want == nil {
				if err != nil || ended != nil {
					t.Errorf("%v, %v", err, ended)
				}
				return
			}
			if !errors.Is(err, failure) && !errors.Is(err, context.Canceled) {
				t.Errorf("%v", err)
			}
			if !slices.Equal(ended, want) {
				t.Errorf("%v, not %v, have ended", ended, want)
			}
		})
	}
}

func TestAStopWaitsForARoomThatHangsNoLongerThanItIsTold(t *testing.T) {
	h := &hooks{grace: time.Hour}
	release, ended := make(chan struct{}), make(chan struct{})
	h.Append(fx.Hook{OnStop: func(context.Context) error {
		defer close(ended)
		<-release
		return nil
	}})
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if err := h.stopWithin(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	close(release)
	<-ended
}

func TestAProbeFindsOutOnceForAllWhoAskWithinAMoment(t *testing.T) {
	now := time.Now()
	finds, begun, last := 0, make(chan struct{}, 100), make(chan struct{})
	broken := errors.New("broken")
	p := newProbe(func() error {
		finds++
		begun <- struct{}{}
		<-last
		return broken
	})
	p.now = func() time.Time { return now }
	answers := make(chan error)
	for range 20 {
		go func() { answers <- p.ask(context.Background()) }()
	}
	<-begun
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.ask(gone); !errors.Is(err, context.Canceled) {
		t.Errorf("who has gone is told %v", err)
	}
	close(last)
	for range 20 {
		if err := <-answers; !errors.Is(err, broken) {
			t.Errorf("%v", err)
		}
	}
	for _, row := range []struct {
		later time.Duration
		finds int
	}{{remembered - 1, 1}, {1, 2}, {0, 2}, {time.Hour, 3}} {
		now = now.Add(row.later)
		if err := p.ask(t.Context()); !errors.Is(err, broken) || finds != row.finds {
			t.Errorf("%s later: %d times, %v", row.later, finds, err)
		}
	}
}

func TestReadinessIsNotWrittenForEveryoneWhoAsks(t *testing.T) {
	db, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	site := web.NewSite(web.SiteConfig{})
	ready := &readiness{done: make(chan struct{})}
	close(ready.done)
	mountCare(site, config.Default(), metrics.New(), ready, db)
	before, began := db.Badger().MaxVersion(), time.Now()
	const asked = 200
	for range asked {
		w := httptest.NewRecorder()
		if site.ServeHTTP(w, httptest.NewRequest("GET", "/readyz", nil)); w.Code != 200 {
			t.Fatalf("%d: %s", w.Code, w.Body)
		}
	}
	written := db.Badger().MaxVersion() - before
	if most := uint64(time.Since(began)/remembered) + 1; written == 0 || written > most {
		t.Errorf("written %d times for %d", written, asked)
	}
}

// A server that is restarted each hour would never do it.
func TestCleaningComesSoonAfterTheServerIsReadyAndThenEachHour(t *testing.T) {
	for name, row := range map[string]struct {
		ready time.Duration // after the start
		want  []time.Duration
	}{
		"at once":  {0, []time.Duration{time.Minute, 61 * time.Minute, 121 * time.Minute}},
		"late":     {30 * time.Minute, []time.Duration{31 * time.Minute, 91 * time.Minute, 151 * time.Minute}},
		"too late": {90 * time.Minute, []time.Duration{60 * time.Minute, 91 * time.Minute, 151 * time.Minute}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, stop := context.WithTimeout(t.Context(), 155*time.Minute)
				defer stop()
				ready := make(chan struct{})
				time.AfterFunc(row.ready, func() { close(ready) })
				began := time.Now()
				var cleaned []time.Duration
				again(ctx, ready, func() { cleaned = append(cleaned, time.Since(began)) })
				if !slices.Equal(cleaned, row.want) {
					t.Errorf("%v, not %v", cleaned, row.want)
				}
			})
		})
	}
}
