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
	for _, last := range []string{"x", "1", "1-", "-1", "2-1", "0-1", "1-x", "1-01", "1--1", "1-99999999999999999999", strings.Repeat("1", 51)} {
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

func TestAStreamIsNotCountedAndEndsWithTheServer(t *testing.T) {
	s := start(t, plan("free"))
	ann := s.User("ann")
	id := generate(t, ann, create(t, ann, telling(hang)), nil)
	left := ann.Get("/api/v1/jobs/" + id).Want(200).Header.Get("X-RateLimit-Remaining")
	var streams []*servertest.Stream
	for range 20 {
		one := follow(t, ann, id, "")
		if _, ok := one.Next(); !ok {
			t.Fatal("a stream has no beginning")
		}
		streams = append(streams, one)
	}
	if now := ann.Get("/api/v1/jobs/" + id).Want(200).Header.Get("X-RateLimit-Remaining"); now != fmt.Sprint(number(t, left)-1) && now != "9" {
		t.Errorf("%s were left, now %s", left, now)
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
