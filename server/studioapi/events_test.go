package studioapi_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/servertest"
)

// follow opens a job's stream after an event, or from the beginning.
func follow(t testing.TB, c *servertest.Client, id, last string) *servertest.Stream {
	t.Helper()
	return c.Follow("/api/v1/jobs/"+id+"/events", last).Want(200)
}

func TestAStreamTellsAJobFromItsBeginningToItsEnd(t *testing.T) {
	ann := start(t).User("ann")
	id := generate(t, ann, create(t, ann, draft(nil)), nil)
	all := follow(t, ann, id, "").Rest()
	first, last := all[0], all[len(all)-1]
	if first.Name != "job" || first.Data["job_id"] != id || last.Name != "end" || last.Data["status"] != "completed" || last.Data["output_url"] == nil {
		t.Errorf("from %v to %v", first, last)
	}
	if got := job(t, ann, id); undated(got) != undated(last.Data) {
		t.Errorf("the last is %v\nthe job is %v", last.Data, got)
	}
	seq, progress := 0, -1.0
	kinds := map[string]bool{}
	for _, m := range all {
		switch m.Name {
		case "step":
			seq++
			kinds[m.Data["kind"].(string)] = true
			if m.ID != fmt.Sprint("1-", seq) || m.Data["job_id"] != id {
				t.Errorf("step %d is %v", seq, m)
			}
		case "job", "end":
			if m.ID != "" {
				t.Errorf("a job has the id %s", m.ID)
			}
			if p := m.Data["progress"].(float64); p < progress {
				t.Errorf("progress %v after %v", p, progress)
			} else {
				progress = p
			}
		default:
			t.Errorf("the event %s", m.Name)
		}
	}
	for _, kind := range []string{"run.started", "stage.expanded", "instance.done", "run.completed"} {
		if !kinds[kind] {
			t.Errorf("no %s in %v", kind, kinds)
		}
	}
	if progress != 100 {
		t.Errorf("progress ends at %v", progress)
	}
}

func TestAStreamGoesOnAfterTheLastEventThatWasSeen(t *testing.T) {
	s := start(t)
	ann := s.User("ann")
	p := create(t, ann, draft(nil))
	id := generate(t, ann, p, nil)
	settle(t, ann, id)
	all := servertest.Steps(follow(t, ann, id, "").Rest())
	for _, i := range []int{0, len(all) / 2, len(all) - 2} {
		if got := servertest.Steps(follow(t, ann, id, all[i]).Rest()); !slices.Equal(got, all[i+1:]) {
			t.Errorf("after %s: %v", all[i], got)
		}
	}
	events := "/api/v1/jobs/" + id + "/events"
	if a := ann.With("Last-Event-ID", all[len(all)-1]).Get(events).Want(204); len(a.Body) > 0 {
		t.Errorf("got %q", a.Body)
	}
	s.Restart()
	ann.With("Last-Event-ID", all[len(all)-1]).Get(events).Want(204)
	if got := servertest.Steps(follow(t, ann, id, all[3]).Rest()); !slices.Equal(got, all[4:]) {
		t.Errorf("after a restart: %v", got)
	}
	for _, last := range []string{
		"x", "1", "1-", "-1", "2-1", "0-1", "1-x", "1-01", "1--1", "1-99999999999999999999", strings.Repeat("1", 51),
		fmt.Sprint("1-", len(all)+1), "1-999999", "1-9223372036854775807", // ahead of what there is
	} {
		invalid(t, ann.With("Last-Event-ID", last).Get(events), "header.Last-Event-ID")
	}
	// The second job of a project has a stream of its own.
	second := generate(t, ann, p, nil)
	if got := servertest.Steps(follow(t, ann, second, "").Rest()); len(got) == 0 || got[0] != "2-1" {
		t.Errorf("got %v", got)
	}
	if got := servertest.Steps(follow(t, ann, id, "").Rest()); !slices.Equal(got, all) {
		t.Errorf("the first one's is %v", got)
	}
}

