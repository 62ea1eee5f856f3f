package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/filmloom/filmloom/plugins/builtin"
)

func TestMain(m *testing.M) {
	builtin.Main()
	testscript.Main(m, map[string]func(){"filmloom": main})
}

var preferred = regexp.MustCompile(`(prefer|fallback)\s*= \[[^]]*\]`)

// The scripts use the command as a person would, against real plugin processes. mock.hcl is the
// project's own pipelines.hcl with every capability served by the mock plugin.
func TestScripts(t *testing.T) {
	pipelines, err := os.ReadFile("../../pipelines.hcl")
	if err != nil {
		t.Fatal(err)
	}
	mocked := preferred.ReplaceAll(pipelines, []byte(`$1 = ["mock"]`))
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			filmloom, err := exec.LookPath("filmloom")
			if err != nil {
				return err
			}
			env.Setenv("BIN", filepath.Dir(filmloom)) // for a machine that has nothing else
			return os.WriteFile(filepath.Join(env.WorkDir, "mock.hcl"), mocked, 0o644)
		},
		RequireExplicitExec: true,
	})
}
