package studioapi_test

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/store"
)

// escaped is JSON with every character as the escapes that some programs write: twelve bytes for one.
func escaped(text string, n int) string {
	return strings.Repeat(`\ud83c\udfac`, n-len(text)) + text
}

// A script of 50 × 20,000 characters, in the longest form that a program gives it.
func TestTheLargestBatchThatIsAllowedIsTaken(t *testing.T) {
	ann := start(t).User("ann")
	const items = 50
	characters := make([]string, 10)
	for i := range characters {
		characters[i] = fmt.Sprintf(`{"name":"%s","age":"young_adult","gender":"female","voice":"%s"}`, escaped(fmt.Sprint(i), 50), escaped("deep", 100))
	}
	item := fmt.Sprintf(`{"title":"%s","script":"%s","settings":{"duration":600,"style":"photorealistic","language":"en",
		"subtitle_languages":["en","cs","da","nl","fr","de","el","hi","id","it","zh","ja","no","pl","pt","ru","es","sv","tr","uk"],
		"include_subtitles":true,"characters":[%s],"music_genre":"documentary","aspect_ratio":"16:9","youtube_upload":false}}`,
		escaped("T", 100), escaped(" [mock:hang@script.analyze]", 20_000), strings.Join(characters, ","))
	body := `{"items":[` + strings.Repeat(item+",", items-1) + item + `]}`
	a := ann.With("Idempotency-Key", "k").Post("/api/v1/batches", body).Want(202)
	results := a.JSON()["items"].([]any)
	for i, one := range results {
		if r := one.(object); r["job_id"] == nil || r["error"] != nil {
			t.Fatalf("item %d: %.500v", i, r)
		}
	}
	if len(results) != items || len(body) < 12<<20 {
		t.Errorf("%d items of %d bytes", len(results), len(body))
	}
	first := project(t, ann, results[0].(object)["project_id"].(string))
	if n := len([]rune(first["script"].(string))); n != 20_000 {
		t.Errorf("the script has %d characters", n)
	}
	again := ann.With("Idempotency-Key", "k").Post("/api/v1/batches", body).Want(202)
	if !bytes.Equal(again.Body, a.Body) || again.Header.Get("Idempotency-Replayed") != "true" {
		t.Error("it was carried out twice")
	}
	// Anything else is no larger than usual.
	failure(t, ann.Post("/api/v1/projects", `{"title":"T","script":"S"`+strings.Repeat(" ", 1<<20)+"}"), 413, "PAYLOAD_TOO_LARGE")
}

// A batch whose account was disabled while the server was down does not stand open for ever.
func TestAnInterruptedBatchOfADisabledAccountEnds(t *testing.T) {
	s := start(t)
	ann := s.User("ann")
	account := ann.ID()
	const id = "0193a5b2-b051-7e73-9b6f-9e1122334455"
	s.Admin().Patch("/api/v1/users/"+account, object{"disabled": true}).Want(200)
	s.Offline(func(dir string) {
		db, err := store.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		err = db.Update(t.Context(), func(tx *store.Tx) error {
			queued := object{"project_id": nil, "job_id": nil, "status": "queued", "error": nil}
			b := object{"id": id, "account": account, "scopes": identity.Read | identity.Write, "open": true, "items": []object{queued, queued}, "created": time.Now()}
			if err := tx.Put(store.K("open-batch", id), []object{telling("One."), telling("Two.")}); err != nil {
				return err
			}
			return tx.Put(store.K("batch", id), b)
		})
		if err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	got := s.Admin().Get("/api/v1/batches/" + id).Want(200).JSON()
	if got["status"] != "completed" {
		t.Errorf("it stands at %v", got["status"])
	}
	for _, one := range got["items"].([]any) {
		e, _ := one.(object)["error"].(object)
		if one.(object)["status"] != "rejected" || e["code"] != "INSUFFICIENT_PERMISSIONS" || one.(object)["job_id"] != nil {
			t.Errorf("got %v", one)
		}
	}
}

// Not every client can read a time to the nanosecond.
func TestTimesAreToTheMicrosecond(t *testing.T) {
	s := start(t, local(t))
	ann := s.User("ann")
	rec := receive(t, nil)
	hook := rec.register(ann, "", "job.completed")["webhook_id"].(string)
	key := ann.Post("/api/v1/api-keys", object{"name": "k"}).Want(201)
	p, j := film(t, ann, draft(nil))
	rec.next()
	job, project := "/api/v1/jobs/"+j["job_id"].(string), "/api/v1/projects/"+p["project_id"].(string)
	finer := regexp.MustCompile(`"(\w+)":"\d{4}-\d\d-\d\dT[^"]*\.\d{7,}[^"]*"`)
	one := regexp.MustCompile(`"(\w+)":"(\d{4}-\d\d-\d\dT[^"]*)"`)
	seen := 0
	check := func(what string, body []byte) {
		t.Helper()
		for _, m := range finer.FindAllSubmatch(body, -1) {
			t.Errorf("%s: %s", what, m[0])
		}
		for _, m := range one.FindAllSubmatch(body, -1) {
			seen++
			if !bytes.HasSuffix(m[2], []byte("Z")) {
				t.Errorf("%s: %s", what, m[0])
			}
		}
	}
	check("key", key.Body)
	check("test", ann.Post("/api/v1/webhooks/"+hook+"/test", nil).Want(200).Body)
	for _, path := range []string{
		project, project + "/jobs", "/api/v1/projects", job, job + "/steps", job + "/events", "/api/v1/webhooks", "/api/v1/webhooks/" + hook,
		"/api/v1/webhooks/" + hook + "/deliveries", "/api/v1/api-keys", "/api/v1/users/me", "/api/v1/users/me/credits",
	} {
		check(path, ann.Get(path).Want(200).Body)
	}
	if seen < 40 {
		t.Errorf("only %d times were seen", seen)
	}
}

func TestATextWithNothingToSeeIsNone(t *testing.T) {
	ann := start(t).User("ann")
	id := create(t, ann, draft(nil))
	for _, blank := range []string{" ", "\n\t", "\u200b", "\u00a0", "\x00"} {
		invalid(t, ann.Post("/api/v1/projects", draft(object{"title": blank})), "body.title")
		invalid(t, ann.Post("/api/v1/projects", draft(object{"script": blank})), "body.script")
		invalid(t, ann.Patch("/api/v1/projects/"+id, object{"title": blank}), "body.title")
		invalid(t, ann.Patch("/api/v1/projects/"+id, object{"script": blank}), "body.script")
		invalid(t, ann.Post("/api/v1/batches", object{"items": []object{telling(blank)}}), "body.items[0].script")
		invalid(t, ann.Post("/api/v1/projects", draft(object{"settings": object{"characters": []object{{"name": blank}}}})), "body.settings.characters[0].name")
	}
	// One mistake is told once.
	for _, row := range [][2]string{
		{`{"title":"","script":"S"}`, "body.title: expected length >= 1"},
		{`{"title":null,"script":"S"}`, "body.title: expected string"},
		{`{"script":"S"}`, "body.title: is missing"},
		{`{"title":"T","script":"S","settings":{"characters":[{}]}}`, "body.settings.characters[0].name: is missing"},
	} {
		body, want := row[0], row[1]
		a := ann.Post("/api/v1/projects", body)
		failure(t, a, 400, "INVALID_INPUT")
		if said := a.JSON()["error"].(object)["message"]; said != want {
			t.Errorf("%s: %q", body, said)
		}
	}
}
