package studioapi_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/server/config"
)

// item is an item of a batch that makes a new project.
func item(fields object) object { return draft(fields) }

func TestABatchHasAResultForEachItem(t *testing.T) {
	s := start(t, plan("standard"), local(t))
	ann, bob, rec := s.User("ann"), s.User("bob"), receive(t, nil)
	rec.register(ann, "", "batch.completed")
	mine, others := create(t, ann, draft(nil)), create(t, bob, draft(nil))
	busy := create(t, ann, telling(hang))
	blocking := generate(t, ann, busy, nil)
	a := ann.Post("/api/v1/batches", object{"items": []object{
		{"project_id": mine, "settings": object{"duration": 20}},
		item(object{"title": "New", "settings": object{"duration": 20, "style": "anime"}}),
		{"project_id": others},
		{"project_id": "none"},
		{"project_id": busy},
		{"project_id": mine},
		item(object{"settings": object{"duration": 121}}),
		item(object{"script": words(300)}),
		item(object{"script": failing}),
		item(object{"settings": object{"youtube_upload": true}}),
	}}).Want(202).JSON()
	id := a["batch_id"].(string)
	items := a["items"].([]any)
	for i, want := range []string{
		"queued", "queued", "PROJECT_NOT_FOUND", "PROJECT_NOT_FOUND", "JOB_ALREADY_PROCESSING", "JOB_ALREADY_PROCESSING",
		"INSUFFICIENT_PERMISSIONS", "INVALID_INPUT", "queued", "YOUTUBE_NOT_CONNECTED",
	} {
		one := items[i].(object)
		e, _ := one["error"].(object)
		if want == "queued" {
			if one["job_id"] == nil || one["project_id"] == nil || e != nil || one["status"] == "rejected" {
				t.Errorf("item %d: %v", i, one)
			}
			continue
		}
		if one["status"] != "rejected" || one["job_id"] != nil || e["code"] != want || e["message"] == "" || e["details"] == nil || len(one) != 4 {
			t.Errorf("item %d: %v", i, one)
		}
	}
	if len(items) != 10 || a["status"] != "processing" || a["created_at"] == nil || items[0].(object)["project_id"] != mine || items[4].(object)["project_id"] != busy {
		t.Errorf("got %v", a)
	}
	if items[2].(object)["project_id"] != nil || items[3].(object)["project_id"] != nil || items[6].(object)["project_id"] != nil {
		t.Errorf("got %v", a)
	}
	e := rec.next().event
	done := ann.Get("/api/v1/batches/" + id).Want(200).JSON()
	var statuses []string
	for i, one := range done["items"].([]any) {
		statuses = append(statuses, one.(object)["status"].(string))
		told := e["data"].(object)["items"].([]any)[i].(object)
		if told["status"] != one.(object)["status"] || told["job_id"] != one.(object)["job_id"] || told["project_id"] != one.(object)["project_id"] {
			t.Errorf("item %d is told as %v", i, told)
		}
	}
	want := []string{"completed", "completed", "rejected", "rejected", "rejected", "rejected", "rejected", "rejected", "failed", "rejected"}
	if done["status"] != "completed" || !slices.Equal(statuses, want) || e["event"] != "batch.completed" || e["data"].(object)["batch_id"] != id || e["data"].(object)["status"] != "completed" {
		t.Errorf("got %v\ntold %v", done, e)
	}
	// A refused item leaves nothing behind: three projects were made before, and two by the batch.
	if n := ann.Get("/api/v1/projects").JSON()["total_count"]; n != 4.0 {
		t.Errorf("%v projects", n)
	}
	failure(t, bob.Get("/api/v1/batches/"+id), 404, "BATCH_NOT_FOUND")
	failure(t, ann.Get("/api/v1/batches/none"), 404, "BATCH_NOT_FOUND")
	if j := job(t, ann, items[0].(object)["job_id"].(string)); j["credits_deducted"] != 1.0 {
		t.Errorf("got %v", j)
	}
	// What was made stays known when its project is gone.
	ann.Delete("/api/v1/projects/" + mine).Want(204)
	s.Restart()
	if again := ann.Get("/api/v1/batches/" + id).Want(200).JSON(); fmt.Sprint(again) != fmt.Sprint(done) {
		t.Errorf("got %v\nbefore %v", again, done)
	}
	ann.Post("/api/v1/jobs/"+blocking+"/cancel", nil).Want(200)
}

