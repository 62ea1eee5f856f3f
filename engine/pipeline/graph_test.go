package pipeline_test

import (
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares with a file under testdata, or writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	name = filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is different (see -update); got:\n%s", name, got)
	}
}

func TestGraphsShowTheStagesOfPipelinesInsideThem(t *testing.T) {
	file := load(t, "testdata/graph/shelf.hcl")
	pl := file.Pipeline("shelf")
	for name, write := range map[string]func(io.Writer) error{
		"shelf.mmd": pl.WriteMermaid, "shelf.dot": pl.WriteDOT, "shelf.json": pl.WriteJSON,
	} {
		var b strings.Builder
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		golden(t, filepath.Join("graph", name), b.String())
	}
}
