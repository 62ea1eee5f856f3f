package studioapi

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/store"
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
	ExpiresIn *int     `json:"expires_in_days,omitempty" minimum:"0" maximum:"366" doc:"Days until it ends; 0 means never, 90 unless given, or until the API key that asks for it ends, if that is sooner." example:"90"`
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
		"Makes an API key. It is shown in this answer and never again. One that an API key asks for is good for no more than that one, and no longer."), http.StatusCreated), a.createKey)
	web.Handle(a.API, operation(http.MethodGet, "/api-keys", "listAPIKeys", "api-keys", "List API keys", "Lists your API keys."), a.listKeys)
	web.Handle(a.API, operation(http.MethodGet, "/api-keys/{key_id}", "getAPIKey", "api-keys", "Get an API key",
		"Tells of an API key.", http.StatusNotFound), a.getKey)
	web.Handle(a.API, with(operation(http.MethodDelete, "/api-keys/{key_id}", "revokeAPIKey", "api-keys", "Revoke an API key",
		"Ends an API key at once.", http.StatusNotFound), http.StatusNoContent), a.revokeKey)
	web.Handle(a.API, operation(http.MethodPost, "/api-keys/{key_id}/rotate", "rotateAPIKey", "api-keys", "Rotate an API key",
		"Gives the key a new secret, which is shown in this answer and never again. The old one works a while longer. The key's lifetime begins anew; when an API key asks for it, as far as that one lasts.", http.StatusNotFound), a.rotateKey)
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
	if err := within(ctx, made.Scopes, made.CIDRs); err != nil {
		return nil, err
	}
	made.Until = lasts(ctx)
	k, text, err := a.Identity.CreateKey(ctx, web.Caller(ctx).Account.ID, made, shownOnce(ctx, http.StatusCreated))
	if errors.Is(err, identity.ErrNotFound) { // the account, a moment ago
		err = identity.ErrRemoved
	}
	if err != nil {
		return nil, refusedKey(ctx, err)
	}
	out := &keyOutput{Body: keyOf(k)}
	out.Body.Key = &text
	return out, nil
}

// shownOnce remembers, within the transaction that makes a key's secret, that a request was carried out: its answer
// is withheld, and given no secret here.
func shownOnce(ctx context.Context, status int) func(*store.Tx, identity.Key) error {
	return func(tx *store.Tx, k identity.Key) error { return web.Record(ctx, tx, status, keyOf(k)) }
}

// within refuses a key that is good for more than the credential that asks for it: for other scopes, or at more
// places.
func within(ctx context.Context, scopes identity.Scopes, cidrs []netip.Prefix) error {
	who := web.Caller(ctx)
	switch more := scopes &^ who.Scopes; {
	case more != 0:
		return mightier(map[string]any{"scope": more.Names()[0]})
	case who.Key != nil && len(who.Key.CIDRs) > 0 && !covers(who.Key.CIDRs, cidrs):
		return mightier(map[string]any{"allowed_cidrs": texts(who.Key.CIDRs)})
	}
	return nil
}

// lasts is when a key that asks for another one ends: of its secret from before a rotation, when that does. It is
// zero for a session, which is a person's.
func lasts(ctx context.Context) time.Time {
	if who := web.Caller(ctx); who.Key != nil {
		return who.Expires
	}
	return time.Time{}
}

// refusedKey words why a key is not made or rotated.
func refusedKey(ctx context.Context, err error) error {
	if errors.Is(err, identity.ErrOutlives) {
		return mightier(map[string]any{"expires_at": instant(lasts(ctx))})
	}
	return invalidAccount(err)
}

// mightier refuses a key that would be good for more than what asks for it. details are what there may be at most,
// or a scope that there may not.
func mightier(details map[string]any) error {
	return &web.Fault{
		Status: http.StatusForbidden, Code: web.CodeForbidden, Details: details,
		Message: "A key cannot be good for more than what asks for it.",
	}
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
	if err := within(ctx, old.Scopes, old.CIDRs); err != nil {
		return nil, err
	}
	k, text, err := a.Identity.RotateKeyUntil(ctx, old.Account, old.ID, grace, lasts(ctx), shownOnce(ctx, http.StatusOK))
	if err != nil {
		return nil, refusedKey(ctx, err)
	}
	out := &keyOutput{Body: keyOf(k)}
	out.Body.Key = &text
	return out, nil
}

func keyOf(k identity.Key) Key {
	return Key{
		KeyID: k.ID, Prefix: k.Prefix, Name: k.Name, Scopes: k.Scopes.Names(), AllowedIPs: texts(k.CIDRs), CreatedAt: instant(k.Created),
		ExpiresAt: moment(instant(k.Expires)), LastUsedAt: moment(instant(k.LastUsed)), OldUntil: moment(instant(k.OldUntil)),
	}
}

// texts writes networks.
func texts(networks []netip.Prefix) []string {
	all := make([]string, len(networks))
	for i, n := range networks {
		all[i] = n.String()
	}
	return all
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
