package studioapi_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/servertest"
)

// as is a client with another credential.
func as(s *servertest.Server, credential string) *servertest.Client {
	c := s.Nobody()
	c.Credential = credential
	return c
}

func TestAKeyIsShownOnce(t *testing.T) {
	s := start(t)
	ann := s.User("ann")
	made := ann.Post("/api/v1/api-keys", nil).Want(201).JSON()
	secret, _ := made["key"].(string)
	id, _ := made["key_id"].(string)
	if !regexp.MustCompile(`^flm_live_[0-9A-Za-z]{50}$`).MatchString(secret) || made["prefix"] != "flm_live_"+id || !strings.HasPrefix(secret, "flm_live_"+id) {
		t.Errorf("got %v", made)
	}
	created, expires := moment(t, made["created_at"]), moment(t, made["expires_at"])
	want := object{
		"key_id": id, "key": secret, "prefix": made["prefix"], "name": "", "scopes": []any{"read", "write"}, "allowed_cidrs": []any{},
		"created_at": made["created_at"], "expires_at": made["expires_at"], "last_used_at": nil, "previous_valid_until": nil,
	}
	if fmt.Sprint(made) != fmt.Sprint(want) || expires.Sub(created) != 90*24*time.Hour {
		t.Errorf("got  %v\nwant %v", made, want)
	}
	as(s, secret).Get("/api/v1/projects").Want(200)
	s.Restart()
	as(s, secret).Get("/api/v1/projects").Want(200)
	for _, a := range []*servertest.Answer{ann.Get("/api/v1/api-keys"), ann.Get("/api/v1/api-keys/" + id)} {
		if a.Want(200); strings.Contains(string(a.Body), secret) || !strings.Contains(string(a.Body), `"key":null`) {
			t.Errorf("%s: %s", a.What, a.Body)
		}
	}
	if got := ann.Get("/api/v1/api-keys/" + id).JSON(); got["last_used_at"] == nil {
		t.Errorf("it was never used: %v", got)
	}
	if a := ann.Delete("/api/v1/api-keys/" + id).Want(204); len(a.Body) > 0 {
		t.Errorf("got %q", a.Body)
	}
	failure(t, as(s, secret).Get("/api/v1/projects"), 401, "INVALID_API_KEY")
	failure(t, ann.Get("/api/v1/api-keys/"+id), 404, "API_KEY_NOT_FOUND")
	failure(t, ann.Delete("/api/v1/api-keys/"+id), 404, "API_KEY_NOT_FOUND")
}

func TestWhatAKeyIsGoodFor(t *testing.T) {
	s := start(t)
	ann := s.User("ann")
	p := create(t, ann, draft(nil))
	key := func(scopes ...string) *servertest.Client {
		return as(s, ann.Post("/api/v1/api-keys", object{"scopes": scopes}).Want(201).JSON()["key"].(string))
	}
	read, write := key("read"), key("write")
	read.Get("/api/v1/projects/" + p).Want(200)
	for _, a := range []*servertest.Answer{
		read.Post("/api/v1/projects", draft(nil)), read.Patch("/api/v1/projects/"+p, object{}), read.Delete("/api/v1/projects/" + p),
		read.Post("/api/v1/api-keys", nil), read.Post("/api/v1/projects/"+p+"/generate", nil),
	} {
		if details := failure(t, a, 403, "INSUFFICIENT_PERMISSIONS"); details["scope"] != "write" {
			t.Errorf("%s: %s", a.What, a.Body)
		}
	}
	write.Post("/api/v1/projects", draft(nil)).Want(201)
	if details := failure(t, write.Get("/api/v1/projects"), 403, "INSUFFICIENT_PERMISSIONS"); details["scope"] != "read" {
		t.Errorf("got %v", details)
	}
}

