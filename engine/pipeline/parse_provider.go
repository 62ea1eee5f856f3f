package pipeline

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

var providerSchema = &hcl.BodySchema{
	Attributes: []hcl.AttributeSchema{{Name: "plugin"}},
	Blocks:     []hcl.BlockHeaderSchema{{Type: "limits"}},
}

var limitsSchema = &hcl.BodySchema{Attributes: []hcl.AttributeSchema{{Name: "concurrent"}, {Name: "per_minute"}}}

func (p *parser) provider(b *hcl.Block) {
	pr := &Provider{Name: b.Labels[0], Plugin: b.Labels[0], Range: b.DefRange, pluginAt: b.DefRange}
	if other := p.file.Provider(pr.Name); other != nil {
		p.errorAt(b.DefRange, "Declared twice", "A provider %q is declared at %s already.", pr.Name, place(other.Range))
	}
	content, rest, d := b.Body.PartialContent(providerSchema)
	p.add(d)
	if a := content.Attributes["plugin"]; a != nil {
		pr.pluginAt = a.Expr.Range()
		if name := p.text(a); name != "" {
			pr.Plugin = name
		}
	}
	for i, l := range content.Blocks {
		if i > 0 {
			p.errorAt(l.DefRange, "Declared twice", "A provider has at most one limits block.")
		}
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
	for _, a := range pr.Config {
		a.Expr = p.native(a.Expr)
	}
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
	if a := content.Attributes["command"]; a != nil {
		before := len(p.diags)
		pl.Command = texts(p.words(a))
		if len(pl.Command) == 0 && len(p.diags) == before {
			p.errorAt(a.Expr.Range(), "Empty command", "A plugin's command names its executable, then its arguments.")
		}
	}
	if a := content.Attributes["sha256"]; a != nil {
		pl.SHA256 = p.text(a)
		if digest, err := hex.DecodeString(pl.SHA256); pl.SHA256 != "" && (err != nil || len(digest) != sha256.Size) {
			p.errorAt(a.Expr.Range(), "Invalid digest", "A SHA-256 is 64 hexadecimal digits.")
		}
	}
	pl.TLS = p.boolean(content.Attributes["tls"], true)
	for _, other := range p.file.Plugins {
		if other.Name == pl.Name {
			p.errorAt(b.DefRange, "Declared twice", "A plugin %q is declared at %s already.", pl.Name, place(other.Range))
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
	if a := content.Attributes["prefer"]; a != nil {
		before := len(p.diags)
		r.prefer = p.words(a)
		if len(r.prefer) == 0 && len(p.diags) == before {
			p.errorAt(a.Expr.Range(), "Empty route", "A route prefers at least one provider.")
		}
	}
	r.fallback = p.words(content.Attributes["fallback"])
	r.Prefer, r.Fallback = texts(r.prefer), texts(r.fallback)
	if other := p.file.Routes[r.Capability]; other != nil {
		p.errorAt(b.DefRange, "Declared twice", "A route for %q is declared at %s already.", r.Capability, place(other.Range))
		r.again = other
	}
	p.file.Routes[r.Capability] = r
}
