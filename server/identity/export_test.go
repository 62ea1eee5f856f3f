package identity

import (
	"context"
	"time"
)

// Hashings is how many passwords were hashed.
func (s *Service) Hashings() int64 { return s.hasher.hashed.Load() }

// Pause replaces what slows logins down.
func (s *Service) Pause(fn func(time.Duration)) {
	s.pause = func(_ context.Context, d time.Duration) error { fn(d); return nil }
}

// Signer is the newest key that tokens are signed with.
func (s *Service) Signer() (id string, secret []byte) {
	keys := *s.keys.keys.Load()
	return keys[len(keys)-1].ID, keys[len(keys)-1].Secret
}

// Signers is how many keys there are.
func (s *Service) Signers() int { return len(*s.keys.keys.Load()) }

// Remembered is how many proofs are held.
func (s *Service) Remembered() int {
	s.verified.mu.RLock()
	defer s.verified.mu.RUnlock()
	return len(s.verified.proofs.young) + len(s.verified.proofs.old)
}

// Forget forgets what was verified.
func (s *Service) Forget() { s.verified.forget() }

// Bounds.
const (
	Remembers = remembers
	Rotation  = rotation
	UsedEvery = usedEvery
)

// ParseKey gives the id in the text of a key.
func ParseKey(text string) (string, error) { return parseKey(text) }

// Checksum is what the text of a key ends with.
func Checksum(text string) string { return checksum(text) }

// Watched is how many contexts last only while their principals are let in.
func (s *Service) Watched() int {
	s.watches.mu.Lock()
	defer s.watches.mu.Unlock()
	return len(s.watches.all)
}
