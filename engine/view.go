package engine

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/providers"
)

// A view is what a run's events and calls in flight add up to. Every event goes through apply, whether it
// comes from the journal or was written a moment ago.
type view struct {
	pl             *pipeline.Pipeline
	state          State
	stages         map[string]*stageView // by address, as they become known
	cost           providers.Money
	interrupted    int // in all processes
	interruptedNow int // since the run was resumed last
	doubtful       int
	warnings       []string
	failure        *RunError
	started        time.Time
	ended          time.Time
	byHand         bool    // a person has paused the run
	high           float64 // the highest progress so far
	ticks          int
	seq            uint64            // up to which it has taken in all events
	beyond         map[uint64]uint64 // ranges that it has taken in after a gap, first to last
	wanted         map[string]bool
	weights        map[string]float64 // by declared address
	calls          map[string]*callView
	approvals      map[string]approvalView
}

type stageView struct {
	StageStatus
	decl       *pipeline.Stage
	declared   string   // the address without keys
	frames     []string // prefixes of the frames in it, as they become known
	entered    map[string]bool
	activities map[string]*Activity
}

// callView is what the journal knows of one instance.
type callView struct {
	done       bool
	output     json.RawMessage // nil until it is done, and when it runs a pipeline
	key        string
	attempts   int             // started so far
	open       bool            // an attempt has started and not ended
	unsafe     bool            // to repeat the open attempt may pay for it again
	estimate   providers.Money // of the open attempt
	provider   string          // of the last attempt, or that gave the output
	checkpoint []byte          // of the open attempt
	failed     *Failure        // it has finally failed
	failures   map[string]*failures
	take       int
	how        Kind // InstanceDone, InstanceReused or InstanceEdited, when it is done
	at         time.Time
}

// failures are the failed attempts at one provider.
type failures struct {
	n    int
	last Failure
}

type approvalView struct {
	Approval
	path, key string
}

func newView(pl *pipeline.Pipeline, wanted map[string]bool, weights map[string]float64) view {
	return view{
		pl: pl, state: Queued, stages: map[string]*stageView{}, calls: map[string]*callView{},
		approvals: map[string]approvalView{}, wanted: wanted, weights: weights,
	}
}

// stage finds a stage by its address; it is added when it is new.
func (v *view) stage(path string) *stageView {
	if s := v.stages[path]; s != nil {
		return s
	}
	decl := declaration(v.pl, declaredPath(path))
	if decl == nil {
		decl = &pipeline.Stage{Name: path} // of a record that does not fit the source
	}
	s := v.newStage(path, decl)
	v.stages[path] = s
	if frame := frameOf(path); frame != "" {
		owner := v.stage(stageOf(strings.TrimSuffix(frame, ".")))
		if !owner.entered[frame] {
			if owner.entered == nil {
				owner.entered = map[string]bool{}
			}
			owner.entered[frame] = true
			owner.frames = append(owner.frames, frame)
		}
	}
	return s
}

func (v *view) newStage(path string, decl *pipeline.Stage) *stageView {
	return &stageView{
		StageStatus: StageStatus{Name: path, Uses: decl.Uses(), Step: decl.Step, State: Waiting},
		decl:        decl, declared: declaredPath(path), activities: map[string]*Activity{},
	}
}

// declaration finds a stage by its declared address.
func declaration(pl *pipeline.Pipeline, declared string) *pipeline.Stage {
	for {
		name, rest, inner := strings.Cut(declared, ".")
		s := pl.Stage(name)
		if s == nil || !inner {
			return s
		}
		if pl, declared = s.Pipeline, rest; pl == nil {
			return nil
		}
	}
}

func (v *view) call(address string) *callView {
	c := v.calls[address]
	if c == nil {
		c = &callView{}
		v.calls[address] = c
	}
	return c
}

// took notes that the events from first to last were taken in. Of several writers, the one that was journalled
// last may be the first here.
func (v *view) took(first, last uint64) {
	if last < first { // nothing: its place belongs to whatever comes there
		return
	}
	if first == v.seq+1 && len(v.beyond) == 0 { // as nearly always
		v.seq = last
		return
	}
	if v.beyond == nil {
		v.beyond = map[uint64]uint64{}
	}
	v.beyond[first] = last
	for next, ok := v.beyond[v.seq+1]; ok; next, ok = v.beyond[v.seq+1] {
		delete(v.beyond, v.seq+1)
		v.seq = next
	}
}

