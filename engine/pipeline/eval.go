package pipeline

import (
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/filmloom/filmloom/providers"
)

// A Scope is what is known of a run: its inputs, as ResolveInputs gave them, and the values of the
// stages that are done.
type Scope struct {
	Inputs cty.Value
	Stages map[string]cty.Value

	check bool // nothing runs: names are checked where values do not lead, too
}

// An Expansion is a stage made concrete: its instances, or none because it is skipped.
type Expansion struct {
	Skipped   bool
	Instances []Instance // in order: by key for a map or set, by index for a list

	stage *Stage
	ctx   *hcl.EvalContext
	list  bool
}

// An Instance is one call that a stage makes.
type Instance struct {
	Address string // stage, stage["key"] or stage[0]

	key, value cty.Value // NilVal without for_each
}

// Self is what an instance knows of itself.
type Self struct {
	Seed int64 // derived from the run's seed, the address and the take
	Take int   // from 1
}

// ResolveInputs checks given input values, converts them, fills in defaults and holds them against the
// validations. Problems name the input; there is one for each that is wrong, missing or unknown.
func (pl *Pipeline) ResolveInputs(given map[string]cty.Value) (cty.Value, []providers.Problem) {
	var problems []providers.Problem
	var names []string
	values := make(map[string]cty.Value, len(pl.Inputs))
	for _, in := range pl.Inputs {
		names = append(names, in.Name)
		v, ok := given[in.Name]
		if !ok || v.IsKnown() && v.IsNull() && in.Default != cty.NilVal { // null means the default, where there is one
			if in.Default == cty.NilVal {
				problems = append(problems, providers.Problem{Attribute: in.Name, Summary: providers.RequiredProblem})
			} else {
				values[in.Name] = in.Default
			}
			continue
		}
		c, err := in.convert(v)
		if err != nil {
			problems = append(problems, providers.Problem{Attribute: in.Name, Summary: fmt.Sprintf("%s is needed: %s", providers.TypeName(in.Type), err)})
			continue
		}
		if problem := in.checkAllowed(c); problem != "" {
			problems = append(problems, providers.Problem{Attribute: in.Name, Summary: problem})
		}
		values[in.Name] = c
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if slices.Contains(names, name) {
			continue
		}
		msg := fmt.Sprintf("the pipeline %s has no such input", pl.Name)
		if near := providers.Nearest(name, names); near != "" {
			msg += fmt.Sprintf("; did you mean %q?", near)
		} else if len(names) > 0 {
			msg += "; it has " + list(names)
		}
		problems = append(problems, providers.Problem{Attribute: name, Summary: msg})
	}
	resolved := cty.ObjectVal(values)
	if len(problems) == 0 {
		problems = pl.validate(resolved)
	}
	return resolved, problems
}

// Expand evaluates a stage's `when` and `for_each`. Every stage it depends on must be in the scope.
func (pl *Pipeline) Expand(s *Stage, scope Scope) (*Expansion, hcl.Diagnostics) {
	ctx, diags := pl.context(scope, s.refs, s.locals)
	x := &Expansion{stage: s, ctx: ctx}
	if s.when != nil && !diags.HasErrors() {
		on, d := condition(s.when, ctx)
		diags = append(diags, d...)
		if on.IsKnown() && on.False() {
			x.Skipped = true
			return x, diags
		}
	}
	if diags.HasErrors() {
		return x, diags
	}
	if s.forEach == nil {
		x.Instances = []Instance{{Address: s.Name}}
		return x, diags
	}
	coll, d := evaluate(s.forEach, ctx)
	diags = append(diags, d...)
	if d.HasErrors() {
		return x, diags
	}
	kind, d := fanOut(coll, s.forEach.Range())
	diags = append(diags, d...)
	if d.HasErrors() || !coll.IsKnown() {
		return x, diags
	}
	x.list = kind.list
	for k, v := range coll.Elements() {
		if kind.set {
			k = v
		}
		if !k.IsKnown() || k.IsNull() {
			return x, append(diags, errorAt(s.forEach.Range(), "Invalid for_each", "Its keys must be known and not null."))
		}
		x.Instances = append(x.Instances, Instance{Address: address(s.Name, k), key: k, value: v})
	}
	return x, diags
}

