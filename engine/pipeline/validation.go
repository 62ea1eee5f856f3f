package pipeline

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/filmloom/filmloom/providers"
)

var validationSchema = &hcl.BodySchema{Attributes: []hcl.AttributeSchema{
	{Name: "condition", Required: true}, {Name: "error_message", Required: true},
}}

// validation reads a condition on the inputs.
func (p *parser) validation(pl *Pipeline, in *Input, b *hcl.Block) {
	content, d := b.Body.Content(validationSchema)
	p.add(d)
	v := &validation{
		input:     in.Name,
		condition: p.expression(content.Attributes["condition"]), message: p.expression(content.Attributes["error_message"]),
	}
	for _, e := range []hclsyntax.Expression{v.condition, v.message} {
		if e == nil {
			continue // reported: it is required
		}
		for _, t := range e.Variables() {
			if root := t.RootName(); root == "stage" || root == "local" {
				v.misplaced = true
				p.errorAt(t.SourceRange(), "Not an input", "A validation is about inputs alone: it refers to input.NAME only.")
			}
		}
	}
	pl.validations = append(pl.validations, v)
}

// problem evaluates the validation: it says what is wrong with the inputs, or "". A condition that is not
// known yet is not wrong.
func (v *validation) problem(inputs cty.Value, check bool) (string, hcl.Diagnostics) {
	ctx := &hcl.EvalContext{Functions: functions, Variables: map[string]cty.Value{"input": inputs}}
	if check { // reported by Parse
		ctx.Variables["stage"], ctx.Variables["local"] = cty.DynamicVal, cty.DynamicVal
	}
	seen := &view{ctx: ctx, walk: check || !inputs.IsWhollyKnown(), check: check}
	ok, message := cty.UnknownVal(cty.Bool), cty.UnknownVal(cty.String)
	var diags, d hcl.Diagnostics
	if v.condition != nil {
		ok, diags = seen.condition(v.condition, ctx)
	}
	if v.message != nil && (check || ok.IsKnown() && ok.False()) {
		message, d = seen.value(v.message, ctx)
		diags = append(diags, d...)
		if text, err := convert.Convert(message, cty.String); err != nil || text.IsKnown() && text.IsNull() {
			diags = append(diags, errorAt(v.message.Range(), "Wrong type", "A message must be text; this is %s.", orNull(message)))
		} else {
			message = text
		}
	}
	if diags.HasErrors() || !ok.IsKnown() || ok.True() {
		return "", diags
	}
	if message.IsKnown() {
		return message.AsString(), diags
	}
	return "its validation failed", diags
}

// validate gives the problems of inputs that have the right types.
func (pl *Pipeline) validate(inputs cty.Value) []providers.Problem {
	var problems []providers.Problem
	for _, v := range pl.validations {
		if v.faulty {
			continue
		}
		problem, diags := v.problem(inputs, false)
		if diags.HasErrors() {
			problem = fmt.Sprintf("its validation cannot be evaluated: %s", diags.Errs()[0])
		}
		if problem != "" {
			problems = append(problems, providers.Problem{Attribute: v.input, Summary: problem})
		}
	}
	return problems
}

// validations checks the conditions with inputs of which only the types are known, then with the
// defaults, which must meet them.
func (c *checker) validations(pl *Pipeline, inputs cty.Value) {
	defaults := inputs.AsValueMap()
	for _, in := range pl.Inputs {
		if in.Default != cty.NilVal {
			defaults[in.Name] = in.Default
		}
	}
	for _, v := range pl.validations {
		_, d := v.problem(inputs, true)
		c.add(d)
		if v.faulty = v.misplaced || d.HasErrors(); v.faulty {
			continue
		}
		i := slices.IndexFunc(pl.Inputs, func(in *Input) bool { return in.Name == v.input })
		if in := pl.Inputs[i]; in.Default != cty.NilVal {
			problem, d := v.problem(cty.ObjectVal(defaults), true)
			c.add(d)
			if problem != "" {
				c.errorAt(in.defaultRange, "Default is not allowed", "The default does not meet the validation: %s.", problem)
			}
		}
	}
}
