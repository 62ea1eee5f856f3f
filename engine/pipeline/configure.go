package pipeline

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/filmloom/filmloom/providers"
)

// Sensitive marks a value that must never be shown, logged or recorded.
const Sensitive = sensitive("sensitive")

type sensitive string

// Evaluate gives a provider's configuration, conformed to its plugin's schema. The function looks up
// environment variables, whose values are marked Sensitive; a nil function makes them unknown, for
// checking alone. Required attributes may be null: such a provider is not configured.
func (p *Provider) Evaluate(schema providers.Schema, env func(string) (string, bool)) (cty.Value, hcl.Diagnostics) {
	var diags hcl.Diagnostics
	attrs := map[string]cty.Value{}
	for _, a := range inOrder(p.Config) {
		if _, ok := schema.Attribute(a.Name); !ok {
			continue // reported by Check, with its place
		}
		e := a.Expr.(hclsyntax.Expression) // made native by Parse
		ctx := &hcl.EvalContext{Functions: functions, Variables: map[string]cty.Value{"env": environment(e, env)}}
		seen := &view{walk: env == nil, check: env == nil}
		v, d := seen.value(e, ctx)
		diags = append(diags, discreet(d, ctx)...)
		attrs[a.Name] = v
	}
	v, problems := schema.Conform(attrs)
	for _, problem := range problems {
		a, ok := p.Config[problem.Attribute]
		if !ok || problem.Summary == providers.RequiredProblem {
			continue // a provider without its required settings is simply not configured
		}
		diags = append(diags, errorAt(a.Expr.Range(), "Invalid value", "The setting %q of provider %s: %s.", problem.Attribute, p.Name, problem.Summary))
	}
	return v, diags
}

// discreet takes the values of the environment out of findings.
func discreet(diags hcl.Diagnostics, ctx *hcl.EvalContext) hcl.Diagnostics {
	for _, d := range diags {
		d.Expression, d.EvalContext, d.Extra = nil, nil, nil // whoever prints them prints values, too
		for _, v := range ctx.Variables["env"].AsValueMap() {
			v, _ := v.Unmark()
			if v.IsKnown() && !v.IsNull() && strings.Contains(d.Summary+d.Detail, v.AsString()) {
				d.Summary, d.Detail = "Invalid setting", "This cannot be evaluated with the values that the environment has."
			}
		}
	}
	return diags
}

// Environment names the variables of the environment that a setting refers to, in order.
func (p *Provider) Environment(setting string) []string {
	a, ok := p.Config[setting]
	if !ok {
		return nil
	}
	var names []string
	for _, t := range a.Expr.Variables() {
		if name, ok := nextName(t); ok && t.RootName() == "env" {
			names = append(names, name)
		}
	}
	return names
}

// environment is an object of the variables that the expression refers to.
func environment(e hclsyntax.Expression, env func(string) (string, bool)) cty.Value {
	vars := map[string]cty.Value{}
	for _, t := range e.Variables() {
		name, ok := nextName(t)
		if t.RootName() != "env" || !ok {
			continue
		}
		v := cty.UnknownVal(cty.String)
		if env != nil {
			v = cty.NullVal(cty.String)
			if text, set := env(name); set && text != "" {
				v = cty.StringVal(text)
			}
		}
		vars[name] = v.Mark(Sensitive)
	}
	return cty.ObjectVal(vars)
}