// A client that is ahead of the journal, which was restored from a backup, would miss what happens until the journal
// comes to where the client believes to be.
func TestAPositionAheadOfTheWorkIsRefusedWhileItGoesOn(t *testing.T) {
	s := start(t, func(c *config.Config) { c.MaxActive = 1 })
	ann := s.User("ann")
	id := generate(t, ann, create(t, ann, telling(hang)), nil)
	waiting := generate(t, ann, create(t, ann, draft(nil)), nil)
	until(t, ann, id, status("processing"))
	ahead := func(id, last string) {
		t.Helper()
		invalid(t, ann.With("Last-Event-ID", last).Get("/api/v1/jobs/"+id+"/events"), "header.Last-Event-ID")
	}
	for _, last := range []string{"1-500", "1-9223372036854775807"} {
		ahead(id, last)
		ahead(waiting, last)
	}
	ahead(waiting, "1-1") // it has not begun
	follow(t, ann, waiting, "1-0")
	second := func(last string) string {
		t.Helper()
		f := follow(t, ann, id, last)
		for {
			e, ok := f.Next()
			if !ok {
				t.Fatal("the stream ends without a step")
			}
			if e.Name == "step" {
				return e.ID
			}
		}
	}
	if got := second(second("")); got != "1-2" {
		t.Errorf("after the first step comes %s", got)
	}
	// After a restart what was seen is there, also before the work has begun again.
	s.Restart()
	if got := second("1-1"); got != "1-2" {
		t.Errorf("after a restart, %s", got)
	}
	ahead(id, "1-500")
}

func TestAStreamOfAJobThatIsOverEndsWhileTheNextOneWaits(t *testing.T) {
	s := start(t, func(c *config.Config) { c.MaxActive = 1 })
	ann := s.User("ann")
	p, j := film(t, ann, draft(nil))
	first := j["job_id"].(string)
	generate(t, ann, create(t, ann, telling(hang)), nil)
	waiting := generate(t, ann, p["project_id"].(string), nil)
	all := follow(t, ann, first, "").Rest()
	if last := all[len(all)-1]; last.Name != "end" || last.Data["job_id"] != first || last.Data["status"] != "completed" {
		t.Errorf("got %v", last)
	}
	seen := servertest.Steps(all)
	ann.With("Last-Event-ID", seen[len(seen)-1]).Get("/api/v1/jobs/" + first + "/events").Want(204)
	// That of the one that waits begins with it, and ends when it is cancelled.
	stream := follow(t, ann, waiting, "")
	if m, ok := stream.Next(); !ok || m.Name != "job" || m.Data["status"] != "queued" {
		t.Errorf("got %v", m)
	}
	ann.Post("/api/v1/jobs/"+waiting+"/cancel", nil).Want(200)
	rest := stream.Rest()
	if last := rest[len(rest)-1]; last.Name != "end" || last.Data["status"] != "cancelled" || len(servertest.Steps(rest)) != 0 {
		t.Errorf("got %v", rest)
	}
	ann.With("Last-Event-ID", "2-0").Get("/api/v1/jobs/" + waiting + "/events").Want(204)
}

func TestAStreamTellsOfACancelAndOfAFailure(t *testing.T) {
	ann := start(t).User("ann")
	id := generate(t, ann, create(t, ann, telling(hang)), nil)
	stream := follow(t, ann, id, "")
	for m, ok := stream.Next(); ok && m.Data["kind"] != "attempt.started"; {
		m, ok = stream.Next()
	}
	ann.Post("/api/v1/jobs/"+id+"/cancel", nil).Want(200)
	rest := stream.Rest()
	if last := rest[len(rest)-1]; last.Name != "end" || last.Data["status"] != "cancelled" {
		t.Errorf("got %v", last)
	}
	id = generate(t, ann, create(t, ann, telling("It is refused. [mock:reject@speech.synthesize]")), nil)
	told := ""
	var last servertest.Event
	for _, m := range follow(t, ann, id, "").Rest() {
		if m.Data["kind"] == "instance.failed" {
			told, _ = m.Data["message"].(string)
		}
		last = m
	}
	if told != "This content was refused." || last.Name != "end" || last.Data["status"] != "failed" || last.Data["error"].(object)["code"] != "CONTENT_REJECTED" {
		t.Errorf("%q, %v", told, last)
	}
}

