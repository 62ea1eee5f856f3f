package pipeline

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// types finds what a stage takes and gives, as far as that does not depend on its expressions.
func (c *checker) types(s *Stage) {
	s.output, s.conformer, s.seeded = cty.DynamicPseudoType, nil, false
	s.valueType = cty.DynamicPseudoType
	switch {
	case s.Pipeline != nil:
		s.output = s.Pipeline.outputType
	case s.Capability == "":
		return // reported by Parse
	default:
		found := c.capabilityAt(s.Capability, s.usesRange)
		if s.Provider != "" {
			c.serves(s.Provider, s.Capability, s.providedBy)
		}
		if found == nil {
			return
		}
		s.schema, s.output = found.input, found.outputType()
		if found.disagree == "" { // otherwise nobody knows what it takes
			s.conformer = found.conformer
		}
		seed, ok := s.schema.Attribute("seed")
		s.seeded = ok && seed.Type == cty.Number
	}
	if s.forEach == nil {
		s.valueType = s.output
	}
}

// stage checks one stage whose dependencies have been checked.
func (c *checker) stage(pl *Pipeline, s *Stage, scope Scope) {
	kind, d := s.check(pl, scope)
	c.add(d)
	switch {
	case s.forEach == nil || s.output == cty.DynamicPseudoType:
	case kind.list:
		s.valueType = cty.List(s.output)
	default:
		s.valueType = cty.Map(s.output)
	}
	c.skipped(pl, s.dependencies, scope, func(scope Scope) hcl.Diagnostics {
		_, d := s.check(pl, scope)
		return d
	})
}

// check evaluates everything of a stage.
func (s *Stage) check(pl *Pipeline, scope Scope) (fanOut, hcl.Diagnostics) {
	v, diags := pl.view(scope, s.refs, s.locals)
	x := &Expansion{stage: s, view: v}
	if s.when != nil {
		_, d := v.condition(s.when, v.ctx)
		diags = append(diags, d...)
	}
	examples := []Instance{{Address: s.Name}}
	if s.forEach != nil {
		coll, d := v.value(s.forEach, v.ctx)
		diags = append(diags, d...)
		if !d.HasErrors() {
			if x.kind, d = fanOutOver(coll, s.forEach.Range()); !d.HasErrors() {
				d = x.fan(coll)
			}
			diags = append(diags, d...)
		}
		examples = x.examples(coll.Type())
	}
	self := cty.UnknownVal(cty.Object(map[string]cty.Type{"seed": cty.Number, "take": cty.Number}))
	for _, inst := range examples {
		_, d := x.input(x.context(inst, self), cty.UnknownVal(cty.Number))
		diags = append(diags, d...)
		if s.secrets != nil {
			_, d := x.secretReferences(x.context(inst, cty.NilVal))
			diags = append(diags, d...)
		}
	}
	return x.kind, sortDiagnostics(diags)
}

// mostExamples bounds the instances that are checked one by one.
const mostExamples = 64

// examples are the instances to check: those that are known, or one for each type of element.
func (x *Expansion) examples(ty cty.Type) []Instance {
	if n := len(x.Instances); n > 0 && n <= mostExamples {
		return x.Instances
	}
	one := x.Example()
	if one.value.Type() != cty.DynamicPseudoType {
		return []Instance{one}
	}
	var types []cty.Type
	switch {
	case ty.IsTupleType():
		types = ty.TupleElementTypes()
	case ty.IsObjectType():
		for _, ty := range ty.AttributeTypes() {
			types = append(types, ty)
		}
	}
	var examples []Instance
	for i, ty := range types {
		if !slices.ContainsFunc(types[:min(i, mostExamples)], ty.Equals) {
			one.value = cty.UnknownVal(ty)
			examples = append(examples, one)
		}
	}
	if examples == nil {
		return []Instance{one}
	}
	return examples
}

// skipped repeats a check with conditional stages skipped, each alone and all together: what only fails
// then has not allowed for it.
func (c *checker) skipped(pl *Pipeline, stages []string, scope Scope, check func(Scope) hcl.Diagnostics) {
	var conditional []string
	for _, name := range stages {
		if s := pl.Stage(name); s != nil && s.when != nil && s.valueType != cty.DynamicPseudoType {
			conditional = append(conditional, name)
		}
	}
	if len(conditional) == 0 {
		return
	}
	reported := map[hcl.Range]bool{}
	for _, d := range c.diags[c.before:] {
		reported[*d.Subject] = true
	}
	without := func(names ...string) {
		scope := Scope{Inputs: scope.Inputs, Stages: map[string]cty.Value{}, check: &checked{locals: map[*local]cty.Value{}}}
		for _, name := range names {
			scope.Stages[name] = cty.NullVal(pl.Stage(name).valueType)
		}
		for _, d := range check(scope) {
			if reported[*d.Subject] {
				continue
			}
			reported[*d.Subject] = true
			when := fmt.Sprintf("%s is skipped by its `when`, because its value is", names[0])
			if len(names) > 1 {
				when = fmt.Sprintf("%s are skipped by their `when`, because their values are", list(names))
			}
			c.errorAt(*d.Subject, "Stage may be skipped", "This fails when %s null then; allow for it, for example with try(…, null). (%s)", when, d.Detail)
		}
	}
	for _, name := range conditional {
		without(name)
	}
	if len(conditional) > 1 {
		without(conditional...)
	}
}

// place says for people where a thing is declared.
func place(r hcl.Range) string { return fmt.Sprintf("%s:%d", r.Filename, r.Start.Line) }
