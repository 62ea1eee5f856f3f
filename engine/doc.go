// Package engine runs pipelines: it is what a program embeds.
//
// A pipeline is a directed acyclic graph of stages, declared in HCL (package pipeline; the language is
// described in docs/language.md). Each stage calls a capability that a provider serves, in this process or
// in a plugin, or runs another pipeline. Opening an engine, starting a run and waiting for it takes a few
// lines:
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
// # Providers
//
// [Config.Providers] says where providers come from: the built-in ones in this process
// (builtin.InProcess), or as processes of this program (builtin.Plugins); functions of the program's own
// ([providers.InProcess]); several of these ([providers.Join]). Plugins of others are named in the file.
// Start asks every provider that a run needs whether it can work before anything is done.
//
// # Following a run
//
// [Run.Events] yields what happens, numbered and durable, from any number, for any number of readers.
// [Run.Status] is where the run stands: progress, cost, what each call does or waits for. [Run.Outputs]
// gives the outputs as far as they are known while the run goes on.
//
// # Changing a result
//
// A run that has ended never changes. [Engine.Revise] starts a new one that differs from it: a new take of
// one picture, an edited text, a changed input. The two are a lineage, and what the change does not reach is
// taken from the lineage without a call. [Engine.Takes] finds earlier takes, [Engine.Explain] says why a
// call was made, [Engine.Plan] and [Engine.PlanRevision] say beforehand what would be.
//
// # People
//
// A stage that uses "approval.wait" pauses its run until [Engine.Decide] is called; [Run.Pause] and
// [Run.Cancel] stop one, [Engine.Resume] goes on. A budget ([StartOptions]) ends a run before the call that
// would pass it.
//
// # What it promises
//
// A run freezes its pipeline's source, its inputs and its seed. Every outcome is journalled and synced
// before anything downstream starts, so that after a crash at any instant an unfinished run goes on
// where it was ([Engine.Resume], [Config.Resume]) and a call whose result was recorded is never made
// again. A call that was in flight at the crash is made again with the same idempotency key, and with
// the last checkpoint its provider saved; it is counted in [Status].
//
// Within a lineage the same call gives the result recorded earlier, whatever provider made it, and
// identical calls in flight are one call. Between lineages that holds for deterministic providers of the
// same configuration and version only.
//
// A failed call is tried again as its stage and the error's kind say, then at fallbacks. When an
// instance has finally failed, siblings that run finish, nothing else starts, and the run fails with a
// [RunError]. Calls keep the limits of their provider and share the processors; runs take turns, those of
// higher priority first; a provider that fails again and again is left alone for a while. Whatever a call
// waits for can be seen in the status.
//
// # What it never does
//
// It knows nothing of films, opens no port, keeps no global state and never logs or records a
// sensitive value. Two engines in one process do not know of each other; they need directories of
// their own.
package engine
