package identity

import (
	"context"
	"crypto/sha256"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// A Principal is who sends a request.
type Principal struct {
	Account Account
	Scopes  Scopes    // a session has read and write, and admin if the account is an admin
	Key     *Key      // the API key, or nil for a session; not to be changed, and its LastUsed is not set
	Expires time.Time // of the credential; zero for a key that does not expire

	bond bond
}

// Authenticate tells whose a credential is: an API key, which begins with flm_, or a session's token. from is
// the client's address, for keys that are bound to some. The error is [ErrCredentials] (perhaps
// [ErrMistyped]), [ErrForbiddenAddress], or that of the context or the database.
func (s *Service) Authenticate(ctx context.Context, credential string, from netip.Addr) (Principal, error) {
	if err := ctx.Err(); err != nil {
		return Principal{}, err
	}
	if len(credential) > longestCredential {
		return Principal{}, ErrCredentials
	}
	digest, now := sum(sha256.Sum256([]byte(credential))), s.conf.Now()
	p, ok, round := s.verified.find(digest, now)
	if !ok {
		var err error
		if strings.HasPrefix(credential, keyFamily) {
			p, err = s.proveKey(credential, digest, now)
		} else {
			p, err = s.proveToken(credential)
		}
		if err != nil {
			return Principal{}, err
		}
		s.verified.keep(digest, p, round)
	}
	if p.who.Key != nil {
		if !p.who.Key.allows(from) {
			return Principal{}, ErrForbiddenAddress
		}
		s.noteUse(p, now)
	}
	return p.who, nil
}

func (s *Service) proveToken(text string) (proof, error) {
	c, r, err := s.verifyToken(text)
	if err != nil {
		return proof{}, err
	}
	end := s.expires(c)
	who := Principal{
		Account: r.Account, Scopes: grant(Read|Write|Admin, r.Account), Expires: end,
		bond: bond{session: c.Session, epoch: c.Epoch},
	}
	return proof{who: who, until: end}, nil
}

func (s *Service) proveKey(text string, digest sum, now time.Time) (proof, error) {
	id, err := parseKey(text)
	if err != nil {
		return proof{}, err
	}
	k, r, until, err := s.verifyKey(id, digest, now)
	if err != nil {
		return proof{}, err
	}
	who := Principal{Account: r.Account, Scopes: grant(k.Scopes, r.Account), Key: &k, Expires: until, bond: bond{digest: digest}}
	return proof{who, until, new(atomic.Int64)}, nil
}

// grant leaves the scopes that an account can have.
func grant(s Scopes, a Account) Scopes {
	if !a.Admin {
		s &^= Admin
	}
	return s
}

// allows tells whether a key may be used at an address.
func (k *Key) allows(from netip.Addr) bool {
	from = plainAddress(from)
	return len(k.CIDRs) == 0 || slices.ContainsFunc(k.CIDRs, func(p netip.Prefix) bool { return p.Contains(from) })
}

// noteUse has it written down that a key was used, at most once a minute, without waiting.
func (s *Service) noteUse(p proof, now time.Time) {
	at, last := now.Unix(), p.noted.Load()
	if at-last >= int64(usedEvery/time.Second) && p.noted.CompareAndSwap(last, at) {
		s.uses.note(p.who.Key.ID, now)
	}
}
