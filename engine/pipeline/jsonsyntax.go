package pipeline

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// expression is an attribute's, nil for none.
func (p *parser) expression(a *hcl.Attribute) hclsyntax.Expression {
	if a == nil {
		return nil
	}
	return p.native(a.Expr)
}

// native turns an expression in JSON syntax into the native one that means the same, so that it is
// checked as thoroughly. Text in JSON is a template.
func (p *parser) native(e hcl.Expression) hclsyntax.Expression {
	if n, ok := e.(hclsyntax.Expression); ok {
		return n
	}
	at := e.Range()
	if pairs, d := hcl.ExprMap(e); !d.HasErrors() {
		object := &hclsyntax.ObjectConsExpr{SrcRange: at, OpenRange: e.StartRange()}
		for _, pair := range pairs {
			object.Items = append(object.Items, hclsyntax.ObjectConsItem{
				KeyExpr: &hclsyntax.ObjectConsKeyExpr{Wrapped: p.native(pair.Key)}, ValueExpr: p.native(pair.Value),
			})
		}
		return object
	}
	if items, d := hcl.ExprList(e); !d.HasErrors() {
		tuple := &hclsyntax.TupleConsExpr{SrcRange: at, OpenRange: e.StartRange()}
		for _, item := range items {
			tuple.Exprs = append(tuple.Exprs, p.native(item))
		}
		return tuple
	}
	v, d := e.Value(nil) // without a context text is taken as it is
	if d.HasErrors() || v.Type() != cty.String || v.IsNull() {
		return &hclsyntax.LiteralValueExpr{Val: v, SrcRange: at}
	}
	template, d := hclsyntax.ParseTemplate([]byte(v.AsString()), at.Filename, afterQuote(at))
	p.add(d)
	if d.HasErrors() {
		return &hclsyntax.LiteralValueExpr{Val: cty.DynamicVal, SrcRange: at}
	}
	return template
}

// typeExpression is native, too: in JSON syntax a type is text.
func (p *parser) typeExpression(e hcl.Expression) hclsyntax.Expression {
	if n, ok := e.(hclsyntax.Expression); ok {
		return n
	}
	v, d := e.Value(nil)
	p.add(d)
	if d.HasErrors() || v.Type() != cty.String || v.IsNull() {
		return &hclsyntax.LiteralValueExpr{Val: v, SrcRange: e.Range()}
	}
	n, d := hclsyntax.ParseExpression([]byte(v.AsString()), e.Range().Filename, afterQuote(e.Range()))
	p.add(d)
	return n
}

// afterQuote is where the text begins.
func afterQuote(at hcl.Range) hcl.Pos {
	start := at.Start
	start.Column++
	start.Byte++
	return start
}
