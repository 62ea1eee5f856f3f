package videoapi_test

import (
	"bufio"
	"context"
	"encoding/json"
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

// A sent event is one as a browser would see it.
type sent struct {
	id, event string
	data      map[string]any
}

// A follower reads a stream.
type follower struct {
	t    testing.TB
	resp *http.Response
	r    *bufio.Reader
}

// follow opens a task's stream. last is a Last-Event-ID, or "".
func follow(t testing.TB, c *servertest.Client, id, last string) *follower {
	t.Helper()
	r := c.Request("GET", "/v1/video/tasks/"+id+"/events", "", nil)
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	r.Close = true
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	return &follower{t, resp, bufio.NewReader(resp.Body)}
}

// next gives the next event; false means that the stream has ended in order.
func (f *follower) next() (e sent, ok bool) {
	f.t.Helper()
	for {
		line, err := f.r.ReadString('\n')
		if err != nil {
			if err.Error() != "EOF" || line != "" {
				f.t.Fatalf("the stream breaks off: %v", err)
			}
			return e, false
		}
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch name {
		case "id":
			e.id = value
		case "event":
			e.event = value
		case "data":
			if err := json.Unmarshal([]byte(value), &e.data); err != nil {
				f.t.Fatalf("%q: %v", value, err)
			}
		case "":
			if e.event != "" {
				return e, true
			}
		}
	}
}

// rest reads to the end.
func (f *follower) rest() (all []sent) {
	f.t.Helper()
	for {
		e, ok := f.next()
		if !ok {
			return all
		}
		all = append(all, e)
	}
}

// steps are the ids of the steps.
func steps(all []sent) (ids []string) {
	for _, e := range all {
		if e.event == "step" {
			ids = append(ids, e.id)
		}
	}
	return ids
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
	if f.resp.StatusCode != 200 || f.resp.Header.Get("Content-Type") != "text/event-stream" || f.resp.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%d %v", f.resp.StatusCode, f.resp.Header)
	}
	all := f.rest()
	gapless(t, steps(all))
	first, last := all[0], all[len(all)-1]
	if first.event != "task" || last.event != "end" || fmt.Sprint(last.data) != fmt.Sprint(ann.Get("/v1/video/tasks/"+id).JSON()) {
		t.Errorf("from %v to %v", first, last)
	}
	var statuses []string
	images, progress := map[string]bool{}, 0.0
	for _, e := range all {
		p, ok := e.data["progress"].(float64)
		if !ok || p < progress || e.data["task_id"] != id {
			t.Errorf("%v after %v", e, progress)
		}
		progress = p
		switch e.event {
		case "task":
			statuses = append(statuses, e.data["status"].(string))
		case "step":
			if e.data["image_id"] != nil {
				images[e.data["image_id"].(string)] = true
			}
			if e.data["kind"] == "" || e.data["time"] == "" {
				t.Errorf("got %v", e)
			}
		case "progress":
			if e.id != "" {
				t.Errorf("a tick has the id %s", e.id)
			}
		}
	}
	if !slices.Equal(slices.Compact(statuses), statuses) || statuses[len(statuses)-1] != "completed" || progress != 1 || len(images) != 6 {
		t.Errorf("statuses %v, %d images", statuses, len(images))
	}
	// Who comes back to the end is told that there is nothing more.
	for _, at := range []string{last.id, steps(all)[len(steps(all))-1]} {
		if again := follow(t, ann, id, at); again.resp.StatusCode != http.StatusNoContent {
			t.Errorf("after %s: %d", at, again.resp.StatusCode)
		}
	}
}

