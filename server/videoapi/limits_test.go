package videoapi_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/production"
	"github.com/filmloom/filmloom/server/servertest"
	"github.com/filmloom/filmloom/server/videoapi"
)

// plan is the plan of new users.
func plan(name string) func(*config.Config) {
	return func(c *config.Config) { c.DefaultPlan = name }
}

// declined is the text of an answer that must be an error of the documented shape, with nothing but that text.
func declined(t testing.TB, a *servertest.Answer, status int) string {
	t.Helper()
	body := a.Want(status).JSON()
	detail, ok := body["detail"].(string)
	if !ok || detail == "" || len(body) != 1 || a.Header.Get("Content-Type") != "application/json" {
		t.Errorf("%s: %s %s", a.What, a.Header.Get("Content-Type"), a.Body)
	}
	return detail
}

// tasks counts those of an account, without asking the API.
func tasks(t testing.TB, s *servertest.Server, account string) int {
	t.Helper()
	n, err := s.Desk().Count(t.Context(), production.Query{API: videoapi.Name, Account: account})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// limit is what an answer tells of the requests that are left.
func limit(t testing.TB, a *servertest.Answer) (limit, left int, reset time.Time) {
	t.Helper()
	number := func(name string) int {
		n, err := strconv.Atoi(a.Header.Get(name))
		if err != nil {
			t.Errorf("%s: %s is %q", a.What, name, a.Header.Get(name))
		}
		return n
	}
	return number("X-Ratelimit-Limit"), number("X-Ratelimit-Remaining"), time.Unix(int64(number("X-Ratelimit-Reset")), 0)
}

// dated is when an answer was given, to the second.
func dated(t testing.TB, a *servertest.Answer) time.Time {
	t.Helper()
	at, err := http.ParseTime(a.Header.Get("Date"))
	if err != nil {
		t.Error(err)
	}
	return at
}

func TestARequestTooManyIsRefusedAndDoesNothing(t *testing.T) {
	s := start(t, plan("free")) // 10 a minute
	ann, bob := s.User("ann"), s.User("bob")
	account := ann.ID()
	var last *servertest.Answer
	for n := range 30 { // a minute may end meanwhile, once
		last = ann.Get("/v1/video/tasks")
		most, left, reset := limit(t, last)
		if wait := reset.Sub(dated(t, last)); most != 10 || left < 0 || left > 9 || wait < -2*time.Second || wait > time.Minute {
			t.Errorf("request %d: %v", n, last.Header)
		}
		if last.Status == http.StatusTooManyRequests {
			break
		}
		if last.Want(200).Header.Get("Retry-After") != "" {
			t.Errorf("request %d is to be tried again: %v", n, last.Header)
		}
	}
	_, left, reset := limit(t, last)
	after, err := strconv.Atoi(last.Header.Get("Retry-After"))
	detail := declined(t, last, 429)
	if off := reset.Sub(dated(t, last)) - time.Duration(after)*time.Second; left != 0 || err != nil || after < 1 || after > 60 || off.Abs() > 2*time.Second {
		t.Errorf("%v", last.Header)
	}
	if want := fmt.Sprintf("Too many requests; try again in %d seconds.", after); detail != want {
		t.Errorf("it says %q, not %q", detail, want)
	}
	// Whatever is asked, nothing is done, and no key is used up.
	for _, key := range []string{"", "k"} {
		c := ann
		if key != "" {
			c = ann.With("Idempotency-Key", key)
		}
		declined(t, c.Post("/v1/video", request()), 429)
	}
	declined(t, ann.Get("/v1/video/tasks/none"), 429)
	declined(t, ann.Post("/v1/video", "{"), 429)
	declined(t, ann.Send(ann.Request("POST", "/v1/video", "text/plain", strings.NewReader("x"))), 429)
	if a := ann.Get("/api/v1/projects"); a.Status != 429 {
		t.Errorf("the other API has a limit of its own: %d", a.Status)
	}
	if n := tasks(t, s, account); n != 0 {
		t.Errorf("%d tasks were made", n)
	}
	// Somebody else has their own, and a larger plan holds at once.
	bob.Get("/v1/video/tasks").Want(200)
	s.Admin().Patch("/api/v1/users/"+account, map[string]any{"plan": "enterprise"}).Want(200)
	a := ann.With("Idempotency-Key", "k").Post("/v1/video", request()).Want(200)
	if most, _, _ := limit(t, a); most != 1_000_000 || a.Header.Get("Idempotency-Replayed") != "" || tasks(t, s, account) != 1 {
		t.Errorf("afterwards: %v", a.Header)
	}
}

func TestTheTightestLimitIsTold(t *testing.T) {
	s := start(t, func(c *config.Config) { c.RateLimitMinute, c.RateLimitDay = 1000, 4 })
	ann := s.User("ann")
	for left := 3; left >= 0; left-- {
		most, got, reset := limit(t, ann.Get("/v1/video/tasks").Want(200))
		if most != 4 || got != left || reset.Sub(reset.Truncate(24*time.Hour)) != 0 {
			t.Errorf("%d of %d until %v", got, most, reset)
		}
	}
	a := ann.Get("/v1/video/tasks")
	declined(t, a, 429)
	if after, err := strconv.Atoi(a.Header.Get("Retry-After")); err != nil || after < 1 || after > 24*60*60 {
		t.Errorf("%v", a.Header)
	}
}

// ledger is what the account has, and how many entries have led to that.
func ledger(t testing.TB, c *servertest.Client) (available, entries int) {
	t.Helper()
	v := c.Get("/api/v1/users/me/credits?limit=100").Want(200).JSON()
	return int(v["available"].(float64)), len(v["entries"].([]any))
}

func TestAFilmThatCannotBePaidIsRefusedAndLeavesNothingBehind(t *testing.T) {
	s := start(t, plan("standard")) // 30 credits
	ann := s.User("ann")
	long := with(map[string]any{"duration": "long"})
	var task string
	for range 4 {
		task = order(t, ann, long)
	}
	order(t, ann, request()) // 3 are left
	settle(t, ann, task)
	s.Admin().Post("/api/v1/users/"+ann.ID()+"/credits", map[string]any{"amount": 2}).Want(200)
	available, entries := ledger(t, ann)
	if available != 5 {
		t.Fatalf("%d credits", available)
	}
	a := ann.With("Idempotency-Key", "k").Post("/v1/video", long)
	detail := declined(t, a, 402)
	if !strings.HasPrefix(detail, "Not enough credits: the film costs 6 and there are 5; there are more on 1 ") {
		t.Errorf("it says %q", detail)
	}
	limit(t, a)
	declined(t, ann.Preferring("wait=60").Post("/v1/video", long), 402) // at once
	if got, n := ledger(t, ann); got != available || n != entries || tasks(t, s, ann.ID()) != 5 {
		t.Errorf("%d credits after %d entries, not %d after %d; %d tasks", got, n, available, entries, tasks(t, s, ann.ID()))
	}
	order(t, ann, request())
	declined(t, ann.Post("/v1/video", request()), 402)
	// What costs nothing is done all the same.
	img := images(settle(t, ann, task))[0]["id"].(string)
	ann.Post("/v1/images/"+img, nil).Want(200)
	settle(t, ann, task)
	// With more credits the same key is good.
	s.Admin().Post("/api/v1/users/"+ann.ID()+"/credits", map[string]any{"amount": 4}).Want(200)
	if a := ann.With("Idempotency-Key", "k").Post("/v1/video", long).Want(200); a.Header.Get("Idempotency-Replayed") != "" {
		t.Error("the refusal was remembered")
	}
	if got, _ := ledger(t, ann); got != 0 {
		t.Errorf("%d credits", got)
	}
}

func TestOfManyFilmsAtOnceAsManyAreTakenAsCanBePaid(t *testing.T) {
	s := start(t, plan("standard"))
	ann := s.User("ann")
	answers := make(chan *servertest.Answer)
	const sent = 12
	for range sent {
		go func() { answers <- ann.Post("/v1/video", with(map[string]any{"duration": "long"})) }()
	}
	taken := 0
	for range sent {
		if a := <-answers; a.Status == 200 {
			taken++
		} else if detail := declined(t, a, 402); !strings.Contains(detail, "costs 6 and there are ") {
			t.Errorf("it says %q", detail)
		}
	}
	if got, _ := ledger(t, ann); taken != 5 || got != 0 || tasks(t, s, ann.ID()) != 5 {
		t.Errorf("%d were taken, %d credits are left, %d tasks", taken, got, tasks(t, s, ann.ID()))
	}
}

func TestAFilmThatIsLongerThanThePlanAllowsIsRefused(t *testing.T) {
	s := start(t, plan("free")) // films of 60 seconds
	ann := s.User("ann")
	s.Admin().Post("/api/v1/users/"+ann.ID()+"/credits", map[string]any{"amount": 20}).Want(200) // it is not for want of credits
	long := with(map[string]any{"duration": "long"})
	if detail := declined(t, ann.Post("/v1/video", long), 403); detail != "The free plan allows films of at most 60 seconds: ask for less, or change to a larger plan" {
		t.Errorf("it says %q", detail)
	}
	if got, _ := ledger(t, ann); got != 23 || tasks(t, s, ann.ID()) != 0 {
		t.Errorf("%d credits, %d tasks", got, tasks(t, s, ann.ID()))
	}
	own := func(words int) map[string]any {
		return with(map[string]any{"story_topic": "custom topic", "custom_story": strings.Repeat("Word after word it goes. ", words/5)})
	}
	declined(t, ann.Post("/v1/video", own(400)), 403) // two minutes at the fastest
	order(t, ann, own(100))
	s.Admin().Patch("/api/v1/users/"+ann.ID(), map[string]any{"plan": "standard"}).Want(200)
	order(t, ann, long)
	order(t, ann, own(400))
	declined(t, ann.Post("/v1/video", own(1000)), 403)
	s.Admin().Patch("/api/v1/users/"+ann.ID(), map[string]any{"plan": "enterprise"}).Want(200)
	order(t, ann, own(4000)) // the largest plan takes whatever the API takes
}

func TestAPlansQualityAndWatermarkHoldForFilmsOfTopics(t *testing.T) {
	s := start(t, plan("free"))
	ann := s.User("ann")
	for _, row := range []struct {
		plan, resolution string
		watermark        bool
	}{{"free", "720p", true}, {"standard", "1080p", false}} {
		s.Admin().Patch("/api/v1/users/"+ann.ID(), map[string]any{"plan": row.plan}).Want(200)
		v, err := s.Desk().Get(t.Context(), order(t, ann, request()))
		if err != nil {
			t.Fatal(err)
		}
		var asked struct {
			Resolution string `json:"resolution"`
			Watermark  bool   `json:"watermark"`
		}
		if err := json.Unmarshal(v.Head.Inputs, &asked); err != nil || asked.Resolution != row.resolution || asked.Watermark != row.watermark {
			t.Errorf("%s: %+v, %v", row.plan, asked, err)
		}
	}
}
