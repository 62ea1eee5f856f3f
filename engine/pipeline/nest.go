package pipeline

import (
	"errors"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/filmloom/filmloom/engine/dag"
	"github.com/filmloom/filmloom/providers"
)

// nest finds the pipelines that stages use, and the order in which pipelines can be checked.
func (p *parser) nest() {
	var names []string
	graph := dag.New()
	for _, pl := range p.file.Pipelines {
		names = append(names, pl.Name)
		graph.Add(pl.Name)
	}
	at := map[[2]string]hcl.Range{}
	for _, pl := range p.file.Pipelines {
		for _, s := range slices.Concat(pl.Stages, pl.twice) {
			if s.uses == "" {
				continue
			}
			if s.Pipeline = p.file.Pipeline(s.uses); s.Pipeline == nil {
				p.errorAt(s.usesRange, "Unknown pipeline", "There is no pipeline %q.%s", s.uses, suggestion(s.uses, names))
				continue
			}
			graph.Connect(s.uses, pl.Name)
			at[[2]string{pl.Name, s.uses}] = s.usesRange
		}
	}
	order := p.sort(graph, at)
	for _, name := range order {
		for _, pl := range p.file.Pipelines { // two of one name are a mistake; both are checked
			if pl.Name == name {
				p.file.order = append(p.file.order, pl)
			}
		}
	}
	for _, pl := range p.file.order {
		for _, s := range pl.Stages {
			if s.Pipeline != nil && !s.weighed {
				s.Weight = s.Pipeline.weight()
			}
		}
	}
}

// sort puts the pipelines in order. Each cycle is reported, and then taken apart.
func (p *parser) sort(graph *dag.Graph, at map[[2]string]hcl.Range) []string {
	for {
		order, err := graph.Order()
		var cycle *dag.CycleError
		if !errors.As(err, &cycle) {
			return order
		}
		path := cycle.Path // each uses the one after it
		p.errorAt(at[[2]string{path[0], path[1]}], "Cycle", "These pipelines use each other, so a run would never end: %s.", strings.Join(path, " → "))
		graph = dag.New()
		for _, pl := range p.file.Pipelines {
			graph.Add(pl.Name)
		}
		for _, pl := range p.file.Pipelines {
			for _, s := range pl.Stages {
				if slices.Contains(path, pl.Name) && slices.Contains(path, s.uses) {
					s.Pipeline = nil // nobody walks in circles
				}
				if s.Pipeline != nil {
					graph.Connect(s.uses, pl.Name)
				}
			}
		}
	}
}

// weight is that of all stages together.
func (pl *Pipeline) weight() float64 {
	sum := 0.0
	for _, s := range pl.Stages {
		sum += s.Weight
	}
	return sum
}

// Result is the object of the pipeline's outputs: the value of a stage that uses it. What the scope does
// not know yet is unknown in it.
func (pl *Pipeline) Result(scope Scope) (cty.Value, hcl.Diagnostics) {
	var diags hcl.Diagnostics
	attrs := make(map[string]cty.Value, len(pl.Outputs))
	for _, o := range pl.Outputs {
		v, d := pl.Evaluate(o, scope)
		diags = append(diags, d...)
		attrs[o.Name] = v
	}
	v := cty.ObjectVal(attrs)
	if diags.HasErrors() || pl.outputType == cty.NilType {
		return v, diags
	}
	c, err := convert.Convert(v, pl.outputType)
	if err != nil {
		return v, append(diags, errorAt(pl.Range, "Wrong type", "The outputs of pipeline %s do not have the types that were expected: %s.", pl.Name, err))
	}
	return c, diags
}

// takes gives the type of one thing that the stage takes.
func (s *Stage) takes(name string) (cty.Type, bool) {
	if s.Pipeline == nil {
		a, ok := s.schema.Attribute(name)
		return a.Type, ok
	}
	for _, in := range s.Pipeline.Inputs {
		if in.Name == name {
			return in.Type, true
		}
	}
	return cty.NilType, false
}

// taken names everything that the stage takes.
func (s *Stage) taken() []string {
	if s.Pipeline == nil {
		return s.schema.Names()
	}
	var names []string
	for _, in := range s.Pipeline.Inputs {
		names = append(names, in.Name)
	}
	return names
}

// inputType is the type of what conform gives.
func (s *Stage) inputType() cty.Type {
	if s.Pipeline == nil {
		return s.schema.Type()
	}
	return s.Pipeline.InputType()
}

// conform makes attributes the input of the stage's capability or pipeline.
func (s *Stage) conform(attrs map[string]cty.Value) (cty.Value, []providers.Problem) {
	if s.Pipeline == nil {
		return s.conformer.Conform(attrs)
	}
	return s.Pipeline.ResolveInputs(attrs)
}

// what names for people what the stage uses.
func (s *Stage) what() string {
	if s.uses != "" {
		return "The pipeline " + s.uses
	}
	return s.Capability
}
