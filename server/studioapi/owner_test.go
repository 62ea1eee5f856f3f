package studioapi_test

import (
	"fmt"
	"testing"

	"github.com/filmloom/filmloom/plugins/youtube/youtubetest"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/store"
)

// What an admin asks for in somebody else's project is theirs: made by their plan, and paid by them.
func TestAFilmIsMadeByTheOwnersPlanWhoeverAsks(t *testing.T) {
	s, w := staffed(t, plan("free"))
	admin, bob := s.Admin(), s.User("bob")
	id := create(t, bob, draft(nil))
	path := "/api/v1/projects/" + id + "/generate"
	ask := func(settings object) object { return object{"settings": settings} }
	for name, over := range map[string]object{
		"duration":   {"duration": 600},
		"characters": {"characters": []object{{"name": "a"}, {"name": "b"}, {"name": "c"}}},
	} {
		details := failure(t, admin.Post(path, ask(over)), 403, "INSUFFICIENT_PERMISSIONS")
		if details["plan"] != "free" || details["limit"] != name {
			t.Errorf("%s: %v", name, details)
		}
		b := admin.Post("/api/v1/batches", object{"items": []object{{"project_id": id, "settings": over}}}).Want(202).JSON()
		if e, _ := b["items"].([]any)[0].(object)["error"].(object); e["code"] != "INSUFFICIENT_PERMISSIONS" {
			t.Errorf("%s in a batch: %v", name, b)
		}
	}
	w.breakOff("music.compose", providers.KindRejected) // so that it is paid, and can be retried
	j := settle(t, admin, admin.Post(path, ask(object{"duration": 20})).Want(202).JSON()["job_id"].(string))
	if in := inputs(t, s, j["job_id"].(string)); in["resolution"] != "720p" || in["watermark"] != true {
		t.Errorf("made with %v", in)
	}
	if o, err := s.Desk().Order(j["job_id"].(string)); err != nil || o.Priority != 0 || o.Account != bob.ID() {
		t.Errorf("ordered as %+v, %v", o, err)
	}
	entries := bob.Get("/api/v1/users/me/credits").Want(200).JSON()["entries"].([]any)
	var reserved object
	for _, one := range entries {
		if e := one.(object); e["kind"] == "reserve" {
			reserved = e
		}
	}
	if credits(t, bob) != 2 || reserved["amount"] != -1.0 || reserved["job_id"] != j["job_id"] {
		t.Errorf("%d credits are left, taken with %v", credits(t, bob), reserved)
	}
	again := admin.Post("/api/v1/jobs/"+j["job_id"].(string)+"/retry", nil).Want(202).JSON()["job_id"].(string)
	settle(t, admin, again)
	if o, err := s.Desk().Order(again); err != nil || o.Priority != 0 || inputs(t, s, again)["watermark"] != true {
		t.Errorf("retried as %+v, %v", o, err)
	}
	// What he cannot pay, she does not pay for him.
	details := failure(t, admin.Post(path, ask(object{"duration": 60})), 402, "INSUFFICIENT_CREDITS")
	if details["required"] != 3.0 || details["available"] != 2.0 {
		t.Errorf("got %v", details)
	}
}

func TestAFilmGoesToTheOwnersChannelWhoeverAsks(t *testing.T) {
	s, vendor := uploading(t)
	admin, bob := s.Admin(), s.User("bob")
	page, _ := authorize(t, admin)
	admin.Post("/api/v1/youtube/callback", brought(vendor.Consent(page, youtubetest.Decision{}))).Want(200)
	id := create(t, bob, draft(object{"settings": object{"youtube_upload": true}}))
	path := "/api/v1/projects/" + id + "/generate"
	failure(t, admin.Post(path, nil), 400, "YOUTUBE_NOT_CONNECTED") // for bob is not
	page, _ = authorize(t, bob)
	bob.Post("/api/v1/youtube/callback", brought(vendor.Consent(page, youtubetest.Decision{}))).Want(200)
	j := settle(t, admin, admin.Post(path, nil).Want(202).JSON()["job_id"].(string))
	if in := inputs(t, s, j["job_id"].(string)); j["status"] != "completed" || in["youtube_account"] != bob.ID() {
		t.Errorf("%v with %v", j, in)
	}
}

// For whoever is not there, or not let in, nothing is made.
func TestAFilmNeedsAnOwner(t *testing.T) {
	s, w := staffed(t)
	admin, bob := s.Admin(), s.User("bob")
	w.breakOff("music.compose", providers.KindRejected)
	p, j := film(t, bob, draft(nil))
	id, account := p["project_id"].(string), bob.ID()
	refused := func(says string) {
		t.Helper()
		for _, path := range []string{"/api/v1/projects/" + id + "/generate", "/api/v1/jobs/" + j["job_id"].(string) + "/retry"} {
			a := admin.Post(path, nil)
			failure(t, a, 409, "CONFLICT")
			if got := a.JSON()["error"].(object)["message"]; got != says {
				t.Errorf("%s: %v", path, got)
			}
		}
		b := admin.Post("/api/v1/batches", object{"items": []object{{"project_id": id}, {"title": "Mine", "script": "It is mine."}}}).Want(202).JSON()
		items := fmt.Sprint(b["items"])
		if e, _ := b["items"].([]any)[0].(object)["error"].(object); e["code"] != "CONFLICT" || b["items"].([]any)[1].(object)["job_id"] == nil {
			t.Errorf("in a batch: %s", items)
		}
	}
	admin.Patch("/api/v1/users/"+account, object{"disabled": true}).Want(200)
	refused("The account that owns the project is disabled: enable it, and try again.")
	s.Offline(func(dir string) { // an account that was removed, and whose things are not erased yet
		db, err := store.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Update(t.Context(), func(tx *store.Tx) error { return tx.Delete(accountRecord(account)) }); err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := s.Identity().Account(t.Context(), account); err != identity.ErrNotFound { //nolint:errorlint // the test's own
		t.Fatalf("the account: %v", err)
	}
	refused("The account that owned the project was removed, and the project goes with it.")
}

// accountRecord is where the record of an account is.
func accountRecord(id string) store.Key { return store.K("identity", "account", id) }
