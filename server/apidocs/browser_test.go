package apidocs_test

import (
	"net/http/httptest"
	"os"
	"testing"

	"github.com/filmloom/filmloom/server/servertest"
)

// FILMLOOM_SCREENSHOTS names a folder for pictures of the page.
func TestThePageWorksInARealBrowser(t *testing.T) {
	servertest.NeedBrowser(t)
	web := httptest.NewServer(api())
	defer web.Close()
	servertest.Browse(t, "docs.mjs", map[string]any{
		"url": web.URL + "/v1/docs", "operation": "get-film", "values": map[string]string{"film_id": "f1"}, "username": "ann", "password": "p&ss wörd",
		"screenshots": os.Getenv("FILMLOOM_SCREENSHOTS"),
	})
}
