package servertest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// A watched test tells what it would have failed with.
type watched struct {
	testing.TB
	failures []string
}

func (w *watched) Errorf(format string, args ...any) {
	w.failures = append(w.failures, fmt.Sprintf(format, args...))
}

func (w *watched) Fatalf(format string, args ...any) {
	w.Errorf(format, args...)
	panic(w)
}

// failures are those of what do does with a server, which is none of ours: paths are whole URLs.
func failures(t *testing.T, do func(*Server)) []string {
	w := &watched{TB: t}
	func() {
		defer func() {
			if p := recover(); p != nil && p != any(w) {
				panic(p)
			}
		}()
		do(&Server{t: w})
	}()
	return w.failures
}

// serving answers every request in the same way.
func serving(t *testing.T, h http.HandlerFunc) (url string) {
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func TestAStreamIsReadAsItIsSent(t *testing.T) {
	number := func(n float64) map[string]any { return map[string]any{"n": n} }
	for name, row := range map[string]struct {
		sent  string
		cut   bool // the connection ends before the answer does
		want  []Event
		fails string
	}{
		"nothing":       {},
		"no event":      {sent: "retry: 2000\n\n: still here\n\n"},
		"events":        {sent: "retry: 1\n\nid: 1-1\nevent: step\ndata: {\"n\":1}\n\n: x\n\nevent: end\ndata: {\"n\":2}\n\n", want: []Event{{"1-1", "step", number(1)}, {"", "end", number(2)}}},
		"a nameless":    {sent: "data: {\"n\":1}\n\n", want: []Event{{Data: number(1)}}},
		"no JSON":       {sent: "event: step\ndata: {\n\n", fails: "unexpected end of JSON"},
		"half a line":   {sent: "event: step\ndata: {}\n\nevent: st", want: []Event{{Name: "step", Data: map[string]any{}}}, fails: "breaks off"},
		"half an event": {sent: "event: step\ndata: {}\n", fails: "breaks off"},
		"broken off":    {sent: "event: step\ndata: {}\n\n", cut: true, want: []Event{{Name: "step", Data: map[string]any{}}}, fails: "breaks off"},
	} {
		t.Run(name, func(t *testing.T) {
			url := serving(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "text/event-stream")
				_, _ = io.WriteString(w, row.sent)
				if row.cut {
					_ = http.NewResponseController(w).Flush()
					panic(http.ErrAbortHandler)
				}
			})
			var got []Event
			failed := failures(t, func(s *Server) {
				stream := s.Nobody().Follow(url, "").Want(200)
				for e, ok := stream.Next(); ok; e, ok = stream.Next() {
					got = append(got, e)
				}
			})
			if !reflect.DeepEqual(got, row.want) {
				t.Errorf("got %v, not %v", got, row.want)
			}
			if text := strings.Join(failed, "\n"); text != "" && row.fails == "" || !strings.Contains(text, row.fails) {
				t.Errorf("it fails with %q, not %q", text, row.fails)
			}
		})
	}
}

func TestAStreamIsAskedForAfterAnEventAndHasItsStatusAndType(t *testing.T) {
	url := serving(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Last-Event-ID") == "1-1" {
			w.WriteHeader(http.StatusNoContent)
		}
	})
	for _, row := range []struct {
		last   string
		status int
		fails  bool
	}{{"1-1", 204, false}, {"1-1", 200, true}, {"", 204, true}, {"", 200, true}} { // the last one has no events' type
		if failed := failures(t, func(s *Server) { s.Nobody().Follow(url, row.last).Want(row.status) }); len(failed) > 0 != row.fails {
			t.Errorf("%v: %v", row, failed)
		}
	}
}

