package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/servertest"
)

// order orders a film and gives its task's id.
func order(t testing.TB, c *servertest.Client, body any) string {
	t.Helper()
	id, _ := c.Post("/v1/video", body).Want(http.StatusOK).JSON()["task_id"].(string)
	return id
}

// settle waits for a task's end.
func settle(t testing.TB, c *servertest.Client, id string) map[string]any {
	t.Helper()
	for range 3 {
		task := c.Preferring("wait=30").Get("/v1/video/tasks/" + id).Want(http.StatusOK).JSON()
		if task["status"] == "completed" || task["status"] == "failed" {
			return task
		}
	}
	t.Fatalf("task %s does not end", id)
	return nil
}

// until polls a task until it is as it should be.
func until(t testing.TB, c *servertest.Client, id string, enough func(map[string]any) bool) map[string]any {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); <-time.After(time.Millisecond) {
		if task := c.Get("/v1/video/tasks/" + id).Want(http.StatusOK).JSON(); enough(task) {
			return task
		}
	}
	t.Fatalf("task %s is never as it should be", id)
	return nil
}

func TestARestartInTheMiddleIsNotNoticed(t *testing.T) {
	s := start(t, 10*time.Millisecond, func(c *config.Config) { c.MaxActive = 2 })
	ann := s.User("ann")
	keyed := ann.With("Idempotency-Key", "k")
	first := keyed.Post("/v1/video", request()).Want(200)
	ids := []string{first.JSON()["task_id"].(string)}
	for range 4 {
		ids = append(ids, order(t, ann, request()))
	}
	progress := map[string]float64{}
	look := func() {
		for _, id := range ids {
			task := ann.Get("/v1/video/tasks/" + id).Want(200).JSON()
			p := task["progress"].(float64)
			if p < progress[id] {
				t.Errorf("%s: %v after %v", id, p, progress[id])
			}
			progress[id] = p
		}
	}
	for _, far := range []float64{0.1, 0.4, 0.7} {
		until(t, ann, ids[0], func(task map[string]any) bool { return task["progress"].(float64) >= far })
		look()
		s.Restart()
		look()
	}
	for _, id := range ids {
		task := settle(t, ann, id)
		if task["status"] != "completed" || len(images(task)) != 6 {
			t.Errorf("%v", task)
		}
		for _, img := range images(task) {
			if len(img["urls"].([]any)) != 1 {
				t.Errorf("%s was made more than once", img["id"])
			}
		}
	}
	if again := keyed.Post("/v1/video", request()).Want(200); string(again.Body) != string(first.Body) {
		t.Errorf("%s, first %s", again.Body, first.Body)
	}
	if n := len(ann.Get("/v1/video/tasks").JSON()["tasks"].([]any)); n != len(ids) {
		t.Errorf("%d tasks", n)
	}
}

func TestWhatIsDoneIsTheSameAfterARestart(t *testing.T) {
	s := start(t, 0)
	ann := s.User("ann")
	task := settle(t, ann, order(t, ann, request()))
	id := task["task_id"].(string)
	ann.Post("/v1/images/"+images(task)[0]["id"].(string), nil).Want(200)
	settle(t, ann, id)
	failed := settle(t, ann, order(t, ann, map[string]any{
		"story_topic": "custom topic", "custom_story": "It fails. [mock:fail@image.generate] It does.", "art_style": "anime",
		"duration": "short", "language": "english", "voice_name": "nova",
	}))
	read := func() (all []string) {
		for _, path := range []string{"/v1/video/tasks/" + id, "/v1/video/tasks/" + failed["task_id"].(string), "/v1/images/tasks/" + id, "/v1/video/tasks"} {
			all = append(all, withoutSignatures(string(ann.Get(path).Want(200).Body)))
		}
		return all
	}
	before := read()
	links := []string{task["url"].(string), images(task)[0]["urls"].([]any)[0].(string)}
	s.Restart()
	for i, after := range read() {
		if after != before[i] {
			t.Errorf("after  %s\nbefore %s", after, before[i])
		}
	}
	for _, link := range links {
		s.Nobody().Get(link).Want(200)
	}
}

// withoutSignatures takes out of links what depends on the time.
func withoutSignatures(body string) string {
	parts := strings.Split(body, "/media/")
	for i := range parts[1:] {
		_, rest, _ := strings.Cut(parts[i+1], "/")
		parts[i+1] = rest
	}
	return strings.Join(parts, "/media/")
}

// A client that follows a task goes on with it on the server's next start.
func TestAStreamGoesOnAfterARestart(t *testing.T) {
	s := start(t, 5*time.Millisecond)
	ann := s.User("ann")
	id := order(t, ann, request())
	var seen []string
	last := ""
	for n := 0; ; n++ {
		stream := ann.Follow("/v1/video/tasks/"+id+"/events", last)
		if stream.Status == http.StatusNoContent {
			break
		}
		steps := 0
		for e, ok := stream.Next(); ok; e, ok = stream.Next() {
			if e.ID == "" {
				continue
			}
			last = e.ID
			seen = append(seen, last)
			if steps++; steps == 15 && n < 3 {
				s.Restart()
			}
		}
		if n > 20 {
			t.Fatal("it does not end")
		}
	}
	// The last id is the end's, which is that of the last step.
	for i, id := range seen[:len(seen)-1] {
		if want := fmt.Sprintf("1-%d", i+1); id != want {
			t.Fatalf("%s, not %s, in %v", id, want, seen)
		}
	}
	if len(seen) < 50 || seen[len(seen)-1] != seen[len(seen)-2] {
		t.Errorf("seen %v", seen)
	}
}
