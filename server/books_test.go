package server_test

import (
	"net/http"
	"testing"

	"github.com/filmloom/filmloom/server/admin"
	"github.com/filmloom/filmloom/server/config"
)

// Commands see the same books as the API: those of the server, with what its plans grant.
func TestCreditsOfCommandsAreThoseOfTheAPI(t *testing.T) {
	s := start(t, 0, func(c *config.Config) { c.DefaultPlan, c.Standard.Credits = "standard", 12 })
	ann := s.User("ann")
	call := func(name string, in, out any) {
		t.Helper()
		if err := admin.Call(t.Context(), s.Dir(), name, in, out); err != nil {
			t.Fatal(err)
		}
	}
	var b admin.Balance
	call("credits.show", admin.Named{Name: "ann"}, &b)
	if b.Available != 12 || b.Granted != 12 || b.Unlimited || b.Plan != "standard" {
		t.Errorf("got %+v", b)
	}
	var a, again admin.AddedCredits
	in := admin.AddCredits{User: "ann", Amount: 7, Note: "a gift", By: "root", Once: "k"}
	call("credits.add", in, &a)
	s.Restart()
	call("credits.add", in, &again)
	if a.Available != 19 || a.Again || !again.Again || again.Entry != a.Entry {
		t.Errorf("got %+v, and then %+v", a, again)
	}
	v := ann.Get("/api/v1/users/me/credits").Want(http.StatusOK).JSON()
	if v["available"] != 19.0 || v["granted"] != 12.0 || v["purchased"] != 7.0 || len(v["entries"].([]any)) != 2 {
		t.Errorf("got %v", v)
	}
	var l admin.Ledger
	call("credits.list", admin.ListCredits{User: "ann", Limit: 10}, &l)
	if len(l.Entries) != 2 || l.Entries[0].Kind != "grant" || l.Entries[1].By != "root" || l.Available != 19 || l.More {
		t.Errorf("got %+v", l)
	}
}
