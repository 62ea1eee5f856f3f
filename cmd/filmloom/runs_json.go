package main

import (
	"encoding/json"
	"io"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/providers"
)

// shownRun is a run as `runs show --json` prints it.
type shownRun struct {
	listedRun
	Progress    float64         `json:"progress"`
	Step        string          `json:"step,omitempty"`
	Stages      []shownStage    `json:"stages"`
	Cost        providers.Money `json:"cost"` // in millionths of a US dollar
	Interrupted int             `json:"interrupted"`
	Doubtful    int             `json:"doubtful"`
	Approvals   []shownApproval `json:"approvals"`
	Warnings    []string        `json:"warnings"`
	Failure     *shownFailure   `json:"failure,omitempty"`
	Started     *time.Time      `json:"started,omitempty"`
	Ended       *time.Time      `json:"ended,omitempty"`
	Outputs     json.RawMessage `json:"outputs,omitempty"` // as far as they are known
	Events      []engine.Event  `json:"events,omitempty"`
}

type shownStage struct {
	Stage     string        `json:"stage"` // its address
	Step      string        `json:"step"`
	State     engine.State  `json:"state"`
	Instances int           `json:"instances"`
	Done      int           `json:"done"`
	Reused    int           `json:"reused"`
	Busy      time.Duration `json:"busy"` // in nanoseconds
}

type shownApproval struct {
	Address string          `json:"address"`
	Message string          `json:"message"`
	Show    json.RawMessage `json:"show,omitempty"`
}

type shownFailure struct {
	engine.Failure
	Provider string `json:"provider,omitempty"`
	Attempts int    `json:"attempts,omitempty"`
}

func showJSON(w io.Writer, run *engine.Run, info engine.Info, events []engine.Event) error {
	st := run.Status()
	out := shownRun{
		listedRun: listedRun{
			run.ID, run.Pipeline, st.State, run.Lineage, run.Parent, info.Given, info.Seed, info.Until, info.Created, info.Updated, "",
		},
		Progress: st.Progress, Step: st.Step, Stages: []shownStage{}, Cost: st.Cost, Interrupted: st.Interrupted,
		Doubtful: st.Doubtful, Approvals: []shownApproval{}, Warnings: append([]string{}, st.Warnings...), Events: events,
		Started: known(st.Started), Ended: known(st.Ended),
	}
	for _, s := range st.Stages {
		out.Stages = append(out.Stages, shownStage{s.Name, s.Step, s.State, s.Instances, s.Done, s.Reused, s.Busy})
	}
	for _, a := range st.Approvals {
		out.Approvals = append(out.Approvals, shownApproval{a.Address, a.Message, a.Show})
	}
	if f := st.Failure; f != nil {
		out.Failure = &shownFailure{f.Failure, f.Provider, f.Attempts}
	}
	if values, err := run.Outputs(); err == nil {
		if out.Outputs, err = values.MarshalJSON(); err != nil {
			return err
		}
	}
	return printJSON(w, out)
}

// known is a time, or nil where there is none.
func known(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// sorted iterates over a map in the order of its names.
func sorted[V any](m map[string]V) iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		for _, name := range slices.Sorted(maps.Keys(m)) {
			if !yield(name, m[name]) {
				return
			}
		}
	}
}
