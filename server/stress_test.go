package server_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/filmloom/filmloom/plugins/builtin"
	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/servertest"
)

// Several people do everything at once with the same few tasks and projects. Nothing may be answered with a failure of
// ours, nothing may be left unfinished, and after a restart everything must be as it was.
func TestEverythingAtOnce(t *testing.T) {
	var log logText
	s := servertest.Start(t, servertest.Options{Providers: builtin.Mock(time.Millisecond), Pipelines: pipelines, Log: &log, Config: func(c *config.Config) {
		c.RateLimitMinute, c.RateLimitDay, c.MaxActive = 1_000_000, 10_000_000, 3
		c.Pro.RateLimitMinute, c.Pro.RateLimitDay, c.Pro.Credits = 1_000_000, 10_000_000, 30
		c.WebhookAllow = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	}})
	ann, crew := s.User("ann"), engage(t, s)
	var mu sync.Mutex
	var ids []string
	pick := func() string {
		mu.Lock()
		defer mu.Unlock()
		if len(ids) == 0 {
			return "none"
		}
		return ids[rand.IntN(len(ids))]
	}
	stories := []string{
		"One sentence. And another one. And a third.", "All is well. Here [mock:reject@image.generate] it is not.",
		"Once [mock:flaky@image.generate] it fails. Then it does not.", "It [mock:hang@image.generate] hangs. It does.",
		"It is [mock:reject@speech.synthesize] refused. It is.",
	}
	rounds := 80
	if testing.Short() {
		rounds = 20
	}
	var wg sync.WaitGroup
	for worker := range 4 {
		wg.Go(func() {
			for n := range rounds {
				if n%2 == 1 {
					crew.act(stories, fmt.Sprint(worker, n))
					continue
				}
				id := pick()
				image := fmt.Sprintf("/v1/images/%s.scene-%02d", id, 1+rand.IntN(3))
				var a *servertest.Answer
				switch rand.IntN(12) {
				case 0, 1:
					body := request()
					body["story_topic"], body["custom_story"] = "custom topic", stories[rand.IntN(len(stories))]
					a = ann.With("Idempotency-Key", fmt.Sprint(worker, n)).Post("/v1/video", body)
					if a.Status == 200 {
						mu.Lock()
						ids = append(ids, a.JSON()["task_id"].(string))
						mu.Unlock()
					}
				case 2, 3, 4:
					a = ann.Post(image, nil)
				case 5:
					a = ann.Post(image+"?rerender=false", nil)
				case 6:
					a = ann.Patch(image, map[string]any{"prompt": fmt.Sprint("a key, number ", n)})
				case 7:
					a = ann.Patch(image, map[string]any{"subtitles": fmt.Sprint("Text number ", n, ".")})
				case 8:
					a = ann.Post("/v1/video/tasks/"+id+"/cancel", nil)
				case 9:
					if rand.IntN(3) == 0 {
						a = ann.Delete("/v1/video/tasks/" + id)
					}
				case 10:
					a = ann.Get("/v1/video/tasks?status=" + []string{"queued", "processing", "completed", "failed"}[rand.IntN(4)])
				default:
					a = ann.Get("/v1/images/tasks/" + id)
				}
				if a == nil {
					continue
				}
				switch a.Status {
				case 200, 204, 404, 409:
				default:
					t.Errorf("%s: %d %s", a.What, a.Status, a.Body)
				}
			}
		})
	}
	wg.Wait()
	// What hangs is cancelled, since it holds up the rest; all else comes to its end.
	unhang := func() {
		crew.unhang()
		for _, id := range ids {
			if a := ann.Get("/v1/video/tasks/" + id); strings.Contains(string(a.Body), "hangs") && !strings.Contains(string(a.Body), `"failed"`) {
				ann.Post("/v1/video/tasks/"+id+"/cancel", nil)
			}
		}
	}
	settled := map[string]string{}
	for _, id := range ids {
		var task map[string]any
		for end := time.Now().Add(30 * time.Second); ; {
			a := ann.Get("/v1/video/tasks/" + id)
			if a.Status == 404 {
				break
			}
			if task = a.Want(200).JSON(); task["status"] == "completed" || task["status"] == "failed" {
				settled[id] = withoutSignatures(string(a.Body))
				break
			}
			unhang()
			if time.Now().After(end) {
				v, _ := s.Desk().Get(t.Context(), id)
				t.Errorf("%s does not end: %v\n%+v", id, task, v.Head)
				if v.Run != nil {
					t.Errorf("%+v", v.Run.Status())
				}
				break
			}
		}
		for _, img := range images(task) {
			if st := img["status"]; st != "completed" && st != "failed" || st == "completed" && len(img["urls"].([]any)) == 0 {
				t.Errorf("%s is %v: image %v%s", id, task["status"], img, ordersOf(t, s, id))
			}
		}
		if task["status"] == "completed" && (task["url"] == nil || task["progress"] != 1.0 || task["error_message"] != nil) {
			t.Errorf("%v", task)
		}
		if task["status"] == "failed" && (task["error_message"] == nil || task["error_message"] == "The film could not be made because of an internal error.") {
			t.Errorf("%v", task)
		}
	}
	jobs := crew.settled()
	s.Restart()
	for id, before := range settled {
		if after := withoutSignatures(string(ann.Get("/v1/video/tasks/" + id).Want(200).Body)); after != before {
			t.Errorf("%s", differences(t, before, after))
		}
	}
	for path, before := range jobs {
		if after := withoutSignatures(string(crew.admin.Get(path).Want(200).Body)); after != before {
			t.Errorf("%s is\n%s, and was\n%s", path, after, before)
		}
	}
	for _, line := range strings.Split(log.String(), "\n") {
		if strings.Contains(line, "level=ERROR") || strings.Contains(line, "could not be started") {
			t.Error(line)
		}
	}
	t.Logf("%d tasks, %d settled; %d jobs, %d settled", len(ids), len(settled), len(crew.jobs), len(jobs))
}

// differences tells which fields of two tasks differ, before and after.
func differences(t *testing.T, before, after string) (all []string) {
	t.Helper()
	var a, z map[string]any
	for text, into := range map[string]*map[string]any{before: &a, after: &z} {
		if err := json.Unmarshal([]byte(text), into); err != nil {
			t.Fatal(err)
		}
	}
	for name := range a {
		was, is := fmt.Sprint(a[name]), fmt.Sprint(z[name])
		if name == "images" {
			for i, img := range images(a) {
				for field := range img {
					if w, n := fmt.Sprint(img[field]), fmt.Sprint(images(z)[i][field]); w != n {
						all = append(all, fmt.Sprintf("image %d %s: %s, then %s", i, field, w, n))
					}
				}
			}
		} else if was != is {
			all = append(all, fmt.Sprintf("%s: %s, then %s", name, was, is))
		}
	}
	return append(all, "of the task "+before)
}

// ordersOf tells what was ordered of a task.
func ordersOf(t *testing.T, s *servertest.Server, id string) (text string) {
	t.Helper()
	v, err := s.Desk().Get(t.Context(), id)
	if err != nil {
		return err.Error()
	}
	for _, one := range v.Production.Orders {
		o, err := s.Desk().Order(one)
		if err != nil {
			return err.Error()
		}
		text += fmt.Sprintf("\n%s of %q: takes %v, edits %v, until %q, %s from %v to %v", o.ID, o.Parent, o.Takes, o.Edits, o.Until, o.Status,
			o.Started.Format(time.StampMicro), o.Ended.Format(time.StampMicro))
	}
	return text
}
