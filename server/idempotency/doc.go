// Package idempotency lets a client send a request twice and have it carried out once: it remembers the first
// answer to each Idempotency-Key, for 24 hours, by account and route.
//
//	claim, answer, err := book.Begin(ctx, idempotency.Request{Account: id, Route: "POST /v1/video", Key: key, Body: body})
//	switch {
//	case err != nil:      // ErrKey; or a conflict: ErrInFlight, ErrOtherBody, ErrWithheld
//	case answer != nil:   // was carried out before
//		answer.Replay(w)
//	default:              // go on; the handler finds the claim with From(ctx)
//		err = claim.Serve(w, r, next)
//	}
//
// A handler that changes the database records its answer in the same transaction, so that after a crash either
// both are there or neither:
//
//	err := db.Update(ctx, func(tx *store.Tx) error {
//		…
//		return idempotency.From(ctx).Record(tx, idempotency.Answer{Status: 200, Header: header, Body: body})
//	})
//
// # What it promises
//
// Of requests with the same key at the same time exactly one goes on; the others get [ErrInFlight]. The same
// request later gets the first answer, also after a restart; a request that differs in its target or in any byte
// of its body gets [ErrOtherBody]. Only answers of success are kept: after any other, after [Claim.Abandon]
// and after a crash, the key is free. An answer whose claim has [Claim.Withhold], because it shows a secret
// once, or one larger than the bound, is never stored; that it was given is, so that its repetition gets
// [ErrWithheld] instead of happening twice.
//
// # What it never does
//
// It stores no request: of its body only a fingerprint, of the key too. It keeps only those headers that belong
// to the answer itself, so no cookie, no limit and no request id is replayed. It reads no header and knows no
// API's form of errors.
package idempotency
