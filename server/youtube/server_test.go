package youtube_test

import (
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/plugins/builtin"
	"github.com/filmloom/filmloom/plugins/youtube/youtubetest"
	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/servertest"
)

var routed = regexp.MustCompile(`(?s)(route "[^"]+" \{)[^}]*\}`)

// serving is a whole server, with the vendor in Google's place and the mock in that of all providers but youtube.
func serving(t *testing.T, vendor *youtubetest.Server, log *log) *servertest.Server {
	t.Helper()
	hcl := routed.ReplaceAll(filmloom.Pipelines, []byte("$1\n  prefer = [\"mock\"]\n}"))
	return servertest.Start(t, servertest.Options{
		Providers: builtin.InProcess(), Pipelines: pipeline.Source{"pipelines.hcl": hcl}, Log: log,
		Config: func(c *config.Config) {
			c.YouTubeClientID, c.YouTubeClientSecret = youtubetest.ClientID, config.NewSecret(youtubetest.ClientSecret)
			c.YouTubeAuthURL, c.YouTubeTokenURL, c.YouTubeUploadURL = vendor.AuthURL(), vendor.TokenURL(), vendor.UploadURL()
		},
	})
}

// settled waits for a project's film, and gives project and job.
func settled(t *testing.T, c *servertest.Client, project, job string) (p, j map[string]any) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); {
		j = c.Preferring("wait=30").Get("/api/v1/jobs/" + job).Want(http.StatusOK).JSON()
		if j["status"] != "queued" && j["status"] != "processing" {
			return c.Get("/api/v1/projects/" + project).Want(http.StatusOK).JSON(), j
		}
	}
	t.Fatalf("the job is still %v", j)
	return nil, nil
}

// A person connects a channel in their browser, has a film made, and finds it at YouTube; then they take the
// permission away, and are told.
func TestAFilmGoesFromARequestToTheChannel(t *testing.T) {
	vendor, said := youtubetest.New(t), &log{}
	s := serving(t, vendor, said)
	ann := s.User("ann")
	draft := map[string]any{"title": "The Lamp", "script": "The lamp went out.", "settings": map[string]any{"youtube_upload": true, "duration": 8}}
	project := ann.Post("/api/v1/projects", draft).Want(http.StatusCreated).JSON()["project_id"].(string)
	generate := "/api/v1/projects/" + project + "/generate"
	if a := ann.Post(generate, nil).Want(http.StatusBadRequest); !strings.Contains(string(a.Body), "YOUTUBE_NOT_CONNECTED") {
		t.Errorf("before: %s", a.Body)
	}

	begun := ann.Post("/api/v1/youtube/authorize", nil).Want(http.StatusOK)
	back := vendor.Consent(begun.JSON()["authorize_url"].(string), youtubetest.Decision{})
	if back.Path != "/api/v1/youtube/callback" {
		t.Fatalf("the way back is %s", back)
	}
	// Somebody else's browser comes first.
	if a := s.Nobody().Get(back.RequestURI()).Want(http.StatusOK); strings.Contains(string(a.Body), "is connected") {
		t.Errorf("a stranger has connected it: %s", a.Body)
	}
	cookie, _, _ := strings.Cut(begun.Header.Get("Set-Cookie"), ";")
	if a := s.Nobody().With("Cookie", cookie).Get(back.RequestURI()).Want(http.StatusOK); !strings.Contains(string(a.Body), "The channel is connected") {
		t.Errorf("the page says %s", a.Body)
	}
	if c := ann.Get("/api/v1/youtube").Want(http.StatusOK).JSON(); c["connected"] != true || c["channel"] != "Lighthouse Films" {
		t.Errorf("connected is %v", c)
	}

	job := ann.Post(generate, nil).Want(http.StatusAccepted).JSON()["job_id"].(string)
	p, j := settled(t, ann, project, job)
	if j["status"] != "completed" || len(vendor.Videos()) != 1 || p["assets"].(map[string]any)["youtube_url"] != "https://youtu.be/"+vendor.Videos()[0].ID {
		t.Errorf("%v, %v, %d videos", j, p["assets"], len(vendor.Videos()))
	}
	if _, err := os.Stat(s.Dir() + "/youtube"); err != nil {
		t.Errorf("the notes are elsewhere: %v", err)
	}

	vendor.Withdraw()
	other := map[string]any{"settings": map[string]any{"style": "cartoon"}}
	job = ann.Post(generate, other).Want(http.StatusAccepted).JSON()["job_id"].(string)
	p, j = settled(t, ann, project, job)
	failure, _ := j["error"].(map[string]any)
	if j["status"] != "failed" || failure["message"] != "Filmloom may not upload to the YouTube channel any more: connect the channel again." || len(vendor.Videos()) != 1 {
		t.Errorf("%v, %d videos", j, len(vendor.Videos()))
	}
	if p["assets"].(map[string]any)["video_url"] == nil {
		t.Errorf("the film is lost: %v", p["assets"])
	}
	for _, secret := range vendor.Secrets() {
		if strings.Contains(said.String(), secret) || strings.Contains(said.String(), url.QueryEscape(secret)) {
			t.Errorf("%q is in the server's log", secret)
		}
	}
}
