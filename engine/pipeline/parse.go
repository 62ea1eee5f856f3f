package pipeline

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

type typeDefaults = typeexpr.Defaults

var rootSchema = &hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{
	{Type: "provider", LabelNames: []string{"name"}},
	{Type: "plugin", LabelNames: []string{"name"}},
	{Type: "route", LabelNames: []string{"capability"}},
	{Type: "pipeline", LabelNames: []string{"name"}},
	{Type: "part", LabelNames: []string{"name"}},
}}

var pipelineSchema = &hcl.BodySchema{
	Attributes: []hcl.AttributeSchema{{Name: "description"}, {Name: "include"}},
	Blocks:     partSchema.Blocks,
}

// Parse reads a source: its blocks, names and references. A file is returned even when there are
// errors, with what could be read.
func Parse(src Source) (*File, hcl.Diagnostics) {
	p := &parser{file: &File{Source: src, Routes: map[string]*Route{}}}
	parse := hclparse.NewParser()
	for _, name := range src.names() {
		var f *hcl.File
		var d hcl.Diagnostics
		if strings.HasSuffix(name, ".json") {
			f, d = parse.ParseJSON(src[name], name)
		} else {
			f, d = parse.ParseHCL(src[name], name)
		}
		p.add(d)
		if f != nil && f.Body != nil {
			p.root(f.Body)
		}
	}
	p.parts()
	for _, b := range p.pipelines { // now that every part is known
		p.pipeline(b)
	}
	for _, pl := range p.file.Pipelines {
		p.add(p.shared.of(pl, pl.resolve()))
	}
	p.nest()
	return p.file, sortDiagnostics(p.shared.told(p.diags))
}

type parser struct {
	file      *File
	diags     hcl.Diagnostics
	pipelines []*hcl.Block
	shared    shared // findings in parts
}

func (p *parser) add(d hcl.Diagnostics) { p.diags = append(p.diags, d...) }

func (p *parser) errorAt(at hcl.Range, summary, format string, args ...any) {
	p.diags = append(p.diags, errorAt(at, summary, format, args...))
}

func (p *parser) root(body hcl.Body) {
	content, d := body.Content(rootSchema)
	p.add(d)
	for _, b := range content.Blocks {
		if b.Type != "route" {
			p.name(b)
		}
		switch b.Type {
		case "provider":
			p.provider(b)
		case "plugin":
			p.plugin(b)
		case "route":
			p.route(b)
		case "pipeline":
			p.pipelines = append(p.pipelines, b)
		case "part":
			p.part(b)
		}
	}
}

// name reports a name that no reference could have.
func (p *parser) name(b *hcl.Block) {
	if !hclsyntax.ValidIdentifier(b.Labels[0]) {
		p.errorAt(b.LabelRanges[0], "Invalid name", "The name of %s must be letters, digits, _ and -, and begin with a letter.", article(b.Type))
	}
}

func (p *parser) pipeline(b *hcl.Block) {
	pl := &Pipeline{Name: b.Labels[0], Range: b.DefRange, byName: map[string]*Stage{}}
	if other := p.file.Pipeline(pl.Name); other != nil {
		p.errorAt(b.DefRange, "Declared twice", "A pipeline %q is declared at %s already.", pl.Name, place(other.Range))
	}
	p.file.Pipelines = append(p.file.Pipelines, pl)
	content, d := b.Body.Content(pipelineSchema)
	p.add(d)
	pl.Description = p.text(content.Attributes["description"])
	seen := map[string]hcl.Range{}
	for _, part := range p.include(pl, content.Attributes["include"]) {
		p.blocks(pl, part.blocks(), seen)
	}
	p.blocks(pl, content.Blocks, seen)
}

// blocks reads what a pipeline consists of. seen has the places of what it has already.
func (p *parser) blocks(pl *Pipeline, blocks hcl.Blocks, seen map[string]hcl.Range) {
	for _, b := range blocks {
		if b.Type == "locals" {
			p.locals(pl, b, seen)
			continue
		}
		p.name(b)
		key := b.Type + "." + b.Labels[0]
		at, twice := seen[key]
		if twice {
			p.errorAt(b.DefRange, "Declared twice", "%s %q is declared at %s already.", capital(b.Type), b.Labels[0], place(at))
		} else {
			seen[key] = b.DefRange
		}
		switch b.Type {
		case "input":
			if in := p.input(pl, b); !twice {
				pl.Inputs = append(pl.Inputs, in)
			}
		case "stage":
			s := p.stage(b)
			s.in = pl
			if twice {
				pl.twice = append(pl.twice, s)
			} else {
				pl.Stages = append(pl.Stages, s)
				pl.byName[s.Name] = s
			}
		case "output":
			pl.Outputs = append(pl.Outputs, p.output(b)) // a repeated one is checked, too
		}
	}
}

