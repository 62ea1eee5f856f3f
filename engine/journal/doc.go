// Package journal keeps the durable record of runs: which run was created with what, what happened to
// it, and which results may be used again.
//
// A [Journal] stores three things. A [Run] is one row with a state. Its [Event]s are numbered 1, 2, 3,
// … without a gap. An [Outcome] is a result that can be found by a key, within a scope. What the bytes
// in them mean is the caller's business.
//
//	err := j.Create(ctx, journal.Run{ID: "r1", Pipeline: "story_video", Lineage: "r1", State: "queued", Created: now}, journal.Batch{})
//	last, err := j.Append(ctx, "r1", journal.Batch{
//		State:  "running",
//		Events: []journal.Event{{Time: now, Kind: "run_started"}},
//	})
//
// # What it promises
//
// A [Batch] is recorded wholly or not at all, and what has been acknowledged is there after a crash at
// any instant, of the process or of the machine. Readers see only what is durable. Appends that come at
// the same time, from all runs, share one synchronisation of the disk. A damaged record makes its own
// run unreadable, with a [CorruptError]; the others stay usable.
//
// # What it never does
//
// It reads no clock: every time is the caller's. It never interprets, changes or prints the data it
// keeps.
//
// The implementations are journal/badger for the disk and journal/memory for tests and short-lived
// engines. Both pass the suite in journal/journaltest.
package journal
