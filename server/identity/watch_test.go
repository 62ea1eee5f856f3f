package identity_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server/identity"
)

func TestWhatLastsEndsWhenItsPrincipalIsNoLongerLetIn(t *testing.T) {
	type act func(ctx context.Context, h *house, account, token, key string) error
	for name, row := range map[string]struct {
		session, key bool // end
		do           act
	}{
		"disabled": {true, true, func(ctx context.Context, h *house, account, _, _ string) error {
			return h.SetDisabled(ctx, account, true)
		}},
		"removed": {true, true, func(ctx context.Context, h *house, account, _, _ string) error { return h.Remove(ctx, account) }},
		"an admin no more": {true, true, func(ctx context.Context, h *house, account, _, _ string) error {
			return h.SetAdmin(ctx, account, false)
		}},
		"another password": {true, false, func(ctx context.Context, h *house, account, _, _ string) error {
			return h.SetPassword(ctx, account, "battery horse staple correct")
		}},
		"logged out": {true, false, func(ctx context.Context, h *house, _, token, _ string) error { return h.Revoke(ctx, token) }},
		"the key revoked": {false, true, func(ctx context.Context, h *house, account, _, key string) error {
			return h.RevokeKey(ctx, account, key)
		}},
		"the key rotated at once": {false, true, func(ctx context.Context, h *house, account, _, key string) error {
			_, _, err := h.RotateKey(ctx, account, key, 0)
			return err
		}},
		"the key rotated with time": {false, false, func(ctx context.Context, h *house, account, _, key string) error {
			_, _, err := h.RotateKey(ctx, account, key, time.Minute)
			return err
		}},
		"another plan": {false, false, func(ctx context.Context, h *house, account, _, _ string) error {
			return h.SetPlan(ctx, account, "free")
		}},
		"all expired, and something else": {false, false, func(ctx context.Context, h *house, _, _, _ string) error {
			h.pass(365 * 24 * time.Hour)
			return h.SetDisabled(ctx, h.add(t, "bob").ID, true)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t)
			h.addAs(t, identity.NewAccount{Name: "root", Password: password, Admin: true})
			a := h.addAs(t, identity.NewAccount{Name: "ada", Password: password, Admin: true})
			session, err := h.Login(t.Context(), "ada", password, home)
			must(t, err)
			k, text := h.key(t, a.ID, identity.NewKey{Scopes: identity.Read | identity.Admin})
			var all [2]context.Context
			for i, credential := range []string{session.Token, text} {
				who, err := h.Authenticate(t.Context(), credential, home)
				must(t, err)
				ctx, cancel := h.While(t.Context(), who)
				defer cancel()
				all[i] = ctx
			}
			must(t, row.do(t.Context(), h, a.ID, session.Token, k.ID))
			for i, ends := range []bool{row.session, row.key} {
				if cause := context.Cause(all[i]); ends != errors.Is(cause, identity.ErrCredentials) || !ends && cause != nil {
					t.Errorf("%d ends: %v, with %v", i, !ends, cause)
				}
			}
		})
	}
}

func TestWhoeverWasDisabledSinceLastsNotAtAll(t *testing.T) {
	h := open(t)
	a := h.add(t, "ada")
	session, err := h.Login(t.Context(), "ada", password, home)
	must(t, err)
	who, err := h.Authenticate(t.Context(), session.Token, home)
	must(t, err)
	must(t, h.SetDisabled(t.Context(), a.ID, true))
	ctx, cancel := h.While(t.Context(), who)
	defer cancel()
	if !errors.Is(context.Cause(ctx), identity.ErrCredentials) {
		t.Errorf("it goes on: %v", context.Cause(ctx))
	}
}

func TestWhatEndedIsNotLookedAfter(t *testing.T) {
	h := open(t)
	for _, who := range []identity.Principal{{}, {Account: h.add(t, "ada")}} {
		ctx, cancel := h.While(t.Context(), who)
		cancel()
		if !errors.Is(context.Cause(ctx), context.Canceled) || h.Watched() != 0 {
			t.Errorf("%v, %d are watched", context.Cause(ctx), h.Watched())
		}
	}
}
