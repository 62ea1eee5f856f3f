package pipeline

import (
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/filmloom/filmloom/providers"
)

// setWith keeps the stage's `with`, taken apart where its attributes are written out.
func (s *Stage) setWith(e hclsyntax.Expression) {
	s.with = e
	if e == nil {
		return
	}
	s.selfish = slices.ContainsFunc(e.Variables(), func(t hcl.Traversal) bool { return t.RootName() == "self" })
	for {
		parens, ok := e.(*hclsyntax.ParenthesesExpr)
		if !ok {
			break
		}
		e = parens.Expression
	}
	object, ok := e.(*hclsyntax.ObjectConsExpr)
	if !ok {
		return
	}
	s.arguments = make([]argument, len(object.Items))
	for i, item := range object.Items {
		name := literalKey(item.KeyExpr)
		if name == "" {
			s.arguments = nil // a computed name: known when `with` as a whole is
			return
		}
		a := argument{name: name, at: item.KeyExpr.Range(), value: item.ValueExpr}
		for _, t := range a.value.Variables() {
			a.varies = a.varies || t.RootName() == "each" || t.RootName() == "self"
		}
		s.arguments[i] = a
	}
}

// input evaluates the stage's `with` and conforms it to what the stage takes. Findings point at the
// attribute that they are about. The seed is for a capability that takes one when `with` has none.
func (x *Expansion) input(ctx *hcl.EvalContext, seed cty.Value) (cty.Value, hcl.Diagnostics) {
	s := x.stage
	attrs, diags := x.attributes(ctx)
	if s.conformer == nil && s.Pipeline == nil {
		return cty.DynamicVal, diags // nobody knows what it takes, which has been reported
	}
	if attrs == nil {
		return cty.UnknownVal(s.inputType()), diags
	}
	if _, given := attrs["seed"]; s.seeded && !given {
		attrs["seed"] = seed
	}
	v, problems := s.conform(attrs)
	for _, p := range problems {
		diags = append(diags, s.problem(p))
	}
	if x.view.check {
		for _, a := range s.arguments {
			if ty, ok := s.takes(a.name); ok {
				diags = append(diags, literal(a.value, ty)...)
			}
		}
	}
	return v, diags
}

// attributes evaluates `with`; nil when it is not known which attributes it has.
func (x *Expansion) attributes(ctx *hcl.EvalContext) (map[string]cty.Value, hcl.Diagnostics) {
	s := x.stage
	if s.with == nil || s.arguments != nil {
		x.once.Do(x.share)
		diags := slices.Clip(x.sharedDiags)
		attrs := make(map[string]cty.Value, len(s.arguments)+1)
		for name, v := range x.shared {
			attrs[name] = v
		}
		for _, a := range s.arguments {
			if a.varies {
				v, d := x.argument(a, ctx)
				attrs[a.name] = v
				if len(d) > 0 {
					diags = append(diags, d...)
				}
			}
		}
		return attrs, diags
	}
	v, diags := x.view.value(s.with, ctx)
	if diags.HasErrors() {
		return nil, diags
	}
	if ty := v.Type(); v.IsNull() || !ty.IsObjectType() && !ty.IsMapType() && (v.IsKnown() || ty != cty.DynamicPseudoType) {
		return nil, append(diags, errorAt(s.with.Range(), "Wrong type", "`with` must be an object; this is %s.", orNull(v)))
	}
	if !v.IsKnown() {
		return nil, diags
	}
	attrs := v.AsValueMap()
	if attrs == nil { // the empty object's
		attrs = map[string]cty.Value{}
	}
	return attrs, diags
}

