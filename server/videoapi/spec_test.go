package videoapi_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server/servertest"
)

// The specification, section by section, as somebody would use it who has read nothing else.

// A plainClient knows a base URL and, once it has logged in, a token.
type plainClient struct {
	t      *testing.T
	client *servertest.Client
	base   string
}

// send sends a request and gives the answer's status, media type and object.
func (c *plainClient) send(method, uri, kind, body string) (int, string, map[string]any) {
	c.t.Helper()
	a := c.client.Send(c.client.Request(method, c.base+uri, kind, strings.NewReader(body)))
	return a.Status, a.Header.Get("Content-Type"), a.JSON()
}

func (c *plainClient) json(method, uri string, body any) (int, map[string]any) {
	c.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		c.t.Fatal(err)
	}
	status, kind, v := c.send(method, uri, "application/json", string(raw))
	if kind != "application/json" {
		c.t.Errorf("%s %s: Content-Type %q", method, uri, kind)
	}
	return status, v
}

func (c *plainClient) get(uri string) (int, map[string]any) {
	c.t.Helper()
	status, kind, v := c.send("GET", uri, "", "")
	if kind != "application/json" {
		c.t.Errorf("GET %s: Content-Type %q", uri, kind)
	}
	return status, v
}

func (c *plainClient) login(name, password string) (int, map[string]any) {
	c.t.Helper()
	form := url.Values{"username": {name}, "password": {password}}
	status, kind, v := c.send("POST", "/auth/token", "application/x-www-form-urlencoded", form.Encode())
	if kind != "application/json" {
		c.t.Errorf("login: Content-Type %q", kind)
	}
	return status, v
}

// specified starts a server for a client that has read the specification, and has a user's name and password.
func specified(t *testing.T) (c *plainClient, name, password string) {
	s := start(t)
	s.User("ann")
	c = &plainClient{t: t, client: s.Nobody(), base: s.URL() + "/v1"}
	status, v := c.login("ann", servertest.Password("ann"))
	if status != 200 {
		t.Fatalf("login: %d %v", status, v)
	}
	c.client.Credential = v["access_token"].(string)
	return c, "ann", servertest.Password("ann")
}

// asSpecified checks that an answer has exactly the fields of a sample of the specification, each of its type.
// What may be null is named by its path.
func asSpecified(t *testing.T, sample string, got any, null ...string) {
	t.Helper()
	var want any
	if err := json.Unmarshal([]byte(sample), &want); err != nil {
		t.Fatal(err)
	}
	compare(t, "", want, got, null)
}

func compare(t *testing.T, at string, want, got any, null []string) {
	t.Helper()
	if got == nil && slices.Contains(null, at) {
		return
	}
	switch want := want.(type) {
	case map[string]any:
		object, ok := got.(map[string]any)
		if !ok || !slices.Equal(slices.Sorted(maps.Keys(object)), slices.Sorted(maps.Keys(want))) {
			t.Errorf("%q has %v, not %v", at, slices.Sorted(maps.Keys(object)), slices.Sorted(maps.Keys(want)))
			return
		}
		for name := range want {
			compare(t, strings.TrimPrefix(at+"."+name, "."), want[name], object[name], null)
		}
	case []any:
		list, ok := got.([]any)
		if !ok || len(list) == 0 && !slices.Contains(null, at) {
			t.Errorf("%q is %v", at, got)
		}
		for _, one := range list {
			compare(t, at, want[0], one, null)
		}
	case string:
		switch g := got.(type) {
		case string:
			if want != "number" && (want == "string" && g != "" || want == g) {
				return
			}
		case float64:
			if want == "number" {
				return
			}
		}
		t.Errorf("%q is %v of %T, not %s", at, got, got, want)
	}
}

// The samples that the specification prints.
const (
	sampleToken   = `{"access_token": "string", "token_type": "bearer"}`
	sampleCreated = `{"task_id": "string", "status": "string"}`
	sampleImages  = `[{"id": "string", "status": "string", "urls": ["string"], "subtitles": "string", "created_at": "string", "updated_at": "string"}]`
	sampleTask    = `{"task_id": "string", "status": "string", "progress": "number", "url": "string", "story_title": "string",
		"story_description": "string", "story_text": "string", "error_message": "string", "images": ` + sampleImages + `,
		"created_at": "string", "updated_at": "string"}`
	sampleImageTask   = `{"task_id": "string", "status": "string", "created_at": "string", "updated_at": "string", "story_text": "string", "images": ` + sampleImages + `}`
	sampleRegenerated = `{"task_id": "string", "status": "string", "urls": ["string"], "created_at": "string", "updated_at": "string"}`
)

