package videoapi_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/servertest"
)

// follow opens a task's stream after an event, or from the beginning.
func follow(t testing.TB, c *servertest.Client, id, last string) *servertest.Stream {
	t.Helper()
	return c.Follow("/v1/video/tasks/"+id+"/events", last)
}

// gapless checks that ids count without a gap in each run, and gives how many each has.
func gapless(t *testing.T, ids []string) (runs []int) {
	t.Helper()
	for _, id := range ids {
		run, seq, _ := strings.Cut(id, "-")
		n, err := strconv.Atoi(run)
		m, err2 := strconv.Atoi(seq)
		if err != nil || err2 != nil {
			t.Fatalf("the id %q", id)
		}
		if n == len(runs)+1 {
			runs = append(runs, 0)
		}
		if n != len(runs) || m != runs[n-1]+1 {
			t.Fatalf("the id %s after %v", id, runs)
		}
		runs[n-1] = m
	}
	return runs
}

func TestAStreamTellsEveryStepFromTheBeginningToTheEnd(t *testing.T) {
	ann := slow(t, time.Millisecond).User("ann")
	id := order(t, ann, request())
	f := follow(t, ann, id, "")
	if f.Status != 200 || f.Header.Get("Content-Type") != "text/event-stream" || f.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%d %v", f.Status, f.Header)
	}
	all := f.Rest()
	gapless(t, servertest.Steps(all))
	first, last := all[0], all[len(all)-1]
	if first.Name != "task" || last.Name != "end" || fmt.Sprint(last.Data) != fmt.Sprint(ann.Get("/v1/video/tasks/"+id).JSON()) {
		t.Errorf("from %v to %v", first, last)
	}
	var statuses []string
	images, progress := map[string]bool{}, 0.0
	for _, e := range all {
		p, ok := e.Data["progress"].(float64)
		if !ok || p < progress || e.Data["task_id"] != id {
			t.Errorf("%v after %v", e, progress)
		}
		progress = p
		switch e.Name {
		case "task":
			statuses = append(statuses, e.Data["status"].(string))
		case "step":
			if e.Data["image_id"] != nil {
				images[e.Data["image_id"].(string)] = true
			}
			if e.Data["kind"] == "" || e.Data["time"] == "" {
				t.Errorf("got %v", e)
			}
		case "progress":
			if e.ID != "" {
				t.Errorf("a tick has the id %s", e.ID)
			}
		}
	}
	if !slices.Equal(slices.Compact(statuses), statuses) || statuses[len(statuses)-1] != "completed" || progress != 1 || len(images) != 6 {
		t.Errorf("statuses %v, %d images", statuses, len(images))
	}
	// Who comes back to the end is told that there is nothing more.
	for _, at := range []string{last.ID, servertest.Steps(all)[len(servertest.Steps(all))-1]} {
		if again := follow(t, ann, id, at); again.Status != http.StatusNoContent {
			t.Errorf("after %s: %d", at, again.Status)
		}
	}
}

func TestAStreamGoesOnAfterEachPositionAcrossRevisions(t *testing.T) {
	ann := start(t).User("ann")
	task := film(t, ann, request())
	id := task["task_id"].(string)
	end := follow(t, ann, id, "").Rest()
	ann.Post("/v1/images/"+images(task)[2]["id"].(string), nil).Want(200)
	// Who was at the end hears of the revision from its beginning.
	second := follow(t, ann, id, end[len(end)-1].ID).Rest()
	settle(t, ann, id)
	all := servertest.Steps(follow(t, ann, id, "").Rest())
	if runs := gapless(t, all); len(runs) != 2 || runs[0] != len(servertest.Steps(end)) || runs[1] != len(servertest.Steps(second)) || servertest.Steps(second)[0] != "2-1" {
		t.Errorf("runs of %v events; %d before, then %v", runs, len(servertest.Steps(end)), servertest.Steps(second))
	}
	for i, at := range all {
		f := follow(t, ann, id, at)
		if i == len(all)-1 {
			if f.Status != http.StatusNoContent {
				t.Errorf("after the last: %d", f.Status)
			}
			break
		}
		if rest := servertest.Steps(f.Rest()); !slices.Equal(rest, all[i+1:]) {
			t.Errorf("after %s: %v", at, rest)
		}
	}
}

func TestAStreamThatIsInterruptedLosesAndRepeatsNothing(t *testing.T) {
	ann := slow(t, 2*time.Millisecond).User("ann")
	id := order(t, ann, request())
	var seen []string
	for n, last := 1, ""; ; n++ {
		f := follow(t, ann, id, last)
		if f.Status == http.StatusNoContent {
			break
		}
		for range n { // a little more each time
			e, ok := f.Next()
			if !ok {
				break
			}
			if e.Name == "step" {
				seen = append(seen, e.ID)
			}
			if e.ID != "" {
				last = e.ID
			}
		}
		f.Close()
	}
	if all := servertest.Steps(follow(t, ann, id, "").Rest()); !slices.Equal(seen, all) {
		t.Errorf("saw  %v\nthere is %v", seen, all)
	}
}

func TestAStreamOfWhatNeverBeganEndsForGood(t *testing.T) {
	ann := start(t, func(c *config.Config) { c.MaxActive = 1 }).User("ann")
	order(t, ann, telling(hang))
	id := order(t, ann, request())
	ann.Post("/v1/video/tasks/"+id+"/cancel", nil).Want(200)
	all := follow(t, ann, id, "").Rest()
	if len(all) != 2 || all[0].Name != "task" || all[1].Name != "end" || all[1].Data["status"] != "failed" {
		t.Fatalf("got %v", all)
	}
	if again := follow(t, ann, id, all[1].ID); again.Status != http.StatusNoContent {
		t.Errorf("after %q: %d", all[1].ID, again.Status)
	}
}

