package studioapi_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom/plugins/youtube/youtubetest"
	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/secrets"
	"github.com/filmloom/filmloom/server/servertest"
	"github.com/filmloom/filmloom/server/store"
)

const (
	isConnected  = "The channel is connected"
	notConnected = "The channel is not connected"
	almost       = "Almost done"
)

func TestAPersonConnectsAChannelInTheBrowserAndDisconnectsIt(t *testing.T) {
	s, vendor := uploading(t)
	ann, bob := s.User("ann"), s.User("bob")
	none := object{"connected": false, "channel": nil, "connected_at": nil, "problem": nil}
	if got := ann.Get("/api/v1/youtube").Want(200).JSON(); fmt.Sprint(got) != fmt.Sprint(none) {
		t.Errorf("before: %v", got)
	}
	page, cookie := authorize(t, ann)
	if cookie.Name != "filmloom_youtube" || cookie.Path != "/api/v1/youtube" || cookie.MaxAge != 600 || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Secure {
		t.Errorf("the cookie is %v", cookie)
	}
	if strings.Contains(cookie.Value, ann.ID()) {
		t.Error("the cookie shows the account")
	}
	back := vendor.Consent(page, youtubetest.Decision{})
	if want := s.URL() + "/api/v1/youtube/callback?"; !strings.HasPrefix(back.String(), want) {
		t.Fatalf("the way back is %s", back)
	}
	back.RawQuery += "&authuser=0&prompt=consent" // Google adds what it likes
	heading, a := returns(t, s, back, cookie.Value)
	if gone := (&http.Response{Header: a.Header}).Cookies(); heading != isConnected || len(gone) != 1 || gone[0].MaxAge >= 0 || gone[0].Path != cookie.Path {
		t.Errorf("%s, cookies %v", heading, gone)
	}
	got := ann.Get("/api/v1/youtube").Want(200).JSON()
	since, err := time.Parse(time.RFC3339, fmt.Sprint(got["connected_at"]))
	if got["connected"] != true || got["channel"] != "Lighthouse Films" || got["problem"] != nil || err != nil || time.Since(since).Abs() > time.Minute {
		t.Errorf("after: %v", got)
	}
	if connected(t, bob) {
		t.Error("somebody else is connected")
	}
	if heading, a := returns(t, s, back, cookie.Value); heading != notConnected || !strings.Contains(string(a.Body), "was used already") || !connected(t, ann) {
		t.Errorf("the second time: %s", a.Body)
	}
	s.Restart()
	if !connected(t, ann) {
		t.Error("a restart forgets the channel")
	}
	ann.Delete("/api/v1/youtube").Want(204)
	if got := ann.Get("/api/v1/youtube").Want(200).JSON(); fmt.Sprint(got) != fmt.Sprint(none) || vendor.Live() != 0 {
		t.Errorf("disconnected: %v, with %d permissions", got, vendor.Live())
	}
	failure(t, ann.Delete("/api/v1/youtube"), 404, "NOT_FOUND")
}

func TestBehindHTTPSTheCookieIsForHTTPSAlone(t *testing.T) {
	s, vendor := uploading(t, func(c *config.Config) { c.PublicURL = "https://films.example.org" })
	page, cookie := authorize(t, s.User("ann"))
	if !cookie.Secure {
		t.Errorf("the cookie is %v", cookie)
	}
	back := vendor.Consent(page, youtubetest.Decision{})
	if !strings.HasPrefix(back.String(), "https://films.example.org/api/v1/youtube/callback?") {
		t.Errorf("the way back is %s", back)
	}
	if heading, _ := returns(t, s, back, cookie.Value); heading != isConnected {
		t.Error(heading)
	}
}

// A person who was sent an address by somebody else connects nothing, whatever their browser has.
func TestOnlyTheBrowserThatBeganConnects(t *testing.T) {
	s, vendor := uploading(t)
	ann, bob := s.User("ann"), s.User("bob")
	keys, err := secrets.Open("", rootKey)
	if err != nil {
		t.Fatal(err)
	}
	seal := func(purpose, account string, until time.Time) string {
		return base64.RawURLEncoding.EncodeToString(keys.Seal(purpose, []byte(until.UTC().Format(time.RFC3339)+" "+account), nil))
	}
	_, bobs := authorize(t, bob)
	page, own := authorize(t, ann)
	back := vendor.Consent(page, youtubetest.Decision{})
	later := time.Now().Add(time.Minute)
	for _, row := range []struct{ what, cookie, heading string }{
		{"no cookie", "", almost},
		{"an empty cookie", `""`, almost},
		{"nonsense", "nonsense", almost},
		{"a damaged cookie", own.Value[:len(own.Value)-2], almost},
		{"a cookie that was changed", "A" + own.Value, almost},
		{"an old cookie", seal("youtube-return", ann.ID(), time.Now().Add(-time.Second)), almost},
		{"what was sealed for something else", seal("webhooks", ann.ID(), later), almost},
		{"the cookie of another account", bobs.Value, notConnected},
		{"a cookie for nobody", seal("youtube-return", "", later), notConnected},
	} {
		heading, a := returns(t, s, back, row.cookie)
		if heading != row.heading || a.Header.Get("Set-Cookie") != "" || connected(t, ann) || connected(t, bob) {
			t.Errorf("%s: %s %v", row.what, a.Body, a.Header)
		}
		for _, secret := range []string{brought(back)["code"].(string), brought(back)["state"].(string), ann.ID()} {
			if bytes.Contains(a.Body, []byte(secret)) {
				t.Errorf("%s: the page shows %s", row.what, secret)
			}
		}
	}
	// None of that has used the attempt up.
	if heading, _ := returns(t, s, back, seal("youtube-return", ann.ID(), later)); heading != isConnected || !connected(t, ann) || connected(t, bob) {
		t.Errorf("at last: %s", heading)
	}
}

