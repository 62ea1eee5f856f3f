package studioapi_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/servertest"
)

func TestThePriceFollowsFromTheDuration(t *testing.T) {
	ann := start(t).User("ann")
	for duration, price := range map[int]float64{5: 1, 20: 1, 21: 2, 40: 2, 41: 3, 60: 3, 61: 4, 120: 6, 180: 9, 600: 30} {
		id := create(t, ann, draft(object{"settings": object{"duration": duration}}))
		if p := project(t, ann, id); p["estimated_credits"] != price {
			t.Errorf("%d seconds are estimated at %v", duration, p["estimated_credits"])
		}
		// An unlimited balance still records the price.
		started := ann.Post("/api/v1/projects/"+id+"/generate", nil).Want(202).JSON()
		if j := job(t, ann, started["job_id"].(string)); started["credits_deducted"] != price || j["credits_deducted"] != price {
			t.Errorf("%d seconds cost %v and %v", duration, started["credits_deducted"], j["credits_deducted"])
		}
	}
	got := ann.Get("/api/v1/users/me/credits").Want(200).JSON()
	if got["unlimited"] != true || got["available"] != 0.0 || len(got["entries"].([]any)) < 10 {
		t.Errorf("got %v", got)
	}
}

func TestBothAPIsShareABalance(t *testing.T) {
	s := start(t, plan("standard"))
	ann := s.User("ann")
	ann.Post("/v1/video", object{"story_topic": "mystery", "art_style": "cinematic", "duration": "long", "language": "english", "voice_name": "nova"}).Want(200)
	generate(t, ann, create(t, ann, draft(nil)), nil)
	if n := credits(t, ann); n != 21 {
		t.Errorf("%d credits", n)
	}
}

func TestWhatComesBackAndWhatDoesNot(t *testing.T) {
	s, w := staffed(t, plan("standard"))
	ann := s.User("ann")
	left := 30
	for _, row := range []struct {
		name string
		kind providers.Kind
		ours bool
	}{
		{"a provider's fault", providers.KindUnauthorized, true},
		{"rejected content", providers.KindRejected, false},
		{"an impossible request", providers.KindInvalidInput, false},
	} {
		w.breakOff("script.analyze", row.kind)
		if _, j := film(t, ann, draft(nil)); j["status"] != "failed" {
			t.Errorf("%s: %v", row.name, j)
		}
		w.mend()
		if !row.ours {
			left -= 3
		}
		if n := credits(t, ann); n != left {
			t.Errorf("%s: %d credits, not %d", row.name, n, left)
		}
	}
	_, j := film(t, ann, draft(nil))
	left -= 3
	got := ann.Get("/api/v1/users/me/credits?limit=2").Want(200).JSON()
	entries := got["entries"].([]any)
	newest, before := entries[0].(object), entries[1].(object)
	if len(entries) != 2 || got["has_more"] != true || got["available"] != float64(left) || got["granted"] != float64(left) || got["purchased"] != 0.0 || got["unlimited"] != false {
		t.Errorf("got %v", got)
	}
	if newest["kind"] != "settle" || newest["amount"] != 0.0 || before["kind"] != "reserve" || before["amount"] != -3.0 || before["job_id"] != j["job_id"] || before["balance"] != float64(left) {
		t.Errorf("got %v and %v", newest, before)
	}
	// The ledger is read to its end, page by page, and its sum is the balance.
	sum, pages, last := 0.0, 0, newest["number"].(float64)+1
	for more := true; more; pages++ {
		v := ann.Get(fmt.Sprintf("/api/v1/users/me/credits?limit=4&before=%d", int(last))).Want(200).JSON()
		for _, one := range v["entries"].([]any) {
			e := one.(object)
			sum += e["amount"].(float64)
			if e["number"] != last-1 {
				t.Errorf("entry %v after %v", e["number"], last)
			}
			last = e["number"].(float64)
		}
		more = v["has_more"].(bool)
	}
	if sum != float64(left) || last != 1 || pages < 2 {
		t.Errorf("the sum is %v, the last entry %v", sum, last)
	}
	invalid(t, ann.Get("/api/v1/users/me/credits?limit=101"), "query.limit")
}

