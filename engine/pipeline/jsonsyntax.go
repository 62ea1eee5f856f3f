package pipeline

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// fromJSON turns an expression in JSON syntax into the native one that means the same, so that it is
// checked as thoroughly. Text in JSON is a template.
func fromJSON(e hcl.Expression) hclsyntax.Expression {
	at := e.Range()
	if pairs, d := hcl.ExprMap(e); !d.HasErrors() {
		object := &hclsyntax.ObjectConsExpr{SrcRange: at, OpenRange: e.StartRange()}
		for _, p := range pairs {
			object.Items = append(object.Items, hclsyntax.ObjectConsItem{
				KeyExpr: &hclsyntax.ObjectConsKeyExpr{Wrapped: fromJSON(p.Key)}, ValueExpr: fromJSON(p.Value),
			})
		}
		return object
	}
	if items, d := hcl.ExprList(e); !d.HasErrors() {
		tuple := &hclsyntax.TupleConsExpr{SrcRange: at, OpenRange: e.StartRange()}
		for _, item := range items {
			tuple.Exprs = append(tuple.Exprs, fromJSON(item))
		}
		return tuple
	}
	v, d := e.Value(nil) // without a context text is taken as it is
	if d.HasErrors() || v.Type() != cty.String || v.IsNull() {
		return &hclsyntax.LiteralValueExpr{Val: v, SrcRange: at}
	}
	start := at.Start
	start.Column++ // after the quotation mark
	start.Byte++
	template, d := hclsyntax.ParseTemplate([]byte(v.AsString()), at.Filename, start)
	if d.HasErrors() {
		return &faulty{&hclsyntax.LiteralValueExpr{Val: cty.DynamicVal, SrcRange: at}, d}
	}
	return template
}

// faulty is an expression that does not parse; it says so when it is evaluated.
type faulty struct {
	*hclsyntax.LiteralValueExpr
	diags hcl.Diagnostics
}

func (e *faulty) Value(*hcl.EvalContext) (cty.Value, hcl.Diagnostics) { return cty.DynamicVal, e.diags }
