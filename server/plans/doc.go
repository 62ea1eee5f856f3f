// Package plans says what an account may have: how many requests, how many credits, how long a film.
//
//	plan, err := plans.Defaults().Plan("pro")
//	err = plan.CheckDuration(240) // a *plans.LimitError: pro makes films of at most 180 seconds
//
// Plans are values. What counts requests is package limits, what counts credits is package credits; both
// take the plan with every call, so that a changed plan holds from the next call on.
//
// # What it promises
//
// A Set that was made without an error holds plans that can be used as they are: every name once, every
// number within its bounds. A check that fails gives a *LimitError, and nothing else does.
//
// # What it never does
//
// It reads no configuration: the server gives it what its owner has set. It does not know who has which plan,
// stores nothing and counts nothing. Its errors show no value that a client sent.
package plans
