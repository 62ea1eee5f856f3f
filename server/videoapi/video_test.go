package videoapi_test

import (
	"fmt"
	"math"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/servertest"
)

// What was decided for this API where its specification is silent.

func TestVideoErrorsAreOneTextAndNeverWhatWasSent(t *testing.T) {
	ann := start(t).User("ann")
	const marker = "xyzzy-marker"
	v := ann.Post("/v1/video", with(map[string]any{"duration": marker, "seed": -1, "language": []string{marker}})).Want(422)
	body := v.JSON()
	if strings.Contains(string(v.Body), marker) {
		t.Errorf("echoed: %s", v.Body)
	}
	want := []any{
		map[string]any{"loc": "body.duration", "msg": `expected value to be one of "short, long"`, "type": "value_error"},
		map[string]any{"loc": "body.language", "msg": "expected string", "type": "value_error"},
		map[string]any{"loc": "body.seed", "msg": "expected number >= 0", "type": "value_error"},
	}
	if fmt.Sprint(body["errors"]) != fmt.Sprint(want) ||
		body["detail"] != `body.duration: expected value to be one of "short, long"; body.language: expected string; body.seed: expected number >= 0` {
		t.Errorf("got %s", v.Body)
	}
}

func TestVideoLoginTakesWhatOAuthClientsSend(t *testing.T) {
	s := start(t)
	s.User("ann")
	form := url.Values{
		"username": {"ann"}, "password": {servertest.Password("ann")}, "grant_type": {"password"}, "scope": {""},
		"client_id": {"x"}, "client_secret": {"y"},
	}
	nobody := s.Nobody()
	nobody.Form("/v1/auth/token", form).Want(200)
	kind, body := multipartForm(t, form)
	nobody.Send(nobody.Request("POST", "/v1/auth/token", kind, strings.NewReader(body))).Want(200)
}

func TestVideoAWrongLoginTellsNothingAndTakesAsLong(t *testing.T) {
	s := start(t)
	ann := s.User("ann")
	s.User("bob")
	account := ann.ID()
	if err := s.Identity().SetDisabled(t.Context(), account, true); err != nil {
		t.Fatal(err)
	}
	// How long it takes is tested where passwords are, in server/identity: here hashes take nothing.
	var first string
	for _, row := range [][2]string{{"nobody", "wrong"}, {"bob", "wrong"}, {"ann", servertest.Password("ann")}} {
		a := s.Nobody().Form("/v1/auth/token", url.Values{"username": {row[0]}, "password": {row[1]}})
		problem(t, a, 401, "Incorrect username or password")
		what := fmt.Sprint(a.Status, comparable(a.Header), string(a.Body))
		if first == "" {
			first = what
		}
		if what != first {
			t.Errorf("%s: %s, not %s", row[0], what, first)
		}
	}
}

func TestVideoWithoutACredentialAndWithABadOne(t *testing.T) {
	s := start(t)
	problem(t, s.Nobody().Get("/v1/video/tasks"), 401, "Not authenticated")
	for _, header := range []string{"Bearer x", "Bearer a.b.c", "Bearer", "Basic eDp5", "Bearer flm_live_x"} {
		problem(t, s.Nobody().With("Authorization", header).Get("/v1/video/tasks"), 401, "Could not validate credentials")
	}
}

func TestVideoRefreshIgnoresAnyBodyAndAlwaysSaysTheSame(t *testing.T) {
	s := start(t)
	ann := s.User("ann")
	for kind, body := range map[string]string{
		"": "", "application/json": "{", "text/plain": "x", "application/x-www-form-urlencoded": "a=b", "odd": strings.Repeat("x", 5000),
	} {
		ann.Send(ann.Request("POST", "/v1/auth/refresh", kind, strings.NewReader(body))).Want(200)
	}
	problem(t, s.Nobody().Post("/v1/auth/refresh", nil), 401, "Could not validate credentials")
	problem(t, s.Nobody().With("Authorization", "Bearer x").Post("/v1/auth/refresh", nil), 401, "Could not validate credentials")
	problem(t, ann.Key(identity.Read|identity.Write).Post("/v1/auth/refresh", nil), 401, "Could not validate credentials")
}

