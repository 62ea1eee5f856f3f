package production

import (
	"time"

	"github.com/filmloom/filmloom/engine"
)

// A shift tells by the events of a run how long it was worked on. The zero value is ready.
type shift struct {
	began, last time.Time     // its first event, and its newest one that is kept
	idle        time.Duration // between them
}

// take takes in an event of the run, in their order. Before a run goes on nobody has worked on it since the event that
// came last: it was paused, or the process had ended. What that had begun is begun again, and counts then.
func (s *shift) take(ev engine.Event) {
	switch {
	case ev.Seq == 0 || ev.Time.Before(s.last): // progress, which is not kept; or the clock was set back
		return
	case ev.Kind == engine.RunStarted:
		s.began = ev.Time
	case ev.Kind == engine.RunResumed && !s.began.IsZero():
		s.idle += ev.Time.Sub(s.last)
	}
	s.last = ev.Time
}

// worked is how long the run was worked on, up to its newest event.
func (s *shift) worked() time.Duration {
	if s.began.IsZero() {
		return 0
	}
	return s.last.Sub(s.began) - s.idle
}
