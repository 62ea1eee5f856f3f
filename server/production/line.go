package production

import "container/heap"

// A line has the orders that wait: those of higher priority first, then in the order of their coming.
type line []*waiting

type waiting struct {
	order  *Order
	called chan struct{} // closed when it is its turn
	place  int
}

func (l line) Len() int { return len(l) }

func (l line) Less(i, j int) bool {
	a, b := l[i].order, l[j].order
	if a.Priority != b.Priority {
		return a.Priority > b.Priority
	}
	return a.ID < b.ID
}

func (l line) Swap(i, j int) {
	l[i], l[j] = l[j], l[i]
	l[i].place, l[j].place = i, j
}

// Push implements heap.Interface.
func (l *line) Push(x any) {
	w := x.(*waiting)
	w.place = len(*l)
	*l = append(*l, w)
}

// Pop implements heap.Interface.
func (l *line) Pop() any {
	last := len(*l) - 1
	w := (*l)[last]
	(*l)[last] = nil
	*l = (*l)[:last]
	w.place = -1
	return w
}

// leave takes an order out of the line; false means that it does not wait.
func (l *line) leave(order string) bool {
	for _, w := range *l {
		if w.order.ID == order {
			heap.Remove(l, w.place)
			return true
		}
	}
	return false
}

// room tells whether one more film may wait.
func (d *Desk) room() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.closed:
		return ErrClosed
	case len(d.line) >= max(d.conf.Queue, 0) && d.active >= d.conf.Active:
		return ErrFull
	}
	return nil
}

// Load tells how many films wait and how many are being made.
func (d *Desk) Load() (waiting, active int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.line), d.active
}