// condition evaluates a `when`.
func condition(e hcl.Expression, ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, diags := evaluate(e, ctx)
	if diags.HasErrors() {
		return cty.UnknownVal(cty.Bool), diags
	}
	b, err := convert.Convert(v, cty.Bool)
	if err != nil || b.IsNull() {
		return cty.UnknownVal(cty.Bool), append(diags, errorAt(e.Range(), "Wrong type", "A condition must be true or false; this is %s.", orNull(v)))
	}
	return b, diags
}

func orNull(v cty.Value) string {
	if v.IsNull() {
		return "null"
	}
	return v.Type().FriendlyName()
}

type fanOutKind struct {
	list, set    bool
	key, element cty.Type
}

// fanOut says what a stage's for_each iterates over.
func fanOut(coll cty.Value, at hcl.Range) (fanOutKind, hcl.Diagnostics) {
	if coll.IsKnown() && coll.IsNull() {
		return fanOutKind{}, hcl.Diagnostics{errorAt(at, "Invalid for_each", "It is null; it must be a map, a set of strings or a list.")}
	}
	ty := coll.Type()
	switch {
	case ty == cty.DynamicPseudoType:
		return fanOutKind{key: cty.String, element: cty.DynamicPseudoType}, nil
	case ty.IsMapType():
		return fanOutKind{key: cty.String, element: ty.ElementType()}, nil
	case ty.IsObjectType():
		return fanOutKind{key: cty.String, element: common(slices.Collect(maps.Values(ty.AttributeTypes())))}, nil
	case ty.IsSetType() && ty.ElementType() == cty.String:
		return fanOutKind{set: true, key: cty.String, element: cty.String}, nil
	case ty.IsListType():
		return fanOutKind{list: true, key: cty.Number, element: ty.ElementType()}, nil
	case ty.IsTupleType():
		return fanOutKind{list: true, key: cty.Number, element: common(ty.TupleElementTypes())}, nil
	}
	return fanOutKind{}, hcl.Diagnostics{errorAt(at, "Invalid for_each", "It must be a map, a set of strings or a list; this is %s.", ty.FriendlyName())}
}

// common is a type that all given ones convert to.
func common(types []cty.Type) cty.Type {
	ty, _ := convert.UnifyUnsafe(types)
	if ty == cty.NilType {
		return cty.DynamicPseudoType
	}
	return ty
}

func address(stage string, key cty.Value) string {
	if key.Type() == cty.Number {
		return fmt.Sprintf("%s[%s]", stage, key.AsBigFloat().Text('f', -1))
	}
	return fmt.Sprintf("%s[%q]", stage, key.AsString())
}

// Input evaluates an instance's input: the stage's `with`, conformed to the capability's schema or the
// pipeline's inputs.
func (x *Expansion) Input(inst Instance, self Self) (cty.Value, hcl.Diagnostics) {
	ctx := x.instanceContext(inst).NewChild()
	ctx.Variables = map[string]cty.Value{"self": cty.ObjectVal(map[string]cty.Value{
		"seed": cty.NumberIntVal(self.Seed), "take": cty.NumberIntVal(int64(self.Take)),
	})}
	v, diags := x.stage.input(ctx)
	if !diags.HasErrors() && x.stage.derivesSeed() && v.GetAttr("seed").IsKnown() {
		attrs := v.AsValueMap()
		attrs["seed"] = cty.NumberIntVal(self.Seed)
		v = cty.ObjectVal(attrs)
	}
	return v, diags
}

// derivesSeed tells whether the capability takes a seed that the stage does not set itself.
func (s *Stage) derivesSeed() bool {
	a, ok := s.schema.Attribute("seed")
	if !ok || a.Type != cty.Number {
		return false
	}
	pairs, diags := hcl.ExprMap(orEmpty(s.with))
	if diags.HasErrors() {
		return false
	}
	for _, p := range pairs {
		if literalKey(p.Key) == "seed" {
			return false
		}
	}
	return true
}

// Secrets evaluates the references of the secrets that an instance's call needs, by name.
func (x *Expansion) Secrets(inst Instance) (map[string]string, hcl.Diagnostics) {
	if x.stage.secrets == nil {
		return nil, nil
	}
	v, diags := x.stage.secretReferences(x.instanceContext(inst))
	if diags.HasErrors() || v.IsNull() {
		return nil, diags
	}
	refs := map[string]string{}
	for name, ref := range v.AsValueMap() {
		if !ref.IsNull() {
			refs[name] = ref.AsString()
		}
	}
	return refs, diags
}