// However many ask at once, nobody spends what is not there.
func TestABalanceIsNeverNegative(t *testing.T) {
	s := start(t, plan("standard"))
	ann := s.User("ann")
	var ids []string
	for range 20 {
		ids = append(ids, create(t, ann, draft(nil)))
	}
	answers := make(chan *servertest.Answer)
	for _, id := range ids {
		go func() { answers <- ann.Post("/api/v1/projects/"+id+"/generate", nil) }()
	}
	taken := 0
	for range ids {
		if a := <-answers; a.Status == 202 {
			taken++
		} else if details := failure(t, a, 402, "INSUFFICIENT_CREDITS"); details["required"] != 3.0 || details["available"].(float64) >= 3 {
			t.Errorf("got %v", details)
		}
	}
	if n := credits(t, ann); taken != 10 || n != 0 {
		t.Errorf("%d were taken, %d credits are left", taken, n)
	}
}

func TestAPlansLimits(t *testing.T) {
	s := start(t)
	admin := s.Admin()
	ask := func(c *servertest.Client, id string, duration, characters int) *servertest.Answer {
		var who []object
		for i := range characters {
			who = append(who, object{"name": fmt.Sprint("c", i)})
		}
		return c.Post("/api/v1/projects/"+id+"/generate", object{"settings": object{"duration": duration, "characters": who}})
	}
	for _, row := range []struct {
		plan              string
		seconds, speakers int
		resolution        string
		watermark         bool
	}{{"free", 60, 2, "720p", true}, {"standard", 120, 5, "1080p", false}, {"pro", 180, 10, "1080p", false}, {"enterprise", 600, 10, "1080p", false}} {
		who := s.User(row.plan)
		admin.Patch("/api/v1/users/"+who.ID(), object{"plan": row.plan}).Want(200)
		id := create(t, who, draft(nil))
		if row.seconds < 600 {
			details := failure(t, ask(who, id, row.seconds+1, 0), 403, "INSUFFICIENT_PERMISSIONS")
			if details["plan"] != row.plan || details["limit"] != "duration" || details["allowed"] != float64(row.seconds) {
				t.Errorf("got %v", details)
			}
		}
		if row.speakers < 10 {
			details := failure(t, ask(who, id, 20, row.speakers+1), 403, "INSUFFICIENT_PERMISSIONS")
			if details["plan"] != row.plan || details["limit"] != "characters" || details["allowed"] != float64(row.speakers) {
				t.Errorf("got %v", details)
			}
		}
		j := ask(who, id, row.seconds, row.speakers).Want(202).JSON()["job_id"].(string)
		if in := inputs(t, s, j); in["resolution"] != row.resolution || in["watermark"] != row.watermark {
			t.Errorf("%s: %v", row.plan, in)
		}
	}
	// A changed plan holds from the next request on.
	who := s.User("later")
	id := create(t, who, draft(nil))
	admin.Patch("/api/v1/users/"+who.ID(), object{"plan": "free"}).Want(200)
	failure(t, ask(who, id, 61, 0), 403, "INSUFFICIENT_PERMISSIONS")
	admin.Patch("/api/v1/users/"+who.ID(), object{"plan": "pro"}).Want(200)
	ask(who, id, 61, 0).Want(202)
}

