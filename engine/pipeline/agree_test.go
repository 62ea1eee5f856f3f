package pipeline

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"

	"github.com/filmloom/filmloom/providers"
)

// drawExpression writes an expression about what known has.
func drawExpression(t *rapid.T, depth int, bound []string) string {
	sub := func() string { return drawExpression(t, depth-1, bound) }
	leaves := append([]string{`1`, `2.5`, `"a"`, `true`, `null`, `local.text`, `local.number`, `local.list`, `local.map`, `local.objects`, `[]`, `{}`}, bound...)
	if depth == 0 {
		return rapid.SampledFrom(leaves).Draw(t, "leaf")
	}
	name := fmt.Sprintf("v%d", depth)
	inner := func() string { return drawExpression(t, depth-1, append([]string{name}, bound...)) }
	switch rapid.IntRange(0, 15).Draw(t, "kind") {
	case 0:
		return fmt.Sprintf("[%s, %s]", sub(), sub())
	case 1:
		return fmt.Sprintf("{ a = %s, (%s) = %s }", sub(), sub(), sub())
	case 2: // of one type: HCL does not look for mistakes in what is not taken, and so misses its type
		one := sub()
		return fmt.Sprintf("(%s ? %s : %s)", sub(), one, one)
	case 3:
		return fmt.Sprintf("[for %s in %s : %s if %s]", name, sub(), inner(), inner())
	case 4:
		return fmt.Sprintf("{ for k, %s in %s : k => %s }", name, sub(), inner())
	case 5:
		return fmt.Sprintf("{ for k, %s in %s : %s => %s... }", name, sub(), inner(), inner())
	case 6:
		return fmt.Sprintf(`"x${%s}y%%{ if %s }z%%{ else }w%%{ endif }"`, sub(), sub())
	case 7:
		return fmt.Sprintf(`"%%{ for %s in %s }${%s},%%{ endfor }"`, name, sub(), inner())
	case 8:
		return fmt.Sprintf("(%s).a", sub())
	case 9:
		return fmt.Sprintf("(%s)[%s]", sub(), sub())
	case 10:
		return fmt.Sprintf("(%s)[*].a", sub())
	case 11:
		return fmt.Sprintf("try(%s, %s)", sub(), sub())
	case 12:
		return fmt.Sprintf("can(%s)", sub())
	case 13: // not && and ||: HCL lets the one side hide a mistake in the other, which the walker reports
		return fmt.Sprintf("(%s %s %s)", sub(), rapid.SampledFrom([]string{"+", "==", "<", "!="}).Draw(t, "operator"), sub())
	case 14:
		return fmt.Sprintf("%s(%s)", rapid.SampledFrom([]string{"length", "upper", "keys", "values", "flatten", "sum", "tolist", "!", "-"}).Draw(t, "function"), sub())
	}
	return sub()
}

// Runs are evaluated by HCL, checks and plans by the walker. Where HCL gives a value, the walker has nothing
// to say and gives the same one; only of try and can, whose arguments may turn out otherwise, it may not know.
func TestTheWalkerAgreesWithHCL(t *testing.T) {
	known := cty.ObjectVal(map[string]cty.Value{
		"text": cty.StringVal("b"), "number": cty.NumberIntVal(7),
		"list":    cty.ListVal([]cty.Value{cty.StringVal("a"), cty.StringVal("b")}),
		"map":     cty.MapVal(map[string]cty.Value{"a": cty.NumberIntVal(1), "b": cty.NumberIntVal(2)}),
		"objects": cty.ListVal([]cty.Value{cty.ObjectVal(map[string]cty.Value{"a": cty.StringVal("x")}), cty.ObjectVal(map[string]cty.Value{"a": cty.StringVal("y")})}),
	})
	ctx := &hcl.EvalContext{Functions: functions, Variables: map[string]cty.Value{"local": known}}
	values := 0
	rapid.Check(t, func(t *rapid.T) {
		text := drawExpression(t, rapid.IntRange(1, 4).Draw(t, "depth"), nil)
		e, diags := hclsyntax.ParseExpression([]byte(text), "e.hcl", hcl.InitialPos)
		if diags.HasErrors() {
			return // such as two keys where one is computed
		}
		checking := &walker{check: true}
		checking.value(e, ctx)
		want, diags := e.Value(ctx)
		if checking.diags.HasErrors() {
			return // it would never be planned or run
		}
		w := &walker{}
		got := w.value(e, ctx)
		if diags.HasErrors() {
			return // in a run; the walker may leave it to that
		}
		values++
		attempts := strings.Contains(text, "try(") || strings.Contains(text, "can(")
		if w.diags.HasErrors() || !alike(got, want) && (got.IsWhollyKnown() || !attempts) {
			t.Fatalf("%s is %#v, and %#v to the walker, who finds %v", text, want, got, w.diags)
		}
	})
	if values < 10 {
		t.Errorf("only %d expressions had a value", values)
	}
}

// alike tells whether two values are the same to a provider, to whom a list is a list.
func alike(a, b cty.Value) bool {
	x, errA := providers.EncodeWire(a, nil)
	y, errB := providers.EncodeWire(b, nil)
	return errA == nil && errB == nil && string(x) == string(y)
}
