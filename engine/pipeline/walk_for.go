package pipeline

import (
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// loop evaluates a `for`. Over an unknown collection its body is evaluated once, with typed unknown
// variables, and the value is an unknown list or map of the body's type.
func (w *walker) loop(e *hclsyntax.ForExpr, ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	coll := w.value(e.CollExpr, ctx)
	plain, _ := coll.Unmark()
	if ty := plain.Type(); !plain.IsKnown() && (ty == cty.DynamicPseudoType || plain.CanIterateElements() || ty.IsTupleType() || ty.IsObjectType() || ty.IsCollectionType()) {
		if !w.check {
			inner := &walker{}
			return inner.body(e, ctx, ty), nil
		}
		return w.body(e, ctx, ty), nil
	}
	c := *e
	c.CollExpr = done{e.CollExpr, coll}
	visited := false
	c.ValExpr = later{e.ValExpr, w, &visited}
	if e.KeyExpr != nil {
		c.KeyExpr = later{e.KeyExpr, w, new(bool)}
	}
	if e.CondExpr != nil {
		c.CondExpr = later{e.CondExpr, w, new(bool)}
	}
	v, d := c.Value(ctx)
	if w.check && !visited {
		// An empty collection, or none that can be iterated: its body's names must exist all the same.
		inner := &walker{check: true}
		inner.body(e, ctx, plain.Type())
		w.add(misspellings(inner.diags))
	}
	return v, d
}

// body evaluates the body of a `for` once, for a collection of which only the type is known.
func (w *walker) body(e *hclsyntax.ForExpr, ctx *hcl.EvalContext, ty cty.Type) cty.Value {
	before := len(w.diags)
	key, element := elementTypes(ty)
	child := ctx.NewChild()
	child.Variables = map[string]cty.Value{e.ValVar: cty.UnknownVal(element)}
	if e.KeyVar != "" {
		child.Variables[e.KeyVar] = cty.UnknownVal(key)
	}
	if e.CondExpr != nil {
		cond := w.value(e.CondExpr, child)
		if _, err := convert.Convert(cond, cty.Bool); err != nil || cond.IsKnown() && cond.IsNull() {
			w.diags = append(w.diags, errorAt(e.CondExpr.Range(), "Invalid 'for' condition", "An `if` must be true or false; this is %s.", orNull(cond)))
		}
	}
	if e.KeyExpr != nil {
		key := w.value(e.KeyExpr, child)
		if _, err := convert.Convert(key, cty.String); err != nil || key.IsKnown() && key.IsNull() {
			w.diags = append(w.diags, errorAt(e.KeyExpr.Range(), "Invalid object key", "A key must be text; this is %s.", orNull(key)))
		}
	}
	body := w.value(e.ValExpr, child)
	switch ty := body.Type(); {
	case w.diags[before:].HasErrors() || ty == cty.DynamicPseudoType:
		return cty.DynamicVal
	case e.KeyExpr == nil:
		return cty.UnknownVal(cty.List(ty))
	case e.Group:
		return cty.UnknownVal(cty.Map(cty.List(ty)))
	default:
		return cty.UnknownVal(cty.Map(ty))
	}
}

// elementTypes gives what iterating over a value of a type yields.
func elementTypes(ty cty.Type) (key, element cty.Type) {
	switch {
	case ty.IsListType():
		return cty.Number, ty.ElementType()
	case ty.IsSetType():
		return ty.ElementType(), ty.ElementType()
	case ty.IsMapType():
		return cty.String, ty.ElementType()
	case ty.IsTupleType():
		return cty.Number, common(ty.TupleElementTypes())
	case ty.IsObjectType():
		return cty.String, common(slices.Collect(maps.Values(ty.AttributeTypes())))
	}
	return cty.DynamicPseudoType, cty.DynamicPseudoType
}

// splat evaluates `source[*].each`: the value as HCL does, the findings for each element, or for an
// unknown one when the elements are not known or there are none.
func (w *walker) splat(e *hclsyntax.SplatExpr, ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	source := w.value(e.Source, ctx)
	plain, _ := source.Unmark()
	inner := &walker{check: w.check}
	for _, element := range splatElements(plain) {
		inner.value(substitute(e.Each, e.Item, element), ctx)
	}
	if plain.IsNull() || plain.IsKnown() && plain.CanIterateElements() && plain.LengthInt() == 0 {
		inner.diags = misspellings(inner.diags)
	}
	if w.check || plain.IsKnown() {
		w.add(inner.diags)
	}
	if inner.diags.HasErrors() {
		return cty.DynamicVal, nil
	}
	c := *e
	c.Source = done{e.Source, source}
	return c.Value(ctx)
}

// splatElements are the values that the part after the `*` is evaluated for.
func splatElements(source cty.Value) []cty.Value {
	ty := source.Type()
	switch {
	case source.IsNull():
		if ty.IsListType() || ty.IsSetType() {
			ty = ty.ElementType()
		}
	case ty.IsTupleType() && !source.IsKnown():
		var elements []cty.Value
		for _, ty := range ty.TupleElementTypes() {
			elements = append(elements, cty.UnknownVal(ty))
		}
		return elements
	case ty.IsListType() || ty.IsSetType():
		if source.IsKnown() && source.LengthInt() > 0 {
			return source.AsValueSlice()
		}
		ty = ty.ElementType()
	case ty.IsTupleType():
		if source.LengthInt() > 0 {
			return source.AsValueSlice()
		}
		ty = cty.DynamicPseudoType
	default:
		return []cty.Value{source}
	}
	return []cty.Value{cty.UnknownVal(ty)}
}

// substitute puts a value where a splat's element stands.
func substitute(e hclsyntax.Expression, item *hclsyntax.AnonSymbolExpr, v cty.Value) hclsyntax.Expression {
	switch e := e.(type) {
	case *hclsyntax.AnonSymbolExpr:
		if e == item {
			return done{e, v}
		}
	case *hclsyntax.RelativeTraversalExpr:
		c := *e
		c.Source = substitute(e.Source, item, v)
		return &c
	case *hclsyntax.IndexExpr:
		c := *e
		c.Collection = substitute(e.Collection, item, v)
		return &c
	case *hclsyntax.SplatExpr:
		c := *e
		c.Source = substitute(e.Source, item, v)
		return &c
	}
	return e
}
