package webhooks_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	badgerdb "github.com/dgraph-io/badger/v4"
	"github.com/google/uuid"

	"github.com/filmloom/filmloom/server/webhooks"
)

func TestAWebhookIsRegisteredAsTheSpecificationPrints(t *testing.T) {
	r := newRig(t, nil)
	reg, generated, err := r.Create(t.Context(), account, webhooks.Draft{
		URL: "https://your-app.com/webhook", Events: []string{"job.completed", "job.failed"}, Secret: "your_webhook_secret",
	})
	if err != nil || generated != "" {
		t.Fatalf("generated %q, %v", generated, err)
	}
	if reg.URL != "https://your-app.com/webhook" || !slices.Equal(reg.Events, []string{"job.completed", "job.failed"}) || !reg.Enabled {
		t.Errorf("got %+v", reg)
	}
	if id, err := uuid.Parse(reg.ID); err != nil || id.Version() != 7 {
		t.Errorf("the id %s is no UUIDv7", reg.ID)
	}
	got := r.get(reg.ID)
	if got.URL != reg.URL || !got.CreatedAt.Equal(r.clock.now()) {
		t.Errorf("found again: %+v", got)
	}
}

func TestWhatCannotBeRegisteredIsSaidWithoutShowingIt(t *testing.T) {
	r := newRig(t, nil)
	const shown = "s3cr3t"
	for name, c := range map[string]struct {
		draft webhooks.Draft
		field string
	}{
		"no events":            {webhooks.Draft{URL: "https://a.example"}, "events"},
		"an unknown event":     {webhooks.Draft{URL: "https://a.example", Events: []string{shown}}, "events"},
		"the ping":             {webhooks.Draft{URL: "https://a.example", Events: []string{webhooks.Ping}}, "events"},
		"no URL":               {webhooks.Draft{Events: []string{webhooks.JobFailed}}, "url"},
		"a URL with password":  {webhooks.Draft{URL: "https://u:" + shown + "@a.example", Events: []string{webhooks.JobFailed}}, "url"},
		"a long secret":        {webhooks.Draft{URL: "https://a.example", Events: []string{webhooks.JobFailed}, Secret: shown + strings.Repeat("x", 251)}, "secret"},
		"a broken whsec":       {webhooks.Draft{URL: "https://a.example", Events: []string{webhooks.JobFailed}, Secret: "whsec_" + shown}, "secret"},
		"an empty whsec":       {webhooks.Draft{URL: "https://a.example", Events: []string{webhooks.JobFailed}, Secret: "whsec_"}, "secret"},
		"a secret with a line": {webhooks.Draft{URL: "https://a.example", Events: []string{webhooks.JobFailed}, Secret: shown + "\n"}, "secret"},
		"a long description":   {webhooks.Draft{URL: "https://a.example", Events: []string{webhooks.JobFailed}, Description: strings.Repeat("ü", 257)}, "description"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := r.Create(t.Context(), account, c.draft)
			var e *webhooks.InvalidError
			if !errors.As(err, &e) || e.Field != c.field || !strings.HasSuffix(e.Message, ".") {
				t.Fatalf("got %v", err)
			}
			if strings.Contains(err.Error(), shown) {
				t.Errorf("it shows what was submitted: %v", err)
			}
		})
	}
	if list, err := r.List(t.Context(), account); err != nil || len(list) != 0 {
		t.Errorf("there are %d webhooks, %v", len(list), err)
	}
}

func TestSecretsOfAnyUsualShapeAreAccepted(t *testing.T) {
	r := newRig(t, func(c *webhooks.Config) { c.MaxPerAccount = 100 })
	for _, secret := range []string{"x", "your_webhook_secret", strings.Repeat("ü", 256), "with spaces", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "WHSEC_not base64"} {
		if _, _, err := r.Create(t.Context(), account, webhooks.Draft{URL: "https://a.example", Events: []string{webhooks.JobFailed}, Secret: secret}); err != nil {
			t.Errorf("%.20q: %v", secret, err)
		}
	}
}

