package studioapi_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/servertest"
)

// bodies are bodies that fit, by operation. They name nothing that exists, so that nothing happens even if one of
// their mutants fits as well.
var bodies = map[string]object{
	"createProject": {"title": "t", "script": "s", "settings": fullSettings}, "changeProject": {"title": "t", "script": "s", "settings": fullSettings},
	"generateVideo": {"settings": fullSettings},
	"createBatch":   {"items": []any{object{"project_id": "none", "settings": fullSettings}, object{"title": "t", "script": "s", "settings": fullSettings}}},
	"registerWebhook": {
		"url": "https://your-app.com/webhook", "events": []any{"job.failed"}, "secret": "your_webhook_secret", "description": "d",
	},
	"changeWebhook":       {"url": "https://your-app.com/webhook", "events": []any{"job.failed"}, "description": "d", "enabled": true},
	"rotateWebhookSecret": {"secret": "your_webhook_secret"},
	"createAPIKey":        {"name": "n", "scopes": []any{"read"}, "allowed_cidrs": []any{"203.0.113.0/24"}, "expires_in_days": 30},
	"rotateAPIKey":        {"grace_hours": 1},
	"createUser":          {"username": "dave", "password": "a good password", "plan": "free", "admin": false},
	"changeUser":          {"plan": "free", "admin": false, "disabled": false, "password": "a good password"},
	"addCredits":          {"amount": 1, "note": "n"}, "register": {"username": "dave", "password": "a good password"},
	"finishYouTube": {"state": "s", "code": "c", "error": "e"},
}

var fullSettings = object{
	"duration": 60, "style": "cinematic", "language": "en", "subtitle_languages": []any{"en", "es"}, "include_subtitles": true,
	"characters":  []any{object{"name": "narrator", "age": "adult", "gender": "male", "voice": "deep"}},
	"music_genre": "epic", "aspect_ratio": "16:9", "youtube_upload": false,
}

// canary is a value that no answer may show.
const canary = "cAnArY-7f3a9"

// A mutant is a body with one thing wrong, and where that is.
type mutant struct {
	at   string
	body any
}

// mutants are a value's, each with one thing wrong by its schema. at is where the value is.
func mutants(doc *servertest.Document, s *servertest.Schema, v any, at string, required bool) (all []mutant) {
	s = doc.Resolve(s)
	for kind, wrong := range map[string]any{
		"string": canary, "number": 1234567.5, "boolean": true, "array": []any{canary}, "object": object{"x": canary},
	} {
		if !s.Is(kind) && (kind != "number" || !s.Is("integer")) {
			all = append(all, mutant{at, wrong})
		}
	}
	if required {
		all = append(all, mutant{at, nil})
	}
	switch v := v.(type) {
	case string:
		if s.MaxLength != nil {
			all = append(all, mutant{at, canary + strings.Repeat("x", *s.MaxLength)})
		}
		if s.MinLength != nil {
			all = append(all, mutant{at, ""})
		}
		if s.Enum != nil {
			all = append(all, mutant{at, canary}, mutant{at, strings.ToUpper(v) + " "})
		}
	case int:
		if s.Maximum != nil {
			all = append(all, mutant{at, *s.Maximum + 1}, mutant{at, 1e300})
		}
		if s.Minimum != nil {
			all = append(all, mutant{at, *s.Minimum - 1}, mutant{at, -1e300})
		}
		all = append(all, mutant{at, 60.5})
	case []any:
		all = append(all, listMutants(doc, s, v, at)...)
	case object:
		all = append(all, objectMutants(doc, s, v, at)...)
	}
	return all
}

func listMutants(doc *servertest.Document, s *servertest.Schema, v []any, at string) (all []mutant) {
	if s.MaxItems != nil {
		all = append(all, mutant{at, slices.Repeat(v, *s.MaxItems/len(v)+1)})
	}
	if s.MinItems != nil {
		all = append(all, mutant{at, []any{}})
	}
	for i, one := range v {
		for _, m := range mutants(doc, s.Items, one, fmt.Sprintf("%s[%d]", at, i), true) {
			list := slices.Clone(v)
			list[i] = m.body
			all = append(all, mutant{m.at, list})
		}
	}
	return all
}

func objectMutants(doc *servertest.Document, s *servertest.Schema, v object, at string) (all []mutant) {
	with := func(name string, value any) object {
		changed := maps.Clone(v)
		changed[name] = value
		return changed
	}
	for _, unknown := range []string{"unknown", "Title", "settings ", "$schema", "__proto__", "ünknown", ""} {
		if _, ok := s.Properties[unknown]; !ok {
			all = append(all, mutant{at + "." + unknown, with(unknown, canary)})
		}
	}
	for _, name := range s.Required {
		changed := maps.Clone(v)
		delete(changed, name)
		all = append(all, mutant{at + "." + name, changed})
	}
	for name, inner := range v {
		for _, m := range mutants(doc, s.Properties[name], inner, at+"."+name, slices.Contains(s.Required, name)) {
			all = append(all, mutant{m.at, with(name, m.body)})
		}
	}
	return all
}

