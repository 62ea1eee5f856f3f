package server_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server/servertest"
)

// A crew are people who do with the Studio API whatever it offers, with the same few projects and a balance that is
// soon spent.
type crew struct {
	t      *testing.T
	s      *servertest.Server
	people []*servertest.Client
	admin  *servertest.Client
	told   *news

	mu       sync.Mutex
	projects []hired // as they were made
	jobs     []hired
}

// Something hired is a project or a job.
type hired struct {
	id, project string
	who         int  // of the people
	hangs       bool // until it is cancelled
}

// News is what a webhook was told: the bodies by the event and the job, each once by its id.
type news struct {
	mu     sync.Mutex
	events map[string]map[string]object
}

func (n *news) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var e struct {
		ID, Type string
		Data     object
	}
	if err := json.NewDecoder(r.Body).Decode(&e); err != nil || r.Header.Get("webhook-id") != e.ID {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	e.Data["told"] = r.URL.Path
	key := fmt.Sprint(e.Type, " ", e.Data["job_id"])
	if n.events[key] == nil {
		n.events[key] = map[string]object{}
	}
	n.events[key][e.ID] = e.Data
}

// of gives what was told of a job in an event, and how many times it happened.
func (n *news) of(event, job string) (data object, times int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, data = range n.events[event+" "+job] {
		times++
	}
	return data, times
}

// hookOf is where somebody's webhook goes.
func hookOf(who int) string { return fmt.Sprint("/", who) }

// engage engages people on the pro plan, who are told by webhooks.
func engage(t *testing.T, s *servertest.Server) *crew {
	t.Helper()
	c := &crew{t: t, s: s, admin: s.Admin(), told: &news{events: map[string]map[string]object{}}}
	receiver := httptest.NewServer(c.told)
	t.Cleanup(receiver.Close)
	for i := range 3 {
		who := s.User(fmt.Sprint("crew", i))
		c.admin.Patch("/api/v1/users/"+who.ID(), object{"plan": "pro"}).Want(200)
		who.Post("/api/v1/webhooks", object{"url": receiver.URL + hookOf(i), "events": []string{"job.queued", "job.started", "job.completed", "job.failed", "job.cancelled"}}).Want(201)
		c.people = append(c.people, who)
	}
	return c
}

// some is any of those that were made so far; before the first, one that there is not.
func (c *crew) some(of *[]hired) hired {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(*of) == 0 {
		return hired{id: "none", project: "none"}
	}
	return (*of)[rand.IntN(len(*of))]
}

func (c *crew) add(to *[]hired, one hired) {
	c.mu.Lock()
	defer c.mu.Unlock()
	*to = append(*to, one)
}

// want complains about an answer that is none of these.
func (c *crew) want(a *servertest.Answer, statuses ...int) bool {
	c.t.Helper()
	if !slices.Contains(statuses, a.Status) {
		c.t.Errorf("%s: %d %s", a.What, a.Status, a.Body)
	}
	return a.Status < 300
}

// act does something. key is another one each time.
func (c *crew) act(stories []string, key string) {
	c.t.Helper()
	p, j := c.some(&c.projects), c.some(&c.jobs)
	story := stories[rand.IntN(len(stories))]
	body := object{"title": "A story", "script": story, "settings": object{"duration": []int{60, 120, 180}[rand.IntN(3)]}}
	switch rand.IntN(14) {
	case 0, 1, 2:
		who := rand.IntN(len(c.people))
		if a := c.people[who].With("Idempotency-Key", key).Post("/api/v1/projects", body); c.want(a, 201) {
			id := a.JSON()["project_id"].(string)
			c.add(&c.projects, hired{id, id, who, strings.Contains(story, "hangs")})
		}
	case 3, 4, 5, 6:
		c.begun(p, c.people[p.who].With("Idempotency-Key", key).Post("/api/v1/projects/"+p.id+"/generate", nil))
	case 7, 8:
		c.want(c.people[j.who].Post("/api/v1/jobs/"+j.id+"/cancel", nil), 200, 404, 409)
	case 9:
		c.begun(j, c.people[j.who].Post("/api/v1/jobs/"+j.id+"/retry", nil))
	case 10:
		c.want(c.people[p.who].Patch("/api/v1/projects/"+p.id, object{"settings": object{"duration": 20 + rand.IntN(40)}}), 200, 404, 409)
	case 11:
		if rand.IntN(3) == 0 {
			c.want(c.people[p.who].Delete("/api/v1/projects/"+p.id), 204, 404, 409)
		} else if other := c.people[(p.who+1)%len(c.people)]; p.id != "none" {
			c.want(other.Post("/api/v1/projects/"+p.id+"/generate", nil), 404)
		}
	case 12:
		c.comeAndGo(c.people[rand.IntN(len(c.people))])
	default:
		c.want(c.people[p.who].Get("/api/v1/projects?per_page=3&sort=updated_at&status="+[]string{"all", "draft", "processing", "completed", "failed"}[rand.IntN(5)]), 200)
		c.want(c.people[j.who].Get("/api/v1/jobs/"+j.id+"/steps"), 200, 404)
	}
}

