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
}}

var pipelineSchema = &hcl.BodySchema{
	Attributes: []hcl.AttributeSchema{{Name: "description"}},
	Blocks: []hcl.BlockHeaderSchema{
		{Type: "input", LabelNames: []string{"name"}},
		{Type: "locals"},
		{Type: "stage", LabelNames: []string{"name"}},
		{Type: "output", LabelNames: []string{"name"}},
	},
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
	for _, pl := range p.file.Pipelines {
		p.add(pl.resolve())
	}
	p.nest()
	return p.file, sortDiagnostics(p.diags)
}

type parser struct {
	file  *File
	diags hcl.Diagnostics
}

func (p *parser) add(d hcl.Diagnostics) { p.diags = append(p.diags, d...) }

func (p *parser) errorAt(at hcl.Range, summary, format string, args ...any) {
	p.diags = append(p.diags, errorAt(at, summary, format, args...))
}

func (p *parser) root(body hcl.Body) {
	content, d := body.Content(rootSchema)
	p.add(d)
	for _, b := range content.Blocks {
		if b.Type != "route" && !hclsyntax.ValidIdentifier(b.Labels[0]) {
			p.errorAt(b.LabelRanges[0], "Invalid name", "The name of a %s must be letters, digits, _ and -, and begin with a letter.", b.Type)
			continue
		}
		switch b.Type {
		case "provider":
			p.provider(b)
		case "plugin":
			p.plugin(b)
		case "route":
			p.route(b)
		case "pipeline":
			p.pipeline(b)
		}
	}
}

func (p *parser) pipeline(b *hcl.Block) {
	pl := &Pipeline{Name: b.Labels[0], Range: b.DefRange}
	if other := p.file.Pipeline(pl.Name); other != nil {
		p.errorAt(b.DefRange, "Pipeline declared twice", "A pipeline %q is declared at %s already.", pl.Name, other.Range)
		return
	}
	p.file.Pipelines = append(p.file.Pipelines, pl)
	content, d := b.Body.Content(pipelineSchema)
	p.add(d)
	pl.Description = p.text(content.Attributes["description"])
	seen := map[string]hcl.Range{}
	for _, b := range content.Blocks {
		if b.Type == "locals" {
			p.locals(pl, b, seen)
			continue
		}
		name := b.Labels[0]
		if !hclsyntax.ValidIdentifier(name) {
			p.errorAt(b.LabelRanges[0], "Invalid name", "The name of an %s must be letters, digits, _ and -, and begin with a letter.", b.Type)
			continue
		}
		if at, twice := seen[b.Type+"."+name]; twice {
			p.errorAt(b.DefRange, "Declared twice", "%s %q is declared at %s already.", capital(b.Type), name, at)
			continue
		}
		seen[b.Type+"."+name] = b.DefRange
		switch b.Type {
		case "input":
			pl.Inputs = append(pl.Inputs, p.input(pl, b))
		case "stage":
			pl.Stages = append(pl.Stages, p.stage(b))
		case "output":
			pl.Outputs = append(pl.Outputs, p.output(b))
		}
	}
}

func (p *parser) locals(pl *Pipeline, b *hcl.Block, seen map[string]hcl.Range) {
	attrs, d := b.Body.JustAttributes()
	p.add(d)
	for _, a := range inOrder(attrs) {
		if at, twice := seen["local."+a.Name]; twice {
			p.errorAt(a.NameRange, "Declared twice", "Local %q is declared at %s already.", a.Name, at)
			continue
		}
		seen["local."+a.Name] = a.NameRange
		pl.locals = append(pl.locals, &local{a.Name, strict(a.Expr), a.NameRange})
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
		in.Type, in.typeDefaults, d = typeConstraint(a.Expr)
		p.add(d)
	}
	if a := content.Attributes["default"]; a != nil {
		v, d := a.Expr.Value(&hcl.EvalContext{Functions: functions})
		p.add(d)
		in.defaultRange = a.Expr.Range()
		if !d.HasErrors() && v.IsWhollyKnown() {
			in.Default = p.converted(v, in, a.Expr.Range(), "default")
		}
	}
	if a := content.Attributes["allowed"]; a != nil {
		exprs, d := hcl.ExprList(a.Expr)
		p.add(d)
		for _, e := range exprs {
			v, d := e.Value(&hcl.EvalContext{Functions: functions})
			p.add(d)
			if !d.HasErrors() && v.IsWhollyKnown() {
				in.Allowed = append(in.Allowed, p.converted(v, in, e.Range(), "allowed value"))
			}
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

// converted makes the value fit the input's type, or reports that it does not.
func (p *parser) converted(v cty.Value, in *Input, at hcl.Range, what string) cty.Value {
	c, err := in.convert(v)
	if err != nil {
		p.errorAt(at, "Wrong type", "The %s of input %q does not fit its type: %s.", what, in.Name, err)
		return cty.NilVal
	}
	return c
}

// convert makes a value fit the input's type, with the type's defaults filled in.
func (in *Input) convert(v cty.Value) (cty.Value, error) {
	if in.typeDefaults != nil && !v.IsNull() {
		v = in.typeDefaults.Apply(v)
	}
	return convert.Convert(v, in.Type)
}

// typeConstraint reads a type. The language has one type more than HCL's: file.
func typeConstraint(e hcl.Expression) (cty.Type, *typeDefaults, hcl.Diagnostics) {
	if hcl.ExprAsKeyword(e) == "file" {
		return fileType, nil, nil
	}
	return typeexpr.TypeConstraintWithDefaults(e)
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
		out.value = strict(a.Expr)
	}
	return out
}