func TestAStreamIsCountedOnceAndEndsWithTheServer(t *testing.T) {
	s := start(t)
	ann := s.User("ann")
	id := generate(t, ann, create(t, ann, telling(hang)), nil)
	before := ann.Get("/api/v1/jobs/" + id).Want(200).Header
	const many = 20
	var streams []*servertest.Stream
	for range many {
		one := follow(t, ann, id, "")
		for seen := 0; seen < 3; seen++ { // whatever it tells
			if _, ok := one.Next(); !ok {
				t.Fatal("a stream has no beginning")
			}
		}
		streams = append(streams, one)
	}
	after := ann.Get("/api/v1/jobs/" + id).Want(200).Header
	was, now := number(t, before.Get("X-RateLimit-Remaining")), number(t, after.Get("X-RateLimit-Remaining"))
	if same := before.Get("X-RateLimit-Reset") == after.Get("X-RateLimit-Reset"); same && was-now != many+1 { // otherwise a minute has ended
		t.Errorf("%d were left, now %d", was, now)
	}
	s.Restart()
	for _, one := range streams {
		for _, m := range one.Rest() {
			if m.Name == "end" {
				t.Errorf("the job has not ended: %v", m)
			}
		}
	}
	if j := job(t, ann, id); ended(j) {
		t.Errorf("got %v", j)
	}
}

func number(t testing.TB, text string) (n int) {
	t.Helper()
	if _, err := fmt.Sscan(text, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// described is the schema of a stream in the API's document: of each kind of message, the schema of its data, and
// whether it has an id.
func described(t *testing.T, s *servertest.Server, path string) (data map[string]*servertest.Schema, found map[string]bool) {
	t.Helper()
	var doc struct {
		Paths map[string]map[string]struct {
			Responses map[string]struct {
				Content map[string]struct {
					Schema struct {
						Items struct{ OneOf []*servertest.Schema }
					}
				}
			}
		}
	}
	s.Nobody().Get(api.Prefix + "/openapi.json").Want(200).Decode(&doc)
	data, found = map[string]*servertest.Schema{}, map[string]bool{}
	for _, m := range doc.Paths[path]["get"].Responses["200"].Content["text/event-stream"].Schema.Items.OneOf {
		name, _ := m.Properties["event"].Enum[0].(string)
		data[name], found[name] = m.Properties["data"], m.Properties["id"] != nil
	}
	return data, found
}

func TestEachEventIsAsTheDocumentDescribesIt(t *testing.T) {
	s := start(t)
	ann := s.User("ann")
	doc := s.Document(api)
	data, found := described(t, s, "/jobs/{job_id}/events")
	events := follow(t, ann, generate(t, ann, create(t, ann, telling(failing)), nil), "").Rest()
	events = append(events, follow(t, ann, generate(t, ann, create(t, ann, draft(nil)), nil), "").Rest()...)
	seen, fields := map[string]bool{}, map[string]bool{}
	for _, e := range events {
		schema := doc.Resolve(data[e.Name])
		if schema == nil {
			t.Fatalf("the document has no event %s", e.Name)
		}
		if (e.ID != "") != found[e.Name] {
			t.Errorf("%s has the id %q", e.Name, e.ID)
		}
		seen[e.Name] = true
		for name, v := range e.Data {
			p := schema.Properties[name]
			kind := map[bool]string{true: "null"}[v == nil]
			switch v.(type) {
			case string:
				kind = "string"
			case float64:
				kind = "number"
			case []any:
				kind = "array"
			case object:
				kind = "object"
			}
			if p = doc.Resolve(p); p == nil || !p.Is(kind) && !(kind == "number" && p.Is("integer")) {
				t.Errorf("%s.%s is %v", e.Name, name, v)
			}
			fields[e.Name+"."+name] = true
		}
		for _, name := range schema.Required {
			if _, ok := e.Data[name]; !ok {
				t.Errorf("%s has no %s", e.Name, name)
			}
		}
	}
	for name := range data {
		if !seen[name] {
			t.Errorf("there was no event %s", name)
		}
		for field, p := range doc.Resolve(data[name]).Properties {
			if !fields[name+"."+field] {
				t.Errorf("no event %s has a %s", name, field)
			}
			if (name == "step" || name == "progress") && (p.Description == "" || len(p.Examples) == 0) {
				t.Errorf("%s.%s has no description or example", name, field)
			}
		}
	}
}
