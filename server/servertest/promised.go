package servertest

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/filmloom/filmloom/server/studioapi"
	"github.com/filmloom/filmloom/server/videoapi"
)

// promises are the documents of the APIs, to which every answer that a test gets is held.
type promises struct {
	mu   sync.Mutex
	docs map[string]*Document // by the prefix of the API
}

// prefixes are those of the APIs; none begins as another one does.
var prefixes = []string{studioapi.Prefix, videoapi.Prefix}

// promised checks that an answer is one that the document of its API has for the operation: its status, the code of an
// error, and each header that any answer is described to have. What is at no operation is answered without one.
func (s *Server) promised(a *Answer, r *http.Request) {
	s.t.Helper()
	for _, prefix := range prefixes {
		path, ok := strings.CutPrefix(r.URL.EscapedPath(), prefix+"/")
		if !ok || a.Header.Get("X-Request-Id") == "" { // net/http has answered
			continue
		}
		d := s.promises.of(s, prefix)
		if op, ok := d.operation(r.Method, strings.Split(path, "/")); ok {
			s.keeps(a, d, op, r.Method)
		}
		return
	}
}

// keeps checks that an answer is one of an operation's.
func (s *Server) keeps(a *Answer, d *Document, op Operation, method string) {
	s.t.Helper()
	r, ok := op.Responses[strconv.Itoa(a.Status)]
	if !ok {
		s.t.Errorf("%s: %d is not in the document of %s: %.300s", a.What, a.Status, op.ID, a.Body)
		return
	}
	for name := range d.Components.Headers {
		if _, ok := r.Headers[name]; !ok && a.Header.Get(name) != "" {
			s.t.Errorf("%s: %d has %s, which is not in the document of %s", a.What, a.Status, name, op.ID)
		}
	}
	if a.Status < http.StatusBadRequest || method == http.MethodHead {
		return
	}
	code := errorCode(a.JSON())
	for _, e := range r.Content["application/json"].Examples {
		if errorCode(e.Value) == code {
			return
		}
	}
	s.t.Errorf("%s: %d %s is not in the document of %s", a.What, a.Status, code, op.ID)
}

// CheckHeaders checks that an answer has each header that the document tells of it, but those that it is without.
func (d *Document) CheckHeaders(a *Answer, path, method string, without ...string) {
	a.t.Helper()
	told := d.Paths[path][method].Responses[strconv.Itoa(a.Status)].Headers
	for name := range d.Components.Headers {
		_, has := told[name]
		if want := has && !slices.Contains(without, name); want != (a.Header.Get(name) != "") {
			a.t.Errorf("%s: %d: %s is %q", a.What, a.Status, name, a.Header.Get(name))
		}
	}
}

// errorCode is the code of an error; those of the Video API have none.
func errorCode(body map[string]any) any {
	e, _ := body["error"].(map[string]any)
	return e["code"]
}

// operation finds the operation of a path. One that is named is meant rather than one with a parameter there.
func (d *Document) operation(method string, path []string) (found Operation, ok bool) {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	most := -1
	for template, item := range d.Paths {
		op, takes := item[strings.ToLower(method)]
		if n := alike(strings.Split(template[1:], "/"), path); takes && n > most {
			most, found, ok = n, op, true
		}
	}
	return found, ok
}

// alike counts the parts of a path that are as a template names them; -1 is a path of another.
func alike(template, path []string) (n int) {
	if len(template) != len(path) {
		return -1
	}
	for i, part := range template {
		switch {
		case part == path[i]:
			n++
		case !strings.HasPrefix(part, "{"), path[i] == "":
			return -1
		}
	}
	return n
}

// of is the document of an API.
func (p *promises) of(s *Server, prefix string) *Document {
	p.mu.Lock()
	defer p.mu.Unlock()
	if d, ok := p.docs[prefix]; ok {
		return d
	}
	d := &Document{} // of a server that has gone since it answered
	req, err := http.NewRequestWithContext(context.WithoutCancel(s.t.Context()), http.MethodGet, "http://"+s.Addr().String()+prefix+"/openapi.json", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		return d
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(d); err != nil {
		s.t.Fatal(err)
	}
	if p.docs == nil {
		p.docs = map[string]*Document{}
	}
	p.docs[prefix] = d
	return d
}