// secretReferences is a map of strings.
func (s *Stage) secretReferences(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, diags := evaluate(s.secrets, ctx)
	if diags.HasErrors() {
		return cty.NullVal(cty.Map(cty.String)), diags
	}
	m, err := convert.Convert(v, cty.Map(cty.String))
	if err != nil {
		return cty.NullVal(cty.Map(cty.String)), append(diags, errorAt(s.secrets.Range(), "Wrong type", "`secrets` is a map of names to references, which are text: %s.", err))
	}
	return m, diags
}

// instanceContext is what an instance's expressions see beside the run's.
func (x *Expansion) instanceContext(inst Instance) *hcl.EvalContext {
	if inst.key == cty.NilVal {
		return x.ctx
	}
	ctx := x.ctx.NewChild()
	ctx.Variables = map[string]cty.Value{"each": cty.ObjectVal(map[string]cty.Value{"key": inst.key, "value": inst.value})}
	return ctx
}

// Value is what a reference to the stage gives: one output, or a map or list of them.
func (x *Expansion) Value(outputs []cty.Value) cty.Value {
	s := x.stage
	switch {
	case x.Skipped:
		return cty.NullVal(s.valueType)
	case s.forEach == nil:
		return outputs[0]
	case x.list && len(outputs) == 0:
		return cty.ListValEmpty(s.output)
	case x.list && s.output.HasDynamicTypes():
		return cty.TupleVal(outputs)
	case x.list:
		return cty.ListVal(outputs)
	case len(outputs) == 0:
		return cty.MapValEmpty(s.output)
	}
	m := make(map[string]cty.Value, len(outputs))
	for i, inst := range x.Instances {
		m[inst.key.AsString()] = outputs[i]
	}
	if s.output.HasDynamicTypes() {
		return cty.ObjectVal(m)
	}
	return cty.MapVal(m)
}

// Evaluate gives an output's value. Stages it refers to that the scope does not know yet are unknown,
// so the value may be, too.
func (pl *Pipeline) Evaluate(o *Output, scope Scope) (cty.Value, hcl.Diagnostics) {
	ctx, diags := pl.context(scope, o.refs, o.locals)
	if diags.HasErrors() {
		return cty.DynamicVal, diags
	}
	v, d := evaluate(o.value, ctx)
	return v, append(diags, d...)
}

// context makes what expressions see. Stages that are not in the scope are typed unknown values.
func (pl *Pipeline) context(scope Scope, stages []string, locals []*local) (*hcl.EvalContext, hcl.Diagnostics) {
	values := make(map[string]cty.Value, len(stages))
	for _, name := range stages {
		v, ok := scope.Stages[name]
		if !ok {
			ty := cty.DynamicPseudoType
			if s := pl.Stage(name); s != nil && s.valueType != cty.NilType {
				ty = s.valueType
			}
			v = cty.UnknownVal(ty)
		}
		values[name] = v
	}
	ctx := &hcl.EvalContext{Functions: functions, Variables: map[string]cty.Value{
		"input": scope.Inputs, "stage": cty.ObjectVal(values),
	}}
	if scope.check {
		ctx.Variables[checking] = cty.True
	}
	var diags hcl.Diagnostics
	known := map[string]cty.Value{}
	for _, l := range locals {
		known[l.name] = cty.DynamicVal // what an erroneous cycle may refer to
	}
	for _, l := range locals {
		if l.value == nil {
			continue // there is no such local, which has been reported
		}
		ctx.Variables["local"] = cty.ObjectVal(known)
		v, d := evaluate(l.value, ctx)
		diags = append(diags, d...)
		known[l.name] = v
	}
	ctx.Variables["local"] = cty.ObjectVal(known)
	return ctx, diags
}

func literalKey(e hcl.Expression) string {
	if k := hcl.ExprAsKeyword(e); k != "" {
		return k
	}
	if v, d := e.Value(nil); !d.HasErrors() && v.IsKnown() && !v.IsNull() && v.Type() == cty.String {
		return v.AsString()
	}
	return ""
}

func orEmpty(e hcl.Expression) hcl.Expression {
	if e == nil {
		return &hclsyntax.ObjectConsExpr{}
	}
	return e
}

// InputType is the type of what ResolveInputs gives.
func (pl *Pipeline) InputType() cty.Type {
	attrs := map[string]cty.Type{}
	for _, in := range pl.Inputs {
		attrs[in.Name] = in.Type.WithoutOptionalAttributesDeep()
	}
	return cty.Object(attrs)
}
