package production

import "container/heap"

// room takes a place for one more film, or tells that there is none. The place is kept until came.
func (d *Desk) room() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.closed:
		return ErrClosed
	case len(d.line)+d.coming+d.active >= max(d.conf.Queue, 0)+d.conf.Active:
		return ErrFull
	}
	d.coming++
	return nil
}

// came gives up the place that room took: the order stands in the line by now, or came to nothing.
func (d *Desk) came() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.coming--
}

// Load tells how many films wait and how many are being made.
func (d *Desk) Load() (waiting, active int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.line), d.active
}

// stand puts an order into the line, unless it stands there. The lock is held.
func (d *Desk) stand(o *Order) *waiting {
	w := d.stands[o.ID]
	if w == nil {
		w = &waiting{order: o, called: make(chan struct{})}
		d.stands[o.ID] = w
		heap.Push(&d.line, w)
		d.call()
	}
	return w
}

// withdraw takes an order out of the line; it may have been called meanwhile, or never have stood there.
func (d *Desk) withdraw(order string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	w := d.stands[order]
	if w == nil {
		return
	}
	delete(d.stands, order)
	if w.place >= 0 {
		heap.Remove(&d.line, w.place)
		return
	}
	d.active--
	d.call()
}

// What becomes of an order that waits.
type turn int

const (
	served turn = iota
	withdrawn
	stopping
)

// queue waits until the order's film may be made.
func (d *Desk) queue(l *live, o *Order) turn {
	d.mu.Lock()
	w := d.stand(o)
	d.mu.Unlock()
	select {
	case <-w.called:
		d.mu.Lock()
		delete(d.stands, o.ID)
		d.mu.Unlock()
		return served
	case <-l.halt():
	case <-d.ctx.Done():
	}
	d.withdraw(o.ID)
	if d.ctx.Err() != nil {
		return stopping
	}
	return withdrawn
}

// call lets those go on that may. The lock is held.
func (d *Desk) call() {
	for d.active < d.conf.Active && len(d.line) > 0 {
		d.active++
		close(heap.Pop(&d.line).(*waiting).called)
	}
}

// leave makes room for the next film.
func (d *Desk) leave() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.active--
	d.call()
}