// apply takes in one journalled record.
func (v *view) apply(rec record) {
	v.state = v.state.after(rec.Kind)
	switch rec.Kind {
	case RunStarted:
		v.started = rec.Time
	case RunResumed:
		v.interrupt()
		v.byHand, v.interruptedNow = false, 0
	case RunPaused:
		v.byHand = rec.Message == ""
		v.rest()
	case RunCompleted, RunFailed, RunCancelled, RunSuperseded:
		v.ended = rec.Time
		v.approvals = map[string]approvalView{}
		v.interrupt() // a call that was stopped has ended; one that is open was interrupted before
		for _, s := range v.stages {
			if s.State == Running {
				s.State = v.state
			}
		}
		if rec.Error != nil {
			v.failure = &RunError{Failure: *rec.Error, Provider: rec.Provider, Attempts: rec.Attempt}
		}
	}
	if rec.Stage != "" {
		v.applyToStage(rec, v.stage(rec.Stage))
	}
}

func (v *view) applyToStage(rec record, s *stageView) {
	switch rec.Kind {
	case StageExpanded:
		s.State, s.Instances, s.Began = Running, rec.Instances, rec.Time
		s.settle(rec.Time)
	case StageSkipped:
		s.State = Skipped
	case AttemptStarted:
		c := v.call(rec.Address)
		if c.open { // in a process that has ended
			v.lost(c)
		}
		c.attempts, c.open, c.provider, c.key, c.take = rec.Attempt, true, rec.Provider, rec.Key, rec.Take
		c.unsafe, c.estimate = rec.Unsafe, rec.Estimate
		s.activity(rec.Address).start(rec)
	case AttemptCheckpoint:
		v.call(rec.Address).checkpoint = rec.Checkpoint
	case AttemptFailed:
		c := v.call(rec.Address)
		c.open, c.checkpoint = false, nil
		if rec.Error != nil && rec.Error.Kind != KindCancelled {
			c.fail(rec)
		}
		v.cost += rec.Cost
	case ApprovalRequested:
		v.approvals[rec.Address] = approvalView{Approval{rec.Address, rec.Message, rec.Output}, rec.Stage, rec.Key}
	case InstanceFailed:
		c := v.call(rec.Address)
		c.open, c.failed = false, rec.Error
		delete(v.approvals, rec.Address)
		delete(s.activities, rec.Address)
		s.State = Failed
	case InstanceDone, InstanceReused, InstanceEdited:
		c := v.call(rec.Address)
		if c.done {
			return
		}
		c.done, c.open, c.output, c.checkpoint = true, false, rec.Output, nil
		c.key, c.take, c.provider, c.how, c.at = rec.Key, rec.Take, rec.Provider, rec.Kind, rec.Time
		delete(v.approvals, rec.Address)
		delete(s.activities, rec.Address)
		s.Done++
		s.Busy += rec.Took
		if rec.Kind != InstanceDone {
			s.Reused++
		}
		v.cost += rec.Cost
		v.warnings = append(v.warnings, rec.Warnings...)
		s.settle(rec.Time)
	}
}

// fail counts a failed attempt.
func (c *callView) fail(rec record) {
	if c.failures == nil {
		c.failures = map[string]*failures{}
	}
	n := 0
	if before := c.failures[rec.Provider]; before != nil {
		n = before.n
	}
	c.failures[rec.Provider] = &failures{n + 1, *rec.Error}
}

// settle makes a stage completed when all its instances are done.
func (s *stageView) settle(at time.Time) {
	if s.State == Running && s.Done == s.Instances {
		s.State, s.Ended = Completed, at
	}
}

// activity is the call in flight at an address, made when there is none.
func (s *stageView) activity(address string) *Activity {
	a := s.activities[address]
	if a == nil {
		a = &Activity{Address: address}
		s.activities[address] = a
	}
	return a
}

func (a *Activity) start(rec record) {
	*a = Activity{Address: rec.Address, Provider: rec.Provider, Attempt: rec.Attempt}
}

// interrupt counts the calls that were in flight when the process that made them ended. It is called
// once the events of an earlier process have been applied.
func (v *view) interrupt() {
	for _, c := range v.calls {
		if c.open {
			v.lost(c)
		}
	}
	v.rest()
}

// doomed tells whether an instance has finally failed: what is left of the run makes no call.
func (v *view) doomed() bool {
	for _, c := range v.calls {
		if c.failed != nil {
			return true
		}
	}
	return false
}

// lost counts an interrupted call.
func (v *view) lost(c *callView) {
	c.open = false
	v.interrupted++
	v.interruptedNow++
	if c.unsafe && c.checkpoint == nil {
		v.doubtful++
		v.cost += c.estimate
	}
}

// rest says that no call is in flight.
func (v *view) rest() {
	for _, s := range v.stages {
		clear(s.activities)
	}
}
