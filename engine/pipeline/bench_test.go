package pipeline_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/filmloom/filmloom/engine/pipeline"
)

// thousand is a pipeline of 1,000 stages that refer to each other, with fan-outs, locals and loops.
func thousand() pipeline.Source {
	var b strings.Builder
	b.WriteString("pipeline \"p\" {\n  input \"topic\" {\n    type    = string\n    default = \"owls\"\n  }\n")
	b.WriteString("  locals {\n    lines = { for l in stage.s0.lines : l.id => l }\n  }\n")
	b.WriteString("  stage \"s0\" {\n    uses = \"text.write\"\n    with = { topic = input.topic }\n  }\n")
	for i := 1; i < 1000; i++ {
		switch i % 3 {
		case 0:
			fmt.Fprintf(&b, "  stage \"s%d\" {\n    uses = \"text.write\"\n    with = { topic = stage.s%d.title, lines = %d }\n  }\n", i, i/2/3*3, i)
		case 1:
			fmt.Fprintf(&b, "  stage \"s%d\" {\n    for_each = local.lines\n    uses     = \"text.write\"\n    with     = { topic = \"${each.key}: ${each.value.text}\" }\n  }\n", i)
		case 2:
			fmt.Fprintf(&b, "  stage \"s%d\" {\n    uses = \"text.join\"\n    with = { parts = [for k, s in stage.s%d : s.title if k != \"x\"] }\n  }\n", i, i-1)
		}
	}
	b.WriteString("  output \"o\" { value = stage.s999.title }\n}\n")
	return pipeline.Source{"p.hcl": []byte(b.String())}
}

func BenchmarkParseAndCheck1000Stages(b *testing.B) {
	src := thousand()
	b.ReportAllocs()
	for b.Loop() {
		if _, diags := check(src); diags.HasErrors() {
			b.Fatal(diags)
		}
	}
}

// fanned is a stage with as many instances as wanted.
func fanned(tb testing.TB, n int) (*pipeline.Pipeline, pipeline.Scope) {
	tb.Helper()
	file, diags := check(pipeline.Source{"p.hcl": []byte(`
pipeline "p" {
  input "style" {
    type    = string
    default = "bold"
  }
  stage "write" {
    uses = "text.write"
    with = { topic = "x" }
  }
  stage "each" {
    for_each = { for l in stage.write.lines : l.id => l }
    uses     = "text.write"
    with     = { topic = each.value.text, style = input.style, lines = 4 }
  }
}`)})
	if diags.HasErrors() {
		tb.Fatal(diags)
	}
	pl := file.Pipeline("p")
	inputs, _ := pl.ResolveInputs(nil)
	lines := make([]string, n)
	for i := range lines {
		lines[i] = fmt.Sprintf("the text of line %d", i)
	}
	return pl, pipeline.Scope{Inputs: inputs, Stages: map[string]cty.Value{"write": written("T", lines...)}}
}

func BenchmarkInstanceInput(b *testing.B) {
	const instances = 10_000
	pl, scope := fanned(b, instances)
	b.ReportAllocs()
	b.ResetTimer()
	var input time.Duration
	for b.Loop() {
		x, diags := pl.Expand(pl.Stage("each"), scope)
		if diags.HasErrors() || len(x.Instances) != instances {
			b.Fatal(diags)
		}
		begin := time.Now()
		for _, inst := range x.Instances {
			if _, diags := x.Input(inst, pipeline.Self{Seed: 1, Take: 1}); diags.HasErrors() {
				b.Fatal(diags)
			}
		}
		input += time.Since(begin)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/instances, "ns/instance")
	b.ReportMetric(float64(input.Nanoseconds())/float64(b.N)/instances, "ns/input") // without Expand
}

func BenchmarkStageValue(b *testing.B) {
	for _, n := range []int{1_000, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			pl, scope := fanned(b, n)
			x, _ := pl.Expand(pl.Stage("each"), scope)
			outputs := make([]cty.Value, n)
			for i := range outputs {
				outputs[i] = written("T", "a", "b")
			}
			b.ResetTimer()
			for b.Loop() {
				x.Value(outputs)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/instance")
		})
	}
}
