package studioapi_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/servertest"
)

func TestTheDocumentDescribesEveryOperationWithExamplesAndErrors(t *testing.T) {
	start(t).CheckDocument(api)
}

// Every answer fits the document: each of its keys is described, and each that is required is there.
func TestAnswersFitTheDocument(t *testing.T) {
	s := start(t, local(t))
	doc := s.Document(api)
	admin := s.Admin()
	rec := receive(t, nil)
	hook := rec.register(admin, "", "job.completed")["webhook_id"].(string)
	p, j := film(t, admin, draft(object{"settings": object{"subtitle_languages": []string{"en", "es"}}}))
	_, failed := film(t, admin, telling("It is refused. [mock:reject@speech.synthesize]"))
	untilDelivered(t, admin, "/api/v1/webhooks/"+hook, 1)
	key := admin.Post("/api/v1/api-keys", nil).Want(201).JSON()["key_id"].(string)
	b := admin.Post("/api/v1/batches", object{"items": []object{{"project_id": "none"}}}).Want(202).JSON()["batch_id"].(string)
	project, job := p["project_id"].(string), j["job_id"].(string)
	for path, at := range map[string]string{
		"/projects": "/projects", "/projects/{project_id}": "/projects/" + project, "/projects/{project_id}/jobs": "/projects/" + project + "/jobs",
		"/jobs/{job_id}": "/jobs/" + job, "/jobs/{job_id}/steps": "/jobs/" + job + "/steps", "/webhooks": "/webhooks", "/webhooks/{webhook_id}": "/webhooks/" + hook,
		"/webhooks/{webhook_id}/deliveries": "/webhooks/" + hook + "/deliveries", "/api-keys": "/api-keys", "/api-keys/{key_id}": "/api-keys/" + key,
		"/batches/{batch_id}": "/batches/" + b, "/users/me": "/users/me", "/users/me/credits": "/users/me/credits", "/users": "/users", "/plans": "/plans",
	} {
		answer := doc.Paths[path]["get"].Responses["200"].Content["application/json"].Schema
		fits(t, doc, path, answer, admin.Get("/api/v1"+at).Want(200).JSON())
	}
	fits(t, doc, "a failed job", doc.Paths["/jobs/{job_id}"]["get"].Responses["200"].Content["application/json"].Schema, admin.Get("/api/v1/jobs/"+failed["job_id"].(string)).JSON())
	for path, item := range doc.Paths {
		for method, op := range item {
			for status := range op.Responses {
				if method == "get" && status == "200" && !strings.HasSuffix(path, "/events") && !strings.HasSuffix(path, "/download") && path != "/youtube/callback" && op.Responses[status].Content["application/json"].Schema == nil {
					t.Errorf("GET %s describes no answer", path)
				}
			}
		}
	}
}

// fits checks a value against a schema.
func fits(t *testing.T, doc *servertest.Document, at string, s *servertest.Schema, v any) {
	t.Helper()
	s = doc.Resolve(s)
	if s == nil {
		t.Errorf("%s has no schema", at)
		return
	}
	switch v := v.(type) {
	case nil:
		if !s.Is("null") {
			t.Errorf("%s is null", at)
		}
	case object:
		if !s.Is("object") {
			t.Errorf("%s is an object", at)
			return
		}
		for _, name := range s.Required {
			if _, ok := v[name]; !ok {
				t.Errorf("%s lacks %s", at, name)
			}
		}
		for name, inner := range v {
			sub, ok := s.Properties[name]
			if !ok {
				if more, isSchema := s.Additional.(object); isSchema {
					ref, _ := more["$ref"].(string)
					sub, ok = &servertest.Schema{Ref: ref}, ref != ""
					if !ok {
						continue
					}
				}
			}
			if !ok {
				t.Errorf("%s.%s is not described", at, name)
				continue
			}
			fits(t, doc, at+"."+name, sub, inner)
		}
	case []any:
		if !s.Is("array") {
			t.Errorf("%s is a list", at)
			return
		}
		for _, one := range v {
			fits(t, doc, at+"[]", s.Items, one)
		}
	case string:
		ok := s.Is("string")
		if len(s.Enum) > 0 {
			ok = false
			for _, e := range s.Enum {
				ok = ok || e == v
			}
		}
		if !ok {
			t.Errorf("%s is %q", at, v)
		}
	case float64:
		if !s.Is("number") && (!s.Is("integer") || v != float64(int64(v))) {
			t.Errorf("%s is %v", at, v)
		}
	case bool:
		if !s.Is("boolean") {
			t.Errorf("%s is %v", at, v)
		}
	}
}

