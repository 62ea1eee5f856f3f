package pipeline

import (
	"maps"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"

	"github.com/filmloom/filmloom/providers"
)

// functions are those of the language. None depends on time, chance or the machine: an expression
// always gives the same value in a resumed run.
var functions = map[string]function.Function{
	"abs": stdlib.AbsoluteFunc, "ceil": stdlib.CeilFunc, "floor": stdlib.FloorFunc,
	"max": stdlib.MaxFunc, "min": stdlib.MinFunc, "pow": stdlib.PowFunc, "signum": stdlib.SignumFunc,
	"parseint": stdlib.ParseIntFunc, "int": stdlib.IntFunc, "log": stdlib.LogFunc, "sum": sum,

	"lower": stdlib.LowerFunc, "upper": stdlib.UpperFunc, "title": stdlib.TitleFunc,
	"trim": stdlib.TrimFunc, "trimspace": stdlib.TrimSpaceFunc,
	"trimprefix": stdlib.TrimPrefixFunc, "trimsuffix": stdlib.TrimSuffixFunc,
	"replace": stdlib.ReplaceFunc, "regex": stdlib.RegexFunc, "regexall": stdlib.RegexAllFunc,
	"regexreplace": stdlib.RegexReplaceFunc,
	"substr":       stdlib.SubstrFunc, "strlen": stdlib.StrlenFunc, "strrev": stdlib.ReverseFunc,
	"split": stdlib.SplitFunc, "join": stdlib.JoinFunc, "indent": stdlib.IndentFunc,
	"startswith": onStrings(strings.HasPrefix), "endswith": onStrings(strings.HasSuffix), "strcontains": onStrings(strings.Contains),
	"chomp": stdlib.ChompFunc, "format": stdlib.FormatFunc, "formatlist": stdlib.FormatListFunc,

	"length": stdlib.LengthFunc, "concat": stdlib.ConcatFunc, "contains": stdlib.ContainsFunc,
	"distinct": stdlib.DistinctFunc, "element": stdlib.ElementFunc, "flatten": stdlib.FlattenFunc,
	"index": stdlib.IndexFunc, "keys": stdlib.KeysFunc, "values": stdlib.ValuesFunc,
	"lookup": stdlib.LookupFunc, "merge": stdlib.MergeFunc, "range": stdlib.RangeFunc,
	"reverse": stdlib.ReverseListFunc, "slice": stdlib.SliceFunc, "sort": stdlib.SortFunc,
	"zipmap": stdlib.ZipmapFunc, "chunklist": stdlib.ChunklistFunc,
	"coalesce": stdlib.CoalesceFunc, "coalescelist": stdlib.CoalesceListFunc, "compact": stdlib.CompactFunc,
	"setunion": stdlib.SetUnionFunc, "setintersection": stdlib.SetIntersectionFunc,
	"setsubtract": stdlib.SetSubtractFunc, "setproduct": stdlib.SetProductFunc,
	"setsymmetricdifference": stdlib.SetSymmetricDifferenceFunc,
	"alltrue":                onBools(true), "anytrue": onBools(false),

	"formatdate": stdlib.FormatDateFunc, "timeadd": stdlib.TimeAddFunc,

	"tostring": stdlib.MakeToFunc(cty.String), "tonumber": stdlib.MakeToFunc(cty.Number), "tobool": stdlib.MakeToFunc(cty.Bool),
	"toset": toCollection(cty.Set), "tolist": toCollection(cty.List), "tomap": toCollection(cty.Map),

	"jsonencode": stdlib.JSONEncodeFunc, "jsondecode": stdlib.JSONDecodeFunc, "csvdecode": stdlib.CSVDecodeFunc,
}

// toCollection converts to a collection. Unlike the standard library's functions it knows the type of the
// elements while the value is not known yet.
func toCollection(of func(cty.Type) cty.Type) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{
			Name: "v", Type: cty.DynamicPseudoType, AllowNull: true, AllowMarked: true, AllowDynamicType: true,
		}},
		Type: func(args []cty.Value) (cty.Type, error) {
			want := of(cty.DynamicPseudoType)
			switch ty := args[0].Type(); {
			case ty.IsCollectionType():
				want = of(ty.ElementType())
			case ty.IsTupleType():
				want = of(common(ty.TupleElementTypes()))
			case ty.IsObjectType():
				want = of(common(slices.Collect(maps.Values(ty.AttributeTypes()))))
			}
			if convert.GetConversionUnsafe(args[0].Type(), want) == nil && !args[0].Type().Equals(want) {
				return cty.NilType, function.NewArgErrorf(0, "%s cannot become %s", args[0].Type().FriendlyName(), want.FriendlyName())
			}
			return want, nil
		},
		Impl: func(args []cty.Value, ty cty.Type) (cty.Value, error) {
			v, err := convert.Convert(args[0], ty)
			if err != nil {
				return cty.NilVal, function.NewArgError(0, err)
			}
			return v, nil
		},
	})
}

// onStrings is a test of one string against another.
func onStrings(test func(string, string) bool) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "str", Type: cty.String}, {Name: "part", Type: cty.String}},
		Type:   function.StaticReturnType(cty.Bool),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			return cty.BoolVal(test(args[0].AsString(), args[1].AsString())), nil
		},
	})
}

// onBools tells whether every bool of a list is true, or whether any is.
func onBools(every bool) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "list", Type: cty.List(cty.Bool)}},
		Type:   function.StaticReturnType(cty.Bool),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			known := true
			for _, v := range args[0].Elements() {
				switch {
				case v.IsNull():
					return cty.NilVal, function.NewArgErrorf(0, "it has a null in it")
				case !v.IsKnown():
					known = false
				case v.True() != every:
					return cty.BoolVal(!every), nil
				}
			}
			if !known {
				return cty.UnknownVal(cty.Bool), nil
			}
			return cty.BoolVal(every), nil
		},
	})
}

var sum = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "list", Type: cty.List(cty.Number)}},
	Type:   function.StaticReturnType(cty.Number),
	Impl: func(args []cty.Value, _ cty.Type) (total cty.Value, err error) {
		total = cty.Zero
		for _, v := range args[0].Elements() {
			switch {
			case v.IsNull():
				return cty.NilVal, function.NewArgErrorf(0, "it has a null in it")
			case !v.IsKnown():
				return cty.UnknownVal(cty.Number), nil
			}
			total = total.Add(v)
		}
		return total, nil
	},
})

// noFunction is the finding about a function that does not exist.
func noFunction(name string) string {
	switch name {
	case "timestamp", "plantimestamp", "now", "uuid", "random", "file", "templatefile", "env", "getenv":
		return "An expression gives the same value whenever it is evaluated, so there is no function for the time, chance, files or the environment."
	}
	near := providers.Nearest(name, slices.Sorted(maps.Keys(functions)))
	if near == "" {
		return "docs/language.md lists the functions."
	}
	return "Did you mean \"" + near + "\"?"
}
