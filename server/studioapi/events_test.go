package studioapi_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/servertest"
)

// A message is one event of a stream.
type message struct {
	id, event string
	data      object
}

// A stream is a job's events, as a client reads them.
type stream struct {
	t     testing.TB
	lines *bufio.Scanner
	close func()
}

// follow opens a job's stream after an event, or from the beginning.
func follow(t testing.TB, c *servertest.Client, id, last string) *stream {
	t.Helper()
	r := c.Request("GET", "/api/v1/jobs/"+id+"/events", "", nil)
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r.WithContext(ctx))
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%d %v", resp.StatusCode, resp.Header)
	}
	s := &stream{t: t, lines: bufio.NewScanner(resp.Body), close: func() { cancel(); resp.Body.Close() }}
	t.Cleanup(s.close)
	return s
}

// next is the next message; false is the end of the stream.
func (s *stream) next() (m message, ok bool) {
	s.t.Helper()
	for s.lines.Scan() {
		name, value, _ := strings.Cut(s.lines.Text(), ": ")
		switch name {
		case "id":
			m.id = value
		case "event":
			m.event = value
		case "data":
			if err := json.Unmarshal([]byte(value), &m.data); err != nil {
				s.t.Fatalf("%v: %s", err, value)
			}
		case "":
			if m.event != "" {
				return m, true
			}
		}
	}
	return m, false
}

// rest are all messages that are left.
func (s *stream) rest() (all []message) {
	s.t.Helper()
	for {
		m, ok := s.next()
		if !ok {
			return all
		}
		all = append(all, m)
	}
}

// steps are the ids of a stream's steps.
func steps(all []message) (ids []string) {
	for _, m := range all {
		if m.event == "step" {
			ids = append(ids, m.id)
		}
	}
	return ids
}

