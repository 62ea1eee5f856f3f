package youtube

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/filmloom/filmloom/server/store"
)

// What a person is asked to allow: to upload videos, and to see which channel it is.
const (
	scopeUpload   = "https://www.googleapis.com/auth/youtube.upload"
	scopeReadonly = "https://www.googleapis.com/auth/youtube.readonly"
)

// attemptLife is how long a person may take on Google's pages.
const attemptLife = 10 * time.Minute

// An attempt is a connection that was begun.
type attempt struct {
	Account  string    `json:"account"`
	Verifier []byte    `json:"verifier"` // of PKCE, sealed
	Redirect string    `json:"redirect"`
	Ends     time.Time `json:"ends"`
}

// attemptKey does not tell the state, so that whoever reads the database cannot end what others have begun.
func attemptKey(state string) store.Key {
	sum := sha256.Sum256([]byte(state))
	return store.K("youtube-attempt", hex.EncodeToString(sum[:]))
}

const (
	purpose  = "youtube"
	maxState = 256  // characters
	maxCode  = 2048 // characters
)

// place is what something is sealed for.
func place(parts ...string) []byte { return []byte(strings.Join(parts, "\x00")) }

// random is text that nobody can guess: 43 characters, as PKCE and addresses allow them.
func random() string {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // it never fails
	return base64.RawURLEncoding.EncodeToString(raw)
}

// Begin begins to connect an account to a channel. It gives the address of Google's page, for the browser of the
// person whose account it is. The error is ErrNotConfigured, the context's or the database's.
func (s *Service) Begin(ctx context.Context, account string) (string, error) {
	if !s.Configured() {
		return "", ErrNotConfigured
	}
	if account == "" {
		return "", errors.New("a connection to YouTube needs an account")
	}
	state, verifier := random(), random()
	a := attempt{
		Account: account, Redirect: s.conf.RedirectURL(), Ends: s.conf.Now().Add(attemptLife).UTC(),
		Verifier: s.conf.Keys.Seal(purpose, []byte(verifier), place("verifier", account)),
	}
	err := s.conf.DB.Update(ctx, func(tx *store.Tx) error {
		if err := s.conf.Known(tx, account); err != nil {
			return err
		}
		return tx.PutUntil(attemptKey(state), a, a.Ends.Add(time.Minute))
	})
	if err != nil {
		return "", err
	}
	u, err := url.Parse(s.conf.AuthURL)
	if err != nil {
		return "", fmt.Errorf("the address where people agree is none: %w", err)
	}
	challenge := sha256.Sum256([]byte(verifier))
	q := u.Query()
	for name, value := range map[string]string{
		"client_id": s.conf.ClientID, "redirect_uri": a.Redirect, "response_type": "code", "scope": scopeUpload + " " + scopeReadonly,
		"access_type": "offline", "prompt": "consent", "state": state,
		"code_challenge": base64.RawURLEncoding.EncodeToString(challenge[:]), "code_challenge_method": "S256",
	} {
		q.Set(name, value)
	}
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// A Callback is what a person comes back with from Google's page: the query of the address, and who they are.
type Callback struct {
	// Account is the one that the browser is logged in to. It must be the one that began.
	Account string
	State   string
	Code    string
	Error   string // "access_denied"
}

// Owner tells which account began with a state, without ending anything: so that a page can say who must be logged
// in. The error is ErrState or the database's.
func (s *Service) Owner(state string) (string, error) {
	var account string
	err := s.conf.DB.View(func(tx *store.Tx) error {
		a, err := s.attempt(tx, state)
		account = a.Account
		return err
	})
	return account, err
}

// attempt finds what was begun and still holds.
func (s *Service) attempt(tx *store.Tx, state string) (attempt, error) {
	var a attempt
	if state == "" || len(state) > maxState {
		return attempt{}, ErrState
	}
	err := tx.Get(attemptKey(state), &a)
	if errors.Is(err, store.ErrNotFound) || err == nil && !s.conf.Now().Before(a.Ends) {
		return attempt{}, ErrState
	}
	return a, err
}

// Finish ends what Begin began: it connects the account to the channel that the person has chosen, in place of the
// one before. Whatever comes of it, the state is of no use afterwards, unless somebody else came with it. The error
// is ErrNotConfigured, ErrClient, ErrState, ErrDenied, ErrScope, ErrNoChannel, ErrUnavailable, the context's or the
// database's.
func (s *Service) Finish(ctx context.Context, c Callback) (account string, err error) {
	if !s.Configured() {
		return "", ErrNotConfigured
	}
	var a attempt
	err = s.conf.DB.Update(ctx, func(tx *store.Tx) error {
		var err error
		if a, err = s.attempt(tx, c.State); err != nil {
			return err
		}
		if a.Account != c.Account {
			return ErrState // which stays good for the one who began
		}
		return tx.Delete(attemptKey(c.State))
	})
	if err != nil {
		return "", err
	}
	switch {
	case c.Error == "access_denied":
		return "", ErrDenied
	case c.Error != "":
		return "", fmt.Errorf("%w: Google says %s", ErrDenied, word(c.Error))
	case c.Code == "" || len(c.Code) > maxCode:
		return "", ErrState
	}
	verifier, err := s.conf.Keys.Open(purpose, a.Verifier, place("verifier", a.Account))
	if err != nil {
		return "", ErrState // begun before the server's key was changed
	}
	given, err := s.exchange(ctx, c.Code, string(verifier), a.Redirect)
	if err != nil {
		return "", err
	}
	return a.Account, s.connect(ctx, a.Account, given)
}

// connect keeps what a person has allowed.
func (s *Service) connect(ctx context.Context, account string, given tokens) error {
	if !slices.Contains(given.scopes, scopeUpload) {
		return ErrScope
	}
	if given.refresh == "" {
		return fmt.Errorf("%w: Google gave no lasting permission; remove Filmloom at myaccount.google.com/permissions, and connect again", ErrDenied)
	}
	made := connection{
		Generation: random(), Since: s.conf.Now().UTC().Truncate(time.Second),
		Refresh: s.conf.Keys.Seal(purpose, []byte(given.refresh), place("refresh", account)),
	}
	if slices.Contains(given.scopes, scopeReadonly) {
		var err error
		made.Channel, made.ChannelID, err = s.channel(ctx, given.access)
		if errors.Is(err, ErrNoChannel) || ctx.Err() != nil {
			return err
		}
		if err != nil { // it is nice to know, and no more
			s.conf.Log.Warn("the title of a YouTube channel is not known", "account", account, "error", err)
		}
	}
	var before *connection
	gone := false
	err := s.conf.DB.Update(ctx, func(tx *store.Tx) error {
		err := s.conf.Known(tx, account)
		if gone = err != nil; gone {
			return err
		}
		if before, err = read(tx, account); err != nil {
			return err
		}
		return tx.Put(connectionKey(account), made)
	})
	if gone { // while its owner was at Google
		s.withdraw(ctx, account, made)
	}
	if err != nil {
		return err
	}
	s.hold(made.Generation, given)
	if before != nil && before.ChannelID != made.ChannelID {
		s.withdraw(ctx, account, *before)
	}
	return nil
}
