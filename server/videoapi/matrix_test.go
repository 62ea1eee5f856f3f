package videoapi_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/servertest"
)

// bodies says with what an operation that names a thing in its path is called. An operation that is new in the
// document needs its entry here, and is then held to what the others are.
var bodies = map[string]any{
	"getVideoTask":    nil,
	"getImageTask":    nil,
	"followVideoTask": nil,
	"cancelVideoTask": nil,
	"deleteVideoTask": nil,
	"regenerateImage": nil,
	"editImage":       map[string]any{"prompt": "a key"},
}

// A named operation has a path parameter.
type named struct {
	id, method, path string // with the parameter's name in it
	parameter        string
}

func namedOperations(t *testing.T, s *servertest.Server) (all []named) {
	t.Helper()
	for path, item := range s.Document(api).Paths {
		_, rest, ok := strings.Cut(path, "{")
		if !ok {
			continue
		}
		parameter, rest, _ := strings.Cut(rest, "}")
		if strings.Contains(rest, "{") {
			t.Fatalf("%s has two parameters: the matrix must learn that", path)
		}
		for method, op := range item {
			if _, ok := bodies[op.ID]; !ok {
				t.Fatalf("%s is new: tell bodies how it is called", op.ID)
			}
			all = append(all, named{op.ID, strings.ToUpper(method), "/v1" + path, parameter})
		}
	}
	if len(all) != len(bodies) {
		t.Fatalf("%d operations, and %d in bodies", len(all), len(bodies))
	}
	return all
}

func (n named) call(c *servertest.Client, id string) *servertest.Answer {
	return c.Do(n.method, strings.Replace(n.path, "{"+n.parameter+"}", id, 1), bodies[n.id])
}

// An oddity is what a request has that is not usual.
type oddity struct {
	query        string
	name, header string // "" for none
	body         any
	kind         string // the body's; "" means JSON
}

func (o oddity) call(op named, c *servertest.Client, id string) *servertest.Answer {
	if o.name != "" {
		c = c.With(o.name, o.header)
	}
	path := strings.Replace(op.path, "{"+op.parameter+"}", id, 1) + o.query
	if text, ok := o.body.(string); ok && o.kind != "" {
		return c.Send(c.Request(op.method, path, o.kind, strings.NewReader(text)))
	}
	return c.Do(op.method, path, o.body)
}

// oddities are options and bodies that are wrong for an operation, and some that are right.
func oddities(op named) map[string]oddity {
	usual := bodies[op.id]
	all := map[string]oddity{}
	for _, query := range []string{"?nonsense=1", "?rerender=maybe", "?rerender=false", "?rerender=true&rerender=true", "?limit=0"} {
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
		map[string]any{},
		map[string]any{"nonsense": 1},
		map[string]any{"prompt": ""},
		map[string]any{"prompt": 7},
		map[string]any{"prompt": " "},
		map[string]any{"subtitles": strings.Repeat("a", 1001)},
		strings.Repeat(" ", 1<<20+1),
	} {
		all[fmt.Sprintf("the body %.30q", fmt.Sprint(body))] = oddity{body: body}
	}
	all["a text"] = oddity{body: "x", kind: "text/plain"}
	return all
}

// told is all of an answer that a client can make something of.
func told(a *servertest.Answer) string {
	return fmt.Sprintf("%d %s %s", a.Status, comparable(a.Header), a.Body)
}

