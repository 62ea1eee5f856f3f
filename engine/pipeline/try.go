package pipeline

import (
	"fmt"
	"reflect"
	"strings"
	"sync"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/customdecode"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// try and can mean what they do in HCL's extension. That evaluates each argument several times, so that
// one inside another takes for ever; these evaluate it once.

// An attempt is an argument that may fail.
type attempt struct {
	evaluate func() (cty.Value, hcl.Diagnostics) // at most once
}

var attemptType cty.Type

func init() { // it refers to itself
	attemptType = cty.CapsuleWithOps("expression", reflect.TypeFor[attempt](), &cty.CapsuleOps{
		ExtensionData: func(key any) any {
			if key != customdecode.CustomExpressionDecoder {
				return nil
			}
			return customdecode.CustomExpressionDecoderFunc(func(e hcl.Expression, ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
				evaluate := sync.OnceValues(func() (cty.Value, hcl.Diagnostics) { return e.Value(ctx) })
				return cty.CapsuleVal(attemptType, &attempt{evaluate}), nil
			})
		},
	})
	functions["try"], functions["can"] = tryFunction(), canFunction()
}

// outcome evaluates the argument, unless that has been done.
func outcome(arg cty.Value) (cty.Value, hcl.Diagnostics) {
	return arg.EncapsulatedValue().(*attempt).evaluate()
}

func tryFunction() function.Function {
	return function.New(&function.Spec{
		VarParam: &function.Parameter{Name: "expressions", Type: attemptType},
		Type: func(args []cty.Value) (cty.Type, error) {
			v, err := try(args)
			return v.Type(), err
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) { return try(args) },
	})
}

// try is the first value that there is. When that is not wholly known it may turn out to fail, and to be
// of another type, so nothing is known.
func try(args []cty.Value) (cty.Value, error) {
	var why strings.Builder
	for _, arg := range args {
		v, diags := outcome(arg)
		switch {
		case diags.HasErrors():
			fmt.Fprintf(&why, "; %s", diags.Errs()[0])
		case !v.IsWhollyKnown():
			return cty.DynamicVal, nil
		default:
			return v, nil
		}
	}
	if len(args) == 0 {
		return cty.DynamicVal, fmt.Errorf("it needs at least one expression")
	}
	return cty.DynamicVal, fmt.Errorf("none of its expressions gives a value%s", why.String())
}

func canFunction() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "expression", Type: attemptType}},
		Type:   function.StaticReturnType(cty.Bool),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			v, diags := outcome(args[0])
			switch {
			case diags.HasErrors():
				return cty.False, nil
			case !v.IsWhollyKnown():
				return cty.UnknownVal(cty.Bool), nil
			}
			return cty.True, nil
		},
	})
}
