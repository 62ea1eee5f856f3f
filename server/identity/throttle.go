package identity

import (
	"math"
	"net/netip"
	"sync"
	"time"
)

// A pace says how failures slow down what comes after them. Some are free; each one more doubles the wait.
// As time passes failures are forgotten, one after another.
type pace struct {
	free        float64       // how many failures have no effect
	forget      time.Duration // after which one is forgotten
	first, most time.Duration // of the waits
}

var (
	// One address guesses the password of one name: 6 tries, then about one in ten minutes.
	pairPace = pace{free: 5, forget: 10 * time.Minute, first: time.Second, most: 15 * time.Minute}
	// One address guesses, whatever the names: then about one in a minute. People who share an address
	// mistype now and then.
	addressPace = pace{free: 20, forget: time.Minute, first: time.Second, most: 15 * time.Minute}
	// Many addresses guess the password of one name. Refusing would keep its owner out, so each login is
	// made to take some seconds longer.
	accountPace = pace{free: 30, forget: time.Minute, first: 250 * time.Millisecond, most: 4 * time.Second}
)

// A tally counts failures.
type tally struct {
	failures float64
	at       time.Time // when they were that many
	until    time.Time // refused before
	trusted  bool      // a login has succeeded
}

func (p pace) level(t tally, now time.Time) float64 {
	passed := max(now.Sub(t.at), 0)
	return max(t.failures-float64(passed)/float64(p.forget), 0)
}

// wait is how long a number of failures makes wait.
func (p pace) wait(failures float64) time.Duration {
	if failures <= p.free {
		return 0
	}
	d := float64(p.first) * math.Exp2(failures-p.free-1)
	return time.Duration(min(max(d, float64(p.first)), float64(p.most)))
}

func (p pace) fail(t tally, now time.Time) tally {
	t.failures, t.at = p.level(t, now)+1, now
	t.until = now.Add(p.wait(t.failures))
	return t
}

// remembered bounds how many pairs, addresses and names are held, each: some megabytes in all.
const remembered = 10_000

// A pair is a folded name that logs in at an address.
type pair struct {
	name    string
	address netip.Prefix
}

// A throttle decides how long logins wait, by the failures of a name at an address, of an address, and of a
// name. It tells names that somebody has from others in nothing.
type throttle struct {
	mu        *sync.Mutex
	pairs     recent[pair, tally]
	addresses recent[netip.Prefix, tally]
	names     recent[string, tally]
}

func newThrottle() throttle {
	return throttle{
		new(sync.Mutex), newRecent[pair, tally](remembered), newRecent[netip.Prefix, tally](remembered),
		newRecent[string, tally](remembered),
	}
}

// network is what one party has to itself: an IPv4 address, or the 64 bits that begin an IPv6 address.
func network(a netip.Addr) netip.Prefix {
	a = plainAddress(a)
	bits := 64
	if a.Is4() {
		bits = 32
	}
	p, _ := a.Prefix(bits) // no address at all is one as well: the zero Prefix
	return p
}

// plainAddress is an address without what the same one may be written with.
func plainAddress(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

// admit tells whether a login may be tried, and otherwise gives a *ThrottledError. A name that has logged in
// at an address before is not refused there for what others have done at that address.
func (t *throttle) admit(name string, from netip.Addr, now time.Time) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	where := network(from)
	until := time.Time{}
	known, _, _ := t.pairs.get(pair{name, where})
	if !known.trusted {
		address, _, _ := t.addresses.get(where)
		until = address.until
	}
	if known.until.After(until) {
		until = known.until
	}
	if wait := until.Sub(now); wait > 0 {
		return &ThrottledError{(wait + time.Second - 1).Truncate(time.Second)}
	}
	return nil
}

// delay is how much longer a login takes because of failures elsewhere. Whoever has logged in at the address
// before does not wait.
func (t *throttle) delay(name string, from netip.Addr, now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	if known, _, _ := t.pairs.get(pair{name, network(from)}); known.trusted {
		return 0
	}
	failed, _, _ := t.names.get(name)
	return accountPace.wait(accountPace.level(failed, now))
}

func (t *throttle) failed(name string, from netip.Addr, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	where := network(from)
	known, _, _ := t.pairs.get(pair{name, where})
	t.pairs.put(pair{name, where}, pairPace.fail(known, now))
	address, _, _ := t.addresses.get(where)
	t.addresses.put(where, addressPace.fail(address, now))
	account, _, _ := t.names.get(name)
	t.names.put(name, accountPace.fail(account, now))
}

// succeeded forgets the failures of the pair alone: an account of one's own must not help to guess others'.
func (t *throttle) succeeded(name string, from netip.Addr) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.pairs.put(pair{name, network(from)}, tally{trusted: true})
}
