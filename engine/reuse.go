package engine

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/zclconf/go-cty/cty"

	"github.com/filmloom/filmloom/engine/artifact"
	"github.com/filmloom/filmloom/engine/journal"
	"github.com/filmloom/filmloom/providers"
)

// keptOutcome is a result as it is kept for reuse.
type keptOutcome struct {
	Provider string          `json:"provider"`
	Output   json.RawMessage `json:"output"`
	Warnings []string        `json:"warnings,omitempty"`

	artifacts []string
}

// sharedScope is the scope of results that any lineage may use.
const sharedScope = "shared"

// kept finds a result that can be used again: it is recorded, it has the type, and its files are there. A
// record that is damaged or of another version is none: the call is made again, and replaces it.
func (e *Engine) kept(ctx context.Context, scope, key string, ty cty.Type) (k keptOutcome, v cty.Value, found bool, err error) {
	out, err := e.conf.Journal.Outcome(ctx, scope, key)
	var damaged *journal.CorruptError
	switch {
	case errors.Is(err, journal.ErrNotFound), errors.As(err, &damaged):
		return k, v, false, nil
	case err != nil:
		return k, v, false, err
	}
	if json.Unmarshal(out.Data, &k) != nil {
		return k, v, false, nil
	}
	k.artifacts = out.Artifacts
	if v, err = providers.DecodeWire(k.Output, ty, nil); err != nil {
		return k, v, false, nil
	}
	for _, sum := range out.Artifacts {
		_, err := e.conf.Artifacts.Stat(ctx, sum)
		if errors.Is(err, artifact.ErrNotFound) {
			return k, v, false, nil
		}
		if err != nil {
			return k, v, false, err
		}
	}
	return k, v, true, nil
}

// reuse takes an earlier result, when there is one.
func (c *calls) reuse(scope, key string) (cty.Value, bool, error) {
	defer c.x.eng.refuse.use()()
	k, v, found, err := c.x.eng.kept(context.Background(), scope, key, c.job.stage().OutputType())
	if err != nil || !found {
		return cty.NilVal, false, err
	}
	ev := c.event(InstanceReused)
	ev.Provider, ev.Warnings = k.Provider, k.Warnings
	rec := record{Event: ev, Output: k.Output, Key: c.key, artifacts: k.artifacts}
	return v, true, c.x.append(journal.Batch{Outcomes: c.outcomes(rec, "")}, rec)
}

// outcomes are the entries under which a result can be found again: by its lineage, and by the shared
// key unless that is "".
func (c *calls) outcomes(rec record, shared string) []journal.Outcome {
	data, err := json.Marshal(keptOutcome{Provider: rec.Provider, Output: rec.Output, Warnings: rec.Warnings})
	if err != nil {
		return nil // cannot happen: the output is valid JSON
	}
	out := []journal.Outcome{{Scope: journal.LineageScope(c.x.header.Lineage), Key: c.key, Data: data, Artifacts: rec.artifacts}}
	if shared != "" {
		out = append(out, journal.Outcome{Scope: sharedScope, Key: shared, Data: data, Artifacts: rec.artifacts})
	}
	return out
}
