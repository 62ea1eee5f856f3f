package pipeline_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/providers"
)

type line struct {
	ID   string `json:"id"`
	Text string `json:"text"`
}

type writeInput struct {
	Topic string  `json:"topic"`
	Style string  `json:"style" default:"plain" enum:"plain,bold"`
	Lines int     `json:"lines" default:"3"`
	Speed float64 `json:"speed" default:"1" min:"0.5" max:"2"`
	Seed  int64   `json:"seed" default:"0"`
}

type writeOutput struct {
	Title string `json:"title"`
	Lines []line `json:"lines"`
}

type joinInput struct {
	Parts []string `json:"parts"`
}

type joinOutput struct {
	Text string `json:"text"`
}

type item struct {
	ID    string  `json:"id"`
	Start float64 `json:"start,omitempty"`
}

type placeInput struct {
	Items []item `json:"items"`
}

type writerConfig struct {
	Model string `json:"model,omitempty"`
	Key   string `json:"key,omitempty" secret:"true"`
}

func catalog() pipeline.Catalog {
	return pipeline.Catalog{
		"writer": {
			Name: "writer", Version: "1", Config: providers.SchemaOf[writerConfig](),
			Capabilities: []providers.CapabilitySpec{providers.Capability[writeInput, writeOutput]{Name: "text.write"}.Spec()},
		},
		"joiner": {
			Name: "joiner", Version: "1",
			Capabilities: []providers.CapabilitySpec{
				providers.Capability[joinInput, joinOutput]{Name: "text.join"}.Spec(),
				providers.Capability[placeInput, joinOutput]{Name: "text.place"}.Spec(),
			},
		},
	}
}

func check(src pipeline.Source) (*pipeline.File, hcl.Diagnostics) {
	file, diags := pipeline.Parse(src)
	return file, append(diags, file.Check(catalog())...)
}

// marks gives what a fixture expects, by line: a comment "# ERROR: …" for each finding, and for JSON,
// which has no comments, lines "12: …" in a file beside it.
func marks(t *testing.T, name string, text []byte) map[int][]string {
	t.Helper()
	want := map[int][]string{}
	if strings.HasSuffix(name, ".json") {
		b, err := os.ReadFile(strings.TrimSuffix(name, ".hcl.json") + ".errors")
		if err != nil {
			t.Fatal(err)
		}
		for l := range strings.Lines(string(b)) {
			number, finding, _ := strings.Cut(strings.TrimSpace(l), ": ")
			n, err := strconv.Atoi(number)
			if err != nil {
				t.Fatal(err)
			}
			want[n] = append(want[n], finding)
		}
		return want
	}
	for i, l := range strings.Split(string(text), "\n") {
		if parts := strings.Split(l, "# ERROR: "); len(parts) > 1 {
			for _, part := range parts[1:] {
				want[i+1] = append(want[i+1], strings.TrimSpace(part))
			}
		}
	}
	return want
}

// Every marked line has the findings that it names, and there are no others.
func TestEveryErrorIsFoundAtItsPlace(t *testing.T) {
	files, err := filepath.Glob("testdata/errors/*.hcl*")
	if err != nil || len(files) == 0 {
		t.Fatal("no fixtures", err)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			src, err := pipeline.Load(name)
			if err != nil {
				t.Fatal(err)
			}
			want := marks(t, name, src[name])
			_, diags := check(src)
			var b strings.Builder
			if err := pipeline.WriteDiagnostics(&b, src, diags, 78, true); err != nil || !strings.Contains(b.String(), name) {
				t.Errorf("they are printed as %q, %v", b.String(), err)
			}
			compare(t, want, diags)
		})
	}
}

// compare holds findings against those expected by line.
func compare(t *testing.T, want map[int][]string, diags hcl.Diagnostics) {
	t.Helper()
	for _, d := range diags {
		line, text := d.Subject.Start.Line, d.Summary+": "+d.Detail
		i := slices.IndexFunc(want[line], func(want string) bool { return strings.Contains(text, want) })
		if i < 0 {
			t.Errorf("line %d: unexpected: %s", line, text)
			continue
		}
		want[line] = slices.Delete(want[line], i, i+1)
	}
	for line, missing := range want {
		for _, text := range missing {
			t.Errorf("line %d: not found: %s", line, text)
		}
	}
}

func TestDiagnosticsShowTheSource(t *testing.T) {
	src := pipeline.Source{"p.hcl": []byte("pipeline \"p\" {\n  stage \"s\" {\n    uses = \"text.wirte\"\n  }\n}\n")}
	_, diags := check(src)
	var b strings.Builder
	if err := pipeline.WriteDiagnostics(&b, src, diags, 0, false); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"p.hcl line 3", `uses = "text.wirte"`, `Did you mean "text.write"?`} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in:\n%s", want, b.String())
		}
	}
}

