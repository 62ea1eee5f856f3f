package youtube

import (
	"context"
	"time"
)

// Hurry lets nobody sleep, and tells of each pause.
func (s *Service) Hurry(told func(time.Duration)) {
	s.sleep = func(ctx context.Context, d time.Duration) error {
		told(d)
		return ctx.Err()
	}
}