func TestAStreamTellsAJobFromItsBeginningToItsEnd(t *testing.T) {
	ann := start(t).User("ann")
	id := generate(t, ann, create(t, ann, draft(nil)), nil)
	all := follow(t, ann, id, "").rest()
	first, last := all[0], all[len(all)-1]
	if first.event != "job" || first.data["job_id"] != id || last.event != "end" || last.data["status"] != "completed" || last.data["output_url"] == nil {
		t.Errorf("from %v to %v", first, last)
	}
	if got := job(t, ann, id); undated(got) != undated(last.data) {
		t.Errorf("the last is %v\nthe job is %v", last.data, got)
	}
	seq, progress := 0, -1.0
	kinds := map[string]bool{}
	for _, m := range all {
		switch m.event {
		case "step":
			seq++
			kinds[m.data["kind"].(string)] = true
			if m.id != fmt.Sprint("1-", seq) || m.data["job_id"] != id {
				t.Errorf("step %d is %v", seq, m)
			}
		case "job", "end":
			if m.id != "" {
				t.Errorf("a job has the id %s", m.id)
			}
			if p := m.data["progress"].(float64); p < progress {
				t.Errorf("progress %v after %v", p, progress)
			} else {
				progress = p
			}
		default:
			t.Errorf("the event %s", m.event)
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
	all := steps(follow(t, ann, id, "").rest())
	for _, i := range []int{0, len(all) / 2, len(all) - 2} {
		if got := steps(follow(t, ann, id, all[i]).rest()); !slices.Equal(got, all[i+1:]) {
			t.Errorf("after %s: %v", all[i], got)
		}
	}
	events := "/api/v1/jobs/" + id + "/events"
	if a := ann.With("Last-Event-ID", all[len(all)-1]).Get(events).Want(204); len(a.Body) > 0 {
		t.Errorf("got %q", a.Body)
	}
	s.Restart()
	ann.With("Last-Event-ID", all[len(all)-1]).Get(events).Want(204)
	if got := steps(follow(t, ann, id, all[3]).rest()); !slices.Equal(got, all[4:]) {
		t.Errorf("after a restart: %v", got)
	}
	for _, last := range []string{"x", "1", "1-", "-1", "2-1", "0-1", "1-x", "1-01", "1--1", "1-99999999999999999999", strings.Repeat("1", 51)} {
		invalid(t, ann.With("Last-Event-ID", last).Get(events), "header.Last-Event-ID")
	}
	// The second job of a project has a stream of its own.
	second := generate(t, ann, p, nil)
	if got := steps(follow(t, ann, second, "").rest()); len(got) == 0 || got[0] != "2-1" {
		t.Errorf("got %v", got)
	}
	if got := steps(follow(t, ann, id, "").rest()); !slices.Equal(got, all) {
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
	all := follow(t, ann, first, "").rest()
	if last := all[len(all)-1]; last.event != "end" || last.data["job_id"] != first || last.data["status"] != "completed" {
		t.Errorf("got %v", last)
	}
	seen := steps(all)
	ann.With("Last-Event-ID", seen[len(seen)-1]).Get("/api/v1/jobs/" + first + "/events").Want(204)
	// That of the one that waits begins with it, and ends when it is cancelled.
	stream := follow(t, ann, waiting, "")
	if m, ok := stream.next(); !ok || m.event != "job" || m.data["status"] != "queued" {
		t.Errorf("got %v", m)
	}
	ann.Post("/api/v1/jobs/"+waiting+"/cancel", nil).Want(200)
	rest := stream.rest()
	if last := rest[len(rest)-1]; last.event != "end" || last.data["status"] != "cancelled" || len(steps(rest)) != 0 {
		t.Errorf("got %v", rest)
	}
	ann.With("Last-Event-ID", "2-0").Get("/api/v1/jobs/" + waiting + "/events").Want(204)
}

func TestAStreamTellsOfACancelAndOfAFailure(t *testing.T) {
	ann := start(t).User("ann")
	id := generate(t, ann, create(t, ann, telling(hang)), nil)
	stream := follow(t, ann, id, "")
	for m, ok := stream.next(); ok && m.data["kind"] != "attempt.started"; {
		m, ok = stream.next()
	}
	ann.Post("/api/v1/jobs/"+id+"/cancel", nil).Want(200)
	rest := stream.rest()
	if last := rest[len(rest)-1]; last.event != "end" || last.data["status"] != "cancelled" {
		t.Errorf("got %v", last)
	}
	id = generate(t, ann, create(t, ann, telling("It is refused. [mock:reject@speech.synthesize]")), nil)
	told := ""
	var last message
	for _, m := range follow(t, ann, id, "").rest() {
		if m.data["kind"] == "instance.failed" {
			told, _ = m.data["message"].(string)
		}
		last = m
	}
	if told != "This content was refused." || last.event != "end" || last.data["status"] != "failed" || last.data["error"].(object)["code"] != "CONTENT_REJECTED" {
		t.Errorf("%q, %v", told, last)
	}
}

func TestAStreamIsNotCountedAndEndsWithTheServer(t *testing.T) {
	s := start(t, plan("free"))
	ann := s.User("ann")
	id := generate(t, ann, create(t, ann, telling(hang)), nil)
	left := ann.Get("/api/v1/jobs/" + id).Want(200).Header.Get("X-RateLimit-Remaining")
	var streams []*stream
	for range 20 {
		one := follow(t, ann, id, "")
		if _, ok := one.next(); !ok {
			t.Fatal("a stream has no beginning")
		}
		streams = append(streams, one)
	}
	if now := ann.Get("/api/v1/jobs/" + id).Want(200).Header.Get("X-RateLimit-Remaining"); now != fmt.Sprint(number(t, left)-1) && now != "9" {
		t.Errorf("%s were left, now %s", left, now)
	}
	s.Restart()
	for _, one := range streams {
		for _, m := range one.rest() {
			if m.event == "end" {
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
