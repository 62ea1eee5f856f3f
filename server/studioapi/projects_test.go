package studioapi_test

import (
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/filmloom/filmloom/server/servertest"
)

func TestAProjectHasEveryDocumentedKeyFromTheBeginning(t *testing.T) {
	ann := start(t).User("ann")
	p := ann.Post("/api/v1/projects", draft(nil)).Want(201).JSON()
	created := p["created_at"]
	moment(t, created)
	id, err := uuid.Parse(p["project_id"].(string))
	if err != nil || id.Version() != 7 {
		t.Errorf("the id is %v", p["project_id"])
	}
	want := object{
		"project_id": p["project_id"], "title": "My Video Project", "script": draft(nil)["script"], "status": "draft",
		"settings": object{
			"duration": 60.0, "style": "cinematic", "language": "en", "subtitle_languages": []any{"en"},
			"include_subtitles": true, "characters": []any{}, "music_genre": "calm", "youtube_upload": false, "aspect_ratio": "16:9",
		},
		"assets":            object{"video_url": nil, "thumbnail_url": nil, "subtitle_urls": nil, "youtube_url": nil},
		"estimated_credits": 3.0, "job_id": nil, "warnings": []any{}, "created_at": created, "updated_at": created, "completed_at": nil,
	}
	if fmt.Sprint(p) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v", p, want)
	}
	if again := project(t, ann, id.String()); fmt.Sprint(again) != fmt.Sprint(want) {
		t.Errorf("read again %v\nwant %v", again, want)
	}
}

func TestTitleAndScriptAreCountedInCharacters(t *testing.T) {
	ann := start(t).User("ann")
	for _, row := range []struct {
		field, text string
		ok          bool
	}{
		{"title", "x", true},
		{"title", strings.Repeat("字", 100), true},
		{"title", strings.Repeat("🎬", 100), true},
		{"title", strings.Repeat("x", 101), false},
		{"title", "", false},
		{"title", " \t\n", false},
		{"script", "x", true},
		{"script", strings.Repeat("字", 20_000), true},
		{"script", strings.Repeat("x", 20_001), false},
		{"script", "", false},
		{"script", "\n  \n", false},
	} {
		a := ann.Post("/api/v1/projects", draft(object{row.field: row.text}))
		if row.ok {
			if got := a.Want(201).JSON()[row.field]; got != row.text {
				t.Errorf("%s of %d bytes came back with %d", row.field, len(row.text), len(got.(string)))
			}
			continue
		}
		invalid(t, a, "body."+row.field)
	}
	for _, field := range []string{"title", "script"} {
		invalid(t, ann.Post("/api/v1/projects", draft(object{field: nil})), "body."+field)
	}
}

// invalid checks that an answer is a refusal of a field.
func invalid(t testing.TB, a *servertest.Answer, field string) {
	t.Helper()
	details := failure(t, a, 400, "INVALID_INPUT")
	list, _ := details["errors"].([]any)
	for _, one := range list {
		e, _ := one.(object)
		if e["field"] == field && e["message"] != "" && len(e) == 2 {
			return
		}
	}
	t.Errorf("%s: %s does not name %s", a.What, a.Body, field)
}

// problems are the fields that a refusal names.
func problems(t testing.TB, a *servertest.Answer) (fields []string) {
	t.Helper()
	list, _ := failure(t, a, 400, "INVALID_INPUT")["errors"].([]any)
	for _, one := range list {
		fields = append(fields, one.(object)["field"].(string))
	}
	return fields
}