// A document that CheckDocument has nothing to say of. URL stands for where it is, and 400! for an answer of that status.
const good = `{"openapi": "3.1.0", "servers": [{"url": "URL"}], "paths": {"/films/{id}": {"post": {
	"operationId": "make", "summary": "Make", "description": "Makes.", "tags": ["films"],
	"parameters": [
		{"name": "id", "in": "path", "description": "Its id.", "schema": {"type": "string", "examples": ["x"]}},
		{"$ref": "#/components/parameters/Key"}
	],
	"requestBody": {"content": {}},
	"responses": {"200": {}, 400!, 401!, 403!, 404!, 408!, 409!, 413!, 415!, 429!, 500!, 503!}
}}}, "components": {
	"schemas": {"Film": {"properties": {"title": {"description": "Its title."}}}},
	"headers": {"Left": {"description": "How many.", "example": 1, "schema": {"type": "integer"}}},
	"parameters": {"Key": {"name": "Idempotency-Key", "in": "header", "description": "A key.", "example": "k", "schema": {"type": "string"}}}
}}`

const goodError = `"STATUS": {"description": "Wrong.", "content": {"application/json": {
	"examples": {"one": {"value": {"text": "wrong STATUS"}}}, "schema": {"$ref": "#/components/schemas/Problem"}
}}}`

// answering writes the answers of a document out.
func answering(text string) string {
	return regexp.MustCompile(`\d{3}!`).ReplaceAllStringFunc(text, func(status string) string {
		return strings.ReplaceAll(goodError, "STATUS", status[:3])
	})
}

func TestADocumentIsHeldToEverythingThatIsAsked(t *testing.T) {
	for name, row := range map[string]struct{ old, new, fails string }{
		"good":               {},
		"another version":    {`"3.1.0"`, `"3.1.1"`, "3.1.1 at"},
		"another server":     {`"URL"`, `"/v2"`, "3.1.0 at [{/v2}]"},
		"no summary":         {`"Make"`, `""`, "POST /films/{id}: \"make\""},
		"no description":     {`"Makes."`, `""`, "POST /films/{id}: \"make\""},
		"no id":              {`"make"`, `""`, "POST /films/{id}: \"\""},
		"two tags":           {`["films"]`, `["films", "more"]`, "[films more]"},
		"an id twice":        {`"paths": {`, `"paths": {"/other": {"get": {"operationId": "make", "summary": "x", "description": "x", "tags": ["x"]}},`, `: "make"`},
		"a parameter":        {`"Its id."`, `""`, "id has no description or example"},
		"no example of it":   {`"examples": ["x"]`, `"other": 1`, "id has no description or example"},
		"what it refers to":  {`"A key."`, `""`, "Idempotency-Key has no description or example"},
		"no key":             {`, "in": "header"`, ``, "an Idempotency-Key is described: false"},
		"a header":           {`"How many."`, `""`, "the header Left has no description"},
		"no 400":             {`400!, `, ``, "no example of 400 wrong"},
		"no 401":             {`401!, `, ``, "no example of 401 wrong"},
		"no 404":             {`404!, `, ``, "no example of 404 wrong 404"},
		"no 408":             {`408!, `, ``, "no example of 408 wrong"},
		"no 415":             {`415!, `, ``, "no example of 415 wrong"},
		"no 503":             {`, 503!`, ``, "no example of 503 wrong"},
		"the other's 422":    {`"200": {}`, `422!`, "never answers 422 wrong 422"},
		"another's code":     {`wrong 409`, `right 409`, "never answers 409 right 409"},
		"not its own code":   {`wrong 404`, `wrong 405`, "never answers 404 wrong 405"},
		"no word of nothing": {`"make"`, `"remake"`, "nothing is said of what there is not"},
		"an error's example": {`"one": {"value": {"text": "wrong 429"}}`, ``, "429 has no example"},
		"its description":    {`"429": {"description": "Wrong."`, `"429": {"description": ""`, "429 has no example"},
		"its schema":         {`"text": "wrong 429"}}}, "schema": {"$ref": "#/components/schemas/Problem"`, `"text": "wrong 429"}}}, "schema": {"$ref": "#/components/schemas/Film"`, "429 is no Problem"},
		"a field":            {`"Its title."`, `""`, "Film.title has no description"},
		"no path":            {`"/films/{id}"`, `"/film/{id}"`, "/openapi.yaml: {"},
		"too few of them":    {`{"/films/{id}": {`, `{}, "other": {"x": {`, "only 0 paths"},
	} {
		t.Run(name, func(t *testing.T) {
			var url string
			document := strings.Replace(answering(good), answering(row.old), answering(row.new), 1)
			if document == answering(good) && row.old != "" {
				t.Fatalf("%s is not in the document", row.old)
			}
			url = serving(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/openapi-3.0.json" {
					_, _ = io.WriteString(w, `{"openapi": "3.0.3", "x": "/films/{id}"}`)
					return
				}
				_, _ = io.WriteString(w, strings.ReplaceAll(document, "URL", url))
			})
			api := API{
				Prefix: url, Paths: 1, Path: "/films/{id}", Invalid: "400", Failure: "Problem",
				Text:  func(body map[string]any) string { return body["text"].(string) },
				Usual: map[string][]string{}, Own: map[string][]string{"make": {"404 wrong 404"}},
			}
			for _, status := range []string{"400", "401", "403", "408", "409", "413", "415", "429", "500", "503"} {
				api.Usual[status] = []string{"wrong"}
			}
			got := strings.Join(failures(t, func(s *Server) { s.CheckDocument(api) }), "\n")
			if got != "" && row.fails == "" || !strings.Contains(got, row.fails) {
				t.Errorf("it fails with %q, not %q", got, row.fails)
			}
		})
	}
}

