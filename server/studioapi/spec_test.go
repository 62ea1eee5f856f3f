package studioapi_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/servertest"
)

// The specification, section by section, as somebody would use it who has read nothing else.

// A plainClient knows a base URL and an API key.
type plainClient struct {
	t      *testing.T
	client *servertest.Client
	base   string
	header http.Header // of the last answer
}

// ask sends a body as it is printed and gives the answer's status and object.
func (c *plainClient) ask(method, uri, body string) (int, object) {
	c.t.Helper()
	kind := ""
	if body != "" {
		kind = "application/json"
	}
	a := c.client.Send(c.client.Request(method, c.base+uri, kind, strings.NewReader(body)))
	if got := a.Header.Get("Content-Type"); got != "application/json" {
		c.t.Fatalf("%s: %d %s %q", a.What, a.Status, got, a.Body)
	}
	c.header = a.Header
	return a.Status, a.JSON()
}

// plain is a client that has read the specification and has a key.
func plain(t *testing.T, s *servertest.Server, key string) *plainClient {
	c := s.Nobody()
	c.Credential = key
	return &plainClient{t: t, client: c, base: s.URL() + "/api/v1"}
}

// specified starts a server for one with a user's key.
func specified(t *testing.T, change ...func(*config.Config)) (*plainClient, *servertest.Server) {
	s := start(t, change...)
	return plain(t, s, s.User("ann").Key(identity.Read|identity.Write).Credential), s
}

// asSpecified checks that an answer has every field of a sample of the specification, each of its type. What may
// be null, or a list be empty, is named by its path.
func asSpecified(t *testing.T, sample string, got any, null ...string) {
	t.Helper()
	var want any
	if err := json.Unmarshal([]byte(sample), &want); err != nil {
		t.Fatal(err)
	}
	compare(t, "", want, got, null)
}

