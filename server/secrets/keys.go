package secrets

import (
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
)

// Size is the length of the root key and of each derived key, in bytes.
const Size = 32

// ErrKey: the configured key cannot be one. The error that wraps it says why.
var ErrKey = errors.New("the server's secret key is not usable")

// Config says where the root key comes from.
type Config struct {
	Dir   string // the data directory; it is made when it is missing and a key must be kept in it
	Given []byte // the configured key, Size bytes; empty means the one in Dir, which is made when it is missing
}

// Keys gives keys by their purpose. Its methods may be called concurrently.
type Keys struct {
	root [Size]byte
	id   [idSize]byte // tells root keys apart, and nothing else about them
}

// New is [Open] for a configuration.
func New(c Config) (*Keys, error) { return Open(c.Dir, c.Given) }

// Open gives the keys derived from given, which must have Size bytes, or, when it is empty, from the root key
// in dir/secret.key. That file is made when it is missing; an error says when it is damaged or readable by
// others. With a given key the file is neither read nor made.
func Open(dir string, given []byte) (*Keys, error) {
	root := given
	if len(given) == 0 {
		var err error
		if root, err = kept(dir); err != nil {
			return nil, err
		}
	}
	if len(root) != Size {
		return nil, fmt.Errorf("%w: it has %d bytes instead of %d", ErrKey, len(root), Size)
	}
	k := &Keys{root: [Size]byte(root)}
	k.id = [idSize]byte(k.derive("identity"))
	return k, nil
}

// For gives the key of a purpose: Size bytes, always the same for the same root key and purpose.
func (k *Keys) For(purpose string) []byte { return k.derive("purpose " + purpose) }

// derive follows RFC 5869. The root is random, so no salt is needed.
func (k *Keys) derive(label string) []byte {
	key, err := hkdf.Key(sha256.New, k.root[:], nil, "filmloom "+label, Size)
	if err != nil {
		panic("secrets: " + err.Error()) // only a length out of range does this
	}
	return key
}

// Format keeps the root key out of whatever is printed.
func (Keys) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "secrets.Keys(hidden)") }

// MarshalText keeps the root key out of structured logs.
func (Keys) MarshalText() ([]byte, error) { return []byte("secrets.Keys(hidden)"), nil }
