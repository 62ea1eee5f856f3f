package webhooks

import (
	"sync"
	"time"
)

// An inbox takes hints of deliveries from transactions to the dispatcher. A transaction may be tried several times,
// fail, or commit a little later; so the dispatcher looks for what is expected until it is there, or for ten
// seconds. What it misses it finds when it loads everything, every minute.
type inbox struct {
	signal chan struct{} // holds one

	mu       sync.Mutex
	isOpen   bool
	arrivals []arrival
}

type arrival struct {
	ref
	since  time.Time // when it was first expected, by the machine's clock
	urgent bool      // somebody asked for it: no pause of the receiver's counts
}

const expectedFor = 10 * time.Second

func (b *inbox) open() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.isOpen = true
}

func (b *inbox) shut() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.isOpen, b.arrivals = false, nil
}

// expect names deliveries that may be in the database soon.
func (b *inbox) expect(refs []ref) {
	now := time.Now()
	b.mu.Lock()
	for _, r := range refs {
		if b.isOpen {
			b.arrivals = append(b.arrivals, arrival{ref: r, since: now})
		}
	}
	b.mu.Unlock()
	b.wake()
}

// urge names a delivery that is in the database and wanted now.
func (b *inbox) urge(r ref) {
	b.mu.Lock()
	if b.isOpen {
		b.arrivals = append(b.arrivals, arrival{ref: r, since: time.Now(), urgent: true})
	}
	b.mu.Unlock()
	b.wake()
}

func (b *inbox) wake() {
	select {
	case b.signal <- struct{}{}:
	default:
	}
}

// take empties the inbox.
func (b *inbox) take() []arrival {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := b.arrivals
	b.arrivals = nil
	return list
}

// lookAgain is how long to wait for what has been expected so long.
func lookAgain(age time.Duration) time.Duration {
	return min(max(age/4, 5*time.Millisecond), time.Second)
}
