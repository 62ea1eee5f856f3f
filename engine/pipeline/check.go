package pipeline

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/filmloom/filmloom/providers"
)

// Check holds the file against a catalog: capabilities, routes, the types of everything. It reports
// all findings. After a Check without errors the pipelines can be evaluated; Check must not run
// while one is.
func (f *File) Check(catalog Catalog) hcl.Diagnostics {
	c := &checker{file: f, catalog: catalog}
	for _, p := range f.Providers {
		c.provider(p)
	}
	for _, name := range slices.Sorted(maps.Keys(f.Routes)) {
		c.route(f.Routes[name])
	}
	for _, pl := range f.order {
		c.pipeline(pl)
	}
	return sortDiagnostics(c.diags)
}

type checker struct {
	file    *File
	catalog Catalog
	diags   hcl.Diagnostics
}

func (c *checker) add(d hcl.Diagnostics) { c.diags = append(c.diags, d...) }

func (c *checker) errorAt(at hcl.Range, summary, format string, args ...any) {
	c.diags = append(c.diags, errorAt(at, summary, format, args...))
}

func (c *checker) provider(p *Provider) {
	d, ok := c.catalog[p.Plugin]
	if !ok {
		names := slices.Sorted(maps.Keys(c.catalog))
		c.errorAt(p.Range, "Unknown plugin", "There is no plugin %q.%s", p.Plugin, suggestion(p.Plugin, names))
		return
	}
	for _, a := range inOrder(p.Config) {
		if _, ok := d.Config.Attribute(a.Name); !ok {
			c.errorAt(a.NameRange, "Unknown attribute", "The plugin %s has no setting %q.%s", p.Plugin, a.Name, suggestion(a.Name, d.Config.Names()))
		}
	}
	_, diags := p.Evaluate(d.Config, nil)
	c.add(diags)
}

// suggestion is a sentence that names what was probably meant, or what there is.
func suggestion(given string, names []string) string {
	if near := providers.Nearest(given, names); near != "" {
		return fmt.Sprintf(" Did you mean %q?", near)
	}
	if len(names) == 0 {
		return " There is none."
	}
	return " There are: " + list(names) + "."
}

func (c *checker) route(r *Route) {
	if c.capabilityAt(r.Capability, r.Range) == nil {
		return
	}
	for _, name := range slices.Concat(r.Prefer, r.Fallback) {
		c.serves(name, r.Capability, r.Range)
	}
}

// capabilityAt finds a capability or reports that there is none.
func (c *checker) capabilityAt(name string, at hcl.Range) *capability {
	found := c.catalog.capability(name)
	if other, is := strings.CutPrefix(name, "pipeline."); found == nil && is && c.file.Pipeline(other) != nil {
		c.errorAt(at, "Unknown capability", "A pipeline is used by its name, without quotation marks: uses = %s.", name)
		return nil
	}
	if found == nil {
		c.errorAt(at, "Unknown capability", "No plugin serves %q.%s", name, suggestion(name, c.catalog.capabilities()))
		return nil
	}
	if found.disagree != "" {
		c.errorAt(at, "Providers disagree", "The providers of %s cannot stand in for each other: %s.", name, found.disagree)
	}
	return found
}

// serves checks that a provider, declared or built in, serves a capability.
func (c *checker) serves(provider, capability string, at hcl.Range) {
	plugin := provider
	if p := c.file.Provider(provider); p != nil {
		plugin = p.Plugin
	}
	d, ok := c.catalog[plugin]
	if !ok {
		names := slices.Sorted(maps.Keys(c.catalog))
		for _, p := range c.file.Providers {
			names = append(names, p.Name)
		}
		c.errorAt(at, "Unknown provider", "There is no provider %q.%s", provider, suggestion(provider, names))
		return
	}
	if _, ok := d.Capability(capability); !ok {
		c.errorAt(at, "Provider does not serve this", "The provider %q does not serve %s; these plugins do: %s.", provider, capability, list(c.catalog.capability(capability).plugins))
	}
}

