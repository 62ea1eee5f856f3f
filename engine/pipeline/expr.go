package pipeline

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/filmloom/filmloom/providers"
)

// strict replaces nodes of a syntax tree by ones that evaluate the same way on known values and more
// thoroughly on unknown ones: a `for` over an unknown collection evaluates its body, and a condition
// that is unknown reports the findings of both branches.
func strict(e hcl.Expression) hcl.Expression {
	if n, ok := e.(hclsyntax.Expression); ok {
		return strictNode(n)
	}
	return e // JSON syntax: parsed on evaluation, nothing to replace
}

// evaluate gives an expression's value; a finding about a misspelt name suggests what was meant.
func evaluate(e hcl.Expression, ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, diags := e.Value(ctx)
	for i, d := range diags {
		reference, ok := d.Expression.(*hclsyntax.ScopeTraversalExpr)
		if !ok || d.EvalContext == nil {
			continue
		}
		if better := misspelt(reference.Traversal, d.EvalContext); better != nil {
			better.Context = reference.SrcRange.Ptr()
			diags[i] = better
		}
	}
	return v, diags
}

func strictNode(e hclsyntax.Expression) hclsyntax.Expression {
	switch e := e.(type) {
	case *hclsyntax.ForExpr:
		e.CollExpr, e.ValExpr = strictNode(e.CollExpr), strictNode(e.ValExpr)
		if e.KeyExpr != nil {
			e.KeyExpr = strictNode(e.KeyExpr)
		}
		if e.CondExpr != nil {
			e.CondExpr = strictNode(e.CondExpr)
		}
		return &forExpr{ForExpr: e}
	case *hclsyntax.ConditionalExpr:
		e.Condition, e.TrueResult, e.FalseResult = strictNode(e.Condition), strictNode(e.TrueResult), strictNode(e.FalseResult)
		return &conditionalExpr{e}
	case *hclsyntax.ParenthesesExpr:
		e.Expression = strictNode(e.Expression)
	case *hclsyntax.RelativeTraversalExpr:
		e.Source = strictNode(e.Source)
	case *hclsyntax.FunctionCallExpr:
		strictAll(e.Args)
	case *hclsyntax.IndexExpr:
		e.Collection, e.Key = strictNode(e.Collection), strictNode(e.Key)
	case *hclsyntax.TupleConsExpr:
		strictAll(e.Exprs)
	case *hclsyntax.ObjectConsExpr:
		for i := range e.Items {
			e.Items[i].ValueExpr = strictNode(e.Items[i].ValueExpr)
		}
	case *hclsyntax.SplatExpr:
		e.Source = strictNode(e.Source)
	case *hclsyntax.TemplateExpr:
		strictAll(e.Parts)
	case *hclsyntax.TemplateWrapExpr:
		e.Wrapped = strictNode(e.Wrapped)
	case *hclsyntax.TemplateJoinExpr:
		e.Tuple = strictNode(e.Tuple)
		if f, ok := e.Tuple.(*forExpr); ok {
			f.joined = true
		}
	case *hclsyntax.BinaryOpExpr:
		e.LHS, e.RHS = strictNode(e.LHS), strictNode(e.RHS)
	case *hclsyntax.UnaryOpExpr:
		e.Val = strictNode(e.Val)
	}
	return e
}

func strictAll(es []hclsyntax.Expression) {
	for i := range es {
		es[i] = strictNode(es[i])
	}
}

// forExpr is a `for` that evaluates its body once, with typed unknown variables, when its collection
// is unknown; its own value is then an unknown list or map of the body's type.
type forExpr struct {
	*hclsyntax.ForExpr
	joined bool // part of a template loop, whose join wants a tuple or a wholly unknown value
}

func (e *forExpr) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	coll, collDiags := e.CollExpr.Value(ctx)
	coll, _ = coll.Unmark()
	if collDiags.HasErrors() || coll.IsWhollyKnown() || coll.IsKnown() && !coll.IsNull() && coll.CanIterateElements() {
		return e.ForExpr.Value(ctx)
	}
	key, element := cty.DynamicVal, cty.DynamicVal
	switch ty := coll.Type(); {
	case ty.IsListType():
		key, element = cty.UnknownVal(cty.Number), cty.UnknownVal(ty.ElementType())
	case ty.IsSetType():
		key, element = cty.UnknownVal(ty.ElementType()), cty.UnknownVal(ty.ElementType())
	case ty.IsMapType():
		key, element = cty.UnknownVal(cty.String), cty.UnknownVal(ty.ElementType())
	case ty == cty.DynamicPseudoType || ty.IsTupleType() || ty.IsObjectType():
	default:
		return e.ForExpr.Value(ctx) // reports that it cannot be iterated
	}
	child := ctx.NewChild()
	child.Variables = map[string]cty.Value{e.ValVar: element}
	if e.KeyVar != "" {
		child.Variables[e.KeyVar] = key
	}
	diags := collDiags
	if e.CondExpr != nil {
		_, d := e.CondExpr.Value(child)
		diags = append(diags, d...)
	}
	body, d := e.ValExpr.Value(child)
	diags = append(diags, d...)
	if e.KeyExpr != nil {
		_, d := e.KeyExpr.Value(child)
		diags = append(diags, d...)
	}
	ty := body.Type()
	switch {
	case diags.HasErrors() || e.joined || ty == cty.DynamicPseudoType:
		return cty.DynamicVal, diags
	case e.KeyExpr == nil:
		return cty.UnknownVal(cty.List(ty)), diags
	case e.Group:
		return cty.UnknownVal(cty.Map(cty.List(ty))), diags
	}
	return cty.UnknownVal(cty.Map(ty)), diags
}

// conditionalExpr is a conditional that reports the findings of both branches when its condition is
// unknown.
type conditionalExpr struct{ *hclsyntax.ConditionalExpr }

func (e *conditionalExpr) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, diags := e.ConditionalExpr.Value(ctx)
	cond, condDiags := e.Condition.Value(ctx)
	if diags.HasErrors() || condDiags.HasErrors() || cond.IsKnown() {
		return v, diags
	}
	_, d := e.TrueResult.Value(ctx)
	diags = append(diags, d...)
	_, d = e.FalseResult.Value(ctx)
	return v, append(diags, d...)
}

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
	at := root
	for i, step := range t[1:] {
		attr, isAttr := step.(hcl.TraverseAttr)
		unmarked, _ := at.Unmark()
		if isAttr && unmarked.Type().IsObjectType() && !unmarked.Type().HasAttribute(attr.Name) {
			return noAttribute(t[:i+1], attr, unmarked.Type())
		}
		next, diags := step.TraversalStep(at)
		if diags.HasErrors() {
			return nil
		}
		at = next
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
	summary, what := "Unknown attribute", fmt.Sprintf("%s has no attribute %q.", traversalText(before), attr.Name)
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
			names = append(names, name)
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