func TestAPositionThatIsNoneOfTheStreamIsRefused(t *testing.T) {
	ann := start(t).User("ann")
	id := film(t, ann, request())["task_id"].(string)
	steps := servertest.Steps(follow(t, ann, id, "").Rest())
	for _, last := range []string{
		"x", "1", "1-", "-1", "0-1", "01-1", "1-01", "1--1", "1-1-1", "1.5-1", "2-0", "2-1", "99999999999999999999-1", "1-99999999999999999999", strings.Repeat("1", 60),
		fmt.Sprint("1-", len(steps)+1), "1-999999", "1-18446744073709551615", // ahead of what there is
	} {
		a := ann.With("Last-Event-ID", last).Get("/v1/video/tasks/" + id + "/events")
		refused(t, a, 422, "header.Last-Event-ID")
	}
}

// A client that is ahead of the journal, which was restored from a backup, would miss what happens until the journal
// comes to where the client believes to be.
func TestAPositionAheadOfTheWorkIsRefusedWhileItGoesOn(t *testing.T) {
	s := start(t, func(c *config.Config) { c.MaxActive = 1 })
	ann := s.User("ann")
	id := order(t, ann, telling(hang))
	waiting := order(t, ann, request())
	until(t, ann, id, hasImages)
	ahead := func(id, last string) {
		t.Helper()
		refused(t, ann.With("Last-Event-ID", last).Get("/v1/video/tasks/"+id+"/events"), 422, "header.Last-Event-ID")
	}
	for _, last := range []string{"1-500", "1-18446744073709551615", "2-1"} {
		ahead(id, last)
		ahead(waiting, last)
	}
	ahead(waiting, "1-1") // it has not begun
	follow(t, ann, waiting, "1-0").Want(200)
	f := follow(t, ann, id, "").Want(200)
	var last string
	for last == "" {
		e, ok := f.Next()
		if !ok {
			t.Fatal("the stream ends without a step")
		}
		last = e.ID
	}
	follow(t, ann, id, last).Want(200)
	// After a restart what was seen is there, also before the work has begun again.
	s.Restart()
	again := follow(t, ann, id, last).Want(200)
	for {
		e, ok := again.Next()
		if !ok {
			t.Fatal("the stream ends without a step")
		}
		if e.Name == "step" {
			if e.ID != "1-2" || last != "1-1" {
				t.Errorf("after %s comes %s", last, e.ID)
			}
			break
		}
	}
	ahead(id, "1-500")
}

func TestAStreamOfADeletedTaskEnds(t *testing.T) {
	ann := start(t).User("ann")
	id := order(t, ann, telling(hang))
	f := follow(t, ann, id, "")
	f.Next()
	ann.Delete("/v1/video/tasks/" + id).Want(204)
	f.Rest()
	follow(t, ann, id, "").Want(404)
}

func TestStreamsAndWaitsEndAtOnceWhenTheServerStops(t *testing.T) {
	const grace = 8 * time.Second
	s := start(t, func(c *config.Config) { c.Grace = grace })
	ann := s.User("ann")
	id := order(t, ann, telling(hang))
	until(t, ann, id, hasImages)
	f := follow(t, ann, id, "")
	f.Next()
	ended := make(chan time.Time, 2)
	waiting := make(chan struct{})
	go func() {
		r := ann.Preferring("wait=60").Request("GET", "/v1/video/tasks/"+id, "", nil)
		r.Close = true
		close(waiting)
		resp, err := http.DefaultClient.Do(r)
		if err == nil {
			_ = resp.Body.Close()
		}
		ended <- time.Now()
	}()
	go func() {
		defer func() { ended <- time.Now() }() // even if the stream breaks off, which ends this goroutine
		all := f.Rest()
		if len(all) > 0 && all[len(all)-1].Name == "end" {
			t.Error("the stream tells an end that there was none of")
		}
	}()
	<-waiting
	began := time.Now()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := s.Stop(ctx); err != nil {
		t.Error(err)
	}
	for range 2 {
		if took := (<-ended).Sub(began); took > grace/2 {
			t.Errorf("it ended after %v", took)
		}
	}
}

func TestManySlowReadersDoNotSlowTheFilm(t *testing.T) {
	ann := slow(t, 2*time.Millisecond).User("ann")
	film(t, ann, request()) // what is learned at first is not measured
	began := time.Now()
	film(t, ann, request())
	alone := time.Since(began)
	id := order(t, ann, request())
	began = time.Now()
	readers := make([]*servertest.Stream, 100)
	for i := range readers {
		readers[i] = follow(t, ann, id, "") // and read nothing
	}
	settle(t, ann, id)
	if took := time.Since(began); took > 5*alone+20*time.Second {
		t.Errorf("%v, and %v alone", took, alone)
	}
	// They find everything when they come to it.
	want := servertest.Steps(follow(t, ann, id, "").Rest())
	for _, r := range readers {
		if got := servertest.Steps(r.Rest()); !slices.Equal(got, want) {
			t.Errorf("%d steps, not %d", len(got), len(want))
		}
	}
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
	s := slow(t, time.Millisecond)
	ann := s.User("ann")
	doc := s.Document(api)
	data, found := described(t, s, "/video/tasks/{task_id}/events")
	id := order(t, ann, telling("All is well here. And here it is not. [mock:reject@image.generate]"))
	events := follow(t, ann, id, "").Rest()
	id = order(t, ann, request())
	events = append(events, follow(t, ann, id, "").Rest()...)
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
			case map[string]any:
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
