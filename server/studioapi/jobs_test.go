package studioapi_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/servertest"
)

func TestAJobHasEveryDocumentedKeyWhileItWaitsAndWhenItIsDone(t *testing.T) {
	s := start(t, func(c *config.Config) { c.MaxActive = 1 })
	ann := s.User("ann")
	block := generate(t, ann, create(t, ann, telling(hang)), nil)
	p := create(t, ann, draft(nil))
	id := generate(t, ann, p, nil)
	j := job(t, ann, id)
	want := object{
		"job_id": id, "project_id": p, "status": "queued", "progress": 0.0, "current_step": nil,
		"estimated_time_remaining": "4 minutes", "estimated_time_remaining_seconds": 240.0, "credits_deducted": 3.0,
		"duration_seconds": nil, "output_url": nil, "error": nil, "warnings": []any{}, "created_at": j["created_at"],
		"started_at": nil, "completed_at": nil,
	}
	if fmt.Sprint(j) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v", j, want)
	}
	moment(t, j["created_at"])
	ann.Post("/api/v1/jobs/"+block+"/cancel", nil).Want(200)
	j = settle(t, ann, id)
	if !slices.Equal(slices.Sorted(maps.Keys(j)), slices.Sorted(maps.Keys(want))) {
		t.Errorf("got %v", slices.Sorted(maps.Keys(j)))
	}
	if j["status"] != "completed" || j["progress"] != 100.0 || j["estimated_time_remaining"] != nil || j["current_step"] != nil || j["error"] != nil {
		t.Errorf("got %v", j)
	}
	if !moment(t, j["completed_at"]).After(moment(t, j["started_at"])) || moment(t, j["started_at"]).Before(moment(t, j["created_at"])) {
		t.Errorf("got %v", j)
	}
	film := s.Nobody().Get(j["output_url"].(string)).Want(200)
	if film.Header.Get("Content-Type") != "video/mp4" || !strings.Contains(film.Header.Get("Content-Disposition"), "My Video Project.mp4") {
		t.Errorf("got %v", film.Header)
	}
}

// The estimate is learned from the jobs before.
func TestTheEstimateIsLearned(t *testing.T) {
	s := start(t)
	ann := s.User("ann")
	film(t, ann, draft(nil))
	id := create(t, ann, draft(nil))
	got := ann.Post("/api/v1/projects/"+id+"/generate", nil).Want(202).JSON()
	if got["estimated_time"] == "3-5 minutes" || got["estimated_time_seconds"].(float64) > 60 || !strings.HasSuffix(strings.TrimSuffix(got["estimated_time"].(string), "s"), " second") {
		t.Errorf("got %v", got)
	}
	s.Restart()
	id = create(t, ann, draft(object{"settings": object{"duration": 600}}))
	if again := ann.Post("/api/v1/projects/"+id+"/generate", nil).Want(202).JSON()["estimated_time_seconds"].(float64); again > 600 {
		t.Errorf("after a restart %v", again)
	}
}

func TestAFailedJobSaysWhyAndKeepsItsProgress(t *testing.T) {
	for kind, code := range map[providers.Kind]string{
		providers.KindRejected: "CONTENT_REJECTED", providers.KindInvalidInput: "INVALID_INPUT",
		providers.KindUnauthorized: "PROVIDER_UNAVAILABLE",
	} {
		t.Run(code, func(t *testing.T) {
			s, w := staffed(t)
			ann := s.User("ann")
			w.breakOff("film.assemble", kind)
			p, j := film(t, ann, draft(nil))
			e, _ := j["error"].(object)
			if j["status"] != "failed" || p["status"] != "failed" || e["code"] != code || e["message"] == "" || len(e) != 2 ||
				j["output_url"] != nil || j["current_step"] != nil || j["estimated_time_remaining"] != nil || j["completed_at"] == nil {
				t.Errorf("got %v\n%v", j, p)
			}
			if strings.Contains(fmt.Sprint(e), "workshop") {
				t.Errorf("it tells what is for the operator: %v", e)
			}
			if progress := j["progress"].(float64); progress < 20 || progress == 100 {
				t.Errorf("progress %v", progress)
			}
			s.Restart()
			if again := job(t, ann, j["job_id"].(string)); fmt.Sprint(again) != fmt.Sprint(j) {
				t.Errorf("after a restart %v\nbefore %v", again, j)
			}
			failure(t, ann.Get("/api/v1/jobs/"+j["job_id"].(string)+"/download"), 404, "NOT_FOUND")
		})
	}
}