func TestAListIsPagedSortedAndFiltered(t *testing.T) {
	s := start(t)
	ann := s.User("ann")
	create(t, s.User("bob"), draft(nil))
	var ids []string
	for i := range 25 {
		ids = append(ids, create(t, ann, draft(object{"title": strconv.Itoa(i)})))
	}
	newest := slices.Clone(ids)
	slices.Reverse(newest)
	list := func(query string) ([]string, object) {
		t.Helper()
		v := ann.Get("/api/v1/projects?" + query).Want(200).JSON()
		got := []string{}
		for _, p := range v["projects"].([]any) {
			got = append(got, p.(object)["project_id"].(string))
		}
		delete(v, "projects")
		return got, v
	}
	paging := func(total, page, per, pages int) object {
		return object{"total_count": float64(total), "page": float64(page), "per_page": float64(per), "total_pages": float64(pages)}
	}
	for _, row := range []struct {
		query string
		want  []string
		page  object
	}{
		{"", newest[:20], paging(25, 1, 20, 2)},
		{"page=2", newest[20:], paging(25, 2, 20, 2)},
		{"page=3", nil, paging(25, 3, 20, 2)},
		{"page=3&per_page=10", newest[20:], paging(25, 3, 10, 3)},
		{"page=5&per_page=5", newest[20:], paging(25, 5, 5, 5)},
		{"page=6&per_page=5", nil, paging(25, 6, 5, 5)},
		{"per_page=1", newest[:1], paging(25, 1, 1, 25)},
		{"per_page=100", newest, paging(25, 1, 100, 1)},
		{"per_page=101", newest, paging(25, 1, 100, 1)},
		{"per_page=9223372036854775807", newest, paging(25, 1, 100, 1)},
		{"page=9223372036854775807&per_page=100", nil, paging(25, 9223372036854775807, 100, 1)},
		{"order=asc&per_page=3", ids[:3], paging(25, 1, 3, 9)},
		{"order=desc&sort=created_at&status=all&per_page=3", newest[:3], paging(25, 1, 3, 9)},
		{"sort=updated_at", newest[:20], paging(25, 1, 20, 2)},
		{"status=draft", newest[:20], paging(25, 1, 20, 2)},
		{"status=completed", nil, paging(0, 1, 20, 0)},
		{"status=processing", nil, paging(0, 1, 20, 0)},
		{"status=failed", nil, paging(0, 1, 20, 0)},
	} {
		got, page := list(row.query)
		if !slices.Equal(got, row.want) || !maps.Equal(page, row.page) {
			t.Errorf("%q: %d projects %v\nwant %d, %v\n%v", row.query, len(got), page, len(row.want), row.page, got)
		}
	}
	ann.Patch("/api/v1/projects/"+ids[3], object{"title": "changed"}).Want(200)
	if got, _ := list("sort=updated_at"); got[0] != ids[3] {
		t.Error("the one that was changed last is not the first")
	}
	if got, _ := list("sort=updated_at&order=asc&per_page=100"); got[24] != ids[3] || got[0] != ids[0] {
		t.Error("the one that was changed last is not the last")
	}
	for query, field := range map[string]string{
		"page=0": "query.page", "page=-1": "query.page", "page=x": "query.page", "page=": "", "page=1.5": "query.page",
		"page=99999999999999999999": "query.page", "per_page=0": "query.per_page", "per_page=-5": "query.per_page",
		"status=done": "query.status", "sort=title": "query.sort", "order=up": "query.order", "pages=1": "query.pages",
	} {
		if a := ann.Get("/api/v1/projects?" + query); field != "" {
			invalid(t, a, field)
		} else if a.Status != 200 {
			t.Errorf("%q: %d %s", query, a.Status, a.Body)
		}
	}
}

func TestTiesAreSortedByID(t *testing.T) {
	ann := start(t).User("ann")
	for range 5 {
		create(t, ann, draft(nil))
	}
	for _, sort := range []string{"created_at", "updated_at"} {
		var seen []string
		for page := range 5 {
			v := ann.Get(fmt.Sprintf("/api/v1/projects?per_page=1&page=%d&sort=%s", page+1, sort)).Want(200).JSON()
			seen = append(seen, v["projects"].([]any)[0].(object)["project_id"].(string))
		}
		if !slices.IsSortedFunc(seen, func(a, b string) int { return strings.Compare(b, a) }) {
			t.Errorf("by %s: %v", sort, seen)
		}
	}
}

// undated is an answer as a text, without the moments at which its links expire.
func undated(v any) string { return ticket.ReplaceAllString(fmt.Sprint(v), "/media/") }

var ticket = regexp.MustCompile(`/media/[^/]+/`)

// What a list tells of a project is what the project tells of itself.
func TestAListTellsWhatAProjectTells(t *testing.T) {
	s := start(t)
	ann := s.User("ann")
	create(t, ann, draft(nil))
	film(t, ann, draft(object{"settings": object{"subtitle_languages": []string{"en", "es"}}}))
	film(t, ann, telling(failing))
	id := create(t, ann, telling(hang))
	generate(t, ann, id, nil)
	compare := func() {
		t.Helper()
		for _, one := range ann.Get("/api/v1/projects").Want(200).JSON()["projects"].([]any) {
			p := one.(object)
			if got := project(t, ann, p["project_id"].(string)); p["status"] != "processing" && undated(got) != undated(p) {
				t.Errorf("listed  %v\nby itself %v", p, got)
			}
		}
	}
	compare()
	s.Restart()
	compare()
}

func TestWhatIsChangedOfAProjectAndNothingElse(t *testing.T) {
	s := start(t)
	ann := s.User("ann")
	id := create(t, ann, draft(object{"settings": object{"duration": 30, "style": "anime"}}))
	before := project(t, ann, id)
	for _, change := range []object{
		{"title": "Another"},
		{"script": "Another script."},
		{"settings": object{"duration": 20}},
		{"settings": object{"music_genre": "none", "characters": []object{{"name": "narrator"}}}},
		{},
	} {
		want := maps.Clone(before)
		settings := maps.Clone(before["settings"].(object))
		for name, v := range change {
			if name != "settings" {
				want[name] = v
				continue
			}
			for name, v := range v.(object) {
				settings[name] = v
			}
		}
		want["settings"] = settings
		want["estimated_credits"] = map[bool]int{true: 1, false: 2}[fmt.Sprint(settings["duration"]) == "20"]
		got := ann.Patch("/api/v1/projects/"+id, change).Want(200).JSON()
		want["updated_at"] = got["updated_at"]
		if fmt.Sprint(got) != fmt.Sprint(want) || !moment(t, got["updated_at"]).After(moment(t, before["updated_at"])) {
			t.Errorf("%v: got %v\nwant %v", change, got, want)
		}
		before = got
	}
	s.Restart()
	if got := project(t, ann, id); fmt.Sprint(got) != fmt.Sprint(before) {
		t.Errorf("after a restart %v\nbefore %v", got, before)
	}
}

