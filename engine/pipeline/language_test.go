package pipeline_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/providers"
)

// The language reference's examples are held against these plugins.
func referenceCatalog() pipeline.Catalog {
	attribute := func(name string, ty cty.Type) providers.Attribute {
		return providers.Attribute{Name: name, Type: ty, Required: true}
	}
	optional := func(name string, ty cty.Type) providers.Attribute {
		return providers.Attribute{Name: name, Type: ty}
	}
	schema := func(attrs ...providers.Attribute) providers.Schema { return providers.Schema{Attributes: attrs} }
	capability := func(name string, in, out providers.Schema) providers.CapabilitySpec {
		return providers.CapabilitySpec{Name: name, Input: in, Output: out}
	}
	scene := cty.Object(map[string]cty.Type{"id": cty.String, "narration": cty.String, "image_prompt": cty.String})
	image := capability(
		"image.generate",
		schema(attribute("prompt", cty.String), optional("style", cty.String), optional("seed", cty.Number)),
		schema(attribute("image", providers.FileType)),
	)
	catalog := pipeline.Catalog{}
	plugin := func(name string, config providers.Schema, specs ...providers.CapabilitySpec) {
		catalog[name] = providers.Description{Name: name, Version: "1", Config: config, Capabilities: specs}
	}
	plugin("storyteller", schema(), capability(
		"story.write",
		schema(attribute("topic", cty.String)),
		schema(attribute("title", cty.String), attribute("scenes", cty.List(scene))),
	))
	plugin("illustrator", schema(), image)
	plugin("openai", schema(attribute("api_key", cty.String), optional("base_url", cty.String)), image)
	plugin("stability", schema(attribute("api_key", cty.String)), image)
	plugin("speaker", schema(), capability(
		"speech.synthesize",
		schema(attribute("text", cty.String)),
		schema(attribute("audio", providers.FileType), attribute("seconds", cty.Number)),
	))
	plugin("musician", schema(), capability(
		"music.compose",
		schema(attribute("genre", cty.String)),
		schema(attribute("audio", providers.FileType)),
	))
	plugin("approval", schema(), capability( // the engine's own
		"approval.wait",
		schema(attribute("message", cty.String), optional("show", cty.DynamicPseudoType)),
		schema(attribute("approved", cty.Bool), attribute("comment", cty.String), attribute("by", cty.String)),
	))
	return catalog
}

// referenceStory is what the stage "story" has given where an example says what comes of it.
var referenceStory = func() cty.Value {
	scene := func(id, narration string) cty.Value {
		return cty.ObjectVal(map[string]cty.Value{
			"id": cty.StringVal(id), "narration": cty.StringVal(narration), "image_prompt": cty.StringVal("a picture of " + id),
		})
	}
	return cty.ObjectVal(map[string]cty.Value{
		"title":  cty.StringVal("The Owl"),
		"scenes": cty.ListVal([]cty.Value{scene("owl", "An owl wakes."), scene("tower", "It flies to a tower.")}),
	})
}()

const reference = "../../docs/language.md"

var blocks = regexp.MustCompile("(?ms)^```(hcl[a-z ]*|json)\n(.*?)^```$")

// Every example of the language reference is valid, or has the errors that it says. A block "hcl" is a
// whole file; "hcl pipeline" is the inside of a pipeline in which there is a stage "story". Behind a
// for_each or an output, "# = …" says which instances or which value it gives.
func TestTheReferencesExamplesHold(t *testing.T) {
	text, err := os.ReadFile(reference)
	if err != nil {
		t.Fatal(err)
	}
	found := blocks.FindAllStringSubmatchIndex(string(text), -1)
	if len(found) < 18 {
		t.Fatalf("only %d examples were found", len(found))
	}
	for _, at := range found {
		kind, example := string(text[at[2]:at[3]]), string(text[at[4]:at[5]])
		line := strings.Count(string(text[:at[4]]), "\n") + 1
		t.Run(fmt.Sprintf("line %d", line), func(t *testing.T) { holds(t, kind, example) })
	}
}

