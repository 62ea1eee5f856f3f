package videoapi_test

import (
	"os"
	"testing"

	"github.com/filmloom/filmloom/server/servertest"
)

// Who logs in on the page can use everything, and refresh the session too.
func TestARealBrowserLogsInOnTheDocsPage(t *testing.T) {
	servertest.NeedBrowser(t)
	s := start(t)
	s.User("ann")
	for _, operation := range []string{"listVideoTasks", "refresh"} {
		servertest.Browse(t, "docs.mjs", map[string]any{
			"url": s.URL() + "/v1/docs", "operation": operation, "username": "ann", "password": servertest.Password("ann"),
			"screenshots": os.Getenv("FILMLOOM_SCREENSHOTS"),
		})
	}
}
