package admin

import (
	"context"
	"errors"
)

// ErrNotRunning: no server listens for the data directory.
var ErrNotRunning = errors.New("no filmloom serves this data directory")

// ErrRunning: another process listens for the data directory already.
var ErrRunning = errors.New("another filmloom serves this data directory")

// A Code says what kind of error an operation has ended with, where callers need to know.
type Code string

// The codes there are.
const (
	Other    Code = ""          // none of these
	NotFound Code = "not_found" // what was named does not exist
	Invalid  Code = "invalid"   // a value that cannot be accepted
	Unknown  Code = "unknown"   // there is no such operation
)

// An Error is an error of an operation, as it crosses from one process to another. An operation may end with
// one to give its code.
type Error struct {
	Code    Code   `json:"code,omitempty"`
	Message string `json:"message"` // a sentence for people
}

func (e *Error) Error() string { return e.Message }

// crossing is an error as it crosses.
func crossing(err error) *Error {
	var e *Error
	if errors.As(err, &e) && e.Message == err.Error() {
		return e
	}
	c := Other
	if e != nil {
		c = e.Code
	}
	if errors.Is(err, context.Canceled) {
		return &Error{c, "the server is stopping, and has ended the operation"}
	}
	return &Error{c, err.Error()}
}
