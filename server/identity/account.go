package identity

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/filmloom/filmloom/server/store"
)

// topPlan is the plan without bounds of its own.
const topPlan = "enterprise"

// AdminName is what the account is called that EnsureAdmin makes.
const AdminName = "admin"

// An Account is somebody who can log in and owns things.
type Account struct {
	ID       string    `json:"id"`   // a UUIDv7; never used again
	Name     string    `json:"name"` // as it was written; no other account has it with other capitals
	Plan     string    `json:"plan"`
	Admin    bool      `json:"admin"`    // can administer
	Disabled bool      `json:"disabled"` // neither its password nor its keys are of use
	Created  time.Time `json:"created"`
	Updated  time.Time `json:"updated"` // of plan, admin, disabled or password
}

// An accountRecord is an account in the database.
type accountRecord struct {
	Account
	// Epoch goes up when all sessions end. A token is of the epoch in which its login was.
	Epoch int64 `json:"epoch"`
}

// The records of an account. Its password's hash is beside it, so that no listing reads it.
func accountKey(id string) store.Key                          { return key("account", id) }
func secretKey(id string) store.Key                           { return key("password", id) }
func nameKey(name string) store.Key                           { return key("name", fold(name)) } // has the account's id
func keysOfKey(id string) store.Key                           { return key("keys-of", id) }      // has the ids of its API keys
func adminsGuard() store.Key                                  { return key("admins") }           // both of two who leave read it
func readID(tx *store.Tx, k store.Key) (id string, err error) { err = tx.Get(k, &id); return id, err }

// NewAccount is what is needed for an account.
type NewAccount struct {
	Name     string // 1 to 64 characters that can be printed, no space at the ends
	Password string // 8 characters to 256 bytes
	Plan     string // of Config.Plans; "" means the default one
	Admin    bool
}

// Add adds an account. also is as CreateKey's. The error is an [InvalidError], [ErrNameTaken], also's, or that of the
// context or the database.
func (s *Service) Add(ctx context.Context, n NewAccount, also ...func(*store.Tx, Account) error) (Account, error) {
	name, err := cleanName(n.Name)
	if err != nil {
		return Account{}, err
	}
	if err := checkPassword(n.Password, name); err != nil {
		return Account{}, err
	}
	if n.Plan == "" {
		n.Plan = s.conf.DefaultPlan
	}
	if err := s.checkPlan(n.Plan); err != nil {
		return Account{}, err
	}
	if _, err := s.Find(ctx, name); err == nil {
		return Account{}, ErrNameTaken // before the work
	}
	hash, err := s.hasher.hash(ctx, n.Password)
	if err != nil {
		return Account{}, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Account{}, fmt.Errorf("an account cannot get an id: %w", err)
	}
	now := s.now()
	a := Account{ID: id.String(), Name: name, Plan: n.Plan, Admin: n.Admin, Created: now, Updated: now}
	err = s.change(ctx, func(tx *store.Tx) error {
		if taken, err := tx.Has(nameKey(name)); err != nil {
			return err
		} else if taken {
			return ErrNameTaken
		}
		if err := errors.Join(
			tx.Put(nameKey(name), a.ID),
			tx.Put(accountKey(a.ID), accountRecord{Account: a}),
			tx.Put(secretKey(a.ID), hash),
		); err != nil {
			return err
		}
		return within(tx, a, also)
	})
	if err != nil {
		return Account{}, err
	}
	return a, nil
}

// Account gives an account by its id. The error is ErrNotFound when there is none.
func (s *Service) Account(_ context.Context, id string) (a Account, err error) {
	err = s.db.View(func(tx *store.Tx) error {
		r, err := getAccount(tx, id)
		a = r.Account
		return err
	})
	return a, err
}

// Find gives an account by its name, in whatever capitals. The error is ErrNotFound when there is none.
func (s *Service) Find(_ context.Context, name string) (a Account, err error) {
	if name, err = cleanName(name); err != nil {
		return a, ErrNotFound
	}
	err = s.db.View(func(tx *store.Tx) error {
		r, err := findAccount(tx, name)
		a = r.Account
		return err
	})
	return a, err
}

// List gives all accounts, those made first at the beginning.
func (s *Service) List(ctx context.Context) ([]Account, error) {
	accounts := []Account{}
	err := s.db.View(func(tx *store.Tx) error {
		for e := range tx.Scan(store.Scan{Under: key("account")}) {
			var r accountRecord
			if err := errors.Join(ctx.Err(), e.Decode(&r)); err != nil {
				return err
			}
			accounts = append(accounts, r.Account)
		}
		return nil
	})
	return accounts, err
}

// EnsureAdmin makes the account admin, with the top plan, where no account can administer: at the first
// start of a server. Without a password it makes one, and returns it; nobody can ask for it again. Where
// there is an admin already it does nothing, made is false and the password is not looked at. Where somebody
// who cannot administer is called admin it does nothing either, and logs that.
func (s *Service) EnsureAdmin(ctx context.Context, password string) (generated string, made bool, err error) {
	accounts, err := s.List(ctx)
	if err != nil {
		return "", false, err
	}
	for _, a := range accounts {
		if a.Admin {
			return "", false, nil
		}
	}
	if password == "" {
		generated = NewPassword()
		password = generated
	}
	plan := topPlan
	if s.checkPlan(plan) != nil {
		plan = "" // an owner who has plans of other names
	}
	_, err = s.Add(ctx, NewAccount{Name: AdminName, Password: password, Plan: plan, Admin: true})
	switch {
	case errors.Is(err, ErrNameTaken):
		s.conf.Log.Warn("no account can administer, and the one that is called admin is no admin: make it one")
		return "", false, nil
	case err != nil:
		return "", false, err
	}
	return generated, true, nil
}

func getAccount(tx *store.Tx, id string) (r accountRecord, err error) {
	return r, absent(tx.Get(accountKey(id), &r))
}

func findAccount(tx *store.Tx, name string) (accountRecord, error) {
	id, err := readID(tx, nameKey(name))
	if err != nil {
		return accountRecord{}, absent(err)
	}
	return getAccount(tx, id)
}

// absent makes the store's error for a missing record ours.
func absent(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return ErrNotFound
	}
	return err
}
