package servertest

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// e2e is the folder of the browser's scripts, from where the tests of a room run.
var e2e = filepath.Join("..", "..", "e2e")

// NeedBrowser skips a test where Chromium, the packages of the folder e2e or a program besides are not installed; with
// FILMLOOM_E2E set it does not, and the test fails.
func NeedBrowser(t testing.TB, programs ...string) {
	t.Helper()
	if os.Getenv("FILMLOOM_E2E") != "" {
		return
	}
	if _, err := os.Stat(filepath.Join(e2e, "node_modules", "playwright-core")); err != nil {
		t.Skip("the browser tests are not installed: run npm ci in e2e")
	}
	for _, program := range append(programs, "chromium") {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(program + " is not installed")
		}
	}
}

// Browse runs a script of the folder e2e with what it wants to know, as JSON.
func Browse(t testing.TB, script string, want any) {
	t.Helper()
	args, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	run := exec.CommandContext(t.Context(), "node", script, string(args))
	run.Dir = e2e
	if out, err := run.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
