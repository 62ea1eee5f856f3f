package identity

import (
	"context"
	"crypto/rand"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/filmloom/filmloom/server/store"
)

// rotation is how long a key signs. After it the next one does, and the old one verifies only what it has
// signed.
const rotation = 30 * 24 * time.Hour

const (
	signingKeySize = 32 // bytes: what HS256 makes use of
	keyIDSize      = 10 // characters
)

// A signingKey signs session tokens.
type signingKey struct {
	N       int       `json:"n"` // from 1; the highest one signs
	ID      string    `json:"id"`
	Secret  []byte    `json:"secret"`
	Created time.Time `json:"created"`
}

func signingKeyKey(n int) store.Key { return key("signing-key", fmt.Sprintf("%08d", n)) }

// A ring has the keys in order, the one that signs last.
type ring struct {
	turn sync.Mutex // for whoever makes a key
	keys atomic.Pointer[[]signingKey]
}

func (r *ring) load(db *store.DB) error {
	keys := []signingKey{}
	err := db.View(func(tx *store.Tx) error {
		for e := range tx.Scan(store.Scan{Under: key("signing-key")}) {
			var k signingKey
			if err := e.Decode(&k); err != nil {
				return err
			}
			if len(k.Secret) != signingKeySize {
				return fmt.Errorf("the record %s is damaged", e.Key)
			}
			keys = append(keys, k)
		}
		return nil
	})
	r.keys.Store(&keys)
	return err
}

// due tells whether another key should sign. One that is from the future was made when the clock was wrong.
func (k signingKey) due(now time.Time) bool {
	age := now.Sub(k.Created)
	return age >= rotation || age < -time.Hour
}

// signer is the key that signs now. It makes one when it is time.
func (r *ring) signer(ctx context.Context, db *store.DB, now time.Time, lifetime time.Duration) (signingKey, error) {
	if keys := *r.keys.Load(); len(keys) > 0 && !keys[len(keys)-1].due(now) {
		return keys[len(keys)-1], nil
	}
	r.turn.Lock()
	defer r.turn.Unlock()
	keys := *r.keys.Load()
	next := signingKey{N: 1, ID: randomText(keyIDSize), Secret: make([]byte, signingKeySize), Created: now}
	if n := len(keys); n > 0 {
		if !keys[n-1].due(now) {
			return keys[n-1], nil // another one has made it
		}
		next.N = keys[n-1].N + 1
	}
	rand.Read(next.Secret) // never fails
	var kept, gone []signingKey
	for i, k := range keys {
		if i+1 < len(keys) && retired(keys[i+1], now, lifetime) {
			gone = append(gone, k)
			continue
		}
		kept = append(kept, k)
	}
	err := db.Update(ctx, func(tx *store.Tx) error {
		for _, k := range gone {
			if err := tx.Delete(signingKeyKey(k.N)); err != nil {
				return err
			}
		}
		return tx.Put(signingKeyKey(next.N), next)
	})
	if err != nil {
		return signingKey{}, fmt.Errorf("a key to sign sessions with cannot be made: %w", err)
	}
	kept = append(kept, next)
	r.keys.Store(&kept)
	return next, nil
}

// find gives the key of an id while a token of it can be alive.
func (r *ring) find(id string, now time.Time, lifetime time.Duration) ([]byte, bool) {
	keys := *r.keys.Load()
	for i, k := range keys {
		if k.ID == id && (i+1 == len(keys) || !retired(keys[i+1], now, lifetime)) {
			return k.Secret, true
		}
	}
	return nil, false
}

// retired tells whether all that the key before this one has signed has expired.
func retired(next signingKey, now time.Time, lifetime time.Duration) bool {
	return now.After(next.Created.Add(lifetime))
}
