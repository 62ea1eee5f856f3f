package identity

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/filmloom/filmloom/server/store"
)

// Bounds of API keys.
const (
	MaxKeys            = 100                  // of an account
	MaxCIDRs           = 32                   // of a key
	DefaultKeyLifetime = 90 * 24 * time.Hour  // of a key that is made without one
	MinKeyLifetime     = time.Minute          //
	MaxKeyLifetime     = 366 * 24 * time.Hour // a year, also one with a leap day
	DefaultGrace       = 24 * time.Hour       // for callers of RotateKey who are not told another
	MaxGrace           = 30 * 24 * time.Hour
	expiresSoon        = 14 * 24 * time.Hour
	mostOldSecrets     = 8
)

// A Key is an API key without its secret.
type Key struct {
	ID       string         `json:"id"` // 12 characters
	Account  string         `json:"account"`
	Name     string         `json:"name"`   // for people; may be empty, and need not be unique
	Prefix   string         `json:"prefix"` // how the key begins: enough to know it by, of no use otherwise
	Scopes   Scopes         `json:"scopes"`
	CIDRs    []netip.Prefix `json:"cidrs"` // where it may be used; empty means everywhere
	Created  time.Time      `json:"created"`
	Expires  time.Time      `json:"expires,omitzero"`   // zero means never
	Rotated  time.Time      `json:"rotated,omitzero"`   // zero means never
	OldUntil time.Time      `json:"old_until,omitzero"` // how long secrets from before a rotation work; zero if none does
	LastUsed time.Time      `json:"last_used,omitzero"` // to the minute; zero means never
}

// ExpiresSoon tells whether the key works, and expires within 14 days.
func (k *Key) ExpiresSoon(now time.Time) bool {
	left := k.Expires.Sub(now)
	return !k.Expires.IsZero() && left > 0 && left <= expiresSoon
}

// A keyRecord is a key in the database.
type keyRecord struct {
	Key
	Sum      []byte        `json:"sum"`      // SHA-256 of the key's text
	Lifetime time.Duration `json:"lifetime"` // 0 means that it never expires
	Old      []oldSecret   `json:"old,omitempty"`
}

// An oldSecret is one that a rotation has replaced.
type oldSecret struct {
	Sum   []byte    `json:"sum"`
	Until time.Time `json:"until"`
}

func keyKey(id string) store.Key { return key("key", id) }

// NewKey is what is needed for an API key.
type NewKey struct {
	Name     string         // up to 64 characters that can be printed; may be empty
	Scopes   Scopes         // at least one; Admin for accounts that are admins only
	CIDRs    []netip.Prefix // where it may be used; none means everywhere
	Lifetime time.Duration  // from MinKeyLifetime to MaxKeyLifetime; 0 means DefaultKeyLifetime, or up to Until if that is sooner
	Forever  bool           // it never expires, whatever Lifetime says
	Until    time.Time      // the key must not work any longer; zero means that there is no such bound
}

// ParseCIDRs reads networks, and single addresses, as people write them. The error is an [InvalidError].
func ParseCIDRs(texts []string) ([]netip.Prefix, error) {
	networks := make([]netip.Prefix, 0, len(texts))
	for _, text := range texts {
		text = strings.TrimSpace(text)
		p, err := netip.ParsePrefix(text)
		if a, plain := netip.ParseAddr(text); plain == nil && a.Zone() == "" {
			p, err = netip.PrefixFrom(a, a.BitLen()), nil
		}
		if err != nil {
			return nil, invalidf("cidrs", "must be networks like 192.0.2.0/24 or 2001:db8::/32, and one is not")
		}
		networks = append(networks, p)
	}
	return cleanCIDRs(networks)
}

// cleanCIDRs writes each network in one way, once.
func cleanCIDRs(networks []netip.Prefix) ([]netip.Prefix, error) {
	clean := []netip.Prefix{}
	for _, p := range networks {
		if a := p.Addr(); a.Is4In6() && p.Bits() >= 96 {
			p = netip.PrefixFrom(a.Unmap(), p.Bits()-96)
		}
		if p = p.Masked(); !p.IsValid() {
			return nil, invalidf("cidrs", "must be networks, and one is not")
		}
		if !slices.Contains(clean, p) {
			clean = append(clean, p)
		}
	}
	if len(clean) > MaxCIDRs {
		return nil, invalidf("cidrs", "must be %d networks or less", MaxCIDRs)
	}
	return clean, nil
}

