package pipeline

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/filmloom/filmloom/engine/dag"
	"github.com/filmloom/filmloom/providers"
)

// resolve finds what each stage and output refers to, and the order of the stages.
func (pl *Pipeline) resolve() hcl.Diagnostics {
	var diags hcl.Diagnostics
	graph := dag.New()
	for _, s := range pl.Stages {
		graph.Add(s.Name)
	}
	at := map[[2]string]hcl.Range{} // where a stage refers to another
	for _, s := range pl.Stages {
		refs := &references{pipeline: pl, stages: map[string]hcl.Range{}}
		for _, e := range []hcl.Expression{s.forEach, s.when, s.with, s.secrets} {
			refs.expression(e)
		}
		for _, t := range s.dependsOn {
			if t.RootName() != "stage" || len(t) != 2 {
				refs.diags = append(refs.diags, errorAt(t.SourceRange(), "Invalid dependency", "depends_on lists stages: [stage.%s].", t.RootName()))
				continue
			}
			refs.traversal(t)
		}
		diags = append(diags, refs.diags...)
		s.locals, s.refs = refs.locals, refs.names()
		for _, other := range pl.Stages {
			if r, ok := refs.stages[other.Name]; ok {
				s.dependencies = append(s.dependencies, other.Name)
				graph.Connect(other.Name, s.Name)
				at[[2]string{s.Name, other.Name}] = r
			}
		}
	}
	for _, o := range pl.Outputs {
		refs := &references{pipeline: pl, stages: map[string]hcl.Range{}}
		refs.expression(o.value)
		diags = append(diags, refs.diags...)
		o.locals, o.refs = refs.locals, refs.names()
		for _, s := range pl.Stages {
			if _, ok := refs.stages[s.Name]; ok {
				o.stages = append(o.stages, s.Name)
			}
		}
	}
	order, err := graph.Order()
	var cycle *dag.CycleError
	if errors.As(err, &cycle) {
		path := cycle.Path
		where := pl.Stage(path[0]).Range
		for i := range path[:len(path)-1] {
			// The path follows the edges; either end may be the one that refers.
			for _, pair := range [][2]string{{path[i], path[i+1]}, {path[i+1], path[i]}} {
				if r, ok := at[pair]; ok && where == pl.Stage(path[0]).Range {
					where = r
				}
			}
		}
		return append(diags, errorAt(where, "Cycle", "These stages wait for each other, so none of them could ever start: %s.", strings.Join(path, " → ")))
	}
	for _, name := range order {
		pl.order = append(pl.order, pl.Stage(name))
	}
	return diags
}

// references collects what expressions refer to, through locals as well.
type references struct {
	pipeline *Pipeline
	stages   map[string]hcl.Range
	locals   []*local
	open     []string // locals being resolved, to find cycles
	diags    hcl.Diagnostics
}

func (r *references) expression(e hcl.Expression) {
	if e == nil {
		return
	}
	for _, t := range e.Variables() {
		r.traversal(t)
	}
}

func (r *references) traversal(t hcl.Traversal) {
	switch t.RootName() {
	case "stage":
		name, ok := nextName(t)
		if !ok {
			r.diags = append(r.diags, errorAt(t.SourceRange(), "Stage must be named", "A reference to a stage names it literally: stage.NAME; an index comes after the name."))
			return
		}
		if r.pipeline.Stage(name) == nil {
			var names []string
			for _, s := range r.pipeline.Stages {
				names = append(names, s.Name)
			}
			r.unknown(t, "stage", name, names)
		}
		if _, seen := r.stages[name]; !seen {
			r.stages[name] = t.SourceRange()
		}
	case "local":
		name, ok := nextName(t)
		if !ok {
			r.diags = append(r.diags, errorAt(t.SourceRange(), "Local must be named", "A reference to a local names it literally: local.NAME."))
			return
		}
		r.local(t, name)
	}
}

func (r *references) local(t hcl.Traversal, name string) {
	var names []string
	for _, l := range r.pipeline.locals {
		names = append(names, l.name)
		if l.name != name {
			continue
		}
		for _, done := range r.locals {
			if done == l {
				return
			}
		}
		for _, open := range r.open {
			if open == name {
				r.diags = append(r.diags, errorAt(t.SourceRange(), "Cycle", "These locals need each other: %s → %s.", strings.Join(r.open, " → "), name))
				return
			}
		}
		r.open = append(r.open, name)
		r.expression(l.value)
		r.open = r.open[:len(r.open)-1]
		r.locals = append(r.locals, l)
		return
	}
	r.unknown(t, "local", name, names)
	r.locals = append(r.locals, &local{name: name})
}

// names are those of the stages referred to, sorted; also of ones that do not exist.
func (r *references) names() []string { return slices.Sorted(maps.Keys(r.stages)) }

func (r *references) unknown(t hcl.Traversal, what, name string, names []string) {
	detail := "This pipeline has no " + what + " called \"" + name + "\"."
	if near := providers.Nearest(name, names); near != "" {
		detail += " Did you mean \"" + near + "\"?"
	} else if len(names) > 0 {
		detail += " There are: " + list(names) + "."
	}
	r.diags = append(r.diags, errorAt(t.SourceRange(), "Unknown "+what, "%s", detail))
}

func nextName(t hcl.Traversal) (string, bool) {
	if len(t) < 2 {
		return "", false
	}
	switch step := t[1].(type) {
	case hcl.TraverseAttr:
		return step.Name, true
	case hcl.TraverseIndex:
		if step.Key.Type().FriendlyName() == "string" {
			return step.Key.AsString(), true
		}
	}
	return "", false
}