func load(t *testing.T, path string) *pipeline.File {
	t.Helper()
	src, err := pipeline.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	file, diags := check(src)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return file
}

func written(title string, lines ...string) cty.Value {
	vals := []cty.Value{}
	for i, l := range lines {
		vals = append(vals, cty.ObjectVal(map[string]cty.Value{"id": cty.StringVal(fmt.Sprintf("line-%d", i)), "text": cty.StringVal(l)}))
	}
	return cty.ObjectVal(map[string]cty.Value{"title": cty.StringVal(title), "lines": cty.ListVal(vals)})
}

func TestFanOutOverWhatIsKnownOnlyAtRunTime(t *testing.T) {
	pl := load(t, "testdata/valid/fan.hcl").Pipeline("fan")
	inputs, problems := pl.ResolveInputs(nil)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	scope := pipeline.Scope{Inputs: inputs, Stages: map[string]cty.Value{"write": written("T", "b", "a")}}

	x, diags := pl.Expand(pl.Stage("each_line"), scope)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	var addresses []string
	for _, inst := range x.Instances {
		addresses = append(addresses, inst.Address)
	}
	if want := []string{`each_line["line-0"]`, `each_line["line-1"]`}; !slices.Equal(addresses, want) {
		t.Errorf("instances %v, want %v", addresses, want)
	}
	in, diags := x.Input(x.Instances[1], pipeline.Self{Seed: 42, Take: 1})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	if got := in.GetAttr("topic").AsString(); got != "line-1: a" {
		t.Errorf("topic %q", got)
	}
	if seed, _ := in.GetAttr("seed").AsBigFloat().Int64(); seed != 42 {
		t.Errorf("seed %d, want the derived one", seed)
	}
	if got := in.GetAttr("style").AsString(); got != "plain" {
		t.Errorf("style %q, want the default", got)
	}
	v := x.Value([]cty.Value{written("x", "1"), written("y", "2")})
	if got := v.Index(cty.StringVal("line-1")).GetAttr("title").AsString(); got != "y" {
		t.Errorf("value by key is %q", got)
	}
	byIndex, diags := pl.Expand(pl.Stage("each_index"), scope)
	if diags.HasErrors() || byIndex.Instances[0].Address != "each_index[0]" {
		t.Errorf("%v %v", byIndex.Instances, diags)
	}
}

func TestWhenSkips(t *testing.T) {
	pl := load(t, "testdata/valid/fan.hcl").Pipeline("fan")
	for _, loud := range []bool{true, false} {
		inputs, problems := pl.ResolveInputs(map[string]cty.Value{
			"options": cty.ObjectVal(map[string]cty.Value{"loud": cty.BoolVal(loud), "name": cty.StringVal("x")}),
		})
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		x, diags := pl.Expand(pl.Stage("loud"), pipeline.Scope{Inputs: inputs})
		if diags.HasErrors() || x.Skipped == loud {
			t.Errorf("loud %v: skipped %v, %v", loud, x.Skipped, diags)
		}
	}
}

func TestOrderAndDependencies(t *testing.T) {
	pl := load(t, "testdata/valid/fan.hcl").Pipeline("fan")
	var order []string
	for _, s := range pl.Order() {
		order = append(order, s.Name)
	}
	if want := []string{"write", "each_line", "each_index", "loud", "join"}; !slices.Equal(order, want) {
		t.Errorf("order %v, want %v", order, want)
	}
	if got, want := pl.Stage("join").Dependencies(), []string{"write", "each_line", "each_index", "loud"}; !slices.Equal(got, want) {
		t.Errorf("dependencies %v, want %v", got, want)
	}
}

func TestOutputsAreUnknownUntilTheirStagesAreDone(t *testing.T) {
	pl := load(t, "testdata/valid/fan.hcl").Pipeline("fan")
	inputs, _ := pl.ResolveInputs(nil)
	scope := pipeline.Scope{Inputs: inputs, Stages: map[string]cty.Value{"write": written("T", "b", "a")}}
	values := map[string]cty.Value{}
	for _, o := range pl.Outputs {
		v, diags := pl.Evaluate(o, scope)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		values[o.Name] = v
	}
	if values["all"].IsKnown() || values["all"].Type() != cty.String {
		t.Errorf("all is %#v, want an unknown string", values["all"])
	}
	if got := values["template"].AsString(); got != "b;a;" {
		t.Errorf("template is %q", got)
	}
}

func TestInputsAreChecked(t *testing.T) {
	pl := load(t, "testdata/valid/fan.hcl").Pipeline("fan")
	_, problems := pl.ResolveInputs(map[string]cty.Value{
		"topik":   cty.StringVal("x"),
		"options": cty.StringVal("x"),
	})
	got := providers.Problems(problems)
	for _, want := range []string{`topik: the pipeline fan has no such input; did you mean "topic"?`, "options: object is needed"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %q", want, got)
		}
	}
}

