package admission

import (
	"slices"
	"time"
)

// window remembers which calls began in the last minute. A call counts for exactly 60 s.
type window struct {
	begun []time.Duration // in order; those before live have expired
	live  int
}

// free is when the next call may begin if limit calls may in any minute; not after now if at once.
func (w *window) free(limit int, now time.Duration) time.Duration {
	for w.live < len(w.begun) && now-w.begun[w.live] >= time.Minute {
		w.live++
	}
	if 2*w.live >= len(w.begun) { // each one is moved at most once for each that expired
		w.begun = slices.Delete(w.begun, 0, w.live)
		w.live = 0
	}
	full := len(w.begun) - limit
	if full < w.live {
		return now
	}
	return w.begun[full] + time.Minute
}

func (w *window) add(now time.Duration) { w.begun = append(w.begun, now) }

// remove takes out a call that did not begin after all; it is near the end.
func (w *window) remove(begun time.Duration) {
	for i := len(w.begun) - 1; i >= w.live; i-- {
		if w.begun[i] == begun {
			w.begun = slices.Delete(w.begun, i, i+1)
			return
		}
	}
}
