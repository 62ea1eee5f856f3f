package webhooks

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/filmloom/filmloom/server/store"
)

// A Registration is a webhook of an account.
type Registration struct {
	ID          string   `json:"id"` // a UUIDv7
	URL         string   `json:"url"`
	Events      []string `json:"events"` // in the order given, each once
	Description string   `json:"description,omitempty"`
	Enabled     bool     `json:"enabled"`
	// DisabledAt and DisabledReason say since when and why it is not enabled. The reason is a sentence.
	DisabledAt     time.Time `json:"disabled_at,omitzero"`
	DisabledReason string    `json:"disabled_reason,omitempty"`
	// FailingSince is when deliveries began to fail, zero when the last one succeeded.
	FailingSince time.Time `json:"failing_since,omitzero"`
	// OldSecretUntil is until when the secret before the last rotation signs too; zero when none does.
	OldSecretUntil time.Time `json:"-"`
	CreatedAt      time.Time `json:"created_at"`
	UpdatedAt      time.Time `json:"updated_at"` // when its owner last changed it
}

// A Draft is what a new registration is made of.
type Draft struct {
	URL         string   // at most 2048 bytes
	Events      []string // at least one of EventTypes
	Secret      string   // "" makes one. 1 to 256 characters; after "whsec_" base64 with padding
	Description string   // at most 256 characters
}

// A Change says what of a registration becomes different; nil is left as it is.
type Change struct {
	URL         *string
	Events      *[]string
	Description *string
	Enabled     *bool // true forgets earlier failures
}

// Reasons for which a webhook is disabled.
const (
	reasonOwner = "Its owner disabled it."
	reasonGone  = "The receiver answered 410 Gone."
	reasonDead  = "No delivery has succeeded for 5 days."
)

// Create registers a webhook. generated is the secret when none was given, which cannot be read again; else
// it is "". also, where it is given, becomes a part of the same transaction: what it writes is on disk if and only
// if the webhook is. It may be called several times. The error is an [*InvalidError], ErrLimit, also's, or the
// database's.
func (s *Service) Create(ctx context.Context, account string, d Draft, also ...func(*store.Tx, Registration) error) (reg Registration, generated string, err error) {
	events, err := checkEvents(d.Events)
	if err != nil {
		return reg, "", err
	}
	if err := checkDescription(d.Description); err != nil {
		return reg, "", err
	}
	secret := d.Secret
	if secret == "" {
		generated = newSecret()
		secret = generated
	}
	if _, err := signingKey(secret); err != nil {
		return reg, "", err
	}
	if err := s.checkTarget(ctx, d.URL); err != nil {
		return reg, "", err
	}
	now := s.now()
	rec := record{Registration: Registration{
		ID: uuid.Must(uuid.NewV7()).String(), URL: d.URL, Events: events, Description: d.Description,
		Enabled: true, CreatedAt: now, UpdatedAt: now,
	}}
	first, err := s.seal(account, rec.ID, secret)
	if err != nil {
		return reg, "", err
	}
	rec.Secrets = []sealed{first}
	err = s.c.DB.Update(ctx, func(tx *store.Tx) error {
		if err := s.c.Known(tx, account); err != nil {
			return err
		}
		ix, err := readIndex(tx, account)
		if err != nil {
			return err
		}
		if len(ix.Webhooks) >= s.c.MaxPerAccount {
			return ErrLimit
		}
		if err := rec.put(tx, account); err != nil {
			return err
		}
		return within(tx, rec.shown(now), also)
	})
	if err != nil {
		return reg, "", err
	}
	return rec.shown(now), generated, nil
}

// within does what a caller wants done in the same transaction.
func within[T any](tx *store.Tx, done T, also []func(*store.Tx, T) error) error {
	for _, do := range also {
		if err := do(tx, done); err != nil {
			return err
		}
	}
	return nil
}

// Get finds a registration. The error is ErrNotFound, or the database's.
func (s *Service) Get(_ context.Context, account, id string) (Registration, error) {
	var rec record
	err := s.c.DB.View(func(tx *store.Tx) (err error) {
		rec, err = readRecord(tx, account, id)
		return err
	})
	return rec.shown(s.now()), err
}

// List gives an account's registrations, the oldest first.
func (s *Service) List(_ context.Context, account string) ([]Registration, error) {
	now := s.now()
	list := []Registration{}
	err := s.c.DB.View(func(tx *store.Tx) error {
		ix, err := readIndex(tx, account)
		if err != nil {
			return err
		}
		for _, w := range ix.Webhooks {
			rec, err := readRecord(tx, account, w.ID)
			if err != nil {
				return err
			}
			list = append(list, rec.shown(now))
		}
		return nil
	})
	return list, err
}

