package providers

import (
	"errors"
	"fmt"
	"time"
)

// A Kind says what sort of failure a call met, and so what the engine does next.
type Kind string

// The kinds of failure.
const (
	// KindInvalidInput: the input can never work. No retry, no fallback.
	KindInvalidInput Kind = "invalid_input"
	// KindRejected: the content was refused (moderation). No retry; a fallback may serve.
	KindRejected Kind = "rejected"
	// KindRateLimited: too many requests. Tried again after RetryAfter, or the stage's delay.
	KindRateLimited Kind = "rate_limited"
	// KindUnavailable: a passing fault (network, 5xx, busy). Tried again, then fallback.
	KindUnavailable Kind = "unavailable"
	// KindUnauthorized: a missing or wrong key, or no quota left. No retry; a fallback may serve.
	KindUnauthorized Kind = "unauthorized"
	// KindCrashed: the plugin died during the call. Tried again in a fresh process.
	KindCrashed Kind = "crashed"
	// KindTimeout: the call took longer than the stage allows. Tried again.
	KindTimeout Kind = "timeout"
	// KindInternal: a fault of the provider itself. Tried again, then fallback.
	KindInternal Kind = "internal"
)

// Retryable tells whether another attempt at the same provider may succeed.
func (k Kind) Retryable() bool {
	switch k {
	case KindInvalidInput, KindRejected, KindUnauthorized:
		return false
	}
	return true
}

// An Error is a failure of a call. Message is for the operator and may name internals; User, when
// set, is one sentence that is safe to show to whoever asked for the film.
type Error struct {
	Kind       Kind
	Message    string        // what went wrong, cause included
	User       string        // a user-safe text, or ""
	Hint       string        // how to mend it, or ""
	RetryAfter time.Duration // the wait the provider named, or 0
	Cost       Money         // what the call has cost although it failed
	Err        error         // the cause for errors.Is and errors.As, or nil; not printed, and lost at a process boundary
}

func (e *Error) Error() string {
	if e.Message == "" {
		return string(e.Kind)
	}
	return e.Message
}

func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an *Error of a kind. The format works as in [fmt.Errorf], including %w.
func Errorf(kind Kind, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	return &Error{Kind: kind, Message: err.Error(), Err: errors.Unwrap(err)}
}

// Invalid makes an *Error of [KindInvalidInput] whose words are fit for whoever made the call: one
// sentence that says what is wrong and how to mend it.
func Invalid(format string, args ...any) *Error {
	e := Errorf(KindInvalidInput, format, args...)
	e.User = e.Message
	return e
}

// AsError gives the *Error that err is or wraps; any other error becomes one of KindInternal.
func AsError(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Kind: KindInternal, Message: err.Error(), Err: err}
}

// Charged gives err as the failure of a call that has cost something nevertheless.
func Charged(err error, cost Money) error {
	if err == nil || cost == 0 {
		return err
	}
	e := *AsError(err)
	e.Cost += cost
	return &e
}
