package studioapi

import (
	"errors"
	"net/http"
	"strings"

	"github.com/filmloom/filmloom/server/credits"
	"github.com/filmloom/filmloom/server/plans"
	"github.com/filmloom/filmloom/server/production"
	"github.com/filmloom/filmloom/server/web"
)

// A Failure is the body of every answer that is not a success.
type Failure struct {
	Error ErrorBody `json:"error" doc:"What is wrong."`
}

// An ErrorBody says what is wrong.
type ErrorBody struct {
	Code    string         `json:"code" doc:"For programs." example:"PROJECT_NOT_FOUND"`
	Message string         `json:"message" doc:"For people, one sentence." example:"There is no such project."`
	Details map[string]any `json:"details" doc:"More for programs; its keys depend on the code."`
}

// The codes of the API.
const (
	codeInput        = "INVALID_INPUT"
	codeNoKey        = "AUTHENTICATION_REQUIRED"
	codeBadKey       = "INVALID_API_KEY"
	codeBadToken     = "INVALID_TOKEN"
	codeCredits      = "INSUFFICIENT_CREDITS"
	codePermissions  = "INSUFFICIENT_PERMISSIONS"
	codeNotFound     = "NOT_FOUND"
	codeNoProject    = "PROJECT_NOT_FOUND"
	codeNoJob        = "JOB_NOT_FOUND"
	codeNoWebhook    = "WEBHOOK_NOT_FOUND"
	codeNoDelivery   = "DELIVERY_NOT_FOUND"
	codeNoAPIKey     = "API_KEY_NOT_FOUND"
	codeNoBatch      = "BATCH_NOT_FOUND"
	codeNoUser       = "USER_NOT_FOUND"
	codeMethod       = "METHOD_NOT_ALLOWED"
	codeActive       = "JOB_ALREADY_PROCESSING"
	codeNotActive    = "JOB_NOT_ACTIVE"
	codeRepeated     = "IDEMPOTENCY_CONFLICT"
	codeConflict     = "CONFLICT"
	codeYouTube      = "YOUTUBE_NOT_CONNECTED"
	codeTooLarge     = "PAYLOAD_TOO_LARGE"
	codeMediaType    = "UNSUPPORTED_MEDIA_TYPE"
	codeRange        = "RANGE_NOT_SATISFIABLE"
	codePrecondition = "PRECONDITION_FAILED"
	codeTimeout      = "REQUEST_TIMEOUT"
	codeTooMany      = "RATE_LIMIT_EXCEEDED"
	codeInternal     = "INTERNAL_SERVER_ERROR"
	codeUnavailable  = "SERVICE_UNAVAILABLE"
	codeNotAvailable = "NOT_AVAILABLE"
)

// words are the API's codes and sentences for what any API may answer. Without a sentence the fault's own is used.
var words = map[web.Code]ErrorBody{
	web.CodeInvalid:         {Code: codeInput},
	web.CodeUnauthenticated: {Code: codeNoKey, Message: "An API key is needed: send it as \"Authorization: Bearer YOUR_API_KEY\"."},
	web.CodeBadToken:        {Code: codeBadToken, Message: "The API key or access token is invalid or has expired."},
	web.CodeBadKey:          {Code: codeBadKey, Message: "The API key is invalid, has expired or was revoked."},
	web.CodeForbidden:       {Code: codePermissions},
	web.CodeNoRoute:         {Code: codeNotFound, Message: "There is nothing at this address."},
	web.CodeMethod:          {Code: codeMethod, Message: "This address does not take this method."},
	web.CodeNotFound:        {Code: codeNotFound},
	web.CodeConflict:        {Code: codeConflict},
	web.CodeIdempotency:     {Code: codeRepeated},
	web.CodeTooLarge:        {Code: codeTooLarge, Message: "The body is too large."},
	web.CodeMediaType:       {Code: codeMediaType},
	web.CodeTimeout:         {Code: codeTimeout, Message: "The body did not come in time."},
	web.CodeTooMany:         {Code: codeTooMany},
	web.CodeInternal:        {Code: codeInternal, Message: "Something went wrong on our side."},
	web.CodeUnavailable:     {Code: codeUnavailable},
}

// dialect words errors as the specification does.
type dialect struct{}

// Answer implements web.Dialect.
func (dialect) Answer(f *web.Fault) (int, any) {
	status := f.Status
	e := ErrorBody{Code: string(f.Code), Message: f.Message, Details: f.Details}
	if w, ok := words[f.Code]; ok {
		e.Code = w.Code
		if w.Message != "" {
			e.Message = w.Message
		}
	}
	if f.Code == web.CodeInvalid {
		status = http.StatusBadRequest
		if len(f.Problems) > 0 {
			list := make([]any, len(f.Problems))
			for i, p := range f.Problems {
				list[i] = map[string]string{"field": p.Location, "message": p.Message}
			}
			e.Details = map[string]any{"errors": list}
		}
	}
	if e.Details == nil {
		e.Details = map[string]any{}
	}
	return status, Failure{e}
}

// Invalid implements web.Dialect.
func (dialect) Invalid() int { return http.StatusBadRequest }

const (
	notEnough = "You don't have enough credits to generate this video."
	noProject = "There is no such project."
	active    = "A job of this project is being worked on; wait for it or cancel it."
)

// stopping is the refusal of what comes too late.
var stopping = web.Unavailable("The server is stopping; try again in a moment.", "5")

// capital makes a sentence of an error's text.
func capital(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

// missing says that there is no such thing.
func missing(code, message string) *web.Fault {
	return &web.Fault{Status: http.StatusNotFound, Code: web.Code(code), Message: message}
}

// refusal tells why something was not done. absent is what an id has named that there is not.
func refusal(err error, absent *web.Fault) error {
	var poor *credits.InsufficientError
	var limit *plans.LimitError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, production.ErrNotFound):
		return absent
	case errors.Is(err, production.ErrActive):
		return &web.Fault{Status: http.StatusConflict, Code: codeActive, Message: active}
	case errors.Is(err, production.ErrIdle):
		return &web.Fault{Status: http.StatusConflict, Code: codeNotActive, Message: "There is nothing to do for this job."}
	case errors.Is(err, production.ErrFull):
		return web.Unavailable("The queue is full; try again later.", "60")
	case errors.Is(err, production.ErrClosed):
		return stopping
	case errors.As(err, &poor):
		return &web.Fault{
			Status: http.StatusPaymentRequired, Code: codeCredits, Message: notEnough,
			Details: map[string]any{"required": poor.Required, "available": poor.Available, "next_reset": poor.NextReset},
		}
	case errors.As(err, &limit):
		return &web.Fault{
			Status: http.StatusForbidden, Code: web.CodeForbidden, Message: capital(limit.Error()) + ".",
			Details: map[string]any{"plan": limit.Plan, "limit": limit.Limit, "allowed": limit.Allowed},
		}
	}
	return err
}
