package webhooks

import (
	"container/heap"
	"time"
)

const (
	perLane = 4 // tries at a time of a registration
	perHost = 8 // and of all that lead to one host; failing and slow ones have half of these
)

// A lane is the queue of one registration. Each is in one place: among the ready, asleep, or in neither while it has
// nothing to wait for.
type lane struct {
	webhook string
	host    string // where it leads

	items   map[string]*item // by delivery: those that wait and those that fly
	waiting items            // the earliest first
	flying  int

	proven  bool      // the last try succeeded
	failing bool      // the last try failed
	slow    bool      // the last try took long
	holdOff time.Time // the receiver wants nothing before

	ready bool
	sleep int // place among the sleeping, -1 when it is not
}

// An item is a delivery that is to be tried.
type item struct {
	ref
	due   time.Time
	place int  // in lane.waiting, -1 while it flies
	again bool // somebody asked for it while it flew
}

// troubled lanes share the places that are set apart for them, so that they never take all.
func (l *lane) troubled() bool { return l.failing || l.slow }

// width is how many tries at a time it may have: one until the receiver has shown that it is there.
func (l *lane) width() int {
	if l.proven {
		return perLane
	}
	return 1
}

// next is when the next try is due. There must be one waiting.
func (l *lane) next() time.Time {
	due := l.waiting[0].due
	if l.holdOff.After(due) {
		return l.holdOff
	}
	return due
}

// due tells whether something could be tried.
func (l *lane) due(now time.Time) bool { return len(l.waiting) > 0 && !l.next().After(now) }

// add puts a delivery into the queue, or moves one that is there. One that flies decides itself what comes next,
// unless somebody has asked for it.
func (l *lane) add(r ref, due time.Time, urgent bool) {
	it := l.items[r.delivery]
	switch {
	case it == nil:
		it = &item{ref: r, due: due}
		l.items[r.delivery] = it
		heap.Push(&l.waiting, it)
	case it.place < 0:
		it.again = it.again || urgent
	default:
		it.due = due
		heap.Fix(&l.waiting, it.place)
	}
}

// items is a heap by time; of the same time, the older delivery comes first.
type items []*item

func (h items) Len() int { return len(h) }

func (h items) Less(i, j int) bool {
	if c := h[i].due.Compare(h[j].due); c != 0 {
		return c < 0
	}
	return h[i].delivery < h[j].delivery
}

func (h items) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].place, h[j].place = i, j
}

func (h *items) Push(x any) {
	it := x.(*item)
	it.place = len(*h)
	*h = append(*h, it)
}

func (h *items) Pop() any {
	last := len(*h) - 1
	it := (*h)[last]
	(*h)[last] = nil
	*h, it.place = (*h)[:last], -1
	return it
}

// sleepers is a heap of lanes by when their next try is due.
type sleepers []*lane

func (h sleepers) Len() int           { return len(h) }
func (h sleepers) Less(i, j int) bool { return h[i].next().Before(h[j].next()) }

func (h sleepers) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].sleep, h[j].sleep = i, j
}

func (h *sleepers) Push(x any) {
	l := x.(*lane)
	l.sleep = len(*h)
	*h = append(*h, l)
}

func (h *sleepers) Pop() any {
	last := len(*h) - 1
	l := (*h)[last]
	(*h)[last] = nil
	*h, l.sleep = (*h)[:last], -1
	return l
}
