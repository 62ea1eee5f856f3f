package admission

import (
	"cmp"
	"container/list"
	"slices"
	"time"
)

// A line holds the calls that wait for the same things: the same gate, with or without a processor. So
// when one of them can begin all can, and only the first is ever looked at. Every change costs the same
// however many wait.
type line struct {
	gate   *Gate
	cpu    bool
	rota   *rota
	levels []*level // highest priority first; none is empty

	told    obstacle      // what those that wait were last told
	text    string        // the same as a sentence, made when the first one asks
	changed chan struct{} // closed when told changes; nil while nobody listens
}

// A level holds the runs that wait in a line at one priority, in the order of their turns.
type level struct {
	priority int
	queues   *list.List // of *queue; none is empty
}

// A queue holds the calls of one run that wait in one line at one priority, first come first.
type queue struct {
	line  *line
	level *level
	turn  *turn
	stamp uint64 // when it got its place among the queues; the lowest is next
	at    *list.Element
	calls *list.List // of *call
}

// A rota lets runs take turns over several lines: a run that begins a call in one of them goes to the
// end in all of them.
//
// Lines share a rota only if the same thing, a processor, is all that is scarce in them. Otherwise
// a run could lose its turn at a busy gate by what it does at a free one, and never get in.
type rota struct{ turns map[turnOf]*turn }

type turnOf struct {
	run      string
	priority int
}

// A turn is shared by the queues of one run at one priority.
type turn struct {
	of     turnOf
	queues []*queue
}

func newRota() *rota { return &rota{turns: map[turnOf]*turn{}} }

func newLine(g *Gate, cpu bool, r *rota) *line { return &line{gate: g, cpu: cpu, rota: r} }

func (l *line) empty() bool { return len(l.levels) == 0 }

// open tells whether somebody waits and can begin.
func (l *line) open(now time.Duration) bool { return !l.empty() && l.obstacle(now).kind == nothing }

// first is the call that is to begin next. The line must not be empty.
func (l *line) first() *call {
	return l.levels[0].queues.Front().Value.(*queue).calls.Front().Value.(*call)
}

// push puts a call at the end of its run's queue.
func (l *line) push(r Request) *call {
	c := l.gate.c
	c.stamp++
	q := l.queue(turnOf{r.Run, r.Priority})
	w := &call{line: l, queue: q, seq: c.stamp, ready: make(chan struct{})}
	w.at = q.calls.PushBack(w)
	l.count(1)
	return w
}

// admit lets the first call begin.
func (l *line) admit(now time.Duration) {
	w := l.first()
	c := l.gate.c
	c.stamp++
	for _, q := range w.queue.turn.queues {
		q.stamp = c.stamp
		q.level.queues.MoveToBack(q.at)
	}
	l.remove(w)
	w.seq, w.pass = c.stamp, l.gate.begin(l.cpu, now)
	close(w.ready)
}

// remove takes a call out, and with it what becomes empty.
func (l *line) remove(w *call) {
	l.count(-1)
	q := w.queue
	q.calls.Remove(w.at)
	if q.calls.Len() > 0 {
		return
	}
	q.level.queues.Remove(q.at)
	if q.level.queues.Len() == 0 {
		l.levels = slices.DeleteFunc(l.levels, func(v *level) bool { return v == q.level })
	}
	q.turn.queues = slices.DeleteFunc(q.turn.queues, func(v *queue) bool { return v == q })
	if len(q.turn.queues) == 0 {
		delete(l.rota.turns, q.turn.of)
	}
}

func (l *line) count(n int) {
	l.gate.waiting += n
	if l.cpu {
		l.gate.c.waiting += n
	}
}

// queue finds the queue of a run, or puts a new one behind all others.
func (l *line) queue(of turnOf) *queue {
	t := l.rota.turns[of]
	if t == nil {
		t = &turn{of: of}
		l.rota.turns[of] = t
	}
	for _, q := range t.queues {
		if q.line == l {
			return q
		}
	}
	q := &queue{line: l, level: l.level(of.priority), turn: t, stamp: l.gate.c.stamp, calls: list.New()}
	q.at = q.level.queues.PushBack(q)
	t.queues = append(t.queues, q)
	return q
}

// level finds the level of a priority, or makes it.
func (l *line) level(priority int) *level {
	i, found := slices.BinarySearchFunc(l.levels, priority, func(v *level, p int) int { return cmp.Compare(p, v.priority) })
	if !found {
		l.levels = slices.Insert(l.levels, i, &level{priority: priority, queues: list.New()})
	}
	return l.levels[i]
}
