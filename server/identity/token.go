package identity

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/filmloom/filmloom/server/store"
)

// tokenID is the length of a token's id, in characters of base62: 131 bits.
const tokenID = 22

// setBack is how far the clock may be set back without refusing tokens that were just given.
const setBack = 10 * time.Second

// claims are what a token says.
type claims struct {
	jwt.RegisteredClaims
	AuthTime *jwt.NumericDate `json:"auth_time"` // of the login
	Session  string           `json:"sid"`       // the same for a login and all refreshes of it
	Epoch    int64            `json:"epoch"`     // of the account
}

func endedKey(session string) store.Key { return key("ended", session) }

// issue signs a token of a session that has begun with a login at a time.
func (s *Service) issue(ctx context.Context, r accountRecord, login time.Time, session string) (Session, error) {
	now := s.now()
	signer, err := s.keys.signer(ctx, s.db, now, s.conf.TokenLifetime)
	if err != nil {
		return Session{}, err
	}
	login = login.Truncate(time.Second)
	ends := login.Add(s.conf.SessionLifetime)
	expires := now.Add(s.conf.TokenLifetime).Truncate(time.Second)
	if expires.After(ends) {
		expires = ends
	}
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: s.conf.Issuer, Audience: jwt.ClaimStrings{s.conf.Audience}, Subject: r.ID, ID: randomText(tokenID),
			IssuedAt: jwt.NewNumericDate(now), NotBefore: jwt.NewNumericDate(now.Add(-setBack)), ExpiresAt: jwt.NewNumericDate(expires),
		},
		AuthTime: jwt.NewNumericDate(login), Session: session, Epoch: r.Epoch,
	})
	token.Header["kid"] = signer.ID
	text, err := token.SignedString(signer.Secret)
	if err != nil {
		return Session{}, fmt.Errorf("a session cannot be signed: %w", err)
	}
	return Session{Token: text, Account: r.Account, Expires: expires, Ends: ends}, nil
}

// verifyToken checks a token against its key, the clock and the database.
func (s *Service) verifyToken(text string) (claims, accountRecord, error) {
	var c claims
	if strings.ContainsFunc(text, foreign) {
		return c, accountRecord{}, ErrCredentials
	}
	now := s.now()
	token, err := s.parser.ParseWithClaims(text, &c, func(t *jwt.Token) (any, error) {
		id, _ := t.Header["kid"].(string)
		secret, ok := s.keys.find(id, now, s.conf.TokenLifetime)
		if !ok {
			return nil, ErrCredentials
		}
		return secret, nil
	})
	if err != nil || !token.Valid || !s.timely(c, now) {
		return c, accountRecord{}, ErrCredentials
	}
	var r accountRecord
	err = s.db.View(func(tx *store.Tx) error {
		var err error
		if r, err = getAccount(tx, c.Subject); err != nil {
			return err
		}
		ended, err := tx.Has(endedKey(c.Session))
		if err == nil && (ended || r.Disabled || r.Epoch != c.Epoch) {
			err = ErrCredentials
		}
		return err
	})
	if errors.Is(err, ErrNotFound) {
		err = ErrCredentials
	}
	return c, r, err
}

// foreign tells whether a character is none of a token's. Go's base64 skips line breaks, with which one token
// could be written in many ways.
func foreign(r rune) bool {
	return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && r != '-' && r != '_' && r != '.'
}

// timely checks the times of a token that the parser does not. Lifetimes that were made shorter count for
// tokens that were given before.
func (s *Service) timely(c claims, now time.Time) bool {
	if c.IssuedAt == nil || c.AuthTime == nil || c.Session == "" || c.IssuedAt.After(now.Add(setBack)) {
		return false
	}
	return now.Before(c.IssuedAt.Add(s.conf.TokenLifetime)) && now.Before(c.AuthTime.Add(s.conf.SessionLifetime))
}

// expires is when a token that is valid now ends to be.
func (s *Service) expires(c claims) time.Time {
	end := c.ExpiresAt.Time
	for _, t := range []time.Time{c.IssuedAt.Add(s.conf.TokenLifetime), c.AuthTime.Add(s.conf.SessionLifetime)} {
		if t.Before(end) {
			end = t
		}
	}
	return end.UTC()
}

// Refresh gives a new token for one that is valid. The old one stays valid until it expires. The error is
// [ErrCredentials], also for an API key, or that of the context or the database.
func (s *Service) Refresh(ctx context.Context, token string) (Session, error) {
	if err := ctx.Err(); err != nil {
		return Session{}, err
	}
	if len(token) > longestCredential {
		return Session{}, ErrCredentials
	}
	c, r, err := s.verifyToken(token)
	if err != nil {
		return Session{}, err
	}
	return s.issue(ctx, r, c.AuthTime.UTC(), c.Session)
}

// Revoke ends the session of a token that is valid: this token and all that come of the same login are of
// no use any more. Other logins of the account go on. The error is [ErrCredentials], also for an API key, or
// that of the context or the database.
func (s *Service) Revoke(ctx context.Context, token string) error {
	if len(token) > longestCredential {
		return ErrCredentials
	}
	c, _, err := s.verifyToken(token)
	if err != nil {
		return err
	}
	// A day more, for a clock that is set back.
	end := c.AuthTime.Add(s.conf.SessionLifetime + 24*time.Hour)
	return s.change(ctx, func(tx *store.Tx) error { return tx.PutUntil(endedKey(c.Session), s.now(), end) })
}
