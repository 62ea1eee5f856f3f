package videoapi_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/servertest"
)

func TestBothMediaLinksAreForAnybodyWhoHasThem(t *testing.T) {
	const public = "https://films.example.org/loom"
	s := start(t, func(c *config.Config) { c.PublicURL = public })
	ann := s.User("ann")
	ann.Header.Set("X-Forwarded-Host", "evil.example")
	task := film(t, ann, request())
	links := map[string]string{task["url"].(string): "video/mp4"}
	for _, img := range images(task) {
		links[img["urls"].([]any)[0].(string)] = "image/png"
	}
	if len(links) != 7 {
		t.Errorf("%d links", len(links))
	}
	hostile := ann.Request("GET", "/v1/video/tasks/"+task["task_id"].(string), "", nil)
	hostile.Host = "evil.example"
	if a := ann.Send(hostile); strings.Contains(string(a.Body), "evil") || !strings.Contains(string(a.Body), public) {
		t.Errorf("the Host header matters: %s", a.Body)
	}
	nobody := s.Nobody()
	for link, kind := range links {
		here, ok := strings.CutPrefix(link, public)
		if !ok {
			t.Fatalf("%s is not on the public URL", link)
		}
		all := nobody.Get(here).Want(200)
		disposition := all.Header.Get("Content-Disposition")
		if all.Header.Get("Content-Type") != kind || !strings.HasPrefix(disposition, "inline; filename=") || len(all.Body) < 100 {
			t.Errorf("%s: %v", link, all.Header)
		}
		part := nobody.With("Range", "bytes=10-19").Get(here).Want(206)
		if string(part.Body) != string(all.Body[10:20]) || part.Header.Get("Content-Range") != fmt.Sprintf("bytes 10-19/%d", len(all.Body)) {
			t.Errorf("%s: a range: %v", link, part.Header)
		}
		nobody.With("Range", "bytes=999999999-").Get(here).Want(416)
		nobody.Do("HEAD", here, nil).Want(200)
		nobody.Get(strings.Replace(here, "/media/", "/media/1", 1)).Want(403)
	}
}

func TestBothMediaLinksExpireAndAreFreshOnEachRead(t *testing.T) {
	s := start(t, func(c *config.Config) { c.MediaLifetime = time.Second })
	ann := s.User("ann")
	task := film(t, ann, request())
	path := "/v1/video/tasks/" + task["task_id"].(string)
	old := ann.Get(path).JSON()["url"].(string)
	var gone *servertest.Answer
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); <-time.After(20 * time.Millisecond) {
		if gone = s.Nobody().Get(old); gone.Status == 403 {
			break
		}
	}
	if gone.Status != 403 || !strings.Contains(string(gone.Body), "expired") {
		t.Errorf("%d %s", gone.Status, gone.Body)
	}
	for what, read := range map[string]func() string{
		"a task": func() string { return ann.Get(path).JSON()["url"].(string) },
		"a list": func() string {
			return ann.Get("/v1/video/tasks").JSON()["tasks"].([]any)[0].(map[string]any)["url"].(string)
		},
	} {
		var fresh *servertest.Answer
		for range 20 { // the machine may take longer to follow a link than it lives
			link := read()
			if link == old {
				t.Fatalf("%s: the link is not fresh", what)
			}
			if fresh = s.Nobody().Get(link); fresh.Status != 403 {
				break
			}
		}
		fresh.Want(200)
	}
}