// share evaluates the attributes of `with` that are the same for every instance.
func (x *Expansion) share() {
	s := x.stage
	x.shared = make(map[string]cty.Value, len(s.arguments))
	seen := map[string]bool{}
	for _, a := range s.arguments {
		if seen[a.name] && x.view.check {
			x.sharedDiags = append(x.sharedDiags, errorAt(a.at, "Declared twice", "%q is given twice; only the last one would count.", a.name))
		}
		seen[a.name] = true
		if !a.varies {
			v, d := x.argument(a, x.view.ctx)
			x.shared[a.name] = v
			x.sharedDiags = append(x.sharedDiags, d...)
		}
	}
	if s.conformer == nil {
		return
	}
	// Converted once, they need no conversion for each instance. What is wrong with them is found then.
	v, problems := s.conformer.Conform(x.shared)
	for name := range x.shared {
		if v.Type().HasAttribute(name) && !slices.ContainsFunc(problems, func(p providers.Problem) bool { return p.Attribute == name }) {
			x.shared[name] = v.GetAttr(name)
		}
	}
}

func (x *Expansion) argument(a argument, ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, d := x.view.value(a.value, ctx)
	if d.HasErrors() {
		return cty.DynamicVal, d
	}
	return v, d
}

// problem words what is wrong with an attribute of the input, at its place.
func (s *Stage) problem(p providers.Problem) *hcl.Diagnostic {
	key, value, given := s.Range, s.Range, false
	if s.with != nil {
		key, value = s.with.StartRange(), s.with.StartRange()
	}
	for _, a := range s.arguments {
		if a.name == p.Attribute {
			key, value, given = a.at, a.value.Range(), true
		}
	}
	switch _, known := s.takes(p.Attribute); {
	case !known:
		return errorAt(key, "Unknown attribute", "%s takes no attribute %q.%s", s.what(), p.Attribute, suggestion(p.Attribute, s.taken()))
	case !given && p.Summary == providers.RequiredProblem:
		return errorAt(value, "Missing attribute", "%s needs %q.", s.what(), p.Attribute)
	default:
		return errorAt(value, "Invalid value", "The attribute %q of %s: %s.", p.Attribute, strings.Replace(s.what(), "The", "the", 1), p.Summary)
	}
}

// literal finds attributes that an object written out in the source has and its type has not.
// Conversion would drop them silently.
func literal(e hclsyntax.Expression, ty cty.Type) hcl.Diagnostics {
	var diags hcl.Diagnostics
	switch e := e.(type) {
	case *hclsyntax.ParenthesesExpr:
		return literal(e.Expression, ty)
	case *hclsyntax.ConditionalExpr:
		return append(literal(e.TrueResult, ty), literal(e.FalseResult, ty)...)
	case *hclsyntax.FunctionCallExpr:
		if e.Name == "try" || e.Name == "coalesce" || e.Name == "concat" {
			for _, arg := range e.Args {
				diags = append(diags, literal(arg, ty)...)
			}
		}
	case *hclsyntax.ForExpr:
		if ty.IsCollectionType() && !e.Group {
			return literal(e.ValExpr, ty.ElementType())
		}
	case *hclsyntax.TupleConsExpr:
		if ty.IsCollectionType() {
			for _, item := range e.Exprs {
				diags = append(diags, literal(item, ty.ElementType())...)
			}
		}
	case *hclsyntax.ObjectConsExpr:
		for _, item := range e.Items {
			name := literalKey(item.KeyExpr)
			switch {
			case ty.IsMapType():
				diags = append(diags, literal(item.ValueExpr, ty.ElementType())...)
			case !ty.IsObjectType() || name == "":
			case !ty.HasAttribute(name):
				diags = append(diags, errorAt(item.KeyExpr.Range(), "Unknown attribute", "There is no attribute %q here.%s", name, suggestion(name, slices.Sorted(maps.Keys(ty.AttributeTypes())))))
			default:
				diags = append(diags, literal(item.ValueExpr, ty.AttributeType(name))...)
			}
		}
	}
	return diags
}

// literalKey is the name of an object's attribute that is written out, or "".
func literalKey(e hclsyntax.Expression) string {
	key, ok := e.(*hclsyntax.ObjectConsKeyExpr)
	if ok && key.ForceNonLiteral {
		return ""
	}
	if k := hcl.ExprAsKeyword(e); k != "" {
		return k
	}
	if ok {
		e = key.Wrapped
	}
	template, ok := e.(*hclsyntax.TemplateExpr)
	if !ok || !template.IsStringLiteral() {
		return ""
	}
	v, _ := template.Value(nil)
	return v.AsString()
}
