package erasure

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/filmloom/filmloom/server/identity"
)

// An Owner keeps things of accounts.
type Owner interface {
	// Erase removes all that an account owned that is not there any more. It is called again after an error, and
	// after a kill, whatever it had done by then; what is gone is no error. It must end soon after its context.
	Erase(ctx context.Context, account string) error
}

// Owned is what an owner keeps.
type Owned struct {
	What string // in the plural, for the log
	By   Owner
}

// Config says what is erased. Accounts is needed.
type Config struct {
	Accounts *identity.Service
	Owned    []Owned // in the order in which they are erased
	// Patience is how long the erasing of one account may take before it is tried later again; 0 means 10 minutes.
	Patience time.Duration
	// Retry is after how long it is tried again at first; 0 means a minute. Each time it fails again it is twice as
	// long, up to an hour.
	Retry time.Duration
	Log   *slog.Logger // nil discards it
}

// An Eraser erases what removed accounts owned, one account after the other.
type Eraser struct {
	conf   Config
	cancel context.CancelFunc
	done   chan struct{}
}

// New makes an eraser. It does nothing before Start.
func New(c Config) (*Eraser, error) {
	if c.Accounts == nil {
		return nil, errors.New("erasure: there are no accounts")
	}
	if c.Patience <= 0 {
		c.Patience = 10 * time.Minute
	}
	if c.Retry <= 0 {
		c.Retry = time.Minute
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Eraser{conf: c}, nil
}

// Start begins with the accounts that were removed before, and goes on with those that will be, until Close. It may be
// called once.
func (e *Eraser) Start(context.Context) error {
	if e.done != nil {
		return errors.New("erasure: it was started before")
	}
	var ctx context.Context
	ctx, e.cancel = context.WithCancel(context.Background())
	e.done = make(chan struct{})
	go func() {
		defer close(e.done)
		e.run(ctx)
	}()
	return nil
}

// Close interrupts what is being erased, and waits for that. The next start goes on.
func (e *Eraser) Close() {
	if e.done != nil {
		e.cancel()
		<-e.done
	}
}

// longest bounds the time between two tries.
const longest = time.Hour

func (e *Eraser) run(ctx context.Context) {
	wait := e.conf.Retry
	for ctx.Err() == nil {
		done := e.round(ctx, wait)
		again := time.NewTimer(wait)
		if wait = min(2*wait, longest); done {
			again.Stop()
			wait = e.conf.Retry
		}
		select {
		case <-ctx.Done():
		case <-e.conf.Accounts.Removals():
		case <-again.C:
		}
		again.Stop()
	}
}

// round erases all that there is to erase, and tells whether that is done. wait is when it is tried again otherwise.
func (e *Eraser) round(ctx context.Context, wait time.Duration) bool {
	ids, err := e.conf.Accounts.Removed(ctx)
	if err != nil && ctx.Err() == nil {
		e.conf.Log.Error("the accounts that were removed cannot be read", "again_in", wait, "error", err)
	}
	done := err == nil
	for _, id := range ids {
		switch err := e.erase(ctx, id); {
		case ctx.Err() != nil:
			return false
		case err != nil:
			done = false
			e.conf.Log.Error("what a removed account owned is not erased yet", "account", id, "again_in", wait, "error", err)
		default:
			e.conf.Log.Info("what a removed account owned is erased", "account", id)
		}
	}
	return done
}

// erase erases one account.
func (e *Eraser) erase(ctx context.Context, id string) error {
	ctx, cancel := context.WithTimeout(ctx, e.conf.Patience)
	defer cancel()
	for _, o := range e.conf.Owned {
		if err := o.By.Erase(ctx, id); err != nil {
			return fmt.Errorf("its %s: %w", o.What, err)
		}
	}
	return e.conf.Accounts.Erased(ctx, id)
}