// begun keeps the job of an answer that tells of one.
func (c *crew) begun(of hired, a *servertest.Answer) {
	c.t.Helper()
	if c.want(a, 202, 402, 404, 409) {
		c.add(&c.jobs, hired{a.JSON()["job_id"].(string), of.project, of.who, of.hangs})
	}
}

// comeAndGo makes a key or a webhook, uses it, and deletes it.
func (c *crew) comeAndGo(who *servertest.Client) {
	c.t.Helper()
	if rand.IntN(2) == 0 {
		hook := who.Post("/api/v1/webhooks", object{"url": "https://films.example.org/hook", "events": []string{"batch.completed"}}).Want(201).JSON()["webhook_id"].(string)
		c.want(who.Post("/api/v1/webhooks/"+hook+"/rotate-secret", nil), 200)
		c.want(who.Delete("/api/v1/webhooks/"+hook), 204)
		return
	}
	made := who.Post("/api/v1/api-keys", nil).Want(201).JSON()
	keyed := *who
	keyed.Credential = made["key"].(string)
	c.want(keyed.Get("/api/v1/projects?per_page=1"), 200)
	c.want(who.Delete("/api/v1/api-keys/"+made["key_id"].(string)), 204)
	c.want(keyed.Get("/api/v1/projects"), 401)
}

// unhang cancels what hangs, since it holds up the rest.
func (c *crew) unhang() {
	c.t.Helper()
	for i, j := range c.jobs {
		if j.hangs {
			c.want(c.admin.Post("/api/v1/jobs/"+j.id+"/cancel", nil), 200, 404, 409)
			c.jobs[i].hangs = false
		}
	}
}

// settled waits for the end of every job, checks that all books are right, and gives the jobs as they are told of.
func (c *crew) settled() map[string]string {
	c.t.Helper()
	c.unhang()
	ends := map[string]string{}
	answers := map[string]string{}
	for _, j := range c.jobs {
		a := c.admin.Preferring("wait=60").Get("/api/v1/jobs/" + j.id)
		if a.Status == 404 { // with its project
			continue
		}
		job := a.Want(200).JSON()
		failure, _ := job["error"].(object)
		switch job["status"] {
		case "completed":
			if job["output_url"] == nil || job["progress"] != 100.0 {
				c.t.Errorf("%v", job)
			}
		case "failed":
			if failure == nil || failure["code"] == "INTERNAL_SERVER_ERROR" {
				c.t.Errorf("%v", job)
			}
		case "cancelled":
		default:
			c.t.Errorf("it does not end: %v", job)
		}
		ends[j.id], answers["/api/v1/jobs/"+j.id] = job["status"].(string), withoutSignatures(string(a.Body))
	}
	if waiting, active := c.s.Desk().Load(); waiting+active != 0 {
		c.t.Errorf("%d films wait, %d are made", waiting, active)
	}
	c.checkProjects(ends)
	for who := range c.people {
		c.checkLedger(who, ends)
	}
	c.checkNews(ends)
	return answers
}