var utc = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$`)

func compare(t *testing.T, at string, want, got any, null []string) {
	t.Helper()
	if got == nil && slices.Contains(null, at) {
		return
	}
	ok := true
	switch want := want.(type) {
	case object:
		has, isObject := got.(object)
		ok = isObject
		for name := range want {
			if _, there := has[name]; !there {
				t.Errorf("%q lacks %q", at, name)
				continue
			}
			compare(t, strings.TrimPrefix(at+"."+name, "."), want[name], has[name], null)
		}
	case []any:
		list, isList := got.([]any)
		ok = isList && (len(list) > 0 || slices.Contains(null, at))
		for _, one := range list {
			compare(t, at, want[0], one, null)
		}
	case string:
		text, isText := got.(string)
		ok = isText && text != ""
		if utc.MatchString(want) {
			_, err := time.Parse(time.RFC3339, text)
			ok = err == nil && utc.MatchString(text)
		}
		if strings.HasPrefix(want, "https://cdn.") {
			ok = strings.HasPrefix(text, "http://127.0.0.1:")
		}
	case float64:
		n, isNumber := got.(float64)
		ok = isNumber && n == float64(int(n))
	case bool:
		_, ok = got.(bool)
	}
	if !ok {
		t.Errorf("%q is %v of %T, not like %v", at, got, got, want)
	}
}

// What the specification prints.
const (
	createRequest = `{
  "title": "My Video Project",
  "script": "A compelling story about innovation...",
  "settings": {
    "duration": 60,
    "style": "cinematic",
    "language": "en",
    "subtitle_languages": ["en", "es"]
  }
}`
	createResponse = `{
  "project_id": "550e8400-e29b-41d4-a716-446655440000",
  "title": "My Video Project",
  "status": "draft",
  "estimated_credits": 3,
  "created_at": "2025-12-31T10:00:00Z"
}`
	projectResponse = `{
  "project_id": "550e8400-e29b-41d4-a716-446655440000",
  "title": "My Video Project",
  "script": "A compelling story about innovation...",
  "status": "completed",
  "assets": {
    "video_url": "https://cdn.aifilmstudio.com/videos/...",
    "thumbnail_url": "https://cdn.aifilmstudio.com/thumbnails/..."
  },
  "created_at": "2025-12-31T10:00:00Z",
  "completed_at": "2025-12-31T10:05:00Z"
}`
	listResponse    = `{"projects": [` + projectResponse + `], "total_count": 42, "page": 1, "per_page": 20, "total_pages": 3}`
	generateRequest = `{
  "settings": {
    "duration": 60,
    "style": "cinematic",
    "characters": [
      {
        "name": "narrator",
        "age": "adult",
        "gender": "male",
        "voice": "deep"
      }
    ],
    "music_genre": "epic",
    "include_subtitles": true,
    "subtitle_languages": ["en", "es"],
    "youtube_upload": false
  }
}`
	generateResponse = `{
  "job_id": "660e9511-f39c-52e5-b827-557766551111",
  "status": "queued",
  "estimated_time": "3-5 minutes",
  "credits_deducted": 3
}`
	jobResponse = `{
  "job_id": "660e9511-f39c-52e5-b827-557766551111",
  "project_id": "550e8400-e29b-41d4-a716-446655440000",
  "status": "processing",
  "progress": 65,
  "current_step": "voice_synthesis",
  "estimated_time_remaining": "90 seconds",
  "started_at": "2025-12-31T10:00:00Z"
}`
	webhookRequest = `{
  "url": "https://your-app.com/webhook",
  "events": ["job.completed", "job.failed"],
  "secret": "your_webhook_secret"
}`
	webhookResponse = `{
  "webhook_id": "770f0622-g40d-63f6-c938-668877662222",
  "url": "https://your-app.com/webhook",
  "events": ["job.completed", "job.failed"],
  "created_at": "2025-12-31T10:00:00Z"
}`
	webhookPayload = `{
  "event": "job.completed",
  "timestamp": "2025-12-31T10:05:00Z",
  "data": {
    "job_id": "660e9511-f39c-52e5-b827-557766551111",
    "project_id": "550e8400-e29b-41d4-a716-446655440000",
    "status": "completed",
    "output_url": "https://cdn.aifilmstudio.com/videos/..."
  }
}`
)

func TestSpecCreateProject(t *testing.T) {
	c, _ := specified(t)
	status, v := c.ask("POST", "/projects", createRequest)
	if status != 201 {
		t.Errorf("status %d", status)
	}
	asSpecified(t, createResponse, v)
	if v["title"] != "My Video Project" || v["status"] != "draft" || v["estimated_credits"] != 3.0 {
		t.Errorf("got %v", v)
	}
}

func TestSpecGetProject(t *testing.T) {
	c, _ := specified(t)
	_, v := c.ask("POST", "/projects", createRequest)
	id := v["project_id"].(string)
	status, v := c.ask("GET", "/projects/"+id, "")
	asSpecified(t, projectResponse, v, "completed_at", "assets.video_url", "assets.thumbnail_url")
	if status != 200 || v["status"] != "draft" || v["completed_at"] != nil || v["script"] != "A compelling story about innovation..." {
		t.Errorf("a draft: %d %v", status, v)
	}
	_, v = c.ask("POST", "/projects/"+id+"/generate", generateRequest)
	c.settle(v["job_id"].(string))
	_, v = c.ask("GET", "/projects/"+id, "")
	asSpecified(t, projectResponse, v)
	if v["status"] != "completed" {
		t.Errorf("got %v", v)
	}
	for name, kind := range map[string]string{"video_url": "video/mp4", "thumbnail_url": "image/jpeg"} {
		resp, err := http.Get(v["assets"].(object)[name].(string)) // without a key
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		http.DefaultClient.CloseIdleConnections()
		if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != kind {
			t.Errorf("%s: %d %s", name, resp.StatusCode, resp.Header.Get("Content-Type"))
		}
	}
}

// settle asks again and again, as the specification has it.
func (c *plainClient) settle(id string) object {
	c.t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); {
		status, j := c.ask("GET", "/jobs/"+id, "")
		if status != 200 {
			c.t.Fatalf("%d %v", status, j)
		}
		if ended(j) {
			return j
		}
	}
	c.t.Fatalf("%s does not end", id)
	return nil
}

func TestSpecListProjects(t *testing.T) {
	c, _ := specified(t)
	for i := range 3 {
		_, v := c.ask("POST", "/projects", createRequest)
		if i > 0 {
			_, v = c.ask("POST", "/projects/"+v["project_id"].(string)+"/generate", "")
			c.settle(v["job_id"].(string))
		}
	}
	status, v := c.ask("GET", "/projects?page=1&per_page=20&status=completed", "")
	if status != 200 {
		t.Errorf("status %d", status)
	}
	asSpecified(t, listResponse, v)
	if len(v["projects"].([]any)) != 2 || v["total_count"] != 2.0 || v["page"] != 1.0 || v["per_page"] != 20.0 || v["total_pages"] != 1.0 {
		t.Errorf("got %v", v)
	}
	_, v = c.ask("GET", "/projects", "")
	if v["total_count"] != 3.0 || v["page"] != 1.0 || v["per_page"] != 20.0 {
		t.Errorf("without parameters: %v", v)
	}
	for _, query := range []string{"sort=created_at", "sort=updated_at", "order=asc", "order=desc", "status=draft", "status=processing", "status=failed"} {
		if status, v := c.ask("GET", "/projects?"+query, ""); status != 200 {
			t.Errorf("%s: %d %v", query, status, v)
		}
	}
}

func TestSpecGenerateVideo(t *testing.T) {
	c, _ := specified(t)
	_, v := c.ask("POST", "/projects", createRequest)
	id := v["project_id"].(string)
	status, v := c.ask("POST", "/projects/"+id+"/generate", generateRequest)
	if status != 202 {
		t.Errorf("status %d", status)
	}
	asSpecified(t, generateResponse, v)
	if v["status"] != "queued" || v["credits_deducted"] != 3.0 || v["estimated_time"] != "3-5 minutes" {
		t.Errorf("got %v", v)
	}
	if j := c.settle(v["job_id"].(string)); j["status"] != "completed" {
		t.Errorf("got %v", j)
	}
}

func TestSpecGetJobStatus(t *testing.T) {
	s := slow(t, 20*time.Millisecond)
	c := plain(t, s, s.User("ann").Key(identity.Read|identity.Write).Credential)
	_, v := c.ask("POST", "/projects", createRequest)
	project := v["project_id"]
	_, v = c.ask("POST", "/projects/"+project.(string)+"/generate", generateRequest)
	id := v["job_id"].(string)
	seen, steps, last := 0, map[string]bool{}, -1.0
	for {
		status, j := c.ask("GET", "/jobs/"+id, "")
		if status != 200 || j["job_id"] != id || j["project_id"] != project {
			t.Fatalf("%d %v", status, j)
		}
		null := []string{"current_step", "started_at"}
		if ended(j) {
			null = append(null, "estimated_time_remaining")
		}
		asSpecified(t, jobResponse, j, null...)
		if p := j["progress"].(float64); p < last || p < 0 || p > 100 {
			t.Errorf("progress %v after %v", p, last)
		} else {
			last = p
		}
		step, working := j["current_step"].(string)
		if working {
			steps[step] = true
		}
		if working != (j["status"] == "processing") {
			t.Errorf("%v at %v while it is %v", j["current_step"], j["progress"], j["status"])
		}
		if j["status"] == "processing" {
			seen++
		}
		if ended(j) {
			if j["status"] != "completed" || j["progress"] != 100.0 || j["current_step"] != nil || j["started_at"] == nil {
				t.Errorf("in the end: %v", j)
			}
			break
		}
	}
	known := []string{
		"script_analysis", "image_generation", "voice_synthesis", "music_generation", "subtitle_generation",
		"video_composition", "youtube_upload",
	}
	for step := range steps {
		if !slices.Contains(known, step) {
			t.Errorf("the step %q", step)
		}
	}
	if seen < 3 || len(steps) < 3 {
		t.Errorf("processing was seen %d times, with the steps %v", seen, steps)
	}
}

func TestSpecRegisterWebhook(t *testing.T) {
	c, _ := specified(t)
	status, v := c.ask("POST", "/webhooks", webhookRequest)
	if status != 201 {
		t.Errorf("status %d: %v", status, v)
	}
	asSpecified(t, webhookResponse, v)
	if v["url"] != "https://your-app.com/webhook" || fmt.Sprint(v["events"]) != "[job.completed job.failed]" || v["secret"] != nil {
		t.Errorf("got %v", v)
	}
}

func TestSpecErrorFormat(t *testing.T) {
	c, _ := specified(t, plan("free"))
	make := func() (int, object) {
		_, v := c.ask("POST", "/projects", createRequest)
		return c.ask("POST", "/projects/"+v["project_id"].(string)+"/generate", "")
	}
	if status, v := make(); status != 202 {
		t.Fatalf("%d %v", status, v)
	}
	status, v := make()
	e, _ := v["error"].(object)
	details, _ := e["details"].(object)
	reset, _ := details["next_reset"].(string)
	if status != 402 || e["code"] != "INSUFFICIENT_CREDITS" || e["message"] != "You don't have enough credits to generate this video." ||
		details["required"] != 3.0 || details["available"] != 0.0 || !utc.MatchString(reset) || len(v) != 1 || len(e) != 3 || len(details) != 3 {
		t.Errorf("%d %v", status, v)
	}
}

// Each row of the table of error codes, in the format that is printed below it.
func TestSpecErrorCodes(t *testing.T) {
	c, s := specified(t, func(c *config.Config) { c.MaxActive, c.MaxQueue = 1, 0 })
	reader := plain(t, s, s.User("bob").Key(identity.Read).Credential)
	mistyped := plain(t, s, "your_api_key")
	missing := plain(t, s, "")
	_, v := c.ask("POST", "/projects", `{"title": "x", "script": "`+hang+`"}`)
	hanging := "/projects/" + v["project_id"].(string) + "/generate"
	_, v = c.ask("POST", "/projects", createRequest)
	waiting := "/projects/" + v["project_id"].(string) + "/generate"
	for _, row := range []struct {
		c                 *plainClient
		method, uri, body string
		status            int
		code              string
	}{
		{c, "POST", "/projects", "{}", 400, "INVALID_INPUT"},
		{missing, "GET", "/projects", "", 401, "AUTHENTICATION_REQUIRED"},
		{mistyped, "GET", "/projects", "", 401, "INVALID_TOKEN"},
		{reader, "POST", "/projects", createRequest, 403, "INSUFFICIENT_PERMISSIONS"},
		{c, "GET", "/projects/550e8400-e29b-41d4-a716-446655440000", "", 404, "PROJECT_NOT_FOUND"},
		{c, "GET", "/jobs/660e9511-f39c-52e5-b827-557766551111", "", 404, "JOB_NOT_FOUND"},
		{c, "GET", "/webhooks/770f0622-g40d-63f6-c938-668877662222", "", 404, "WEBHOOK_NOT_FOUND"},
		{c, "POST", hanging, "", 202, ""},
		{c, "POST", waiting, "", 503, "SERVICE_UNAVAILABLE"},
		{c, "POST", hanging, "", 409, "JOB_ALREADY_PROCESSING"},
	} {
		status, v := row.c.ask(row.method, row.uri, row.body)
		e, _ := v["error"].(object)
		if status != row.status || row.code != "" && (e["code"] != row.code || e["message"] == "" || e["details"] == nil || len(v) != 1 || len(e) != 3) {
			t.Errorf("%s %s: %d %v", row.method, row.uri, status, v)
		}
		if status == 503 && c.header.Get("Retry-After") == "" {
			t.Errorf("no Retry-After: %v", c.header)
		}
	}
}

// Each row of the table of rate limits.
func TestSpecRateLimits(t *testing.T) {
	for _, row := range []struct {
		plan        string
		minute, day int
	}{{"free", 10, 100}, {"standard", 60, 5000}, {"pro", 120, 20000}} {
		t.Run(row.plan, func(t *testing.T) {
			c, s := specified(t, plan(row.plan))
			for _, one := range s.Admin().Get("/api/v1/plans").JSON()["plans"].([]any) {
				if p := one.(object); p["name"] == row.plan && p["rate"].(object)["day"] != float64(row.day) {
					t.Errorf("got %v", p)
				}
			}
			within := time.Now().Truncate(time.Minute)
			passed := 0
			for ; ; passed++ {
				status, v := c.ask("GET", "/projects", "")
				reset, err := strconv.ParseInt(c.header.Get("X-RateLimit-Reset"), 10, 64)
				if limit := c.header.Get("X-RateLimit-Limit"); err != nil || limit != strconv.Itoa(row.minute) ||
					c.header.Get("X-RateLimit-Remaining") != strconv.Itoa(max(row.minute-passed-1, 0)) || time.Until(time.Unix(reset, 0)) > time.Minute {
					if time.Now().Truncate(time.Minute) != within {
						t.Skip("the minute has turned meanwhile")
					}
					t.Fatalf("request %d: %v", passed+1, c.header)
				}
				if status == 200 {
					continue
				}
				e, _ := v["error"].(object)
				details, _ := e["details"].(object)
				retry, err := strconv.Atoi(c.header.Get("Retry-After"))
				if status != 429 || e["code"] != "RATE_LIMIT_EXCEEDED" || len(e) != 3 || err != nil || retry < 1 || retry > 60 || details["retry_after"] != float64(retry) {
					t.Errorf("%d %v %v", status, v, c.header)
				}
				break
			}
			if passed != row.minute {
				t.Errorf("%d requests passed", passed)
			}
		})
	}
}
