package idempotency

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/filmloom/filmloom/server/store"
)

// A Claim is the right to carry a request out. It must be ended once, with Serve, Finish or Abandon; after
// that each of them does nothing, so that Abandon can be deferred. The methods of a nil Claim, which is what
// a request without a key has, do nothing.
type Claim struct {
	book     *Book
	account  string
	place    store.Key
	request  [sha256.Size]byte
	withheld atomic.Bool
	ended    atomic.Bool
}

type contextKey struct{}

// With gives a context from which handlers can take the claim.
func With(ctx context.Context, c *Claim) context.Context {
	return context.WithValue(ctx, contextKey{}, c)
}

// From is the claim of the request that is being answered; nil, which can be used all the same, when it has none.
func From(ctx context.Context) *Claim {
	c, _ := ctx.Value(contextKey{}).(*Claim)
	return c
}

// earlier is the answer that the request was given before, or why there is none to give.
func (c *Claim) earlier() (*Answer, error) {
	var r *record
	err := c.book.config.DB.View(func(tx *store.Tx) (err error) {
		r, err = c.book.look(tx, c.place)
		return err
	})
	switch {
	case err != nil || r == nil:
		return nil, err
	case !bytes.Equal(r.Request, c.request[:]):
		return nil, ErrOtherBody
	case r.Withheld || r.Answer == nil:
		return nil, ErrWithheld
	}
	return r.Answer, nil
}

// Withhold keeps the answer of this request out of the database, because it shows a secret that is shown once.
// It must be called before Record.
func (c *Claim) Withhold() {
	if c != nil {
		c.withheld.Store(true)
	}
}

// Record remembers the answer as a part of a transaction: it is there if and only if all of that transaction is.
// It may be called again when the transaction is tried again. An answer that is no success is not
// remembered. The claim has to be ended all the same; what it is ended with then does not replace what was
// recorded, even if the handler fails after its transaction.
func (c *Claim) Record(tx *store.Tx, a Answer) error {
	if c == nil || !a.worth() {
		return nil
	}
	if err := c.book.config.Known(tx, c.account); err != nil {
		return err
	}
	until := c.book.config.Now().Add(c.book.config.Lifetime).UTC()
	r := record{Request: c.request[:], Until: until}
	if c.withheld.Load() || a.size() > c.book.config.Largest {
		r.Withheld = true
	} else {
		r.Answer = &Answer{a.Status, own(a.Header), a.Body}
	}
	// The database forgets by whole seconds, so a second later than needed.
	if err := tx.PutUntil(c.place, r, until.Add(time.Second)); err != nil {
		return fmt.Errorf("the answer to a request cannot be remembered: %w", err)
	}
	return nil
}

// patience is how long remembering an answer may take. The client may be gone by then.
const patience = 10 * time.Second

// Finish ends the claim with the answer that the request got, and remembers it if it is a success that was not
// recorded. When it returns, the next request with the key gets that answer. It does its work also when ctx is
// done: what has happened has happened. After an error the key is free, and the request would be carried out again.
func (c *Claim) Finish(ctx context.Context, a Answer) error {
	if c == nil || c.ended.Swap(true) {
		return nil
	}
	defer c.leave()
	if !a.worth() {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	return c.book.config.DB.Update(ctx, func(tx *store.Tx) error {
		// While the claim is held nobody else writes here.
		switch r, err := c.book.look(tx, c.place); {
		case err != nil:
			return err
		case r != nil:
			return nil
		}
		return c.Record(tx, a)
	})
}

// Abandon ends the claim: the key is free, unless an answer was recorded.
func (c *Claim) Abandon() {
	if c != nil && !c.ended.Swap(true) {
		c.leave()
	}
}

// leave gives the key up. It must be done only once, since another claim may have it afterwards.
func (c *Claim) leave() {
	c.book.mu.Lock()
	defer c.book.mu.Unlock()
	delete(c.book.flying, c.place)
}
