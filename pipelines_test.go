package filmloom_test

import (
	"strings"
	"testing"

	"github.com/filmloom/filmloom"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/plugins/builtin"
)

// The pipelines that ship with the binary are valid against what its own plugins can do, warnings
// included.
func TestPipelinesAreValid(t *testing.T) {
	source := builtin.InProcess()
	catalog := pipeline.Catalog{}
	for _, name := range source.Plugins() {
		d, err := source.Describe(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		catalog[name] = d
	}
	src := pipeline.Source{"pipelines.hcl": filmloom.Pipelines}
	file, diags := pipeline.Parse(src)
	diags = append(diags, file.Check(catalog)...)
	if len(diags) > 0 {
		var b strings.Builder
		if err := pipeline.WriteDiagnostics(&b, src, diags, 100, false); err != nil {
			t.Error(err)
		}
		t.Fatal(b.String())
	}
}
