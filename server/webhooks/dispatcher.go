package webhooks

import (
	"container/heap"
	"context"
	"time"

	"github.com/filmloom/filmloom/server/store"
)

// A dispatcher decides which delivery is tried when. One goroutine owns all of it; a try has one of its own, and at
// its end hands over what came of it. The database says what there is to do: lanes only know when.
type dispatcher struct {
	s       *Service
	results chan result

	lanes    map[string]*lane // by registration
	ready    []*lane          // have something due; they take turns
	asleep   sleepers
	expected []arrival // not yet seen in the database
	lookAt   time.Time // when to look for them again, by the machine's clock

	flying, troubled int
	hosts            map[string]*load
}

// A load is what is under way to one host.
type load struct{ flying, troubled int }

// A result is what came of a try.
type result struct {
	outcome
	lane     *lane
	item     *item
	counted  string // the host it counted for
	troubled bool   // it counted as such
}

func newDispatcher(s *Service) *dispatcher {
	return &dispatcher{
		s: s, results: make(chan result, s.c.Workers),
		lanes: map[string]*lane{}, hosts: map[string]*load{},
	}
}

// run works until running ends and every try has come back.
func (d *dispatcher) run(running context.Context) {
	reload := time.NewTicker(d.s.reload)
	defer reload.Stop()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for running.Err() == nil {
		if !time.Now().Before(d.lookAt) {
			d.look()
		}
		d.launch()
		timer.Reset(d.idle())
		select {
		case <-running.Done():
		case <-d.s.inbox.signal:
			d.lookAt = time.Time{}
		case <-timer.C:
		case r := <-d.results:
			d.land(r)
		case <-reload.C:
			if err := d.load(); err != nil {
				d.s.c.Log.Error("the deliveries that are due cannot be read", "error", err)
			}
		}
		for more := true; more; { // as many as there are: launch looks at every lane that is ready
			select {
			case r := <-d.results:
				d.land(r)
			default:
				more = false
			}
		}
	}
	for d.flying > 0 {
		d.land(<-d.results)
	}
}

// idle is how long there is nothing to do but to wait for others.
func (d *dispatcher) idle() time.Duration {
	wait := time.Hour
	if len(d.asleep) > 0 {
		wait = d.asleep[0].next().Sub(d.s.c.Now())
	}
	return max(min(wait, time.Until(d.lookAt)), 0)
}

// load finds every pending delivery.
func (d *dispatcher) load() error {
	var refs []ref
	var dues []time.Time
	err := d.s.c.DB.View(func(tx *store.Tx) error {
		for e := range tx.Scan(store.Scan{Under: store.K(rootPending)}) {
			r, ok := refOf(e.Key)
			if l := d.lanes[r.webhook]; !ok || l != nil && l.items[r.delivery] != nil {
				continue
			}
			var p pending
			if err := e.Decode(&p); err != nil {
				d.s.c.Log.Error("a webhook delivery is left out", "webhook", r.webhook, "delivery", r.delivery, "error", err)
				continue
			}
			refs, dues = append(refs, r), append(dues, p.Due)
		}
		return nil
	})
	for i, r := range refs {
		d.add(r, dues[i], false)
	}
	return err
}

// look takes what is expected and is there.
func (d *dispatcher) look() {
	d.expected = append(d.expected, d.s.inbox.take()...)
	dues := make([]time.Time, len(d.expected))
	err := d.s.c.DB.View(func(tx *store.Tx) error {
		for i, a := range d.expected {
			var p pending
			if err := tx.Get(a.pending(), &p); err == nil {
				dues[i] = p.Due // what cannot be read is reported when everything is loaded
			}
		}
		return nil
	})
	if err != nil {
		d.s.c.Log.Error("new deliveries cannot be read; they are looked for again in a minute", "error", err)
	}
	d.lookAt = time.Now().Add(time.Hour)
	kept := d.expected[:0]
	for i, a := range d.expected {
		if age := time.Since(a.since); !dues[i].IsZero() {
			d.add(a.ref, dues[i], a.urgent)
		} else if age < expectedFor {
			kept = append(kept, a)
			d.lookAt = time.Now().Add(lookAgain(age)) // the newest is the last
		}
	}
	clear(d.expected[len(kept):])
	d.expected = kept
}