// A retry goes on from the stage that failed, and costs nothing.
func TestARetryMakesWhatIsLeft(t *testing.T) {
	s, w := staffed(t, plan("standard"))
	ann := s.User("ann")
	w.breakOff("music.compose", providers.KindRejected)
	p, j := film(t, ann, draft(nil))
	id := j["job_id"].(string)
	if n := credits(t, ann); n != 27 {
		t.Errorf("%d credits after what was rejected", n)
	}
	w.mend()
	again := ann.Preferring("wait=60").Post("/api/v1/jobs/"+id+"/retry", nil).Want(202)
	started := again.JSON()
	if started["status"] != "queued" || started["credits_deducted"] != 0.0 || started["job_id"] == id || again.Header.Get("Preference-Applied") != "wait=60" {
		t.Errorf("%v %v", started, again.Header)
	}
	next := started["job_id"].(string)
	if done := job(t, ann, next); done["status"] != "completed" || done["project_id"] != p["project_id"] || done["credits_deducted"] != 0.0 {
		t.Errorf("got %v", done)
	}
	if n := len(w.calls(next, "image.generate")) + len(w.calls(next, "speech.synthesize")) + len(w.calls(next, "script.analyze")); n != 0 {
		t.Errorf("%d calls are made again", n)
	}
	if now := project(t, ann, p["project_id"].(string)); now["status"] != "completed" || now["job_id"] != next {
		t.Errorf("got %v", now)
	}
	if n := credits(t, ann); n != 27 {
		t.Errorf("%d credits after the retry", n)
	}
	// Nothing is left of either.
	failure(t, ann.Post("/api/v1/jobs/"+id+"/retry", nil), 409, "JOB_NOT_ACTIVE")
	failure(t, ann.Post("/api/v1/jobs/"+next+"/retry", nil), 409, "JOB_NOT_ACTIVE")
}

func TestACancelBeforeWorkBeganGivesTheCreditsBack(t *testing.T) {
	s := start(t, plan("standard"), func(c *config.Config) { c.MaxActive = 1 })
	admin, ann := s.Admin(), s.User("ann")
	block := generate(t, admin, create(t, admin, telling(hang)), nil)
	p := create(t, ann, draft(nil))
	id := generate(t, ann, p, nil)
	if n := credits(t, ann); n != 27 {
		t.Errorf("%d credits while it waits", n)
	}
	j := ann.Post("/api/v1/jobs/"+id+"/cancel", nil).Want(200).JSON()
	if j["status"] != "cancelled" || j["started_at"] != nil || j["completed_at"] == nil || j["progress"] != 0.0 || j["error"] != nil {
		t.Errorf("got %v", j)
	}
	if n := credits(t, ann); n != 30 {
		t.Errorf("%d credits after the cancel", n)
	}
	if now := project(t, ann, p); now["status"] != "draft" || now["job_id"] != id {
		t.Errorf("got %v", now)
	}
	if steps := ann.Get("/api/v1/jobs/" + id + "/steps").Want(200).JSON()["steps"].([]any); len(steps) != 0 {
		t.Errorf("got %v", steps)
	}
	failure(t, ann.Post("/api/v1/jobs/"+id+"/cancel", nil), 409, "JOB_NOT_ACTIVE")
	// Its retry is not for nothing: nothing was paid.
	again := ann.Post("/api/v1/jobs/"+id+"/retry", nil).Want(202).JSON()
	if again["credits_deducted"] != 3.0 || credits(t, ann) != 27 {
		t.Errorf("%v, %d credits", again, credits(t, ann))
	}
	admin.Post("/api/v1/jobs/"+block+"/cancel", nil).Want(200)
	if done := settle(t, ann, again["job_id"].(string)); done["status"] != "completed" || credits(t, ann) != 27 {
		t.Errorf("%v, %d credits", done, credits(t, ann))
	}
}

