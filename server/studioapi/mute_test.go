package studioapi_test

import (
	"testing"

	"github.com/filmloom/filmloom/server/production"
)

// mutes are scripts of which nothing can be told.
var mutes = []string{"MARA:", "...", "MARA: \nBOB: ", "🎬", "---", "# The ferry", "(Rain.)\n[Thunder.]", "小明："}

// speaking are scripts of which something can, by their language.
var speaking = map[string][]string{
	"en": {"x", "2024", "(Rain.)\nMARA:\n\nIs anybody there?", "# The ferry\n\n---\n\nAt noon the ferry comes.", "(He wakes.) Good morning (he says)."},
	"zh": {"小明：谁在那里？", "雨下了一整天。"}, "ja": {"雨が降る。"}, "hi": {"बारिश हो रही है।"}, "ru": {"МАРА: Кто там?"},
	// What is not among the languages of films is a script all the same.
	"tr": {"المطر يهطل.", "ฝนตกทั้งวัน"},
}

func TestAScriptThatHasNothingToSayIsRefusedBeforeItIsPaid(t *testing.T) {
	s := start(t, plan("standard"))
	ann := s.User("ann")
	id := create(t, ann, draft(nil))
	for _, script := range mutes {
		invalid(t, ann.Post("/api/v1/projects", telling(script)), "body.script")
		invalid(t, ann.Patch("/api/v1/projects/"+id, object{"script": script}), "body.script")
		invalid(t, ann.Post("/api/v1/batches", object{"items": []object{item(nil), item(object{"script": script})}}), "body.items[1].script")
	}
	// A project that is older than the check.
	for _, script := range mutes {
		_, err := s.Desk().Edit(t.Context(), id, func(_ *production.Production, _, remember func(any) error) error {
			return remember(object{"script": script, "settings": object{}})
		})
		if err != nil {
			t.Fatal(err)
		}
		invalid(t, ann.Post("/api/v1/projects/"+id+"/generate", nil), "script")
		b := ann.Post("/api/v1/batches", object{"items": []object{{"project_id": id}}}).Want(202).JSON()
		if e, _ := b["items"].([]any)[0].(object)["error"].(object); e["code"] != "INVALID_INPUT" {
			t.Errorf("%q in a batch: %v", script, b)
		}
	}
	if p := project(t, ann, id); credits(t, ann) != 30 || p["status"] != "draft" || p["job_id"] != nil {
		t.Errorf("%d credits are left, and the project is %v", credits(t, ann), p)
	}
}

func TestAScriptThatHasAnythingToSayIsFilmed(t *testing.T) {
	ann := start(t).User("ann")
	jobs := map[string]string{}
	for language, scripts := range speaking {
		for _, script := range scripts {
			id := create(t, ann, draft(object{"script": script, "settings": object{"language": language, "duration": 20}}))
			jobs[generate(t, ann, id, nil)] = script
		}
	}
	for id, script := range jobs {
		if j := settle(t, ann, id); j["status"] != "completed" {
			t.Errorf("%q: %v", script, j)
		}
	}
	if len(jobs) < 10 {
		t.Errorf("only %d", len(jobs))
	}
}
