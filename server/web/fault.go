package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
)

// A Code says what went wrong, for an API's dialect to word.
type Code string

// The codes that this room gives itself. An API adds its own.
const (
	CodeInvalid          Code = "invalid"            // the request does not fit the operation
	CodeUnauthenticated  Code = "unauthenticated"    // no credential
	CodeBadToken         Code = "bad_token"          // a session token that is not valid
	CodeBadKey           Code = "bad_key"            // an API key that is not valid
	CodeForbidden        Code = "forbidden"          // known, and not allowed to do this
	CodeNoRoute          Code = "no_route"           // there is nothing at this path
	CodeMethod           Code = "method_not_allowed" // there is, for other methods
	CodeNotFound         Code = "not_found"
	CodeConflict         Code = "conflict"
	CodeIdempotency      Code = "idempotency_conflict"
	CodeTooLarge         Code = "too_large"
	CodeMediaType        Code = "media_type"
	CodeTooMany          Code = "too_many"
	CodeInternal         Code = "internal"
	CodeUnavailable      Code = "unavailable"
	CodeNotAcceptable    Code = "not_acceptable"
	CodeTimeout          Code = "timeout"
	CodeInsufficientFund Code = "insufficient_credits"
)

// A Fault is an error that a caller is told. Handlers return one; any other error of theirs is an internal
// one, which is logged and not shown.
type Fault struct {
	Status   int
	Code     Code
	Message  string         // one sentence that is safe to show
	Details  map[string]any // what a program may want to know besides, or nil
	Problems []Problem      // with CodeInvalid: what is wrong where
	Header   http.Header    // that the answer gets besides
}

// A Problem is one thing that is wrong with a request.
type Problem struct {
	Location string // "body.duration", "query.limit"
	Message  string // a sentence without a full stop, without the submitted value
}

// Error is the message.
func (f *Fault) Error() string { return f.Message }

// GetStatus implements huma.StatusError.
func (f *Fault) GetStatus() int { return f.Status }

// GetHeaders implements huma.HeadersError.
func (f *Fault) GetHeaders() http.Header { return f.Header }

// NotFound says that there is no such thing.
func NotFound(message string) *Fault {
	return &Fault{Status: http.StatusNotFound, Code: CodeNotFound, Message: message}
}

// Conflict says that the request does not fit what there is.
func Conflict(message string) *Fault {
	return &Fault{Status: http.StatusConflict, Code: CodeConflict, Message: message}
}

// Invalid says what is wrong with a request beyond what its schema can.
func Invalid(problems ...Problem) *Fault {
	return &Fault{Status: http.StatusUnprocessableEntity, Code: CodeInvalid, Message: sentence(problems), Problems: problems}
}

// Unavailable says that a later try may succeed.
func Unavailable(message string, after string) *Fault {
	return &Fault{Status: http.StatusServiceUnavailable, Code: CodeUnavailable, Message: message, Header: http.Header{"Retry-After": {after}}}
}

// inside says nothing of what has gone wrong inside.
func inside() *Fault {
	return &Fault{Status: http.StatusInternalServerError, Code: CodeInternal, Message: "Internal server error"}
}

// sentence tells all problems in one.
func sentence(problems []Problem) string {
	parts := make([]string, len(problems))
	for i, p := range problems {
		parts[i] = p.Location + ": " + p.Message
	}
	return strings.Join(parts, "; ")
}

// An internal error is shown as nothing but that; the cause is for the log.
type internalFault struct {
	Fault
	cause error
}

func (f *internalFault) Unwrap() error { return f.cause }

// placeholder is the type of error that Huma puts into documents by itself: it has one for all APIs. See
// API.DocumentOperation.
type placeholder struct{}

func (*placeholder) Error() string  { return "" }
func (*placeholder) GetStatus() int { return 0 }

// newFault makes a fault of what Huma complains about. With the status 0 it only wants to know the type.
func newFault(status int, message string, errs ...error) huma.StatusError {
	if status == 0 {
		return &placeholder{}
	}
	f := Fault{Status: status, Message: message, Code: codes[status]}
	switch {
	case status >= http.StatusInternalServerError:
		f.Code, f.Message = CodeInternal, "Internal server error"
		return &internalFault{f, errors.Join(errs...)}
	case f.Code == "":
		f.Code = CodeInvalid
	}
	for _, err := range errs {
		var d *huma.ErrorDetail
		if errors.As(err, &d) {
			f.Problems = append(f.Problems, problem(d))
		}
	}
	if f.Problems == nil && f.Code == CodeInvalid { // Huma's only complaint without a place
		f.Problems = []Problem{{"body", "is missing"}}
	}
	if f.Problems != nil {
		f.tell()
	}
	return &f
}

// mostProblems bounds what is told, since a client may do a great many things wrong.
const mostProblems = 20

// tell makes the message of the problems.
func (f *Fault) tell() {
	slices.SortStableFunc(f.Problems, func(a, b Problem) int { return strings.Compare(a.Location, b.Location) })
	rest := ""
	if n := len(f.Problems) - mostProblems; n > 0 {
		f.Problems = f.Problems[:mostProblems:mostProblems]
		rest = fmt.Sprintf("; and %d more", n)
	}
	f.Message = sentence(f.Problems) + rest
}

// problem takes over what Huma says, but not the value.
func problem(d *huma.ErrorDetail) Problem {
	p := Problem{Location: d.Location, Message: d.Message}
	if at, message, ok := strings.Cut(d.Message, bodyMark); ok {
		p = Problem{at, message}
	}
	if name, ok := strings.CutPrefix(p.Message, "expected required property "); ok {
		p.Location += "." + strings.TrimSuffix(name, " to be present")
		p.Message = "is missing"
	}
	if strings.Contains(p.Message, "Go struct field") { // what JSON calls an integer, and Go does not: 60.0, 6e1
		p.Message = "has a number that is not written as a whole one"
	}
	if p.Location == "" {
		p.Location = "body"
	}
	p.Location = short(p.Location)
	return p
}

// longestPlace bounds a place, in bytes: the names in it may be the client's.
const longestPlace = 200

func short(place string) string {
	place = strings.ToValidUTF8(place, "\uFFFD")
	if len(place) <= longestPlace {
		return place
	}
	cut := longestPlace
	for !utf8.RuneStart(place[cut]) {
		cut--
	}
	return place[:cut] + "…"
}

var codes = map[int]Code{
	http.StatusBadRequest:            CodeInvalid,
	http.StatusUnauthorized:          CodeUnauthenticated,
	http.StatusForbidden:             CodeForbidden,
	http.StatusNotFound:              CodeNotFound,
	http.StatusMethodNotAllowed:      CodeMethod,
	http.StatusNotAcceptable:         CodeNotAcceptable,
	http.StatusRequestTimeout:        CodeTimeout,
	http.StatusConflict:              CodeConflict,
	http.StatusRequestEntityTooLarge: CodeTooLarge,
	http.StatusUnsupportedMediaType:  CodeMediaType,
	http.StatusUnprocessableEntity:   CodeInvalid,
	http.StatusTooManyRequests:       CodeTooMany,
	http.StatusServiceUnavailable:    CodeUnavailable,
}
