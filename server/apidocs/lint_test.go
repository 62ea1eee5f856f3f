package apidocs_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The linter that the real documents are held against takes a good one in every form, and finds what is
// wrong with a bad one. It must be installed for this: scripts/lint-openapi installs it.
func TestTheLinterTellsGoodDocumentsFromBadOnes(t *testing.T) {
	scripts := filepath.Join("..", "..", "scripts")
	if os.Getenv("FILMLOOM_E2E") == "" {
		if _, err := os.Stat(filepath.Join(scripts, "openapi", ".cache")); err != nil {
			t.Skip("the linter is not installed: run scripts/lint-openapi once")
		}
		if _, err := exec.LookPath("node"); err != nil {
			t.Skip("node is not installed")
		}
	}
	dir := t.TempDir()
	lint := func(name string, document []byte) (bool, string) {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, document, 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.CommandContext(t.Context(), filepath.Join(scripts, "lint-openapi"), file).CombinedOutput()
		return err == nil, string(out)
	}
	h := api()
	for _, name := range []string{"openapi.json", "openapi-3.0.json", "openapi.yaml", "openapi-3.0.yaml"} {
		if ok, out := lint(name, get(t, h, "GET", "/v1/"+name).Body.Bytes()); !ok {
			t.Errorf("%s: %s", name, out)
		}
	}
	good := get(t, h, "GET", "/v1/openapi.json").Body.Bytes()
	for finding, change := range map[string][2]string{
		"operation-summary": {`"summary":"Read a film",`, ``}, // an error
		"info-license":      {`"license":`, `"x-license":`},   // a warning
		"films.example.org": {`"/films/{film_id}":{`, `"/films/{film_id}":{"$ref":"https://films.example.org/x",`},
		"cannot be checked": {`{"components"`, `{{"components"`},
		"operation-4xx":     {`"401":`, `"x-401":`},
		"path-parameters-":  {`{film_id}`, `film`},
		"security-defined":  {`"bearer":[]`, `"bear":[]`},
	} {
		bad := bytes.ReplaceAll(good, []byte(change[0]), []byte(change[1]))
		if finding == "operation-4xx" {
			for _, status := range []string{"404", "422"} {
				bad = bytes.ReplaceAll(bad, []byte(`"`+status+`":`), []byte(`"x-`+status+`":`))
			}
		}
		if bytes.Equal(bad, good) {
			t.Fatalf("%s is not in the document", change[0])
		}
		if ok, out := lint("bad.json", bad); ok || !strings.Contains(out, finding) {
			t.Errorf("%s was not found: %s", finding, out)
		}
	}
}
