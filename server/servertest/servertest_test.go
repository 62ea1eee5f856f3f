package servertest

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
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

// A document that CheckDocument has nothing to say of. URL stands for where it is.
const good = `{"openapi": "3.1.0", "servers": [{"url": "URL"}], "paths": {"/films/{id}": {"post": {
	"operationId": "make", "summary": "Make", "description": "Makes.", "tags": ["films"],
	"parameters": [{"name": "id", "in": "path", "description": "Its id.", "schema": {"type": "string", "examples": ["x"]}}],
	"responses": {"200": {}, "400": ERROR, "401": ERROR, "403": ERROR, "404": ERROR, "409": ERROR, "413": ERROR, "415": ERROR, "429": ERROR, "500": ERROR, "503": ERROR}
}}}, "components": {"schemas": {"Film": {"properties": {"title": {"description": "Its title."}}}}}}`

const goodError = `{"description": "Wrong.", "content": {"application/json": {"example": {}, "schema": {"$ref": "#/components/schemas/Problem"}}}}`

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
		"no example of it":   {`"examples"`, `"other"`, "id has no description or example"},
		"no 400":             {`"400"`, `"402"`, "no 400"},
		"no 401":             {`"401"`, `"402"`, "no 401"},
		"no 404":             {`"404"`, `"402"`, "no 404"},
		"no 415":             {`"415"`, `"402"`, "no 415"},
		"no 503":             {`"503"`, `"402"`, "no 503"},
		"the other's 422":    {`"200": {}`, `"422": ` + goodError, "answers 422"},
		"an error's example": {`"429": ERROR`, `"429": ` + strings.Replace(goodError, `"example"`, `"other"`, 1), "429 has no example"},
		"its description":    {`"429": ERROR`, `"429": ` + strings.Replace(goodError, "Wrong.", "", 1), "429 has no example"},
		"its schema":         {`"429": ERROR`, `"429": ` + strings.Replace(goodError, "Problem", "Film", 1), "429 is no Problem"},
		"a field":            {`"Its title."`, `""`, "Film.title has no description"},
		"no path":            {`"/films/{id}"`, `"/film/{id}"`, "/openapi.yaml: {"},
		"too few of them":    {`{"/films/{id}": {`, `{}, "other": {"x": {`, "only 0 paths"},
	} {
		t.Run(name, func(t *testing.T) {
			var url string
			url = serving(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/openapi-3.0.json" {
					_, _ = io.WriteString(w, `{"openapi": "3.0.3", "x": "/films/{id}"}`)
					return
				}
				text := strings.Replace(good, row.old, row.new, 1)
				_, _ = io.WriteString(w, strings.NewReplacer("ERROR", goodError, "URL", url).Replace(text))
			})
			api := API{Prefix: url, Paths: 1, Path: "/films/{id}", Invalid: "400", Failure: "Problem"}
			got := strings.Join(failures(t, func(s *Server) { s.CheckDocument(api) }), "\n")
			if got != "" && row.fails == "" || !strings.Contains(got, row.fails) {
				t.Errorf("it fails with %q, not %q", got, row.fails)
			}
		})
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
