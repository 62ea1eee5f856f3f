package server_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/plans"
	"github.com/filmloom/filmloom/server/servertest"
)

// owned starts a server that is configured by a file and an environment, as its owner does it.
func owned(t *testing.T, file string, environ ...string) (*servertest.Server, *config.Config) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "filmloom.conf.hcl")
	if err := os.WriteFile(name, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	loaded, err := config.Load(config.Sources{Environ: append(environ, "FILMLOOM_CONFIG="+name)})
	if err != nil {
		t.Fatal(err)
	}
	var conf *config.Config
	s := start(t, 0, func(c *config.Config) {
		loaded.Data, loaded.Listen, loaded.AdminPassword, loaded.Grace = c.Data, c.Listen, c.AdminPassword, c.Grace
		*c, conf = *loaded, c
	})
	return s, conf
}

// listed are the plans as the API shows them.
func listed(t *testing.T, c *servertest.Client) map[string]plans.Plan {
	t.Helper()
	var v struct{ Plans []plans.Plan }
	c.Get("/api/v1/plans").Want(200).Decode(&v)
	all := map[string]plans.Plan{}
	for _, p := range v.Plans {
		all[p.Name] = p
	}
	return all
}

// draft makes a project.
func draft(t *testing.T, c *servertest.Client, settings object) string {
	t.Helper()
	body := object{"title": "A title", "script": "A story of a lighthouse.", "settings": settings}
	id, _ := c.Post("/api/v1/projects", body).Want(http.StatusCreated).JSON()["project_id"].(string)
	return id
}

// filmed orders the film of a new project.
func filmed(t *testing.T, c *servertest.Client, settings object) *servertest.Answer {
	t.Helper()
	return c.Post("/api/v1/projects/"+draft(t, c, settings)+"/generate", nil)
}

// holds checks what is left of an account's credits.
func holds(t *testing.T, c *servertest.Client, want float64) {
	t.Helper()
	v := c.Get("/api/v1/users/me/credits").Want(200).JSON()
	if v["available"] != want || v["unlimited"] != false {
		t.Errorf("the balance is %v, not %v", v, want)
	}
}

// refused checks an answer of the Studio API that is an error, and gives its details.
func refused(t *testing.T, a *servertest.Answer, status int) object {
	t.Helper()
	e, _ := a.Want(status).JSON()["error"].(object)
	details, _ := e["details"].(object)
	return details
}

func TestPlansAreByDefaultAsDocumented(t *testing.T) {
	s := servertest.Start(t, servertest.Options{Providers: options().Providers, Pipelines: pipelines})
	want := plans.Defaults()
	got := listed(t, s.Admin())
	for _, p := range want.All() {
		if got[p.Name] != p {
			t.Errorf("got  %+v\nwant %+v", got[p.Name], p)
		}
	}
	if len(got) != len(want.All()) {
		t.Errorf("there are %d plans", len(got))
	}
}

func TestAPlanThatIsConfiguredIsInForce(t *testing.T) {
	s, _ := owned(t, `
default_plan = "free"

plan "free" {
  rate_limit_minute = 500
  rate_limit_day    = 900
  credits           = 8
  seconds           = 100
  quality           = "1080p"
  watermark         = false
  characters        = 3
  priority          = 2
}
plan "pro" {
  credits = "unlimited"
}
`, "FILMLOOM_PLAN_STANDARD_WATERMARK=true", "FILMLOOM_RATE_LIMIT_MINUTE=700")
	ann := s.User("ann")
	got := listed(t, ann)
	want := plans.Plan{Name: "free", Rate: plans.Rate{Minute: 500, Day: 900}, Credits: 8, Seconds: 100, Quality: plans.FullHD, Characters: 3, Priority: 2}
	if got["free"] != want {
		t.Errorf("got  %+v\nwant %+v", got["free"], want)
	}
	if !got["standard"].Watermark || got["standard"].Credits != 30 || !got["pro"].Unlimited || got["enterprise"].Rate != (plans.Rate{Minute: 700, Day: 1_000_000}) {
		t.Errorf("got %+v", got)
	}
	a := ann.Get("/api/v1/users/me").Want(200)
	if limit := a.Header.Get("X-RateLimit-Limit"); limit != "500" {
		t.Errorf("the limit is %s", limit)
	}
	holds(t, ann, 8)

	for _, row := range []struct {
		settings object
		limit    string
	}{
		{object{"duration": 101}, "duration"},
		{object{"characters": []object{{"name": "A"}, {"name": "B"}, {"name": "C"}, {"name": "D"}}}, "characters"},
	} {
		if d := refused(t, filmed(t, ann, row.settings), http.StatusForbidden); d["plan"] != "free" || d["limit"] != row.limit {
			t.Errorf("%v is refused with %v", row.settings, d)
		}
	}
	job := filmed(t, ann, object{"duration": 100, "characters": []object{{"name": "A"}, {"name": "B"}, {"name": "C"}}}).Want(http.StatusAccepted).JSON()
	asksFor1080p(t, s, job["job_id"].(string))
	holds(t, ann, 3)
	if d := refused(t, filmed(t, ann, object{"duration": 80}), http.StatusPaymentRequired); d["required"] != 4.0 || d["available"] != 3.0 {
		t.Errorf("got %v", d)
	}
	view, err := s.Desk().Get(t.Context(), order(t, ann, request()))
	if err != nil {
		t.Fatal(err)
	}
	asksFor1080p(t, s, view.Production.Orders[0])
	holds(t, ann, 0)
	ann.Post("/v1/video", request()).Want(http.StatusPaymentRequired)

	// A plan is that of the account at the time.
	if err := s.Identity().SetPlan(t.Context(), ann.ID(), "pro"); err != nil {
		t.Fatal(err)
	}
	filmed(t, ann, object{"duration": 180}).Want(http.StatusAccepted)
}