func TestAProgramEndsWhatItHasBegunWithItsCredential(t *testing.T) {
	s, vendor := uploading(t)
	ann, bob := s.User("ann"), s.User("bob")
	page, _ := authorize(t, ann)
	back := vendor.Consent(page, youtubetest.Decision{})
	if heading, _ := returns(t, s, back, ""); heading != almost {
		t.Error(heading)
	}
	const callback = "/api/v1/youtube/callback"
	failure(t, s.Nobody().Post(callback, brought(back)), 401, "AUTHENTICATION_REQUIRED")
	failure(t, bob.Post(callback, brought(back)), 400, "INVALID_INPUT") // it is ann's
	invalid(t, ann.Post(callback, object{"code": "4/0A"}), "body.state")
	failure(t, ann.Post(callback, object{"state": strings.Repeat("x", 43), "code": "4/0A"}), 400, "INVALID_INPUT")
	if connected(t, ann) || connected(t, bob) {
		t.Fatal("connected too early")
	}
	got := ann.Post(callback, brought(back)).Want(200).JSON()
	if got["connected"] != true || got["channel"] != "Lighthouse Films" || len(got) != 4 || connected(t, bob) {
		t.Errorf("got %v", got)
	}
	a := ann.Post(callback, brought(back)) // it holds once
	failure(t, a, 400, "INVALID_INPUT")
	if !strings.Contains(string(a.Body), "was used already") || !connected(t, ann) {
		t.Errorf("the second time: %s", a.Body)
	}
}

func TestWhyAChannelIsNotConnected(t *testing.T) {
	s, vendor := uploading(t)
	ann := s.User("ann")
	for _, row := range []struct {
		what     string
		decision youtubetest.Decision
		edit     func(object)
		says     string
	}{
		{"the person says no", youtubetest.Decision{Deny: true}, nil, "was not allowed"},
		{"uploads are not ticked", youtubetest.Decision{Scopes: []string{youtubetest.ScopeReadonly}}, nil, "must be ticked"},
		{"there is no channel", youtubetest.Decision{NoChannel: true}, nil, "has no YouTube channel"},
		{"the code is another", youtubetest.Decision{}, func(o object) { o["code"] = "4/0Aguess" }, "begin again"},
		{"there is no code", youtubetest.Decision{}, func(o object) { delete(o, "code") }, "begin again"},
		{"Google has a fault", youtubetest.Decision{Deny: true}, func(o object) { o["error"] = "<b>server_error</b>" }, "was not allowed"},
	} {
		page, _ := authorize(t, ann)
		body := brought(vendor.Consent(page, row.decision))
		if row.edit != nil {
			row.edit(body)
		}
		a := ann.Post("/api/v1/youtube/callback", body)
		failure(t, a, 400, "INVALID_INPUT")
		if !strings.Contains(string(a.Body), row.says) || strings.Contains(string(a.Body), "<b>") {
			t.Errorf("%s: %s", row.what, a.Body)
		}
		// And the same in a browser.
		page, cookie := authorize(t, ann)
		body = brought(vendor.Consent(page, row.decision))
		if row.edit != nil {
			row.edit(body)
		}
		q := url.Values{}
		for name, v := range body {
			q.Set(name, v.(string))
		}
		heading, a := returns(t, s, &url.URL{Path: "/api/v1/youtube/callback", RawQuery: q.Encode()}, cookie.Value)
		if heading != notConnected || !strings.Contains(string(a.Body), row.says) || strings.Contains(string(a.Body), "<b>") {
			t.Errorf("%s: %s", row.what, a.Body)
		}
		if connected(t, ann) {
			t.Errorf("%s: it is connected all the same", row.what)
		}
	}
}

func TestWhileGoogleCannotBeReachedOneMayTryAgainLater(t *testing.T) {
	s, vendor := uploading(t)
	ann := s.User("ann")
	vendor.Interfere(func(youtubetest.Request) *youtubetest.Fault { return &youtubetest.Fault{Status: 503} })
	page, _ := authorize(t, ann) // which asks Google nothing
	a := ann.Post("/api/v1/youtube/callback", brought(vendor.Consent(page, youtubetest.Decision{})))
	failure(t, a, 503, "SERVICE_UNAVAILABLE")
	if a.Header.Get("Retry-After") != "60" || connected(t, ann) {
		t.Errorf("%v", a.Header)
	}
}

