package webhooks_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/filmloom/filmloom/server/webhooks"
)

// verifier is how a receiver of a secret checks, by the library of Standard Webhooks.
func verifier(t *testing.T, secret string) *standardwebhooks.Webhook {
	t.Helper()
	var w *standardwebhooks.Webhook
	var err error
	if strings.HasPrefix(secret, "whsec_") {
		w, err = standardwebhooks.NewWebhook(secret)
	} else {
		w, err = standardwebhooks.NewWebhookRaw([]byte(secret))
	}
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestTheLibraryOfStandardWebhooksVerifiesADelivery(t *testing.T) {
	for name, secret := range map[string]string{"as the specification prints it": "your_webhook_secret", "of the standard": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "made here": ""} {
		t.Run(name, func(t *testing.T) {
			rec := receive(t, nil)
			r := started(t, nil)
			_, generated, err := r.Create(t.Context(), account, webhooks.Draft{URL: rec.URL, Events: webhooks.EventTypes(), Secret: secret})
			if err != nil {
				t.Fatal(err)
			}
			r.publish("e1")
			c := rec.get(t)
			if err := verifier(t, secret+generated).Verify(c.body, c.header); err != nil {
				t.Error(err)
			}
			if err := verifier(t, "another").Verify(c.body, c.header); err == nil {
				t.Error("another secret verifies it too")
			}
			if err := verifier(t, secret+generated).Verify(append(c.body, ' '), c.header); err == nil {
				t.Error("another body is verified too")
			}
			key, err := webhooks.SigningKey(secret + generated)
			if err != nil {
				t.Fatal(err)
			}
			m := hmac.New(sha256.New, key)
			m.Write(c.body)
			if want := "sha256=" + hex.EncodeToString(m.Sum(nil)); c.header.Get("X-Webhook-Signature") != want {
				t.Errorf("X-Webhook-Signature is %s, want %s", c.header.Get("X-Webhook-Signature"), want)
			}
			if c.header.Get("Webhook-Id") != "e1" || c.header.Get("User-Agent") != "Filmloom-Webhooks/1" || c.header.Get("Content-Type") != "application/json" {
				t.Errorf("headers %v", c.header)
			}
			if _, sent := c.header["X-Idempotency-Key"]; sent {
				t.Error("the transport's own mark was sent")
			}
		})
	}
}

// The vector is from the tests of the Standard Webhooks libraries.
func TestASignatureIsThatOfTheStandard(t *testing.T) {
	key, err := webhooks.SigningKey("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}
	h := webhooks.Sign([][]byte{key}, "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if got, want := h.Get("webhook-signature"), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestBothSecretsSignFor24HoursAfterARotation(t *testing.T) {
	rec := receive(t, nil)
	r := started(t, nil)
	reg := r.register(rec.URL)
	begin := r.clock.now()
	got, fresh, err := r.RotateSecret(t.Context(), account, reg.ID, "")
	if err != nil || fresh == "" {
		t.Fatal(err)
	}
	if !got.OldSecretUntil.Equal(begin.Add(24 * time.Hour)) {
		t.Errorf("the old one signs until %v", got.OldSecretUntil)
	}
	for name, c := range map[string]struct {
		at  time.Duration
		old bool
	}{"at once": {0, true}, "a day less a second later": {24*time.Hour - time.Second, true}, "a day later": {24 * time.Hour, false}} {
		t.Run(name, func(t *testing.T) {
			r.clock.set(begin.Add(c.at))
			r.publish("e" + c.at.String()[:2])
			got := rec.get(t)
			if err := verifier(t, fresh).VerifyIgnoringTimestamp(got.body, got.header); err != nil {
				t.Errorf("by the new secret: %v", err)
			}
			if err := verifier(t, "your_webhook_secret").VerifyIgnoringTimestamp(got.body, got.header); (err == nil) != c.old {
				t.Errorf("by the old secret: %v", err)
			}
			key, _ := webhooks.SigningKey(fresh)
			m := hmac.New(sha256.New, key)
			m.Write(got.body)
			if want := "sha256=" + hex.EncodeToString(m.Sum(nil)); got.header.Get("X-Webhook-Signature") != want {
				t.Error("X-Webhook-Signature is not of the newest secret")
			}
		})
	}
	r.clock.set(begin.Add(25 * time.Hour))
	if got := r.get(reg.ID); !got.OldSecretUntil.IsZero() {
		t.Errorf("the old one is still said to sign: %v", got.OldSecretUntil)
	}
}

func TestRotatingAgainAndAgainKeepsAFewSecrets(t *testing.T) {
	rec := receive(t, nil)
	r := started(t, nil)
	reg := r.register(rec.URL)
	var secrets []string
	for range 6 {
		_, s, err := r.RotateSecret(t.Context(), account, reg.ID, "")
		if err != nil {
			t.Fatal(err)
		}
		secrets = append(secrets, s)
	}
	r.publish("e1")
	c := rec.get(t)
	if n := len(strings.Fields(c.header.Get("webhook-signature"))); n != 4 {
		t.Errorf("%d signatures", n)
	}
	for i, s := range secrets {
		if err := verifier(t, s).VerifyIgnoringTimestamp(c.body, c.header); (err == nil) != (i >= 2) {
			t.Errorf("secret %d: %v", i, err)
		}
	}
	var e *webhooks.InvalidError
	if _, _, err := r.RotateSecret(t.Context(), account, reg.ID, "whsec_?"); !errors.As(err, &e) {
		t.Errorf("a bad secret: %v", err)
	}
}

func TestASecretThatCannotBeUnsealedIsNotTheReceiversFault(t *testing.T) {
	rec := receive(t, nil)
	r := newRig(t, func(c *webhooks.Config) {
		c.Unseal = func([]byte, string) ([]byte, error) { return nil, errors.New("broken: your_webhook_secret") }
	})
	reg := r.register(rec.URL)
	r.start()
	r.publish("e1")
	r.await(webhooks.OutcomeRetrying)
	d := r.only(reg.ID)
	if !r.get(reg.ID).FailingSince.IsZero() || d.Attempts[0].Error == "" || len(rec.calls) != 0 {
		t.Errorf("got %+v", d)
	}
	if _, err := r.Test(t.Context(), account, reg.ID); err == nil || strings.Contains(err.Error(), "your_webhook_secret") {
		t.Errorf("testing: %v", err)
	}
}

func TestASecretOpensOnlyInItsPlace(t *testing.T) {
	places := map[string]bool{}
	r := newRig(t, func(c *webhooks.Config) {
		c.Seal = func(plain []byte, aad string) ([]byte, error) {
			places[aad] = true
			return seal(plain, aad)
		}
	})
	a, b := r.register("https://a.example"), r.register("https://a.example")
	if len(places) != 2 {
		t.Errorf("%d places for %s and %s", len(places), a.ID, b.ID)
	}
	for p := range places {
		if !strings.Contains(p, account) {
			t.Errorf("%s does not name the account", p)
		}
	}
}

func FuzzSecret(f *testing.F) {
	for _, s := range []string{"", "your_webhook_secret", "whsec_", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_ab==\n", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, secret string) {
		key, err := webhooks.SigningKey(secret)
		if err != nil {
			var e *webhooks.InvalidError
			if !errors.As(err, &e) || key != nil {
				t.Fatalf("%v", err)
			}
			return
		}
		if len(key) == 0 || !utf8.ValidString(secret) {
			t.Fatalf("an empty key, or a broken text")
		}
		// What we accept, the receiver's library accepts, and signs alike.
		theirs, err := verifier(t, secret).Sign("id", time.Unix(1, 0), []byte("{}"))
		if ours := webhooks.Sign([][]byte{key}, "id", time.Unix(1, 0), []byte("{}")).Get("webhook-signature"); err != nil || ours != theirs {
			t.Fatalf("ours %s, theirs %s, %v", ours, theirs, err)
		}
	})
}
