package pipeline

import (
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/filmloom/filmloom/providers"
)

// foundMisspelt marks a finding about a name that does not exist: no value could mend it.
const foundMisspelt = misspeltMark("misspelt")

type misspeltMark string

// orMisspelt gives the better words, where there are any, for what is wrong with an expression.
func orMisspelt(d hcl.Diagnostics, better *hcl.Diagnostic, e hclsyntax.Expression) hcl.Diagnostics {
	if better == nil {
		return d
	}
	better.Context = e.Range().Ptr()
	better.Extra = foundMisspelt
	return hcl.Diagnostics{better}
}

// isMisspelt tells whether a finding is about names alone, or about a call that no value could mend.
func isMisspelt(d *hcl.Diagnostic) bool {
	return d.Extra == foundMisspelt || d.Summary == "Not enough function arguments" || d.Summary == "Too many function arguments"
}

func misspellings(diags hcl.Diagnostics) hcl.Diagnostics {
	var found hcl.Diagnostics
	for _, d := range diags {
		if isMisspelt(d) {
			found = append(found, d)
		}
	}
	return found
}

// misspelt finds the first step of a reference that names an attribute which does not exist.
func misspelt(t hcl.Traversal, ctx *hcl.EvalContext) *hcl.Diagnostic {
	root, ok := lookup(ctx, t.RootName())
	if !ok {
		names := rootNames(ctx)
		detail := fmt.Sprintf("There is nothing called %q here.", t.RootName())
		switch near := providers.Nearest(t.RootName(), names); {
		case elsewhere[t.RootName()] != "":
			detail += " " + elsewhere[t.RootName()]
		case near != "":
			detail += fmt.Sprintf(" Did you mean %q?", near)
		case len(names) > 0:
			detail += fmt.Sprintf(" A reference begins with one of: %s.", list(names))
		default:
			detail += " This is a constant: it refers to nothing."
		}
		return errorAt(t[0].SourceRange(), "Unknown name", "%s", detail)
	}
	return missing(root, t[:1], t[1:])
}

// elsewhere says where the names that are not there everywhere are.
var elsewhere = map[string]string{
	"each":  "It is there in a stage with for_each, in its `with` and `secrets`.",
	"self":  "It is there in the `with` of a stage.",
	"env":   "The environment is there in provider blocks; a pipeline gets what it needs as an input.",
	"stage": "Stages are there in the stages, locals and outputs of a pipeline.",
	"local": "Locals are there in the stages, locals and outputs of a pipeline.",
	"input": "Inputs are there in the stages, locals, validations and outputs of a pipeline.",
}

// missing follows steps from a value, to the first that names an attribute its type has not. The steps
// before them are for the words alone.
func missing(at cty.Value, before, steps hcl.Traversal) *hcl.Diagnostic {
	for _, step := range steps {
		unmarked, _ := at.Unmark()
		if name, ok := stepName(step); ok && unmarked.Type().IsObjectType() && !unmarked.Type().HasAttribute(name) {
			return noAttribute(before, name, step.SourceRange(), unmarked.Type())
		}
		next, diags := step.TraversalStep(at)
		if diags.HasErrors() {
			if !at.IsNull() {
				return nil
			}
			next, diags = step.TraversalStep(cty.UnknownVal(at.Type())) // the type tells as much
			if diags.HasErrors() {
				return nil
			}
		}
		at, before = next, append(slices.Clip(before), step)
	}
	return nil
}

// noAttribute words the finding by what the reference begins with.
func noAttribute(before hcl.Traversal, name string, at hcl.Range, ty cty.Type) *hcl.Diagnostic {
	names := slices.Sorted(maps.Keys(ty.AttributeTypes()))
	summary, what := "Unknown attribute", fmt.Sprintf("This has no attribute %q.", name)
	if len(before) > 0 {
		what = fmt.Sprintf("%s has no attribute %q.", traversalText(before), name)
	}
	if len(before) == 1 {
		switch root := before.RootName(); root {
		case "input", "stage", "local":
			summary = "Unknown " + root
			what = fmt.Sprintf("This pipeline has no %s called %q.", root, name)
		case "env":
			what = fmt.Sprintf("The environment has no variable %q.", name)
		}
	}
	if near := providers.Nearest(name, names); near != "" {
		what += fmt.Sprintf(" Did you mean %q?", near)
	} else if len(names) > 0 {
		what += fmt.Sprintf(" There are: %s.", list(names))
	}
	return errorAt(at, summary, "%s", what)
}

func lookup(ctx *hcl.EvalContext, name string) (cty.Value, bool) {
	for c := ctx; c != nil; c = c.Parent() {
		if v, ok := c.Variables[name]; ok {
			return v, true
		}
	}
	return cty.NilVal, false
}

func rootNames(ctx *hcl.EvalContext) []string {
	var names []string
	for c := ctx; c != nil; c = c.Parent() {
		for name := range c.Variables {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// stepName is the name in a step of a reference: .name or ["name"].
func stepName(step hcl.Traverser) (string, bool) {
	switch step := step.(type) {
	case hcl.TraverseAttr:
		return step.Name, true
	case hcl.TraverseIndex:
		if step.Key.Type() == cty.String {
			return step.Key.AsString(), true
		}
	}
	return "", false
}

// list joins names for a sentence, at most a dozen of them.
func list(names []string) string {
	s := ""
	for i, n := range names {
		if i == 12 {
			return s + ", …"
		}
		if i > 0 {
			s += ", "
		}
		s += n
	}
	return s
}

// traversalText writes a reference as in the source: stage.story.scenes[0].
func traversalText(t hcl.Traversal) string {
	s := t.RootName()
	for _, step := range t[1:] {
		switch step := step.(type) {
		case hcl.TraverseAttr:
			s += "." + step.Name
		case hcl.TraverseIndex:
			if step.Key.Type() == cty.String {
				s += fmt.Sprintf("[%q]", step.Key.AsString())
			} else {
				s += "[" + step.Key.AsBigFloat().String() + "]"
			}
		}
	}
	return s
}
