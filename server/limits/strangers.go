package limits

import (
	"encoding/binary"
	"net/netip"
	"sync"
	"time"
)

// StrangersConfig is what Strangers need. The zero value is good.
type StrangersConfig struct {
	Requests int // of one address, without an account, in a minute; 0 means 60
	Logins   int // tries of one address in a minute, right or wrong; 0 means 10
	// Addresses is how many are remembered within a minute, for requests and for logins each. When there are
	// more, those with the fewest requests are forgotten. 0 means 65,536, which take about 3.5 MB.
	Addresses int
	// Now is the clock, and must never be before the year 1970. nil means time.Now.
	Now func() time.Time
}

// Strangers limits those who are not known yet, by address: an IPv4 address, or the first 64 bits of an IPv6
// address, since whoever has one such address has all of them. Its methods may be called concurrently.
//
// An address that is not valid is one like any other.
type Strangers struct{ requests, logins *addresses }

// NewStrangers makes Strangers. They start no goroutine and need no end.
func NewStrangers(conf StrangersConfig) *Strangers {
	if conf.Now == nil {
		conf.Now = time.Now
	}
	or := func(n, otherwise int) int {
		if n <= 0 {
			return otherwise
		}
		return n
	}
	most := or(conf.Addresses, 1<<16)
	limited := func(limit int) *addresses {
		return &addresses{limit: limit, most: most, now: conf.Now, counts: map[origin]int{}}
	}
	return &Strangers{requests: limited(or(conf.Requests, 60)), logins: limited(or(conf.Logins, 10))}
}

// Request counts a request that shows no valid credential.
func (s *Strangers) Request(client netip.Addr) Decision { return s.requests.take(client) }

// Login counts a try to log in, before the password is looked at.
func (s *Strangers) Login(client netip.Addr) Decision { return s.logins.take(client) }

// addresses counts by address in the present minute.
type addresses struct {
	limit, most int
	now         func() time.Time

	mu     sync.Mutex
	minute window // its count is unused
	counts map[origin]int
}

// An origin is what counts as one address. Unlike a netip.Addr it has no pointer to follow, and no zone.
type origin struct {
	net   uint64 // an IPv4 address, or the first half of an IPv6 address
	bytes uint8  // 4 or 16; 0 for an address that is not valid
}

func originOf(a netip.Addr) origin {
	switch a = a.Unmap(); {
	case a.Is4():
		b := a.As4()
		return origin{uint64(binary.BigEndian.Uint32(b[:])), 4}
	case a.Is6():
		b := a.As16()
		return origin{binary.BigEndian.Uint64(b[:8]), 16}
	}
	return origin{}
}

func (a *addresses) take(client netip.Addr) Decision {
	from := originOf(client)
	a.mu.Lock()
	defer a.mu.Unlock()
	now := unix(a.now())
	// The counts of a minute end together. So they need no care, and memory is never more than a minute's.
	// A clock that was set back far keeps them for the minute it shows.
	before := a.minute.start
	if a.minute.turn(now, minute); a.minute.start > before {
		a.counts = map[origin]int{}
	}
	count, known := a.counts[from]
	if count >= a.limit {
		return decide(false, window{a.minute.start, count}, minute, a.limit, now)
	}
	if !known && len(a.counts) >= a.most {
		a.forget()
	}
	a.counts[from] = count + 1
	return decide(true, window{a.minute.start, count + 1}, minute, a.limit, now)
}

// forget drops an address that has few requests of those that chance shows. One that is limited stays as long
// as there is a less busy one among them: a flood of other addresses does not free it.
func (a *addresses) forget() {
	var least origin
	fewest, seen := a.limit+1, 0
	for from, n := range a.counts {
		if n < fewest {
			least, fewest = from, n
		}
		if seen++; seen == 8 {
			break
		}
	}
	delete(a.counts, least)
}
