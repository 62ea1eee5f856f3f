package engine

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/providers"
)

// A Status is where a run stands.
type Status struct {
	Run      string
	Pipeline string
	State    State
	// Progress is from 0 to 1 and never falls: stages count by their weight, instances share a stage's.
	Progress float64
	// Step is the step of the first stage that is running, in topological order; "" when none is.
	Step        string
	Stages      []StageStatus // in topological order
	Cost        providers.Money
	Interrupted int // calls that were in flight when a process ended, and may have been paid twice
	Warnings    []string
	Started     time.Time // zero while it is queued
	Ended       time.Time // zero until it has ended
}

// A StageStatus is where one stage of a run stands.
type StageStatus struct {
	Name      string
	Step      string
	State     State
	Instances int // 0 until it is known
	Done      int // those that are done, reused ones included
	Reused    int
	Began     time.Time     // when its first call started or was reused
	Ended     time.Time     // when its last instance was done
	Busy      time.Duration // sum of its successful calls
	Running   []Activity    // calls in flight, by address
}

// An Activity is a call that runs, or waits to.
type Activity struct {
	Address  string
	Provider string
	Attempt  int
	Waiting  string  // what it waits for, or "" when the call is being made
	Done     float64 // as the provider says, 0 to 1
	Message  string  // as the provider says
}

// view is what a run's events and calls in flight add up to.
type view struct {
	state       State
	stages      map[string]*stageView
	cost        providers.Money
	interrupted int
	warnings    []string
	failure     *RunError
	started     time.Time
	ended       time.Time
	high        float64 // the highest progress so far
	ticks       int
	wanted      map[string]bool
	weights     map[string]float64
	calls       map[string]*callView // by address
}

type stageView struct {
	StageStatus
	activities map[string]*Activity
}

// callView is what the journal knows of one instance.
type callView struct {
	output     json.RawMessage // nil until it is done
	attempts   int             // started so far
	open       bool            // an attempt has started and not ended
	provider   string          // of the last attempt
	checkpoint []byte          // of the open attempt
}

func newView(pl *pipeline.Pipeline, wanted map[string]bool) view {
	v := view{state: Queued, stages: map[string]*stageView{}, calls: map[string]*callView{}, wanted: wanted, weights: map[string]float64{}}
	for _, s := range pl.Stages {
		v.stages[s.Name] = &stageView{StageStatus{Name: s.Name, Step: s.Step, State: Waiting}, map[string]*Activity{}}
		v.weights[s.Name] = s.Weight
	}
	return v
}

func (v *view) call(address string) *callView {
	c := v.calls[address]
	if c == nil {
		c = &callView{}
		v.calls[address] = c
	}
	return c
}

// apply takes in one journalled record.
func (v *view) apply(rec record) {
	v.state = v.state.after(rec.Kind)
	s := v.stages[rec.Stage]
	switch rec.Kind {
	case RunStarted:
		v.started = rec.Time
	case RunCompleted, RunFailed, RunCancelled:
		v.ended = rec.Time
		for _, s := range v.stages {
			s.activities = map[string]*Activity{}
			if s.State == Running {
				s.State = v.state
			}
		}
		if rec.Error != nil {
			v.failure = &RunError{Failure: *rec.Error, Provider: rec.Provider, Attempts: rec.Attempt}
		}
	}
	if s == nil {
		return
	}
	switch rec.Kind {
	case StageExpanded:
		s.State, s.Instances, s.Began = Running, rec.Instances, rec.Time
		s.settle(rec.Time)
	case StageSkipped:
		s.State = Skipped
	case AttemptStarted:
		c := v.call(rec.Address)
		c.attempts, c.open, c.provider = rec.Attempt, true, rec.Provider
		s.activity(rec.Address).start(rec)
	case AttemptCheckpoint:
		v.call(rec.Address).checkpoint = rec.Checkpoint
	case AttemptFailed:
		c := v.call(rec.Address)
		c.open, c.checkpoint = false, nil
		v.cost += rec.Cost
	case InstanceFailed:
		v.call(rec.Address).open = false
		delete(s.activities, rec.Address)
		s.State = Failed
	case InstanceDone, InstanceReused:
		c := v.call(rec.Address)
		if c.output != nil {
			return
		}
		c.open, c.output = false, rec.Output
		delete(s.activities, rec.Address)
		s.Done++
		s.Busy += rec.Took
		if rec.Kind == InstanceReused {
			s.Reused++
		}
		v.cost += rec.Cost
		v.warnings = append(v.warnings, rec.Warnings...)
		s.settle(rec.Time)
	}
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
			v.interrupted++
			c.open = false
		}
	}
	for _, s := range v.stages {
		s.activities = map[string]*Activity{}
	}
}

// progress is from 0 to 1 and never falls.
func (v *view) progress() float64 {
	if v.state == Completed {
		return 1
	}
	sum, done := 0.0, 0.0
	for name, s := range v.stages {
		if !v.wanted[name] {
			continue
		}
		sum += v.weights[name]
		switch {
		case s.State == Completed || s.State == Skipped:
			done += v.weights[name]
		case s.Instances > 0:
			part := float64(s.Done)
			for _, a := range s.activities {
				part += a.Done
			}
			done += v.weights[name] * min(part/float64(s.Instances), 1)
		}
	}
	if sum > 0 {
		v.high = max(v.high, min(done/sum, 1))
	}
	return v.high
}

// tick is the event that tells of progress.
func (v *view) tick() Event { return Event{Kind: Progress, Done: v.progress()} }

func (v *view) status(pl *pipeline.Pipeline) Status {
	st := Status{
		State: v.state, Progress: v.progress(), Cost: v.cost, Interrupted: v.interrupted,
		Warnings: slices.Clone(v.warnings), Started: v.started, Ended: v.ended,
	}
	for _, p := range pl.Order() {
		s := v.stages[p.Name]
		if !v.wanted[p.Name] {
			continue
		}
		one := s.StageStatus
		for _, a := range s.activities {
			one.Running = append(one.Running, *a)
		}
		slices.SortFunc(one.Running, func(a, b Activity) int { return strings.Compare(a.Address, b.Address) })
		if st.Step == "" && s.State == Running && !v.state.Final() {
			st.Step = s.Step
		}
		st.Stages = append(st.Stages, one)
	}
	return st
}
