package server_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/servertest"
)

// A stream is counted when it is opened, whatever is answered.
func TestOpeningAStreamIsARequestLikeAnyOther(t *testing.T) {
	s := start(t, 0)
	ann := s.User("ann")
	if err := s.Identity().SetPlan(t.Context(), ann.ID(), "free"); err != nil {
		t.Fatal(err)
	}
	path := "/v1/video/tasks/" + ann.ID() + "/events" // there is no such task
	for n := 0; ; n++ {
		a := ann.Get(path)
		if a.Status == http.StatusTooManyRequests && n > 0 {
			break
		}
		if a.Status != http.StatusNotFound || a.Header.Get("X-RateLimit-Limit") == "" || n > 120 { // a minute may turn
			t.Fatalf("request %d is answered %d with %v", n, a.Status, a.Header)
		}
	}
}

func TestEveryAttemptToLogInIsCountedByItsOutcome(t *testing.T) {
	s := start(t, 0)
	counted := func(outcome string) string {
		for line := range strings.Lines(string(s.Nobody().Get("/metrics").Want(200).Body)) {
			if value, found := strings.CutPrefix(line, `filmloom_logins_total{outcome="`+outcome+`"} `); found {
				return strings.TrimSpace(value)
			}
		}
		return "nothing"
	}
	s.Login(identity.AdminName, servertest.AdminPassword)
	limited := false
	for range 30 { // a minute may turn
		wrong := s.Nobody().Form("/v1/auth/token", url.Values{"username": {"nobody"}, "password": {"wrong"}})
		limited = limited || wrong.Status == http.StatusTooManyRequests
	}
	if !limited || counted("limited") == "0" || counted("refused") == "0" || counted("succeeded") != "1" || counted("other") != "nothing" {
		t.Errorf("limited %v: limited %s, refused %s, succeeded %s, other %s", limited, counted("limited"), counted("refused"), counted("succeeded"), counted("other"))
	}
}
