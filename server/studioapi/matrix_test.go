package studioapi_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/server/servertest"
)

// A world is what ann owns on a server where bob has an account too.
type world struct {
	t               testing.TB
	s               *servertest.Server
	ann, bob, admin *servertest.Client
	rec             *receiver
}

// draft makes a project, failed one whose job has failed, active one on which a job works, and done one with a film.
func (w *world) draft() string { return create(w.t, w.ann, draft(nil)) }

func (w *world) failed() string {
	_, j := film(w.t, w.ann, telling("It is refused. [mock:reject@speech.synthesize]"))
	return j["job_id"].(string)
}

func (w *world) active() string {
	id := generate(w.t, w.ann, create(w.t, w.ann, telling(hang)), nil)
	until(w.t, w.ann, id, status("processing"))
	return id
}

func (w *world) done() object {
	_, j := film(w.t, w.ann, draft(nil))
	return j
}

func (w *world) hook() string {
	return w.rec.register(w.ann, "", "job.completed")["webhook_id"].(string)
}

func (w *world) key() string {
	return w.ann.Post("/api/v1/api-keys", nil).Want(201).JSON()["key_id"].(string)
}

// A recipe says how an operation on something that somebody owns is called.
type recipe struct {
	ids    func(w *world) map[string]string // of something of ann's, anew each time
	body   any
	status int  // of the owner's answer
	admin  bool // an admin may do it as well
}

func ids(name string, make func(*world) string) func(*world) map[string]string {
	return func(w *world) map[string]string { return map[string]string{name: make(w)} }
}

func doneJob(w *world) string { return w.done()["job_id"].(string) }

// recipes are those of every operation with a parameter in its path, by its id.
var recipes = map[string]recipe{
	"getProject":      {ids("project_id", (*world).draft), nil, 200, true},
	"changeProject":   {ids("project_id", (*world).draft), object{"title": "x"}, 200, true},
	"deleteProject":   {ids("project_id", (*world).draft), nil, 204, true},
	"generateVideo":   {ids("project_id", (*world).draft), object{}, 202, true},
	"listProjectJobs": {ids("project_id", (*world).draft), nil, 200, true},
	"getJob":          {ids("job_id", doneJob), nil, 200, true},
	"cancelJob":       {ids("job_id", (*world).active), nil, 200, true},
	"retryJob":        {ids("job_id", (*world).failed), nil, 202, true},
	"listJobSteps":    {ids("job_id", doneJob), nil, 200, true},
	"downloadJob":     {ids("job_id", doneJob), nil, 200, true},
	"followJob":       {ids("job_id", doneJob), nil, 200, true},
	"getBatch": {ids("batch_id", func(w *world) string {
		return w.ann.Post("/api/v1/batches", object{"items": []object{draft(nil)}}).Want(202).JSON()["batch_id"].(string)
	}), nil, 200, true},
	"getWebhook":          {ids("webhook_id", (*world).hook), nil, 200, false},
	"changeWebhook":       {ids("webhook_id", (*world).hook), object{"description": "x"}, 200, false},
	"deleteWebhook":       {ids("webhook_id", (*world).hook), nil, 204, false},
	"testWebhook":         {ids("webhook_id", (*world).hook), nil, 200, false},
	"rotateWebhookSecret": {ids("webhook_id", (*world).hook), nil, 200, false},
	"listDeliveries":      {ids("webhook_id", (*world).hook), nil, 200, false},
	"redeliver": {func(w *world) map[string]string {
		id := w.hook()
		w.done()
		path := "/api/v1/webhooks/" + id
		untilDelivered(w.t, w.ann, path, 1)
		d := w.ann.Get(path + "/deliveries").JSON()["deliveries"].([]any)[0].(object)
		return map[string]string{"webhook_id": id, "delivery_id": d["delivery_id"].(string)}
	}, nil, 202, false},
	"getAPIKey":    {ids("key_id", (*world).key), nil, 200, false},
	"revokeAPIKey": {ids("key_id", (*world).key), nil, 204, false},
	"rotateAPIKey": {ids("key_id", (*world).key), nil, 200, false},
}

// managed are the operations for admins alone, on whichever user.
var managed = map[string]any{"changeUser": object{"plan": "pro"}, "addCredits": object{"amount": 1}, "removeUser": nil}