func (c *checker) pipeline(pl *Pipeline) {
	inputs := map[string]cty.Value{}
	for _, in := range pl.Inputs {
		inputs[in.Name] = cty.UnknownVal(in.Type.WithoutOptionalAttributesDeep())
	}
	scope := Scope{Inputs: cty.ObjectVal(inputs), Stages: map[string]cty.Value{}, check: true}
	c.validations(pl, scope.Inputs)
	for _, s := range pl.order {
		c.stage(pl, s, scope)
	}
	gives := map[string]cty.Type{}
	used := map[*local]bool{}
	for _, s := range pl.order {
		for _, l := range s.locals {
			used[l] = true
		}
	}
	for _, o := range pl.Outputs {
		gives[o.Name] = cty.DynamicPseudoType
		if o.value == nil {
			continue // reported by Parse
		}
		for _, l := range o.locals {
			used[l] = true
		}
		v, d := pl.Evaluate(o, scope)
		c.add(d)
		if !d.HasErrors() {
			gives[o.Name] = v.Type()
			c.skipped(pl, o.stages, func(scope Scope) hcl.Diagnostics {
				_, d := pl.Evaluate(o, scope)
				return d
			}, scope)
		}
	}
	pl.outputType = cty.Object(gives)
	for _, l := range pl.locals {
		if used[l] {
			continue
		}
		refs := &references{pipeline: pl, stages: map[string]hcl.Range{}}
		refs.expression(l.value)
		c.add(refs.diags)
		var stages []string
		for name := range refs.stages {
			stages = append(stages, name)
		}
		ctx, d := pl.context(scope, stages, refs.locals)
		c.add(d)
		_, d = evaluate(l.value, ctx)
		c.add(d)
	}
}

// stage checks one stage whose dependencies have been checked, and sets its types.
func (c *checker) stage(pl *Pipeline, s *Stage, scope Scope) {
	s.output, s.valueType = cty.DynamicPseudoType, cty.DynamicPseudoType
	switch {
	case s.Pipeline != nil:
		s.output = s.Pipeline.outputType
	case s.Capability == "":
		return // reported by Parse
	default:
		found := c.capabilityAt(s.Capability, s.usesRange)
		if found == nil {
			return
		}
		s.schema, s.output = found.input, found.outputType()
		if s.Provider != "" {
			c.serves(s.Provider, s.Capability, s.Range)
		}
	}
	d := s.check(pl, scope)
	c.add(d)
	if !d.HasErrors() {
		c.skipped(pl, s.dependencies, func(scope Scope) hcl.Diagnostics { return s.check(pl, scope) }, scope)
	}
}

// check evaluates everything of a stage and sets the type of a reference to it.
func (s *Stage) check(pl *Pipeline, scope Scope) hcl.Diagnostics {
	x, diags := pl.Expand(s, scope)
	s.valueType = s.output
	ctx := x.ctx.NewChild()
	ctx.Variables = map[string]cty.Value{"self": cty.UnknownVal(cty.Object(map[string]cty.Type{"seed": cty.Number, "take": cty.Number}))}
	if s.forEach != nil {
		coll, d := evaluate(s.forEach, x.ctx)
		kind := fanOutKind{key: cty.String, element: cty.DynamicPseudoType}
		if !d.HasErrors() {
			if k, d := fanOut(coll, s.forEach.Range()); !d.HasErrors() {
				kind = k
			}
		}
		ctx.Variables["each"] = cty.ObjectVal(map[string]cty.Value{"key": cty.UnknownVal(kind.key), "value": cty.UnknownVal(kind.element)})
		s.valueType = cty.Map(s.output)
		if kind.list {
			s.valueType = cty.List(s.output)
		}
	}
	if x.Skipped {
		return diags
	}
	_, d := s.input(ctx)
	diags = append(diags, d...)
	if s.secrets != nil {
		_, d := s.secretReferences(ctx)
		diags = append(diags, d...)
	}
	return diags
}

