package pipeline

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// A walker evaluates expressions of which not everything is known. It gives the value that HCL would
// give, and goes where HCL would not: into the body of a `for` over an unknown collection, into both
// branches of an unknown condition, past the first mistake to the next. Each part of an expression is
// evaluated once; one with a mistake in it counts as unknown to the rest, so that one mistake is
// reported once.
type walker struct {
	// check: nothing runs, and every name is looked at, wherever the values lead. Otherwise a walker
	// plans: the file has been checked, and what might not happen is no mistake.
	check bool
	diags hcl.Diagnostics
}

func (w *walker) add(d hcl.Diagnostics) { w.diags = append(w.diags, d...) }

// value evaluates an expression and keeps its findings.
func (w *walker) value(e hclsyntax.Expression, ctx *hcl.EvalContext) cty.Value {
	var v cty.Value
	var d hcl.Diagnostics
	switch e := e.(type) {
	case *hclsyntax.ExprSyntaxError:
		return cty.DynamicVal // reported by Parse
	case *hclsyntax.ScopeTraversalExpr:
		if v, d = e.Value(ctx); d.HasErrors() {
			d = orMisspelt(d, misspelt(e.Traversal, ctx), e)
		}
	case *hclsyntax.RelativeTraversalExpr:
		c := *e
		source := w.value(e.Source, ctx)
		c.Source = done{e.Source, source}
		if v, d = c.Value(ctx); d.HasErrors() {
			d = orMisspelt(d, missing(source, nil, e.Traversal), e)
		}
	case *hclsyntax.IndexExpr:
		c := *e
		c.Collection, c.Key = w.done(e.Collection, ctx), w.done(e.Key, ctx)
		v, d = c.Value(ctx)
	case *hclsyntax.ParenthesesExpr:
		return w.value(e.Expression, ctx)
	case *hclsyntax.TupleConsExpr:
		c := *e
		c.Exprs = w.all(e.Exprs, ctx)
		v, d = c.Value(ctx)
	case *hclsyntax.ObjectConsExpr:
		v, d = w.object(e, ctx)
	case *hclsyntax.TemplateExpr:
		c := *e
		c.Parts = w.all(e.Parts, ctx)
		v, d = c.Value(ctx)
		for _, part := range c.Parts { // HCL looks at known ones alone
			if v := part.(done).v; !v.IsKnown() && convert.GetConversionUnsafe(v.Type(), cty.String) == nil && v.Type() != cty.String {
				d = append(d, errorAt(part.Range(), "Invalid template interpolation value", "Text cannot hold this: it is %s.", v.Type().FriendlyName()))
			}
		}
	case *hclsyntax.TemplateWrapExpr:
		return w.value(e.Wrapped, ctx)
	case *hclsyntax.TemplateJoinExpr:
		c := *e
		tuple := w.value(e.Tuple, ctx)
		if !tuple.Type().IsTupleType() || tuple.IsNull() {
			tuple = cty.DynamicVal // HCL knows no other loop that is not known
		}
		c.Tuple = done{e.Tuple, tuple}
		v, d = c.Value(ctx)
	case *hclsyntax.UnaryOpExpr:
		c := *e
		c.Val = w.done(e.Val, ctx)
		v, d = c.Value(ctx)
	case *hclsyntax.BinaryOpExpr:
		v, d = w.operation(e, ctx)
	case *hclsyntax.ConditionalExpr:
		v, d = w.conditional(e, ctx)
	case *hclsyntax.FunctionCallExpr:
		v, d = w.call(e, ctx)
	case *hclsyntax.ForExpr:
		v, d = w.loop(e, ctx)
	case *hclsyntax.SplatExpr:
		v, d = w.splat(e, ctx)
	default:
		v, d = e.Value(ctx)
	}
	w.add(d)
	if d.HasErrors() || v == cty.NilVal {
		return cty.DynamicVal
	}
	return v
}

// A done expression has been evaluated already.
type done struct {
	hclsyntax.Expression
	v cty.Value
}

func (e done) Value(*hcl.EvalContext) (cty.Value, hcl.Diagnostics) { return e.v, nil }

func (w *walker) done(e hclsyntax.Expression, ctx *hcl.EvalContext) hclsyntax.Expression {
	return done{e, w.value(e, ctx)}
}

func (w *walker) all(es []hclsyntax.Expression, ctx *hcl.EvalContext) []hclsyntax.Expression {
	values := make([]hclsyntax.Expression, len(es))
	for i, e := range es {
		values[i] = w.done(e, ctx)
	}
	return values
}

// A later expression is evaluated by the walker when HCL asks for its value.
type later struct {
	hclsyntax.Expression
	w       *walker
	visited *bool
}

func (e later) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	*e.visited = true
	return e.w.value(e.Expression, ctx), nil
}

// aside evaluates an expression that may never be evaluated in a run: while a file is checked, the
// names in it must exist all the same. It gives the other findings to the caller.
func (w *walker) aside(e hclsyntax.Expression, ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	inner := &walker{check: w.check}
	v := inner.value(e, ctx)
	if w.check {
		for _, d := range inner.diags {
			if isMisspelt(d) {
				w.diags = append(w.diags, d)
			}
		}
	}
	return v, inner.diags
}

// maybe evaluates an expression of which it is not known whether it will be evaluated in a run.
func (w *walker) maybe(e hclsyntax.Expression, ctx *hcl.EvalContext) cty.Value {
	if w.check {
		return w.value(e, ctx)
	}
	v, _ := w.aside(e, ctx)
	return v
}

