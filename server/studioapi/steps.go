package studioapi

import (
	"slices"

	"github.com/filmloom/filmloom/engine"
)

// steps adds up the stages of a run by their step, in the order in which they begin.
func steps(st engine.Status) []Step {
	all := []Step{}
	states := map[string][]engine.State{}
	for _, s := range st.Stages {
		i := slices.IndexFunc(all, func(o Step) bool { return o.Step == s.Step })
		if i < 0 {
			all = append(all, Step{Step: s.Step})
			i = len(all) - 1
		}
		step := &all[i]
		step.Done, step.Total, step.Reused = step.Done+s.Done, step.Total+s.Instances, step.Reused+s.Reused
		if began := moment(instant(s.Began)); began != nil && (step.StartedAt == nil || began.Before(*step.StartedAt)) {
			step.StartedAt = began
		}
		if ended := moment(instant(s.Ended)); ended != nil && (step.CompletedAt == nil || ended.After(*step.CompletedAt)) {
			step.CompletedAt = ended
		}
		states[s.Step] = append(states[s.Step], s.State)
	}
	for i := range all {
		all[i].Status = together(states[all[i].Step])
		if all[i].Status != "completed" {
			all[i].CompletedAt = nil
		}
	}
	return all
}

// together is where a step stands whose stages stand as they do.
func together(states []engine.State) string {
	has := func(s ...engine.State) bool {
		return slices.ContainsFunc(states, func(one engine.State) bool { return slices.Contains(s, one) })
	}
	switch {
	case has(engine.Failed):
		return "failed"
	case has(engine.Cancelled, engine.Superseded):
		return "cancelled"
	case has(engine.Running, engine.Paused), has(engine.Waiting) && has(engine.Completed):
		return "processing"
	case has(engine.Waiting):
		return "waiting"
	case has(engine.Completed):
		return "completed"
	}
	return "skipped"
}
