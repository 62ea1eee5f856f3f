package webhooks

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/filmloom/filmloom/server/store"
)

const (
	secretPrefix = "whsec_"
	// keepOld is how long a secret signs after it has been replaced.
	keepOld = 24 * time.Hour
	// maxSecrets bounds the signatures of a request when secrets are rotated again and again.
	maxSecrets = 4
)

// newSecret makes a secret as Standard Webhooks writes it.
func newSecret() string {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // it never fails
	return secretPrefix + base64.StdEncoding.EncodeToString(key)
}

// signingKey is the key that a secret stands for: what base64 says after whsec_, else the text's own bytes.
func signingKey(secret string) ([]byte, error) {
	switch {
	case secret == "" || !utf8.ValidString(secret) || utf8.RuneCountInString(secret) > 256:
		return nil, invalid("secret", "A secret has 1 to 256 characters.")
	case strings.ContainsFunc(secret, unicode.IsControl):
		return nil, invalid("secret", "A secret has no line breaks and no other control characters.")
	}
	text, standard := strings.CutPrefix(secret, secretPrefix)
	if !standard {
		return []byte(secret), nil
	}
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(key) == 0 {
		return nil, invalid("secret", "What follows whsec_ must be base64 with its padding; leave the secret out to have one made.")
	}
	return key, nil
}

// RotateSecret replaces a registration's secret. The one before signs too for 24 hours. given is as
// [Draft].Secret; generated and also are as Create's. The error is an [*InvalidError], ErrNotFound, also's, or the
// database's.
func (s *Service) RotateSecret(ctx context.Context, account, id, given string, also ...func(*store.Tx, Registration) error) (reg Registration, generated string, err error) {
	secret := given
	if secret == "" {
		generated = newSecret()
		secret = generated
	}
	if _, err := signingKey(secret); err != nil {
		return reg, "", err
	}
	now := s.now()
	fresh, err := s.seal(account, id, secret)
	if err != nil {
		return reg, "", err
	}
	rec, err := s.change(ctx, account, id, func(tx *store.Tx, rec *record) error {
		list := []sealed{fresh}
		for _, old := range rec.Secrets {
			if old.Until.IsZero() {
				old.Until = now.Add(keepOld)
			}
			if old.Until.After(now) && len(list) < maxSecrets {
				list = append(list, old)
			}
		}
		rec.Secrets, rec.UpdatedAt = list, now
		return within(tx, rec.shown(now), also)
	})
	if err != nil {
		return reg, "", err
	}
	return rec.shown(now), generated, nil
}

// place is what a secret is sealed for.
func place(account, id string) string { return "webhook/" + account + "/" + id }

func (s *Service) seal(account, id, secret string) (sealed, error) {
	raw, err := s.c.Seal([]byte(secret), place(account, id))
	if err != nil {
		return sealed{}, fmt.Errorf("the secret of a webhook cannot be sealed: %w", err)
	}
	return sealed{Bytes: raw}, nil
}

// keys are the keys that sign now, the newest first.
func (s *Service) keys(account string, rec record, now time.Time) ([][]byte, error) {
	var keys [][]byte
	for _, sec := range rec.Secrets {
		if !sec.Until.IsZero() && !sec.Until.After(now) {
			continue
		}
		plain, err := s.c.Unseal(sec.Bytes, place(account, rec.ID))
		if err != nil {
			return nil, errors.New("the secret of the webhook cannot be unsealed; has the server's key changed? A new secret mends it")
		}
		key, err := signingKey(string(plain))
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, errors.New("the webhook has no secret; a new one mends it")
	}
	return keys, nil
}

// sign makes the headers of a request: those of Standard Webhooks, with a signature of every key, and the one
// that many receivers check by hand, of the newest.
func sign(keys [][]byte, id string, at time.Time, body []byte) http.Header {
	stamp := strconv.FormatInt(at.Unix(), 10)
	var signatures []string
	for _, key := range keys {
		m := hmac.New(sha256.New, key)
		m.Write([]byte(id + "." + stamp + "."))
		m.Write(body)
		signatures = append(signatures, "v1,"+base64.StdEncoding.EncodeToString(m.Sum(nil)))
	}
	m := hmac.New(sha256.New, keys[0])
	m.Write(body)
	h := http.Header{}
	h.Set("Webhook-Id", id)
	h.Set("Webhook-Timestamp", stamp)
	h.Set("Webhook-Signature", strings.Join(signatures, " "))
	h.Set("X-Webhook-Signature", "sha256="+hex.EncodeToString(m.Sum(nil)))
	return h
}