func TestAKeyIsGoodOnlyWhereItMayBeUsed(t *testing.T) {
	s := start(t)
	ann := s.User("ann")
	key := func(cidrs ...string) *servertest.Client {
		made := ann.Post("/api/v1/api-keys", object{"allowed_cidrs": cidrs}).Want(201).JSON()
		return as(s, made["key"].(string))
	}
	key("127.0.0.0/8").Get("/api/v1/projects").Want(200)
	key("203.0.113.7", "::1", "127.0.0.1").Get("/api/v1/projects").Want(200)
	key("::ffff:127.0.0.0/104").Get("/api/v1/projects").Want(200)
	far := key("203.0.113.0/24")
	failure(t, far.Get("/api/v1/projects"), 403, "INSUFFICIENT_PERMISSIONS")
	// What a client writes into a header is not where it is.
	failure(t, far.With("X-Forwarded-For", "203.0.113.5").Get("/api/v1/projects"), 403, "INSUFFICIENT_PERMISSIONS")
	for _, cidrs := range [][]string{{"x"}, {"203.0.113.0/33"}, {"203.0.113.0/24", ""}, {"fe80::1%eth0"}, slices.Repeat([]string{"10.0.0.0/8"}, 33)} {
		invalid(t, ann.Post("/api/v1/api-keys", object{"allowed_cidrs": cidrs}), "body.allowed_cidrs")
	}
	behind := start(t, func(c *config.Config) { c.TrustedProxies = parsePrefixes(t, "127.0.0.0/8") })
	bob := behind.User("bob")
	far = as(behind, bob.Post("/api/v1/api-keys", object{"allowed_cidrs": []string{"203.0.113.0/24"}}).Want(201).JSON()["key"].(string))
	far.With("X-Forwarded-For", "203.0.113.5").Get("/api/v1/projects").Want(200)
	// The right-most address that is no proxy counts.
	failure(t, far.With("X-Forwarded-For", "203.0.113.5, 198.51.100.1").Get("/api/v1/projects"), 403, "INSUFFICIENT_PERMISSIONS")
}

func TestHowLongAKeyWorks(t *testing.T) {
	s := start(t)
	ann := s.User("ann")
	for days, row := range map[int]struct{ expires, warned bool }{0: {}, 1: {true, true}, 14: {true, true}, 15: {true, false}, 366: {true, false}} {
		made := ann.Post("/api/v1/api-keys", object{"expires_in_days": days}).Want(201).JSON()
		if (made["expires_at"] != nil) != row.expires {
			t.Errorf("%d days: %v", days, made["expires_at"])
		}
		if row.expires && moment(t, made["expires_at"]).Sub(moment(t, made["created_at"])) != time.Duration(days)*24*time.Hour {
			t.Errorf("%d days: %v", days, made["expires_at"])
		}
		// In the last 14 days each answer of either API says so.
		for _, path := range []string{"/api/v1/projects", "/v1/video/tasks", "/api/v1/projects/none"} {
			got := as(s, made["key"].(string)).Get(path).Header.Get("X-API-Key-Expires-At")
			if row.warned != (got != "") || row.warned && !moment(t, got).Equal(moment(t, made["expires_at"]).Truncate(time.Second)) {
				t.Errorf("%d days: %q", days, got)
			}
		}
	}
	if got := ann.Get("/api/v1/projects").Header.Get("X-API-Key-Expires-At"); got != "" {
		t.Errorf("a session: %q", got)
	}
	for _, days := range []any{-1, 367, "90", 1.5} {
		invalid(t, ann.Post("/api/v1/api-keys", object{"expires_in_days": days}), "body.expires_in_days")
	}
}

