// Package credits is the ledger: what an account has, what its films cost, and what came back.
//
//	ledger := credits.New(credits.Config{DB: db, LowAfter: 3})
//	err := db.Update(ctx, func(tx *store.Tx) error {
//		taken, err := ledger.Reserve(tx, account, plan, credits.Price(60), "job/"+id)
//		if err != nil {
//			return err // a *credits.InsufficientError: 402
//		}
//		if taken.Low {
//			// the webhook credits.low, in this transaction
//		}
//		return tx.Put(jobKey, job)
//	})
//
// The end of the job, in the transaction that records it: Settle when the film was made, Refund when it was
// not and that is not the account's fault.
//
// # Months
//
// A plan grants its credits at the first touch of an account in a new month of UTC: the first reservation or
// question for the balance. What is left of the earlier month's grant is gone then (a reset); what was
// purchased stays. A reservation takes from the grant first. Credits that come back go where they were taken
// from, so what a grant of an earlier month gave belongs to the month in which it comes back. With a larger
// plan the difference is granted within the month; a smaller one takes nothing back before its end.
//
// With an unlimited plan nothing is taken and nothing granted: entries say the price and change no balance.
//
// # What it promises
//
// The balance is the sum of all entries, and never negative, whatever happens at once and whenever the process
// is killed. A reservation holds or does not hold together with the rest of the caller's transaction. Under
// one reference there is one reservation, and it ends once: doing any of it again changes nothing and
// is no error. A clock that is set back grants nothing again.
//
// # What it never does
//
// It does not know what a reference stands for, which plan an account has, or when a film has failed. It calls
// nobody back. It deletes no entry but with all of an account's.
package credits