func TestACancelAfterWorkBeganIsPaid(t *testing.T) {
	s := start(t, plan("standard"))
	ann := s.User("ann")
	p := create(t, ann, telling(hang))
	id := generate(t, ann, p, nil)
	before := until(t, ann, id, func(j object) bool { return j["progress"].(float64) > 0 && j["status"] == "processing" })
	j := ann.Post("/api/v1/jobs/"+id+"/cancel", nil).Want(200).JSON()
	if j["status"] != "cancelled" || j["started_at"] == nil || j["progress"].(float64) < before["progress"].(float64) || credits(t, ann) != 27 {
		t.Errorf("%v, %d credits", j, credits(t, ann))
	}
	s.Restart()
	if again := job(t, ann, id); fmt.Sprint(again) != fmt.Sprint(j) {
		t.Errorf("after a restart %v\nbefore %v", again, j)
	}
	// Whoever has paid may go on for nothing.
	if again := ann.Post("/api/v1/jobs/"+id+"/retry", nil).Want(202).JSON(); again["credits_deducted"] != 0.0 || credits(t, ann) != 27 {
		t.Errorf("%v, %d credits", again, credits(t, ann))
	}
}

func TestTheStepsOfAJob(t *testing.T) {
	s := start(t)
	ann := s.User("ann")
	_, j := film(t, ann, draft(nil))
	id := j["job_id"].(string)
	var names []string
	for _, one := range ann.Get("/api/v1/jobs/" + id + "/steps").Want(200).JSON()["steps"].([]any) {
		step := one.(object)
		names = append(names, step["step"].(string))
		skipped := step["status"] == "skipped"
		if step["status"] != "completed" && !skipped || step["done"] != step["total"] || step["reused"] != 0.0 || len(step) != 7 {
			t.Errorf("got %v", step)
		}
		if !skipped && moment(t, step["completed_at"]).Before(moment(t, step["started_at"])) {
			t.Errorf("got %v", step)
		}
	}
	want := []string{"script_analysis", "image_generation", "voice_synthesis", "music_generation", "subtitle_generation", "video_composition", "youtube_upload"}
	slices.Sort(names)
	slices.Sort(want)
	if !slices.Equal(names, want) {
		t.Errorf("got %v", names)
	}
	s.Restart()
	if again := ann.Get("/api/v1/jobs/" + id + "/steps").Want(200).JSON()["steps"].([]any); len(again) != len(names) {
		t.Errorf("after a restart %v", again)
	}
}

func TestTheFilmOfAJobCanBeDownloaded(t *testing.T) {
	s := start(t)
	ann := s.User("ann")
	_, j := film(t, ann, draft(object{"title": "Ein Film: ½ / \"gut\""}))
	path := "/api/v1/jobs/" + j["job_id"].(string) + "/download"
	whole := ann.Get(path).Want(200)
	if whole.Header.Get("Content-Type") != "video/mp4" || !strings.HasPrefix(whole.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("got %v", whole.Header)
	}
	part := ann.With("Range", "bytes=4-7").Get(path).Want(206)
	if string(part.Body) != "ftyp" || string(whole.Body[4:8]) != "ftyp" {
		t.Errorf("got %q", part.Body)
	}
	failure(t, s.Nobody().Get(path), 401, "AUTHENTICATION_REQUIRED")
	past := ann.With("Range", fmt.Sprintf("bytes=%d-", len(whole.Body))).Get(path)
	failure(t, past, 416, "RANGE_NOT_SATISFIABLE")
	if size := past.Header.Get("Content-Range"); size != fmt.Sprintf("bytes */%d", len(whole.Body)) || past.Header.Get("Content-Disposition")+past.Header.Get("Etag") != "" {
		t.Errorf("past its end: %v", past.Header)
	}
	failure(t, ann.With("If-Match", `"another"`).Get(path), 412, "PRECONDITION_FAILED")
	if same := ann.With("If-None-Match", whole.Header.Get("Etag")).Get(path).Want(304); len(same.Body) > 0 || same.Header.Get("Etag") != whole.Header.Get("Etag") {
		t.Errorf("unchanged: %v", same.Header)
	}
}

