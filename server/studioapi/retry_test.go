package studioapi_test

import (
	"testing"

	"github.com/filmloom/filmloom/providers"
)

// Whose credits came back has paid nothing: the retry of what has failed by our fault is paid again, and only once.
func TestARetryIsPaidAgainWhereTheCreditsCameBack(t *testing.T) {
	s, w := staffed(t, plan("standard"))
	ann := s.User("ann")
	retry := func(id string) (job object, price float64) {
		t.Helper()
		started := ann.Post("/api/v1/jobs/"+id+"/retry", nil).Want(202).JSON()
		return settle(t, ann, started["job_id"].(string)), started["credits_deducted"].(float64)
	}
	w.breakOff("film.assemble", providers.KindUnauthorized)
	p, j := film(t, ann, draft(nil))
	if j["status"] != "failed" || credits(t, ann) != 30 {
		t.Fatalf("%v, %d credits", j, credits(t, ann))
	}
	again, price := retry(j["job_id"].(string))
	if again["status"] != "failed" || price != 3 || credits(t, ann) != 30 {
		t.Errorf("failed once more: %v for %v, %d credits", again, price, credits(t, ann))
	}
	w.breakOff("film.assemble", providers.KindRejected)
	again, price = retry(again["job_id"].(string))
	if again["status"] != "failed" || price != 3 || credits(t, ann) != 27 {
		t.Errorf("rejected: %v for %v, %d credits", again, price, credits(t, ann))
	}
	w.breakOff("film.assemble", providers.KindUnauthorized)
	again, price = retry(again["job_id"].(string)) // for nothing, so that nothing comes back
	if again["status"] != "failed" || price != 0 || credits(t, ann) != 27 {
		t.Errorf("failed for nothing: %v for %v, %d credits", again, price, credits(t, ann))
	}
	w.mend()
	again, price = retry(again["job_id"].(string)) // what was rejected is still paid
	if again["status"] != "completed" || price != 0 || credits(t, ann) != 27 || again["project_id"] != p["project_id"] {
		t.Errorf("in the end: %v for %v, %d credits", again, price, credits(t, ann))
	}
}

func TestARetryThatCannotBePaidIsRefused(t *testing.T) {
	s, w := staffed(t, plan("free"))
	ann, admin := s.User("ann"), s.Admin() // who may ask more often
	w.breakOff("film.assemble", providers.KindUnauthorized)
	j := settle(t, admin, generate(t, ann, create(t, ann, draft(nil)), nil))
	w.mend()
	settle(t, admin, generate(t, ann, create(t, ann, draft(object{"settings": object{"duration": 20}})), nil))
	if n := credits(t, ann); n != 2 {
		t.Fatalf("%d credits are left", n)
	}
	details := failure(t, ann.Post("/api/v1/jobs/"+j["job_id"].(string)+"/retry", nil), 402, "INSUFFICIENT_CREDITS")
	if details["required"] != 3.0 || details["available"] != 2.0 {
		t.Errorf("got %v", details)
	}
	if p := project(t, admin, j["project_id"].(string)); p["job_id"] != j["job_id"] || p["status"] != "failed" {
		t.Errorf("got %v", p)
	}
}

// A retry is made by the plan as it is now.
func TestARetryKeepsToThePlan(t *testing.T) {
	s, w := staffed(t)
	admin, ann := s.Admin(), s.User("ann")
	change := func(plan string) {
		t.Helper()
		admin.Patch("/api/v1/users/"+ann.ID(), object{"plan": plan}).Want(200)
	}
	change("pro")
	w.breakOff("film.assemble", providers.KindRejected)
	_, long := film(t, ann, draft(object{"settings": object{"duration": 180}}))
	_, short := film(t, ann, draft(object{"settings": object{"duration": 20}}))
	w.mend()
	if in := inputs(t, s, short["job_id"].(string)); in["resolution"] != "1080p" || in["watermark"] != false {
		t.Errorf("made with %v", in)
	}
	change("free")
	details := failure(t, ann.Post("/api/v1/jobs/"+long["job_id"].(string)+"/retry", nil), 403, "INSUFFICIENT_PERMISSIONS")
	if details["plan"] != "free" || details["limit"] != "duration" || details["allowed"] != 60.0 {
		t.Errorf("got %v", details)
	}
	again := settle(t, admin, ann.Post("/api/v1/jobs/"+short["job_id"].(string)+"/retry", nil).Want(202).JSON()["job_id"].(string))
	if in := inputs(t, s, again["job_id"].(string)); again["status"] != "completed" || in["resolution"] != "720p" || in["watermark"] != true || in["duration"] != 20.0 {
		t.Errorf("%v, made with %v", again, in)
	}
	if o, err := s.Desk().Order(again["job_id"].(string)); err != nil || o.Priority != 0 {
		t.Errorf("ordered as %+v, %v", o, err)
	}
	change("pro")
	if again := settle(t, ann, ann.Post("/api/v1/jobs/"+long["job_id"].(string)+"/retry", nil).Want(202).JSON()["job_id"].(string)); again["status"] != "completed" {
		t.Errorf("got %v", again)
	}
}
