package engine

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/filmloom/filmloom/engine/journal"
	"github.com/filmloom/filmloom/providers"
)

// A Take is one result that a lineage has of an address.
type Take struct {
	Number   int    // from 1; see Revision.Takes
	Edited   bool   // a person has changed it
	Run      string // the run that recorded it first
	Time     time.Time
	Provider string
	Output   Outputs // one output for each attribute of the capability's output
}

// Takes lists every result of an address in a run's lineage, oldest first: earlier takes stay reachable as
// long as their runs do. Results that are the same bytes are listed once.
func (e *Engine) Takes(ctx context.Context, runID, address string) ([]Take, error) {
	h, err := e.parent(ctx, runID)
	if err != nil {
		return nil, err
	}
	var runs []string
	for run, err := range e.conf.Journal.Runs(ctx, journal.Query{Lineage: h.Lineage}) {
		if err != nil {
			return nil, err
		}
		runs = append(runs, run.ID)
	}
	var takes []Take
	seen := map[string]bool{}
	for i := len(runs) - 1; i >= 0; i-- {
		run, err := e.Run(ctx, runs[i])
		if err != nil {
			return nil, err
		}
		take, raw, err := run.execution().takeOf(address)
		if err != nil {
			return nil, err
		}
		if id := fmt.Sprint(take.Number, " ", string(raw)); raw != nil && !seen[id] {
			seen[id] = true
			takes = append(takes, take)
		}
	}
	if takes == nil {
		return nil, fmt.Errorf("results of %s in the lineage of run %s: %w", address, runID, ErrNotFound)
	}
	return takes, nil
}

// takeOf is what the run has of an address; the output as it is recorded comes with it, nil when there is
// none.
func (x *execution) takeOf(address string) (Take, []byte, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	c := x.view.calls[address]
	if c == nil || c.output == nil {
		return Take{}, nil, nil
	}
	decl := declaration(x.pl, declaredPath(stageOf(address)))
	if decl == nil {
		return Take{}, nil, nil
	}
	v, err := providers.DecodeWire(c.output, decl.OutputType(), nil)
	if err != nil {
		return Take{}, nil, fmt.Errorf("%s: its recorded output does not fit the capability any more: %w", address, err)
	}
	t := Take{Number: max(c.take, 1), Edited: c.how == InstanceEdited, Run: x.id, Time: c.at, Provider: c.provider}
	t.Output = Outputs{values: map[string]cty.Value{}, store: x.eng.conf.Artifacts}
	if v.Type().IsObjectType() && !v.IsNull() {
		t.Output.values = v.AsValueMap()
	}
	t.Output.names = slices.Sorted(maps.Keys(t.Output.values))
	return t, c.output, nil
}
