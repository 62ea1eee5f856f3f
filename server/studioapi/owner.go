package studioapi

import (
	"context"
	"errors"
	"net/http"

	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/web"
)

// A film is made by the plan of whoever owns its project, paid by them and uploaded to their channel, also when an
// admin has asked for it.

// owner is the account that a film is made for, when somebody asks for it.
func (a *api) owner(ctx context.Context, who identity.Principal, account string) (identity.Account, error) {
	owner, err := a.Identity.Account(ctx, account)
	switch {
	case errors.Is(err, identity.ErrNotFound):
		return owner, ownerless(identity.ErrRemoved, who, account)
	case err == nil && owner.Disabled:
		return owner, ownerDisabled
	}
	return owner, err
}

// The refusals of a film for somebody who is gone, or not let in.
var (
	ownerRemoved  = &web.Fault{Status: http.StatusConflict, Code: web.CodeConflict, Message: "The account that owned the project was removed, and the project goes with it."}
	ownerDisabled = &web.Fault{Status: http.StatusConflict, Code: web.CodeConflict, Message: "The account that owns the project is disabled: enable it, and try again."}
)

// ownerless is err, unless the owner was removed a moment ago. Their own request is one without a valid credential
// then; an admin's is not.
func ownerless(err error, who identity.Principal, owner string) error {
	if errors.Is(err, identity.ErrRemoved) && owner != who.Account.ID {
		return ownerRemoved
	}
	return err
}
