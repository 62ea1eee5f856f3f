package youtube

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/filmloom/filmloom/server/store"
)

// scheme is what references begin with.
const scheme = "youtube:"

// Reference names an account's token in a pipeline: what [Service.Secret] takes.
func Reference(account string) string { return scheme + account }

// Secret gives the access token that a reference names, made less than a minute ago, with about an hour to live.
// It is what engine.Config.Secrets needs. The error is ErrReference, ErrNotConfigured, ErrClient, ErrNotConnected,
// ErrBroken, ErrUnavailable, the context's or the database's.
func (s *Service) Secret(ctx context.Context, reference string) (string, error) {
	account, ok := strings.CutPrefix(reference, scheme)
	if !ok {
		return "", ErrReference
	}
	if !s.Configured() {
		return "", ErrNotConfigured
	}
	for {
		c, err := s.connection(account)
		switch {
		case err != nil:
			return "", err
		case c == nil || account == "":
			return "", ErrNotConnected
		case c.Broken != "":
			return "", ErrBroken
		}
		f, token, mine := s.board(c.Generation)
		switch {
		case token != "":
			return token, nil
		case mine:
			f.token, f.err = s.renew(ctx, account, *c)
			s.land(c.Generation, f)
			return f.token, f.err
		}
		select {
		case <-f.landed:
		case <-ctx.Done():
			return "", ctx.Err()
		}
		// Whoever made the refresh may have gone away in the middle of it.
		if f.err == nil || !errors.Is(f.err, context.Canceled) && !errors.Is(f.err, context.DeadlineExceeded) {
			return f.token, f.err
		}
	}
}

// A flight is a refresh that is being made, for all who want it.
type flight struct {
	landed chan struct{}
	token  string // what came of it, once it has landed
	err    error
}

// A held token was made at a time.
type held struct {
	token string
	made  time.Time
	ends  time.Time
}

const (
	// heldFor is how long a token counts as fresh. It is short: a permission that was withdrawn shows then.
	heldFor = time.Minute
	// enough is what a token that is given away again must have left.
	enough = 10 * time.Minute
)

// board gives a fresh token; or the flight that brings one, which is the caller's to make when it is mine.
func (s *Service) board(generation string) (f *flight, token string, mine bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.conf.Now()
	if h, ok := s.fresh[generation]; ok && now.Sub(h.made) < heldFor && h.ends.Sub(now) > enough {
		return nil, h.token, false
	}
	if f := s.flights[generation]; f != nil {
		return f, "", false
	}
	f = &flight{landed: make(chan struct{})}
	s.flights[generation] = f
	return f, "", true
}

// land tells everybody what came of a flight.
func (s *Service) land(generation string, f *flight) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.flights, generation)
	close(f.landed)
}

// hold keeps a token that was made now, and drops those that are not fresh any more.
func (s *Service) hold(generation string, given tokens) {
	now := s.conf.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	for g, h := range s.fresh {
		if now.Sub(h.made) >= heldFor {
			delete(s.fresh, g)
		}
	}
	s.fresh[generation] = held{given.access, now, now.Add(given.life)}
}

func (s *Service) drop(generation string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.fresh, generation)
}

// why a connection can be broken, in words for the person.
const (
	whyWithdrawn = "The permission to upload was withdrawn or has expired: connect the channel again."
	whyKey       = "The server's secret key was changed: connect the channel again."
)

// renew makes a new access token.
func (s *Service) renew(ctx context.Context, account string, c connection) (string, error) {
	refresh, err := s.conf.Keys.Open(purpose, c.Refresh, place("refresh", account))
	if err != nil {
		s.conf.Log.Warn("a YouTube connection cannot be read", "account", account, "error", err)
		return "", errors.Join(ErrBroken, s.spoil(ctx, account, c.Generation, whyKey))
	}
	given, err := s.refresh(ctx, string(refresh))
	if errors.Is(err, errWithdrawn) {
		s.conf.Log.Warn("a YouTube connection was withdrawn or has expired", "account", account)
		return "", errors.Join(ErrBroken, s.spoil(ctx, account, c.Generation, whyWithdrawn))
	}
	if err != nil {
		return "", err
	}
	if given.refresh != "" && given.refresh != string(refresh) {
		if err := s.replace(ctx, account, c.Generation, given.refresh); err != nil {
			return "", err
		}
	}
	s.hold(c.Generation, given)
	return given.access, nil
}

// replace keeps a refresh token that came in place of another.
func (s *Service) replace(ctx context.Context, account, generation, refresh string) error {
	ctx = context.WithoutCancel(ctx) // the old one may be of no use any more
	return s.conf.DB.Update(ctx, func(tx *store.Tx) error {
		c, err := read(tx, account)
		if err != nil || c == nil || c.Generation != generation {
			return err
		}
		c.Refresh = s.conf.Keys.Seal(purpose, []byte(refresh), place("refresh", account))
		return tx.Put(connectionKey(account), c)
	})
}
