package pipeline

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/filmloom/filmloom/engine/dag"
	"github.com/filmloom/filmloom/providers"
)

// resolve finds what each stage and output refers to, and the order of the stages.
func (pl *Pipeline) resolve() hcl.Diagnostics {
	var diags hcl.Diagnostics
	at := map[[2]string]hcl.Range{} // where a stage refers to another
	position := make(map[string]int, len(pl.Stages))
	for i, s := range pl.Stages {
		position[s.Name] = i
	}
	inOrder := func(stages map[string]hcl.Range) []string {
		var names []string
		for name := range stages {
			if _, exists := position[name]; exists {
				names = append(names, name)
			}
		}
		slices.SortFunc(names, func(a, b string) int { return position[a] - position[b] })
		return names
	}
	for _, s := range slices.Concat(pl.Stages, pl.twice) {
		refs := pl.references()
		for _, e := range []hclsyntax.Expression{s.forEach, s.when, s.with, s.secrets} {
			refs.expression(e)
		}
		for _, t := range s.dependsOn {
			refs.dependency(t)
		}
		diags = append(diags, refs.diags...)
		s.locals, s.refs, s.dependencies = refs.locals, refs.names(), inOrder(refs.stages)
		for _, other := range s.dependencies {
			at[[2]string{s.Name, other}] = refs.stages[other]
		}
	}
	for _, o := range pl.Outputs {
		refs := pl.references()
		refs.expression(o.value)
		diags = append(diags, refs.diags...)
		o.locals, o.refs, o.stages = refs.locals, refs.names(), inOrder(refs.stages)
	}
	refs := pl.references()
	refs.cycles = true
	for _, l := range pl.locals {
		refs.local(l, l.at)
	}
	diags = append(diags, refs.diags...)
	return append(diags, pl.sort(at)...)
}

// sort puts the stages in order. Each cycle is reported, and then taken apart, so that the rest of the
// file can be checked.
func (pl *Pipeline) sort(at map[[2]string]hcl.Range) hcl.Diagnostics {
	var diags hcl.Diagnostics
	apart := map[[2]string]bool{}
	for {
		graph := dag.New()
		for _, s := range pl.Stages {
			graph.Add(s.Name)
		}
		for _, s := range pl.Stages {
			for _, other := range s.dependencies {
				if !apart[[2]string{s.Name, other}] {
					graph.Connect(other, s.Name)
				}
			}
		}
		order, err := graph.Order()
		var cycle *dag.CycleError
		if !errors.As(err, &cycle) {
			pl.order = make([]*Stage, len(order))
			for i, name := range order {
				pl.order[i] = pl.byName[name]
			}
			return diags
		}
		path := cycle.Path // it follows the edges, from a stage to one that refers to it, or back
		where := pl.byName[path[0]].Range
		for i := range path[:len(path)-1] {
			for _, pair := range [][2]string{{path[i], path[i+1]}, {path[i+1], path[i]}} {
				r, refers := at[pair]
				if refers && where == pl.byName[path[0]].Range {
					where = r
				}
				apart[pair] = true
			}
		}
		diags = append(diags, errorAt(where, "Cycle", "These stages wait for each other, so none of them could ever start: %s.", strings.Join(path, " → ")))
	}
}

// unnamed stands for all stages, or locals, where a reference should have named one: nothing more is
// said about what it refers to.
const unnamed = ""

// references collects what expressions refer to, through locals as well.
type references struct {
	pipeline *Pipeline
	stages   map[string]hcl.Range // by name, also those that do not exist
	inputs   map[string]bool      // by name, likewise; "" for a reference to all of them
	locals   []*local
	done     map[string]bool // locals that have been followed
	open     []string        // locals being followed, to find cycles
	cycles   bool            // report them; once for all locals is enough
	diags    hcl.Diagnostics
}

func (pl *Pipeline) references() *references {
	return &references{pipeline: pl, stages: map[string]hcl.Range{}, inputs: map[string]bool{}, done: map[string]bool{}}
}

func (r *references) errorAt(at hcl.Range, summary, format string, args ...any) {
	r.diags = append(r.diags, errorAt(at, summary, format, args...))
}

func (r *references) expression(e hclsyntax.Expression) {
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
			r.errorAt(t.SourceRange(), "Stage must be named", "A reference to a stage names it literally: stage.NAME; an index comes after the name.")
			r.stages[unnamed] = t.SourceRange()
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
	case "input":
		name, _ := nextName(t)
		r.inputs[name] = true
	case "local":
		name, ok := nextName(t)
		if !ok {
			r.errorAt(t.SourceRange(), "Local must be named", "A reference to a local names it literally: local.NAME.")
			r.locals = append(r.locals, &local{name: unnamed})
			return
		}
		var names []string
		for _, l := range r.pipeline.locals {
			if l.name == name {
				r.local(l, t.SourceRange())
				return
			}
			names = append(names, l.name)
		}
		r.unknown(t, "local", name, names)
		r.locals = append(r.locals, &local{name: name})
	}
}

// dependency follows an item of depends_on.
func (r *references) dependency(t hcl.Traversal) {
	name, named := nextName(t)
	switch {
	case t.RootName() == "stage" && named && len(t) == 2:
		r.traversal(t)
	case t.RootName() == "stage" && named:
		r.errorAt(t.SourceRange(), "Invalid dependency", "depends_on lists whole stages: [stage.%s].", name)
	case t.RootName() == "stage":
		r.errorAt(t.SourceRange(), "Invalid dependency", "depends_on lists stages by name: [stage.NAME].")
	default:
		r.errorAt(t.SourceRange(), "Invalid dependency", "depends_on lists stages: [stage.%s].", t.RootName())
	}
}

// local follows a local, unless that has been done.
func (r *references) local(l *local, at hcl.Range) {
	if r.done[l.name] {
		return
	}
	if i := slices.Index(r.open, l.name); i >= 0 {
		if r.cycles {
			r.errorAt(at, "Cycle", "These locals need each other: %s → %s.", strings.Join(r.open[i:], " → "), l.name)
		}
		return
	}
	r.open = append(r.open, l.name)
	r.expression(l.value)
	r.open = r.open[:len(r.open)-1]
	r.done[l.name] = true
	r.locals = append(r.locals, l)
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
	return stepName(t[1])
}