// asksFor1080p checks that an order is for a film of the plan that TestAPlanThatIsConfiguredIsInForce configures.
func asksFor1080p(t *testing.T, s *servertest.Server, id string) {
	t.Helper()
	o, err := s.Desk().Order(id)
	if err != nil {
		t.Fatal(err)
	}
	var in struct {
		Resolution string
		Watermark  bool
	}
	if err := json.Unmarshal(o.Inputs, &in); err != nil {
		t.Fatal(err)
	}
	if in.Resolution != "1080p" || in.Watermark || o.Priority != 2 {
		t.Errorf("the order is %s, with the priority %d", o.Inputs, o.Priority)
	}
}

func TestLoweredCreditsTakeNothingBackInTheMonth(t *testing.T) {
	s, conf := owned(t, "default_plan = \"free\"\nplan \"free\" {\n  credits = 10\n}\n")
	restart := func(credits config.Credits) {
		conf.Free.Credits = credits
		s.Restart()
	}
	ann, bob := s.User("ann"), s.User("bob")
	holds(t, ann, 10)
	order(t, ann, request())
	for range 3 {
		order(t, bob, request())
	}
	holds(t, bob, 1)

	restart(2)
	holds(t, ann, 7)
	holds(t, bob, 1)
	bob.Post("/v1/video", request()).Want(http.StatusPaymentRequired)
	cid := s.User("cid")
	holds(t, cid, 2)
	order(t, ann, request())
	order(t, ann, request())
	ann.Post("/v1/video", request()).Want(http.StatusPaymentRequired)
	holds(t, ann, 1)

	restart(0)
	holds(t, ann, 1)
	holds(t, cid, 2)
	restart(12) // which is the difference more than was granted
	holds(t, ann, 3)
	holds(t, bob, 3)
	holds(t, cid, 12)
	restart(config.Unlimited)
	order(t, bob, request())
	restart(5) // what films cost meanwhile is not taken
	holds(t, bob, 3)

	entries, _ := bob.Get("/api/v1/users/me/credits?limit=100").Want(200).JSON()["entries"].([]any)
	for _, e := range entries {
		if e := e.(object); e["balance"].(float64) < 0 || e["kind"] == "reset" {
			t.Errorf("the ledger has %v", e)
		}
	}
}

// The settings and the room of the plans have the same bounds.
func TestPlansAtTheirBoundsStartAndBeyondAreRefused(t *testing.T) {
	for _, row := range []config.Plan{
		{RateLimitMinute: 1, RateLimitDay: 1, Credits: 0, Seconds: 5, Quality: "720p"},
		{RateLimitMinute: 1e9, RateLimitDay: 1e9, Credits: 1e9, Seconds: plans.MostSeconds, Quality: "1080p", Watermark: true, Characters: 10, Priority: 3},
		{RateLimitMinute: 1, RateLimitDay: 1, Credits: config.Unlimited, Seconds: 5, Quality: "720p"},
	} {
		conf := settings(t)
		conf.Standard = row
		runs(t, conf, options())
	}
	for want, change := range map[string]func(*config.Plan){
		"the pro plan: the number of seconds of a film must be from 5 to 600": func(p *config.Plan) { p.Seconds = 601 },
		"the pro plan: the number of credits a month must be from 0":          func(p *config.Plan) { p.Credits = -2 },
		"the pro plan: the quality must be 720p or 1080p":                     func(p *config.Plan) { p.Quality = "" },
	} {
		conf := settings(t)
		change(&conf.Pro)
		if got := fails(t, conf, options()); got != want && got[:min(len(got), len(want))] != want {
			t.Errorf("it says %q", got)
		}
	}
}
