package limits

import "time"

// Seconds of the windows.
const (
	minute = 60
	day    = 24 * 60 * 60
)

// behind is how many seconds a window waits for a clock that was set back, so that corrections of the clock
// around the turn of a window do not open it twice.
const behind = 60

// A window counts the requests of one minute or one day.
type window struct {
	start int64 // Unix seconds; a multiple of its length
	count int
}

// turn makes w the window of the given length that now is in.
func (w *window) turn(now, length int64) {
	start := now - now%length
	switch {
	case start > w.start:
		*w = window{start: start}
	case w.start-now > behind:
		w.start = start // the clock was set back: what was used stays used
	}
}

// left is how many more requests have room.
func (w *window) left(limit int) int { return max(limit-w.count, 0) }

// unix is a time in seconds. Windows have no use for times before 1970.
func unix(t time.Time) int64 { return max(t.Unix(), 0) }