func TestSecretsFromTheEnvironmentAreMarked(t *testing.T) {
	file := load(t, "testdata/valid/fan.hcl")
	env := map[string]string{"KEY": "hunter2"}
	v, diags := file.Provider("writer").Evaluate(catalog()["writer"].Config, func(name string) (string, bool) {
		s, ok := env[name]
		return s, ok
	})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	key := v.GetAttr("key")
	if !key.HasMark(pipeline.Sensitive) {
		t.Error("the key is not marked as sensitive")
	}
	if plain, _ := key.Unmark(); plain.AsString() != "hunter2" {
		t.Errorf("the key is %#v", plain)
	}
	if model, _ := v.GetAttr("model").Unmark(); !model.IsNull() {
		t.Errorf("an unset variable gives %#v, want null", model)
	}
}

func TestSecretsAreInNoDiagnostic(t *testing.T) {
	src := pipeline.Source{"p.hcl": []byte("provider \"writer\" {\n  model = parseint(env.KEY, 10)\n  key   = env.KEY.x\n}\n")}
	file, _ := pipeline.Parse(src)
	_, diags := file.Provider("writer").Evaluate(catalog()["writer"].Config, func(string) (string, bool) { return "hunter2", true })
	var b strings.Builder
	if err := pipeline.WriteDiagnostics(&b, src, diags, 0, false); err != nil {
		t.Fatal(err)
	}
	if len(diags) != 2 || !strings.Contains(b.String(), "values that the environment has") || strings.Contains(b.String(), "hunter2") {
		t.Errorf("the findings are:\n%s", b.String())
	}
}

func TestProvidersOfOneCapabilityMustAgree(t *testing.T) {
	for want, change := range map[string]func(*providers.CapabilitySpec){
		"": func(spec *providers.CapabilitySpec) {
			spec.Input.Attributes = append(spec.Input.Attributes, providers.Attribute{Name: "more", Type: cty.String})
		},
		"other needs the input more, joiner does not": func(spec *providers.CapabilitySpec) {
			spec.Input.Attributes = append(spec.Input.Attributes, providers.Attribute{Name: "more", Type: cty.String, Required: true})
		},
		"joiner needs the input parts, other does not": func(spec *providers.CapabilitySpec) { spec.Input.Attributes[0].Required = false },
		"other and joiner give its input parts different types": func(spec *providers.CapabilitySpec) {
			spec.Input.Attributes[0].Type = cty.String
		},
		"other and joiner give different outputs": func(spec *providers.CapabilitySpec) {
			spec.Output.Attributes = nil
		},
	} {
		c := catalog()
		spec := providers.Capability[joinInput, joinOutput]{Name: "text.join"}.Spec()
		change(&spec)
		c["other"] = providers.Description{Name: "other", Version: "1", Capabilities: []providers.CapabilitySpec{spec}}
		file, diags := pipeline.Parse(pipeline.Source{"p.hcl": []byte("pipeline \"p\" {\n  stage \"s\" {\n    uses = \"text.join\"\n    with = { parts = [] }\n  }\n}\n")})
		diags = append(diags, file.Check(c)...)
		if want == "" && diags.HasErrors() || want != "" && (len(diags) != 1 || !strings.Contains(diags.Error(), want)) {
			t.Errorf("want %q, got %v", want, diags)
		}
	}
}

func TestJSONSyntaxIsReadToo(t *testing.T) {
	src := pipeline.Source{"p.hcl.json": []byte(`{"pipeline": {"p": {
		"input": {"topic": {"type": "string", "default": "owls"}},
		"stage": {"write": {"uses": "text.write", "with": {"topic": "${input.topic}"}}},
		"output": {"title": {"value": "${stage.write.title}"}}}}}`)}
	file, diags := check(src)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	if got := file.Pipeline("p").Stage("write").Capability; got != "text.write" {
		t.Errorf("capability %q", got)
	}
}

func TestGraphs(t *testing.T) {
	pl := load(t, "testdata/valid/fan.hcl").Pipeline("fan")
	var mermaid, dot, js strings.Builder
	if err := pl.WriteMermaid(&mermaid); err != nil {
		t.Fatal(err)
	}
	if err := pl.WriteDOT(&dot); err != nil {
		t.Fatal(err)
	}
	if err := pl.WriteJSON(&js); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{mermaid.String(): "each_line --> join", dot.String(): `"each_line" -> "join"`, js.String(): `"depends_on": [`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

func TestDigestDependsOnContentAlone(t *testing.T) {
	a := pipeline.Source{"x/p.hcl": []byte("a"), "x/q.hcl": []byte("b")}
	b := maps.Clone(a)
	if a.Digest() != b.Digest() {
		t.Error("equal sources have different digests")
	}
	b["x/q.hcl"] = []byte("c")
	if a.Digest() == b.Digest() {
		t.Error("different sources have one digest")
	}
}
