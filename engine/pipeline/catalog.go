package pipeline

import (
	"maps"
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/filmloom/filmloom/providers"
)

// A Catalog is what there is to build pipelines from: plugins by name, as they describe themselves.
type Catalog map[string]providers.Description

// A capability is an operation as a pipeline sees it, whoever serves it.
type capability struct {
	input, output providers.Schema
	plugins       []string             // that serve it, sorted
	disagree      string               // why its providers do not agree, or ""
	conformer     *providers.Conformer // of the input
}

// capability merges what the plugins say of one capability: every optional input that any of them
// takes, and the outputs of the first. Nil when none serves it.
func (c Catalog) capability(name string) *capability {
	var merged *capability
	for _, plugin := range slices.Sorted(maps.Keys(c)) {
		spec, ok := c[plugin].Capability(name)
		if !ok {
			continue
		}
		if merged == nil {
			merged = &capability{input: spec.Input, output: spec.Output, plugins: []string{plugin}}
			continue
		}
		if merged.disagree == "" {
			merged.disagree = disagreement(merged, plugin, spec)
		}
		merged.plugins = append(merged.plugins, plugin)
		for _, a := range spec.Input.Attributes {
			if _, known := merged.input.Attribute(a.Name); !known {
				merged.input.Attributes = append(slices.Clone(merged.input.Attributes), a)
			}
		}
	}
	if merged != nil {
		merged.conformer = merged.input.Conformer()
	}
	return merged
}

// disagreement says how a provider's idea of a capability differs from the others', or "".
func disagreement(c *capability, plugin string, spec providers.CapabilitySpec) string {
	first := c.plugins[0]
	for _, a := range spec.Input.Attributes {
		if b, known := c.input.Attribute(a.Name); known && !a.Type.WithoutOptionalAttributesDeep().Equals(b.Type.WithoutOptionalAttributesDeep()) {
			return plugin + " and " + first + " give its input " + a.Name + " different types"
		} else if a.Required && !(known && b.Required) {
			return plugin + " needs the input " + a.Name + ", " + first + " does not"
		}
	}
	for _, a := range c.input.Attributes {
		if b, known := spec.Input.Attribute(a.Name); a.Required && !(known && b.Required) {
			return first + " needs the input " + a.Name + ", " + plugin + " does not"
		}
	}
	if !spec.Output.Type().Equals(c.output.Type()) {
		return plugin + " and " + first + " give different outputs"
	}
	return ""
}

// capabilities lists the names of all capabilities, sorted.
func (c Catalog) capabilities() []string {
	names := map[string]bool{}
	for _, d := range c {
		for _, spec := range d.Capabilities {
			names[spec.Name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// outputType is the type of one call's output.
func (c *capability) outputType() cty.Type { return c.output.Type() }