func TestSpec411LoginForAccessToken(t *testing.T) {
	c, name, password := specified(t)
	c.client.Credential = ""
	status, v := c.login(name, password)
	if status != 200 {
		t.Errorf("status %d", status)
	}
	asSpecified(t, sampleToken, v)
	token, _ := v["access_token"].(string)
	if parts := strings.Split(token, "."); len(parts) != 3 {
		t.Errorf("%q is no JWT", token)
	}
	for _, row := range [][2]string{{name, "wrong"}, {"nobody", password}} {
		status, v := c.login(row[0], row[1])
		if status != 401 || !maps.Equal(v, map[string]any{"detail": "Incorrect username or password"}) {
			t.Errorf("%s: %d %v", row[0], status, v)
		}
	}
}

func TestSpec412RefreshToken(t *testing.T) {
	c, _, _ := specified(t)
	old := c.client.Credential
	for _, body := range []string{"", "{}"} {
		status, kind, v := c.send("POST", "/auth/refresh", "application/json", body)
		if status != 200 || kind != "application/json" {
			t.Errorf("%q: %d %s", body, status, kind)
		}
		asSpecified(t, sampleToken, v)
		if v["access_token"] == old {
			t.Error("the token is not a new one")
		}
		c.client.Credential, _ = v["access_token"].(string)
	}
	if status, v := c.json("POST", "/video", request()); status != 200 {
		t.Errorf("with the new token: %d %v", status, v)
	}
	c.client.Credential = "not.a.token"
	status, kind, v := c.send("POST", "/auth/refresh", "application/json", "")
	if status != 401 || kind != "application/json" || !maps.Equal(v, map[string]any{"detail": "Could not validate credentials"}) {
		t.Errorf("%d %s %v", status, kind, v)
	}
}

func TestSpec421GenerateVideo(t *testing.T) {
	c, _, _ := specified(t)
	status, v := c.json("POST", "/video", request())
	if status != 200 {
		t.Errorf("status %d", status)
	}
	asSpecified(t, sampleCreated, v)
}

// options are the values that the specification lists for each parameter.
var options = map[string][]string{
	"story_topic": {
		"scary", "mystery", "bedtime", "interesting history", "urban legends", "motivational", "fun facts",
		"long form jokes", "life pro tips", "philosophy", "love", "custom topic",
	},
	"art_style": {"photorealistic", "cinematic", "anime", "comic-book", "pixar-art"},
	"duration":  {"short", "long"},
	"language": {
		"english", "czech", "danish", "dutch", "french", "german", "greek", "hindi", "indonesian", "italian", "chinese",
		"japanese", "norwegian", "polish", "portuguese", "russian", "spanish", "swedish", "turkish", "ukrainian",
	},
	"voice_name": {"alloy", "echo", "fable", "onyx", "nova", "shimmer"},
}

func TestSpec421EachOptionMakesAFilm(t *testing.T) {
	c, _, _ := specified(t)
	tried := 0
	ids := map[string]map[string]any{}
	for i := range options["language"] { // the longest list
		body := map[string]any{}
		for field, values := range options {
			body[field] = values[i%len(values)]
			if i < len(values) {
				tried++
			}
		}
		status, v := c.json("POST", "/video", body)
		if status != 200 {
			t.Errorf("%v: %d %v", body, status, v)
			continue
		}
		ids[v["task_id"].(string)] = body
	}
	if tried != 12+5+2+20+6 {
		t.Errorf("%d options were tried", tried)
	}
	for id, body := range ids {
		if task := c.wait(id); task["status"] != "completed" {
			t.Errorf("%v: %v", body, task)
		}
	}
}

// wait asks again and again, as the specification has it.
func (c *plainClient) wait(id string) map[string]any {
	c.t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); {
		status, task := c.get("/video/tasks/" + id)
		if status != 200 {
			c.t.Fatalf("%d %v", status, task)
		}
		if s := task["status"]; s != "queued" && s != "processing" {
			return task
		}
		<-time.After(10 * time.Millisecond) // between two questions
	}
	c.t.Fatalf("%s does not end", id)
	return nil
}

