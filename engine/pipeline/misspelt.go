package pipeline

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/filmloom/filmloom/providers"
)

// misspelling is the finding in better words when it is about a name that does not exist, or nil.
func misspelling(d *hcl.Diagnostic) *hcl.Diagnostic {
	if d.Extra == foundMisspelt {
		return d
	}
	if d.EvalContext == nil {
		return nil
	}
	var better *hcl.Diagnostic
	switch reference := d.Expression.(type) {
	case *hclsyntax.ScopeTraversalExpr:
		better = misspelt(reference.Traversal, d.EvalContext)
	case *hclsyntax.RelativeTraversalExpr:
		if source, diags := reference.Source.Value(d.EvalContext); !diags.HasErrors() {
			better = missing(source, nil, reference.Traversal)
		}
	}
	if better != nil {
		better.Context = d.Expression.Range().Ptr()
		better.Extra = foundMisspelt
	}
	return better
}

// foundMisspelt marks a finding that has been through misspelling.
const foundMisspelt = misspeltMark("misspelt")

type misspeltMark string

// misspelt finds the first step of a reference that names an attribute which does not exist.
func misspelt(t hcl.Traversal, ctx *hcl.EvalContext) *hcl.Diagnostic {
	root, ok := lookup(ctx, t.RootName())
	if !ok {
		names := rootNames(ctx)
		detail := fmt.Sprintf("There is nothing called %q here.", t.RootName())
		if near := providers.Nearest(t.RootName(), names); near != "" {
			detail += fmt.Sprintf(" Did you mean %q?", near)
		} else {
			detail += fmt.Sprintf(" A reference begins with one of: %s.", list(names))
		}
		return errorAt(t[0].SourceRange(), "Unknown name", "%s", detail)
	}
	return missing(root, t[:1], t[1:])
}

// missing follows steps from a value, to the first that names an attribute its type has not. The steps
// before them are for the words alone.
func missing(at cty.Value, before, steps hcl.Traversal) *hcl.Diagnostic {
	for _, step := range steps {
		attr, isAttr := step.(hcl.TraverseAttr)
		unmarked, _ := at.Unmark()
		if isAttr && unmarked.Type().IsObjectType() && !unmarked.Type().HasAttribute(attr.Name) {
			return noAttribute(before, attr, unmarked.Type())
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
func noAttribute(before hcl.Traversal, attr hcl.TraverseAttr, ty cty.Type) *hcl.Diagnostic {
	var names []string
	for name := range ty.AttributeTypes() {
		names = append(names, name)
	}
	slices.Sort(names)
	summary, what := "Unknown attribute", fmt.Sprintf("This has no attribute %q.", attr.Name)
	if len(before) > 0 {
		what = fmt.Sprintf("%s has no attribute %q.", traversalText(before), attr.Name)
	}
	if len(before) == 1 {
		switch root := before.RootName(); root {
		case "input", "stage", "local":
			summary = "Unknown " + root
			what = fmt.Sprintf("This pipeline has no %s called %q.", root, attr.Name)
		case "env":
			what = fmt.Sprintf("The environment has no variable %q.", attr.Name)
		}
	}
	if near := providers.Nearest(attr.Name, names); near != "" {
		what += fmt.Sprintf(" Did you mean %q?", near)
	} else if len(names) > 0 {
		what += fmt.Sprintf(" There are: %s.", list(names))
	}
	return errorAt(attr.SrcRange, summary, "%s", what)
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
			if name != checking {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
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
