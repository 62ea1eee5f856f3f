package pipeline_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/filmloom/filmloom/engine/pipeline"
)

const planned = `
pipeline "p" {
  input "topic" {
    type    = string
    default = "owls"
  }
  locals {
    title = stage.write.title
  }
  stage "write" {
    uses = "text.write"
    with = { topic = input.topic }
  }
  stage "by_key" {
    for_each = { for l in stage.write.lines : l.id => l }
    uses     = "text.write"
    with     = { topic = each.value.text, style = each.key == "x" ? "bold" : "plain", lines = 2 }
    secrets  = { token = stage.write.title, plain = "ref" }
  }
  stage "by_value" {
    for_each = toset([stage.write.title, "b"])
    uses     = "text.write"
    with     = { topic = each.key }
  }
  stage "by_index" {
    for_each = [stage.write.title, "b"]
    uses     = "text.write"
    with     = { topic = each.value }
  }
  stage "maybe" {
    when = stage.write.title == "x"
    uses = "text.write"
    with = { topic = local.title }
  }
  stage "join" {
    uses = "text.join"
    with = { parts = [for k, w in stage.by_key : w.title] }
  }
  stage "computed" {
    uses = "text.write"
    with = merge({ topic = local.title }, { lines = length(stage.by_index) })
  }
}`

func TestWhatIsNotKnownYetIsPlannedWithUnknownValues(t *testing.T) {
	file, diags := check(pipeline.Source{"p.hcl": []byte(planned)})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	pl := file.Pipeline("p")
	inputs, _ := pl.ResolveInputs(nil)
	for name, want := range map[string]struct {
		address string // of the example, when the instances are unknown
		count   int
	}{
		"write":    {count: 1},
		"by_key":   {address: "by_key[…]"},
		"by_value": {address: "by_value[…]"},
		"by_index": {count: 2},
		"maybe":    {address: "maybe"},
		"join":     {count: 1},
		"computed": {count: 1},
	} {
		t.Run(name, func(t *testing.T) {
			x, diags := pl.Expand(pl.Stage(name), pipeline.Scope{Inputs: inputs})
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			if x.Unknown != (want.address != "") || len(x.Instances) != want.count {
				t.Fatalf("unknown: %v, %d instances; want %+v", x.Unknown, len(x.Instances), want)
			}
			instances := x.Instances
			if x.Unknown {
				instances = []pipeline.Instance{x.Example()}
				if got := instances[0].Address; got != want.address {
					t.Errorf("the example is %s, want %s", got, want.address)
				}
				if v := x.Value(nil); v.IsKnown() {
					t.Errorf("its value is %#v", v)
				}
			}
			for _, inst := range instances {
				in, diags := x.Input(inst, pipeline.Self{Seed: 1, Take: 1})
				if diags.HasErrors() {
					t.Fatal(diags)
				}
				if !in.Type().IsObjectType() {
					t.Errorf("input %#v", in)
				}
			}
		})
	}

	x, _ := pl.Expand(pl.Stage("by_key"), pipeline.Scope{Inputs: inputs})
	in, _ := x.Input(x.Example(), pipeline.Self{Seed: 7})
	if topic := in.GetAttr("topic"); topic.IsKnown() || topic.Type() != cty.String {
		t.Errorf("the topic is %#v, want an unknown string", topic)
	}
	if lines := in.GetAttr("lines"); !lines.RawEquals(cty.NumberIntVal(2)) {
		t.Errorf("what is known is %#v, want 2", lines)
	}
	secrets, diags := x.Secrets(x.Example())
	if diags.HasErrors() || len(secrets) != 1 || secrets["plain"] != "ref" {
		t.Errorf("the secrets that are known are %v, %v", secrets, diags)
	}
	if x, diags := pl.Expand(pl.Stage("write"), pipeline.Scope{}); diags.HasErrors() || len(x.Instances) != 1 {
		t.Errorf("without inputs there are %d instances, %v", len(x.Instances), diags)
	} else if in, diags := x.Input(x.Instances[0], pipeline.Self{}); diags.HasErrors() || in.GetAttr("topic").IsKnown() {
		t.Errorf("without inputs the input is %#v, %v", in, diags)
	}
}