func TestVideoTokensEndWithTheirSession(t *testing.T) {
	s := start(t)
	ann := s.User("ann")
	if err := s.Identity().SetPassword(t.Context(), ann.ID(), "another password"); err != nil {
		t.Fatal(err)
	}
	problem(t, ann.Get("/v1/video/tasks"), 401, "Could not validate credentials")
	problem(t, ann.Post("/v1/auth/refresh", nil), 401, "Could not validate credentials")
	bob := s.User("bob")
	if err := s.Identity().SetDisabled(t.Context(), bob.ID(), true); err != nil {
		t.Fatal(err)
	}
	problem(t, bob.Get("/v1/video/tasks"), 401, "Could not validate credentials")
}

func TestVideoACustomTopicTakesAThemeOrATextOrNeither(t *testing.T) {
	ann := start(t).User("ann")
	for _, row := range []struct {
		what   string
		fields map[string]any
		text   string // that the narration has
		status int
		loc    string
	}{
		{"a theme", map[string]any{"story_topic": "custom topic", "custom_topic": "a lighthouse that dreams"}, "a lighthouse that dreams", 200, ""},
		{"a text", map[string]any{"story_topic": "custom topic", "custom_story": "Once. And then once more."}, "Once. And then once more.", 200, ""},
		{"neither", map[string]any{"story_topic": "custom topic"}, "", 200, ""},
		{"neither, with a seed", map[string]any{"story_topic": "custom topic", "seed": 7}, "", 200, ""},
		{"a theme of 500 characters", map[string]any{"story_topic": "custom topic", "custom_topic": strings.Repeat("é", 500)}, "", 200, ""},
		{"a theme of 501", map[string]any{"story_topic": "custom topic", "custom_topic": strings.Repeat("é", 501)}, "", 422, "body.custom_topic"},
		{"a text that is too long", map[string]any{"story_topic": "custom topic", "custom_story": strings.Repeat("a", 20001)}, "", 422, "body.custom_story"},
		{"both", map[string]any{"story_topic": "custom topic", "custom_topic": "a", "custom_story": "b"}, "", 422, "body.custom_story"},
		{"a theme of nothing", map[string]any{"story_topic": "custom topic", "custom_topic": " \n"}, "", 422, "body.custom_topic"},
		{"a text of marks alone", map[string]any{"story_topic": "custom topic", "custom_story": "… 🎬 ?!"}, "", 422, "body.custom_story"},
		{"an empty text", map[string]any{"story_topic": "custom topic", "custom_story": ""}, "", 422, "body.custom_story"},
		{"a theme with another topic", map[string]any{"custom_topic": "a"}, "", 422, "body.custom_topic"},
		{"a text with another topic", map[string]any{"custom_story": "a"}, "", 422, "body.custom_story"},
	} {
		a := ann.Post("/v1/video", with(row.fields))
		switch {
		case a.Status != row.status:
			t.Errorf("%s: %d %s", row.what, a.Status, a.Body)
		case row.status == 422:
			if loc := a.JSON()["errors"].([]any)[0].(map[string]any)["loc"]; loc != row.loc {
				t.Errorf("%s: %v", row.what, loc)
			}
		default:
			task := settle(t, ann, a.JSON()["task_id"].(string))
			if told, _ := task["story_text"].(string); task["status"] != "completed" || !strings.Contains(told, row.text) || told == "" {
				t.Errorf("%s: %v", row.what, task)
			}
		}
	}
}

func TestVideoFurtherOptionalFields(t *testing.T) {
	ann := start(t).User("ann")
	good := map[string][]any{
		"aspect_ratio": {"9:16", "16:9", "1:1"},
		"music_genre":  {"auto", "none", "epic", "calm", "suspense", "upbeat", "romantic", "playful", "documentary"},
		"seed":         {0, 7, int64(9007199254740991), nil},
	}
	var ids []string
	for i := range good["music_genre"] {
		body := map[string]any{}
		for field, values := range good {
			body[field] = values[i%len(values)]
		}
		ids = append(ids, order(t, ann, with(body)))
	}
	for _, id := range ids {
		if task := settle(t, ann, id); task["status"] != "completed" {
			t.Errorf("%v", task)
		}
	}
	for field, values := range map[string][]any{
		"aspect_ratio": {"4:3", "", 1}, "music_genre": {"loud", "", 1}, "seed": {-1, 1.5, "7", 9007199254740993.0, 1e300},
	} {
		for _, value := range values {
			body := request()
			body[field] = value
			a := ann.Post("/v1/video", body).Want(422)
			if loc := a.JSON()["errors"].([]any)[0].(map[string]any)["loc"]; loc != "body."+field {
				t.Errorf("%s %v: %s", field, value, a.Body)
			}
		}
	}
	// The same seed gives the same film, another one another.
	film := func(seed int) string {
		task := film(t, ann, with(map[string]any{"seed": seed}))
		return digest(task["url"].(string))
	}
	if a, b, c := film(1), film(1), film(2); a != b || a == c {
		t.Errorf("films %s, %s with one seed and %s with another", a, b, c)
	}
}

