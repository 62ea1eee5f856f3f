package pipeline

import (
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// References are what expressions refer to, directly and through locals; sorted.
type References struct {
	Stages []string
	Inputs []string // of the pipeline
}

// Refers tells what one attribute of the stage's `with` comes from: what it refers to, and through `each`
// what the stage iterates over. It is empty when there is no such attribute. Where the attributes are not
// written out one by one, each may come from anything that `with` refers to.
func (s *Stage) Refers(attribute string) References {
	refs := s.in.references()
	refer := func(e hclsyntax.Expression) {
		refs.expression(e)
		for _, t := range e.Variables() {
			if t.RootName() == "each" {
				refs.expression(s.forEach)
				return
			}
		}
	}
	for _, a := range s.arguments {
		if a.name == attribute {
			refer(a.value)
		}
	}
	if s.arguments == nil && s.with != nil {
		refer(s.with)
	}
	return refs.found()
}

// RefersTo tells what the stage as a whole comes from.
func (s *Stage) RefersTo() References {
	refs := s.in.references()
	for _, e := range []hclsyntax.Expression{s.forEach, s.when, s.with, s.secrets} {
		refs.expression(e)
	}
	for _, t := range s.dependsOn {
		refs.traversal(t)
	}
	return refs.found()
}

func (r *references) found() References {
	inputs := slices.Sorted(maps.Keys(r.inputs))
	if r.inputs[""] {
		inputs = nil
		for _, in := range r.pipeline.Inputs {
			inputs = append(inputs, in.Name)
		}
		slices.Sort(inputs)
	}
	return References{Stages: r.names(), Inputs: inputs}
}
