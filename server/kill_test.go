package server_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"sync"
	"testing"
	"time"
)

// A patient client sends a request with its key until it is answered, however often the server is killed.
func (r *remote) patient(method, path, key string, body any) map[string]any {
	for end := time.Now().Add(time.Minute); time.Now().Before(end); <-time.After(5 * time.Millisecond) {
		status, v, err := r.try(method, path, key, body)
		switch {
		case err != nil || status == http.StatusServiceUnavailable:
		case status != http.StatusOK:
			r.c.t.Errorf("%s %s: %d %v", method, path, status, v)
			return nil
		default:
			return v
		}
	}
	r.c.t.Errorf("%s %s is not answered", method, path)
	return nil
}

func TestAServerThatIsKilledAgainAndAgainMakesEachFilmOnce(t *testing.T) {
	kills := 8
	if testing.Short() {
		kills = 3
	}
	c := launch(t, 2*time.Millisecond)
	admin := c.login()
	const clients = 4
	var wg sync.WaitGroup
	var mu sync.Mutex
	accepted := map[string]string{} // by key: the task
	stop := make(chan struct{})
	for n := range clients {
		wg.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				case <-time.After(time.Duration(rand.IntN(200)) * time.Millisecond):
				}
				key := fmt.Sprintf("%d-%d", n, i)
				v := admin.patient("POST", "/v1/video", key, request())
				if v == nil {
					return
				}
				mu.Lock()
				accepted[key] = v["task_id"].(string)
				mu.Unlock()
			}
		})
	}
	for range kills {
		<-time.After(time.Duration(50+rand.IntN(250)) * time.Millisecond)
		c.restart()
	}
	close(stop)
	wg.Wait()
	// Each key has one task, and each task a key: none was lost, none made twice.
	ids := map[string]bool{}
	for _, one := range admin.get("/v1/video/tasks?limit=1000")["tasks"].([]any) {
		ids[one.(map[string]any)["task_id"].(string)] = true
	}
	if len(ids) != len(accepted) || len(ids) == 0 {
		t.Errorf("%d tasks of %d requests", len(ids), len(accepted))
	}
	for key, id := range accepted {
		if !ids[id] {
			t.Errorf("the task %s was lost", id)
			continue
		}
		if again := admin.patient("POST", "/v1/video", key, request()); again["task_id"] != id {
			t.Errorf("the key %s gives %v, not %s", key, again, id)
		}
		task := admin.settle(id)
		if task["status"] != "completed" || len(images(task)) != 6 || task["url"] == nil {
			t.Errorf("%s: %v", id, task)
		}
		for _, img := range images(task) {
			if urls := img["urls"].([]any); img["status"] != "completed" || len(urls) != 1 {
				t.Errorf("%s: image %v", id, img)
			}
		}
	}
	t.Logf("%d films, %d kills", len(accepted), kills)
}

// The moment between the record and the run's start is met by killing the server as soon as it has answered.
func TestAFilmThatIsAcceptedIsMadeThoughTheServerIsKilledAtOnce(t *testing.T) {
	c := launch(t, 0)
	admin := c.login()
	rounds := 10
	if testing.Short() {
		rounds = 3
	}
	var ids []string
	for range rounds {
		status, v, err := admin.try("POST", "/v1/video", "", request())
		c.kill()
		if err != nil || status != 200 {
			t.Fatalf("%d %v %v", status, v, err)
		}
		ids = append(ids, v["task_id"].(string))
		c.start()
	}
	for _, id := range ids {
		if task := admin.settle(id); task["status"] != "completed" {
			t.Errorf("%v", task)
		}
	}
	if n := len(admin.get("/v1/video/tasks?limit=1000")["tasks"].([]any)); n != rounds {
		t.Errorf("%d tasks", n)
	}
}

// A picture is made anew once for its key, also when the server is killed in the middle.
func TestAPictureIsMadeAnewOnceThoughTheServerIsKilled(t *testing.T) {
	c := launch(t, 2*time.Millisecond)
	admin := c.login()
	task := admin.settle(admin.patient("POST", "/v1/video", "film", request())["task_id"].(string))
	id := task["task_id"].(string)
	link := task["url"].(string)
	const takes = 5
	for i := range takes {
		image := images(task)[i]["id"].(string)
		done := make(chan struct{})
		go func() {
			defer close(done)
			admin.patient("POST", "/v1/images/"+image, fmt.Sprint(i), nil)
		}()
		<-time.After(time.Duration(rand.IntN(15)) * time.Millisecond)
		c.restart()
		<-done
		if now := admin.settle(id); now["status"] != "completed" || now["progress"] != 1.0 {
			t.Errorf("%v", now)
		}
	}
	last := admin.settle(id)
	for i, img := range images(last) {
		want := 1
		if i < takes {
			want = 2
		}
		if urls := img["urls"].([]any); len(urls) != want || img["status"] != "completed" {
			t.Errorf("image %d has %d takes", i, len(urls))
		}
	}
	// Links from before are still good.
	for _, url := range []string{link, last["url"].(string)} {
		resp, err := plain.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != 200 {
			t.Errorf("%s: %d", url, resp.StatusCode)
		}
	}
}

func TestProgressDoesNotFallWhenTheServerIsKilled(t *testing.T) {
	c := launch(t, 15*time.Millisecond)
	admin := c.login()
	id := admin.patient("POST", "/v1/video", "k", request())["task_id"].(string)
	var seen []float64
	for kills := 0; ; {
		task := admin.get("/v1/video/tasks/" + id)
		p := task["progress"].(float64)
		if n := len(seen); n > 0 && p < seen[n-1] {
			t.Errorf("%v after %v, with %d kills", p, seen[n-1], kills)
		}
		seen = append(seen, p)
		if task["status"] == "completed" {
			break
		}
		if task["status"] == "failed" || len(seen) > 5000 {
			t.Fatalf("%v", task)
		}
		if kills < 6 && p > float64(kills+1)*0.14 {
			kills++
			c.restart()
		}
	}
	if distinct := len(slices.Compact(seen)); distinct < 6 {
		t.Errorf("only %d steps", distinct)
	}
}

func TestADirectoryIsLeftByAKilledServerAsItIsByOneThatStops(t *testing.T) {
	c := launch(t, 0)
	admin := c.login()
	id := admin.patient("POST", "/v1/video", "k", request())["task_id"].(string)
	admin.settle(id)
	c.kill()
	c.role.Listen = "127.0.0.1:0" // any other address
	c.start()
	if err := c.stdin.Close(); err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Wait(); err != nil {
		t.Errorf("the stop: %v\n%s", err, c.err.String())
	}
	c.cmd = nil
	c.start()
	admin.get("/v1/video/tasks/" + id)
	if entries, err := os.ReadDir(c.role.Dir); err != nil || len(entries) == 0 {
		t.Errorf("%v %v", entries, err)
	}
}
