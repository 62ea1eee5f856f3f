package providertest

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/filmloom/filmloom/providers"
)

// checkSecrets plants a word where secrets go and looks for it where it must not be.
func checkSecrets(ctx context.Context, s *suite, v *verdict) {
	d, err := s.describe(ctx)
	if err != nil {
		v.skipf("%s", said(err))
		return
	}
	attrs, err := settings(d.Config, s.options.Config)
	if err != nil {
		v.skipf("%s", said(err))
		return
	}
	secret := newSecret()
	planted := 0
	for _, a := range d.Config.Attributes {
		if a.Sensitive && a.Type == cty.String && len(a.Allowed) == 0 {
			attrs[a.Name] = cty.StringVal(secret)
			planted++
		}
	}
	raw, err := encodeConfig(d.Config, attrs)
	if err != nil {
		v.failf("its settings cannot be written: %v", err)
		return
	}
	p, err := s.open(ctx)
	if err != nil {
		v.skipf("%s", said(err))
		return
	}
	defer func() { _ = p.shutdown() }()
	v.ok()
	examples, _ := s.plan(ctx) // none where it is not ready with its own settings
	c, err := configure(ctx, p, raw)
	v.hidden(secret, "the answer to its configuration", c, err)
	if err == nil && c.Ready {
		for _, e := range examples {
			// With a wrong key nobody can be charged.
			if e.raw == nil || e.why != "" && (planted == 0 || !e.costs) {
				continue
			}
			r := e.request()
			r.secrets = map[string]string{"token": secret}
			patient, cancel := context.WithTimeout(ctx, 20*time.Second)
			a := s.call(patient, p, r)
			cancel()
			v.hidden(secret, "a result of "+e.spec.Name, a.result, a.err)
			v.hidden(secret, "the reports of "+e.spec.Name, a.reports.text()+string(a.reports.saved()), nil)
			r.input = json.RawMessage(`{"broken": `)
			a = s.call(ctx, p, r)
			v.hidden(secret, "an error of "+e.spec.Name, nil, a.err)
		}
	}
	_ = p.shutdown()
	v.hidden(secret, "its log", p.log.text(), nil)
}

// newSecret is a word that nobody comes up with, in the shape of a key.
func newSecret() string { return "sk-filmloom-" + rand.Text() }

// hidden looks for a secret in what a provider gave.
func (v *verdict) hidden(secret, where string, given any, err error) {
	texts := []string{fmt.Sprintf("%+v", given)}
	if raw, err := json.Marshal(given); err == nil {
		texts = append(texts, string(raw))
	}
	if r, ok := given.(*providers.Result); ok && r != nil {
		texts = append(texts, string(r.Output)) // which prints as numbers
	}
	if err != nil {
		texts = append(texts, err.Error())
		var e *providers.Error
		if errors.As(err, &e) {
			texts = append(texts, e.User, e.Hint)
		}
	}
	for _, text := range texts {
		if strings.Contains(text, secret) {
			v.failf("a secret is in %s", where)
			return
		}
	}
}