func (n *NewKey) check(a Account, now time.Time) (err error) {
	if n.Name != "" {
		if n.Name, err = cleanName(n.Name); err != nil {
			return err
		}
	}
	if n.CIDRs, err = cleanCIDRs(n.CIDRs); err != nil {
		return err
	}
	if err := n.checkLifetime(now); err != nil {
		return err
	}
	switch {
	case n.Scopes == 0 || !(Read | Write | Admin).Has(n.Scopes):
		return invalidf("scopes", "must be one or more of read, write and admin")
	case n.Scopes.Has(Admin) && !a.Admin:
		return invalidf("scopes", "can have admin only for an account that is an admin")
	}
	return nil
}

// checkLifetime says how long the key is to work; 0 is for ever.
func (n *NewKey) checkLifetime(now time.Time) error {
	left := n.Until.Sub(now)
	bound := !n.Until.IsZero()
	switch {
	case bound && (left <= 0 || n.Forever || n.Lifetime > left):
		return ErrOutlives
	case n.Forever:
		n.Lifetime = 0
	case n.Lifetime == 0 && bound && left < DefaultKeyLifetime:
		n.Lifetime = left
	case n.Lifetime == 0:
		n.Lifetime = DefaultKeyLifetime
	case n.Lifetime < MinKeyLifetime || n.Lifetime > MaxKeyLifetime:
		return invalidf("expires", "must be from a minute to a year from now, or never")
	}
	return nil
}

// CreateKey makes an API key for an account, and returns its text: nobody can ask for that again. also, where it
// is given, becomes a part of the same transaction: what it writes is on disk if and only if the key is. It may be
// called several times. The error is [ErrNotFound] when there is no such account, [ErrTooManyKeys], [ErrOutlives],
// an [InvalidError], or also's.
func (s *Service) CreateKey(ctx context.Context, account string, n NewKey, also ...func(*store.Tx, Key) error) (k Key, text string, err error) {
	var r keyRecord
	err = s.change(ctx, func(tx *store.Tx) error {
		a, err := getAccount(tx, account)
		if err != nil {
			return err
		}
		n := n
		now := s.now()
		if err := n.check(a.Account, now); err != nil {
			return err
		}
		ids, err := keyIDs(tx, account)
		if err != nil {
			return err
		}
		if len(ids) >= MaxKeys {
			return ErrTooManyKeys
		}
		id := randomText(keyID)
		text = newKeyText(id)
		r = keyRecord{
			Key: Key{ID: id, Account: account, Name: n.Name, Prefix: keyPrefix + id, Scopes: n.Scopes, CIDRs: n.CIDRs, Created: now},
			Sum: sumOf(text), Lifetime: n.Lifetime,
		}
		r.renew(now)
		if err := errors.Join(tx.Put(keyKey(id), r), tx.Put(keysOfKey(account), append(ids, id))); err != nil {
			return err
		}
		return within(tx, r.Key, also)
	})
	if err != nil {
		return Key{}, "", err
	}
	return r.Key, text, nil
}

// renew begins the key's lifetime anew.
func (r *keyRecord) renew(now time.Time) {
	r.Expires = time.Time{}
	if r.Lifetime > 0 {
		r.Expires = now.Add(r.Lifetime)
	}
}

// within does what a caller wants done in the same transaction.
func within[T any](tx *store.Tx, made T, also []func(*store.Tx, T) error) error {
	for _, do := range also {
		if err := do(tx, made); err != nil {
			return err
		}
	}
	return nil
}

// keyIDs are the ids of an account's keys. Whoever adds or removes one writes this record, so that whoever
// removes the account misses none.
func keyIDs(tx *store.Tx, account string) (ids []string, err error) {
	if err = tx.Get(keysOfKey(account), &ids); errors.Is(err, store.ErrNotFound) {
		err = nil
	}
	return ids, err
}