func TestAStreamGoesOnAfterEachPositionAcrossRevisions(t *testing.T) {
	ann := start(t).User("ann")
	task := film(t, ann, request())
	id := task["task_id"].(string)
	end := follow(t, ann, id, "").rest()
	ann.Post("/v1/images/"+images(task)[2]["id"].(string), nil).Want(200)
	// Who was at the end hears of the revision from its beginning.
	second := follow(t, ann, id, end[len(end)-1].id).rest()
	settle(t, ann, id)
	all := steps(follow(t, ann, id, "").rest())
	if runs := gapless(t, all); len(runs) != 2 || runs[0] != len(steps(end)) || runs[1] != len(steps(second)) || steps(second)[0] != "2-1" {
		t.Errorf("runs of %v events; %d before, then %v", runs, len(steps(end)), steps(second))
	}
	for i, at := range all {
		f := follow(t, ann, id, at)
		if i == len(all)-1 {
			if f.resp.StatusCode != http.StatusNoContent {
				t.Errorf("after the last: %d", f.resp.StatusCode)
			}
			break
		}
		if rest := steps(f.rest()); !slices.Equal(rest, all[i+1:]) {
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
		if f.resp.StatusCode == http.StatusNoContent {
			break
		}
		for range n { // a little more each time
			e, ok := f.next()
			if !ok {
				break
			}
			if e.event == "step" {
				seen = append(seen, e.id)
			}
			if e.id != "" {
				last = e.id
			}
		}
		_ = f.resp.Body.Close()
	}
	if all := steps(follow(t, ann, id, "").rest()); !slices.Equal(seen, all) {
		t.Errorf("saw  %v\nthere is %v", seen, all)
	}
}

func TestAStreamOfWhatNeverBeganEndsForGood(t *testing.T) {
	ann := start(t, func(c *config.Config) { c.MaxActive = 1 }).User("ann")
	order(t, ann, telling(hang))
	id := order(t, ann, request())
	ann.Post("/v1/video/tasks/"+id+"/cancel", nil).Want(200)
	all := follow(t, ann, id, "").rest()
	if len(all) != 2 || all[0].event != "task" || all[1].event != "end" || all[1].data["status"] != "failed" {
		t.Fatalf("got %v", all)
	}
	if again := follow(t, ann, id, all[1].id); again.resp.StatusCode != http.StatusNoContent {
		t.Errorf("after %q: %d", all[1].id, again.resp.StatusCode)
	}
}

func TestAPositionThatIsNoneOfTheStreamIsRefused(t *testing.T) {
	ann := start(t).User("ann")
	id := film(t, ann, request())["task_id"].(string)
	for _, last := range []string{"x", "1", "1-", "-1", "0-1", "01-1", "1-01", "1--1", "1-1-1", "1.5-1", "2-1", "99999999999999999999-1", "1-99999999999999999999", strings.Repeat("1", 60)} {
		a := ann.With("Last-Event-ID", last).Get("/v1/video/tasks/" + id + "/events")
		refused(t, a, 422, "header.Last-Event-ID")
	}
}

func TestAStreamOfADeletedTaskEnds(t *testing.T) {
	ann := start(t).User("ann")
	id := order(t, ann, telling(hang))
	f := follow(t, ann, id, "")
	f.next()
	ann.Delete("/v1/video/tasks/" + id).Want(204)
	f.rest()
	follow(t, ann, id, "").wants(404)
}

func (f *follower) wants(status int) {
	f.t.Helper()
	if f.resp.StatusCode != status {
		f.t.Errorf("%d, not %d", f.resp.StatusCode, status)
	}
}

func TestStreamsAndWaitsEndAtOnceWhenTheServerStops(t *testing.T) {
	const grace = 8 * time.Second
	s := start(t, func(c *config.Config) { c.Grace = grace })
	ann := s.User("ann")
	id := order(t, ann, telling(hang))
	until(t, ann, id, hasImages)
	f := follow(t, ann, id, "")
	f.next()
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
		all := f.rest()
		if len(all) > 0 && all[len(all)-1].event == "end" {
			t.Error("the stream tells an end that there was none of")
		}
		ended <- time.Now()
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
	readers := make([]*follower, 100)
	for i := range readers {
		readers[i] = follow(t, ann, id, "") // and read nothing
	}
	settle(t, ann, id)
	if took := time.Since(began); took > 5*alone+20*time.Second {
		t.Errorf("%v, and %v alone", took, alone)
	}
	// They find everything when they come to it.
	want := steps(follow(t, ann, id, "").rest())
	for _, r := range readers {
		if got := steps(r.rest()); !slices.Equal(got, want) {
			t.Errorf("%d steps, not %d", len(got), len(want))
		}
	}
}