func TestPreferWait(t *testing.T) {
	s := slow(t, 5*time.Millisecond)
	ann := s.User("ann")
	p := create(t, ann, draft(nil))
	a := ann.Preferring("wait=60").Post("/api/v1/projects/"+p+"/generate", nil).Want(202)
	if a.JSON()["status"] != "queued" || a.Header.Get("Preference-Applied") != "wait=60" {
		t.Errorf("%s %v", a.Body, a.Header)
	}
	if j := ann.Get("/api/v1/jobs/" + a.JSON()["job_id"].(string)); j.JSON()["status"] != "completed" || j.Header.Get("Preference-Applied") != "" {
		t.Errorf("%s %v", j.Body, j.Header)
	}
	id := generate(t, ann, create(t, ann, telling(hang)), nil)
	for preference, applied := range map[string]string{
		"wait=1": "wait=1", "respond-async, wait=0": "wait=0", "wait=-1": "", "wait": "", "handling=strict": "",
	} {
		began := time.Now()
		a := ann.Preferring(preference).Get("/api/v1/jobs/" + id).Want(200)
		if ended(a.JSON()) || a.Header.Get("Preference-Applied") != applied || applied == "wait=1" && time.Since(began) < time.Second {
			t.Errorf("%q: %v after %v", preference, a.Header, time.Since(began))
		}
	}
	failure(t, ann.Preferring("wait=60").Get("/api/v1/jobs/none"), 404, "JOB_NOT_FOUND")
}

// Whoever waits for one job is not kept by the next.
func TestWaitingForAJobEndsWithIt(t *testing.T) {
	s := start(t)
	ann := s.User("ann")
	p, j := film(t, ann, draft(nil))
	id := p["project_id"].(string)
	ann.Patch("/api/v1/projects/"+id, object{"script": hang}).Want(200)
	generate(t, ann, id, nil)
	began := time.Now()
	if got := ann.Preferring("wait=30").Get("/api/v1/jobs/" + j["job_id"].(string)).Want(200).JSON(); got["status"] != "completed" || time.Since(began) > 20*time.Second {
		t.Errorf("%v after %v", got, time.Since(began))
	}
}

func TestAPostIsCarriedOutOnceForItsKey(t *testing.T) {
	s := start(t, plan("pro"))
	ann, bob := s.User("ann"), s.User("bob")
	once := func(c *servertest.Client, key, path string, body any) *servertest.Answer {
		return c.With("Idempotency-Key", key).Post("/api/v1"+path, body)
	}
	first := once(ann, "k", "/projects", draft(nil)).Want(201)
	id := first.JSON()["project_id"].(string)
	made := once(ann, "k", "/projects/"+id+"/generate", nil).Want(202)
	settle(t, ann, made.JSON()["job_id"].(string))
	for range 2 {
		again := once(ann, "k", "/projects", draft(nil)).Want(201)
		if string(again.Body) != string(first.Body) || again.Header.Get("Idempotency-Replayed") != "true" || first.Header.Get("Idempotency-Replayed") != "" {
			t.Errorf("%s %v\nfirst %s", again.Body, again.Header, first.Body)
		}
		if again := once(ann, "k", "/projects/"+id+"/generate", nil).Want(202); string(again.Body) != string(made.Body) {
			t.Errorf("%s\nfirst %s", again.Body, made.Body)
		}
		s.Restart()
	}
	if n := credits(t, ann); n != 57 {
		t.Errorf("%d credits", n)
	}
	failure(t, once(ann, "k", "/projects", draft(object{"title": "x"})), 409, "IDEMPOTENCY_CONFLICT")
	failure(t, once(ann, "k", "/projects/"+id+"/generate", object{}), 409, "IDEMPOTENCY_CONFLICT")
	if other := once(bob, "k", "/projects", draft(nil)).Want(201); string(other.Body) == string(first.Body) {
		t.Error("the key of another account gives the same answer")
	}
	failure(t, once(ann, "wrong", "/projects", object{}), 400, "INVALID_INPUT") // is not kept
	once(ann, "wrong", "/projects", draft(nil)).Want(201)
	invalid(t, once(ann, strings.Repeat("k", 256), "/projects", draft(nil)), "header.Idempotency-Key")
}

