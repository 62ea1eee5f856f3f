package pipeline_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/filmloom/filmloom/engine/pipeline"
)

// Two pipelines that write in different ways and join in the same one.
const parted = `
part "joined" {
  locals {
    all = concat([local.first], [for l in stage.write.lines : l.text])
  }
  stage "join" {
    uses = "text.join"
    with = { parts = local.all }
  }
  output "text" { value = stage.join.text }
}
pipeline "plain" {
  include = [part.joined]
  input "topic" {
    type    = string
    default = "owls"
  }
  locals {
    first = input.topic
  }
  stage "write" {
    uses = "text.write"
    with = { topic = input.topic }
  }
}
pipeline "twice" {
  include = [part.joined]
  locals {
    first = stage.title.title
  }
  stage "title" {
    uses = "text.write"
    with = { topic = "titles" }
  }
  stage "write" {
    uses = "text.write"
    with = { topic = stage.title.title }
  }
  output "title" { value = stage.title.title }
}`

func names[T any](of []T, name func(T) string) (all []string) {
	for _, one := range of {
		all = append(all, name(one))
	}
	return all
}

func TestAPartStandsInEachPipelineThatIncludesIt(t *testing.T) {
	file, diags := check(pipeline.Source{"p.hcl": []byte(parted)})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	for name, want := range map[string][2][]string{
		"plain": {{"write", "join"}, {"text"}},
		"twice": {{"title", "write", "join"}, {"text", "title"}},
	} {
		pl := file.Pipeline(name)
		if got := names(pl.Order(), func(s *pipeline.Stage) string { return s.Name }); !slices.Equal(got, want[0]) {
			t.Errorf("the stages of %s are %v, want %v", name, got, want[0])
		}
		if got := names(pl.Outputs, func(o *pipeline.Output) string { return o.Name }); !slices.Equal(got, want[1]) {
			t.Errorf("the outputs of %s are %v, want %v", name, got, want[1])
		}
	}
	plain, twice := file.Pipeline("plain"), file.Pipeline("twice")
	if plain.Stage("join") == twice.Stage("join") {
		t.Error("the pipelines share a stage, whose dependencies are not the same")
	}
	inputs, _ := plain.ResolveInputs(nil)
	scope := pipeline.Scope{Inputs: inputs, Stages: map[string]cty.Value{"write": written("T", "a", "b")}}
	x, diags := plain.Expand(plain.Stage("join"), scope)
	if diags.HasErrors() || x.Instances[0].Address != "join" { // and not joined.join
		t.Fatalf("%v, %v", x, diags)
	}
	in, diags := x.Input(x.Instances[0], pipeline.Self{})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	if got := asJSON(t, in.GetAttr("parts")); got != `["owls","a","b"]` {
		t.Errorf("it joins %s", got)
	}
}

// What is declared first counts for the order of stages that do not wait for each other: a part's come
// before the pipeline's own.
func TestThePartsStagesComeFirst(t *testing.T) {
	file, diags := check(pipeline.Source{"p.hcl": []byte(`
pipeline "p" {
  stage "mine" {
    uses = "text.write"
    with = { topic = "a" }
  }
  include = [part.two, part.one]
}
part "one" {
  stage "first" {
    uses = "text.write"
    with = { topic = "a" }
  }
}
part "two" {
  stage "second" {
    uses = "text.write"
    with = { topic = "a" }
  }
}`)})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	got := names(file.Pipeline("p").Order(), func(s *pipeline.Stage) string { return s.Name })
	if want := []string{"second", "first", "mine"}; !slices.Equal(got, want) {
		t.Errorf("the order is %v, want %v", got, want)
	}
}

// What is wrong with a part in every pipeline is one finding; a part may be in another file, and in JSON.
func TestAFindingInAPartNamesThePipelineThatItIsAbout(t *testing.T) {
	part := `part "joined" {
  stage "join" {
    uses = "text.join"
    with = { parts = [local.frist], sep = "" }
  }
}`
	native := `
pipeline "a" {
  include = [part.joined]
  locals { frist = 1 }
}
pipeline "b" {
  include = [part.joined]
  locals { first = 1 }
}`
	inJSON := `{"part": {"joined": {"stage": {"join": {"uses": "text.join", "with": {"parts": ["${local.frist}"], "sep": ""}}}}}}`
	pipelinesInJSON := `{"pipeline": {
  "a": {"include": ["part.joined"], "locals": {"frist": 1}},
  "b": {"include": ["part.joined"], "locals": {"first": 1}}}}`
	for name, src := range map[string]pipeline.Source{
		"one file":  {"p.hcl": []byte(part + native)},
		"two files": {"b.hcl": []byte(part), "a.hcl": []byte(native)},
		"JSON":      {"b.hcl.json": []byte(inJSON), "a.hcl.json": []byte(pipelinesInJSON)},
	} {
		_, diags := check(src)
		found := names(diags, func(d *hcl.Diagnostic) string { return d.Detail })
		want := []string{
			`In the pipeline b: This pipeline has no local called "frist". Did you mean "first"?`,
			`text.join takes no attribute "sep". It takes: `,
		}
		if len(found) != 2 || found[0] != want[0] || !strings.HasPrefix(found[1], want[1][:30]) {
			t.Errorf("%s: found %q, want %q", name, found, want)
		}
	}
}
