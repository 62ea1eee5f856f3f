package pipeline

import (
	"fmt"
	"slices"
	"sync"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// An Expansion is a stage made concrete: its instances, or none because it is skipped or because they
// are not known yet.
type Expansion struct {
	Skipped   bool
	Unknown   bool       // its `when` or `for_each` is not known yet, so its instances are not
	Instances []Instance // in order: by key for a map or set, by index for a list

	stage *Stage
	view  *view
	kind  fanOut

	once        sync.Once // before the rest: what share works out
	shared      map[string]cty.Value
	sharedDiags hcl.Diagnostics
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

// Expand evaluates a stage's `when` and `for_each`. Stages that are not in the scope are unknown, which
// may leave the instances Unknown; for a run every stage that it depends on must be there.
func (pl *Pipeline) Expand(s *Stage, scope Scope) (*Expansion, hcl.Diagnostics) {
	v, diags := pl.view(scope, s.refs, s.locals)
	x := &Expansion{stage: s, view: v}
	if s.when != nil && !diags.HasErrors() {
		on, d := v.condition(s.when, v.ctx)
		diags = append(diags, d...)
		if on.IsKnown() && on.False() {
			x.Skipped = true
			return x, diags
		}
		x.Unknown = !on.IsKnown()
	}
	if diags.HasErrors() {
		return x, diags
	}
	if s.forEach == nil {
		if !x.Unknown {
			x.Instances = []Instance{{Address: s.Name}}
		}
		return x, diags
	}
	coll, d := v.value(s.forEach, v.ctx)
	diags = append(diags, d...)
	if d.HasErrors() {
		return x, diags
	}
	x.kind, d = fanOutOver(coll, s.forEach.Range())
	diags = append(diags, d...)
	if d.HasErrors() {
		return x, diags
	}
	d = x.fan(coll)
	return x, append(diags, d...)
}

// fan makes the instances for the elements of what the stage iterates over.
func (x *Expansion) fan(coll cty.Value) hcl.Diagnostics {
	if !coll.IsKnown() {
		x.Unknown = true
	}
	if x.Unknown {
		return nil
	}
	x.Instances = make([]Instance, 0, coll.LengthInt())
	for k, v := range coll.Elements() {
		if x.kind.set {
			k = v
		}
		if !k.IsKnown() {
			x.Unknown, x.Instances = true, nil
			return nil
		}
		if k.IsNull() {
			x.Instances = nil
			return hcl.Diagnostics{errorAt(x.stage.forEach.Range(), "Invalid for_each", "The set has a null in it, which is no name for an instance.")}
		}
		x.Instances = append(x.Instances, Instance{Address: address(x.stage.Name, k), key: k, value: v})
	}
	return nil
}

// Example is an instance of a stage whose instances are Unknown, with a key and a value of which only
// the types are known: what Input gives for it serves an estimate.
func (x *Expansion) Example() Instance {
	if x.stage.forEach == nil {
		return Instance{Address: x.stage.Name}
	}
	key, element := cty.String, cty.DynamicPseudoType // when not even the type is known
	if x.kind.of != cty.NilType && x.kind.of != cty.DynamicPseudoType {
		key, element = elementTypes(x.kind.of)
	}
	return Instance{Address: x.stage.Name + "[…]", key: cty.UnknownVal(key), value: cty.UnknownVal(element)}
}

// A fanOut is what a stage's for_each iterates over.
type fanOut struct {
	list, set bool // otherwise it is a map
	of        cty.Type
}

func fanOutOver(coll cty.Value, at hcl.Range) (fanOut, hcl.Diagnostics) {
	ty := coll.Type()
	switch {
	case coll.IsNull():
		return fanOut{}, hcl.Diagnostics{errorAt(at, "Invalid for_each", "It is null; it must be a map, a set of strings or a list.")}
	case ty == cty.DynamicPseudoType, ty.IsMapType(), ty.IsObjectType():
		return fanOut{of: ty}, nil
	case ty.IsSetType() && (ty.ElementType() == cty.String || ty.ElementType() == cty.DynamicPseudoType): // the latter of nothing
		return fanOut{set: true, of: ty}, nil
	case ty.IsListType(), ty.IsTupleType():
		return fanOut{list: true, of: ty}, nil
	}
	return fanOut{}, hcl.Diagnostics{errorAt(at, "Invalid for_each", "It must be a map, a set of strings or a list; this is %s.", ty.FriendlyName())}
}

// common is a type that all given ones convert to.
func common(types []cty.Type) cty.Type {
	var distinct []cty.Type // unifying takes the square of their number, and most are the same
	for _, ty := range types {
		if !slices.ContainsFunc(distinct, ty.Equals) {
			distinct = append(distinct, ty)
		}
		if len(distinct) > 64 {
			return cty.DynamicPseudoType
		}
	}
	ty, _ := convert.UnifyUnsafe(distinct)
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
// pipeline's inputs. What the scope of Expand did not know is unknown in it.
func (x *Expansion) Input(inst Instance, self Self) (cty.Value, hcl.Diagnostics) {
	seed, own := cty.NumberIntVal(self.Seed), cty.NilVal
	if x.stage.selfish {
		own = cty.ObjectVal(map[string]cty.Value{"seed": seed, "take": cty.NumberIntVal(int64(self.Take))})
	}
	return x.input(x.context(inst, own), seed)
}

// Secrets evaluates the references of the secrets that an instance's call needs, by name. What is not
// known yet is left out.
func (x *Expansion) Secrets(inst Instance) (map[string]string, hcl.Diagnostics) {
	if x.stage.secrets == nil {
		return nil, nil
	}
	v, diags := x.secretReferences(x.context(inst, cty.NilVal))
	if diags.HasErrors() || !v.IsKnown() || v.IsNull() {
		return nil, diags
	}
	refs := map[string]string{}
	for name, ref := range v.AsValueMap() {
		if ref.IsKnown() && !ref.IsNull() {
			refs[name] = ref.AsString()
		}
	}
	return refs, diags
}

// secretReferences is a map of strings.
func (x *Expansion) secretReferences(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	e := x.stage.secrets
	v, diags := x.view.value(e, ctx)
	if diags.HasErrors() {
		return cty.NullVal(cty.Map(cty.String)), diags
	}
	m, err := convert.Convert(v, cty.Map(cty.String))
	if err != nil {
		return cty.NullVal(cty.Map(cty.String)), append(diags, errorAt(e.Range(), "Wrong type", "`secrets` is a map of names to references, which are text: %s.", err))
	}
	return m, diags
}

// context is what an instance's expressions see: beside the run's names `each` and, unless it is NilVal,
// `self`.
func (x *Expansion) context(inst Instance, self cty.Value) *hcl.EvalContext {
	ctx := x.view.ctx.NewChild()
	ctx.Variables = make(map[string]cty.Value, 2)
	if inst.key != cty.NilVal {
		ctx.Variables["each"] = cty.ObjectVal(map[string]cty.Value{"key": inst.key, "value": inst.value})
	}
	if self != cty.NilVal {
		ctx.Variables["self"] = self
	}
	return ctx
}

// Value is what a reference to the stage gives: one output, or a map or list of them; it is unknown when
// the instances are.
func (x *Expansion) Value(outputs []cty.Value) cty.Value {
	s := x.stage
	switch {
	case x.Unknown:
		return cty.UnknownVal(s.valueType)
	case x.Skipped:
		return cty.NullVal(s.valueType)
	case s.forEach == nil:
		return outputs[0]
	case x.kind.list && len(outputs) == 0:
		return cty.ListValEmpty(s.output)
	case x.kind.list && s.output.HasDynamicTypes():
		return cty.TupleVal(outputs)
	case x.kind.list:
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