func (p *parser) locals(pl *Pipeline, b *hcl.Block, seen map[string]hcl.Range) {
	attrs, d := b.Body.JustAttributes()
	p.add(d)
	for _, a := range inOrder(attrs) {
		if at, twice := seen["local."+a.Name]; twice {
			p.errorAt(a.NameRange, "Declared twice", "Local %q is declared at %s already.", a.Name, place(at))
			continue
		}
		seen["local."+a.Name] = a.NameRange
		pl.locals = append(pl.locals, &local{a.Name, p.expression(a), a.NameRange})
	}
}

var inputSchema = &hcl.BodySchema{
	Attributes: []hcl.AttributeSchema{{Name: "type"}, {Name: "description"}, {Name: "default"}, {Name: "allowed"}},
	Blocks:     []hcl.BlockHeaderSchema{{Type: "validation"}},
}

func (p *parser) input(pl *Pipeline, b *hcl.Block) *Input {
	in := &Input{Name: b.Labels[0], Type: cty.DynamicPseudoType, Range: b.DefRange}
	content, d := b.Body.Content(inputSchema)
	p.add(d)
	in.Description = p.text(content.Attributes["description"])
	if a := content.Attributes["type"]; a != nil {
		in.Type, in.typeDefaults, d = typeConstraint(p.typeExpression(a.Expr))
		p.add(d)
	}
	if a := content.Attributes["default"]; a != nil {
		in.defaultRange = a.Expr.Range()
		in.Default = p.literal(in, p.expression(a), "default")
		if in.Default == cty.NilVal { // nobody shall miss it as well
			in.Default = cty.UnknownVal(in.Type.WithoutOptionalAttributesDeep())
		}
	}
	if a := content.Attributes["allowed"]; a != nil {
		exprs, d := hcl.ExprList(a.Expr)
		p.add(d)
		for _, e := range exprs {
			in.Allowed = append(in.Allowed, p.literal(in, p.native(e), "allowed value"))
		}
	}
	if problem := in.checkAllowed(in.Default); problem != "" {
		p.errorAt(in.defaultRange, "Default is not allowed", "%s.", problem)
	}
	for _, b := range content.Blocks {
		p.validation(pl, in, b)
	}
	return in
}

// literal evaluates a value of the input's type that is written in its block; NilVal when that fails,
// which it reports.
func (p *parser) literal(in *Input, e hclsyntax.Expression, what string) cty.Value {
	w := &walker{check: true}
	v := w.value(e, &hcl.EvalContext{Functions: functions})
	p.add(w.diags)
	if w.diags.HasErrors() || !v.IsWhollyKnown() {
		return cty.NilVal
	}
	c, err := in.convert(v)
	if err != nil {
		p.errorAt(e.Range(), "Wrong type", "The %s of input %q does not fit its type: %s.", what, in.Name, err)
		return cty.NilVal
	}
	p.add(literal(e, in.Type))
	return c
}

// convert makes a value fit the input's type, with the type's defaults filled in.
func (in *Input) convert(v cty.Value) (cty.Value, error) {
	if in.typeDefaults != nil && !v.IsNull() {
		v = in.typeDefaults.Apply(v)
	}
	return convert.Convert(v, in.Type)
}

var outputSchema = &hcl.BodySchema{Attributes: []hcl.AttributeSchema{
	{Name: "value", Required: true}, {Name: "description"},
}}

func (p *parser) output(b *hcl.Block) *Output {
	out := &Output{Name: b.Labels[0], Range: b.DefRange}
	content, d := b.Body.Content(outputSchema)
	p.add(d)
	out.Description = p.text(content.Attributes["description"])
	if a := content.Attributes["value"]; a != nil {
		out.value = p.expression(a)
	}
	return out
}