// Whatever ann owns, to bob it does not exist: he is answered as if he had made its id up. The operations are
// those of the served document.
func TestWhatSomebodyOwnsIsNobodyElses(t *testing.T) {
	s := start(t, local(t))
	w := &world{t, s, s.User("ann"), s.User("bob"), s.Admin(), receive(t, nil)}
	seen := map[string]bool{}
	for path, item := range s.Document(api).Paths {
		for method, op := range item {
			if !strings.Contains(path, "{") {
				continue
			}
			method := strings.ToUpper(method)
			seen[op.ID] = true
			if body, ok := managed[op.ID]; ok {
				carol := s.User("carol for " + op.ID).ID()
				for _, id := range []string{carol, "none"} {
					failure(t, w.bob.Do(method, "/api/v1"+strings.Replace(path, "{user_id}", id, 1), body), 403, "INSUFFICIENT_PERMISSIONS")
				}
				w.admin.Do(method, "/api/v1"+strings.Replace(path, "{user_id}", carol, 1), body).Want(map[bool]int{true: 204, false: 200}[method == "DELETE"])
				continue
			}
			r, ok := recipes[op.ID]
			if !ok {
				t.Errorf("%s %s has no recipe: say here how it is called", method, path)
				continue
			}
			t.Run(op.ID, func(t *testing.T) { w.separate(t, method, path, r) })
		}
	}
	for id := range recipes {
		if !seen[id] {
			t.Errorf("there is no operation %s any more", id)
		}
	}
}

func (w *world) separate(t *testing.T, method, path string, r recipe) {
	at := func(ids map[string]string) string {
		target := path
		for name, id := range ids {
			target = strings.ReplaceAll(target, "{"+name+"}", id)
		}
		return "/api/v1" + target
	}
	ids := r.ids(w)
	none := map[string]string{}
	for name := range ids {
		none[name] = "01a213c7-cdf7-7600-8de0-5acf0a857b25"
	}
	before := w.state(ids)
	failure(t, w.s.Nobody().Do(method, at(ids), r.body), 401, "AUTHENTICATION_REQUIRED")
	strange, invented := w.bob.Do(method, at(ids), r.body), w.bob.Do(method, at(none), r.body)
	if strange.Status != 404 || told(strange) != told(invented) {
		t.Errorf("bob is answered %d %s\nand for what does not exist %d %s", strange.Status, strange.Body, invented.Status, invented.Body)
	}
	if a := w.bob.Preferring("wait=5").With("Last-Event-ID", "1-1").Do(method, at(ids), r.body); string(a.Body) != string(invented.Body) {
		t.Errorf("bob, who waits, is answered %d %s", a.Status, a.Body)
	}
	// A mistake in the request tells nothing either, and nor does anything that is right and unusual.
	for what, o := range oddities(r.body) {
		if a, b := told(o.call(w.bob, method, at(ids))), told(o.call(w.bob, method, at(none))); a != b {
			t.Errorf("with %s bob is answered %s\nand for what does not exist %s", what, a, b)
		}
	}
	if after := w.state(ids); after != before {
		t.Errorf("bob has changed something: %.1000s\nbefore %.1000s", after, before)
	}
	w.ann.Do(method, at(ids), r.body).Want(r.status)
	if r.admin {
		w.admin.Do(method, at(r.ids(w)), r.body).Want(r.status)
	} else {
		w.admin.Do(method, at(r.ids(w)), r.body).Want(http.StatusNotFound)
	}
}

// An oddity is what a request has that is not usual.
type oddity struct {
	query        string
	name, header string // "" for none
	body         any
	kind         string // the body's; "" means JSON
}

func (o oddity) call(c *servertest.Client, method, path string) *servertest.Answer {
	if o.name != "" {
		c = c.With(o.name, o.header)
	}
	if text, ok := o.body.(string); ok && o.kind != "" {
		return c.Send(c.Request(method, path+o.query, o.kind, strings.NewReader(text)))
	}
	return c.Do(method, path+o.query, o.body)
}

