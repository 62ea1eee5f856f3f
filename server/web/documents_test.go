package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"github.com/filmloom/filmloom/server/web"
)

// Whoever reads a document asks the address that it is from.
func TestTheDocumentsAreTheSameForAllAndNameTheBasePath(t *testing.T) {
	r := setUp(t, web.SiteConfig{Base: func() string { return "https://films.example.org" }}, nil)
	r.echo(open("POST", "/notes"))
	r.get("/things", func(context.Context) error { return nil })
	var wg sync.WaitGroup
	for path, begins := range map[string]string{
		"/t/openapi.json": `{"`, "/t/openapi-3.0.json": `{"`, "/t/openapi.yaml": "components:", "/t/openapi-3.0.yaml": "components:",
	} {
		for range 4 { // also at the same time
			wg.Go(func() {
				got := r.do("GET", path, "")
				if got.status != 200 || !strings.HasPrefix(got.body, begins) || strings.Contains(got.body, "example.org") {
					t.Errorf("%s: %d %.100q", path, got.status, got.body)
				}
			})
		}
	}
	wg.Wait()
	doc := r.document("/t/openapi.json")
	if doc.OpenAPI != "3.1.0" || len(doc.Servers) != 1 || doc.Servers[0].URL != "/t" || doc.Components.Schemas["Placeholder"] != nil {
		t.Errorf("%s, %v", doc.OpenAPI, doc.Components.Schemas)
	}
}

// A document is what tests read of one.
type document struct {
	OpenAPI  string
	Servers  []struct{ URL string }
	Paths    map[string]map[string]operation
	Webhooks map[string]map[string]struct {
		RequestBody struct {
			Content map[string]struct {
				Example map[string]any
			}
		}
	}
	Components struct{ Schemas, Headers, Parameters map[string]any }
}

type operation struct {
	Parameters []struct {
		Ref string `json:"$ref"`
	}
	Responses map[string]struct {
		Headers map[string]struct {
			Ref string `json:"$ref"`
		}
		Content map[string]struct {
			Examples map[string]struct{ Value failure }
		}
	}
}

func (r *rig) document(path string) (d document) {
	r.t.Helper()
	must(r.t, json.Unmarshal([]byte(r.do("GET", path, "").body), &d))
	return d
}

// own is a dialect with an operation that refuses in a way of its own.
type own struct{ plain }

func (own) Refusals(op *huma.Operation) []*web.Fault {
	if op.Path != "/notes/{id}" {
		return nil
	}
	return []*web.Fault{web.NotFound("No note"), web.Conflict("It is written"), web.Conflict("It is read"), web.Conflict("It is read")}
}

func (r *rig) handle(method, path string, change func(*huma.Operation)) {
	op := huma.Operation{Method: method, Path: path, OperationID: method + path}
	if change != nil {
		change(&op)
	}
	if method == "GET" {
		web.Handle(r.api, op, func(context.Context, *nothing) (*noteBody, error) { return nil, nil })
		return
	}
	r.echo(op)
}

