package webhooks

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"time"

	"github.com/filmloom/filmloom/server/store"
)

// Config is what a [Service] works with. Only DB, Seal and Unseal are required.
type Config struct {
	DB *store.DB

	// Seal encrypts a secret for the database and Unseal decrypts it. aad names the place it belongs to: what
	// was sealed for one place must not open at another.
	Seal   func(plain []byte, aad string) ([]byte, error)
	Unseal func(sealed []byte, aad string) ([]byte, error)

	// Render makes of an event's data what is sent, for instance with links that are good from now on for 7
	// days. It is called outside of transactions, at a delivery's first try. An error is a failed try that is
	// not the receiver's fault. nil sends the data as they are.
	Render func(ctx context.Context, account string, data json.RawMessage) (json.RawMessage, error)

	// Allow names networks that may be called although they are not public, and over plain HTTP too.
	Allow []netip.Prefix
	// Resolver finds the addresses of hosts; nil is the system's.
	Resolver *net.Resolver
	// Timeout is how long one try may take in all; 0 means 15 seconds.
	Timeout time.Duration

	// Known tells within a transaction whether an account is there; its error is what comes of a registration for
	// one that is not. nil takes every account for one that is.
	Known func(tx *store.Tx, account string) error

	MaxPerAccount int // registrations an account may have; 0 means 20
	Workers       int // tries at a time; 0 means 64

	// Now is the clock; nil is time.Now. After a jump call Wake.
	Now func() time.Time
	Log *slog.Logger // nil logs nothing
	// Observe is told the outcome of every try after it is on disk: one of the Outcome constants. It is
	// called from several goroutines and must not block.
	Observe func(outcome string)
}

// What [Config.Observe] is told.
const (
	OutcomeDelivered = "delivered" // the receiver answered 2xx
	OutcomeRetrying  = "retrying"  // the try failed, another one follows
	OutcomeFailed    = "failed"    // the try failed, and it was the last
	OutcomeDropped   = "dropped"   // nothing was sent: the webhook or the delivery is gone or not wanted any more
	OutcomeDisabled  = "disabled"  // told besides the try's own outcome: it disabled its webhook
)

var (
	// ErrNotFound is the error for a webhook or delivery that the account does not have.
	ErrNotFound = errors.New("there is no such webhook or delivery")
	// ErrLimit: the account has as many webhooks as it may. Deleting one makes room.
	ErrLimit = errors.New("the account has as many webhooks as it may have; delete one first")
	// ErrDisabled: the webhook is disabled. Enabling it makes the call possible.
	ErrDisabled = errors.New("the webhook is disabled; enable it first")
	// ErrTesting: enough tests of the account are under way. It is worth a try a little later.
	ErrTesting = errors.New("several tests of webhooks are under way already; wait for them to end")
	// ErrClosed: the service has been closed.
	ErrClosed = errors.New("the webhooks are stopped")
)

// An InvalidError says what is wrong with something submitted. It never shows what was submitted.
type InvalidError struct {
	Field   string // the field's name in the API: "url", "events", "secret", "description"
	Message string // a sentence for people
}

func (e *InvalidError) Error() string { return e.Field + ": " + e.Message }

func invalid(field, message string) error { return &InvalidError{field, message} }
