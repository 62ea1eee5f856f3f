package studioapi

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/filmloom/filmloom/server/credits"
	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/plans"
	"github.com/filmloom/filmloom/server/production"
	"github.com/filmloom/filmloom/server/web"
	"github.com/filmloom/filmloom/server/webhooks"
	"github.com/filmloom/filmloom/server/youtube"
)

// Refusals implements web.Dialect: what an address names may be nothing, and the rest is the operation's own.
func (dialect) Refusals(op *huma.Operation) (all []*web.Fault) {
	for _, named := range []struct {
		parameter string
		absent    *web.Fault
	}{
		{"{project_id}", missing(codeNoProject, noProject)},
		{"{job_id}", missing(codeNoJob, noJob)},
		{"{batch_id}", missing(codeNoBatch, "There is no such batch.")},
		{"{webhook_id}", missing(codeNoWebhook, noWebhook)},
		{"{delivery_id}", missing(codeNoDelivery, "There is no such delivery.")},
		{"{key_id}", missing(codeNoAPIKey, noKey)},
		{"{user_id}", missing(codeNoUser, "There is no such user.")},
	} {
		if strings.Contains(op.Path, named.parameter) {
			all = append(all, named.absent)
		}
	}
	if op.Path == "/users" || strings.HasPrefix(op.Path, "/users/{user_id}") {
		all = append(all, &web.Fault{Status: http.StatusForbidden, Code: web.CodeForbidden, Message: "This is for admins.", Details: map[string]any{"scope": "admin"}})
	}
	return append(all, refusals()[op.OperationID]...)
}

// refusals are, by the operation, the faults that one can answer with and others of its kind cannot. They are made of
// the errors that they tell of.
func refusals() map[string][]*web.Fault {
	says := func(err error) *web.Fault {
		var f *web.Fault
		if !errors.As(err, &f) {
			panic("no answer tells of " + err.Error())
		}
		return f
	}
	desk := func(err error) *web.Fault { return says(refusal(err, nil)) }
	hook := func(err error) *web.Fault { return says(refusedHook(err, "", "")) }
	account := func(err error) *web.Fault { return says(invalidAccount(err)) }
	channel := func(err error) *web.Fault { return says(refusedChannel(err)) }

	active, idle, full := desk(production.ErrActive), desk(production.ErrIdle), desk(production.ErrFull)
	unconnected := &web.Fault{Status: http.StatusBadRequest, Code: codeYouTube, Message: "No YouTube channel is connected."}
	short := desk(&plans.LimitError{Plan: "free", Limit: plans.Duration, Allowed: 60})
	poor := desk(&credits.InsufficientError{Required: 3, NextReset: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)})
	forbidden := func(message string) *web.Fault {
		return &web.Fault{Status: http.StatusForbidden, Code: web.CodeForbidden, Message: message}
	}
	mightier := forbidden("A key cannot be good for more than what asks for it.")
	mightier.Details = map[string]any{"scope": "admin"}
	film := []*web.Fault{ // what refuses to make one
		says(tooLong(Effective{Language: "en", Duration: 5}, strings.Repeat("word ", 50))),
		unconnected, poor, short, active, ownerDisabled, ownerRemoved, full, stopping,
	}
	return map[string][]*web.Fault{
		"changeProject":   {active},
		"deleteProject":   {active},
		"generateVideo":   film,
		"cancelJob":       {idle},
		"retryJob":        append([]*web.Fault{idle}, film...),
		"downloadJob":     {missing(codeNotFound, "This job has made no film."), notSent(http.StatusPreconditionFailed), notSent(http.StatusRequestedRangeNotSatisfiable)},
		"createBatch":     {stopping},
		"registerWebhook": {hook(webhooks.ErrLimit)},
		"testWebhook":     {hook(webhooks.ErrTesting), stopping},
		"redeliver":       {hook(webhooks.ErrDisabled)},
		"createAPIKey":    {mightier, account(identity.ErrTooManyKeys)},
		"rotateAPIKey":    {mightier},
		"createUser":      {account(identity.ErrNameTaken)},
		"changeUser":      {account(identity.ErrLastAdmin)},
		"removeUser":      {account(identity.ErrLastAdmin)},
		"register": {
			forbidden("This server makes accounts only by its admins."), account(identity.ErrNameTaken),
			{Status: http.StatusTooManyRequests, Code: web.CodeTooMany, Message: "Too many requests; try again in 20 seconds.", Details: map[string]any{"retry_after": 20, "limit": 5}},
		},
		"authorizeYouTube":  {channel(youtube.ErrNotConfigured)},
		"finishYouTube":     {channel(youtube.ErrNotConfigured), channel(youtube.ErrState), channel(youtube.ErrUnavailable)},
		"disconnectYouTube": {missing(codeNotFound, "No YouTube channel is connected.")},
	}
}
