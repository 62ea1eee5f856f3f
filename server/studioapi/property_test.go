package studioapi_test

import (
	"maps"
	"math"
	"testing"

	"pgregory.net/rapid"

	films "github.com/filmloom/filmloom/server/film"
)

// What the document allows is taken, and comes back as it was given.
func TestWhateverTheDocumentAllowsOfAProjectIsTakenAndKept(t *testing.T) {
	s := start(t)
	ann, d := s.User("ann"), drawing{doc: s.Document(api)}
	rapid.Check(t, func(t *rapid.T) {
		body := d.body(t, "post", "/projects")
		a := ann.Post("/api/v1/projects", body)
		if a.Status != 201 {
			t.Fatalf("%d %.500s", a.Status, a.Body)
		}
		p := a.JSON()
		path := "/api/v1/projects/" + p["project_id"].(string)
		defer ann.Delete(path)
		given := over(body, object{})
		kept := func(p object) {
			t.Helper()
			if want := usualSettings(given); p["title"] != body["title"] || p["script"] != body["script"] || !same(t, p["settings"], want) {
				t.Fatalf("got  %q %.300q %v\nwant %q %.300q %v", p["title"], p["script"], p["settings"], body["title"], body["script"], want)
			}
			if price := math.Ceil(p["settings"].(object)["duration"].(float64) / 20); p["estimated_credits"] != price {
				t.Fatalf("%v credits, not %v", p["estimated_credits"], price)
			}
		}
		kept(p)
		kept(ann.Get(path).JSON())
		change := d.body(t, "patch", "/projects/{project_id}")
		if a = ann.Patch(path, change); a.Status != 200 {
			t.Fatalf("%d %.500s", a.Status, a.Body)
		}
		given = over(change, given)
		maps.Copy(body, change)
		kept(a.JSON())
		kept(ann.Get(path).JSON())
	})
}

// What the document allows of a film's settings orders one, with just these settings; only a channel that is not
// connected cannot be uploaded to. Some are made to their end, which takes longer.
func TestWhateverTheDocumentAllowsOfAFilmIsOrdered(t *testing.T) {
	s := start(t)
	ann, d := s.User("ann"), drawing{doc: s.Document(api)}
	outer := t
	rapid.Check(t, func(t *rapid.T) {
		project := d.body(t, "post", "/projects")
		project["script"] = "Hi." // is short enough in every language
		id := ann.Post("/api/v1/projects", project).JSON()["project_id"].(string)
		defer ann.Delete("/api/v1/projects/" + id)
		body := d.body(t, "post", "/projects/{project_id}/generate")
		settings := usualSettings(over(body, over(project, object{})))
		a := ann.Post("/api/v1/projects/"+id+"/generate", body)
		if settings["youtube_upload"] == true {
			if e, _ := a.JSON()["error"].(object); a.Status != 400 || e["code"] != "YOUTUBE_NOT_CONNECTED" {
				t.Fatalf("%d %.500s", a.Status, a.Body)
			}
			return
		}
		if price := math.Ceil(float64(settings["duration"].(int)) / 20); a.Status != 202 || a.JSON()["credits_deducted"] != price {
			t.Fatalf("%d %.500s for %v credits", a.Status, a.Body, price)
		}
		job := a.JSON()["job_id"].(string)
		defer ann.Post("/api/v1/jobs/"+job+"/cancel", nil)
		if rapid.IntRange(0, 9).Draw(t, "cancelled") == 0 {
			if j := settle(outer, ann, job); j["status"] != "completed" {
				t.Fatalf("it is not made: %v", j)
			}
		}
		in := inputs(outer, s, job)
		for name, given := range settings {
			switch name {
			case "language":
				given = films.Language(given.(string))
			case "characters", "subtitle_languages": // tested by themselves
				continue
			}
			if !same(t, in[name], given) {
				t.Errorf("%s is %v, and was to be %v", name, in[name], given)
			}
		}
		if got, want := len(in["characters"].([]any)), len(settings["characters"].([]any)); got != want {
			t.Errorf("%d characters, not %d", got, want)
		}
	})
}
