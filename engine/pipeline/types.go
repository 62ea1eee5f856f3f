package pipeline

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/filmloom/filmloom/providers"
)

var fileType = providers.FileType

// typeConstraint reads a type. The language has one type more than HCL's, at any depth: file.
func typeConstraint(e hclsyntax.Expression) (cty.Type, *typeDefaults, hcl.Diagnostics) {
	ty, defaults, diags := typeexpr.TypeConstraintWithDefaults(withFiles(e))
	for _, d := range diags {
		if d.Subject == nil { // of a syntax error
			d.Subject = e.Range().Ptr()
		}
	}
	return ty, defaults, diags
}

// withFiles writes `file` out as the object that it stands for.
func withFiles(e hclsyntax.Expression) hclsyntax.Expression {
	switch e := e.(type) {
	case *hclsyntax.ScopeTraversalExpr:
		if hcl.ExprAsKeyword(e) == "file" {
			return fileObject(e.SrcRange)
		}
	case *hclsyntax.FunctionCallExpr:
		c := *e
		c.Args = make([]hclsyntax.Expression, len(e.Args))
		for i, arg := range e.Args {
			c.Args[i] = arg
			if e.Name != "optional" || i == 0 { // the second is a value
				c.Args[i] = withFiles(arg)
			}
		}
		return &c
	case *hclsyntax.ObjectConsExpr:
		c := *e
		c.Items = make([]hclsyntax.ObjectConsItem, len(e.Items))
		for i, item := range e.Items {
			c.Items[i] = hclsyntax.ObjectConsItem{KeyExpr: item.KeyExpr, ValueExpr: withFiles(item.ValueExpr)}
		}
		return &c
	case *hclsyntax.TupleConsExpr:
		c := *e
		c.Exprs = make([]hclsyntax.Expression, len(e.Exprs))
		for i, item := range e.Exprs {
			c.Exprs[i] = withFiles(item)
		}
		return &c
	}
	return e
}

// fileObject is the expression object({sha256 = string, …}), at the place where `file` stands.
func fileObject(at hcl.Range) hclsyntax.Expression {
	keyword := func(name string) hclsyntax.Expression {
		return &hclsyntax.ScopeTraversalExpr{Traversal: hcl.Traversal{hcl.TraverseRoot{Name: name, SrcRange: at}}, SrcRange: at}
	}
	object := &hclsyntax.ObjectConsExpr{SrcRange: at, OpenRange: at}
	for name, ty := range fileType.AttributeTypes() {
		object.Items = append(object.Items, hclsyntax.ObjectConsItem{
			KeyExpr: &hclsyntax.ObjectConsKeyExpr{Wrapped: keyword(name)}, ValueExpr: keyword(ty.FriendlyName()),
		})
	}
	return &hclsyntax.FunctionCallExpr{
		Name: "object", Args: []hclsyntax.Expression{object},
		NameRange: at, OpenParenRange: at, CloseParenRange: at,
	}
}