// An endpoint is an operation that takes a body.
type endpoint struct {
	servertest.Operation
	method, path string
	schema       *servertest.Schema
}

// endpoints are those of the document, each with a body that fits.
func endpoints(t *testing.T, doc *servertest.Document) (all []endpoint) {
	t.Helper()
	seen := map[string]bool{}
	for path, item := range doc.Paths {
		for method, op := range item {
			if op.RequestBody == nil {
				continue
			}
			for name := range op.RequestBody.Content {
				if name != "application/json" {
					t.Errorf("%s takes %s", op.ID, name)
				}
			}
			if bodies[op.ID] == nil {
				t.Errorf("%s has no body here that fits", op.ID)
				continue
			}
			seen[op.ID] = true
			for _, p := range []string{"project_id", "job_id", "webhook_id", "key_id", "user_id"} {
				path = strings.ReplaceAll(path, "{"+p+"}", "none")
			}
			all = append(all, endpoint{op, strings.ToUpper(method), "/api/v1" + path, op.RequestBody.Content["application/json"].Schema})
		}
	}
	for id := range bodies {
		if !seen[id] {
			t.Errorf("there is no operation %s any more", id)
		}
	}
	return all
}

// refused checks that an answer is a refusal that names a place and shows nothing that was sent.
func refused(t *testing.T, a *servertest.Answer, what, at string) {
	t.Helper()
	if a.Status != 400 {
		t.Errorf("%s with %s: %d %.500s", a.What, what, a.Status, a.Body)
		return
	}
	fields := problems(t, a)
	if !slices.ContainsFunc(fields, func(f string) bool { return strings.HasPrefix(f, at) }) {
		t.Errorf("%s with %s: %v does not name %s", a.What, what, fields, at)
	}
	if strings.Contains(string(a.Body), canary) {
		t.Errorf("%s with %s shows what was sent: %.500s", a.What, what, a.Body)
	}
}

func TestEveryWrongFieldIsNamedAndNoneIsShown(t *testing.T) {
	s := start(t, func(c *config.Config) { c.Registration = true })
	doc := s.Document(api)
	admin := s.Admin()
	n := 0
	for _, e := range endpoints(t, doc) {
		for _, m := range mutants(doc, e.schema, bodies[e.ID], "body", true) {
			if m.body == nil && !e.RequestBody.Required {
				continue // without a body at all
			}
			n++
			raw, err := json.Marshal(m.body)
			if err != nil {
				t.Fatal(err)
			}
			refused(t, admin.Do(e.method, e.path, raw), fmt.Sprintf("%.300s", raw), m.at)
		}
	}
	if n < 500 {
		t.Errorf("only %d mutants", n)
	}
	unchanged(t, admin)
}

// unchanged checks that nothing was made.
func unchanged(t *testing.T, admin *servertest.Client) {
	t.Helper()
	for path, name := range map[string]string{"/projects": "projects", "/webhooks": "webhooks", "/api-keys": "api_keys"} {
		if list := admin.Get("/api/v1" + path).Want(200).JSON()[name].([]any); len(list) > 0 {
			t.Errorf("%s: %v", path, list)
		}
	}
	if users := admin.Get("/api/v1/users").Want(200).JSON()["users"].([]any); len(users) != 1 {
		t.Errorf("users: %v", users)
	}
}