func TestABatchOfRefusalsIsCompletedAtOnce(t *testing.T) {
	s := start(t, local(t))
	ann, rec := s.User("ann"), receive(t, nil)
	rec.register(ann, "", "batch.completed")
	b := ann.Post("/api/v1/batches", object{"items": []object{{"project_id": "none"}}}).Want(202).JSON()
	if b["status"] != "completed" {
		t.Errorf("got %v", b)
	}
	if e := rec.next().event; e["data"].(object)["batch_id"] != b["batch_id"] {
		t.Errorf("got %v", e)
	}
}

func TestABatchSpendsWhatThereIs(t *testing.T) {
	ann := start(t, plan("standard")).User("ann")
	var items []object
	for range 12 {
		items = append(items, item(nil))
	}
	b := ann.Post("/api/v1/batches", object{"items": items}).Want(202).JSON()
	codes := map[string]int{}
	for _, one := range b["items"].([]any) {
		code := "taken"
		if e, ok := one.(object)["error"].(object); ok {
			code = e["code"].(string)
		}
		codes[code]++
	}
	if codes["taken"] != 10 || codes["INSUFFICIENT_CREDITS"] != 2 || credits(t, ann) != 0 {
		t.Errorf("%v, %d credits", codes, credits(t, ann))
	}
}

func TestABatchMeetsAFullQueue(t *testing.T) {
	ann := start(t, func(c *config.Config) { c.MaxActive, c.MaxQueue = 1, 1 }).User("ann")
	b := ann.Post("/api/v1/batches", object{"items": []object{item(object{"script": hang}), item(nil), item(nil)}}).Want(202).JSON()
	last := b["items"].([]any)[2].(object)
	if e, _ := last["error"].(object); e["code"] != "SERVICE_UNAVAILABLE" || last["status"] != "rejected" {
		t.Errorf("got %v", b)
	}
}

func TestWhatIsNoBatch(t *testing.T) {
	ann := start(t).User("ann")
	p := create(t, ann, draft(nil))
	var many []object
	for range 51 {
		many = append(many, object{"project_id": p})
	}
	for name, items := range map[string]any{
		"none": []object{}, "too many": many, "no list": object{}, "a text": "x", "no object": []any{1}, "nothing in it": []object{{}},
		"only a title": []object{{"title": "x"}}, "only a script": []object{{"script": "x"}}, "both": []object{{"project_id": p, "title": "x", "script": "y"}},
		"a title too many": []object{{"project_id": p, "title": "x"}}, "a blank title": []object{{"title": " ", "script": "x"}},
		"a long title": []object{{"title": strings.Repeat("x", 101), "script": "x"}}, "a wrong setting": []object{{"project_id": p, "settings": object{"duration": 1}}},
		"a misspelt setting": []object{{"project_id": p, "settings": object{"durration": 20}}}, "a misspelt field": []object{{"project": p}}, "null": nil,
	} {
		if fields := problems(t, ann.Post("/api/v1/batches", object{"items": items})); len(fields) == 0 || !strings.HasPrefix(fields[0], "body.items") {
			t.Errorf("%s: %v", name, fields)
		}
	}
	if n := ann.Get("/api/v1/projects/" + p + "/jobs").JSON()["total_count"]; n != 0.0 {
		t.Errorf("%v jobs", n)
	}
}

func TestABatchIsCarriedOutOnceForItsKey(t *testing.T) {
	s := start(t, plan("pro"))
	ann := s.User("ann")
	once := ann.With("Idempotency-Key", "k")
	body := object{"items": []object{item(nil), item(object{"title": "Another"}), {"project_id": "none"}}}
	first := once.Post("/api/v1/batches", body).Want(http.StatusAccepted)
	for range 2 {
		again := once.Post("/api/v1/batches", body).Want(http.StatusAccepted)
		if again.JSON()["batch_id"] != first.JSON()["batch_id"] || again.Header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("%s\nfirst %s", again.Body, first.Body)
		}
		s.Restart()
	}
	if n := ann.Get("/api/v1/projects").JSON()["total_count"]; n != 2.0 || credits(t, ann) != 54 {
		t.Errorf("%v projects, %d credits", n, credits(t, ann))
	}
}
