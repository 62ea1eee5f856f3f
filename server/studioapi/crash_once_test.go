package studioapi_test

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	badgerdb "github.com/dgraph-io/badger/v4"

	"github.com/filmloom/filmloom/server/servertest"
	"github.com/filmloom/filmloom/server/store"
)

// A making is a request that makes something, which its name is found by.
type making struct {
	path, name string
	body       object
	admin      bool // asks
	secret     bool // the answer shows one, so it is never given again

	status int    // of the answer before the kill; 0 when none came
	answer object // the same
}

// makings are requests for all that is made with one transaction beside films.
func makings(hook, round string) (all []*making) {
	for i := range 6 {
		name := fmt.Sprint(round, "-", i)
		all = append(
			all,
			&making{path: "/webhooks", name: "own " + name, body: object{"url": hook, "events": []string{"job.failed"}, "secret": "my own secret", "description": "own " + name}},
			&making{path: "/webhooks", name: "made " + name, secret: true, body: object{"url": hook, "events": []string{"job.failed"}, "description": "made " + name}},
			&making{path: "/api-keys", name: "key " + name, secret: true, body: object{"name": "key " + name}},
		)
		if i%2 == 0 {
			all = append(all, &making{path: "/users", name: "user " + name, admin: true, body: object{"username": "user " + name, "password": "a good password"}})
		}
	}
	return all
}

// ask sends the request, with a key of its own.
func (a *making) ask(m *mortal) (int, object, error) {
	headers := []string{"Idempotency-Key: " + a.name}
	if a.admin {
		headers = append(headers, "Authorization: Bearer "+m.admin)
	}
	status, v, _, err := m.ask("POST", "/api/v1"+a.path, a.body, headers...)
	return status, v, err
}

// burst sends all at once and waits for the answers, of which a kill cuts some off. It tells how long that took.
func (m *mortal) burst(all []*making) time.Duration {
	var wg sync.WaitGroup
	begun := time.Now()
	for _, a := range all {
		wg.Go(func() {
			if status, v, err := a.ask(m); err == nil {
				a.status, a.answer = status, v
			}
		})
	}
	wg.Wait()
	return time.Since(begun)
}

// found counts what there is, by its name, and gives the path that removes it.
func (m *mortal) found() (count map[string]int, at map[string]string) {
	m.t.Helper()
	count, at = map[string]int{}, map[string]string{}
	for path, f := range map[string]struct{ list, name, id string }{
		"/api/v1/webhooks": {"webhooks", "description", "webhook_id"},
		"/api/v1/api-keys": {"api_keys", "name", "key_id"},
		"/api/v1/users":    {"users", "username", "user_id"},
	} {
		for _, one := range m.must(200, "GET", path, nil, m.who(path))[f.list].([]any) {
			name := one.(object)[f.name].(string)
			count[name]++
			at[name] = path + "/" + one.(object)[f.id].(string)
		}
	}
	return count, at
}

// who is the header with the credential for a path.
func (m *mortal) who(path string) string {
	if strings.HasPrefix(path, "/api/v1/users") {
		return "Authorization: Bearer " + m.admin
	}
	return "Authorization: Bearer " + m.key
}

