package web

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

// A Dialect is how an API words its errors.
type Dialect interface {
	// Answer gives a fault's status and body. All bodies are of one type.
	Answer(f *Fault) (status int, body any)
	// Refusals are the faults that an operation can answer with and others of its kind cannot, for the API's document.
	Refusals(op *huma.Operation) []*Fault
	// Invalid is the status of a request that does not fit: 422, or 400.
	Invalid() int
}

// answered is a fault in an API's words.
type answered struct {
	status int
	body   any
	fault  *Fault
}

func (a *answered) Error() string           { return a.fault.Message }
func (a *answered) GetStatus() int          { return a.status }
func (a *answered) GetHeaders() http.Header { return a.fault.Header }

// dialectKey marks an operation with its API's dialect: Huma's makers of errors are functions of the package,
// so that the operation is all they have to tell APIs apart by.
const dialectKey = "dialect"

func init() {
	huma.ValidateStrictCasing = true // "Text" is not "text"
	huma.NewError = newFault
	huma.NewErrorWithContext = func(ctx huma.Context, status int, message string, errs ...error) huma.StatusError {
		op := ctx.Operation()
		var err huma.StatusError
		if status == http.StatusRequestEntityTooLarge || status == http.StatusRequestTimeout || message == "cannot read request body" {
			err = unread(op.MaxBodyBytes-1, status, errors.Join(errs...))
		} else {
			err = newFault(status, message, errs...)
		}
		var internal *internalFault
		if errors.As(err, &internal) {
			Log(ctx.Context()).Error("request failed", "operation", op.OperationID, "error", internal.cause)
		}
		if d, ok := op.Metadata[dialectKey].(Dialect); ok {
			return word(d, err)
		}
		return err
	}
}

// unread words why a body could not be read. status is what Huma has found out, or 0.
func unread(most int64, status int, err error) *Fault {
	var large *http.MaxBytesError
	var slow net.Error
	switch {
	case status == http.StatusRequestEntityTooLarge, errors.As(err, &large):
		return &Fault{
			Status: http.StatusRequestEntityTooLarge, Code: CodeTooLarge,
			Message: fmt.Sprintf("The body is larger than %d bytes", most),
		}
	case status == http.StatusRequestTimeout, errors.As(err, &slow) && slow.Timeout():
		return &Fault{Status: http.StatusRequestTimeout, Code: CodeTimeout, Message: "The body did not arrive in time"}
	}
	return Invalid(Problem{Location: "body", Message: "is not complete"}) // the client has gone, or cannot count
}

// fault finds the fault in an error.
func fault(err error) *Fault {
	var f *Fault
	var internal *internalFault
	switch {
	case errors.As(err, &f):
		return f
	case errors.As(err, &internal):
		return &internal.Fault
	}
	return inside()
}

func word(d Dialect, err error) *answered {
	f := fault(err)
	status, body := d.Answer(f)
	return &answered{status, body, f}
}

// discard is where logs go that nobody wants.
var discard = slog.New(slog.DiscardHandler)
