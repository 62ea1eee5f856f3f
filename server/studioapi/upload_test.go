package studioapi_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/plugins/youtube/youtubetest"
	"github.com/filmloom/filmloom/server/servertest"
)

// uploads connects a channel, and gives a project whose film goes there.
func uploads(t *testing.T, vendor *youtubetest.Server, c *servertest.Client) string {
	t.Helper()
	connect(t, vendor, c)
	return create(t, c, draft(object{"settings": object{"youtube_upload": true}}))
}

func connect(t *testing.T, vendor *youtubetest.Server, c *servertest.Client) {
	t.Helper()
	page, _ := authorize(t, c)
	c.Post("/api/v1/youtube/callback", brought(vendor.Consent(page, youtubetest.Decision{}))).Want(200)
}

// has checks that a job has a film, though it has not completed, and gives its link.
func has(t *testing.T, s *servertest.Server, c *servertest.Client, j object) {
	t.Helper()
	link, _ := j["output_url"].(string)
	seconds, _ := j["duration_seconds"].(float64)
	if link == "" || seconds < 5 {
		t.Fatalf("a film of %v s at %q: %v", seconds, link, j)
	}
	whole := c.Get("/api/v1/jobs/" + j["job_id"].(string) + "/download").Want(200)
	if film := s.Nobody().Get(link).Want(200); string(film.Body[4:8]) != "ftyp" || string(film.Body) != string(whole.Body) {
		t.Errorf("the download has %d bytes, the link %d", len(whole.Body), len(film.Body))
	}
	p := project(t, c, j["project_id"].(string))
	assets := p["assets"].(object)
	if undated(assets["video_url"]) != undated(link) || assets["thumbnail_url"] == nil || assets["youtube_url"] != nil || p["completed_at"] == nil {
		t.Errorf("the project has %v", p)
	}
}

// A job whose upload alone has failed has made its film: it is there, it is paid, and a retry uploads it.
func TestAFilmWhoseUploadFailsIsThereAndPaid(t *testing.T) {
	s, vendor := uploading(t, plan("standard"), local(t))
	ann, rec := s.User("ann"), receive(t, nil)
	rec.register(ann, "", "job.failed")
	id := uploads(t, vendor, ann)
	vendor.Withdraw()
	s.Restart() // a token that the server has would do for a while
	j := settle(t, ann, generate(t, ann, id, nil))
	e, _ := j["error"].(object)
	if j["status"] != "failed" || e["code"] != "YOUTUBE_NOT_CONNECTED" || !strings.Contains(e["message"].(string), "connect the channel again") || project(t, ann, id)["status"] != "failed" {
		t.Fatalf("got %v", j)
	}
	has(t, s, ann, j)
	if data, _ := rec.next().event["data"].(object); data["output_url"] == nil || data["error"].(object)["code"] != "YOUTUBE_NOT_CONNECTED" {
		t.Errorf("told %v", data)
	}
	list := ann.Get("/api/v1/projects").Want(200).JSON()["projects"].([]any)[0].(object)
	if undated(list["assets"]) != undated(project(t, ann, id)["assets"]) {
		t.Errorf("listed with %v", list["assets"])
	}
	s.Restart()
	again := job(t, ann, j["job_id"].(string))
	if has(t, s, ann, again); undated(again) != undated(j) {
		t.Errorf("after a restart %v\nbefore %v", again, j)
	}
	// A retry would fail as well, until the channel is connected.
	path := "/api/v1/jobs/" + j["job_id"].(string) + "/retry"
	failure(t, ann.Post(path, nil), 400, "YOUTUBE_NOT_CONNECTED")
	if p := project(t, ann, id); p["job_id"] != j["job_id"] || credits(t, ann) != 27 {
		t.Errorf("%d credits are left: %v", credits(t, ann), p)
	}
	connect(t, vendor, ann)
	started := ann.Post(path, nil).Want(202).JSON()
	done := settle(t, ann, started["job_id"].(string))
	if started["credits_deducted"] != 0.0 || done["status"] != "completed" || len(vendor.Videos()) != 1 || credits(t, ann) != 27 {
		t.Errorf("%v ends as %v; %d credits are left", started, done, credits(t, ann))
	}
	if got := step(t, ann, started["job_id"].(string), "image_generation"); got["reused"] != got["total"] {
		t.Errorf("pictures are made again: %v", got)
	}
	if got := project(t, ann, id)["assets"].(object); got["youtube_url"] == nil || undated(got["video_url"]) != undated(j["output_url"]) {
		t.Errorf("got %v", got)
	}
}

func TestWhatAFailedUploadTellsAProgram(t *testing.T) {
	s, vendor := uploading(t, plan("standard"))
	ann := s.User("ann")
	id := uploads(t, vendor, ann)
	left := 30
	for reason, code := range map[string]string{
		"quotaExceeded": "PROVIDER_OVERLOADED", "insufficientPermissions": "YOUTUBE_NOT_CONNECTED", "channelClosed": "YOUTUBE_NOT_CONNECTED", "invalidTitle": "INVALID_INPUT",
	} {
		vendor.Interfere(func(r youtubetest.Request) *youtubetest.Fault {
			if r.Kind != youtubetest.Begin {
				return nil
			}
			return youtubetest.Refuse(403, reason)
		})
		j := settle(t, ann, generate(t, ann, id, nil)) // the film is the same each time
		left -= 3
		if e, _ := j["error"].(object); e["code"] != code || credits(t, ann) != left {
			t.Errorf("%s: %v, %d credits", reason, j, credits(t, ann))
		}
		has(t, s, ann, j)
	}
	vendor.Interfere(nil)
	head := fmt.Sprint(project(t, ann, id)["job_id"])
	if again := ann.Post("/api/v1/jobs/"+head+"/retry", nil).Want(202).JSON(); again["credits_deducted"] != 0.0 {
		t.Errorf("the retry of what is paid costs %v", again["credits_deducted"])
	}
}

// Whoever has waited long enough for an upload, and cancels it, has the film that was made.
func TestAFilmWhoseUploadIsCancelledIsThere(t *testing.T) {
	s, vendor := uploading(t, plan("standard"))
	ann := s.User("ann")
	id := uploads(t, vendor, ann)
	hold, came := make(chan struct{}), make(chan struct{}, 100)
	defer close(hold)
	vendor.Interfere(func(r youtubetest.Request) *youtubetest.Fault {
		if r.Kind != youtubetest.Begin {
			return nil
		}
		came <- struct{}{}
		return &youtubetest.Fault{Hold: hold, Cut: true}
	})
	started := generate(t, ann, id, nil)
	<-came
	j := ann.Post("/api/v1/jobs/"+started+"/cancel", nil).Want(200).JSON()
	if j["status"] != "cancelled" || credits(t, ann) != 27 || project(t, ann, id)["status"] != "completed" {
		t.Errorf("got %v and %v", j, project(t, ann, id))
	}
	has(t, s, ann, j)
}