// Whenever the server is killed, a request with an idempotency key that is sent again makes nothing a second time:
// whether it was carried out is on disk in the same moment as what it made.
func TestNothingIsMadeTwiceWheneverTheServerIsKilled(t *testing.T) {
	rec := receive(t, nil)
	m := born(t, rec)
	takes := m.burst(makings(rec.URL, "first"))
	cut, remembered := 0, 0
	const rounds = 8
	for round := range rounds {
		_, at := m.found()
		for name, path := range at {
			if strings.Contains(name, "-") {
				// An answer without a body is what the client takes for an error here.
				_, _, _, _ = m.ask("DELETE", path, nil, m.who(path))
			}
		}
		all := makings(rec.URL, fmt.Sprint("round ", round))
		sent := make(chan time.Duration, 1)
		go func() { sent <- m.burst(all) }()
		<-time.After(takes * time.Duration(2*round+1) / (2 * rounds))
		m.kill()
		<-sent
		m.live()
		before, _ := m.found()
		for _, a := range all {
			if a.status == 0 {
				cut++
				remembered += before[a.name]
			}
			want := 201
			if a.secret && before[a.name] > 0 {
				want = 409
			}
			status, v, err := a.ask(m)
			if err != nil || status != want {
				t.Errorf("%s: %d %v %v; there were %d", a.name, status, v, err, before[a.name])
			}
			if a.status == 201 && want == 201 && fmt.Sprint(v) != fmt.Sprint(a.answer) {
				t.Errorf("%s: answered %v, and before the kill %v", a.name, v, a.answer)
			}
		}
		after, _ := m.found()
		for _, a := range all {
			if after[a.name] != 1 {
				t.Errorf("%s is there %d times", a.name, after[a.name])
			}
		}
	}
	t.Logf("%d answers were cut off, of which %d had been made", cut, remembered)
}

// What a request has done, and that it was done, are on disk in the same moment: the database gives all that one
// transaction writes one version.
func TestAnAnswerIsRememberedInTheTransactionOfWhatItTells(t *testing.T) {
	s := start(t, local(t))
	admin, ann, rec := s.Admin(), s.User("ann"), receive(t, nil)
	routes := map[string]bool{}
	post := func(c *servertest.Client, route string, status int, body any, ids ...any) object {
		t.Helper()
		routes["POST /api/v1"+route] = true
		path := "/api/v1" + fmt.Sprintf(regexp.MustCompile(`\{\w+\}`).ReplaceAllString(route, "%v"), ids...)
		return c.With("Idempotency-Key", "k").Post(path, body).Want(status).JSON()
	}
	hook := post(ann, "/webhooks", 201, object{"url": rec.URL, "events": []string{"job.completed"}})["webhook_id"]
	project := post(ann, "/projects", 201, draft(nil))["project_id"]
	settle(t, ann, post(ann, "/projects/{project_id}/generate", 202, nil, project)["job_id"].(string))
	rec.next()
	untilDelivered(t, ann, fmt.Sprint("/api/v1/webhooks/", hook), 1)
	delivery := ann.Get(fmt.Sprint("/api/v1/webhooks/", hook, "/deliveries")).JSON()["deliveries"].([]any)[0].(object)["delivery_id"]
	post(ann, "/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver", 202, nil, hook, delivery)
	rec.next()
	post(ann, "/webhooks/{webhook_id}/rotate-secret", 200, nil, hook)
	post(ann, "/api-keys/{key_id}/rotate", 200, nil, post(ann, "/api-keys", 201, nil)["key_id"])
	post(admin, "/users/{user_id}/credits", 200, object{"amount": 1}, post(admin, "/users", 201, object{"username": "bob", "password": "a good password"})["user_id"])
	s.Offline(func(dir string) {
		for _, keys := range written(t, dir) {
			for _, key := range keys {
				if parts := strings.Split(key, "\x00"); parts[1] == "idempotency" && len(keys) > 1 {
					delete(routes, parts[3])
				}
			}
		}
	})
	for route := range routes {
		t.Errorf("%s is remembered later, or not at all", route)
	}
}

// written are the keys of all that is in the database for the server, by the transactions that wrote them.
func written(t *testing.T, dir string) map[uint64][]string {
	t.Helper()
	db, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	all := map[uint64][]string{}
	err = db.Badger().View(func(tx *badgerdb.Txn) error {
		o := badgerdb.DefaultIteratorOptions
		o.AllVersions, o.Prefix = true, []byte("S\x00")
		it := tx.NewIterator(o)
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			all[it.Item().Version()] = append(all[it.Item().Version()], string(it.Item().Key()))
		}
		return nil
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	return all
}
