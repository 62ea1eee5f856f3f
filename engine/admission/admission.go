package admission

import (
	"context"
	"time"
)

// A Clock tells the time and waits.
type Clock interface {
	Now() time.Time
	// Sleep returns after d, or at once with the context's error when that ends first.
	Sleep(ctx context.Context, d time.Duration) error
}

// Limits are what a provider allows. The zero value allows everything and has a breaker.
type Limits struct {
	Concurrent int // calls at once; 0 means no limit
	PerMinute  int // calls begun in any 60 seconds, wherever they start; 0 means no limit
	Breaker    Breaker
}

// A Breaker keeps calls from a provider that fails again and again. The zero value has the defaults.
type Breaker struct {
	Failures    int           // in a row that open it; 0 means 10, a negative number never
	Cooldown    time.Duration // from opening to the first trial; 0 means 10 s; doubles at each failed trial
	MaxCooldown time.Duration // 0 means 2 min; never shorter than Cooldown
}

// A Request says what a call needs and whose turn it takes.
type Request struct {
	Run      string // calls of different runs take turns
	Priority int    // a higher one goes first
	CPU      bool   // needs a processor of the pool as well
	// Elsewhere: another provider can serve the call. Rather than wait for a broken gate, Enter fails with
	// ErrBroken, also when the breaker opens while the call waits.
	Elsewhere bool

	// Waiting is told why the call must wait, and again when the reason changes; nil is fine. A change
	// of less than 5 s in when a wait ends is not told. It is called by the goroutine that called Enter,
	// without locks held and never after Enter returned. It should return soon: the call may begin
	// meanwhile and would hold its place unused.
	Waiting func(reason string)
}

// An Outcome is what a call says about the health of its provider.
type Outcome int

const (
	Neither Outcome = iota // nothing: cancelled, invalid input, rejected content
	Worked
	Failed // the provider is unavailable, crashed, timed out or broke
)