func TestVideoALongFilmHasMoreScenes(t *testing.T) {
	ann := start(t).User("ann")
	short, long := film(t, ann, request()), film(t, ann, with(map[string]any{"duration": "long"}))
	if len(images(short)) != 6 || len(images(long)) != 12 {
		t.Errorf("%d and %d scenes", len(images(short)), len(images(long)))
	}
}

func TestVideoStatusesOfATaskAndItsImages(t *testing.T) {
	s := start(t, func(c *config.Config) { c.MaxActive = 1 })
	ann := s.User("ann")
	id := order(t, ann, telling(hang+" The second one is."))
	waiting := order(t, ann, request())
	task := until(t, ann, id, func(task map[string]any) bool {
		imgs := images(task)
		return len(imgs) == 2 && imgs[0]["status"] == "processing" && imgs[1]["status"] == "completed"
	})
	if task["status"] != "processing" || task["error_message"] != nil {
		t.Errorf("got %v", task)
	}
	if set := ann.Get("/v1/images/tasks/" + id).JSON(); set["status"] != "processing" {
		t.Errorf("got %v", set)
	}
	if got := ann.Get("/v1/video/tasks/" + waiting).JSON(); got["status"] != "queued" {
		t.Errorf("got %v", got)
	}
	cancelled := ann.Post("/v1/video/tasks/"+id+"/cancel", nil).Want(200).JSON()
	if cancelled["status"] != "failed" || cancelled["error_message"] != "Cancelled" || cancelled["url"] != nil {
		t.Errorf("got %v", cancelled)
	}
	imgs := images(cancelled)
	if imgs[0]["status"] != "failed" || imgs[1]["status"] != "completed" {
		t.Errorf("got %v", imgs)
	}
	if set := ann.Get("/v1/images/tasks/" + id).JSON(); set["status"] != "failed" {
		t.Errorf("got %v", set)
	}
	problem(t, ann.Post("/v1/video/tasks/"+id+"/cancel", nil), 409, "Nothing is being made for this task")
	settle(t, ann, waiting)
	// One that was cancelled before it began has no story.
	order(t, ann, telling(hang))
	early := order(t, ann, request())
	got := ann.Post("/v1/video/tasks/"+early+"/cancel", nil).Want(200).JSON()
	if got["status"] != "failed" || got["story_text"] != nil || len(images(got)) != 0 || got["progress"] != 0.0 {
		t.Errorf("got %v", got)
	}
	if set := ann.Get("/v1/images/tasks/" + early).JSON(); set["status"] != "failed" {
		t.Errorf("got %v", set)
	}
}

func TestVideoProgressIsANumberThatNeverFalls(t *testing.T) {
	ann := slow(t, 3*time.Millisecond).User("ann")
	for _, body := range []map[string]any{
		request(),
		telling("All is well here. [mock:flaky:2@image.generate] And here. But not here. [mock:fail@film.assemble]"),
	} {
		id := order(t, ann, body)
		last, steps := 0.0, 0
		until(t, ann, id, func(task map[string]any) bool {
			p, ok := task["progress"].(float64)
			if !ok || p < last || p > 1 || math.IsNaN(p) {
				t.Errorf("%v after %v", task["progress"], last)
			}
			if p > last {
				steps++
			}
			last = p
			return task["status"] == "completed" || task["status"] == "failed"
		})
		if steps < 5 {
			t.Errorf("%d steps, the last to %v", steps, last)
		}
	}
}

func TestVideoAFlakyProviderIsAskedAgain(t *testing.T) {
	ann := start(t).User("ann")
	if task := film(t, ann, telling("It fails once. [mock:flaky@image.generate] And then it does not.")); task["status"] != "completed" {
		t.Errorf("got %v", task)
	}
}