func holds(t *testing.T, kind, example string) {
	name := "example.hcl"
	if kind == "json" {
		name += ".json"
	}
	if changed, _ := pipeline.Format(pipeline.Source{name: []byte(example)}); len(changed) > 0 {
		t.Errorf("it is not laid out as filmloom fmt does, which is:\n%s", changed[name])
	}
	if strings.HasPrefix(kind, "hcl pipeline") {
		example = "pipeline \"example\" {\n" + example
		if !strings.Contains(example, `stage "story"`) {
			example += "stage \"story\" {\n  uses = \"story.write\"\n  with = { topic = \"owls\" }\n}\n"
		}
		example += "}\n"
	}
	src := pipeline.Source{name: []byte(example)}
	file, diags := pipeline.Parse(src)
	diags = append(diags, file.Check(referenceCatalog())...)
	want := map[int][]string{}
	if strings.HasSuffix(kind, " error") {
		want = marks(t, name, src[name])
		if len(want) == 0 {
			t.Error("it marks no error")
		}
	}
	compare(t, want, diags)
	if diags.HasErrors() {
		return
	}
	for _, pl := range file.Pipelines {
		results(t, pl, example)
	}
}

var (
	instances = regexp.MustCompile(`(?m)^\s*for_each = .* # = (.*)$`)
	value     = regexp.MustCompile(`(?m)^\s*output "(\w+)" \{ value = .* \}\s*# = (.*)$`)
)

// results compares what a pipeline gives with what its comments say.
func results(t *testing.T, pl *pipeline.Pipeline, example string) {
	inputs, problems := pl.ResolveInputs(nil)
	if len(problems) > 0 {
		return // it is for other pipelines
	}
	scope := pipeline.Scope{Inputs: inputs, Stages: map[string]cty.Value{"story": referenceStory}}
	said := ""
	for _, m := range instances.FindAllStringSubmatch(example, -1) {
		said += m[1] + "\n"
	}
	for _, s := range pl.Order() {
		if s.Name == "story" {
			continue
		}
		x, diags := pl.Expand(s, scope)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		if x.Skipped {
			scope.Stages[s.Name] = x.Value(nil)
		}
		var addresses []string
		for _, inst := range x.Instances {
			addresses = append(addresses, inst.Address)
		}
		if strings.Contains(said, s.Name+"[") && !strings.Contains(said, strings.Join(addresses, ", ")+"\n") {
			t.Errorf("the instances of %s are %v", s.Name, addresses)
		}
	}
	for _, m := range value.FindAllStringSubmatch(example, -1) {
		i := slices.IndexFunc(pl.Outputs, func(o *pipeline.Output) bool { return o.Name == m[1] })
		got, diags := pl.Evaluate(pl.Outputs[i], scope)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		if want := evaluated(t, m[2]); asJSON(t, got) != asJSON(t, want) {
			t.Errorf("the output %s is %s, not %s", m[1], asJSON(t, got), asJSON(t, want))
		}
	}
}

// row is a line of the tables of functions and expressions: … | `example` | `result` |
var row = regexp.MustCompile("(?m)^\\| (?:`(\\w+)\\([^|]*|[^`|]*) \\|(?:[^|]*\\|)? `((?:[^|`]|\\\\\\|)*)` \\| `([^`]*)` \\|$")

func TestTheReferencesTablesOfFunctionsAndExpressionsHold(t *testing.T) {
	text, err := os.ReadFile(reference)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	rows := 0
	for _, m := range row.FindAllStringSubmatch(string(text), -1) {
		rows++
		if m[1] != "" {
			names = append(names, m[1])
		}
		example := strings.ReplaceAll(m[2], `\|`, "|")
		if got, want := asJSON(t, evaluated(t, example)), asJSON(t, evaluated(t, m[3])); got != want {
			t.Errorf("%s gives %s, not %s", example, got, want)
		}
	}
	slices.Sort(names)
	if want := pipeline.FunctionNames(); !slices.Equal(names, want) {
		t.Errorf("the table lists\n%v\nand there are\n%v", names, want)
	}
	if rows < len(names)+14 {
		t.Errorf("only %d rows were found", rows)
	}
}

// evaluated is the value of a constant expression.
func evaluated(t *testing.T, expression string) cty.Value {
	t.Helper()
	file, diags := pipeline.Parse(pipeline.Source{"e.hcl": []byte("pipeline \"p\" {\n  output \"o\" {\n    value = " + expression + "\n  }\n}\n")})
	diags = append(diags, file.Check(pipeline.Catalog{})...)
	if diags.HasErrors() {
		t.Fatal(expression, diags)
	}
	v, diags := file.Pipelines[0].Evaluate(file.Pipelines[0].Outputs[0], pipeline.Scope{Inputs: cty.EmptyObjectVal})
	if diags.HasErrors() {
		t.Fatal(expression, diags)
	}
	return v
}

func asJSON(t *testing.T, v cty.Value) string {
	t.Helper()
	b, err := ctyjson.Marshal(v, v.Type())
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
