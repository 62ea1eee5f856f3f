package studioapi

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/web"
)

// A Key is an API key.
type Key struct {
	KeyID      string     `json:"key_id" doc:"Names the key." example:"8Jk2mQ4xT9aB"`
	Key        *string    `json:"key" doc:"The key itself: only in the answer that made it, null otherwise." example:"flm_live_8Jk2mQ4xT9aB..."`
	Prefix     string     `json:"prefix" doc:"How the key begins, to know it by." example:"flm_live_8Jk2mQ4xT9aB"`
	Name       string     `json:"name" doc:"For people." example:"the blog"`
	Scopes     []string   `json:"scopes" nullable:"false" doc:"What it is good for." example:"[\"read\",\"write\"]"`
	AllowedIPs []string   `json:"allowed_cidrs" nullable:"false" doc:"Where it may be used; none means everywhere." example:"[\"203.0.113.0/24\"]"`
	CreatedAt  time.Time  `json:"created_at" doc:"When it was made." example:"2026-01-02T15:04:05.123456Z"`
	ExpiresAt  *time.Time `json:"expires_at" doc:"When it ends; null means never." example:"2026-04-02T15:04:05.123456Z"`
	LastUsedAt *time.Time `json:"last_used_at" doc:"When it was used last, to the minute; null means never." example:"2026-01-03T15:04:00Z"`
	OldUntil   *time.Time `json:"previous_valid_until" doc:"How long the key from before a rotation works; null when none does." example:"2026-01-03T15:04:05Z"`
}

// A NewKey is an API key to be.
type NewKey struct {
	Name      string   `json:"name,omitempty" maxLength:"64" doc:"For people." example:"the blog"`
	Scopes    []string `json:"scopes,omitempty" nullable:"false" minItems:"1" maxItems:"3" enum:"read,write,admin" doc:"What it is good for; read and write unless given." example:"[\"read\",\"write\"]"`
	CIDRs     []string `json:"allowed_cidrs,omitempty" nullable:"false" maxItems:"32" doc:"Where it may be used; everywhere unless given." example:"[\"203.0.113.0/24\"]"`
	ExpiresIn *int     `json:"expires_in_days,omitempty" minimum:"0" maximum:"366" doc:"Days until it ends; 0 means never, 90 unless given." example:"90"`
}

type newKeyInput struct {
	Body *NewKey `required:"false"`
}

// A KeyPath names an API key. Huma sees exported types only where they are embedded.
type KeyPath struct {
	KeyID string `path:"key_id" doc:"Names the key." example:"8Jk2mQ4xT9aB"`
}

type rotateInput struct {
	KeyPath
	Body *struct {
		Grace *int `json:"grace_hours,omitempty" minimum:"0" maximum:"720" doc:"Hours for which the old key still works; 24 unless given." example:"24"`
	} `required:"false"`
}

type keyOutput struct {
	Body Key
}

type keysOutput struct {
	Body struct {
		Keys []Key `json:"api_keys" nullable:"false" doc:"Your keys, the oldest first."`
	}
}

const noKey = "There is no such API key."

func (a *api) keys() {
	web.Handle(a.API, with(operation(http.MethodPost, "/api-keys", "createAPIKey", "api-keys", "Make an API key",
		"Makes an API key. It is shown in this answer and never again."), http.StatusCreated), a.createKey)
	web.Handle(a.API, operation(http.MethodGet, "/api-keys", "listAPIKeys", "api-keys", "List API keys", "Lists your API keys."), a.listKeys)
	web.Handle(a.API, operation(http.MethodGet, "/api-keys/{key_id}", "getAPIKey", "api-keys", "Get an API key",
		"Tells of an API key.", http.StatusNotFound), a.getKey)
	web.Handle(a.API, with(operation(http.MethodDelete, "/api-keys/{key_id}", "revokeAPIKey", "api-keys", "Revoke an API key",
		"Ends an API key at once.", http.StatusNotFound), http.StatusNoContent), a.revokeKey)
	web.Handle(a.API, operation(http.MethodPost, "/api-keys/{key_id}/rotate", "rotateAPIKey", "api-keys", "Rotate an API key",
		"Gives the key a new secret, which is shown in this answer and never again. The old one works a while longer.", http.StatusNotFound), a.rotateKey)
}

func (a *api) createKey(ctx context.Context, in *newKeyInput) (*keyOutput, error) {
	web.Withhold(ctx)
	var n NewKey
	if in.Body != nil {
		n = *in.Body
	}
	made := identity.NewKey{Name: n.Name, Scopes: identity.Read | identity.Write}
	var err error
	if n.Scopes != nil {
		if made.Scopes, err = identity.ParseScopes(n.Scopes); err != nil {
			return nil, invalidAccount(err)
		}
	}
	if made.CIDRs, err = identity.ParseCIDRs(n.CIDRs); err != nil {
		return nil, invalidAccount(err)
	}
	if n.ExpiresIn != nil {
		made.Forever = *n.ExpiresIn == 0
		made.Lifetime = time.Duration(*n.ExpiresIn) * 24 * time.Hour
	}
	if err := within(ctx, made); err != nil {
		return nil, err
	}
	k, text, err := a.Identity.CreateKey(ctx, web.Caller(ctx).Account.ID, made)
	if err != nil {
		return nil, invalidAccount(err)
	}
	out := &keyOutput{Body: keyOf(k)}
	out.Body.Key = &text
	return out, nil
}

