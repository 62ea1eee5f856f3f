// Package limits counts requests and says when there were too many: for each account by its plan, and by
// address for those who are not known yet.
//
//	l, err := limits.New(limits.Config{DB: db})
//	defer l.Close()
//
//	d, err := l.Take(account, plan.Rate)
//	d.Header(w.Header())
//	if !d.Allowed {
//		// 429
//	}
//
// # Windows
//
// Time is divided into minutes and days of the clock, in UTC. A request is counted in the present minute
// and in the present day, if both have room; otherwise it is refused and counted in neither. So every number
// in an answer is exact: Remaining more requests will pass until Reset, and at Reset there are Limit again.
// A sliding window spreads requests better, but has no such instant. The price: around the turn of a minute
// twice the limit can pass within seconds.
//
// The answer describes the tightest window: the one with the smaller share of its limit left; with equal
// shares the day. A refusal describes the window that refuses; the day if both do.
//
// # What it promises
//
// Of any number of concurrent requests exactly as many pass as the windows have room. A Limiter's Take costs
// less than a microsecond when the account was seen in the last two minutes, and one read of the database
// otherwise. Counts survive a restart; after a kill at most the last Config.Every is forgotten,
// to the advantage of the account. Accounts that are idle use no memory.
//
// What Strangers remember is bounded, however many addresses there are. Whatever one address does, another
// one's requests pass as before: when memory is full, counts are forgotten, never made up.
//
// A clock that is set back gives nobody new requests and locks nobody out: a window waits for a clock that is
// at most a minute behind; when it is more, the count so far is taken into the window that the clock shows.
//
// # What it never does
//
// It knows no request, no user and no plan's name. It writes no answer but three or four headers. It reads a
// client's address from a header only when a proxy that the owner named has written it. It does not limit
// how much work a request is.
package limits