// checkProjects checks that every job is one of a project that there is, and every project's jobs are those that were
// begun, and no key or webhook is left that was deleted.
func (c *crew) checkProjects(ends map[string]string) {
	c.t.Helper()
	found := 0
	for _, who := range c.people {
		for _, one := range who.Get("/api/v1/projects?per_page=100").Want(200).JSON()["projects"].([]any) {
			p := one.(object)
			jobs := c.admin.Get("/api/v1/projects/" + p["project_id"].(string) + "/jobs?per_page=100").Want(200).JSON()["jobs"].([]any)
			for i, one := range jobs {
				j := one.(object)
				if j["project_id"] != p["project_id"] || ends[j["job_id"].(string)] != j["status"] || i == 0 && p["job_id"] != j["job_id"] {
					c.t.Errorf("%v is a job of %v, and was to end %q", j, p, ends[j["job_id"].(string)])
				}
				found++
			}
			if p["status"] == "processing" || (p["job_id"] == nil) != (len(jobs) == 0) {
				c.t.Errorf("%d jobs: %v", len(jobs), p)
			}
		}
		for path, left := range map[string]int{"webhooks": 1, "api-keys": 0} {
			if list := who.Get("/api/v1/" + path).Want(200).JSON()[strings.ReplaceAll(path, "-", "_")].([]any); len(list) != left {
				c.t.Errorf("%d %s are left: %v", len(list), path, list)
			}
		}
	}
	if found != len(ends) {
		c.t.Errorf("%d jobs are those of a project, and there are %d", found, len(ends))
	}
}

// checkLedger reads somebody's ledger: no balance is negative, each follows from the one before, each film is paid for
// once and settled or refunded once, and the last balance is what there is.
func (c *crew) checkLedger(who int, ends map[string]string) {
	c.t.Helper()
	var entries []object
	for before := ""; ; {
		v := c.people[who].Get("/api/v1/users/me/credits?limit=100" + before).Want(200).JSON()
		for _, one := range v["entries"].([]any) {
			entries = append(entries, one.(object))
		}
		if v["has_more"] != true {
			if newest := entries[0]["balance"]; newest != v["available"] {
				c.t.Errorf("the balance is %v, and %v is there", newest, v["available"])
			}
			break
		}
		before = fmt.Sprintf("&before=%v", entries[len(entries)-1]["number"])
	}
	sum := 0.0
	books := map[string][]string{} // of each job
	for _, e := range slices.Backward(entries) {
		sum += e["amount"].(float64)
		if sum != e["balance"] || sum < 0 {
			c.t.Errorf("the sum is %v after %v", sum, e)
		}
		if job, ok := e["job_id"].(string); ok {
			books[job] = append(books[job], e["kind"].(string))
		}
	}
	for job, kinds := range books {
		end, known := ends[job]
		refunded := slices.Equal(kinds, []string{"reserve", "refund"})
		if !refunded && !slices.Equal(kinds, []string{"reserve", "settle"}) || known && end == "completed" && refunded {
			c.t.Errorf("job %s, which ended %q, has the entries %v", job, end, kinds)
		}
	}
	for _, j := range c.jobs {
		if end, known := ends[j.id]; j.who == who && known && end == "completed" && books[j.id] == nil && !c.retried(j) {
			c.t.Errorf("job %s was not paid for", j.id)
		}
	}
}

// retried tells whether a job may be one that goes on with another, which costs nothing.
func (c *crew) retried(j hired) bool {
	return slices.ContainsFunc(c.jobs, func(o hired) bool { return o.project == j.project && o.id < j.id })
}

// checkNews checks that the webhooks were told of every job: once that it was queued, and once how it ended.
func (c *crew) checkNews(ends map[string]string) {
	c.t.Helper()
	end := time.Now().Add(time.Minute)
	for _, j := range c.jobs {
		var told []string
		for _, queued := c.told.of("job.queued", j.id); queued == 0 || len(told) == 0; _, queued = c.told.of("job.queued", j.id) {
			told = nil
			for _, status := range []string{"completed", "failed", "cancelled"} {
				data, times := c.told.of("job."+status, j.id)
				for range times {
					told = append(told, status)
				}
				if times > 0 && (data["status"] != status || data["project_id"] != j.project || data["told"] != hookOf(j.who)) {
					c.t.Errorf("job.%s tells %v", status, data)
				}
			}
			if time.Now().After(end) {
				c.t.Errorf("of job %s is told %d times that it was queued, and %v", j.id, queued, told)
				return
			}
			<-time.After(time.Millisecond) // between two looks
		}
		_, queued := c.told.of("job.queued", j.id)
		if status, known := ends[j.id]; queued != 1 || len(told) != 1 || known && told[0] != status {
			c.t.Errorf("job %s ended %q, and is told to be queued %d times and then %v", j.id, status, queued, told)
		}
	}
}
