package videoapi_test

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/servertest"
)

// What was decided for both APIs where the specification is silent, as it concerns this one.

func TestBothEveryKeyIsPresentAndNullUntilItIsKnown(t *testing.T) {
	ann := start(t, func(c *config.Config) { c.MaxActive = 1 }).User("ann")
	first := order(t, ann, telling(hang))
	waiting := order(t, ann, request())
	task := ann.Get("/v1/video/tasks/" + waiting).JSON()
	created, _ := task["created_at"].(string)
	want := map[string]any{
		"task_id": waiting, "status": "queued", "progress": 0.0, "url": nil, "story_title": nil, "story_description": nil,
		"story_text": nil, "error_message": nil, "images": []any{}, "created_at": created, "updated_at": created,
	}
	if fmt.Sprint(task) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v", task, want)
	}
	set := ann.Get("/v1/images/tasks/" + waiting).JSON()
	want = map[string]any{
		"task_id": waiting, "status": "queued", "story_text": nil, "images": []any{}, "created_at": created, "updated_at": created,
	}
	if fmt.Sprint(set) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v", set, want)
	}
	// With the story the pictures appear, long before the film.
	early := until(t, ann, first, hasImages)
	img := images(early)[0]
	if early["story_text"] == nil || early["url"] != nil || len(img["urls"].([]any)) != 0 || img["subtitles"] == "" {
		t.Errorf("got %v", early)
	}
	for _, path := range []string{"/v1/video/tasks/" + waiting, "/v1/video/tasks", "/v1/none"} {
		if a := ann.Get(path); strings.Contains(string(a.Body), "$schema") || a.Header.Get("Link") != "" {
			t.Errorf("%s links to a schema: %s", path, a.Body)
		}
	}
}