// oddities are options and bodies that are wrong for an operation which usually has the given body, and some that
// are right.
func oddities(usual any) map[string]oddity {
	all := map[string]oddity{}
	for _, query := range []string{"?nonsense=1", "?limit=0", "?limit=x", "?limit=1&limit=2", "?page=0", "?per_page=x", "?page=1"} {
		all[query] = oddity{query: query, body: usual}
	}
	for name, values := range map[string][]string{
		"Prefer":          {"wait=1", "wait=0", "wait=61", "wait=-1", "wait=x", "wait", "nonsense", "wait=1, wait=2"},
		"Last-Event-ID":   {"1-1", "1-0", "1-999999", "2-1", "9-9", "x", "1-", strings.Repeat("1", 60)},
		"Idempotency-Key": {"k", "", "é", strings.Repeat("k", 256)},
		"Range":           {"bytes=0-1"},
		"If-None-Match":   {"*"},
	} {
		for _, v := range values {
			all[name+": "+v] = oddity{name: name, header: v, body: usual}
		}
	}
	for _, body := range []any{
		"{", "", "x", "[]", "null", "\xff",
		object{},
		object{"nonsense": 1},
		object{"title": ""},
		object{"title": 7},
		object{"duration": 0},
		object{"url": "x"},
		object{"events": []string{"nonsense"}},
		object{"grace_seconds": -1},
		strings.Repeat(" ", 1<<20+1),
	} {
		all[fmt.Sprintf("the body %.30q", fmt.Sprint(body))] = oddity{body: body}
	}
	all["a text"] = oddity{body: "x", kind: "text/plain"}
	return all
}

// told is all of an answer that a client can make something of.
func told(a *servertest.Answer) string {
	h := a.Header.Clone()
	for _, name := range []string{"X-Request-Id", "Date", "X-Ratelimit-Limit", "X-Ratelimit-Remaining", "X-Ratelimit-Reset"} {
		h.Del(name)
	}
	return fmt.Sprintf("%d %s %s", a.Status, h, a.Body)
}

// state is what ann sees of her own, as far as it does not change by itself.
func (w *world) state(ids map[string]string) string {
	var b strings.Builder
	for _, one := range w.ann.Get("/api/v1/projects?per_page=100").Want(200).JSON()["projects"].([]any) {
		p := one.(object)
		fmt.Fprintln(&b, p["project_id"], p["title"], p["settings"], p["job_id"])
	}
	for _, path := range []string{"/webhooks", "/api-keys"} {
		b.Write(w.ann.Get("/api/v1" + path).Want(200).Body)
	}
	for _, e := range w.ann.Get("/api/v1/users/me/credits?limit=100").Want(200).JSON()["entries"].([]any) {
		if e.(object)["kind"] != "settle" {
			fmt.Fprintln(&b, e)
		}
	}
	if id, ok := ids["job_id"]; ok {
		fmt.Fprintln(&b, job(w.t, w.ann, id)["status"])
	}
	return b.String()
}

// No list has what is somebody else's.
func TestNoListHasWhatIsSomebodyElses(t *testing.T) {
	s := start(t, local(t))
	w := &world{t, s, s.User("ann"), s.User("bob"), s.Admin(), receive(t, nil)}
	w.done()
	w.hook()
	w.key()
	for _, who := range []*servertest.Client{w.bob, w.admin} {
		for path, name := range map[string]string{"/projects": "projects", "/webhooks": "webhooks", "/api-keys": "api_keys", "/users/me/credits": "entries"} {
			if list := who.Get("/api/v1" + path).Want(200).JSON()[name].([]any); len(list) != 0 {
				t.Errorf("%s: %v", path, list)
			}
		}
	}
	lists := slices.Sorted(maps.Keys(s.Document(api).Paths))
	for _, path := range lists { // a new list must be thought of here
		if !strings.Contains(path, "{") && !slices.Contains([]string{
			"/api-keys", "/auth/register", "/batches", "/plans", "/projects", "/users", "/users/me", "/users/me/credits", "/webhooks",
			"/youtube", "/youtube/authorize", "/youtube/callback",
		}, path) {
			t.Errorf("%s is new: whose are its items?", path)
		}
	}
}

// What belongs to the other API is not found in this one.
func TestTheOtherAPIsTasksAreNoProjects(t *testing.T) {
	s := start(t)
	ann := s.User("ann")
	task := ann.Post("/v1/video", object{"story_topic": "mystery", "art_style": "cinematic", "duration": "short", "language": "english", "voice_name": "nova"}).Want(200).JSON()["task_id"].(string)
	failure(t, ann.Get("/api/v1/projects/"+task), 404, "PROJECT_NOT_FOUND")
	failure(t, s.Admin().Get("/api/v1/projects/"+task), 404, "PROJECT_NOT_FOUND")
	v, err := s.Desk().Get(t.Context(), task)
	if err != nil {
		t.Fatal(err)
	}
	failure(t, ann.Get("/api/v1/jobs/"+v.Production.Head()), 404, "JOB_NOT_FOUND")
	failure(t, ann.Post("/api/v1/jobs/"+v.Production.Head()+"/cancel", nil), 404, "JOB_NOT_FOUND")
}
