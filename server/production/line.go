package production

// A line has the orders that wait: those of higher priority first, then in the order of their coming.
type line []*waiting

type waiting struct {
	order  *Order
	called chan struct{} // closed when it is its turn
	place  int           // in the line, or -1
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
