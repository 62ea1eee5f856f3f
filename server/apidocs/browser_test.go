package apidocs_test

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Everything in the folder e2e must be installed for this: npm ci, chromium. With FILMLOOM_E2E set it is not
// skipped; FILMLOOM_SCREENSHOTS names a folder for pictures of the page.
func TestThePageWorksInARealBrowser(t *testing.T) {
	e2e := filepath.Join("..", "..", "e2e")
	if os.Getenv("FILMLOOM_E2E") == "" {
		if _, err := os.Stat(filepath.Join(e2e, "node_modules", "playwright-core")); err != nil {
			t.Skip("the browser tests are not installed: run npm ci in e2e")
		}
		if _, err := exec.LookPath("chromium"); err != nil {
			t.Skip("chromium is not installed")
		}
	}
	web := httptest.NewServer(api())
	defer web.Close()
	want, err := json.Marshal(map[string]any{
		"url": web.URL + "/v1/docs", "operation": "get-film", "values": map[string]string{"film_id": "f1"}, "username": "ann", "password": "p&ss wörd",
		"screenshots": os.Getenv("FILMLOOM_SCREENSHOTS"),
	})
	if err != nil {
		t.Fatal(err)
	}
	run := exec.CommandContext(t.Context(), "node", "docs.mjs", string(want))
	run.Dir = e2e
	if out, err := run.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