func TestAnAccountHasNoMoreWebhooksThanItMay(t *testing.T) {
	r := newRig(t, nil)
	var wg sync.WaitGroup
	var mu sync.Mutex
	made, refused := 0, 0
	for range 30 {
		wg.Go(func() {
			_, _, err := r.Create(t.Context(), account, webhooks.Draft{URL: "https://a.example", Events: []string{webhooks.JobFailed}})
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				made++
			case errors.Is(err, webhooks.ErrLimit):
				refused++
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	list, err := r.List(t.Context(), account)
	if made != 20 || refused != 10 || len(list) != 20 || err != nil {
		t.Fatalf("%d made, %d refused, %d listed, %v", made, refused, len(list), err)
	}
	if err := r.Delete(t.Context(), account, list[3].ID); err != nil {
		t.Fatal(err)
	}
	r.register("https://a.example")
	if _, _, err := r.Create(t.Context(), "another", webhooks.Draft{URL: "https://a.example", Events: []string{webhooks.JobFailed}}); err != nil {
		t.Errorf("another account: %v", err)
	}
}

func TestWebhooksAreListedInTheOrderTheyWereMade(t *testing.T) {
	r := newRig(t, nil)
	var want, got []string
	for range 5 {
		want = append(want, r.register("https://a.example").ID)
	}
	list, err := r.List(t.Context(), account)
	if err != nil {
		t.Fatal(err)
	}
	for _, reg := range list {
		got = append(got, reg.ID)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestSomebodyElsesWebhookIsNotFound(t *testing.T) {
	rec := receive(t, nil)
	r := started(t, nil)
	reg := r.register(rec.URL)
	r.publish("e1")
	r.await(webhooks.OutcomeDelivered)
	d := r.only(reg.ID)
	ctx, thief := t.Context(), "another"
	bad := "http://127.0.0.1:1/"
	for name, call := range map[string]func(account, id string) error{
		"get":        func(a, id string) error { _, err := r.Get(ctx, a, id); return err },
		"update":     func(a, id string) error { _, err := r.Update(ctx, a, id, webhooks.Change{}); return err },
		"update url": func(a, id string) error { _, err := r.Update(ctx, a, id, webhooks.Change{URL: &bad}); return err },
		"delete":     func(a, id string) error { return r.Delete(ctx, a, id) },
		"rotate":     func(a, id string) error { _, _, err := r.RotateSecret(ctx, a, id, ""); return err },
		"test":       func(a, id string) error { _, err := r.Test(ctx, a, id); return err },
		"deliveries": func(a, id string) error { _, _, err := r.Deliveries(ctx, a, id, webhooks.Page{}); return err },
		"redeliver":  func(a, id string) error { _, err := r.Redeliver(ctx, a, id, d.ID); return err },
	} {
		t.Run(name, func(t *testing.T) {
			for _, id := range []string{"", "x", "\x00", "a/b", uuid.NewString()} {
				if err := call(account, id); !errors.Is(err, webhooks.ErrNotFound) {
					t.Errorf("of the id %q: %v", id, err)
				}
			}
			if err := call(thief, reg.ID); !errors.Is(err, webhooks.ErrNotFound) {
				t.Errorf("of another account: %v", err)
			}
		})
	}
	if got := r.get(reg.ID); !got.UpdatedAt.Equal(reg.UpdatedAt) {
		t.Error("it was changed")
	}
	if _, err := r.Redeliver(ctx, account, reg.ID, "x"); !errors.Is(err, webhooks.ErrNotFound) {
		t.Errorf("an unknown delivery: %v", err)
	}
}

func TestAnUpdateChangesWhatItNames(t *testing.T) {
	r := newRig(t, nil)
	reg := r.register("https://a.example")
	r.clock.set(r.clock.now().Add(time.Minute))
	url, text, off := "https://b.example/x", "for the office", false
	events := []string{webhooks.JobFailed, webhooks.JobFailed, webhooks.CreditsLow}
	got, err := r.Update(t.Context(), account, reg.ID, webhooks.Change{URL: &url, Events: &events, Description: &text, Enabled: &off})
	if err != nil {
		t.Fatal(err)
	}
	if got.URL != url || got.Description != text || got.Enabled || !slices.Equal(got.Events, []string{webhooks.JobFailed, webhooks.CreditsLow}) ||
		!got.DisabledAt.Equal(r.clock.now()) || got.DisabledReason == "" || !got.UpdatedAt.After(got.CreatedAt) {
		t.Errorf("got %+v", got)
	}
	on := true
	if got, err = r.Update(t.Context(), account, reg.ID, webhooks.Change{Enabled: &on}); err != nil || !got.Enabled || got.DisabledReason != "" || !got.DisabledAt.IsZero() || got.URL != url {
		t.Errorf("got %+v, %v", got, err)
	}
	bad := "ftp://b.example"
	var e *webhooks.InvalidError
	if _, err = r.Update(t.Context(), account, reg.ID, webhooks.Change{URL: &bad}); !errors.As(err, &e) || e.Field != "url" {
		t.Errorf("a bad URL: %v", err)
	}
	none := []string{}
	if _, err = r.Update(t.Context(), account, reg.ID, webhooks.Change{Events: &none}); !errors.As(err, &e) || e.Field != "events" {
		t.Errorf("no events: %v", err)
	}
}

func TestAGeneratedSecretIsToldOnceAndSealedAtRest(t *testing.T) {
	r := newRig(t, nil)
	reg, secret, err := r.Create(t.Context(), account, webhooks.Draft{URL: "https://a.example", Events: []string{webhooks.JobFailed}})
	if err != nil {
		t.Fatal(err)
	}
	if key, err := webhooks.SigningKey(secret); err != nil || len(key) != 32 || !strings.HasPrefix(secret, "whsec_") {
		t.Fatalf("%d bytes, %v", len(key), err)
	}
	_, again, err := r.Create(t.Context(), account, webhooks.Draft{URL: "https://a.example", Events: []string{webhooks.JobFailed}})
	if err != nil || again == secret {
		t.Errorf("two webhooks have one secret; %v", err)
	}
	_, given, err := r.RotateSecret(t.Context(), account, reg.ID, "my-own-new-secret")
	if err != nil || given != "" {
		t.Fatalf("%q, %v", given, err)
	}
	values := 0
	err = r.db.Badger().View(func(tx *badgerdb.Txn) error {
		it := tx.NewIterator(badgerdb.DefaultIteratorOptions)
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			raw, err := it.Item().ValueCopy(nil)
			if err != nil {
				return err
			}
			values++
			for _, s := range []string{secret, strings.TrimPrefix(secret, "whsec_"), "my-own-new-secret"} {
				if bytes.Contains(raw, []byte(s)) {
					t.Errorf("the secret is readable in the database")
				}
			}
		}
		return nil
	})
	if err != nil || values < 3 {
		t.Fatalf("%d values, %v", values, err)
	}
}

func TestAServiceSaysWhatItLacks(t *testing.T) {
	if _, err := webhooks.New(webhooks.Config{}); err == nil {
		t.Error("made without a database")
	}
	r := newRig(t, nil)
	c := config(r.db)
	c.Workers = -1
	if _, err := webhooks.New(c); err == nil {
		t.Error("made with less than no workers")
	}
	r.start()
	if err := r.Start(t.Context()); err == nil {
		t.Error("started twice")
	}
	if err := r.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := r.Start(t.Context()); !errors.Is(err, webhooks.ErrClosed) {
		t.Errorf("started after it was closed: %v", err)
	}
	if _, err := r.Test(t.Context(), account, "x"); !errors.Is(err, webhooks.ErrClosed) {
		t.Errorf("tested after it was closed: %v", err)
	}
}
