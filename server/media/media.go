package media

import (
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/filmloom/filmloom/engine/artifact"
)

// Prefix begins the path of every link, after the base.
const Prefix = "/media/"

// Step is the longest time that a link outlives its lifetime, and that a file's link stays the same: see [Media.URL].
const Step = 15 * time.Minute

// Config says what a Media gives and how.
type Config struct {
	Store artifact.Store // where the files are; required
	Key   []byte         // signs the links; at least 32 random bytes; required
	// Base is what links begin with, such as https://films.example.org, with or without a slash at its
	// end. It is called for each link, since a listen address may be known late; required.
	Base     func() string
	Lifetime time.Duration    // how long a link lives; 24 hours when it is 0
	Now      func() time.Time // the clock; time.Now when it is nil
	Log      *slog.Logger     // told of failures of the store; slog.Default when it is nil
}

// A File is what a link gives.
type File struct {
	SHA256 string // its digest in the artifact store
	// Name is what it is called when it is saved, in any language. What a file's name cannot have is
	// replaced, and it is cut at 200 bytes; "" is "file".
	Name string
	// Type is its media type. A name whose extension does not stand for it gets one that does. "" means
	// that the name's extension is right.
	Type string
}

// Options vary a link.
type Options struct {
	Lifetime time.Duration // instead of the configured one; 0 means that one
	Download bool          // a browser saves the file instead of showing it
}

// Media makes links and serves them. Its methods may be called concurrently.
type Media struct {
	config  Config
	signers sync.Pool // of *signer
}

// New makes a Media.
func New(c Config) (*Media, error) {
	switch {
	case c.Store == nil:
		return nil, errors.New("media: there is no artifact store")
	case len(c.Key) < 32:
		return nil, fmt.Errorf("media: the key has %d bytes; it needs at least 32", len(c.Key))
	case c.Base == nil:
		return nil, errors.New("media: there is no base for links")
	case c.Lifetime < 0:
		return nil, fmt.Errorf("media: links cannot live for %v", c.Lifetime)
	}
	if c.Lifetime == 0 {
		c.Lifetime = 24 * time.Hour
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	key := append([]byte(nil), c.Key...)
	c.Key = nil // signers have it: it is not printed with a Media
	m := &Media{config: c}
	m.signers.New = func() any { return newSigner(key) }
	return m, nil
}
