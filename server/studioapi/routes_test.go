package studioapi_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/servertest"
	"github.com/filmloom/filmloom/server/store"
	"github.com/filmloom/filmloom/server/studioapi"
	"github.com/filmloom/filmloom/server/web"
)

func TestWhereThereIsNothingAndWhichMethodsAreNotTaken(t *testing.T) {
	s := start(t)
	ann := s.User("ann")
	for _, path := range []string{"", "/", "/none", "/projects/", "/projects//x", "/projects/x/generate/", "/projects/x/y/z", "/Projects", "/users/me/none", "/jobs", "/../projects"} {
		for _, c := range []*servertest.Client{ann, s.Nobody()} {
			failure(t, c.Get("/api/v1"+path), 404, "NOT_FOUND")
			failure(t, c.Post("/api/v1"+path, object{}), 404, "NOT_FOUND")
		}
	}
	for path, item := range s.Document(api).Paths {
		at := path
		for _, p := range []string{"{project_id}", "{job_id}", "{webhook_id}", "{delivery_id}", "{key_id}", "{user_id}", "{batch_id}"} {
			at = strings.ReplaceAll(at, p, "x")
		}
		var takes []string
		for method := range item {
			takes = append(takes, strings.ToUpper(method))
		}
		switch path { // which are users, too
		case "/users/me":
			takes = append(takes, "DELETE", "PATCH")
		case "/users/me/credits":
			takes = append(takes, "POST")
		}
		if slices.Contains(takes, "GET") {
			takes = append(takes, "HEAD")
		}
		for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"} {
			if slices.Contains(takes, method) {
				continue
			}
			a := ann.Do(method, "/api/v1"+at, nil)
			failure(t, a, 405, "METHOD_NOT_ALLOWED")
			allowed := strings.Split(a.Header.Get("Allow"), ", ")
			slices.Sort(allowed)
			slices.Sort(takes)
			if !slices.Equal(allowed, takes) {
				t.Errorf("%s: Allow %v, not %v", a.What, allowed, takes)
			}
		}
	}
}

func TestWhenThereIsNoRoomForOneMore(t *testing.T) {
	full := func(t *testing.T, a *servertest.Answer, retry string) {
		t.Helper()
		failure(t, a, 503, "SERVICE_UNAVAILABLE")
		if a.Header.Get("Retry-After") != retry {
			t.Errorf("Retry-After: %q", a.Header.Get("Retry-After"))
		}
	}
	t.Run("in the queue", func(t *testing.T) {
		s := start(t, plan("pro"), func(c *config.Config) { c.MaxActive, c.MaxQueue = 1, 2 })
		ann := s.User("ann")
		var ids []string
		for range 12 {
			ids = append(ids, create(t, ann, telling(hang)))
		}
		answers := make(chan *servertest.Answer)
		for _, id := range ids {
			go func() { answers <- ann.Post("/api/v1/projects/"+id+"/generate", nil) }()
		}
		taken := 0
		for range ids {
			if a := <-answers; a.Status == 202 {
				taken++
			} else {
				full(t, a, "60")
			}
		}
		if taken != 3 || credits(t, ann) != 51 { // one is made, two wait; who is refused pays nothing
			t.Errorf("%d were taken, %d credits are left", taken, credits(t, ann))
		}
		active := ann.Get("/api/v1/projects?status=processing").JSON()["projects"].([]any)[2].(object)
		ann.Post("/api/v1/jobs/"+active["job_id"].(string)+"/cancel", nil).Want(200)
		for _, id := range ids {
			if project(t, ann, id)["status"] == "draft" {
				generate(t, ann, id, nil)
				break
			}
		}
	})
	t.Run("on the disk", func(t *testing.T) {
		var conf *config.Config
		s := start(t, func(c *config.Config) { conf = c })
		ann := s.User("ann")
		_, failed := film(t, ann, telling(failing))
		conf.MinFreeDisk = 1 << 60
		s.Restart()
		full(t, ann.Post("/api/v1/jobs/"+failed["job_id"].(string)+"/retry", nil), "3600")
		id := create(t, ann, draft(nil)) // that takes next to nothing
		full(t, ann.Post("/api/v1/projects/"+id+"/generate", nil), "3600")
		b := ann.Post("/api/v1/batches", object{"items": []object{{"project_id": id}}}).Want(202).JSON()
		if e := b["items"].([]any)[0].(object)["error"].(object); e["code"] != "SERVICE_UNAVAILABLE" {
			t.Errorf("got %v", b)
		}
		if p := project(t, ann, id); p["status"] != "draft" || p["job_id"] != nil {
			t.Errorf("got %v", p)
		}
	})
}

