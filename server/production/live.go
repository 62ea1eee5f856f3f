package production

import (
	"sync"
	"time"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/server/film"
)

// A snapshot is what is known of a production at one time. It is not changed.
type snapshot struct {
	production *Production
	head       *Order // nil for a draft
	film       film.Film
}

// A live production has open orders. One goroutine follows its runs.
type live struct {
	mu      sync.Mutex
	now     snapshot
	reading film.Reading
	run     *engine.Run   // of the order that is followed, once it has begun
	shift   shift         // of that run
	high    float64       // the highest progress that was shown, of all orders; see progress
	own     float64       // likewise, of the newest order
	stop    chan struct{} // closed when somebody has cancelled the order; see halt
	stopped bool
	changed chan struct{} // closed and replaced at each change
	gone    bool          // nobody follows it any more, and changed stays closed
}

func newLive(s snapshot) *live {
	return &live{now: s, stop: make(chan struct{}), changed: make(chan struct{})}
}

// change makes what is known anew and wakes who waits for it.
func (l *live) change(fn func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fn()
	if l.gone {
		return
	}
	close(l.changed)
	l.changed = make(chan struct{})
}

// set takes over a production as it was written.
func (l *live) set(p *Production, head *Order) {
	l.change(func() {
		if len(p.Orders) < len(l.now.production.Orders) {
			return // overtaken by a newer order
		}
		if p.Head() != l.now.production.Head() {
			l.own = 0
			if was := l.now.head; l.stopped && was != nil && !was.Status.Open() { // the new one was not cancelled
				l.stop, l.stopped = make(chan struct{}), false
			}
		}
		l.now.production = p
		if head != nil && head.ID == p.Head() {
			l.now.head = head
		}
	})
}

// expect shows that a picture is about to be made anew. The lock is held.
func (l *live) expect(o *Order) {
	if o.Redraw {
		l.reading.Expect(o.Scene, o.ID, o.Created)
		l.now.film = l.now.film.Expect(o.Scene, o.Created)
	}
}

// cancel asks for the end of what is being done.
func (l *live) cancel() *engine.Run {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.stopped {
		l.stopped = true
		close(l.stop)
	}
	return l.run
}

// halt is closed when somebody has cancelled the order that is worked on.
func (l *live) halt() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.stop
}

// worked is how long the run that is followed was worked on.
func (l *live) worked() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.shift.worked()
}

// step is what is being done. Between two stages that is the step of the next one, and after the last one its own.
func step(st engine.Status) (name string) {
	if st.Step != "" {
		return st.Step
	}
	for _, s := range st.Stages {
		switch s.State {
		case engine.Waiting:
			return s.Step
		case engine.Completed:
			name = s.Step
		}
	}
	return name
}

// view is what is known, and a channel that is closed when there is more.
func (l *live) view() (View, <-chan struct{}) {
	l.mu.Lock()
	s, run, changed, idle := l.now, l.run, l.changed, l.shift.idle
	l.mu.Unlock()
	v := View{Production: s.production, Head: s.head, Film: s.film, Run: run}
	if run != nil {
		st := run.Status()
		v.Step, v.Began, v.Idle = step(st), st.Started, idle
	}
	l.mu.Lock()
	if s.head != nil && l.now.head == s.head {
		l.own = max(l.own, s.head.Progress)
	}
	v.Progress, v.RunProgress = l.high, l.own
	l.mu.Unlock()
	if s.production.Summary.Video != nil {
		v.Progress = 1
	}
	return v, changed
}