var rfc3339 = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$`)

func TestBothTimesAreRFC3339InUTC(t *testing.T) {
	ann := start(t).User("ann")
	began := time.Now().Add(-time.Second)
	task := film(t, ann, request())
	n := 0
	var check func(v any)
	check = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for name, inner := range v {
				if strings.HasSuffix(name, "_at") {
					text, _ := inner.(string)
					at, err := time.Parse(time.RFC3339, text)
					if err != nil || !rfc3339.MatchString(text) || at.Before(began) || at.After(time.Now()) {
						t.Errorf("%s is %v", name, inner)
					}
					n++
				}
				check(inner)
			}
		case []any:
			for _, inner := range v {
				check(inner)
			}
		}
	}
	check(task)
	check(ann.Get("/v1/video/tasks").JSON())
	check(ann.Get("/v1/images/tasks/" + task["task_id"].(string)).JSON())
	check(ann.Post("/v1/images/"+images(task)[0]["id"].(string), nil).JSON())
	if n != 14+2+14+2 {
		t.Errorf("%d times were seen", n)
	}
}

func TestBothIDsAreUUIDsOfVersion7AndImagesTellTheirTask(t *testing.T) {
	ann := start(t).User("ann")
	task := film(t, ann, request())
	id, err := uuid.Parse(task["task_id"].(string))
	if err != nil || id.Version() != 7 {
		t.Errorf("%v: %v", task["task_id"], err)
	}
	seen := map[string]bool{}
	for _, img := range images(task) {
		name := img["id"].(string)
		if !strings.HasPrefix(name, id.String()+".") || seen[name] || name != url.PathEscape(name) {
			t.Errorf("an image's id is %s", name)
		}
		seen[name] = true
	}
}

func TestBothAKeyWorksWhereATokenDoes(t *testing.T) {
	s := start(t)
	ann := s.User("ann")
	id := order(t, ann, request())
	key := ann.Key(identity.Read | identity.Write)
	key.Get("/v1/video/tasks/" + id).Want(200)
	order(t, key, request())
	header := s.Nobody().With("X-API-Key", key.Credential)
	header.Get("/v1/video/tasks/" + id).Want(200)
	order(t, header, request())
	if list := header.Get("/v1/video/tasks").JSON()["tasks"].([]any); len(list) != 3 {
		t.Errorf("%d tasks", len(list))
	}
	reader := ann.Key(identity.Read)
	reader.Get("/v1/video/tasks/" + id).Want(200)
	if got := reader.Post("/v1/video", request()).Want(403).JSON(); got["detail"] != "This API key has no scope write" {
		t.Errorf("got %v", got)
	}
}

func TestBoth401NamesTheScheme(t *testing.T) {
	nobody := start(t).Nobody()
	for _, a := range []*servertest.Answer{
		nobody.Get("/v1/video/tasks"), nobody.With("Authorization", "Bearer x").Get("/v1/video/tasks"),
		nobody.With("X-API-Key", "flm_live_x").Get("/v1/video/tasks"), nobody.Post("/v1/auth/refresh", nil),
		nobody.Form("/v1/auth/token", url.Values{"username": {"x"}, "password": {"y"}}),
	} {
		if a.Status != 401 || a.Header.Get("WWW-Authenticate") != "Bearer" || len(a.JSON()) != 1 {
			t.Errorf("%s: %d %q %s", a.What, a.Status, a.Header.Get("WWW-Authenticate"), a.Body)
		}
	}
}

func TestBothUnknownFieldsAreRefusedByName(t *testing.T) {
	ann := start(t).User("ann")
	image := "/v1/images/x.scene-01"
	for _, a := range []*servertest.Answer{
		ann.Post("/v1/video", with(map[string]any{"stroy_topic": "scary"})),
		ann.Post("/v1/video?stroy_topic=1", request()),
		ann.Get("/v1/video/tasks?stroy_topic=1"),
		ann.Patch(image, map[string]any{"prompt": "a", "stroy_topic": 1}),
		ann.Form("/v1/auth/token", url.Values{"username": {"ann"}, "password": {"x"}, "stroy_topic": {"x"}}),
	} {
		detail, _ := a.JSON()["detail"].(string)
		if a.Status != 422 || !strings.Contains(detail, "stroy_topic: un") {
			t.Errorf("%s: %d %s", a.What, a.Status, a.Body)
		}
	}
}

func TestBothMalformedOrAbsentJSONIs422(t *testing.T) {
	ann := start(t).User("ann")
	for _, body := range []string{"", "{", "nonsense", "[]", "null", `"text"`, "7", "{}x"} {
		a := ann.Do("POST", "/v1/video", body).Want(422)
		if v := a.JSON(); v["errors"].([]any)[0].(map[string]any)["loc"] != "body" || !strings.HasPrefix(v["detail"].(string), "body: ") {
			t.Errorf("%q: %s", body, a.Body)
		}
	}
	ann.Post("/v1/video", nil).Want(422)
}

// problem checks that an answer is an error as the specification has them.
func problem(t *testing.T, a *servertest.Answer, status int, detail string) {
	t.Helper()
	if a.Status != status || a.Header.Get("Content-Type") != "application/json" || !maps.Equal(a.JSON(), map[string]any{"detail": detail}) {
		t.Errorf("%s: %d %s %s", a.What, a.Status, a.Header.Get("Content-Type"), a.Body)
	}
}

func TestBothWhateverGoesWrongHasTheAPIsShape(t *testing.T) {
	s := start(t, func(c *config.Config) { c.MaxActive, c.MaxQueue, c.MaxBody = 1, 0, 2000 })
	ann := s.User("ann")
	problem(t, ann.Get("/v1/none"), 404, "Not Found")
	problem(t, ann.Get("/v1"), 404, "Not Found")
	problem(t, ann.Delete("/v1/video"), 405, "Method Not Allowed")
	problem(t, ann.Do("POST", "/v1/video", strings.Repeat(" ", 3000)), 413, "The body is larger than 2000 bytes")
	problem(t, ann.Send(ann.Request("POST", "/v1/video", "text/plain", strings.NewReader("x"))), 415, "The body must be application/json")
	order(t, ann, telling(hang))
	full := ann.Post("/v1/video", request())
	problem(t, full, 503, "The queue is full; try again later")
	if full.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
}

func TestBothAPostIsCarriedOutOnceForItsKey(t *testing.T) {
	s := start(t)
	ann, bob := s.User("ann"), s.User("bob")
	post := func(c *servertest.Client, key string, body any) *servertest.Answer {
		return c.With("Idempotency-Key", key).Post("/v1/video", body)
	}
	first := post(ann, "k", request()).Want(200)
	for range 2 {
		again := post(ann, "k", request()).Want(200)
		if string(again.Body) != string(first.Body) || again.Header.Get("Idempotency-Replayed") != "true" || first.Header.Get("Idempotency-Replayed") != "" {
			t.Errorf("%s %v, first %s", again.Body, again.Header, first.Body)
		}
		s.Restart()
	}
	problem(t, post(ann, "k", with(map[string]any{"language": "czech"})), 409, "This Idempotency-Key was used for another request: use a new key for each request")
	if other := post(bob, "k", request()).Want(200); string(other.Body) == string(first.Body) {
		t.Error("the key of another account gives the same answer")
	}
	post(ann, "wrong", map[string]any{}).Want(422) // is not kept
	post(ann, "wrong", request()).Want(200)
	if a := post(ann, strings.Repeat("k", 256), request()).Want(422).JSON(); a["errors"].([]any)[0].(map[string]any)["loc"] != "header.Idempotency-Key" {
		t.Errorf("got %v", a)
	}
	// A picture is made anew once, too.
	id := first.JSON()["task_id"].(string)
	image := "/v1/images/" + images(settle(t, ann, id))[0]["id"].(string)
	once := ann.With("Idempotency-Key", "image")
	made := once.Post(image, nil).Want(200)
	settle(t, ann, id)
	s.Restart()
	if again := once.Post(image, nil).Want(200); string(again.Body) != string(made.Body) {
		t.Errorf("%s, first %s", again.Body, made.Body)
	}
	if urls := images(settle(t, ann, id))[0]["urls"].([]any); len(urls) != 2 {
		t.Errorf("%d takes", len(urls))
	}
}

func TestBothTheDocumentsDescribeEveryOperationWithExamplesAndErrors(t *testing.T) {
	start(t).CheckDocument(api)
}

func TestBothNoOriginIsLetIn(t *testing.T) {
	start(t).User("ann").CheckNoOrigin("/v1/video/tasks", "/v1/video")
}

func TestBothWaitingOnCreatingAndReading(t *testing.T) {
	ann := slow(t, 5*time.Millisecond).User("ann")
	began := time.Now()
	created := ann.Preferring("wait=60").Post("/v1/video", request()).Want(200)
	if created.JSON()["status"] != "queued" || created.Header.Get("Preference-Applied") != "wait=60" {
		t.Errorf("%s %v", created.Body, created.Header)
	}
	if time.Since(began) > 55*time.Second {
		t.Error("it waited for all of its time")
	}
	done := ann.Get("/v1/video/tasks/" + created.JSON()["task_id"].(string))
	if done.JSON()["status"] != "completed" || done.Header.Get("Preference-Applied") != "" {
		t.Errorf("%s", done.Body)
	}
	id := order(t, ann, telling(hang))
	for preference, applied := range map[string]string{
		"wait=1": "wait=1", "respond-async, wait=0": "wait=0", "wait=-1": "", "wait": "", "handling=strict": "",
	} {
		began := time.Now()
		a := ann.Preferring(preference).Get("/v1/video/tasks/" + id).Want(200)
		if a.JSON()["status"] == "completed" || a.Header.Get("Preference-Applied") != applied || applied == "wait=1" && time.Since(began) < time.Second {
			t.Errorf("%q: %v after %v", preference, a.Header, time.Since(began))
		}
	}
	none := ann.Preferring("wait=60").Get("/v1/video/tasks/none")
	problem(t, none, 404, "Task not found")
}

func TestBothAClientThatGoesWhileItWaitsHarmsNobody(t *testing.T) {
	s := start(t)
	ann := s.User("ann")
	id := order(t, ann, telling(hang))
	r := ann.Preferring("wait=60").Request("GET", "/v1/video/tasks/"+id, "", nil)
	impatient := &http.Client{Timeout: 50 * time.Millisecond, Transport: &http.Transport{DisableKeepAlives: true}}
	if resp, err := impatient.Do(r); err == nil {
		_, _ = io.Copy(io.Discard, resp.Body)
		t.Errorf("%d at once", resp.StatusCode)
	}
	ann.Get("/v1/video/tasks/" + id).Want(200)
}
