package videoapi

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/filmloom/filmloom/server/credits"
	"github.com/filmloom/filmloom/server/plans"
	"github.com/filmloom/filmloom/server/production"
	"github.com/filmloom/filmloom/server/web"
)

// An Error is the body of every answer that is not a success.
type Error struct {
	Detail string    `json:"detail" doc:"What is wrong, in one sentence." example:"Task not found"`
	Errors []Problem `json:"errors,omitempty" nullable:"false" doc:"With a validation error: each thing that is wrong."`
}

// A Problem is one thing that is wrong with a request.
type Problem struct {
	Loc     string `json:"loc" doc:"Where it is." example:"body.duration"`
	Message string `json:"msg" doc:"What is wrong." example:"expected value to be one of \"short, long\""`
	Type    string `json:"type" doc:"The kind of error." example:"value_error"`
}

// The texts of the specification.
const (
	wrongLogin       = "Incorrect username or password"
	wrongCredentials = "Could not validate credentials"
	noCredentials    = "Not authenticated"
	noTask           = "Task not found"
	noImage          = "Image not found"
)

// dialect words errors as the specification does.
type dialect struct{}

// Answer implements web.Dialect.
func (dialect) Answer(f *web.Fault) (int, any) {
	status := f.Status
	e := Error{Detail: f.Message}
	switch f.Code {
	case web.CodeInvalid:
		status = http.StatusUnprocessableEntity
		for _, p := range f.Problems {
			e.Errors = append(e.Errors, Problem{Loc: p.Location, Message: p.Message, Type: "value_error"})
		}
	case web.CodeBadToken, web.CodeBadKey:
		e.Detail = wrongCredentials
	case web.CodeUnauthenticated:
		e.Detail = noCredentials
	}
	return status, e
}

// Invalid implements web.Dialect.
func (dialect) Invalid() int { return http.StatusUnprocessableEntity }

const busyImage = "This image is being made already"

// refusal tells why a desk has not done something.
func refusal(err error, missing string) error {
	var poor *credits.InsufficientError
	var limit *plans.LimitError
	switch {
	case errors.As(err, &limit):
		text := limit.Error()
		return &web.Fault{Status: http.StatusForbidden, Code: web.CodeForbidden, Message: strings.ToUpper(text[:1]) + text[1:]}
	case errors.As(err, &poor):
		return &web.Fault{
			Status: http.StatusPaymentRequired, Code: web.CodeInsufficientFund,
			Message: fmt.Sprintf("Not enough credits: the film costs %d and there are %d; there are more on %s", poor.Required, poor.Available, poor.NextReset.Format("2 January 2006")),
		}
	case errors.Is(err, production.ErrNotFound), errors.Is(err, production.ErrNoScene):
		return web.NotFound(missing)
	case errors.Is(err, production.ErrBusy):
		return web.Conflict(busyImage)
	case errors.Is(err, production.ErrActive):
		return web.Conflict("The task was changed at the same moment; try again")
	case errors.Is(err, production.ErrIdle):
		return web.Conflict("Nothing is being made for this task")
	case errors.Is(err, production.ErrFull):
		return web.Unavailable("The queue is full; try again later", "60")
	case errors.Is(err, production.ErrClosed):
		return web.Unavailable("The server is stopping; try again in a moment", "5")
	}
	return err
}