// skipped repeats a check with every conditional stage skipped: what only fails then has not allowed
// for it.
func (c *checker) skipped(pl *Pipeline, stages []string, check func(Scope) hcl.Diagnostics, scope Scope) {
	without := Scope{Inputs: scope.Inputs, Stages: map[string]cty.Value{}, check: true}
	for _, name := range stages {
		if s := pl.Stage(name); s.when != nil && s.valueType != cty.NilType {
			without.Stages[name] = cty.NullVal(s.valueType)
		}
	}
	if len(without.Stages) == 0 {
		return
	}
	for _, d := range check(without) {
		d.Summary = "Stage may be skipped"
		d.Detail = fmt.Sprintf("This fails when %s is skipped by its `when`, because its value is null then; allow for it, for example with try(…, null). (%s)", list(slices.Sorted(maps.Keys(without.Stages))), d.Detail)
		c.diags = append(c.diags, d)
	}
}

// input evaluates the stage's `with` and conforms it to what the stage takes. Findings point at the
// attribute that they are about.
func (s *Stage) input(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	with := orEmpty(s.with)
	attrs, at := map[string]cty.Value{}, map[string]hcl.Range{}
	var diags hcl.Diagnostics
	if pairs, d := hcl.ExprMap(with); !d.HasErrors() {
		for _, p := range pairs {
			name := literalKey(p.Key)
			v, d := evaluate(p.Value, ctx)
			diags = append(diags, d...)
			if d.HasErrors() {
				v = cty.DynamicVal
			}
			at[name] = p.Value.Range()
			if ty, ok := s.takes(name); ok {
				diags = append(diags, literal(p.Value, ty)...)
			} else {
				at[name] = p.Key.Range()
			}
			attrs[name] = v
		}
	} else {
		v, d := evaluate(with, ctx)
		diags = append(diags, d...)
		if d.HasErrors() || !v.IsKnown() {
			return cty.UnknownVal(s.inputType()), diags
		}
		if v.IsNull() || !(v.Type().IsObjectType() || v.Type().IsMapType()) {
			return cty.UnknownVal(s.inputType()), append(diags, errorAt(with.Range(), "Wrong type", "`with` must be an object."))
		}
		attrs = v.AsValueMap()
	}
	v, problems := s.conform(attrs)
	for _, p := range problems {
		r, ok := at[p.Attribute]
		switch _, known := s.takes(p.Attribute); {
		case !known:
			if !ok {
				r = with.Range()
			}
			diags = append(diags, errorAt(r, "Unknown attribute", "%s takes no attribute %q.%s", s.what(), p.Attribute, suggestion(p.Attribute, s.taken())))
		case !ok:
			r = s.Range
			if s.with != nil {
				r = s.with.StartRange()
			}
			diags = append(diags, errorAt(r, "Missing attribute", "%s needs %q: %s.", s.what(), p.Attribute, p.Summary))
		default:
			diags = append(diags, errorAt(r, "Invalid value", "The attribute %q of %s: %s.", p.Attribute, s.what(), p.Summary))
		}
	}
	return v, diags
}

// literal finds attributes that an object written out in the source has and its type has not.
// Conversion would drop them silently.
func literal(e hcl.Expression, ty cty.Type) hcl.Diagnostics {
	switch e := e.(type) {
	case *hclsyntax.ParenthesesExpr:
		return literal(e.Expression, ty)
	case *conditionalExpr:
		return append(literal(e.TrueResult, ty), literal(e.FalseResult, ty)...)
	case *forExpr:
		if ty.IsCollectionType() {
			return literal(e.ValExpr, ty.ElementType())
		}
	case *hclsyntax.TupleConsExpr:
		var diags hcl.Diagnostics
		if ty.IsCollectionType() {
			for _, item := range e.Exprs {
				diags = append(diags, literal(item, ty.ElementType())...)
			}
		}
		return diags
	case *hclsyntax.ObjectConsExpr:
		var diags hcl.Diagnostics
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
		return diags
	}
	return nil
}