func TestVideoTheListIsNewestFirstInPagesAndByStatus(t *testing.T) {
	ann := start(t, func(c *config.Config) { c.MaxActive = 1 }).User("ann")
	var ids []string
	for i := range 5 {
		body := request()
		if i == 2 {
			body = telling("No. [mock:fail@image.generate]")
		}
		ids = append([]string{film(t, ann, body)["task_id"].(string)}, ids...)
	}
	processing := order(t, ann, telling(hang))
	queued := order(t, ann, request())
	until(t, ann, processing, status("processing"))
	ids = append([]string{queued, processing}, ids...)
	list := func(query string) (got []string, more bool) {
		t.Helper()
		v := ann.Get("/v1/video/tasks" + query).Want(200).JSON()
		for _, one := range v["tasks"].([]any) {
			got = append(got, one.(map[string]any)["task_id"].(string))
		}
		return got, v["has_more"].(bool)
	}
	for query, want := range map[string][]string{
		"": ids, "?limit=1000": ids, "?limit=2": ids[:2], "?after=" + ids[1]: ids[2:], "?limit=3&after=" + ids[1]: ids[2:5],
		"?status=queued": {queued}, "?status=processing": {processing}, "?status=failed": {ids[4]},
		"?status=completed": {ids[2], ids[3], ids[5], ids[6]}, "?status=completed&limit=1&after=" + ids[2]: {ids[3]},
		"?after=" + ids[6]: nil, "?after=0": nil, "?after=zz": ids,
	} {
		got, more := list(query)
		wantMore := query == "?limit=2" || query == "?limit=3&after="+ids[1] || strings.Contains(query, "completed&limit")
		if !slices.Equal(got, want) || more != wantMore {
			t.Errorf("%q: %v, more %v\nwant %v", query, got, more, want)
		}
	}
	for _, wrong := range []string{"limit=0", "limit=1001", "limit=-1", "limit=x", "limit=1.5", "status=done", "status=cancelled", "after=" + strings.Repeat("x", 101)} {
		a := ann.Get("/v1/video/tasks?" + wrong).Want(422)
		name, _, _ := strings.Cut(wrong, "=")
		if loc := a.JSON()["errors"].([]any)[0].(map[string]any)["loc"]; loc != "query."+name {
			t.Errorf("%s: %s", wrong, a.Body)
		}
	}
	// What a list tells of a task is what the task tells of itself.
	entry := ann.Get("/v1/video/tasks?status=completed&limit=1").JSON()["tasks"].([]any)[0].(map[string]any)
	task := ann.Get("/v1/video/tasks/" + ids[2]).JSON()
	for name, v := range entry {
		if fmt.Sprint(task[name]) != fmt.Sprint(v) {
			t.Errorf("%s is %v in the list, and %v", name, v, task[name])
		}
	}
}

func TestVideoADeletedTaskIsGone(t *testing.T) {
	ann := start(t).User("ann")
	done := film(t, ann, request())
	running := order(t, ann, telling(hang))
	until(t, ann, running, hasImages)
	for _, id := range []string{done["task_id"].(string), running} {
		if a := ann.Delete("/v1/video/tasks/" + id).Want(204); len(a.Body) != 0 {
			t.Errorf("%q", a.Body)
		}
		problem(t, ann.Get("/v1/video/tasks/"+id), 404, "Task not found")
		problem(t, ann.Get("/v1/images/tasks/"+id), 404, "Task not found")
		problem(t, ann.Delete("/v1/video/tasks/"+id), 404, "Task not found")
		problem(t, ann.Post("/v1/video/tasks/"+id+"/cancel", nil), 404, "Task not found")
		problem(t, ann.Post("/v1/images/"+id+".scene-01", nil), 404, "Image not found")
		problem(t, ann.Get("/v1/video/tasks/"+id+"/events"), 404, "Task not found")
	}
	if v := ann.Get("/v1/video/tasks").JSON(); len(v["tasks"].([]any)) != 0 {
		t.Errorf("got %v", v)
	}
}

func TestVideoTheStoryIsDescribedForAVideoPlatform(t *testing.T) {
	task := film(t, start(t).User("ann"), request())
	if n := len([]rune(task["story_description"].(string))); n < 100 || n > 200 || task["story_title"] == "" {
		t.Errorf("%q has %d characters", task["story_description"], n)
	}
}
