package pipeline

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/filmloom/filmloom/providers"
)

// Check holds the file against a catalog: capabilities, routes, the types of everything. It reports
// all findings. After a Check without errors the pipelines can be evaluated; Check must not run
// while one is.
func (f *File) Check(catalog Catalog) hcl.Diagnostics {
	c := &checker{file: f, catalog: catalog, capabilities: map[string]*capability{}}
	for _, p := range f.Providers {
		c.provider(p)
	}
	for _, name := range slices.Sorted(maps.Keys(f.Routes)) {
		for r := f.Routes[name]; r != nil; r = r.again {
			c.route(r)
		}
	}
	var in shared
	for _, pl := range f.order {
		c.before = len(c.diags)
		c.pipeline(pl)
		in.of(pl, c.diags[c.before:])
	}
	return sortDiagnostics(in.told(c.diags))
}

type checker struct {
	file         *File
	catalog      Catalog
	capabilities map[string]*capability // that have been asked for
	diags        hcl.Diagnostics
	before       int // findings, when the pipeline's check began
}

func (c *checker) add(d hcl.Diagnostics) { c.diags = append(c.diags, d...) }

func (c *checker) errorAt(at hcl.Range, summary, format string, args ...any) {
	c.diags = append(c.diags, errorAt(at, summary, format, args...))
}

func (c *checker) provider(p *Provider) {
	d, ok := c.catalog[p.Plugin]
	if !ok {
		names := slices.Sorted(maps.Keys(c.catalog))
		c.errorAt(p.pluginAt, "Unknown plugin", "There is no plugin %q.%s", p.Plugin, suggestion(p.Plugin, names))
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
	c.capabilityAt(r.Capability, r.Range)
	for _, name := range slices.Concat(r.prefer, r.fallback) {
		c.serves(name.text, r.Capability, name.at)
	}
}

// capabilityAt finds a capability or reports that there is none.
func (c *checker) capabilityAt(name string, at hcl.Range) *capability {
	found, asked := c.capabilities[name]
	if !asked {
		found = c.catalog.capability(name)
		c.capabilities[name] = found
	}
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
	found := c.capabilities[capability]
	if found == nil {
		return // nobody serves it, which has been reported
	}
	if _, ok := d.Capability(capability); !ok {
		c.errorAt(at, "Provider does not serve this", "The provider %q does not serve %s; these plugins do: %s.", provider, capability, list(found.plugins))
	}
}

func (c *checker) pipeline(pl *Pipeline) {
	inputs := map[string]cty.Value{}
	for _, in := range pl.Inputs {
		inputs[in.Name] = cty.UnknownVal(in.Type.WithoutOptionalAttributesDeep())
	}
	scope := Scope{Inputs: cty.ObjectVal(inputs), Stages: map[string]cty.Value{}, check: &checked{locals: map[*local]cty.Value{}}}
	c.validations(pl, scope.Inputs)
	stages := slices.Concat(pl.order, pl.twice)
	for _, s := range stages {
		c.types(s)
	}
	for _, s := range stages {
		c.stage(pl, s, scope)
	}
	gives := map[string]cty.Type{}
	for _, o := range pl.Outputs {
		gives[o.Name] = cty.DynamicPseudoType
		if o.value == nil {
			continue // reported by Parse
		}
		v, d := pl.Evaluate(o, scope)
		c.add(d)
		if !d.HasErrors() {
			gives[o.Name] = v.Type()
		}
		c.skipped(pl, o.stages, scope, func(scope Scope) hcl.Diagnostics {
			_, d := pl.Evaluate(o, scope)
			return d
		})
	}
	pl.outputType = cty.Object(gives)
	for _, l := range pl.locals { // what nobody uses is checked, too
		refs := pl.references()
		refs.local(l, l.at)
		_, d := pl.view(scope, refs.names(), refs.locals)
		c.add(d)
	}
}