// What is described is what an operation of its kind can answer, and nothing else.
func TestAnOperationIsDescribedWithTheErrorsThatItCanAnswer(t *testing.T) {
	r := setUp(t, web.SiteConfig{}, func(c *web.APIConfig) { c.Dialect = own{} })
	public := func(op *huma.Operation) { op.Security = web.Open() }
	r.handle("GET", "/things", nil)
	r.handle("GET", "/page", func(op *huma.Operation) { public(op); op.SkipValidateParams = true })
	r.handle("POST", "/login", public)
	r.handle("POST", "/notes", nil)
	r.handle("PATCH", "/notes/{id}", func(op *huma.Operation) { op.Errors = []int{404, 409} })
	known := []string{"401 bad_key", "401 bad_token", "401 unauthenticated", "403 forbidden", "429 too_many", "503 unavailable"}
	body := []string{"408 timeout", "413 too_large", "415 media_type"}
	doc := r.document("/t/openapi.json")
	for where, want := range map[string][]string{
		"GET /things":       known,
		"GET /page":         nil,
		"POST /login":       body,
		"POST /notes":       slices.Concat(known, body, []string{"409 idempotency_conflict"}),
		"PATCH /notes/{id}": slices.Concat(known, body, []string{"404 not_found", "409 conflict", "409 conflict_2"}),
	} {
		want = append(slices.Clone(want), "400 invalid", "500 internal")
		method, path, _ := strings.Cut(where, " ")
		var got []string
		for status, answer := range doc.Paths[path][strings.ToLower(method)].Responses {
			if status < "4" {
				continue
			}
			for name, e := range answer.Content["application/json"].Examples {
				got = append(got, status+" "+name)
				if !strings.HasPrefix(name, string(e.Value.Code)) || e.Value.Text == "" {
					t.Errorf("%s: %s is %v", where, name, e.Value)
				}
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, not %v", where, got, want)
		}
	}
	wrong := doc.Paths["/notes"]["post"].Responses["400"].Content["application/json"].Examples["invalid"].Value
	_, token := r.user("ann")
	if got := r.do("POST", "/t/notes", "{}", jsonBody, "Authorization: Bearer "+token).failure(t); !reflect.DeepEqual(got, wrong) {
		t.Errorf("the example is %v, the answer %v", wrong, got)
	}
	defer func() {
		if p := recover(); !strings.Contains(fmt.Sprint(p), "answers 402, and none of its refusals does") {
			t.Errorf("a status without an example: %v", p)
		}
	}()
	r.handle("POST", "/more", func(op *huma.Operation) { op.Errors = []int{402} })
}

func TestTheDocumentTellsWhichHeadersAreTakenAndSent(t *testing.T) {
	r := setUp(t, web.SiteConfig{}, nil)
	r.handle("POST", "/notes", nil)
	r.handle("GET", "/things", nil)
	r.handle("POST", "/login", func(op *huma.Operation) { op.Security = web.Open() })
	doc := r.document("/t/openapi.json")
	const limits = " X-RateLimit-Limit X-RateLimit-Remaining X-RateLimit-Reset"
	for where, want := range map[string]string{
		"post /notes 200": "Idempotency-Replayed X-API-Key-Expires-At" + limits,
		"post /notes 401": "WWW-Authenticate X-API-Key-Expires-At" + limits,
		"post /notes 409": "X-API-Key-Expires-At" + limits,
		"get /things 200": "X-API-Key-Expires-At" + limits,
		"get /things 429": "Retry-After X-API-Key-Expires-At" + limits,
		"get /things 503": "Retry-After X-API-Key-Expires-At" + limits,
		"post /login 200": "",
		"post /login 415": "",
	} {
		w := strings.Fields(where)
		op := doc.Paths[w[1]][w[0]]
		var got []string
		for name, h := range op.Responses[w[2]].Headers {
			if got = append(got, name); h.Ref != "#/components/headers/"+name || doc.Components.Headers[name] == nil {
				t.Errorf("%s: %s is %s", where, name, h.Ref)
			}
		}
		slices.Sort(got)
		all := append(strings.Fields(want), "X-Request-Id")
		if !slices.Equal(got, all) {
			t.Errorf("%s: %v, not %v", where, got, all)
		}
		keyed := len(op.Parameters) == 1 && op.Parameters[0].Ref == "#/components/parameters/Idempotency-Key"
		if keyed != (w[1] == "/notes") || doc.Components.Parameters["Idempotency-Key"] == nil {
			t.Errorf("%s takes %v", where, op.Parameters)
		}
	}
}

// A told event is what a receiver gets.
type told struct {
	Inner inner `json:"inner" doc:"What it is about."`
}

type inner struct {
	Name string `json:"name" doc:"Its name."`
}

// OpenAPI 3.0 has no webhooks. What only they refer to is not in its documents either.
func TestWhatIsAnnouncedIsInTheNewerDocuments(t *testing.T) {
	r := setUp(t, web.SiteConfig{}, nil)
	r.handle("GET", "/things", nil)
	r.api.Announce(web.Hook{
		Event: "thing.made", ID: "thingMade", Summary: "A thing was made", Body: told{inner{"lamp"}},
		Responses: map[string]*huma.Response{"200": {Description: "Taken"}},
	})
	doc := r.document("/t/openapi.json")
	sent := doc.Webhooks["thing.made"]["post"].RequestBody.Content["application/json"]
	if len(doc.Webhooks) != 1 || sent.Example["inner"].(map[string]any)["name"] != "lamp" {
		t.Errorf("got %v", doc.Webhooks)
	}
	for _, name := range []string{"Told", "Inner", "Note", "Failure"} {
		if doc.Components.Schemas[name] == nil {
			t.Errorf("no %s", name)
		}
	}
	older := r.document("/t/openapi-3.0.json")
	if older.Webhooks != nil || older.Components.Schemas["Told"] != nil || older.Components.Schemas["Inner"] != nil || older.Components.Schemas["Note"] == nil {
		t.Errorf("3.0 has %v, %v", older.Webhooks, older.Components.Schemas)
	}
	for path, has := range map[string]bool{"/t/openapi.yaml": true, "/t/openapi-3.0.yaml": false} {
		if strings.Contains(r.do("GET", path, "").body, "thing.made") != has {
			t.Errorf("%s: %v", path, !has)
		}
	}
}
