// Package admission decides when a call may begin: there is a place at its provider, the provider's rate
// allows it, the provider is neither broken nor asked for a pause, a processor is free if the call needs
// one, and it is the call's turn.
//
//	c := admission.New(runtime.NumCPU(), clock)
//	defer c.Close()
//	openai := c.Gate("openai", admission.Limits{Concurrent: 8, PerMinute: 50})
//
//	pass, err := openai.Enter(ctx, admission.Request{Run: "run-1", Waiting: show})
//	if err != nil {
//		return err
//	}
//	err = call(ctx)
//	pass.Leave(outcome(err))
//
// # What it promises
//
// At any instant at most Concurrent calls run at a gate and at most cpus calls that need a processor; in
// any 60 seconds, wherever they start, at most PerMinute calls begin. A call takes all it needs at once
// or nothing: while it waits for a processor it holds no place.
//
// Of those that wait and could go, the highest priority goes first; at equal priority runs take turns;
// within a run the first to come is first. A line is those who wait for the same things: one gate, with
// a processor or without. With k runs in a line at one priority, a run sees at most k-1 calls of others
// begin there before its next one, however many they have. All gates that limit neither calls nor rate
// are one line for processors. What one line waits for keeps back no other line; so a call that needs
// two scarce things may be passed by calls that need only one of them.
//
// A breaker opens after Failures failed calls in a row. After the cooldown one call tries: if it worked
// the gate is open again, if it failed the cooldown doubles. What began before the breaker opened has no
// say in that.
//
// Whoever waits can know why: Waiting is told a sentence for people, and again when it changes. A
// cancelled Enter leaves nothing behind, not even when it was admitted in that instant.
//
// Enter and Leave cost the same however many wait. Per gate at most one goroutine sleeps, and only while
// somebody waits for the time.
//
// # What it never does
//
// It makes no call, retries nothing, chooses no provider and records nothing: limits begin anew with
// each controller. It stops no call that has begun. It reads the time from its Clock alone.
package admission
