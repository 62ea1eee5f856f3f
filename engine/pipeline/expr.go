package pipeline

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// strict replaces nodes of a syntax tree by ones that evaluate the same way on known values and more
// thoroughly on unknown ones: a `for` over an unknown collection evaluates its body, and a condition
// that is unknown reports the findings of both branches.
func strict(e hcl.Expression) hcl.Expression {
	if n, ok := e.(hclsyntax.Expression); ok {
		return strictNode(n)
	}
	return strictNode(fromJSON(e))
}

// evaluate gives an expression's value; a finding about a misspelt name suggests what was meant.
func evaluate(e hcl.Expression, ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, diags := e.Value(ctx)
	for i, d := range diags {
		if better := misspelling(d); better != nil {
			diags[i] = better
		}
	}
	return v, diags
}

// checking is the name of a variable that is there while a file is checked, and not while a run goes on.
// No expression can refer to it.
const checking = "check "

func isChecked(ctx *hcl.EvalContext) bool {
	_, there := lookup(ctx, checking)
	return there
}

// misspellings are the findings about names alone: those that no value could mend.
func misspellings(diags hcl.Diagnostics) hcl.Diagnostics {
	var found hcl.Diagnostics
	for _, d := range diags {
		if better := misspelling(d); better != nil {
			found = append(found, better)
		}
	}
	return found
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
		if e.Name == "try" || e.Name == "can" {
			return &tryExpr{e}
		}
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
		v, diags := e.ForExpr.Value(ctx)
		if !collDiags.HasErrors() && coll.CanIterateElements() && coll.LengthInt() == 0 && isChecked(ctx) {
			_, d := e.body(ctx, coll.Type())
			diags = append(diags, misspellings(d)...)
		}
		return v, diags
	}
	return e.body(ctx, coll.Type())
}

// body evaluates the body once, for a collection of which only the type is known.
func (e *forExpr) body(ctx *hcl.EvalContext, ty cty.Type) (cty.Value, hcl.Diagnostics) {
	key, element := cty.DynamicVal, cty.DynamicVal
	switch {
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
	var diags hcl.Diagnostics
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
	element = cty.UnknownVal(body.Type())
	switch {
	case diags.HasErrors() || e.joined || body.Type() == cty.DynamicPseudoType:
		return cty.DynamicVal, diags
	case e.KeyExpr == nil:
		return cty.UnknownVal(cty.List(element.Type())), diags
	case e.Group:
		return cty.UnknownVal(cty.Map(cty.List(element.Type()))), diags
	}
	return cty.UnknownVal(cty.Map(element.Type())), diags
}

// conditionalExpr is a conditional that reports the findings of both branches when its condition is
// unknown. While a file is checked, names are checked in the branch that is not taken as well.
type conditionalExpr struct{ *hclsyntax.ConditionalExpr }

func (e *conditionalExpr) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, diags := e.ConditionalExpr.Value(ctx)
	cond, condDiags := e.Condition.Value(ctx)
	if condDiags.HasErrors() || cond.IsKnown() && !isChecked(ctx) || !cond.IsKnown() && diags.HasErrors() {
		return v, diags
	}
	for _, branch := range []hclsyntax.Expression{e.TrueResult, e.FalseResult} {
		_, d := branch.Value(ctx)
		if cond.IsKnown() {
			d = misspellings(d)
		}
		diags = append(diags, d...)
	}
	return v, diags
}

// tryExpr is a call of try or can. They are for values that may not be there; a name that cannot be there
// is a mistake all the same, and is reported while a file is checked.
type tryExpr struct{ *hclsyntax.FunctionCallExpr }

func (e *tryExpr) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, diags := e.FunctionCallExpr.Value(ctx)
	if isChecked(ctx) {
		for _, arg := range e.Args {
			_, d := arg.Value(ctx)
			diags = append(diags, misspellings(d)...)
		}
	}
	return v, diags
}
