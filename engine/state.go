package engine

// State is where a run or a stage stands. docs/state-machine.md draws both machines; every transition
// there is in this file and nowhere else.
type State string

// The states of a run: queued → running ⇄ paused, and from each of them to completed, failed, cancelled or
// superseded. An interrupted run (the process ended) is found as running in the journal and goes on from
// there.
//
// The states of a stage: waiting → running → completed, failed, cancelled or superseded; or waiting →
// skipped.
const (
	Queued     State = "queued"     // run: recorded, not started yet
	Waiting    State = "waiting"    // stage: something it depends on is not done
	Running    State = "running"    // work is being done, or will go on when the run is resumed
	Paused     State = "paused"     // run: somebody paused it, or nothing goes on without an approval
	Completed  State = "completed"  // everything is done; final
	Skipped    State = "skipped"    // stage: its `when` was false; final
	Failed     State = "failed"     // an instance has finally failed; final
	Cancelled  State = "cancelled"  // somebody cancelled the run; final
	Superseded State = "superseded" // a newer run of the lineage goes on instead; final
)

// Final tells whether a run or stage never leaves the state.
func (s State) Final() bool {
	switch s {
	case Completed, Skipped, Failed, Cancelled, Superseded:
		return true
	}
	return false
}

// after gives the state that a run is in after an event, given the one before it. Events that do not
// concern the run's state leave it; a final state is never left.
func (s State) after(k Kind) State {
	if s.Final() {
		return s
	}
	switch k {
	case RunCreated:
		return Queued
	case RunStarted, RunResumed:
		return Running
	case RunPaused:
		return Paused
	case RunCompleted:
		return Completed
	case RunFailed:
		return Failed
	case RunCancelled:
		return Cancelled
	case RunSuperseded:
		return Superseded
	}
	return s
}
