package studioapi_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/servertest"
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

// What is no request is answered by net/http, which knows no API.
func TestWhatIsNoRequestIsAnsweredBeforeTheAPI(t *testing.T) {
	s := start(t)
	for what, row := range map[string]struct {
		head, kind string
		status     int
	}{
		"a malformed path":   {"GET /api/v1/%zz HTTP/1.1\r\nHost: x", "text/plain; charset=utf-8", 400},
		"a malformed header": {"GET /api/v1/projects HTTP/1.1\r\nHost: x\r\nNo colon", "text/plain; charset=utf-8", 400},
		"a huge header":      {"GET /api/v1/projects HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("x", 40<<10), "text/plain; charset=utf-8", 431},
		"an expectation":     {"POST /api/v1/projects HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: a miracle", "", 417},
	} {
		conn, err := net.Dial("tcp", s.Addr().String())
		must(t, err)
		_, err = fmt.Fprintf(conn, "%s\r\n\r\n", row.head)
		must(t, err)
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		must(t, err)
		body, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<10)) // the connection is closed on who goes on sending
		if resp.StatusCode != row.status || resp.Header.Get("Content-Type") != row.kind || (len(body) == 0) != (row.kind == "") {
			t.Errorf("%s: %d %s %q", what, resp.StatusCode, resp.Header, body)
		}
		must(t, conn.Close())
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