// within refuses a key that is good for more than the credential that asks for it: for other scopes, at more
// places, or for ever.
func within(ctx context.Context, k identity.NewKey) error {
	who := web.Caller(ctx)
	bound := who.Key != nil && (len(who.Key.CIDRs) > 0 && !covers(who.Key.CIDRs, k.CIDRs) || !who.Key.Expires.IsZero() && k.Forever)
	if k.Scopes&^who.Scopes != 0 || bound {
		return &web.Fault{Status: http.StatusForbidden, Code: web.CodeForbidden, Message: "A key cannot be good for more than what asks for it."}
	}
	return nil
}

// covers tells whether each of the networks lies in one of those that are allowed.
func covers(allowed, networks []netip.Prefix) bool {
	for _, n := range networks {
		if !slices.ContainsFunc(allowed, func(a netip.Prefix) bool { return a.Bits() <= n.Bits() && a.Contains(n.Addr()) }) {
			return false
		}
	}
	return len(networks) > 0
}

func (a *api) listKeys(ctx context.Context, _ *struct{}) (*keysOutput, error) {
	list, err := a.Identity.Keys(ctx, web.Caller(ctx).Account.ID)
	if err != nil {
		return nil, err
	}
	out := &keysOutput{}
	out.Body.Keys = []Key{}
	for _, k := range list {
		out.Body.Keys = append(out.Body.Keys, keyOf(k))
	}
	return out, nil
}

func (a *api) getKey(ctx context.Context, in *KeyPath) (*keyOutput, error) {
	k, err := a.Identity.Key(ctx, web.Caller(ctx).Account.ID, in.KeyID)
	if err != nil {
		return nil, invalidAccount(err)
	}
	return &keyOutput{Body: keyOf(k)}, nil
}

func (a *api) revokeKey(ctx context.Context, in *KeyPath) (*struct{}, error) {
	err := a.Identity.RevokeKey(ctx, web.Caller(ctx).Account.ID, in.KeyID)
	return nil, invalidAccount(err)
}

func (a *api) rotateKey(ctx context.Context, in *rotateInput) (*keyOutput, error) {
	web.Withhold(ctx)
	grace := identity.DefaultGrace
	if in.Body != nil && in.Body.Grace != nil {
		grace = time.Duration(*in.Body.Grace) * time.Hour
	}
	old, err := a.Identity.Key(ctx, web.Caller(ctx).Account.ID, in.KeyID)
	if err != nil {
		return nil, invalidAccount(err)
	}
	if err := within(ctx, identity.NewKey{Scopes: old.Scopes, CIDRs: old.CIDRs, Forever: old.Expires.IsZero()}); err != nil {
		return nil, err
	}
	k, text, err := a.Identity.RotateKey(ctx, web.Caller(ctx).Account.ID, in.KeyID, grace)
	if err != nil {
		return nil, invalidAccount(err)
	}
	out := &keyOutput{Body: keyOf(k)}
	out.Body.Key = &text
	return out, nil
}

func keyOf(k identity.Key) Key {
	cidrs := make([]string, len(k.CIDRs))
	for i, c := range k.CIDRs {
		cidrs[i] = c.String()
	}
	return Key{
		KeyID: k.ID, Prefix: k.Prefix, Name: k.Name, Scopes: k.Scopes.Names(), AllowedIPs: cidrs, CreatedAt: instant(k.Created),
		ExpiresAt: moment(instant(k.Expires)), LastUsedAt: moment(instant(k.LastUsed)), OldUntil: moment(instant(k.OldUntil)),
	}
}

// invalidAccount words what is wrong with an account or a key.
func invalidAccount(err error) error {
	var invalid *identity.InvalidError
	switch {
	case errors.As(err, &invalid):
		field := invalid.Field
		if f, ok := map[string]string{"cidrs": "allowed_cidrs", "expires": "expires_in_days", "grace": "grace_hours"}[field]; ok {
			field = f
		}
		return web.Invalid(web.Problem{Location: "body." + field, Message: invalid.Problem})
	case errors.Is(err, identity.ErrNotFound):
		return missing(codeNoAPIKey, noKey)
	case errors.Is(err, identity.ErrNameTaken), errors.Is(err, identity.ErrLastAdmin), errors.Is(err, identity.ErrTooManyKeys):
		return web.Conflict(capital(err.Error()) + ".")
	}
	return err
}
