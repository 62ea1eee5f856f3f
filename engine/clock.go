package engine

import (
	"context"
	"time"
)

// A Clock tells the time and waits. The zero Config uses the system's; a test injects its own.
type Clock interface {
	Now() time.Time
	// Sleep returns after d, or at once with the context's error when that ends first.
	Sleep(ctx context.Context, d time.Duration) error
}

type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

func (systemClock) Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
