package identity

import (
	"crypto/sha256"
	"sync"
	"sync/atomic"
	"time"
)

// longestCredential bounds what is looked at, in bytes. Our tokens have some 450, our keys 59.
const longestCredential = 2048

// remembers is how many credentials are held at least: a kilobyte each.
const remembers = 5_000

// A proof is what is known of a credential that was verified.
type proof struct {
	who   Principal
	until time.Time     // it must be verified anew from then on; zero is never
	noted *atomic.Int64 // of a key: when its use was noted last, in Unix seconds
}

type sum [sha256.Size]byte

// verified remembers proofs by the sums of their credentials. Whatever changes an account, a key or a session
// makes it forget everything: that is rare, and to verify anew takes little.
type verified struct {
	mu     *sync.RWMutex
	proofs recent[sum, proof]
	round  *uint64 // goes up with each forgetting
}

func newVerified() verified {
	return verified{new(sync.RWMutex), newRecent[sum, proof](remembers), new(uint64)}
}

// find gives the proof of a credential that is still good, and the round to keep another one in.
func (v *verified) find(s sum, now time.Time) (p proof, ok bool, round uint64) {
	v.mu.RLock()
	p, ok, fading := v.proofs.get(s)
	round = *v.round
	v.mu.RUnlock()
	if ok && !p.until.IsZero() && !now.Before(p.until) {
		return proof{}, false, round
	}
	if fading {
		v.keep(s, p, round)
	}
	return p, ok, round
}

// keep remembers a proof unless something has changed since the round was asked for: then what the proof was
// made of may be out of date.
func (v *verified) keep(s sum, p proof, round uint64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if round == *v.round {
		v.proofs.put(s, p)
	}
}

func (v *verified) forget() {
	v.mu.Lock()
	defer v.mu.Unlock()
	*v.round++
	v.proofs.clear()
}