func TestNoMalformedBodyIsTaken(t *testing.T) {
	s := start(t, func(c *config.Config) { c.Registration, c.MaxBody = true, 1<<20 })
	admin := s.Admin()
	for _, e := range endpoints(t, s.Document(api)) {
		good, err := json.Marshal(bodies[e.ID])
		if err != nil {
			t.Fatal(err)
		}
		first := slices.Sorted(maps.Keys(bodies[e.ID]))[0]
		name := []byte(`"` + first + `":`)
		twice := append([]byte("{"+string(name)+" 1, "), good[1:]...)
		for what, row := range map[string]struct {
			body []byte
			at   string
		}{
			"half of it":         {good[:len(good)/2], "body"},
			"something after it": {append(slices.Clone(good), " {}"...), "body"},
			"a comma too many":   {append(slices.Clone(good[:len(good)-1]), ",}"...), "body"},
			"a comment":          {append([]byte("/* x */"), good...), "body"},
			"a mark before it":   {append([]byte("\xef\xbb\xbf"), good...), "body"},
			"no UTF-8":           {bytes.Replace(good, name, []byte(`"x": "`+canary+"\xff\xfe"+`", `+string(name)), 1), "body"},
			"a lone surrogate":   {bytes.Replace(good, name, []byte(`"\ud800": "`+canary+`", `+string(name)), 1), "body."},
			"a key twice":        {twice, "body." + first},
			"a key escaped":      {bytes.Replace(twice, []byte(first[:1]), fmt.Appendf(nil, `\u%04x`, first[0]), 1), "body." + first},
			"UTF-16":             {[]byte("\xff\xfe{\x00}\x00"), "body"},
			"a NUL":              {append([]byte{0}, good...), "body"},
			"an endless number":  {[]byte("{" + string(name) + " 1e999}"), "body"},
			"a list":             {append(append([]byte("["), good...), ']'), "body"},
			"a text":             {[]byte(`"` + canary + `"`), "body"},
			"single quotes":      {[]byte("{'" + canary + "': 1}"), "body"},
			"a form":             {[]byte("title=" + canary), "body"},
			"deep lists":         {[]byte("{" + string(name) + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + "}"), "body"},
			"very deep lists":    {[]byte(strings.Repeat("[", 200_000)), "body"},
			"deep objects":       {[]byte(strings.Repeat(`{"a":`, 9000) + "1" + strings.Repeat("}", 9000)), "body"},
			"very deep objects":  {[]byte(strings.Repeat(`{"a":`, 30_000) + "1" + strings.Repeat("}", 30_000)), "body"},
			"many fields":        {[]byte("{" + strings.Repeat(`"`+canary[:3]+`":1,`, 30_000) + `"x":1}`), "body"},
		} {
			refused(t, admin.Do(e.method, e.path, row.body), what, row.at)
		}
		if e.RequestBody.Required {
			for _, none := range []any{nil, "", " \n"} {
				refused(t, admin.Do(e.method, e.path, none), fmt.Sprintf("%q", none), "body")
			}
		}
		large := append(bytes.Repeat([]byte(" "), 1<<20), good...)
		failure(t, admin.Do(e.method, e.path, large), 413, "PAYLOAD_TOO_LARGE")
		endless := admin.Request(e.method, e.path, "application/json", struct{ *bytes.Reader }{bytes.NewReader(large)})
		endless.ContentLength = -1
		failure(t, admin.Send(endless), 413, "PAYLOAD_TOO_LARGE")
		for _, kind := range []string{"text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "nonsense"} {
			failure(t, admin.Send(admin.Request(e.method, e.path, kind, bytes.NewReader(good))), 415, "UNSUPPORTED_MEDIA_TYPE")
		}
	}
	unchanged(t, admin)
}

// The answers to what is wrong stay small, whatever was sent.
func TestARefusalIsShort(t *testing.T) {
	ann := start(t).User("ann")
	wrong := object{}
	for i := range 5000 {
		wrong[fmt.Sprint("field", i)] = canary
	}
	wrong[strings.Repeat("long", 10_000)] = 1
	var people []object
	for range 10 {
		people = append(people, object{"name": strings.Repeat("x", 1000), canary: 1})
	}
	for _, body := range []any{wrong, draft(object{"settings": object{"characters": people}})} {
		a := ann.Post("/api/v1/projects", body)
		if failure(t, a, 400, "INVALID_INPUT"); len(a.Body) > 16<<10 {
			t.Errorf("%d bytes", len(a.Body))
		}
	}
}

// What differs only in capitals is another field, and a good body with odd spaces is a good body.
func TestAGoodBodyInAnyFormIsTaken(t *testing.T) {
	ann := start(t).User("ann")
	for _, body := range []string{
		"\n\t {\"title\" : \"t\" ,\r\n\"script\":\"s\"}\n ", `{"title":"\u0074","script":"\ud83c\udfac s"}`, `{"script":"s","title":"t"}`,
		`{"title":"t","script":"s","settings":{}}`, `{"title":"t","script":"s\u0000s"}`,
	} {
		ann.Do("POST", "/api/v1/projects", body).Want(201)
	}
	for _, kind := range []string{"application/json; charset=utf-8", "APPLICATION/JSON", ""} {
		ann.Send(ann.Request("POST", "/api/v1/projects", kind, strings.NewReader(`{"title":"t","script":"s"}`))).Want(201)
	}
}

// Names are the same however they are written: the pipeline could not tell the two apart.
func TestNoTwoCharactersHaveOneName(t *testing.T) {
	ann := start(t).User("ann")
	for _, other := range []string{"Zoé", " ZOÉ ", "Zoe\u0301"} {
		a := ann.Post("/api/v1/projects", draft(object{"settings": object{"characters": []object{{"name": "Zoé"}, {"name": other}}}}))
		if f := failure(t, a, 400, "INVALID_INPUT"); !strings.Contains(string(a.Body), "characters[1].name") {
			t.Errorf("%q: %v", other, f)
		}
	}
	ann.Post("/api/v1/projects", draft(object{"settings": object{"characters": []object{{"name": "Zoé"}, {"name": "Zoe"}}}})).Want(201)
}
