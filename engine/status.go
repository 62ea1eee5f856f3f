package engine

import (
	"cmp"
	"maps"
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
	Step string
	// Stages are in topological order. A stage that uses a pipeline is followed by the stages of each of its
	// instances, as far as they have begun.
	Stages []StageStatus
	Cost   providers.Money
	// Interrupted counts calls that were in flight when a process ended. Of those, Doubtful had neither a
	// checkpoint nor the certainty that the same call gives the same result: they may have been paid twice,
	// and Cost has what they were estimated to cost.
	Interrupted int
	Doubtful    int
	Approvals   []Approval // that the run waits for, by address
	Warnings    []string
	Failure     *RunError // why the run failed, or nil
	Started     time.Time // zero while it is queued
	Ended       time.Time // zero until it has ended
}

// A StageStatus is where one stage of a run stands.
type StageStatus struct {
	Name      string // its address: the stage's name, or outer["key"].inner within a pipeline that a stage uses
	Uses      string // a capability, or pipeline.NAME
	Step      string
	State     State
	Instances int // 0 until it is known
	Done      int // those that are done, reused and edited ones included
	Reused    int // those that needed no call
	Began     time.Time
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

// status is what the view says now.
func (v *view) status(pl *pipeline.Pipeline) Status {
	st := Status{
		State: v.state, Progress: v.progress(pl), Cost: v.cost, Interrupted: v.interrupted, Doubtful: v.doubtful,
		Warnings: slices.Clone(v.warnings), Failure: v.failure, Started: v.started, Ended: v.ended,
	}
	for _, address := range slices.Sorted(maps.Keys(v.approvals)) {
		st.Approvals = append(st.Approvals, v.approvals[address].Approval)
	}
	v.list(pl, "", &st)
	return st
}

// list adds the stages of a pipeline, and of those within it.
func (v *view) list(pl *pipeline.Pipeline, prefix string, st *Status) {
	for _, p := range pl.Order() {
		if prefix == "" && !v.wanted[p.Name] {
			continue
		}
		path := prefix + p.Name
		s := v.stages[path]
		if s == nil {
			s = v.newStage(path, p)
		}
		one := s.StageStatus
		for _, a := range s.activities {
			one.Running = append(one.Running, *a)
		}
		slices.SortFunc(one.Running, func(a, b Activity) int { return cmp.Compare(a.Address, b.Address) })
		if st.Step == "" && s.State == Running && !v.state.Final() && p.Pipeline == nil {
			st.Step = s.Step
		}
		st.Stages = append(st.Stages, one)
		for _, inner := range s.frames {
			v.list(p.Pipeline, inner, st)
		}
	}
}

// progress is from 0 to 1 and never falls.
func (v *view) progress(pl *pipeline.Pipeline) float64 {
	if v.state == Completed {
		return 1
	}
	v.high = max(v.high, v.part(pl, ""))
	return v.high
}

// part is how much of a frame is done, from 0 to 1.
func (v *view) part(pl *pipeline.Pipeline, prefix string) float64 {
	sum, done := 0.0, 0.0
	for _, p := range pl.Order() {
		if prefix == "" && !v.wanted[p.Name] {
			continue
		}
		s := v.stages[prefix+p.Name]
		weight := p.Weight
		if w, ok := v.weights[declaredPath(prefix+p.Name)]; ok {
			weight = w
		}
		sum += weight
		switch {
		case s == nil:
		case s.State == Completed || s.State == Skipped:
			done += weight
		case s.Instances > 0:
			part := float64(s.Done)
			for _, a := range s.activities {
				part += a.Done
			}
			for _, inner := range s.frames {
				if c := v.calls[strings.TrimSuffix(inner, ".")]; c == nil || !c.done {
					part += v.part(p.Pipeline, inner)
				}
			}
			done += weight * min(part/float64(s.Instances), 1)
		}
	}
	if sum == 0 {
		return 0
	}
	return min(done/sum, 1)
}