func TestSpec421ValidationErrors(t *testing.T) {
	c, _, _ := specified(t)
	for field := range options {
		for _, wrong := range []any{nil, "", "something else", 7, true, []string{"short"}} {
			status, v := c.json("POST", "/video", with(map[string]any{field: wrong}))
			if detail, _ := v["detail"].(string); status != 422 || !strings.Contains(detail, field) {
				t.Errorf("%s %v: %d %v", field, wrong, status, v)
			}
		}
	}
}

func TestSpec422GetVideoTaskStatus(t *testing.T) {
	c, _, _ := specified(t)
	_, v := c.json("POST", "/video", request())
	id := v["task_id"].(string)
	status, early := c.get("/video/tasks/" + id)
	if status != 200 {
		t.Errorf("status %d", status)
	}
	asSpecified(t, sampleTask, early, "url", "story_title", "story_description", "story_text", "error_message", "images", "images.urls")
	done := c.wait(id)
	asSpecified(t, sampleTask, done, "error_message")
	if done["task_id"] != id || done["status"] != "completed" || done["progress"] != 1.0 {
		t.Errorf("got %v", done)
	}
	_, v = c.json("POST", "/video", telling("It fails here. [mock:fail@image.generate]"))
	failed := c.wait(v["task_id"].(string))
	asSpecified(t, sampleTask, failed, "url", "images.urls")
	if failed["status"] != "failed" {
		t.Errorf("got %v", failed)
	}
	for _, none := range []string{"0193a5b2-7c1e-7a3f-9d2b-5a6c7d8e9f00", "5g7c2a1e-8f3b-4d6a-9c2e-1b3d5f7a9c0e", "x"} {
		status, v = c.get("/video/tasks/" + none)
		if status != 404 || !maps.Equal(v, map[string]any{"detail": "Task not found"}) {
			t.Errorf("%d %v", status, v)
		}
	}
}

func TestSpec431GetImageTaskStatus(t *testing.T) {
	c, _, _ := specified(t)
	_, v := c.json("POST", "/video", request())
	id := v["task_id"].(string)
	task := c.wait(id)
	status, v := c.get("/images/tasks/" + id)
	if status != 200 {
		t.Errorf("status %d", status)
	}
	asSpecified(t, sampleImageTask, v)
	if v["task_id"] != id || v["status"] != "completed" || v["story_text"] != task["story_text"] ||
		fmt.Sprint(v["images"]) != fmt.Sprint(task["images"]) {
		t.Errorf("got %v\nthe task is %v", v, task)
	}
	status, v = c.get("/images/tasks/none")
	if status != 404 || !maps.Equal(v, map[string]any{"detail": "Task not found"}) {
		t.Errorf("%d %v", status, v)
	}
}

func TestSpec432RegenerateImage(t *testing.T) {
	c, _, _ := specified(t)
	_, v := c.json("POST", "/video", request())
	id := v["task_id"].(string)
	before := c.wait(id)
	image := images(before)[2]["id"].(string)
	status, v := c.json("POST", "/images/"+image, nil)
	if status != 200 {
		t.Errorf("status %d", status)
	}
	asSpecified(t, sampleRegenerated, v)
	if v["task_id"] != id {
		t.Errorf("got %v", v)
	}
	after := c.wait(id)
	if img := images(after)[2]; len(img["urls"].([]any)) != 2 || img["id"] != image || after["status"] != "completed" || after["url"] == before["url"] {
		t.Errorf("got %v", after)
	}
	for _, none := range []string{"none", "0193a5b2-7c1e-7a3f-9d2b-5a6c7d8e9f00.scene-01", id, id + ".scene-99", id + "."} {
		status, kind, v := c.send("POST", "/images/"+none, "", "")
		if status != 404 || kind != "application/json" || !maps.Equal(v, map[string]any{"detail": "Image not found"}) {
			t.Errorf("%s: %d %s %v", none, status, kind, v)
		}
	}
}

func TestSpec3EveryOtherRequestNeedsAToken(t *testing.T) {
	c, _, _ := specified(t)
	for _, token := range []string{"", "not.a.token"} {
		c.client.Credential = token
		for _, row := range [][2]string{
			{"POST", "/video"}, {"GET", "/video/tasks/x"}, {"GET", "/images/tasks/x"}, {"POST", "/images/x"},
		} {
			status, _, v := c.send(row[0], row[1], "", "")
			want := map[string]any{"detail": "Not authenticated"}
			if token != "" {
				want = map[string]any{"detail": "Could not validate credentials"}
			}
			if status != 401 || !maps.Equal(v, want) {
				t.Errorf("%v %q: %d %v", row, token, status, v)
			}
		}
	}
}