func (w *walker) object(e *hclsyntax.ObjectConsExpr, ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	c := *e
	c.Items = make([]hclsyntax.ObjectConsItem, len(e.Items))
	seen := map[string]bool{}
	types := make([]cty.Type, len(e.Items))
	for i, item := range e.Items {
		if name := literalKey(item.KeyExpr); name != "" {
			if seen[name] && w.check {
				w.diags = append(w.diags, errorAt(item.KeyExpr.Range(), "Declared twice", "%q is given twice in this object; only the last one would count.", name))
			}
			seen[name] = true
		} else if key, ok := item.KeyExpr.(*hclsyntax.ObjectConsKeyExpr); ok {
			if _, name := key.Wrapped.(*hclsyntax.ScopeTraversalExpr); !name || key.ForceNonLiteral {
				k := *key
				k.Wrapped = w.done(key.Wrapped, ctx)
				item.KeyExpr = &k
			}
		}
		v := w.value(item.ValueExpr, ctx)
		types[i] = v.Type()
		c.Items[i] = hclsyntax.ObjectConsItem{KeyExpr: item.KeyExpr, ValueExpr: done{item.ValueExpr, v}}
	}
	v, d := c.Value(ctx)
	if alike := slices.CompactFunc(types, cty.Type.Equals); !d.HasErrors() && v.Type() == cty.DynamicPseudoType && len(alike) == 1 && !alike[0].HasDynamicTypes() {
		v = cty.UnknownVal(cty.Map(alike[0])) // a name is not known yet
	}
	return v, d
}

// operation does not hold the right side of && and || against the reader when the left one decides.
func (w *walker) operation(e *hclsyntax.BinaryOpExpr, ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	c := *e
	left := w.value(e.LHS, ctx)
	c.LHS = done{e.LHS, left}
	if decides := known(left); decides != nil && (e.Op == hclsyntax.OpLogicalAnd && !*decides || e.Op == hclsyntax.OpLogicalOr && *decides) {
		v, d := w.aside(e.RHS, ctx)
		if d.HasErrors() {
			v = cty.UnknownVal(cty.Bool)
		}
		c.RHS = done{e.RHS, v}
	} else {
		c.RHS = w.done(e.RHS, ctx)
	}
	return c.Value(ctx)
}

// known is a value as a bool, or nil when it is not known to be one.
func known(v cty.Value) *bool {
	v, _ = v.Unmark()
	b, err := convert.Convert(v, cty.Bool)
	if err != nil || !b.IsKnown() || b.IsNull() {
		return nil
	}
	is := b.True()
	return &is
}

// conditional evaluates both branches. The one that is not taken may hold what only fails there.
func (w *walker) conditional(e *hclsyntax.ConditionalExpr, ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	c := *e
	cond := w.value(e.Condition, ctx)
	c.Condition = done{e.Condition, cond}
	branch := func(e hclsyntax.Expression, taken bool) hclsyntax.Expression {
		switch is := known(cond); {
		case is == nil:
			return done{e, w.maybe(e, ctx)}
		case *is == taken:
			return w.done(e, ctx)
		}
		v, _ := w.aside(e, ctx)
		return done{e, v}
	}
	c.TrueResult, c.FalseResult = branch(e.TrueResult, true), branch(e.FalseResult, false)
	v, d := c.Value(ctx)
	if !cond.IsKnown() && cond.Type() != cty.DynamicPseudoType && convert.GetConversionUnsafe(cond.Type(), cty.Bool) == nil && cond.Type() != cty.Bool {
		d = append(d, errorAt(e.Condition.Range(), "Incorrect condition type", "A condition must be true or false; this is %s.", cond.Type().FriendlyName()))
	}
	return v, d
}

// call evaluates a function call. The arguments of try and can are for values that may not be there; a
// name that cannot be there is a mistake all the same.
func (w *walker) call(e *hclsyntax.FunctionCallExpr, ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	c := *e
	if _, exists := functions[e.Name]; !exists {
		w.all(e.Args, ctx)
		d := errorAt(e.NameRange, "Unknown function", "There is no function named %q. %s", e.Name, noFunction(e.Name))
		return cty.DynamicVal, orMisspelt(nil, d, e)
	}
	if e.Name != "try" && e.Name != "can" {
		c.Args = w.all(e.Args, ctx)
		return c.Value(ctx)
	}
	c.Args = make([]hclsyntax.Expression, len(e.Args))
	likely := cty.DynamicVal // what try gives, as far as its type is known
	for i, arg := range e.Args {
		v, d := w.aside(arg, ctx)
		c.Args[i] = tried{arg, v, d}
		if !d.HasErrors() && likely == cty.DynamicVal {
			likely = cty.UnknownVal(v.Type())
		}
	}
	v, d := c.Value(ctx)
	if e.Name == "try" && w.check && !d.HasErrors() && v.Type() == cty.DynamicPseudoType && !v.IsKnown() {
		v = likely
	}
	for _, d := range c.Args {
		if names := misspellings(d.(tried).diags); len(names) > 0 {
			return cty.DynamicVal, nil // reported, and better than by the call
		}
	}
	return v, d
}

// A tried expression has been evaluated and may have failed.
type tried struct {
	hclsyntax.Expression
	v     cty.Value
	diags hcl.Diagnostics
}

func (e tried) Value(*hcl.EvalContext) (cty.Value, hcl.Diagnostics) { return e.v, e.diags }
