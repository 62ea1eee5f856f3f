// Package webhooks tells an account's own programs what happens to its films: it keeps registrations and
// delivers events to them over HTTP, durably.
//
//	hooks, err := webhooks.New(webhooks.Config{DB: db, Seal: keys.Seal, Unseal: keys.Unseal})
//	err = hooks.Start(ctx)
//	defer hooks.Close(ctx)
//
//	hook, secret, err := hooks.Create(ctx, account, webhooks.Draft{
//		URL: "https://your-app.com/webhook", Events: []string{webhooks.JobCompleted},
//	})
//
//	err = db.Update(ctx, func(tx *store.Tx) error {
//		// … what happened, and with it, in one step:
//		return hooks.Publish(tx, account, webhooks.Event{
//			ID: job + "_completed", Type: webhooks.JobCompleted, Time: now, Data: data,
//		})
//	})
//
// Publish writes a delivery for each registration that wants the event, in the caller's transaction. Workers
// send them as Standard Webhooks (https://www.standardwebhooks.com); docs/webhooks.md is written for those who
// receive them.
//
// # What it promises
//
// When the transaction of Publish is on disk, every matching registration gets the event at least once, or the
// delivery says why not: after a kill -9 too. The same event published twice is one delivery. Every try of a
// delivery has the same webhook-id. The tries are at once and 5 s, 5 min, 30 min, 2, 5, 10, 14, 20 and 24 hours
// after the one before, up to a tenth later; each takes 15 s at most; only an answer of 2xx ends them early.
//
// The body is rendered at the first try and is the same bytes on every later one, with two exceptions: it is
// rendered anew when a person asks for a redelivery, and when it is older than 5 days (the server was off), for
// the links in it live 7 days. When the process is killed during the first try, what was sent is not known any
// more, and the next try renders it again.
//
// A receiver that is dead or slow slows nobody else: a registration has at most 4 tries at a time (one until
// the first of a burst has succeeded), a host 8, and failing or slow receivers together have at most half of the workers.
//
// No connection is made to an address that is not a public one, or in a network that Config.Allow names. That
// is decided by the address that is about to be connected to, whatever a name resolved to before.
//
// A secret is sealed before it is stored, and told only in the answer that made it.
//
// # What it never does
//
// It serves no HTTP. It follows no redirect, uses no proxy, keeps no cookie, and reads no more than 4 KiB of an
// answer. It never puts a URL, a secret or an address that a name resolved to into a log or an error.
package webhooks
