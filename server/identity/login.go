package identity

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"github.com/filmloom/filmloom/server/store"
)

// A Session is what a login gives, and a refresh.
type Session struct {
	Token   string // a signed JWT
	Account Account
	Expires time.Time // of the token
	Ends    time.Time // of the session: no refresh leads beyond
}

// Login gives a session to whoever knows a name and its password. from is the client's address, which waits
// after failures depend on. The error is [ErrIncorrect], whatever is wrong, a [ThrottledError], or that of
// the context or the database.
func (s *Service) Login(ctx context.Context, name, password string, from netip.Addr) (Session, error) {
	who := ""
	if clean, err := cleanName(name); err == nil {
		who = fold(clean)
	} // all names that nobody can have are one name
	r, err := s.tryLogin(ctx, who, password, from)
	switch {
	case errors.Is(err, ErrIncorrect):
		s.conf.Log.Info("a login was refused", "address", from, "account", r.ID)
	case errors.As(err, new(*ThrottledError)):
		s.conf.Log.Info("a login was refused because too many have failed", "address", from)
	}
	if err != nil {
		return Session{}, err
	}
	return s.issue(ctx, r, s.now(), randomText(tokenID))
}

// tryLogin finds the account that a folded name and a password belong to. The account is also given with
// ErrIncorrect, for the log, where the name is one's.
func (s *Service) tryLogin(ctx context.Context, who, password string, from netip.Addr) (accountRecord, error) {
	if err := s.throttle.admit(who, from, s.conf.Now()); err != nil {
		return accountRecord{}, err
	}
	if d := s.throttle.delay(who, from, s.conf.Now()); d > 0 {
		if err := s.pause(ctx, d); err != nil {
			return accountRecord{}, err
		}
	}
	if err := s.hasher.enter(ctx); err != nil {
		return accountRecord{}, err
	}
	defer s.hasher.leave()
	// Those who had their turn before may have failed. So a thousand attempts at once get no further than
	// a thousand one after another, and a hundred people who are right all get in.
	if err := s.throttle.admit(who, from, s.conf.Now()); err != nil {
		return accountRecord{}, err
	}
	r, hash, err := s.secretOf(who)
	if err != nil {
		return accountRecord{}, err
	}
	ok, err := s.hasher.matches(hash, password)
	if err != nil {
		return accountRecord{}, err
	}
	if !ok || r.ID == "" || r.Disabled {
		s.throttle.failed(who, from, s.conf.Now())
		return r, ErrIncorrect
	}
	s.throttle.succeeded(who, from)
	if s.hasher.outdated(hash) {
		s.rehash(ctx, r.ID, hash, password)
	}
	return r, nil
}

// secretOf reads an account and its password's hash at one instant, by a folded name. For a name that nobody
// has, the hash is one that takes as much work and that no password has.
func (s *Service) secretOf(who string) (r accountRecord, hash string, err error) {
	err = s.db.View(func(tx *store.Tx) error {
		if r, err = findAccount(tx, who); err != nil {
			return err
		}
		return absent(tx.Get(secretKey(r.ID), &hash))
	})
	if errors.Is(err, ErrNotFound) {
		return accountRecord{}, s.hasher.absent, nil
	}
	return r, hash, err
}

// rehash replaces a hash that was made with other parameters. The login does not depend on it.
func (s *Service) rehash(ctx context.Context, id, old, password string) {
	fresh := s.hasher.fresh(password)
	err := s.db.Update(ctx, func(tx *store.Tx) error {
		var now string
		if err := tx.Get(secretKey(id), &now); err != nil || now != old {
			return err // it was changed or removed meanwhile
		}
		return tx.Put(secretKey(id), fresh)
	})
	if err != nil {
		s.conf.Log.Warn("the hash of a password could not be made anew", "account", id, "error", err)
	}
}