// What a document says of an operation is what the operation answers.
func TestAnAnswerIsHeldToTheDocument(t *testing.T) {
	var d Document
	if err := json.Unmarshal([]byte(answering(`{"paths": {
		"/films/{id}": {"get": {"operationId": "read", "responses": {"200": {"headers": {"Left": {}}}, "404": {
			"content": {"application/json": {"examples": {"one": {"value": {"error": {"code": "NO_FILM"}}}}}}
		}}}},
		"/films/best": {"get": {"operationId": "best", "responses": {"204": {}}}}
	}, "components": {"headers": {"Left": {}}}}`)), &d); err != nil {
		t.Fatal(err)
	}
	for name, row := range map[string]struct {
		method, path string
		status       int
		left, body   string
		fails        string
	}{
		"what is told":            {"GET", "films/1", 200, "3", "", ""},
		"an error":                {"GET", "films/1", 404, "", `{"error": {"code": "NO_FILM"}}`, ""},
		"another code":            {"GET", "films/1", 404, "", `{"error": {"code": "NO_SUCH"}}`, "404 NO_SUCH is not in the document of read"},
		"another status":          {"GET", "films/1", 409, "", `{"error": {"code": "NO_FILM"}}`, "409 is not in the document of read"},
		"another header":          {"GET", "films/1", 404, "3", `{"error": {"code": "NO_FILM"}}`, "404 has Left, which is not"},
		"a HEAD":                  {"HEAD", "films/1", 404, "", "", ""},
		"the one that is named":   {"GET", "films/best", 204, "", "", ""},
		"not the other one":       {"GET", "films/best", 200, "", "", "200 is not in the document of best"},
		"another method":          {"POST", "films/1", 405, "", "", ""},
		"nothing with parts more": {"GET", "films/1/2", 404, "", "", ""},
		"nothing without an id":   {"GET", "films/", 404, "", "", ""},
	} {
		got := failures(t, func(s *Server) {
			a := &Answer{t: s.t, Status: row.status, Body: []byte(row.body), Header: http.Header{}}
			if row.left != "" {
				a.Header.Set("Left", row.left)
			}
			if op, ok := d.operation(row.method, strings.Split(row.path, "/")); ok {
				s.keeps(a, &d, op, row.method)
			}
		})
		if text := strings.Join(got, "\n"); text != "" && row.fails == "" || !strings.Contains(text, row.fails) {
			t.Errorf("%s: it fails with %q, not %q", name, text, row.fails)
		}
	}
}

func TestAHeaderThatLetsAnOriginInIsFound(t *testing.T) {
	for method, want := range map[string]bool{http.MethodGet: true, http.MethodOptions: true, http.MethodDelete: false} {
		url := serving(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method == method && r.Header.Get("Origin") != "" {
				w.Header().Set("Access-Control-Allow-Origin", "*")
			}
		})
		if got := failures(t, func(s *Server) { s.Nobody().CheckNoOrigin(url+"/a", url+"/b") }); len(got) > 0 != want {
			t.Errorf("%s: %v", method, got)
		}
	}
}
