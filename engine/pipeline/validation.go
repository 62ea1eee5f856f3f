package pipeline

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"
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
		input: in.Name, at: b.DefRange,
		condition: expression(content.Attributes["condition"]), message: expression(content.Attributes["error_message"]),
	}
	if d.HasErrors() {
		return
	}
	for _, e := range []hcl.Expression{v.condition, v.message} {
		for _, t := range e.Variables() {
			if root := t.RootName(); root == "stage" || root == "local" {
				p.errorAt(t.SourceRange(), "Not an input", "A validation is about inputs alone: it refers to input.NAME only.")
				return
			}
		}
	}
	pl.validations = append(pl.validations, v)
}

// problem evaluates the validation: it says what is wrong with the inputs, or "". A condition that is not
// known yet is not wrong.
func (v *validation) problem(inputs cty.Value) (string, hcl.Diagnostics) {
	ctx := &hcl.EvalContext{Functions: functions, Variables: map[string]cty.Value{"input": inputs}}
	ok, diags := condition(v.condition, ctx)
	message, d := evaluate(v.message, ctx)
	diags = append(diags, d...)
	if diags.HasErrors() || !ok.IsKnown() || ok.True() {
		return "", diags
	}
	if message, err := convert.Convert(message, cty.String); err == nil && message.IsKnown() && !message.IsNull() {
		return message.AsString(), diags
	}
	return "its validation failed", diags
}

// validate gives the problems of inputs that have the right types.
func (pl *Pipeline) validate(inputs cty.Value) []providers.Problem {
	var problems []providers.Problem
	for _, v := range pl.validations {
		problem, diags := v.problem(inputs)
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
		_, d := v.problem(inputs)
		c.add(d)
		if d.HasErrors() {
			continue
		}
		i := slices.IndexFunc(pl.Inputs, func(in *Input) bool { return in.Name == v.input })
		if in := pl.Inputs[i]; in.Default != cty.NilVal {
			problem, d := v.problem(cty.ObjectVal(defaults))
			c.add(d)
			if problem != "" {
				c.errorAt(in.defaultRange, "Default is not allowed", "The default does not meet the validation: %s.", problem)
			}
		}
	}
}
