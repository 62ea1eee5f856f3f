package identity

import (
	"errors"
	"fmt"
	"time"
)

var (
	// ErrNotFound: there is no such account or key, or the key is somebody else's.
	ErrNotFound = errors.New("there is no such account or key")
	// ErrNameTaken: another account has the name, perhaps with capitals elsewhere.
	ErrNameTaken = errors.New("another account has this name already")
	// ErrLastAdmin: what was asked would leave no enabled account that can administer.
	ErrLastAdmin = errors.New("this is the last enabled account that can administer; make another one an admin first")
	// ErrIncorrect: name and password do not belong together, or the account is disabled. Nobody is told which.
	ErrIncorrect = errors.New("the name or the password is incorrect")
	// ErrCredentials: a token or key that is not valid, for whatever reason.
	ErrCredentials = errors.New("the credentials are not valid")
	// ErrMistyped is an [ErrCredentials] of which its text alone tells that it is no key of ours.
	ErrMistyped = fmt.Errorf("%w: the API key is incomplete or mistyped", ErrCredentials)
	// ErrRemoved is an [ErrCredentials] of an account that was removed, perhaps a moment ago.
	ErrRemoved = fmt.Errorf("%w any more: the account was removed", ErrCredentials)
	// ErrForbiddenAddress: the key is genuine, and is not for use at the caller's address.
	ErrForbiddenAddress = errors.New("the API key may not be used at this address")
	// ErrOutlives: the key would work longer than what asks for it.
	ErrOutlives = errors.New("the key would work longer than what asks for it")
	// ErrTooManyKeys: the account has [MaxKeys] keys.
	ErrTooManyKeys = fmt.Errorf("the account has %d API keys, and may not have more; revoke one first", MaxKeys)
)

// An InvalidError is a value that cannot be accepted. It does not show the value.
type InvalidError struct {
	Field   string // name, password, plan, scopes, cidrs, expires, grace
	Problem string // the end of a sentence that begins with the field: "must have 8 characters or more"
}

func (e *InvalidError) Error() string { return "the " + e.Field + " " + e.Problem }

func invalidf(field, format string, args ...any) error {
	return &InvalidError{field, fmt.Sprintf(format, args...)}
}

// A ThrottledError is a login that was not tried, because too many have failed.
type ThrottledError struct {
	RetryAfter time.Duration // at least a second, in whole seconds
}

func (e *ThrottledError) Error() string {
	return fmt.Sprintf("too many logins have failed; try again in %v", e.RetryAfter)
}
