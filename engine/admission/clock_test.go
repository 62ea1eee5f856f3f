package admission

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A fakeClock stands still until it is advanced.
type fakeClock struct {
	mu       sync.Mutex
	changed  sync.Cond // sleepers come or go
	now      time.Time
	sleepers []*sleeper
}

type sleeper struct {
	due   time.Time
	awake chan struct{}
}

func newFakeClock() *fakeClock {
	f := &fakeClock{now: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)}
	f.changed.L = &f.mu
	return f
}

func (f *fakeClock) Now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

func (f *fakeClock) Sleep(ctx context.Context, d time.Duration) error {
	f.mu.Lock()
	s := &sleeper{f.now.Add(d), make(chan struct{})}
	if d <= 0 {
		f.mu.Unlock()
		return ctx.Err()
	}
	f.sleepers = append(f.sleepers, s)
	f.changed.Broadcast()
	f.mu.Unlock()
	select {
	case <-s.awake:
		return nil
	case <-ctx.Done():
		f.mu.Lock()
		defer f.mu.Unlock()
		f.sleepers = slices.DeleteFunc(f.sleepers, func(o *sleeper) bool { return o == s })
		f.changed.Broadcast()
		return ctx.Err()
	}
}

// Advance moves the time and wakes whoever slept until then.
func (f *fakeClock) Advance(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = f.now.Add(d)
	f.sleepers = slices.DeleteFunc(f.sleepers, func(s *sleeper) bool {
		if s.due.After(f.now) {
			return false
		}
		close(s.awake)
		return true
	})
	f.changed.Broadcast()
}

// Wait returns when those that sleep will wake after exactly these times, and nobody else sleeps.
func (f *fakeClock) Wait(left ...time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	slices.Sort(left)
	for !slices.Equal(f.left(), left) {
		f.changed.Wait()
	}
}

func (f *fakeClock) left() []time.Duration {
	var left []time.Duration
	for _, s := range f.sleepers {
		left = append(left, s.due.Sub(f.now))
	}
	slices.Sort(left)
	return left
}
