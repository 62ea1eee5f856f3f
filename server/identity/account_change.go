package identity

import (
	"context"
	"errors"

	"github.com/filmloom/filmloom/server/store"
)

// A Change says what is to be different about an account. What is nil stays.
type Change struct {
	Plan     *string
	Admin    *bool
	Disabled *bool
	Password *string
}

// Change changes all that is wanted of an account, or nothing, and gives the account as it is then. A new
// password and disabling end all its sessions; its API keys stay, and are of no use while it is disabled.
// Whoever becomes an admin, or is one no more, keeps the sessions. The error is [ErrNotFound], an
// [InvalidError], or [ErrLastAdmin] when nobody who can administer would be left.
func (s *Service) Change(ctx context.Context, id string, c Change) (Account, error) {
	a, err := s.Account(ctx, id)
	if err != nil {
		return Account{}, err
	}
	if c.Plan != nil {
		if err := s.checkPlan(*c.Plan); err != nil {
			return Account{}, err
		}
	}
	hash := ""
	if c.Password != nil {
		if err := checkPassword(*c.Password, a.Name); err != nil {
			return Account{}, err
		}
		if hash, err = s.hasher.hash(ctx, *c.Password); err != nil {
			return Account{}, err
		}
	}
	err = s.change(ctx, func(tx *store.Tx) error {
		r, err := getAccount(tx, id)
		if err != nil {
			return err
		}
		before := r
		c.apply(&r)
		if hash != "" {
			if err := tx.Put(secretKey(id), hash); err != nil {
				return err
			}
		}
		if before.administers() && !r.administers() {
			if err := leaveAdmins(tx, id); err != nil {
				return err
			}
		}
		if r != before {
			r.Updated = s.now()
		}
		a = r.Account
		return tx.Put(accountKey(id), r)
	})
	if err != nil {
		return Account{}, err
	}
	return a, nil
}

func (c Change) apply(r *accountRecord) {
	if c.Plan != nil {
		r.Plan = *c.Plan
	}
	if c.Admin != nil {
		r.Admin = *c.Admin
	}
	if c.Password != nil || c.Disabled != nil && *c.Disabled && !r.Disabled {
		r.Epoch++
	}
	if c.Disabled != nil {
		r.Disabled = *c.Disabled
	}
}

// SetPassword is a [Change] of the password.
func (s *Service) SetPassword(ctx context.Context, id, password string) error {
	_, err := s.Change(ctx, id, Change{Password: &password})
	return err
}

// SetDisabled is a [Change] that disables an account, or enables it again.
func (s *Service) SetDisabled(ctx context.Context, id string, disabled bool) error {
	_, err := s.Change(ctx, id, Change{Disabled: &disabled})
	return err
}

// SetPlan is a [Change] of the plan.
func (s *Service) SetPlan(ctx context.Context, id, plan string) error {
	_, err := s.Change(ctx, id, Change{Plan: &plan})
	return err
}

// SetAdmin is a [Change] that lets an account administer, or no more.
func (s *Service) SetAdmin(ctx context.Context, id string, admin bool) error {
	_, err := s.Change(ctx, id, Change{Admin: &admin})
	return err
}

// Remove removes an account with its keys and sessions. What else belongs to its id is not this room's: in the same
// step the account is marked as one whose things are to be erased, see [Service.Removed]. The error is
// [ErrNotFound] or [ErrLastAdmin].
func (s *Service) Remove(ctx context.Context, id string) error {
	err := s.change(ctx, func(tx *store.Tx) error {
		r, err := getAccount(tx, id)
		if err != nil {
			return err
		}
		if r.administers() {
			if err := leaveAdmins(tx, id); err != nil {
				return err
			}
		}
		keys, err := keyIDs(tx, id)
		if err != nil {
			return err
		}
		for _, k := range keys {
			if err := deleteKey(tx, k); err != nil {
				return err
			}
		}
		return errors.Join(
			tx.Delete(nameKey(r.Name)), tx.Delete(accountKey(id)), tx.Delete(secretKey(id)), tx.Delete(keysOfKey(id)),
			tx.Put(removedKey(id), s.now()),
		)
	})
	if err == nil {
		select {
		case s.removals <- struct{}{}:
		default: // whoever listens has not heard of the one before yet
		}
	}
	return err
}

// administers tells whether the account can do so now.
func (r accountRecord) administers() bool { return r.Admin && !r.Disabled }

// leaveAdmins makes sure that somebody is left who administers when this account no longer does. Everybody
// who leaves changes the guard, so that two cannot leave at once, each for the sake of the other.
func leaveAdmins(tx *store.Tx, id string) error {
	left := 0
	if err := tx.Get(adminsGuard(), &left); err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if err := tx.Put(adminsGuard(), left+1); err != nil {
		return err
	}
	for e := range tx.Scan(store.Scan{Under: key("account")}) {
		var other accountRecord
		if err := e.Decode(&other); err != nil {
			return err
		}
		if other.ID != id && other.administers() {
			return nil
		}
	}
	return ErrLastAdmin
}