// add puts a delivery into its lane.
func (d *dispatcher) add(r ref, due time.Time, urgent bool) {
	l := d.lanes[r.webhook]
	if l == nil {
		l = &lane{webhook: r.webhook, items: map[string]*item{}, sleep: -1}
		d.acquaint(l, r.account)
		d.lanes[r.webhook] = l
	}
	if urgent {
		l.holdOff = time.Time{}
	}
	l.add(r, due, urgent)
	d.place(l)
}

// acquaint finds out what is known of a registration. One that is gone, or cannot be read, is found so again
// when a delivery is tried.
func (d *dispatcher) acquaint(l *lane, account string) {
	_ = d.s.c.DB.View(func(tx *store.Tx) error {
		rec, err := readRecord(tx, account, l.webhook)
		if err != nil {
			return err
		}
		l.failing = !rec.FailingSince.IsZero()
		if t, err := parseTarget(rec.URL); err == nil {
			l.host = t.key()
		}
		return nil
	})
}

// place puts a lane among the sleeping, or away when it has nothing. launch wakes it.
func (d *dispatcher) place(l *lane) {
	switch {
	case l.ready: // launch will see
	case len(l.waiting) == 0 && l.sleep >= 0:
		heap.Remove(&d.asleep, l.sleep)
	case len(l.waiting) == 0:
	case l.sleep >= 0:
		heap.Fix(&d.asleep, l.sleep)
	default:
		heap.Push(&d.asleep, l)
	}
	if len(l.items) == 0 && !l.ready {
		delete(d.lanes, l.webhook)
	}
}

// launch starts what is due and has a place. Each ready lane starts one, and then the others have their turn.
func (d *dispatcher) launch() {
	now := d.s.c.Now()
	for len(d.asleep) > 0 && d.asleep[0].due(now) {
		l := heap.Pop(&d.asleep).(*lane)
		l.ready = true
		d.ready = append(d.ready, l)
	}
	for held := 0; d.flying < d.s.c.Workers && held < len(d.ready); {
		l := d.ready[0]
		d.ready = d.ready[1:]
		switch {
		case !l.due(now):
			l.ready = false
			d.place(l)
			continue
		case d.held(l):
			held++
		default:
			held = 0
			d.fly(l)
		}
		d.ready = append(d.ready, l)
	}
}

// held tells whether a lane must wait for a place.
func (d *dispatcher) held(l *lane) bool {
	if l.flying >= l.width() {
		return true
	}
	if l.troubled() && d.troubled >= max(d.s.c.Workers/2, 1) {
		return true
	}
	h := d.hosts[l.host]
	return h != nil && (h.flying >= perHost || l.troubled() && h.troubled >= perHost/2)
}

// fly starts a lane's next try.
func (d *dispatcher) fly(l *lane) {
	it := heap.Pop(&l.waiting).(*item)
	r := result{lane: l, item: it, counted: l.host, troubled: l.troubled()}
	h := d.hosts[r.counted]
	if h == nil {
		h = &load{}
		d.hosts[r.counted] = h
	}
	l.flying++
	d.flying++
	h.flying++
	if r.troubled {
		d.troubled++
		h.troubled++
	}
	go func() { // run waits for its result
		r.outcome = d.s.try(d.s.life, it.ref)
		d.results <- r
	}()
}

// land takes what came of a try.
func (d *dispatcher) land(r result) {
	l, h := r.lane, d.hosts[r.counted]
	l.flying--
	d.flying--
	h.flying--
	if r.troubled {
		d.troubled--
		h.troubled--
	}
	if h.flying == 0 {
		delete(d.hosts, r.counted)
	}
	if r.sent {
		l.proven, l.failing, l.slow = !r.failed, r.failed, r.slow
		if r.host != "" {
			l.host = r.host
		}
		if r.holdOff > 0 {
			l.holdOff = d.s.c.Now().Add(r.holdOff)
		}
	}
	if r.pending {
		r.item.due = r.due
		heap.Push(&l.waiting, r.item)
	} else {
		delete(l.items, r.item.delivery)
	}
	if r.item.again {
		r.item.again = false
		d.s.inbox.urge(r.item.ref)
	}
	d.place(l)
}
