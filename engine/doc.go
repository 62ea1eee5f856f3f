// Package engine runs pipelines: it is what a program embeds.
//
// A pipeline is a directed acyclic graph of stages, declared in HCL (package pipeline). Each stage
// calls a capability that a provider serves, in this process or in a plugin. Opening an engine,
// starting a run and waiting for it takes a few lines:
//
//	eng, err := engine.Open(ctx, engine.Config{
//		Dir: "data", Pipelines: "pipelines.hcl", Providers: builtin.InProcess(),
//	})
//	if err != nil {
//		return err
//	}
//	defer eng.Close()
//	run, err := eng.Start(ctx, "story_video", engine.Inputs{"story_topic": "mystery"})
//	if err != nil {
//		return err
//	}
//	out, err := run.Wait(ctx)
//
// # What it promises
//
// A run freezes its pipeline's source, its inputs and its seed. Every outcome is journalled and synced
// before anything downstream starts, so that after a crash at any instant an unfinished run goes on
// where it was ([Engine.Resume], [Config.Resume]) and a call whose result was recorded is never made
// again. A call that was in flight at the crash is made again with the same idempotency key, and with
// the last checkpoint its provider saved; it is counted in [Status].
//
// Within a lineage (a run and those started [StartOptions] From it) the same call gives the result
// recorded earlier. Between lineages that holds for deterministic providers of the same configuration
// and version only.
//
// A failed call is tried again as its stage and the error's kind say, then at fallbacks. When an
// instance has finally failed, siblings that run finish, nothing else starts, and the run fails with a
// [RunError].
//
// # What it never does
//
// It knows nothing of films, opens no port, keeps no global state and never logs or records a
// sensitive value. Two engines in one process do not know of each other; they need directories of
// their own.
package engine
