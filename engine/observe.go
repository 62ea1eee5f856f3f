package engine

import (
	"maps"
	"slices"

	"github.com/filmloom/filmloom/engine/admission"
)

// An Observation is an event of any run of an engine, with what a metric or a span needs besides: an
// attempt begins with [AttemptStarted] and ends with [InstanceDone] or [AttemptFailed] of the same run,
// address and attempt. One that is interrupted, because the engine closes or the journal fails, ends without an
// event, and so does the work on its run.
type Observation struct {
	Event
	Run        string
	Pipeline   string
	Lineage    string
	Capability string // of the event's stage; "" for an event of the run, and for a stage that runs a pipeline
}

// note keeps records for tell. The caller holds the lock.
func (x *execution) note(records []record) {
	if x.eng.conf.Observe == nil {
		return
	}
	told := make([]Observation, len(records))
	for i, rec := range records {
		told[i] = Observation{Event: rec.Event, Run: x.id, Pipeline: x.header.Pipeline, Lineage: x.header.Lineage}
		if s := x.view.stages[rec.Stage]; s != nil {
			told[i].Capability = s.decl.Capability
		}
	}
	if x.untold == nil {
		x.untold = map[uint64][]Observation{}
	}
	x.untold[records[0].Seq] = told
}

// tell tells the observer of what was noted, in the order of the events. What comes after an event that was not
// noted yet waits for it, and is told by whoever notes that.
func (x *execution) tell() {
	if x.eng.conf.Observe == nil {
		return
	}
	x.telling.Lock()
	defer x.telling.Unlock()
	for {
		x.mu.Lock()
		next := x.untold[x.told+1]
		delete(x.untold, x.told+1)
		x.told += uint64(len(next))
		x.mu.Unlock()
		if next == nil {
			return
		}
		for _, o := range next {
			x.eng.conf.Observe(o)
		}
	}
}

// Executing counts the runs that the engine works on now, by pipeline: those whose calls wait are among them;
// paused and interrupted ones, and those that have ended, are not.
func (e *Engine) Executing() map[string]int {
	e.mu.Lock()
	all := slices.Collect(maps.Values(e.executing))
	e.mu.Unlock()
	n := map[string]int{}
	for _, x := range all {
		if s, _ := x.stand(); s == Queued || s == Running {
			n[x.header.Pipeline]++
		}
	}
	return n
}

// Load tells what the engine's calls wait for and what they occupy now, for metrics.
func (e *Engine) Load() admission.Load { return e.admit.Load() }