func TestSomebodyElsesThingsAreAnsweredLikeNone(t *testing.T) {
	s := start(t)
	ann, bob := s.User("ann"), s.User("bob")
	done := film(t, ann, request())["task_id"].(string)
	running := order(t, ann, telling(hang))
	until(t, ann, running, hasImages)
	before := told(ann.Get("/v1/video/tasks/"+done)) + told(ann.Get("/v1/images/tasks/"+done))
	const none = "0193a5b2-7c1e-7a3f-9d2b-5a6c7d8e9f00"
	admins := s.Admin().Key(identity.Read | identity.Write) // not the admin scope
	for _, op := range namedOperations(t, s) {
		suffixes := []string{""}
		if op.parameter == "image_id" {
			suffixes = []string{".scene-01", ".scene-02", ".scene-99", "", ".", ".~", ".~c2NlbmUtMDE", ".~AAAA"}
		}
		for _, suffix := range suffixes {
			for who, c := range map[string]*servertest.Client{"bob": bob, "bob's key": bob.Key(identity.Read | identity.Write), "an admin's key without that scope": admins} {
				want := told(op.call(c, none+suffix))
				if !strings.HasPrefix(want, "404") {
					t.Errorf("%s of nothing: %s", op.id, want)
				}
				for _, id := range []string{done, running} {
					if got := told(op.call(c, id+suffix)); got != want {
						t.Errorf("%s %s%s by %s: %s\nand of nothing: %s", op.id, id, suffix, who, got, want)
					}
				}
			}
		}
		// What is no id at all is answered in the same way.
		want := told(op.call(bob, none))
		for _, id := range []string{
			"x", "%20", "%00", "%ff", "a%2Fb", "..%2F..", "%2e%2e", "%F0%9F%8E%AC", done[:35], done + "x", strings.ToUpper(done) + "%20",
			strings.Repeat("x", 101), strings.Repeat("x", 5000), "null", "{task_id}",
		} {
			if got := told(op.call(bob, id)); got != want {
				t.Errorf("%s %.50s: %s\nnot %s", op.id, id, got, want)
			}
		}
		// With a body or an option that is wrong, and with one that is right, nobody learns more.
		for _, suffix := range suffixes[:min(2, len(suffixes))] {
			for what, o := range oddities(op) {
				want := told(o.call(op, bob, none+suffix))
				for _, id := range []string{done, running} {
					if got := told(o.call(op, bob, id+suffix)); got != want {
						t.Errorf("%s %s%s with %s: %s\nand of nothing: %s", op.id, id, suffix, what, got, want)
					}
				}
			}
		}
	}
	if after := told(ann.Get("/v1/video/tasks/"+done)) + told(ann.Get("/v1/images/tasks/"+done)); after != before {
		t.Errorf("what bob did has changed ann's task: %s\nbefore: %s", after, before)
	}
	if list := bob.Get("/v1/video/tasks?limit=1000").JSON(); len(list["tasks"].([]any)) != 0 {
		t.Errorf("bob's list: %v", list)
	}
	mine := order(t, bob, request())
	for _, query := range []string{"", "?status=completed", "?status=processing", "?after=" + done, "?after=" + running} {
		for _, one := range bob.Get("/v1/video/tasks" + query).JSON()["tasks"].([]any) {
			if id := one.(map[string]any)["task_id"]; id != mine {
				t.Errorf("bob's list %s has %v", query, id)
			}
		}
	}
	// An idempotency key of somebody else's, too, is none.
	ann.With("Idempotency-Key", "k").Post("/v1/video", request()).Want(200)
	if a := bob.With("Idempotency-Key", "k").Post("/v1/video", request()).Want(200); a.Header.Get("Idempotency-Replayed") != "" {
		t.Error("bob got ann's answer")
	}
}

func TestAnAdminSeesOthersThings(t *testing.T) {
	s := start(t)
	ann, admin := s.User("ann"), s.Admin()
	for _, op := range namedOperations(t, s) {
		if op.id == "cancelVideoTask" || op.id == "followVideoTask" {
			continue // below: they need one that is being worked on
		}
		task := film(t, ann, request())
		id := task["task_id"].(string)
		if op.parameter == "image_id" {
			id = images(task)[0]["id"].(string)
		}
		if a := op.call(admin, id); a.Status < 200 || a.Status > 299 {
			t.Errorf("%s: %d %s", op.id, a.Status, a.Body)
		}
		if op.id == "regenerateImage" || op.id == "editImage" {
			settle(t, ann, task["task_id"].(string))
		}
	}
	id := order(t, ann, telling(hang))
	until(t, admin, id, hasImages)
	admin.Post("/v1/video/tasks/"+id+"/cancel", nil).Want(200)
	admin.Get("/v1/video/tasks/" + id + "/events").Want(200)
	if list := admin.Get("/v1/video/tasks").JSON(); len(list["tasks"].([]any)) != 0 {
		t.Errorf("an admin's list is of the admin's own tasks: %v", list)
	}
}
