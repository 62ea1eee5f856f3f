package plans

import "fmt"

// A Limit names what a plan limits, as the setting is called that passed it.
type Limit string

// The limits that are checked here.
const (
	Duration   Limit = "duration"   // seconds of a film
	Characters Limit = "characters" // of a film
)

// A LimitError is a request for more than the plan allows.
type LimitError struct {
	Plan    string // its name
	Limit   Limit
	Allowed int // the most that the plan allows
	Asked   int // what was asked for; it is not in the sentence, which may go into a log
}

// Error says what the plan allows.
func (e *LimitError) Error() string {
	what := fmt.Sprintf("a %s of at most %d", e.Limit, e.Allowed)
	switch e.Limit {
	case Duration:
		what = "films of at most " + count(e.Allowed, "second")
	case Characters:
		what = "films with at most " + count(e.Allowed, "character")
	}
	return fmt.Sprintf("the %s plan allows %s: ask for less, or change to a larger plan", e.Plan, what)
}

func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// CheckDuration refuses films that are longer than the plan allows, by the duration asked for in seconds.
// The error is a *LimitError.
func (p Plan) CheckDuration(seconds int) error { return p.check(Duration, p.Seconds, seconds) }

// CheckCharacters refuses films with more characters than the plan allows. The error is a *LimitError.
func (p Plan) CheckCharacters(n int) error { return p.check(Characters, p.Characters, n) }

func (p Plan) check(limit Limit, allowed, asked int) error {
	if asked <= allowed {
		return nil
	}
	return &LimitError{Plan: p.Name, Limit: limit, Allowed: allowed, Asked: asked}
}
