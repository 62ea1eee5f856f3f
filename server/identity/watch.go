package identity

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"github.com/filmloom/filmloom/server/store"
)

// A bond is what a principal was let in by: a key's secret, or a session.
type bond struct {
	digest  sum // of the key's text
	session string
	epoch   int64
}

// watches are the contexts that last only while their principals are let in.
type watches struct {
	mu  sync.Mutex
	all map[*watch]struct{}
}

type watch struct {
	who    Principal
	cancel context.CancelCauseFunc
}

// While is a context that ends with ctx, and as soon as its principal is no longer let in: the account is disabled,
// removed, has another password or administers no more, the session has ended, the key is revoked. Then its cause is
// [ErrCredentials]. That a token or key expires is no reason: who was let in before may finish. For the zero
// Principal the context is only ctx's. cancel must be called.
func (s *Service) While(ctx context.Context, who Principal) (_ context.Context, cancel context.CancelFunc) {
	ctx, end := context.WithCancelCause(ctx)
	if who.Account.ID == "" {
		return ctx, func() { end(nil) }
	}
	w := &watch{who, end}
	s.watches.mu.Lock()
	s.watches.all[w] = struct{}{}
	s.watches.mu.Unlock()
	s.look(w) // what happened since the principal was let in
	return ctx, func() {
		s.watches.mu.Lock()
		delete(s.watches.all, w)
		s.watches.mu.Unlock()
		end(nil)
	}
}

// lookAfter looks at all contexts, because something has changed.
func (s *Service) lookAfter() {
	s.watches.mu.Lock()
	all := slices.Collect(maps.Keys(s.watches.all))
	s.watches.mu.Unlock()
	for _, w := range all {
		s.look(w)
	}
}

// look ends a context whose principal is no longer let in. When the database fails it goes on, as it did before.
func (s *Service) look(w *watch) {
	if err := s.letIn(w.who); errors.Is(err, ErrCredentials) || errors.Is(err, ErrNotFound) {
		w.cancel(ErrCredentials)
	}
}

// letIn tells why a principal would not be let in any more, apart from the time.
func (s *Service) letIn(who Principal) error {
	var r accountRecord
	err := s.db.View(func(tx *store.Tx) error {
		var err error
		if r, err = getAccount(tx, who.Account.ID); err != nil {
			return err
		}
		if k := who.Key; k != nil {
			of, err := getKey(tx, r.ID, k.ID)
			if _, ok := of.ends(who.bond.digest); err == nil && !ok {
				err = ErrCredentials
			}
			return err
		}
		ended, err := tx.Has(endedKey(who.bond.session))
		if err == nil && (ended || r.Epoch != who.bond.epoch) {
			err = ErrCredentials
		}
		return err
	})
	if err == nil && (r.Disabled || who.Scopes.Has(Admin) && !r.Admin) {
		err = ErrCredentials
	}
	return err
}