func TestAProjectOnWhichAJobWorksStaysAsItIs(t *testing.T) {
	ann := start(t).User("ann")
	id := create(t, ann, telling(hang))
	j := generate(t, ann, id, nil)
	failure(t, ann.Patch("/api/v1/projects/"+id, object{"title": "x"}), 409, "JOB_ALREADY_PROCESSING")
	failure(t, ann.Delete("/api/v1/projects/"+id), 409, "JOB_ALREADY_PROCESSING")
	ann.Post("/api/v1/jobs/"+j+"/cancel", nil).Want(200)
	ann.Patch("/api/v1/projects/"+id, object{"title": "x"}).Want(200)
	if a := ann.Delete("/api/v1/projects/" + id).Want(204); len(a.Body) != 0 {
		t.Errorf("got %q", a.Body)
	}
}

func TestADeletedProjectIsNowhereAnyMore(t *testing.T) {
	s := start(t)
	ann := s.User("ann")
	p, j := film(t, ann, draft(nil))
	id, made := p["project_id"].(string), j["job_id"].(string)
	ann.Delete("/api/v1/projects/" + id).Want(204)
	check := func() {
		t.Helper()
		for _, a := range []*servertest.Answer{
			ann.Get("/api/v1/projects/" + id), ann.Patch("/api/v1/projects/"+id, object{}), ann.Delete("/api/v1/projects/" + id),
			ann.Post("/api/v1/projects/"+id+"/generate", nil), ann.Get("/api/v1/projects/" + id + "/jobs"),
		} {
			failure(t, a, 404, "PROJECT_NOT_FOUND")
		}
		for _, a := range []*servertest.Answer{
			ann.Get("/api/v1/jobs/" + made), ann.Post("/api/v1/jobs/"+made+"/cancel", nil), ann.Post("/api/v1/jobs/"+made+"/retry", nil),
			ann.Get("/api/v1/jobs/" + made + "/steps"), ann.Get("/api/v1/jobs/" + made + "/download"), ann.Get("/api/v1/jobs/" + made + "/events"),
		} {
			failure(t, a, 404, "JOB_NOT_FOUND")
		}
		if n := ann.Get("/api/v1/projects").JSON()["total_count"]; n != 0.0 {
			t.Errorf("%v are listed", n)
		}
	}
	check()
	// Its files go after the retention time, so who has a link may still read.
	s.Nobody().Get(p["assets"].(object)["video_url"].(string)).Want(200)
	s.Restart()
	check()
}

// An id that cannot be one of ours is answered like one that does not exist.
func TestAMalformedIDIsNotFound(t *testing.T) {
	ann := start(t).User("ann")
	for _, id := range []string{
		"x", "550e8400-e29b-41d4-a716-446655440000", "770f0622-g40d-63f6-c938-668877662222", strings.Repeat("x", 101),
		strings.Repeat("0", 20_000), "%00", "a%00b", "%ff%fe", "..%2f..%2fproject", "%2e%2e", "%F0%9F%8E%AC", "null", "0",
	} {
		for path, code := range map[string]string{
			"/projects/" + id: "PROJECT_NOT_FOUND", "/projects/" + id + "/jobs": "PROJECT_NOT_FOUND",
			"/jobs/" + id: "JOB_NOT_FOUND", "/jobs/" + id + "/steps": "JOB_NOT_FOUND", "/jobs/" + id + "/download": "JOB_NOT_FOUND",
			"/jobs/" + id + "/events": "JOB_NOT_FOUND", "/batches/" + id: "BATCH_NOT_FOUND", "/api-keys/" + id: "API_KEY_NOT_FOUND",
			"/webhooks/" + id: "WEBHOOK_NOT_FOUND", "/webhooks/" + id + "/deliveries": "WEBHOOK_NOT_FOUND",
		} {
			failure(t, ann.Get("/api/v1"+path), 404, code)
		}
		failure(t, ann.Post("/api/v1/projects/"+id+"/generate", nil), 404, "PROJECT_NOT_FOUND")
		failure(t, ann.Post("/api/v1/jobs/"+id+"/cancel", nil), 404, "JOB_NOT_FOUND")
		failure(t, ann.Post("/api/v1/webhooks/"+id+"/deliveries/"+url.PathEscape("x")+"/redeliver", nil), 404, "WEBHOOK_NOT_FOUND")
	}
}
