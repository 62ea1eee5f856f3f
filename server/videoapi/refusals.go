package videoapi

import (
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/filmloom/filmloom/server/credits"
	"github.com/filmloom/filmloom/server/plans"
	"github.com/filmloom/filmloom/server/production"
	"github.com/filmloom/filmloom/server/web"
)

// Refusals implements web.Dialect.
func (dialect) Refusals(op *huma.Operation) []*web.Fault { return refusals()[op.OperationID] }

// refusals are, by the operation, the faults that one can answer with and others of its kind cannot.
func refusals() map[string][]*web.Fault {
	says := func(err error, missing string) *web.Fault {
		var f *web.Fault
		if !errors.As(refusal(err, missing), &f) {
			panic("no answer tells of " + err.Error())
		}
		return f
	}
	task, image := says(production.ErrNotFound, noTask), says(production.ErrNotFound, noImage)
	changed, idle, stopping := says(production.ErrActive, ""), says(production.ErrIdle, ""), says(production.ErrClosed, "")
	wrong := web.Unauthorized(codeLogin)
	wrong.Message = wrongLogin
	return map[string][]*web.Fault{
		"login": {
			wrong,
			{Status: http.StatusTooManyRequests, Code: codeLogin, Message: "Too many failed logins; try again in 20 seconds"},
			{Status: http.StatusTooManyRequests, Code: web.CodeTooMany, Message: "Too many requests; try again in 20 seconds."},
		},
		"refresh": {web.Unauthorized(web.CodeBadToken)},
		"createVideo": {
			says(&credits.InsufficientError{Required: 3, NextReset: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)}, ""),
			says(&plans.LimitError{Plan: "free", Limit: plans.Duration, Allowed: 60}, ""),
			says(production.ErrFull, ""), stopping,
		},
		"getVideoTask":    {task},
		"cancelVideoTask": {task, idle},
		"deleteVideoTask": {task, changed},
		"followVideoTask": {task},
		"getImageTask":    {task},
		"regenerateImage": {image, says(production.ErrBusy, ""), changed},
		"editImage":       {image, says(production.ErrBusy, ""), changed},
	}
}
