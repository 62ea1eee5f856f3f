package pipeline_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/filmloom/filmloom/engine/pipeline"
)

// Whatever bytes a file holds, it is read, checked, planned, run and laid out without a panic, and laying
// it out changes nothing that is found in it.
func FuzzParse(f *testing.F) {
	for _, glob := range []string{"testdata/errors/*.hcl*", "testdata/valid/*.hcl", "../../pipelines.hcl"} {
		names, _ := filepath.Glob(glob)
		for _, name := range names {
			b, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(b, strings.HasSuffix(name, ".json"))
		}
	}
	f.Add([]byte(planned), false)
	f.Add([]byte(nested), false)
	f.Fuzz(func(t *testing.T, b []byte, json bool) {
		name := "p.hcl"
		if json {
			name += ".json"
		}
		src := pipeline.Source{name: b}
		file, diags := check(src)
		for _, d := range diags {
			if d.Subject == nil || d.Summary == "" || d.Detail == "" {
				t.Fatalf("a finding without a place or words: %#v", d)
			}
		}
		if err := pipeline.WriteDiagnostics(io.Discard, src, diags[:min(len(diags), 3)], 0, false); err != nil {
			t.Fatal(err)
		}
		walkThrough(t, file, diags)
		if err := formats(src, diags); err != nil {
			t.Fatal(err)
		}
	})
}

// walkThrough evaluates everything of a file: with nothing known, and with values for every stage.
func walkThrough(t *testing.T, file *pipeline.File, diags hcl.Diagnostics) {
	t.Helper()
	for _, p := range file.Providers {
		_, _ = p.Evaluate(catalog()["writer"].Config, func(string) (string, bool) { return "x", true })
	}
	for _, pl := range file.Pipelines {
		if len(pl.Order()) != len(pl.Stages) {
			t.Fatalf("%d of %d stages are in order", len(pl.Order()), len(pl.Stages))
		}
		var out strings.Builder
		if err := errors.Join(pl.WriteMermaid(&out), pl.WriteDOT(&out), pl.WriteJSON(&out)); err != nil {
			t.Fatal(err)
		}
		if diags.HasErrors() {
			continue
		}
		inputs, _ := pl.ResolveInputs(nil)
		scopes := []pipeline.Scope{{}, {Inputs: inputs}, {Inputs: inputs, Stages: map[string]cty.Value{}}}
		for i, scope := range scopes {
			for _, s := range pl.Order() {
				x, d := pl.Expand(s, scope)
				if d.HasErrors() {
					continue
				}
				instances := x.Instances
				if x.Unknown {
					instances = []pipeline.Instance{x.Example()}
				}
				outputs := make([]cty.Value, len(x.Instances))
				for j := range instances[:min(len(instances), 20)] {
					if in, d := x.Input(instances[j], pipeline.Self{Seed: 1, Take: 1}); !d.HasErrors() && !in.Type().IsObjectType() {
						t.Fatalf("the input of %s is %#v", instances[j].Address, in)
					}
					_, _ = x.Secrets(instances[j])
				}
				for j := range outputs {
					outputs[j] = example(s.OutputType())
				}
				if i == 2 {
					scope.Stages[s.Name] = x.Value(outputs)
				}
				s.Refers("topic")
			}
			_, _ = pl.Result(scope)
		}
	}
}

// example is a known value of a type.
func example(ty cty.Type) cty.Value {
	switch {
	case ty == cty.String:
		return cty.StringVal("x")
	case ty == cty.Number:
		return cty.NumberIntVal(1)
	case ty == cty.Bool:
		return cty.True
	case ty.IsListType():
		return cty.ListVal([]cty.Value{example(ty.ElementType())})
	case ty.IsObjectType():
		attrs := map[string]cty.Value{}
		for name, ty := range ty.AttributeTypes() {
			attrs[name] = example(ty)
		}
		return cty.ObjectVal(attrs)
	}
	return cty.NullVal(ty)
}

// formats says how laying a source out changes more than the layout.
func formats(src pipeline.Source, diags hcl.Diagnostics) error {
	changed, d := pipeline.Format(src)
	if d.HasErrors() || len(changed) == 0 {
		return nil
	}
	if again, _ := pipeline.Format(changed); len(again) > 0 {
		return fmt.Errorf("laid out once:\n%q\ntwice:\n%q", changed, again)
	}
	if _, after := check(changed); !slices.Equal(words(diags), words(after)) {
		return fmt.Errorf("laying out changed the findings from %q to %q", words(diags), words(after))
	}
	return nil
}

// words are those of findings, without places, which laying out moves.
func words(diags hcl.Diagnostics) []string {
	var words []string
	for _, d := range diags {
		words = append(words, d.Summary)
	}
	slices.Sort(words)
	return words
}