// Of many at once with one key, one is carried out.
func TestTheSameKeyManyTimesAtOnce(t *testing.T) {
	s := start(t, plan("pro"))
	ann := s.User("ann")
	p := create(t, ann, telling(hang))
	answers := make(chan *servertest.Answer)
	for range 10 {
		go func() {
			answers <- ann.With("Idempotency-Key", "k").Post("/api/v1/projects/"+p+"/generate", nil)
		}()
	}
	bodies := map[string]bool{}
	for range 10 {
		if a := <-answers; a.Status == 202 {
			bodies[string(a.Body)] = true
		} else {
			failure(t, a, 409, "IDEMPOTENCY_CONFLICT")
		}
	}
	if len(bodies) != 1 || credits(t, ann) != 57 {
		t.Errorf("%v, %d credits", bodies, credits(t, ann))
	}
}

// A project that is edited while its film is ordered: the film is of what the project says, whichever came first.
func TestAFilmIsOfTheProjectAsItIsWhenItsJobBegins(t *testing.T) {
	s := start(t)
	ann := s.User("ann")
	for range 30 {
		id := create(t, ann, telling(hang))
		edited := make(chan int)
		go func() {
			edited <- ann.Patch("/api/v1/projects/"+id, object{"script": "Another one. " + hang}).Status
		}()
		job := generate(t, ann, id, nil)
		if status := <-edited; status != 200 && status != 409 {
			t.Errorf("the edit is answered with %d", status)
		}
		o, err := s.Desk().Order(job)
		if err != nil {
			t.Fatal(err)
		}
		var asked struct {
			Script string `json:"script"`
		}
		if err := json.Unmarshal(o.Inputs, &asked); err != nil || asked.Script != project(t, ann, id)["script"] {
			t.Fatalf("the film is of %q, and the project says %q (%v)", asked.Script, project(t, ann, id)["script"], err)
		}
		ann.Post("/api/v1/jobs/"+job+"/cancel", nil).Want(200)
	}
}

// An answer with a secret is given once: who asks again learns that it was.
func TestAnAnswerWithASecretIsNotRepeated(t *testing.T) {
	s := start(t)
	ann := s.User("ann")
	key := ann.Key(identity.Read | identity.Write)
	made := key.Get("/api/v1/api-keys").JSON()["api_keys"].([]any)[0].(object)["key_id"].(string)
	hook := key.Post("/api/v1/webhooks", object{"url": "https://your-app.com/x", "events": []string{"job.failed"}}).Want(201).JSON()["webhook_id"].(string)
	for path, row := range map[string]struct {
		body   any
		status int
	}{
		"/api-keys":                            {object{"name": "x"}, 201},
		"/api-keys/" + made + "/rotate":        {nil, 200},
		"/webhooks":                            {object{"url": "https://your-app.com/webhook", "events": []string{"job.failed"}}, 201},
		"/webhooks/" + hook + "/rotate-secret": {nil, 200},
	} {
		once := key.With("Idempotency-Key", "k")
		a := once.Post("/api/v1"+path, row.body).Want(row.status).JSON()
		secret, _ := a["key"].(string)
		if secret == "" {
			secret, _ = a["secret"].(string)
		}
		if len(secret) < 20 {
			t.Errorf("%s shows no secret: %v", path, a)
		}
		again := once.Post("/api/v1"+path, row.body)
		failure(t, again, 409, "IDEMPOTENCY_CONFLICT")
		s.Restart()
		again = once.Post("/api/v1"+path, row.body)
		failure(t, again, 409, "IDEMPOTENCY_CONFLICT")
		if strings.Contains(string(again.Body), secret) {
			t.Errorf("%s: %s", path, again.Body)
		}
	}
	// With a secret of one's own there is nothing to hide.
	own := object{"url": "https://your-app.com/own", "events": []string{"job.failed"}, "secret": "your_webhook_secret"}
	first := key.With("Idempotency-Key", "own").Post("/api/v1/webhooks", own).Want(201)
	if again := key.With("Idempotency-Key", "own").Post("/api/v1/webhooks", own).Want(201); string(again.Body) != string(first.Body) {
		t.Errorf("%s\nfirst %s", again.Body, first.Body)
	}
	if n := len(key.Get("/api/v1/webhooks").JSON()["webhooks"].([]any)); n != 3 {
		t.Errorf("%d webhooks", n)
	}
}
