package filmloom_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/filmloom/filmloom"
	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/plugins/builtin"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var routed = regexp.MustCompile(`(?s)(route "([^"]+)" \{)[^}]*\}`)

// mocked are the shipped pipelines with some capabilities served by the mock; all of them when none is named.
func mocked(capabilities ...string) string {
	return routed.ReplaceAllStringFunc(string(filmloom.Pipelines), func(route string) string {
		m := routed.FindStringSubmatch(route)
		if len(capabilities) > 0 && !slices.Contains(capabilities, m[2]) {
			return route
		}
		return m[1] + "\n  prefer = [\"mock\"]\n}"
	})
}

// withOutputs adds outputs to script_video that show what is not seen from outside.
func withOutputs(hcl string, outputs map[string]string) string {
	const mark = "pipeline \"script_video\" {\n"
	added := mark
	for name, value := range outputs {
		added += fmt.Sprintf("  output %q {\n    value = %s\n  }\n", name, value)
	}
	return strings.Replace(hcl, mark, added, 1)
}

// open makes an engine of pipelines on a machine where no key is exported.
func open(t *testing.T, hcl string) *engine.Engine {
	t.Helper()
	eng, err := engine.Open(t.Context(), engine.Config{
		Dir: t.TempDir(), Source: pipeline.Source{"pipelines.hcl": []byte(hcl)}, Providers: builtin.InProcess(),
		Env: func(string) (string, bool) { return "", false },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := eng.Close(); err != nil {
			t.Error(err)
		}
	})
	return eng
}

// made runs a pipeline to its end, with seed 7.
func made(t *testing.T, eng *engine.Engine, name string, inputs engine.Inputs, options ...engine.StartOptions) (*engine.Run, engine.Outputs) {
	t.Helper()
	o := engine.StartOptions{Seed: 7, HasSeed: true}
	if len(options) > 0 {
		o = options[0]
	}
	run, err := eng.Start(t.Context(), name, inputs, o)
	if err != nil {
		t.Fatal(err)
	}
	out, err := run.Wait(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return run, out
}

// decoded reads an output.
func decoded[T any](t *testing.T, out engine.Outputs, name string) (v T) {
	t.Helper()
	if err := out.Decode(name, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// content reads an output that is a file.
func content(t *testing.T, out engine.Outputs, name string) string {
	t.Helper()
	var b strings.Builder
	if err := out.WriteFile(t.Context(), name, &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
