package identity

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"sync/atomic"

	"golang.org/x/crypto/argon2"
)

// Argon2 says how much work an Argon2id hash takes.
type Argon2 struct {
	Memory  uint32 // KiB
	Time    uint32 // rounds over that memory
	Threads uint8
}

// Bounds of the parameters, also of those in the database: a damaged record must not take all memory.
const (
	leastMemory = 8
	mostMemory  = 1 << 20 // 1 GiB
	mostTime    = 64
	mostThreads = 16
)

func (a Argon2) sane() bool {
	return a.Threads >= 1 && a.Threads <= mostThreads && a.Time >= 1 && a.Time <= mostTime &&
		a.Memory >= leastMemory*uint32(a.Threads) && a.Memory <= mostMemory
}

const (
	saltSize = 16
	sumSize  = 32
	// atOnce bounds the memory of hashing.
	atOnce = 2
)

// A hasher hashes passwords, a few at a time.
type hasher struct {
	params Argon2
	slots  chan struct{}
	hashed atomic.Int64 // how often
	absent string       // the hash that stands for that of an account which there is not
}

func newHasher(params Argon2) *hasher {
	h := &hasher{params: params, slots: make(chan struct{}, atOnce)}
	h.absent = encodeHash(params, make([]byte, saltSize), make([]byte, sumSize))
	return h
}

// enter waits for a turn; whoever gets it calls leave.
func (h *hasher) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (h *hasher) leave() { <-h.slots }

// hash waits for a turn and hashes a password with a new salt.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	if err := h.enter(ctx); err != nil {
		return "", err
	}
	defer h.leave()
	return h.fresh(password), nil
}

// fresh hashes a password with a new salt. The caller has a turn.
func (h *hasher) fresh(password string) string {
	salt := make([]byte, saltSize)
	rand.Read(salt) // never fails
	return encodeHash(h.params, salt, h.sum(h.params, salt, password))
}

// matches tells whether a password is the one of a hash. The caller has a turn. The work is one hashing,
// whatever comes out of it; a hash that cannot be read is an error.
func (h *hasher) matches(encoded, password string) (bool, error) {
	params, salt, want, ok := decodeHash(encoded)
	if !ok {
		return false, fmt.Errorf("the record of a password is damaged; set the password anew")
	}
	return subtle.ConstantTimeCompare(h.sum(params, salt, password), want) == 1, nil
}

func (h *hasher) sum(p Argon2, salt []byte, password string) []byte {
	h.hashed.Add(1)
	return argon2.IDKey([]byte(cleanPassword(password)), salt, p.Time, p.Memory, p.Threads, sumSize)
}

// outdated tells whether a hash was made with other parameters than today's.
func (h *hasher) outdated(encoded string) bool {
	params, _, _, ok := decodeHash(encoded)
	return !ok || params != h.params
}

// The text of a hash is the PHC string format, which other programs read as well.
const hashFormat = "$argon2id$v=19$m=%d,t=%d,p=%d$"

func encodeHash(p Argon2, salt, sum []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf(hashFormat, p.Memory, p.Time, p.Threads) + b64.EncodeToString(salt) + "$" + b64.EncodeToString(sum)
}

func decodeHash(encoded string) (p Argon2, salt, sum []byte, ok bool) {
	const saltText, sumText = (saltSize*8 + 5) / 6, (sumSize*8 + 5) / 6
	begin := len(encoded) - saltText - 1 - sumText
	if begin < 0 || encoded[begin+saltText] != '$' {
		return p, nil, nil, false
	}
	if _, err := fmt.Sscanf(encoded[:begin], hashFormat, &p.Memory, &p.Time, &p.Threads); err != nil || !p.sane() {
		return p, nil, nil, false
	}
	b64 := base64.RawStdEncoding.Strict()
	salt, err := b64.DecodeString(encoded[begin : begin+saltText])
	if err != nil {
		return p, nil, nil, false
	}
	sum, err = b64.DecodeString(encoded[begin+saltText+1:])
	// Written again it must be the same: Sscanf is lenient.
	return p, salt, sum, err == nil && encodeHash(p, salt, sum) == encoded
}