func TestThePlansAreListed(t *testing.T) {
	ann := start(t).User("ann")
	var got []string
	for _, one := range ann.Get("/api/v1/plans").Want(200).JSON()["plans"].([]any) {
		p := one.(object)
		rate := p["rate"].(object)
		got = append(got, fmt.Sprint(p["name"], " ", p["credits"], " ", p["seconds"], " ", rate["minute"], " ", rate["day"], " ", p["characters"], " ", p["priority"]))
	}
	want := []string{"free 3 60 10 100 2 0", "standard 30 120 60 5000 5 1", "pro 60 180 120 20000 10 2", "enterprise 0 600 1e+06 1e+07 10 3"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestAnAdminManagesUsers(t *testing.T) {
	s := start(t)
	admin := s.Admin()
	made := admin.Post("/api/v1/users", object{"username": "carol", "password": "a good password", "plan": "standard"}).Want(201).JSON()
	id, _ := made["user_id"].(string)
	want := object{"user_id": id, "username": "carol", "plan": "standard", "admin": false, "disabled": false, "created_at": made["created_at"]}
	if fmt.Sprint(made) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v", made, want)
	}
	failure(t, admin.Post("/api/v1/users", object{"username": "CAROL", "password": "a good password"}), 409, "CONFLICT")
	invalid(t, admin.Post("/api/v1/users", object{"username": "dave", "password": "short"}), "body.password")
	invalid(t, admin.Post("/api/v1/users", object{"username": "dave\n", "password": "a good password"}), "body.username")
	invalid(t, admin.Post("/api/v1/users", object{"username": "dave", "password": "a good password", "plan": "gold"}), "body.plan")
	carol := s.Login("carol", "a good password")
	if me := carol.Get("/api/v1/users/me").Want(200).JSON(); fmt.Sprint(me) != fmt.Sprint(want) {
		t.Errorf("got %v", me)
	}
	added := admin.Post("/api/v1/users/"+id+"/credits", object{"amount": 7, "note": "a gift"}).Want(200).JSON()
	entry := added["entries"].([]any)[0].(object)
	if added["available"] != 37.0 || added["purchased"] != 7.0 || added["granted"] != 30.0 || entry["kind"] != "purchase" || entry["amount"] != 7.0 || entry["note"] != "a gift" || entry["job_id"] != nil {
		t.Errorf("got %v", added)
	}
	for _, amount := range []any{0, -1, 1_000_001, "7", 1.5} {
		invalid(t, admin.Post("/api/v1/users/"+id+"/credits", object{"amount": amount}), "body.amount")
	}
	once := admin.With("Idempotency-Key", "gift")
	first := once.Post("/api/v1/users/"+id+"/credits", object{"amount": 1}).Want(200)
	s.Restart()
	if again := once.Post("/api/v1/users/"+id+"/credits", object{"amount": 1}).Want(200); string(again.Body) != string(first.Body) || credits(t, carol) != 38 {
		t.Errorf("%s, %d credits", again.Body, credits(t, carol))
	}
	changed := admin.Patch("/api/v1/users/"+id, object{"plan": "pro", "password": "another password"}).Want(200).JSON()
	if changed["plan"] != "pro" {
		t.Errorf("got %v", changed)
	}
	failure(t, carol.Get("/api/v1/users/me"), 401, "INVALID_TOKEN") // sessions end with the password
	carol = s.Login("carol", "another password")
	admin.Patch("/api/v1/users/"+id, object{"disabled": true}).Want(200)
	failure(t, carol.Get("/api/v1/users/me"), 401, "INVALID_TOKEN")
	var names []string
	for _, one := range admin.Get("/api/v1/users").Want(200).JSON()["users"].([]any) {
		names = append(names, one.(object)["username"].(string))
	}
	if !slices.Equal(names, []string{"admin", "carol"}) {
		t.Errorf("got %v", names)
	}
	failure(t, admin.Patch("/api/v1/users/"+admin.ID(), object{"admin": false}), 409, "CONFLICT")
	failure(t, admin.Patch("/api/v1/users/none", object{"plan": "pro"}), 404, "USER_NOT_FOUND")
	failure(t, admin.Delete("/api/v1/users/"+admin.ID()), 409, "CONFLICT") // the last one
	failure(t, admin.Delete("/api/v1/users/none"), 404, "USER_NOT_FOUND")
	admin.Delete("/api/v1/users/" + id).Want(204)
	failure(t, admin.Delete("/api/v1/users/"+id), 404, "USER_NOT_FOUND")
	if again := admin.Post("/api/v1/users", object{"username": "carol", "password": "a good password"}).Want(201).JSON(); again["user_id"] == id {
		t.Error("a new user has the id of one that was removed")
	}
	failure(t, admin.Post("/api/v1/users/none/credits", object{"amount": 1}), 404, "USER_NOT_FOUND")
}

func TestNobodyElseManagesUsers(t *testing.T) {
	s := start(t)
	admin, ann := s.Admin(), s.User("ann")
	for name, who := range map[string]*servertest.Client{
		"a user": ann, "a user's key": ann.Key(identity.Read | identity.Write), "an admin's key without the scope": admin.Key(identity.Read | identity.Write),
	} {
		for _, a := range []*servertest.Answer{
			who.Get("/api/v1/users"), who.Post("/api/v1/users", object{"username": "x", "password": "a good password"}),
			who.Patch("/api/v1/users/"+ann.ID(), object{"plan": "pro"}), who.Post("/api/v1/users/"+ann.ID()+"/credits", object{"amount": 5}),
			who.Patch("/api/v1/users/none", object{"plan": "pro"}), who.Delete("/api/v1/users/" + ann.ID()),
		} {
			if details := failure(t, a, 403, "INSUFFICIENT_PERMISSIONS"); details["scope"] != "admin" {
				t.Errorf("%s: %s %s", name, a.What, a.Body)
			}
		}
	}
	admin.Key(identity.Read | identity.Write | identity.Admin).Get("/api/v1/users").Want(200)
	// A key that may read only cannot administer by writing.
	failure(t, admin.Key(identity.Read|identity.Admin).Patch("/api/v1/users/"+ann.ID(), object{"plan": "pro"}), 403, "INSUFFICIENT_PERMISSIONS")
}

func TestStrangersMakeAccountsOnlyWhereTheyMay(t *testing.T) {
	body := object{"username": "eve", "password": "a good password"}
	closed := start(t)
	failure(t, closed.Nobody().Post("/api/v1/auth/register", body), 403, "INSUFFICIENT_PERMISSIONS")
	s := start(t, plan("free"), func(c *config.Config) { c.Registration = true })
	made := s.Nobody().Post("/api/v1/auth/register", body).Want(201).JSON()
	if made["username"] != "eve" || made["plan"] != "free" || made["admin"] != false {
		t.Errorf("got %v", made)
	}
	s.Login("eve", "a good password").Get("/api/v1/users/me").Want(200)
	failure(t, s.Nobody().Post("/api/v1/auth/register", body), 409, "CONFLICT")
	invalid(t, s.Nobody().Post("/api/v1/auth/register", object{"username": "mallory", "password": "a good password", "admin": true}), "body.admin")
	invalid(t, s.Nobody().Post("/api/v1/auth/register", object{"username": "mallory", "password": "a good password", "plan": "pro"}), "body.plan")
	// It takes as much work as a login, so it is limited like one.
	var last *servertest.Answer
	for i := range 30 {
		last = s.Nobody().Post("/api/v1/auth/register", object{"username": fmt.Sprint("u", i), "password": "a good password"})
		if last.Status == 429 {
			break
		}
	}
	failure(t, last, 429, "RATE_LIMIT_EXCEEDED")
}

// Both credentials work on both APIs, in either header.
func TestCredentials(t *testing.T) {
	s := start(t)
	ann := s.User("ann")
	key := ann.Key(identity.Read | identity.Write)
	p := create(t, key, draft(nil))
	header := s.Nobody().With("X-API-Key", key.Credential)
	for name, c := range map[string]*servertest.Client{"a token": ann, "a key": key, "a key in its own header": header} {
		c.Get("/api/v1/projects/" + p).Want(200)
		c.Get("/v1/video/tasks").Want(200)
		if got := create(t, c, draft(nil)); got == "" {
			t.Errorf("%s makes no project", name)
		}
	}
	for _, row := range []struct {
		header, value, code string
	}{
		{"", "", "AUTHENTICATION_REQUIRED"},
		{"Authorization", "Bearer not.a.token", "INVALID_TOKEN"},
		{"Authorization", "Bearer your_api_key", "INVALID_TOKEN"},
		{"Authorization", "Bearer " + key.Credential + "x", "INVALID_API_KEY"},
		{"Authorization", "Bearer flm_live_" + strings.Repeat("0", 50), "INVALID_API_KEY"},
		{"Authorization", "Basic YW5uOng=", "INVALID_TOKEN"},
		{"Authorization", "Bearer", "INVALID_TOKEN"},
		{"X-API-Key", "flm_live_x", "INVALID_API_KEY"},
	} {
		c := s.Nobody()
		if row.header != "" {
			c = c.With(row.header, row.value)
		}
		for _, a := range []*servertest.Answer{c.Get("/api/v1/projects"), c.Post("/api/v1/projects", draft(nil))} {
			failure(t, a, 401, row.code)
			if a.Header.Get("WWW-Authenticate") != "Bearer" || strings.Contains(string(a.Body), "your_api_key") {
				t.Errorf("%s: %v %s", a.What, a.Header, a.Body)
			}
		}
	}
	if a := s.Nobody().Get("/api/v1/plans"); a.Status != 401 {
		t.Errorf("plans: %d", a.Status)
	}
}

// Who shows no valid credential is limited by address, in this API's shape.
func TestStrangersAreLimitedByAddress(t *testing.T) {
	s := start(t)
	within := time.Now().Truncate(time.Minute)
	n := 0
	a := s.Nobody().Get("/api/v1/projects")
	for ; a.Status == 401 && n < 200; n++ {
		a = s.Nobody().With("Authorization", "Bearer x").Post("/api/v1/projects", draft(nil))
	}
	if failure(t, a, 429, "RATE_LIMIT_EXCEEDED"); a.Header.Get("Retry-After") == "" || n != 60 && time.Now().Truncate(time.Minute).Equal(within) {
		t.Errorf("after %d requests: %v", n, a.Header)
	}
	s.User("ann").Get("/api/v1/projects").Want(200) // whoever has one is not kept out
}