// Update changes a registration. Tries that are due later go to the new URL. While it is disabled nothing is
// published to it, and a try that comes due fails for good. The error is as Create's, or ErrNotFound.
func (s *Service) Update(ctx context.Context, account, id string, c Change) (Registration, error) {
	if c.Events != nil {
		events, err := checkEvents(*c.Events)
		if err != nil {
			return Registration{}, err
		}
		c.Events = &events
	}
	if c.Description != nil {
		if err := checkDescription(*c.Description); err != nil {
			return Registration{}, err
		}
	}
	if c.URL != nil {
		// Whoever does not have the webhook learns nothing of the URL.
		if _, err := s.Get(ctx, account, id); err != nil {
			return Registration{}, err
		}
		if err := s.checkTarget(ctx, *c.URL); err != nil {
			return Registration{}, err
		}
	}
	now := s.now()
	rec, err := s.change(ctx, account, id, func(_ *store.Tx, rec *record) error {
		rec.apply(c, now)
		rec.UpdatedAt = now
		return nil
	})
	return rec.shown(now), err
}

func (r *record) apply(c Change, now time.Time) {
	if c.URL != nil {
		r.URL = *c.URL
	}
	if c.Events != nil {
		r.Events = *c.Events
	}
	if c.Description != nil {
		r.Description = *c.Description
	}
	if c.Enabled == nil {
		return
	}
	if *c.Enabled {
		r.Enabled, r.DisabledAt, r.DisabledReason = true, time.Time{}, ""
		r.FailingSince, r.LastFailure = time.Time{}, time.Time{}
		return
	}
	r.disable(reasonOwner, now)
}

// disable tells whether it was enabled until now.
func (r *record) disable(reason string, now time.Time) bool {
	if !r.Enabled {
		return false
	}
	r.Enabled, r.DisabledAt, r.DisabledReason = false, now, reason
	return true
}

// Delete removes a registration with its deliveries, whether they were made or not. The error is ErrNotFound,
// or the database's.
func (s *Service) Delete(ctx context.Context, account, id string) error {
	err := s.c.DB.Update(ctx, func(tx *store.Tx) error {
		if _, err := readRecord(tx, account, id); err != nil {
			return err
		}
		ix, err := readIndex(tx, account)
		if err != nil {
			return err
		}
		ix.Webhooks = slices.DeleteFunc(ix.Webhooks, func(w indexed) bool { return w.ID == id })
		if err := ix.put(tx, account); err != nil {
			return err
		}
		return tx.Delete(registrationKey(account, id))
	})
	if err != nil {
		return err
	}
	// What is left of it is unreachable now, and the hourly pruning would find it too.
	if _, err := s.sweep(context.WithoutCancel(ctx), store.K(rootDelivery, account, id)); err != nil {
		s.c.Log.Warn("the deliveries of a deleted webhook are removed within the hour", "webhook", id, "error", err)
	}
	return nil
}

// change reads, changes and stores a registration in one step. fn may be called several times.
func (s *Service) change(ctx context.Context, account, id string, fn func(*store.Tx, *record) error) (record, error) {
	var rec record
	err := s.c.DB.Update(ctx, func(tx *store.Tx) (err error) {
		if rec, err = readRecord(tx, account, id); err != nil {
			return err
		}
		if err := fn(tx, &rec); err != nil {
			return err
		}
		return rec.put(tx, account)
	})
	return rec, err
}

// shown is what of a record others see.
func (r record) shown(now time.Time) Registration {
	reg := r.Registration
	for _, old := range r.Secrets {
		if old.Until.After(now) && old.Until.After(reg.OldSecretUntil) {
			reg.OldSecretUntil = old.Until
		}
	}
	return reg
}

func checkEvents(events []string) ([]string, error) {
	if len(events) == 0 {
		return nil, invalid("events", "Name at least one event: "+strings.Join(EventTypes(), ", ")+".")
	}
	var once []string
	for i, e := range events {
		if !slices.Contains(EventTypes(), e) {
			return nil, invalid("events", fmt.Sprintf("The event at position %d is not one of %s.", i+1, strings.Join(EventTypes(), ", ")))
		}
		if !slices.Contains(once, e) {
			once = append(once, e)
		}
	}
	return once, nil
}

func checkDescription(text string) error {
	if !utf8.ValidString(text) || utf8.RuneCountInString(text) > 256 {
		return invalid("description", "A description has at most 256 characters.")
	}
	return nil
}