// getKey reads a key of an account; "" means of any.
func getKey(tx *store.Tx, account, id string) (r keyRecord, err error) {
	if err = tx.Get(keyKey(id), &r); err != nil {
		return r, absent(err)
	}
	if account != "" && r.Account != account {
		return keyRecord{}, ErrNotFound
	}
	return r, nil
}

// shown is a key as its owner sees it now.
func (r keyRecord) shown(tx *store.Tx, now time.Time) (Key, error) {
	k := r.Key
	k.OldUntil = time.Time{}
	for _, o := range r.Old {
		if o.Until.After(now) && o.Until.After(k.OldUntil) {
			k.OldUntil = o.Until
		}
	}
	err := tx.Get(usedKey(k.ID), &k.LastUsed)
	if errors.Is(err, store.ErrNotFound) {
		err = nil
	}
	return k, err
}

// Keys are the keys of an account, those made first at the beginning. An account that there is not has none.
func (s *Service) Keys(_ context.Context, account string) ([]Key, error) {
	keys, now := []Key{}, s.now()
	err := s.db.View(func(tx *store.Tx) error {
		ids, err := keyIDs(tx, account)
		if err != nil {
			return err
		}
		for _, id := range ids {
			r, err := getKey(tx, account, id)
			if err != nil {
				return err
			}
			k, err := r.shown(tx, now)
			if err != nil {
				return err
			}
			keys = append(keys, k)
		}
		return nil
	})
	return keys, err
}

// Key gives a key of an account. The error is [ErrNotFound] when it has no such key.
func (s *Service) Key(ctx context.Context, account, id string) (Key, error) {
	k, err := s.FindKey(ctx, id)
	if err == nil && k.Account != account {
		return Key{}, ErrNotFound
	}
	return k, err
}

// FindKey gives a key, whosever it is: for those who administer. The error is [ErrNotFound].
func (s *Service) FindKey(_ context.Context, id string) (k Key, err error) {
	err = s.db.View(func(tx *store.Tx) error {
		r, err := getKey(tx, "", id)
		if err == nil {
			k, err = r.shown(tx, s.now())
		}
		return err
	})
	return k, err
}

// RevokeKey ends a key of an account at once, and forgets it. The error is [ErrNotFound] when it has no such
// key.
func (s *Service) RevokeKey(ctx context.Context, account, id string) error {
	return s.change(ctx, func(tx *store.Tx) error {
		if account == "" {
			return ErrNotFound
		}
		if _, err := getKey(tx, account, id); err != nil {
			return err
		}
		ids, err := keyIDs(tx, account)
		if err != nil {
			return err
		}
		ids = slices.DeleteFunc(ids, func(other string) bool { return other == id })
		return errors.Join(tx.Put(keysOfKey(account), ids), deleteKey(tx, id))
	})
}

func deleteKey(tx *store.Tx, id string) error {
	return errors.Join(tx.Delete(keyKey(id)), tx.Delete(usedKey(id)))
}

// verifyKey finds a key by the sum of its text, with its account and when the text ends to be of use.
func (s *Service) verifyKey(id string, digest sum, now time.Time) (k Key, a accountRecord, until time.Time, err error) {
	var r keyRecord
	err = s.db.View(func(tx *store.Tx) error {
		if r, err = getKey(tx, "", id); err != nil {
			return err
		}
		a, err = getAccount(tx, r.Account)
		return err
	})
	if errors.Is(err, ErrNotFound) {
		return Key{}, a, until, ErrCredentials
	}
	if err != nil {
		return Key{}, a, until, err
	}
	until, ok := r.ends(digest)
	if !ok || a.Disabled || !until.IsZero() && !now.Before(until) {
		return Key{}, a, until, ErrCredentials
	}
	return r.Key, a, until, nil
}

// ends finds a secret by the sum of the key's text and gives when it ends to be of use.
func (r *keyRecord) ends(digest sum) (until time.Time, ok bool) {
	if subtle.ConstantTimeCompare(digest[:], r.Sum) == 1 {
		return r.Expires, true
	}
	for _, o := range r.Old {
		if subtle.ConstantTimeCompare(digest[:], o.Sum) == 1 {
			return o.Until, true
		}
	}
	return until, false
}
