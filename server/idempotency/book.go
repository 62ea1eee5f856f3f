package idempotency

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/filmloom/filmloom/server/store"
)

// Why a request does not go on. All but ErrKey are conflicts (409). Their texts may be shown to clients.
var (
	ErrKey       = errors.New("Idempotency-Key must be 1 to 255 printable ASCII characters")
	ErrInFlight  = errors.New("a request with this Idempotency-Key is still being answered: try again in a moment")
	ErrOtherBody = errors.New("this Idempotency-Key was used for another request: use a new key for each request")
	ErrWithheld  = errors.New("this request was already carried out, and its answer is given only once: look at what it made, or send it with a new Idempotency-Key to do it again")
)

// LongestKey bounds a key, in bytes.
const LongestKey = 255

// Config says where answers are remembered, and for how long.
type Config struct {
	DB       *store.DB        // required
	Lifetime time.Duration    // how long an answer is remembered; 24 hours when it is 0
	Largest  int              // the largest answer that is remembered, in bytes; 256 KiB when it is 0
	Now      func() time.Time // the clock; time.Now when it is nil
	// Known tells within a transaction whether an account is there; its error is what comes of an answer to one that
	// is not. nil takes every account for one that is.
	Known func(tx *store.Tx, account string) error
}

// A Book remembers the answers. Its methods may be called concurrently. There must be only one for a
// database: what is in flight is known to it alone.
type Book struct {
	config Config
	mu     sync.Mutex
	flying map[store.Key][sha256.Size]byte // the fingerprints of what is being answered
}

// New makes a Book.
func New(c Config) (*Book, error) {
	if c.DB == nil {
		return nil, errors.New("idempotency: there is no database")
	}
	if c.Lifetime < 0 || c.Largest < 0 {
		return nil, errors.New("idempotency: a lifetime and a largest answer cannot be negative")
	}
	if c.Lifetime == 0 {
		c.Lifetime = 24 * time.Hour
	}
	if c.Largest == 0 {
		c.Largest = 256 << 10
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Known == nil {
		c.Known = func(*store.Tx, string) error { return nil }
	}
	return &Book{config: c, flying: map[store.Key][sha256.Size]byte{}}, nil
}

// A Request is what makes two requests the same one.
type Request struct {
	Account string // whose it is
	Route   string // method and pattern: "POST /projects/{project_id}/generate"
	// Target is the path and query as they were sent, when the route has variables or options: a key that was
	// used for one project is not good for another.
	Target string
	Key    string // the value of Idempotency-Key
	Body   []byte // as it was sent
}

// fingerprint differs when anything differs that the key does not stand for.
func (r *Request) fingerprint() (sum [sha256.Size]byte) {
	h := sha256.New()
	for _, part := range [][]byte{[]byte(r.Route), []byte(r.Target), r.Body} {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(part)))
		h.Write(n[:])
		h.Write(part)
	}
	h.Sum(sum[:0])
	return sum
}

// place is where the answer is remembered. The key is what a client sent, so it is not shown as it is in an
// error of the database.
func (r *Request) place() store.Key {
	sum := sha256.Sum256([]byte(r.Key))
	return store.K("idempotency", r.Account, r.Route, hex.EncodeToString(sum[:]))
}

// A record is what is stored for a request that succeeded.
type record struct {
	Request  []byte    `json:"request"` // its fingerprint
	Until    time.Time `json:"until"`
	Withheld bool      `json:"withheld,omitempty"` // there was an answer, and it is not here
	Answer   *Answer   `json:"answer,omitempty"`
}

// ValidKey tells whether a key is 1 to LongestKey printable ASCII characters.
func ValidKey(key string) bool {
	for i := range len(key) {
		if key[i] < ' ' || key[i] > '~' {
			return false
		}
	}
	return key != "" && len(key) <= LongestKey
}

// Begin asks whether a request is the first of its key. Then it gives a Claim, which the caller must end with
// one of its methods Serve, Finish or Abandon. When the request has been answered before it gives that
// answer. Otherwise the error is ErrKey, ErrInFlight, ErrOtherBody or ErrWithheld, or one of the database's.
func (b *Book) Begin(ctx context.Context, r Request) (*Claim, *Answer, error) {
	if !ValidKey(r.Key) {
		return nil, nil, ErrKey
	}
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	c := &Claim{book: b, account: r.Account, place: r.place(), request: r.fingerprint()}
	if answer, err := c.earlier(); answer != nil || err != nil {
		return nil, answer, err
	}
	if err := b.enter(c); err != nil {
		return nil, nil, err
	}
	// Whoever was in flight when we looked may have been answered before we entered.
	if answer, err := c.earlier(); answer != nil || err != nil {
		c.leave()
		return nil, answer, err
	}
	return c, nil, nil
}

// enter takes the key, unless somebody has it.
func (b *Book) enter(c *Claim) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch request, taken := b.flying[c.place]; {
	case !taken:
		b.flying[c.place] = c.request
		return nil
	case request != c.request:
		return ErrOtherBody
	}
	return ErrInFlight
}

// look reads what is remembered under a key; nil means nothing.
func (b *Book) look(tx *store.Tx, place store.Key) (*record, error) {
	var r record
	err := tx.Get(place, &r)
	now := b.config.Now()
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("the first answer to a request cannot be read: %w", err)
	case !now.Before(r.Until):
		return nil, nil
	}
	return &r, nil
}
