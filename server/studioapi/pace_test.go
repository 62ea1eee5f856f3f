package studioapi_test

import (
	"testing"
	"time"

	"github.com/filmloom/filmloom/providers"
)

// What a film took to make is what others will take: not the time in which no server ran.
func TestTheEstimateLearnsNothingFromDowntime(t *testing.T) {
	const down = 3 * time.Second
	s := slow(t, 20*time.Millisecond)
	ann := s.User("ann")
	id := create(t, ann, draft(object{"settings": object{"duration": 20}}))
	first := generate(t, ann, id, nil)
	until(t, ann, first, func(j object) bool { return j["progress"].(float64) > 10 })
	s.Offline(func(string) { <-time.After(down) }) // it is the time that is tested
	if j := job(t, ann, first); !ended(j) && j["started_at"] == nil {
		t.Errorf("got %v", j)
	}
	j := settle(t, ann, first)
	whole := moment(t, j["completed_at"]).Sub(moment(t, j["started_at"]))
	next := ann.Post("/api/v1/projects/"+create(t, ann, draft(object{"settings": object{"duration": 20}}))+"/generate", nil).Want(202).JSON()
	if learned := next["estimated_time_seconds"].(float64); j["status"] != "completed" || whole < down || learned >= whole.Seconds()-down.Seconds()+1.5 {
		t.Errorf("the first was %s after %v; the next takes %v s", j["status"], whole, learned)
	}
}

// A film of which everything was made before takes no time, which is no lesson for others, and is known beforehand.
func TestWhatIsMadeAlreadyIsNotEstimated(t *testing.T) {
	s, w := staffed(t)
	ann := s.User("ann")
	ask := func(path string) (job object, seconds float64) {
		t.Helper()
		started := ann.Post("/api/v1"+path, nil).Want(202).JSON()
		return settle(t, ann, started["job_id"].(string)), started["estimated_time_seconds"].(float64)
	}
	w.breakOff("film.assemble", providers.KindRejected)
	id := create(t, ann, draft(nil))
	failed, whole := ask("/projects/" + id + "/generate")
	if failed["status"] != "failed" || whole != 240 {
		t.Fatalf("%v after %v s", failed, whole)
	}
	w.mend()
	done := failed["progress"].(float64) / 100
	if again, rest := ask("/jobs/" + failed["job_id"].(string) + "/retry"); again["status"] != "completed" || rest < whole*(1-done)-3 || rest > whole*(1-done)+3 {
		t.Errorf("after %v of it the rest of %v s takes %v s: %v", done, whole, rest, again)
	}
	if _, none := ask("/projects/" + id + "/generate"); none != whole/20 {
		t.Errorf("the same again takes %v s", none)
	}
	// None of that has told how long a film takes: most of it was made before.
	ann.Patch("/api/v1/projects/"+id, object{"settings": object{"style": "anime"}}).Want(200)
	if _, other := ask("/projects/" + id + "/generate"); other != whole {
		t.Errorf("another style takes %v s", other)
	}
}
