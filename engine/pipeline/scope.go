package pipeline

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// A Scope is what is known of a run: its inputs, as ResolveInputs gave them, and the values of the
// stages that are done.
type Scope struct {
	Inputs cty.Value // unknown ones when this is NilVal
	Stages map[string]cty.Value

	check *checked // nil when a run is evaluated or planned
}

// checked is what a check of a pipeline has found so far.
type checked struct {
	locals map[*local]cty.Value // each is evaluated, and its findings reported, once
}

// A view is what the expressions of a stage or an output see, and how they are evaluated: as HCL does
// when everything is known, otherwise by a walker.
type view struct {
	ctx   *hcl.EvalContext
	walk  bool
	check bool
}

func (v *view) value(e hclsyntax.Expression, ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	if !v.walk {
		return e.Value(ctx)
	}
	w := &walker{check: v.check}
	value := w.value(e, ctx)
	return value, w.diags
}

// condition evaluates what must be true or false.
func (v *view) condition(e hclsyntax.Expression, ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	on, diags := v.value(e, ctx)
	if diags.HasErrors() {
		return cty.UnknownVal(cty.Bool), diags
	}
	b, err := convert.Convert(on, cty.Bool)
	if err != nil || b.IsNull() {
		return cty.UnknownVal(cty.Bool), append(diags, errorAt(e.Range(), "Wrong type", "A condition must be true or false; this is %s.", orNull(on)))
	}
	return b, diags
}

func orNull(v cty.Value) string {
	if v.IsNull() {
		return "null"
	}
	return v.Type().FriendlyName()
}

// view makes what expressions see. Stages that are not in the scope are typed unknown values.
func (pl *Pipeline) view(scope Scope, stages []string, locals []*local) (*view, hcl.Diagnostics) {
	v := &view{walk: scope.check != nil, check: scope.check != nil}
	inputs := scope.Inputs
	if inputs == cty.NilVal {
		inputs = cty.UnknownVal(pl.InputType())
	}
	if !v.walk {
		v.walk = !inputs.IsWhollyKnown()
	}
	values := make(map[string]cty.Value, len(stages))
	for _, name := range stages {
		value, ok := scope.Stages[name]
		if !ok {
			ty := cty.DynamicPseudoType
			if s := pl.Stage(name); s != nil && s.valueType != cty.NilType {
				ty = s.valueType
			}
			value = cty.UnknownVal(ty)
		}
		if !value.IsKnown() {
			v.walk = true
		}
		values[name] = value
	}
	v.ctx = &hcl.EvalContext{Functions: functions, Variables: map[string]cty.Value{
		"input": inputs, "stage": named(values),
	}}
	var diags hcl.Diagnostics
	known := map[string]cty.Value{}
	for _, l := range locals {
		known[l.name] = cty.DynamicVal // what an erroneous cycle may refer to
	}
	for _, l := range locals {
		if l.value == nil {
			continue // there is no such local, which has been reported
		}
		if scope.check != nil {
			if value, ok := scope.check.locals[l]; ok {
				known[l.name] = value
				continue
			}
		}
		v.ctx.Variables["local"] = named(known)
		value, d := v.value(l.value, v.ctx)
		diags = append(diags, d...)
		known[l.name] = value
		if scope.check != nil {
			scope.check.locals[l] = value
		}
	}
	v.ctx.Variables["local"] = named(known)
	return v, diags
}

// named is an object of stages or locals.
func named(values map[string]cty.Value) cty.Value {
	if _, all := values[unnamed]; all {
		return cty.DynamicVal
	}
	return cty.ObjectVal(values)
}

// Evaluate gives an output's value. Stages it refers to that the scope does not know yet are unknown,
// so the value may be, too.
func (pl *Pipeline) Evaluate(o *Output, scope Scope) (cty.Value, hcl.Diagnostics) {
	v, diags := pl.view(scope, o.refs, o.locals)
	if diags.HasErrors() && scope.check == nil {
		return cty.DynamicVal, diags
	}
	value, d := v.value(o.value, v.ctx)
	return value, append(diags, d...)
}
