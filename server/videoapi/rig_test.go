package videoapi_test

import (
	"fmt"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/filmloom/filmloom"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/plugins/builtin"
	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/servertest"
)

func TestMain(m *testing.M) {
	builtin.Main()
	if os.Getenv(jqEnv) != "" {
		if err := jq(os.Args[1:], os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/golang/glog.(*fileSink).flushDaemon"))
}

// api is this one.
var api = servertest.API{
	Prefix: "/v1", Paths: 8, Path: "/video/tasks/{task_id}", Invalid: "422", Failure: "Error",
	Text: detailOf, Usual: usual, Own: own,
}

// start starts a server whose films are mocked.
func start(t testing.TB, change ...func(*config.Config)) *servertest.Server {
	t.Helper()
	return slow(t, 0, change...)
}

// slow starts one whose calls take a time.
func slow(t testing.TB, delay time.Duration, change ...func(*config.Config)) *servertest.Server {
	t.Helper()
	return servertest.Start(t, servertest.Options{
		Providers: builtin.Mock(delay), Pipelines: pipeline.Source{"pipelines.hcl": filmloom.Pipelines},
		Config: func(c *config.Config) {
			c.RateLimitMinute, c.RateLimitDay = 1_000_000, 10_000_000
			c.Grace = 100 * time.Millisecond // calls that hang are not waited for
			for _, fn := range change {
				fn(c)
			}
		},
	})
}

// request is the specification's, with values from its lists.
func request() map[string]any {
	return map[string]any{
		"story_topic": "mystery", "art_style": "cinematic", "duration": "short", "language": "english", "voice_name": "nova",
	}
}

// with is the request with other fields; nil takes one away.
func with(fields map[string]any) map[string]any {
	r := request()
	maps.Copy(r, fields)
	maps.DeleteFunc(r, func(_ string, v any) bool { return v == nil })
	return r
}

// telling is a request for a film of a text.
func telling(story string) map[string]any {
	return with(map[string]any{"story_topic": "custom topic", "custom_story": story})
}

// A hang is a story whose pictures are never finished.
const hang = "The first picture [mock:hang@image.generate] is never finished."

// order orders a film and gives its task's id.
func order(t testing.TB, c *servertest.Client, body any) string {
	t.Helper()
	id, _ := c.Post("/v1/video", body).Want(http.StatusOK).JSON()["task_id"].(string)
	return id
}

// settle waits for a task's end.
func settle(t testing.TB, c *servertest.Client, id string) map[string]any {
	t.Helper()
	waiting := c.Preferring("wait=60")
	for range 2 {
		task := waiting.Get("/v1/video/tasks/" + id).Want(http.StatusOK).JSON()
		if task["status"] == "completed" || task["status"] == "failed" {
			return task
		}
	}
	t.Fatalf("task %s does not end", id)
	return nil
}

// film orders a film and waits for it.
func film(t testing.TB, c *servertest.Client, body any) map[string]any {
	t.Helper()
	return settle(t, c, order(t, c, body))
}

// until polls a task until it is as it should be.
func until(t testing.TB, c *servertest.Client, id string, enough func(task map[string]any) bool) map[string]any {
	t.Helper()
	return c.Until("/v1/video/tasks/"+id, enough)
}

// images are those of a task.
func images(task map[string]any) []map[string]any {
	list, _ := task["images"].([]any)
	out := make([]map[string]any, len(list))
	for i, img := range list {
		out[i], _ = img.(map[string]any)
	}
	return out
}

func hasImages(task map[string]any) bool { return len(images(task)) > 0 }

// status tells whether a task or image stands so.
func status(s string) func(map[string]any) bool {
	return func(v map[string]any) bool { return v["status"] == s }
}

func TestAFilmFromTheRequestToItsBytes(t *testing.T) {
	ann := start(t).User("ann")
	task := film(t, ann, request())
	if task["status"] != "completed" {
		t.Fatalf("got %v", task)
	}
	made := ann.Get(task["url"].(string)).Want(http.StatusOK)
	if made.Header.Get("Content-Type") != "video/mp4" || len(made.Body) == 0 {
		t.Errorf("%d bytes of %s", len(made.Body), made.Header.Get("Content-Type"))
	}
}

// digest is the file that a link gives.
func digest(link string) string { return strings.Split(link, "/")[5] }

// comparable is what headers of two answers must have in common.
func comparable(h http.Header) string {
	h = h.Clone()
	for _, name := range []string{"X-Request-Id", "Date", "X-Ratelimit-Limit", "X-Ratelimit-Remaining", "X-Ratelimit-Reset"} {
		h.Del(name)
	}
	return fmt.Sprint(h)
}

func multipartForm(t testing.TB, form url.Values) (kind, body string) {
	t.Helper()
	var b strings.Builder
	w := multipart.NewWriter(&b)
	for name, values := range form {
		if err := w.WriteField(name, values[0]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), b.String()
}