// Whatever breaks inside is answered in the API's shape, and shows nothing of itself.
func TestWhatBreaksInsideIsNotShown(t *testing.T) {
	db, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	ids, err := identity.New(t.Context(), db, identity.Config{Hash: identity.Argon2{Memory: 64, Time: 1, Threads: 1}})
	if err != nil {
		t.Fatal(err)
	}
	defer ids.Close()
	who, err := ids.Add(t.Context(), identity.NewAccount{Name: "ann", Password: "a good password"})
	if err != nil {
		t.Fatal(err)
	}
	_, key, err := ids.CreateKey(t.Context(), who.ID, identity.NewKey{Scopes: identity.Read | identity.Write})
	if err != nil {
		t.Fatal(err)
	}
	site := web.NewSite(web.SiteConfig{})
	studioapi.Register(site, studioapi.Config{
		Store: db, Identity: ids, Admit: func(huma.Context, identity.Principal) *web.Fault { panic("the secret of the house") },
	})
	served := httptest.NewServer(site)
	defer served.Close()
	r, err := http.NewRequest("GET", served.URL+"/api/v1/projects", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+key)
	r.Close = true
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var got studioapi.Failure
	if err := json.Unmarshal(body, &got); err != nil || resp.StatusCode != 500 || got.Error.Code != "INTERNAL_SERVER_ERROR" || got.Error.Details == nil || strings.Contains(string(body), "secret") {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
}

func TestNoOriginIsLetIn(t *testing.T) {
	start(t).User("ann").CheckNoOrigin("/api/v1/projects", "/api/v1/projects")
}

// Links are built on the public URL, never on what a client says of itself.
func TestLinksAreBuiltOnThePublicURL(t *testing.T) {
	const public = "https://films.example.org/loom"
	s := start(t, func(c *config.Config) { c.PublicURL = public })
	ann := s.User("ann")
	ann.Header.Set("X-Forwarded-Host", "evil.example")
	p, j := film(t, ann, draft(nil))
	assets := p["assets"].(object)
	en := assets["subtitle_urls"].(object)["en"].(object)
	hostile := ann.Request("GET", "/api/v1/projects/"+p["project_id"].(string), "", nil)
	hostile.Host = "evil.example"
	if a := ann.Send(hostile); strings.Contains(string(a.Body), "evil") {
		t.Errorf("the Host header matters: %s", a.Body)
	}
	for _, link := range []any{j["output_url"], assets["video_url"], assets["thumbnail_url"], en["srt"], en["vtt"]} {
		here, ok := strings.CutPrefix(link.(string), public)
		if !ok {
			t.Fatalf("%v is not on the public URL", link)
		}
		whole := s.Nobody().Get(here).Want(200)
		part := s.Nobody().With("Range", "bytes=1-4").Get(here).Want(206)
		if string(part.Body) != string(whole.Body[1:5]) {
			t.Errorf("%s: a range is %q", link, part.Body)
		}
	}
	if a := ann.Get("/api/v1/jobs/" + j["job_id"].(string) + "/download").Want(200); a.Header.Get("Content-Type") != "video/mp4" {
		t.Errorf("got %v", a.Header)
	}
}
