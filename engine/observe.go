package engine

import "github.com/filmloom/filmloom/engine/admission"

// An Observation is an event of any run of an engine, with what a metric or a span needs besides: an
// attempt begins with [AttemptStarted] and ends with [InstanceDone] or [AttemptFailed] of the same run,
// address and attempt.
type Observation struct {
	Event
	Run        string
	Pipeline   string
	Lineage    string
	Capability string // of the event's stage; "" for an event of the run, and for a stage that runs a pipeline
}

func (x *execution) observation(ev Event) Observation {
	o := Observation{Event: ev, Run: x.id, Pipeline: x.header.Pipeline, Lineage: x.header.Lineage}
	if ev.Stage != "" {
		x.mu.Lock()
		if s := x.view.stages[ev.Stage]; s != nil {
			o.Capability = s.decl.Capability
		}
		x.mu.Unlock()
	}
	return o
}

// Load tells what the engine's calls wait for and what they occupy now, for metrics.
func (e *Engine) Load() admission.Load { return e.admit.Load() }