func TestAnAttributeRefersToStages(t *testing.T) {
	file, diags := check(pipeline.Source{"p.hcl": []byte(planned)})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	for _, row := range []struct {
		stage, attribute string
		want             []string
	}{
		{"write", "topic", nil},
		{"by_key", "topic", []string{"write"}}, // through each
		{"by_key", "lines", nil},
		{"maybe", "topic", []string{"write"}}, // through a local
		{"join", "parts", []string{"by_key"}},
		{"join", "part", nil},
		{"computed", "topic", []string{"by_index", "write"}}, // either may give it
	} {
		if got := file.Pipeline("p").Stage(row.stage).Refers(row.attribute).Stages; !slices.Equal(got, row.want) {
			t.Errorf("%s.%s refers to %v, want %v", row.stage, row.attribute, got, row.want)
		}
	}
}

func TestTheValueOfAFanOutTakesLinearSpace(t *testing.T) {
	allocations := func(n int) float64 {
		pl, scope := fanned(t, n)
		x, _ := pl.Expand(pl.Stage("each"), scope)
		outputs := slices.Repeat([]cty.Value{written("T", "a")}, n)
		return testing.AllocsPerRun(3, func() { x.Value(outputs) })
	}
	if few, many := allocations(100), allocations(1_000); many > 15*few+100 {
		t.Errorf("%v allocations for 100 instances, %v for 1,000", few, many)
	}
}

func TestInstancesCanBeEvaluatedAtTheSameTime(t *testing.T) {
	pl, scope := fanned(t, 50)
	x, diags := pl.Expand(pl.Stage("each"), scope)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	var wg sync.WaitGroup
	for _, inst := range x.Instances {
		wg.Go(func() {
			in, diags := x.Input(inst, pipeline.Self{Seed: 1, Take: 1})
			if diags.HasErrors() || in.GetAttr("style").AsString() != "bold" || !in.GetAttr("lines").RawEquals(cty.NumberIntVal(4)) {
				t.Errorf("%s: %#v, %v", inst.Address, in, diags)
			}
		})
	}
	wg.Wait()
}

// Each part of an expression is evaluated once, so that nesting costs no more than length.
func TestDeepExpressionsAreReadInReasonableTime(t *testing.T) {
	const deep = 100
	for _, row := range []struct{ open, middle, end string }{
		{`input.on ? "a" : (`, `"b"`, `)`},
		{`(`, `true`, ` ? input.on : false)`},
		{`try(`, `stage.write.title`, `, "x")`},
		{`tostring(can(`, `input.on`, `))`},
		{`input.on && (`, `true`, `)`},
		{`[for l in stage.write.lines : `, `l.id`, `]`},
		{`[for l in `, `stage.write.lines`, ` : l]`},
		{`[for l in ["a"] : `, `l`, `]`},
		{`"${upper(`, `stage.write.title`, `)}"`},
	} {
		expression := strings.Repeat(row.open, deep) + row.middle + strings.Repeat(row.end, deep)
		file, diags := check(pipeline.Source{"p.hcl": []byte(`
pipeline "p" {
  input "on" {
    type    = bool
    default = true
  }
  stage "write" {
    uses = "text.write"
    with = { topic = "x" }
  }
  output "o" {
    value = ` + expression + `
  }
}`)})
		if diags.HasErrors() {
			t.Errorf("%s…: %v", row.open, diags)
			continue
		}
		pl := file.Pipeline("p")
		inputs, _ := pl.ResolveInputs(nil)
		for _, stages := range []map[string]cty.Value{nil, {"write": written("T", "a")}} {
			if _, diags := pl.Evaluate(pl.Outputs[0], pipeline.Scope{Inputs: inputs, Stages: stages}); diags.HasErrors() {
				t.Errorf("%s…: %v", row.open, diags)
			}
		}
	}
}
