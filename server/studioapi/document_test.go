package studioapi_test

import (
	"strings"
	"testing"

	"github.com/filmloom/filmloom/server/servertest"
)

// An openapi is what tests read of the API's document.
type openapi struct {
	OpenAPI    string
	Servers    []struct{ URL string }
	Paths      map[string]map[string]described
	Components struct{ Schemas map[string]*schema }
}

type described struct {
	ID          string `json:"operationId"`
	Summary     string
	Description string
	Tags        []string
	Security    *[]any
	Parameters  []struct {
		Name, In, Description string
		Example               any
		Schema                *schema
	}
	RequestBody *struct {
		Required bool
		Content  map[string]struct{ Schema *schema }
	}
	Responses map[string]struct {
		Description string
		Content     map[string]struct {
			Example any
			Schema  *schema
		}
	}
}

// A schema is one of the document's.
type schema struct {
	Ref         string `json:"$ref"`
	Type        any
	Description string
	Examples    []any
	Example     any
	Required    []string
	Properties  map[string]*schema
	Items       *schema
	Enum        []any
	Minimum     *float64
	Maximum     *float64
	MinLength   *int
	MaxLength   *int
	MinItems    *int
	MaxItems    *int
	Additional  any `json:"additionalProperties"`
}

// is tells whether a value of a JSON type fits.
func (s *schema) is(kind string) bool {
	if kinds, ok := s.Type.([]any); ok {
		for _, k := range kinds {
			if k == kind {
				return true
			}
		}
	}
	return s.Type == kind
}

// resolve follows a reference.
func (doc *openapi) resolve(s *schema) *schema {
	for s != nil && s.Ref != "" {
		s = doc.Components.Schemas[strings.TrimPrefix(s.Ref, "#/components/schemas/")]
	}
	return s
}

func document(t testing.TB, s *servertest.Server) *openapi {
	t.Helper()
	var doc openapi
	s.Nobody().Get("/api/v1/openapi.json").Want(200).Decode(&doc)
	if len(doc.Paths) < 20 {
		t.Fatalf("only %d paths", len(doc.Paths))
	}
	return &doc
}

func TestTheDocumentDescribesEveryOperationWithExamplesAndErrors(t *testing.T) {
	s := start(t)
	doc := document(t, s)
	if doc.OpenAPI != "3.1.0" || len(doc.Servers) != 1 || doc.Servers[0].URL != "/api/v1" {
		t.Errorf("%s at %v", doc.OpenAPI, doc.Servers)
	}
	ids := map[string]bool{}
	for path, item := range doc.Paths {
		for method, op := range item {
			where := strings.ToUpper(method) + " " + path
			if op.Summary == "" || op.Description == "" || op.ID == "" || ids[op.ID] || len(op.Tags) != 1 {
				t.Errorf("%s: %q %q %q %v", where, op.ID, op.Summary, op.Description, op.Tags)
			}
			ids[op.ID] = true
			want := []string{"400", "429", "500", "503"}
			if op.Security == nil || len(*op.Security) > 0 {
				want = append(want, "401", "403")
			}
			if strings.Contains(path, "{") {
				want = append(want, "404")
			}
			if method != "get" {
				want = append(want, "409", "413", "415")
			}
			for _, status := range want {
				if _, ok := op.Responses[status]; !ok {
					t.Errorf("%s: no %s", where, status)
				}
			}
			for status, r := range op.Responses {
				body, ok := r.Content["application/json"]
				if status >= "4" && (!ok || body.Example == nil || r.Description == "" || body.Schema.Ref != "#/components/schemas/Failure") {
					t.Errorf("%s: %s has no example", where, status)
				}
			}
			if _, ok := op.Responses["422"]; ok {
				t.Errorf("%s answers 422, which this API never does", where)
			}
			for _, p := range op.Parameters {
				if p.Description == "" || p.Example == nil && p.Schema.Examples == nil && p.Schema.Example == nil {
					t.Errorf("%s: %s has no description or example", where, p.Name)
				}
			}
		}
	}
	for name, sch := range doc.Components.Schemas {
		for field, p := range sch.Properties {
			if p.Description == "" && name != "Failure" && p.Ref == "" {
				t.Errorf("%s.%s has no description", name, field)
			}
		}
	}
	nobody := s.Nobody()
	for _, path := range []string{"/api/v1/openapi-3.0.json", "/api/v1/openapi.yaml", "/api/v1/openapi-3.0.yaml"} {
		if a := nobody.Get(path).Want(200); !strings.Contains(string(a.Body), "/projects/{project_id}/generate") {
			t.Errorf("%s: %.200s", path, a.Body)
		}
	}
	if v := nobody.Get("/api/v1/openapi-3.0.json").JSON()["openapi"]; v != "3.0.3" {
		t.Errorf("3.0 is %v", v)
	}
	nobody.Get("/api/v1/docs").Want(200)
}

// Every answer fits the document: each of its keys is described, and each that is required is there.
func TestAnswersFitTheDocument(t *testing.T) {
	s := start(t, local(t))
	doc := document(t, s)
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
		doc.fits(t, path, answer, admin.Get("/api/v1"+at).Want(200).JSON())
	}
	doc.fits(t, "a failed job", doc.Paths["/jobs/{job_id}"]["get"].Responses["200"].Content["application/json"].Schema, admin.Get("/api/v1/jobs/"+failed["job_id"].(string)).JSON())
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
func (doc *openapi) fits(t *testing.T, at string, s *schema, v any) {
	t.Helper()
	s = doc.resolve(s)
	if s == nil {
		t.Errorf("%s has no schema", at)
		return
	}
	switch v := v.(type) {
	case nil:
		if !s.is("null") {
			t.Errorf("%s is null", at)
		}
	case object:
		if !s.is("object") {
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
					sub, ok = &schema{Ref: ref}, ref != ""
					if !ok {
						continue
					}
				}
			}
			if !ok {
				t.Errorf("%s.%s is not described", at, name)
				continue
			}
			doc.fits(t, at+"."+name, sub, inner)
		}
	case []any:
		if !s.is("array") {
			t.Errorf("%s is a list", at)
			return
		}
		for _, one := range v {
			doc.fits(t, at+"[]", s.Items, one)
		}
	case string:
		ok := s.is("string")
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
		if !s.is("number") && (!s.is("integer") || v != float64(int64(v))) {
			t.Errorf("%s is %v", at, v)
		}
	case bool:
		if !s.is("boolean") {
			t.Errorf("%s is %v", at, v)
		}
	}
}
