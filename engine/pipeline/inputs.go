package pipeline

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/filmloom/filmloom/providers"
)

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

// InputType is the type of what ResolveInputs gives.
func (pl *Pipeline) InputType() cty.Type {
	attrs := map[string]cty.Type{}
	for _, in := range pl.Inputs {
		attrs[in.Name] = in.Type.WithoutOptionalAttributesDeep()
	}
	return cty.Object(attrs)
}

// checkAllowed says why a value is not one of those allowed, or "".
func (in *Input) checkAllowed(v cty.Value) string {
	if v == cty.NilVal || v.IsNull() || !v.IsWhollyKnown() || len(in.Allowed) == 0 {
		return ""
	}
	var names []string
	for _, a := range in.Allowed {
		if a == cty.NilVal || a.RawEquals(v) {
			return ""
		}
		names = append(names, show(a))
	}
	msg := fmt.Sprintf("%s is not one of %s", show(v), strings.Join(names, ", "))
	if near := providers.Nearest(show(v), names); near != "" {
		msg += fmt.Sprintf("; did you mean %s?", near)
	}
	return msg
}

// show writes a value for people.
func show(v cty.Value) string {
	if v.Type() == cty.String {
		return fmt.Sprintf("%q", v.AsString())
	}
	if s, err := convert.Convert(v, cty.String); err == nil && !s.IsNull() {
		return s.AsString()
	}
	return v.Type().FriendlyName()
}