func TestARotatedKeyWorksAWhileLonger(t *testing.T) {
	s := start(t)
	ann := s.User("ann")
	first := ann.Post("/api/v1/api-keys", object{"name": "the blog", "scopes": []string{"read"}}).Want(201).JSON()
	id := first["key_id"].(string)
	old := as(s, first["key"].(string))
	rotated := ann.Post("/api/v1/api-keys/"+id+"/rotate", nil).Want(200).JSON()
	fresh := as(s, rotated["key"].(string))
	until := moment(t, rotated["previous_valid_until"])
	if rotated["key"] == first["key"] || rotated["key_id"] != id || rotated["name"] != "the blog" || fmt.Sprint(rotated["scopes"]) != "[read]" ||
		time.Until(until) < 23*time.Hour || time.Until(until) > 24*time.Hour {
		t.Errorf("got %v", rotated)
	}
	old.Get("/api/v1/projects").Want(200)
	fresh.Get("/api/v1/projects").Want(200)
	newest := as(s, ann.Post("/api/v1/api-keys/"+id+"/rotate", object{"grace_hours": 0}).Want(200).JSON()["key"].(string))
	newest.Get("/api/v1/projects").Want(200)
	for _, c := range []*servertest.Client{old, fresh} {
		failure(t, c.Get("/api/v1/projects"), 401, "INVALID_API_KEY")
	}
	for _, grace := range []any{-1, 721, "1"} {
		invalid(t, ann.Post("/api/v1/api-keys/"+id+"/rotate", object{"grace_hours": grace}), "body.grace_hours")
	}
	failure(t, ann.Post("/api/v1/api-keys/none/rotate", nil), 404, "API_KEY_NOT_FOUND")
}

// No credential makes one that is good for more than itself.
func TestAKeyCannotMakeAMightierOne(t *testing.T) {
	s := start(t)
	admin, ann := s.Admin(), s.User("ann")
	make := func(c *servertest.Client, body object) *servertest.Answer { return c.Post("/api/v1/api-keys", body) }
	key := func(c *servertest.Client, body object) *servertest.Client {
		return as(s, make(c, body).Want(201).JSON()["key"].(string))
	}
	refused := func(a *servertest.Answer) object {
		t.Helper()
		return failure(t, a, 403, "INSUFFICIENT_PERMISSIONS")
	}
	if details := refused(make(ann, object{"scopes": []string{"read", "write", "admin"}})); details["scope"] != "admin" {
		t.Errorf("got %v", details)
	}
	ordinary := admin.Key(identity.Read | identity.Write)
	refused(make(ordinary, object{"scopes": []string{"admin"}}))
	make(admin, object{"scopes": []string{"admin"}}).Want(201)
	writes := key(ann, object{"scopes": []string{"write"}})
	refused(make(writes, object{"scopes": []string{"read"}}))
	refused(make(writes, object{})) // read and write
	make(writes, object{"scopes": []string{"write"}}).Want(201)
	bound := key(ann, object{"allowed_cidrs": []string{"127.0.0.0/8", "203.0.113.0/24"}, "expires_in_days": 10})
	if details := refused(make(bound, object{})); fmt.Sprint(details["allowed_cidrs"]) != "[127.0.0.0/8 203.0.113.0/24]" {
		t.Errorf("got %v", details)
	}
	refused(make(bound, object{"allowed_cidrs": []string{"0.0.0.0/0"}}))
	refused(make(bound, object{"allowed_cidrs": []string{"127.0.0.0/7"}}))
	refused(make(bound, object{"allowed_cidrs": []string{"127.0.0.1", "198.51.100.1"}}))
	refused(make(bound, object{"allowed_cidrs": []string{"127.0.0.1"}, "expires_in_days": 0}))
	make(bound, object{"allowed_cidrs": []string{"127.0.0.1", "203.0.113.128/25"}, "expires_in_days": 5}).Want(201)
	// Nor does it take one that is there already, by rotating it.
	free := make(ann, object{}).Want(201).JSON()["key_id"].(string)
	refused(bound.Post("/api/v1/api-keys/"+free+"/rotate", nil))
	refused(writes.Post("/api/v1/api-keys/"+free+"/rotate", nil))
	mighty := make(admin, object{"scopes": []string{"read", "write", "admin"}}).Want(201).JSON()["key_id"].(string)
	refused(ordinary.Post("/api/v1/api-keys/"+mighty+"/rotate", nil))
	ann.Post("/api/v1/api-keys/"+free+"/rotate", nil).Want(200)
}

