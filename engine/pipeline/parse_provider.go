package pipeline

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

var providerSchema = &hcl.BodySchema{
	Attributes: []hcl.AttributeSchema{{Name: "plugin"}},
	Blocks:     []hcl.BlockHeaderSchema{{Type: "limits"}},
}

var limitsSchema = &hcl.BodySchema{Attributes: []hcl.AttributeSchema{{Name: "concurrent"}, {Name: "per_minute"}}}

func (p *parser) provider(b *hcl.Block) {
	pr := &Provider{Name: b.Labels[0], Plugin: b.Labels[0], Range: b.DefRange}
	if other := p.file.Provider(pr.Name); other != nil {
		p.errorAt(b.DefRange, "Provider declared twice", "A provider %q is declared at %s already.", pr.Name, other.Range)
		return
	}
	content, rest, d := b.Body.PartialContent(providerSchema)
	p.add(d)
	if a := content.Attributes["plugin"]; a != nil {
		pr.Plugin = p.text(a)
	}
	for _, l := range content.Blocks {
		limits, d := l.Body.Content(limitsSchema)
		p.add(d)
		pr.Concurrent = p.limit(limits.Attributes["concurrent"], "The number of concurrent calls")
		pr.PerMinute = p.limit(limits.Attributes["per_minute"], "The number of calls per minute")
	}
	p.settings(pr, rest)
	p.file.Providers = append(p.file.Providers, pr)
}

// limit reads a bound; 0 when it is not given.
func (p *parser) limit(a *hcl.Attribute, what string) int {
	if a == nil {
		return 0
	}
	n := p.number(a)
	if n < 1 || n > 1e6 || n != float64(int(n)) {
		p.errorAt(a.Expr.Range(), "Invalid limit", "%s must be a whole number from 1 to 1000000.", what)
		return 1
	}
	return int(n)
}

// settings takes what is left of a provider block: attributes, whose names its plugin knows.
func (p *parser) settings(pr *Provider, rest hcl.Body) {
	var d hcl.Diagnostics
	pr.Config, d = rest.JustAttributes()
	native, ok := rest.(*hclsyntax.Body)
	if !ok {
		p.add(d)
		return
	}
	for _, b := range native.Blocks { // JustAttributes counts the blocks that were read already
		if b.Type != "limits" {
			p.errorAt(b.TypeRange, "Unknown block", "A provider has no block %q.%s", b.Type, suggestion(b.Type, []string{"limits"}))
		}
	}
	delete(pr.Config, "plugin")
}

var pluginSchema = &hcl.BodySchema{Attributes: []hcl.AttributeSchema{
	{Name: "command", Required: true}, {Name: "sha256"}, {Name: "tls"},
}}

func (p *parser) plugin(b *hcl.Block) {
	pl := &Plugin{Name: b.Labels[0], TLS: true, Range: b.DefRange}
	content, d := b.Body.Content(pluginSchema)
	p.add(d)
	pl.Command = p.texts(content.Attributes["command"])
	pl.SHA256 = p.text(content.Attributes["sha256"])
	if a := content.Attributes["command"]; a != nil && len(pl.Command) == 0 && !p.diags.HasErrors() {
		p.errorAt(a.Expr.Range(), "Empty command", "A plugin's command names its executable, then its arguments.")
	}
	if a := content.Attributes["tls"]; a != nil {
		pl.TLS = p.text(a) != "false"
	}
	for _, other := range p.file.Plugins {
		if other.Name == pl.Name {
			p.errorAt(b.DefRange, "Plugin declared twice", "A plugin %q is declared at %s already.", pl.Name, other.Range)
			return
		}
	}
	p.file.Plugins = append(p.file.Plugins, pl)
}

var routeSchema = &hcl.BodySchema{Attributes: []hcl.AttributeSchema{
	{Name: "prefer", Required: true}, {Name: "fallback"},
}}

func (p *parser) route(b *hcl.Block) {
	r := &Route{Capability: b.Labels[0], Range: b.DefRange}
	content, d := b.Body.Content(routeSchema)
	p.add(d)
	r.Prefer = p.texts(content.Attributes["prefer"])
	r.Fallback = p.texts(content.Attributes["fallback"])
	if other := p.file.Routes[r.Capability]; other != nil {
		p.errorAt(b.DefRange, "Route declared twice", "A route for %q is declared at %s already.", r.Capability, other.Range)
		return
	}
	p.file.Routes[r.Capability] = r
}