// Every event fits what the document says of it, and has the headers that it says.
func TestEventsFitTheDocument(t *testing.T) {
	s := start(t, local(t), plan("standard"))
	doc := s.Document(api)
	ann, rec := s.User("ann"), receive(t, nil)
	hook := rec.register(ann, "", allEvents...)["webhook_id"].(string)
	film(t, ann, draft(nil))
	film(t, ann, telling("It is refused. [mock:reject@speech.synthesize]"))
	id := generate(t, ann, create(t, ann, telling(hang)), nil)
	until(t, ann, id, status("processing"))
	ann.Post("/api/v1/jobs/"+id+"/cancel", nil).Want(200)
	ann.Post("/api/v1/batches", object{"items": []object{{"project_id": "none"}, draft(object{"settings": object{"duration": 120}})}}).Want(202)
	for range 3 { // 30 credits, 15 of which are spent
		generate(t, ann, create(t, ann, draft(object{"settings": object{"duration": 100}})), nil)
	}
	ann.Post("/api/v1/webhooks/"+hook+"/test", nil).Want(200)
	missing := maps.Clone(doc.Webhooks)
	for len(missing) > 0 {
		d := rec.next()
		kind, _ := d.event["type"].(string)
		op, ok := doc.Webhooks[kind]["post"]
		if !ok {
			t.Fatalf("%s is not described", kind)
		}
		delete(missing, kind)
		body := op.RequestBody.Content["application/json"]
		fits(t, doc, kind, body.Schema, d.event)
		fits(t, doc, "the example of "+kind, body.Schema, body.Example)
		if e, _ := body.Example.(object); e["type"] != kind || e["event"] != kind || len(e["data"].(object)) == 0 {
			t.Errorf("the example of %s is %v", kind, e)
		}
		if kind != "webhook.test" && !slices.Contains(allEvents, kind) || len(op.Parameters) != 4 || op.ID == "" || op.Summary == "" || op.Description == "" {
			t.Errorf("%s: %v", kind, op)
		}
		for _, p := range op.Parameters {
			if d.header.Get(p.Name) == "" || p.Description == "" || p.Example == nil {
				t.Errorf("%s has no %s", kind, p.Name)
			}
		}
	}
	if len(doc.Webhooks) != len(allEvents)+1 {
		t.Errorf("%d events are described", len(doc.Webhooks))
	}
	if older := s.Nobody().Get("/api/v1/openapi-3.0.json").Want(200).JSON(); older["webhooks"] != nil {
		t.Error("OpenAPI 3.0 knows no webhooks")
	}
}

// Answers have the headers that the document says, and no other of those that it describes anywhere.
func TestAnswersHaveTheHeadersOfTheDocument(t *testing.T) {
	s := start(t, func(c *config.Config) { c.RateLimitMinute = 6 })
	doc := s.Document(api)
	s.User("bob")
	ann := s.User("ann")
	key := ann.Key(identity.Read | identity.Write)
	seen := map[string]bool{}
	check := func(a *servertest.Answer, path, method string, without ...string) {
		t.Helper()
		doc.CheckHeaders(a, path, method, without...)
		for name := range a.Header {
			seen[name] = true
		}
	}
	limits := []string{"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"}
	const expires, replayed = "X-API-Key-Expires-At", "Idempotency-Replayed"
	once := ann.With("Idempotency-Key", "1")
	check(once.Post("/api/v1/projects", draft(nil)).Want(201), "/projects", "post", expires, replayed)
	check(once.Post("/api/v1/projects", draft(nil)).Want(201), "/projects", "post", expires)
	check(once.Post("/api/v1/projects", draft(object{"title": "Another"})).Want(409), "/projects", "post", expires)
	check(key.Get("/api/v1/projects").Want(200), "/projects", "get", expires) // it works for longer than two weeks
	check(ann.Get("/api/v1/projects/none").Want(404), "/projects/{project_id}", "get", expires)
	check(ann.Post("/api/v1/projects", object{}).Want(400), "/projects", "post", expires)
	check(ann.Get("/api/v1/projects").Want(429), "/projects", "get", expires)
	check(s.Nobody().Get("/api/v1/projects").Want(401), "/projects", "get", append(limits, expires)...)
	check(s.Nobody().Post("/api/v1/auth/register", object{"username": "x", "password": "12345678"}).Want(403), "/auth/register", "post")
	ends := s.Login("bob", servertest.Password("bob")).Post("/api/v1/api-keys", object{"expires_in_days": 1}).Want(201).JSON()["key"].(string)
	soon := s.Nobody()
	soon.Credential = ends
	check(soon.Get("/api/v1/users/me").Want(200), "/users/me", "get")
	for name := range doc.Components.Headers {
		if !seen[http.CanonicalHeaderKey(name)] {
			t.Errorf("no answer had %s", name)
		}
	}
}