// No key makes or rotates one that works longer than itself, over however many steps.
func TestAKeyCannotMakeOneThatOutlivesIt(t *testing.T) {
	s := start(t)
	ann := s.User("ann")
	post := func(c *servertest.Client, path string, body object) *servertest.Answer {
		return c.Post("/api/v1/api-keys"+path, body)
	}
	made := func(c *servertest.Client, body object) (id string, end any, key *servertest.Client) {
		t.Helper()
		v := post(c, "", body).Want(201).JSON()
		return v["key_id"].(string), v["expires_at"], as(s, v["key"].(string))
	}
	refused := func(a *servertest.Answer, end any) {
		t.Helper()
		if details := failure(t, a, 403, "INSUFFICIENT_PERMISSIONS"); len(details) != 1 || details["expires_at"] != end {
			t.Errorf("%s: %v, want %v", a.What, details, end)
		}
	}
	id, end, day := made(ann, object{"expires_in_days": 1})
	for _, days := range []int{366, 1, 0} { // a day from now on is longer, by a moment
		refused(post(day, "", object{"expires_in_days": days}), end)
	}
	// Unless it is told how long, it works as long as what has made it; and so does what that makes.
	child, childEnd, second := made(day, object{})
	_, lastEnd, third := made(second, object{"name": "x"})
	if childEnd != end || lastEnd != end {
		t.Errorf("got %v and %v, want %v", childEnd, lastEnd, end)
	}
	refused(post(third, "", object{"expires_in_days": 90}), end)
	_, shorter, _ := made(ann.Key(identity.Read|identity.Write), object{"expires_in_days": 89})
	if shorter == nil {
		t.Error("a shorter one never ends")
	}
	// A rotation takes none that works longer, and lengthens none beyond.
	long, longEnd, _ := made(ann, object{"expires_in_days": 2})
	forever, _, always := made(ann, object{"expires_in_days": 0})
	refused(post(day, "/"+long+"/rotate", object{}), end)
	refused(post(day, "/"+forever+"/rotate", object{}), end)
	for _, one := range []string{child, id} { // itself last
		if got := post(day, "/"+one+"/rotate", object{"grace_hours": 1}).Want(200).JSON(); got["expires_at"] != end {
			t.Errorf("rotated it works until %v, and before until %v", got["expires_at"], end)
		}
	}
	// The secret from before a rotation is good for an hour yet, and for nothing that lasts longer.
	until := ann.Get("/api/v1/api-keys/" + id).Want(200).JSON()["previous_valid_until"]
	refused(post(day, "/"+id+"/rotate", object{}), until)
	refused(post(day, "", object{"expires_in_days": 1}), until)
	if _, got, _ := made(day, object{}); got != until {
		t.Errorf("got %v, want %v", got, until)
	}
	// A person, and a key that lasts, renew it.
	for _, c := range []*servertest.Client{always, ann} {
		if got := post(c, "/"+id+"/rotate", object{}).Want(200).JSON(); !moment(t, got["expires_at"]).After(moment(t, end)) {
			t.Errorf("rotated it works until %v, and before until %v", got["expires_at"], end)
		}
	}
	if got := ann.Get("/api/v1/api-keys/" + long).Want(200).JSON(); got["expires_at"] != longEnd {
		t.Errorf("what was refused is done: %v", got)
	}
}

func TestWhatCannotBeAKey(t *testing.T) {
	ann := start(t).User("ann")
	for field, values := range map[string][]any{
		"scopes": {[]string{}, []string{"all"}, []string{"read", "write", "admin", "read"}, "read", []any{1}},
		"name":   {strings.Repeat("x", 65), 1, "a\nb"}, "key": {"flm_live_x"}, "expires_at": {"2030-01-01T00:00:00Z"},
	} {
		for _, v := range values {
			a := ann.Post("/api/v1/api-keys", object{field: v})
			if fields := problems(t, a); !slices.ContainsFunc(fields, func(f string) bool { return strings.HasPrefix(f, "body."+field) }) {
				t.Errorf("%s %v: %s", field, v, a.Body)
			}
		}
	}
	for range 100 {
		ann.Post("/api/v1/api-keys", nil).Want(201)
	}
	failure(t, ann.Post("/api/v1/api-keys", nil), 409, "CONFLICT")
}
