package admin

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/filmloom/filmloom/server/identity"
)

// AddUser is what user.add takes. It answers with an [AddedUser].
type AddUser struct {
	Name     string `json:"name"`
	Password string `json:"password"`
	Plan     string `json:"plan"` // "" for the default one
	Admin    bool   `json:"admin"`
}

// AddedUser is what user.add answers.
type AddedUser struct {
	User identity.Account `json:"user"`
	// NoAdmin: there is no account yet that can administer.
	NoAdmin bool `json:"no_admin"`
}

// Named is what user.enable, user.disable and user.remove take.
type Named struct {
	Name string `json:"name"`
}

// Holdings is what user.holdings answers: what goes with a user who is removed.
type Holdings struct {
	Films   int `json:"films"`   // tasks, and projects that a film was ordered for
	Drafts  int `json:"drafts"`  // other projects
	Open    int `json:"open"`    // films that wait or are being made
	Credits int `json:"credits"` // the balance
}

// Holders registers user.holdings, which takes a [Named]. count counts what an account owns.
func Holders(r *Registry, s *identity.Service, count func(context.Context, identity.Account) (Holdings, error)) {
	Handle(r, "user.holdings", func(ctx context.Context, in Named) (Holdings, error) {
		user, err := accounts{s}.user(ctx, in.Name)
		if err != nil {
			return Holdings{}, err
		}
		return count(ctx, user)
	})
}

// SetPassword is what user.passwd takes.
type SetPassword struct {
	Name     string `json:"name"`
	Password string `json:"password"`
}

// SetUser is what user.set takes; what is nil stays.
type SetUser struct {
	Name  string  `json:"name"`
	Plan  *string `json:"plan"`
	Admin *bool   `json:"admin"`
}

// Users is what user.list answers.
type Users struct {
	Users []identity.Account `json:"users"`
}

// CreateKey is what key.create takes. It answers with a [MadeKey].
type CreateKey struct {
	User     string        `json:"user"` // a name
	Name     string        `json:"name"`
	Scopes   []string      `json:"scopes"`
	CIDRs    []string      `json:"cidrs"`
	Lifetime time.Duration `json:"lifetime"` // 0 for the default one
	Forever  bool          `json:"forever"`
}

// RotateKey is what key.rotate takes. It answers with a [MadeKey].
type RotateKey struct {
	ID    string        `json:"id"`
	Grace time.Duration `json:"grace"`
}

// MadeKey is what key.create and key.rotate answer.
type MadeKey struct {
	UserKey
	Text string `json:"key"` // the key itself, which nobody can ask for again
}

// UserKey is a key and the name of whose it is.
type UserKey struct {
	identity.Key
	User string `json:"user"`
}

// ListKeys is what key.list takes.
type ListKeys struct {
	User string `json:"user"` // a name; "" for all
}

// Keys is what key.list answers.
type Keys struct {
	Keys []UserKey `json:"keys"`
}

// RevokeKey is what key.revoke takes. It answers with a [UserKey].
type RevokeKey struct {
	ID string `json:"id"`
}

// Nothing is what some operations take or answer.
type Nothing struct{}

// Identity registers the operations on accounts, user.*, and on API keys, key.*. Users are named by their
// names, keys by their ids, by their beginnings as lists show them, or by their whole texts.
func Identity(r *Registry, s *identity.Service) {
	a := accounts{s}
	Handle(r, "user.add", a.add)
	Handle(r, "user.list", a.list)
	Handle(r, "user.set", a.set)
	Handle(r, "user.passwd", func(ctx context.Context, in SetPassword) (Nothing, error) {
		return a.change(ctx, in.Name, func(id string) error { return s.SetPassword(ctx, id, in.Password) })
	})
	Handle(r, "user.enable", func(ctx context.Context, in Named) (Nothing, error) {
		return a.change(ctx, in.Name, func(id string) error { return s.SetDisabled(ctx, id, false) })
	})
	Handle(r, "user.disable", func(ctx context.Context, in Named) (Nothing, error) {
		return a.change(ctx, in.Name, func(id string) error { return s.SetDisabled(ctx, id, true) })
	})
	Handle(r, "user.remove", func(ctx context.Context, in Named) (Nothing, error) {
		return a.change(ctx, in.Name, func(id string) error { return s.Remove(ctx, id) })
	})
	Handle(r, "key.create", a.createKey)
	Handle(r, "key.list", a.listKeys)
	Handle(r, "key.rotate", a.rotateKey)
	Handle(r, "key.revoke", a.revokeKey)
}

type accounts struct{ *identity.Service }

