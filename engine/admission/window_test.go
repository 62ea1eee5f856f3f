package admission

import (
	"testing"
	"time"
)

// A gate that is busy for months keeps the last minute only.
func TestTheWindowForgets(t *testing.T) {
	var w window
	for i := range 100_000 {
		now := time.Duration(i) * second
		if free := w.free(60, now); free != now {
			t.Fatalf("at %v the next call may begin at %v", now, free)
		}
		w.add(now)
	}
	if n := cap(w.begun); n > 1000 {
		t.Errorf("it has room for %d calls; at most 60 count", n)
	}
}

func TestTheWindowIsExact(t *testing.T) {
	var w window
	for _, at := range []time.Duration{0, 10, 20} {
		w.add(at * second)
	}
	free := func(now, want time.Duration) {
		t.Helper()
		if got := w.free(3, now); got != want {
			t.Errorf("at %v the next call may begin at %v; want %v", now, got, want)
		}
	}
	free(20*second, time.Minute)
	free(time.Minute-1, time.Minute)
	free(time.Minute, time.Minute)
	w.add(time.Minute)
	free(time.Minute, 70*second)
	w.remove(20 * second)
	free(time.Minute, time.Minute)
	w.remove(20 * second) // not there
	w.add(time.Minute)
	free(time.Minute, 70*second)
	free(time.Hour, time.Hour)
}