func TestAnAttemptHoldsForTenMinutes(t *testing.T) {
	s, vendor := uploading(t)
	ann := s.User("ann")
	page, cookie := authorize(t, ann)
	back := vendor.Consent(page, youtubetest.Decision{})
	sum := sha256.Sum256([]byte(back.Query().Get("state")))
	edit(t, s, store.K("youtube-attempt", hex.EncodeToString(sum[:])), func(record object) {
		ends, err := time.Parse(time.RFC3339, fmt.Sprint(record["ends"]))
		if left := time.Until(ends); err != nil || left < 9*time.Minute || left > 10*time.Minute {
			t.Errorf("it ends in %v", left)
		}
		record["ends"] = time.Now().Add(-time.Second)
	})
	a := ann.Post("/api/v1/youtube/callback", brought(back))
	failure(t, a, 400, "INVALID_INPUT")
	if heading, page := returns(t, s, back, cookie.Value); heading != notConnected || !strings.Contains(string(page.Body), "older than ten minutes") || connected(t, ann) {
		t.Errorf("%s\n%s", a.Body, page.Body)
	}
}

func TestAFilmGoesToYouTubeOnlyWithAChannel(t *testing.T) {
	s, vendor := uploading(t, plan("standard"))
	ann := s.User("ann")
	id := create(t, ann, draft(object{"settings": object{"youtube_upload": true}}))
	refused := func(c *servertest.Client, body any) string {
		t.Helper()
		a := c.Post("/api/v1/projects/"+id+"/generate", body)
		failure(t, a, 400, "YOUTUBE_NOT_CONNECTED")
		p := project(t, ann, id)
		if p["status"] != "draft" && p["status"] != "completed" {
			t.Errorf("the project stands at %v", p["status"])
		}
		return a.JSON()["error"].(object)["message"].(string)
	}
	want := `{"error":{"code":"YOUTUBE_NOT_CONNECTED","message":"No YouTube channel is connected.","details":{}}}` + "\n"
	if a := ann.Post("/api/v1/projects/"+id+"/generate", nil).Want(400); string(a.Body) != want {
		t.Errorf("got %s", a.Body)
	}
	refused(ann.With("Idempotency-Key", "k"), nil)
	if p := project(t, ann, id); credits(t, ann) != 30 || p["job_id"] != nil {
		t.Errorf("%d credits are left, the job is %v", credits(t, ann), p["job_id"])
	}
	page, _ := authorize(t, ann)
	ann.Post("/api/v1/youtube/callback", brought(vendor.Consent(page, youtubetest.Decision{}))).Want(200)
	// The same key is good for what was refused before.
	j := settle(t, ann, ann.With("Idempotency-Key", "k").Post("/api/v1/projects/"+id+"/generate", nil).Want(202).JSON()["job_id"].(string))
	if in := inputs(t, s, j["job_id"].(string)); j["status"] != "completed" || in["youtube_upload"] != true || in["youtube_account"] != ann.ID() {
		t.Errorf("%v, %v", j, in)
	}
	videos := vendor.Videos()
	if len(videos) != 1 {
		t.Fatalf("%d videos were uploaded", len(videos))
	}
	if address, _ := project(t, ann, id)["assets"].(object)["youtube_url"].(string); !strings.HasSuffix(address, videos[0].ID) {
		t.Errorf("the film is at %q", address)
	}
	// A permission that was withdrawn is said, and what to do.
	edit(t, s, store.K("youtube", ann.ID()), func(record object) { record["broken"] = "It was withdrawn: connect the channel again." })
	if got := ann.Get("/api/v1/youtube").Want(200).JSON(); got["connected"] != false || got["problem"] != "It was withdrawn: connect the channel again." || got["channel"] == nil {
		t.Errorf("got %v", got)
	}
	if said := refused(ann, nil); said != "It was withdrawn: connect the channel again." {
		t.Errorf("it says %q", said)
	}
	generate(t, ann, id, object{"settings": object{"youtube_upload": false}}) // the film alone needs no channel
}

func TestAServerWithoutAClientUploadsNothing(t *testing.T) {
	s := start(t)
	ann := s.User("ann")
	failure(t, ann.Post("/api/v1/youtube/authorize", nil), 400, "NOT_AVAILABLE")
	failure(t, ann.Post("/api/v1/youtube/callback", object{"state": "x", "code": "y"}), 400, "NOT_AVAILABLE")
	failure(t, ann.Delete("/api/v1/youtube"), 404, "NOT_FOUND")
	if connected(t, ann) {
		t.Error("connected")
	}
	if heading, _ := returns(t, s, &url.URL{Path: "/api/v1/youtube/callback"}, ""); heading != almost {
		t.Error(heading)
	}
}
