package engine

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/providers"
)

// A walk evaluates a pipeline without running it: what its instances give comes from resolve. It is how
// outputs, plans and explanations are made. What is not known is unknown, and so is what follows from it.
type walk struct {
	seed int64
	take func(address string) int
	// resolve gives the output of an instance that calls a capability; unknown when it is not known.
	resolve func(s site) (cty.Value, error)
	// unknown, when it is set, is told of a stage whose instances are not known.
	unknown func(path string, s *pipeline.Stage, x *pipeline.Expansion)
	// expanded, when it is set, is told of every other stage.
	expanded func(path string, s *pipeline.Stage, x *pipeline.Expansion)
	err      error // the first one of resolve
}

// A site is an instance that a walk has come to.
type site struct {
	stage    *pipeline.Stage
	path     string // of the stage
	address  string
	take     int
	x        *pipeline.Expansion
	instance pipeline.Instance
	self     pipeline.Self
}

// input evaluates what the instance's call is asked.
func (s site) input() (cty.Value, hcl.Diagnostics) { return s.x.Input(s.instance, s.self) }

// pipeline walks through a frame, in topological order, and gives what came of its stages. An expression
// that fails leaves what depends on it unknown: the run fails there, or has failed.
func (w *walk) pipeline(pl *pipeline.Pipeline, prefix string, inputs cty.Value, wanted map[string]bool) pipeline.Scope {
	scope := pipeline.Scope{Inputs: inputs, Stages: map[string]cty.Value{}}
	for _, s := range pl.Order() {
		if wanted != nil && !wanted[s.Name] || w.err != nil {
			continue
		}
		path := prefix + s.Name
		x, diags := pl.Expand(s, scope)
		switch {
		case diags.HasErrors():
			continue
		case x.Unknown:
			if w.unknown != nil {
				w.unknown(path, s, x)
			}
			continue
		}
		if w.expanded != nil {
			w.expanded(path, s, x)
		}
		outputs := make([]cty.Value, len(x.Instances))
		for i, inst := range x.Instances {
			address := prefix + inst.Address
			take := w.take(address)
			at := site{
				stage: s, path: path, address: address, take: take, x: x, instance: inst,
				self: pipeline.Self{Seed: seedFor(w.seed, address, take), Take: take},
			}
			outputs[i] = w.instance(at)
		}
		scope.Stages[s.Name] = x.Value(outputs)
	}
	return scope
}

// instance gives the output of one instance.
func (w *walk) instance(at site) cty.Value {
	nothing := cty.UnknownVal(at.stage.OutputType())
	inner := at.stage.Pipeline
	if inner == nil {
		v, err := w.resolve(at)
		if err != nil && w.err == nil {
			w.err = fmt.Errorf("%s: %w", at.address, err)
		}
		if err != nil || v == cty.NilVal {
			return nothing
		}
		return v
	}
	inputs, diags := at.input()
	if diags.HasErrors() || !inputs.IsKnown() {
		return nothing
	}
	v, diags := inner.Result(w.pipeline(inner, at.address+".", inputs, nil))
	if diags.HasErrors() {
		return nothing
	}
	return v
}

// result gives the recorded output of an instance.
func (x *execution) result(at site) (cty.Value, error) {
	x.mu.Lock()
	var raw []byte
	if c := x.view.calls[at.address]; c != nil {
		raw = c.output
	}
	x.mu.Unlock()
	if raw == nil {
		return cty.NilVal, nil
	}
	v, err := providers.DecodeWire(raw, at.stage.OutputType(), nil)
	if err != nil {
		return cty.NilVal, fmt.Errorf("its recorded output does not fit the capability any more: %w", err)
	}
	return v, nil
}
