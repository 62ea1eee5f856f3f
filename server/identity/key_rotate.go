package identity

import (
	"context"
	"time"

	"github.com/filmloom/filmloom/server/store"
)

// RotateKey gives a key of an account a new secret, and its lifetime anew; the text is returned and nobody can ask
// for it again. Secrets that it had before work for the grace time yet, from 0 to [MaxGrace], unless they end
// earlier. also is as CreateKey's. The error is [ErrNotFound] when the account has no such key, an [InvalidError], or
// also's.
func (s *Service) RotateKey(ctx context.Context, account, id string, grace time.Duration, also ...func(*store.Tx, Key) error) (k Key, text string, err error) {
	return s.RotateKeyUntil(ctx, account, id, grace, time.Time{}, also...)
}

// RotateKeyUntil is RotateKey for somebody whose own rights end at a time: the key does not work any longer than
// until. The error is [ErrOutlives] when it does so already. A zero time is no bound.
func (s *Service) RotateKeyUntil(
	ctx context.Context, account, id string, grace time.Duration, until time.Time, also ...func(*store.Tx, Key) error,
) (k Key, text string, err error) {
	if grace < 0 || grace > MaxGrace {
		return Key{}, "", invalidf("grace", "must be from nothing to 30 days")
	}
	if account == "" {
		return Key{}, "", ErrNotFound
	}
	err = s.change(ctx, func(tx *store.Tx) error {
		r, err := getKey(tx, account, id)
		if err != nil {
			return err
		}
		now := s.now()
		if r.outlives(until) || !until.IsZero() && !now.Before(until) {
			return ErrOutlives
		}
		text = newKeyText(id)
		r.rotate(sumOf(text), now, grace)
		if r.outlives(until) {
			r.Expires = until
		}
		if err := tx.Put(keyKey(id), r); err != nil {
			return err
		}
		if k, err = r.shown(tx, now); err != nil {
			return err
		}
		return within(tx, k, also)
	})
	if err != nil {
		return Key{}, "", err
	}
	return k, text, nil
}

// outlives tells whether the key works longer than until; zero is for ever, in both.
func (r *keyRecord) outlives(until time.Time) bool {
	return !until.IsZero() && (r.Expires.IsZero() || r.Expires.After(until))
}

func (r *keyRecord) rotate(fresh []byte, now time.Time, grace time.Duration) {
	end := now.Add(grace)
	old := []oldSecret{}
	for _, o := range append([]oldSecret{{r.Sum, r.Expires}}, r.Old...) {
		if o.Until.IsZero() || o.Until.After(end) {
			o.Until = end
		}
		if o.Until.After(now) && len(old) < mostOldSecrets {
			old = append(old, o)
		}
	}
	r.Sum, r.Old, r.Rotated = fresh, old, now
	r.renew(now)
}
