package studioapi_test

import (
	"strings"
	"testing"

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
