package pipeline_test

import (
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/filmloom/filmloom/engine/pipeline"
)

const nested = `
pipeline "outer" {
  input "topics" {
    type    = list(string)
    default = ["a", "b"]
    validation {
      condition     = length(input.topics) <= input.most
      error_message = "at most ${input.most} topics are possible"
    }
  }
  input "most" {
    type    = number
    default = 3
  }
  stage "each" {
    for_each = toset(input.topics)
    uses     = pipeline.inner
    with     = { topic = each.key }
  }
  output "titles" { value = { for k, e in stage.each : k => e.title } }
}
pipeline "inner" {
  input "topic" {
    type = string
  }
  stage "write" {
    uses   = "text.write"
    with   = { topic = input.topic }
    weight = 5
  }
  stage "join" {
    uses = "text.join"
    with = { parts = [stage.write.title] }
  }
  output "title" { value = stage.write.title }
  output "text" { value = stage.join.text }
}`

func TestAPipelineIsAStageOfAnother(t *testing.T) {
	file, diags := check(pipeline.Source{"p.hcl": []byte(nested)})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	outer, inner := file.Pipeline("outer"), file.Pipeline("inner")
	each := outer.Stage("each")
	if each.Pipeline != inner || each.Capability != "" {
		t.Fatalf("the stage runs %v and calls %q", each.Pipeline, each.Capability)
	}
	if each.Weight != 6 {
		t.Errorf("its weight is %v, want that of the stages inside it", each.Weight)
	}
	if want := cty.Object(map[string]cty.Type{"title": cty.String, "text": cty.String}); !each.OutputType().Equals(want) {
		t.Errorf("it gives %#v, want %#v", each.OutputType(), want)
	}
	inputs, problems := outer.ResolveInputs(nil)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	x, diags := outer.Expand(each, pipeline.Scope{Inputs: inputs})
	if diags.HasErrors() || len(x.Instances) != 2 {
		t.Fatalf("%d instances, %v", len(x.Instances), diags)
	}
	in, diags := x.Input(x.Instances[1], pipeline.Self{})
	if diags.HasErrors() || in.GetAttr("topic").AsString() != "b" {
		t.Fatalf("input %#v, %v", in, diags)
	}
	partly, diags := inner.Result(pipeline.Scope{Inputs: in, Stages: map[string]cty.Value{"write": written("T", "x")}})
	if diags.HasErrors() || partly.GetAttr("title").AsString() != "T" || partly.GetAttr("text").IsKnown() {
		t.Errorf("the outputs known so far are %#v, %v", partly, diags)
	}
}

func TestValidationsHoldAtTheStart(t *testing.T) {
	file, diags := check(pipeline.Source{"p.hcl": []byte(nested)})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	topics := cty.TupleVal([]cty.Value{cty.StringVal("a"), cty.StringVal("b")})
	_, problems := file.Pipeline("outer").ResolveInputs(map[string]cty.Value{"topics": topics, "most": cty.NumberIntVal(1)})
	if len(problems) != 1 || problems[0].Attribute != "topics" || problems[0].Summary != "at most 1 topics are possible" {
		t.Errorf("problems %v", problems)
	}
}

// What is wrong in JSON syntax is found as well as in the native one.
func TestJSONSyntaxIsCheckedAsThoroughly(t *testing.T) {
	src := pipeline.Source{"p.hcl.json": []byte(`{"pipeline": {
		"inner": {
			"input": {"topic": {"type": "string"}},
			"stage": {"write": {"uses": "text.write", "with": {"topic": "${input.topic}"}}},
			"output": {"lines": {"value": "${stage.write.lines}"}}},
		"outer": {
			"stage": {
				"nested": {"uses": "pipeline.inner", "with": {"topic": "x"}},
				"body": {"uses": "text.join", "with": {"parts": "${[for l in stage.nested.lines : l.txet]}"}},
				"branch": {"uses": "text.join", "with": {"parts": ["${true ? \"x\" : stage.nested.line}"]}},
				"broken": {"uses": "text.join", "with": {"parts": ["${stage.nested."]}}}}}}`)}
	_, diags := check(src)
	var found strings.Builder
	for _, d := range diags {
		found.WriteString(d.Error() + "\n")
	}
	for _, want := range []string{
		`l has no attribute "txet". Did you mean "text"?`,
		`stage.nested has no attribute "line". Did you mean "lines"?`,
		"p.hcl.json:11,",
	} {
		if !strings.Contains(found.String(), want) {
			t.Errorf("no %q in\n%s", want, found.String())
		}
	}
}

func TestFormatChangesTheLayoutOnly(t *testing.T) {
	changed, diags := pipeline.Format(pipeline.Source{
		"a.hcl": []byte("pipeline \"p\" {\nstage \"s\" {\nuses=\"x\"\n  provider   = \"y\"\n}\n}\n"),
		"b.hcl": []byte("pipeline \"q\" {\n}\n"),
	})
	want := "pipeline \"p\" {\n  stage \"s\" {\n    uses     = \"x\"\n    provider = \"y\"\n  }\n}\n"
	if diags.HasErrors() || len(changed) != 1 || string(changed["a.hcl"]) != want {
		t.Errorf("changed %q, %v", changed, diags)
	}
	if _, diags := pipeline.Format(pipeline.Source{"a.hcl": []byte("pipeline {")}); !diags.HasErrors() {
		t.Error("a file that does not parse was not reported")
	}
}