func (a accounts) add(ctx context.Context, in AddUser) (AddedUser, error) {
	user, err := a.Add(ctx, identity.NewAccount(in))
	if errors.Is(err, identity.ErrNameTaken) {
		return AddedUser{}, &Error{Code: Invalid, Message: fmt.Sprintf("there is a user %q already", in.Name)}
	}
	if err != nil {
		return AddedUser{}, said(err)
	}
	all, err := a.List(ctx)
	if err != nil {
		return AddedUser{}, err
	}
	out := AddedUser{User: user, NoAdmin: true}
	for _, other := range all {
		out.NoAdmin = out.NoAdmin && !other.Admin
	}
	return out, nil
}

func (a accounts) list(ctx context.Context, _ Nothing) (Users, error) {
	all, err := a.List(ctx)
	return Users{all}, err
}

func (a accounts) set(ctx context.Context, in SetUser) (Nothing, error) {
	return a.change(ctx, in.Name, func(id string) error {
		_, err := a.Change(ctx, id, identity.Change{Plan: in.Plan, Admin: in.Admin})
		return err
	})
}

func (a accounts) change(ctx context.Context, name string, do func(id string) error) (Nothing, error) {
	user, err := a.user(ctx, name)
	if err != nil {
		return Nothing{}, err
	}
	err = do(user.ID)
	if errors.Is(err, identity.ErrLastAdmin) {
		err = fmt.Errorf("%s is the last enabled user who is an admin; make another one an admin first", user.Name)
	}
	return Nothing{}, said(err)
}

func (a accounts) user(ctx context.Context, name string) (identity.Account, error) {
	user, err := a.Find(ctx, name)
	if errors.Is(err, identity.ErrNotFound) {
		return user, &Error{Code: NotFound, Message: fmt.Sprintf("there is no user %q; `filmloom user list` shows those there are", name)}
	}
	return user, err
}

func (a accounts) createKey(ctx context.Context, in CreateKey) (MadeKey, error) {
	user, err := a.user(ctx, in.User)
	if err != nil {
		return MadeKey{}, err
	}
	n := identity.NewKey{Name: in.Name, Lifetime: in.Lifetime, Forever: in.Forever}
	if n.Scopes, err = identity.ParseScopes(in.Scopes); err != nil {
		return MadeKey{}, said(err)
	}
	if n.CIDRs, err = identity.ParseCIDRs(in.CIDRs); err != nil {
		return MadeKey{}, said(err)
	}
	k, text, err := a.CreateKey(ctx, user.ID, n)
	return MadeKey{UserKey{k, user.Name}, text}, said(err)
}

func (a accounts) listKeys(ctx context.Context, in ListKeys) (Keys, error) {
	var users []identity.Account
	var err error
	if in.User == "" {
		users, err = a.List(ctx)
	} else {
		users = make([]identity.Account, 1)
		users[0], err = a.user(ctx, in.User)
	}
	if err != nil {
		return Keys{}, err
	}
	out := Keys{Keys: []UserKey{}}
	for _, user := range users {
		keys, err := a.Keys(ctx, user.ID)
		if err != nil {
			return Keys{}, err
		}
		for _, k := range keys {
			out.Keys = append(out.Keys, UserKey{k, user.Name})
		}
	}
	return out, nil
}

func (a accounts) rotateKey(ctx context.Context, in RotateKey) (MadeKey, error) {
	k, err := a.key(ctx, in.ID)
	if err != nil {
		return MadeKey{}, err
	}
	fresh, text, err := a.RotateKey(ctx, k.Account, k.ID, in.Grace)
	return MadeKey{UserKey{fresh, k.User}, text}, said(err)
}

func (a accounts) revokeKey(ctx context.Context, in RevokeKey) (UserKey, error) {
	k, err := a.key(ctx, in.ID)
	if err != nil {
		return UserKey{}, err
	}
	return k, said(a.Service.RevokeKey(ctx, k.Account, k.ID))
}

// key finds a key and whose it is.
func (a accounts) key(ctx context.Context, id string) (UserKey, error) {
	k, err := a.FindKey(ctx, identity.KeyID(id))
	if errors.Is(err, identity.ErrNotFound) {
		if strings.HasPrefix(id, "flm_") {
			id = "like this" // it may be a secret
		}
		return UserKey{}, &Error{Code: NotFound, Message: fmt.Sprintf("there is no API key %s; `filmloom key list` shows those there are", id)}
	}
	if err != nil {
		return UserKey{}, err
	}
	user, err := a.Account(ctx, k.Account)
	return UserKey{k, user.Name}, err
}

// said gives errors of the accounts the codes that commands need.
func said(err error) error {
	var invalid *identity.InvalidError
	switch {
	case errors.As(err, &invalid):
		return &Error{Code: Invalid, Message: err.Error()}
	case errors.Is(err, identity.ErrNotFound), errors.Is(err, identity.ErrRemoved):
		return &Error{Code: NotFound, Message: "it was removed meanwhile"}
	}
	return err
}
