package studioapi_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/plugins/builtin"
	"github.com/filmloom/filmloom/server"
	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/servertest"
)

// childDir is the variable that makes this program a server on a directory, which is killed.
const childDir = "FILMLOOM_TEST_STUDIO_DIR"

// child serves until it is killed. It writes its URL when it is ready.
func child() {
	fail := func(err error) {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	dir := os.Getenv(childDir)
	conf := config.Default()
	conf.Data, conf.Listen, conf.AdminPassword = filepath.Join(dir, "data"), "127.0.0.1:0", config.NewSecret(servertest.AdminPassword)
	conf.DefaultPlan, conf.RateLimitMinute, conf.RateLimitDay = "pro", 100_000, 1000 // of the admin
	conf.Pro.RateLimitMinute = 10_000                                                // of ann, who asks often
	conf.WebhookAllow = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	srv, err := server.New(conf, server.Options{
		Providers: builtin.Mock(0), Pipelines: pipeline.Source{"pipelines.hcl": logged(filepath.Join(dir, "calls"))}, Log: slog.New(slog.DiscardHandler),
		Env:  func(string) (string, bool) { return "", false },
		Hash: identity.Argon2{Memory: 8, Time: 1, Threads: 1},
	})
	fail(err)
	fail(srv.Start(context.Background()))
	fail(srv.Ready(context.Background()))
	fmt.Println(srv.URL())
	_, _ = io.Copy(io.Discard, os.Stdin) // until the test has ended
}

var routes = regexp.MustCompile(`(?s)(prefer\s*=\s*)\[[^\]]*\]`)

// logged are the pipelines with the mock for everything, which writes what it is asked into a file.
func logged(file string) []byte {
	text := routes.ReplaceAll(filmloom.Pipelines, []byte(`$1["mock"]`))
	text = regexp.MustCompile(`(?m)^\s*fallback\s*=.*$`).ReplaceAll(text, nil)
	return fmt.Appendf(text, "\nprovider \"mock\" {\n  delay    = \"3ms\"\n  log_file = %q\n}\n", file)
}

// A mortal is a server in a process of its own.
type mortal struct {
	t   *testing.T
	dir string
	url string
	cmd *exec.Cmd
	in  io.WriteCloser

	key, admin string // credentials; key is what requests have
}

// live starts the process on the directory.
func (m *mortal) live() {
	m.t.Helper()
	m.cmd = exec.Command(os.Args[0])
	m.cmd.Env = append(os.Environ(), childDir+"="+m.dir)
	var errs bytes.Buffer
	m.cmd.Stderr = &errs
	out, err := m.cmd.StdoutPipe()
	if err == nil {
		m.in, err = m.cmd.StdinPipe()
	}
	if err == nil {
		err = m.cmd.Start()
	}
	if err != nil {
		m.t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		_ = m.cmd.Wait() // what it wrote says more
		m.t.Fatalf("the server does not start: %s", errs.String())
	}
	m.url = lines.Text()
}

// kill ends the process at once.
func (m *mortal) kill() {
	m.t.Helper()
	if err := m.cmd.Process.Kill(); err != nil {
		m.t.Fatal(err)
	}
	_ = m.cmd.Wait() // it was killed
	_ = m.in.Close()
}

// ask sends a request. The error is that the process has gone meanwhile.
func (m *mortal) ask(method, path string, body any, headers ...string) (int, object, http.Header, error) {
	var raw []byte
	if body != nil {
		var err error
		if raw, err = json.Marshal(body); err != nil {
			return 0, nil, nil, err
		}
	}
	r, err := http.NewRequest(method, m.url+path, bytes.NewReader(raw))
	if err != nil {
		return 0, nil, nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+m.key)
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	r.Close = true
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, nil, nil, err
	}
	defer resp.Body.Close()
	var v object
	if err := json.NewDecoder(resp.Body).Decode(&v); err != nil {
		return 0, nil, nil, err
	}
	return resp.StatusCode, v, resp.Header, nil
}

// must asks a process that lives.
func (m *mortal) must(status int, method, path string, body any, headers ...string) object {
	m.t.Helper()
	got, v, _, err := m.ask(method, path, body, headers...)
	if err != nil || got != status {
		m.t.Fatalf("%s %s: %d %v %v", method, path, got, v, err)
	}
	return v
}

// born starts a server with one user, who has a key and a webhook for every event.
func born(t *testing.T, rec *receiver) *mortal {
	t.Helper()
	m := &mortal{t: t, dir: t.TempDir()}
	m.live()
	t.Cleanup(func() { m.kill() })
	resp, err := http.PostForm(m.url+"/v1/auth/token", map[string][]string{"username": {"admin"}, "password": {servertest.AdminPassword}})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var session struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&session); err != nil {
		t.Fatal(err)
	}
	http.DefaultClient.CloseIdleConnections()
	m.key, m.admin = session.Token, session.Token
	m.must(201, "POST", "/api/v1/users", object{"username": "ann", "password": "a good password"})
	resp, err = http.PostForm(m.url+"/v1/auth/token", map[string][]string{"username": {"ann"}, "password": {"a good password"}})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&session); err != nil {
		t.Fatal(err)
	}
	http.DefaultClient.CloseIdleConnections()
	m.key = session.Token
	m.key = m.must(201, "POST", "/api/v1/api-keys", object{"name": "survives"})["key"].(string)
	m.must(201, "POST", "/api/v1/webhooks", object{"url": rec.URL, "events": allEvents})
	return m
}

// ledger checks the books: the sum of the entries is the balance, and every job is paid once and settled once.
func (m *mortal) ledger(spent int) {
	m.t.Helper()
	v := m.must(200, "GET", "/api/v1/users/me/credits?limit=100", nil)
	sum, reserved, settled := 0.0, map[string]int{}, map[string]int{}
	for _, one := range v["entries"].([]any) {
		e := one.(object)
		sum += e["amount"].(float64)
		id, _ := e["job_id"].(string)
		switch e["kind"] {
		case "reserve":
			reserved[id]++
		case "settle":
			settled[id]++
		case "refund":
			m.t.Errorf("%s is given back", id)
		}
	}
	if v["has_more"] == true || sum != v["available"] || v["available"] != float64(60-spent) {
		m.t.Errorf("%v are available, the sum is %v, %d were spent", v["available"], sum, spent)
	}
	for id, n := range reserved {
		if n != 1 || settled[id] != 1 {
			m.t.Errorf("%s is paid %d times and settled %d times", id, n, settled[id])
		}
	}
	if len(reserved) != spent {
		m.t.Errorf("%d jobs are paid, not %d", len(reserved), spent)
	}
}

// completed waits for a job.
func (m *mortal) completed(id string) object {
	m.t.Helper()
	j := m.must(200, "GET", "/api/v1/jobs/"+id, nil, "Prefer: wait=60")
	if j["status"] != "completed" {
		m.t.Fatalf("got %v", j)
	}
	return j
}

// Whenever the server is killed around the start of a job: it is started once, paid once, done once, and told of.
func TestAJobIsStartedOnceWheneverTheServerIsKilled(t *testing.T) {
	rec := receive(t, nil)
	m := born(t, rec)
	var jobs []string
	answered := 0
	const rounds = 12
	for round := range rounds {
		p := m.must(201, "POST", "/api/v1/projects", draft(object{"title": fmt.Sprint(round), "settings": object{"duration": 20}}))["project_id"].(string)
		path, once := "/api/v1/projects/"+p+"/generate", "Idempotency-Key: "+fmt.Sprint(round)
		first := make(chan object, 1)
		go func() {
			if status, v, _, err := m.ask("POST", path, nil, once); err == nil && status == 202 {
				first <- v
			}
			close(first)
		}()
		<-time.After(time.Duration(round*round) * 700 * time.Microsecond) // from before the request to the middle of the work
		m.kill()
		before, ok := <-first
		m.live()
		again := m.must(202, "POST", path, nil, once)
		if ok {
			answered++
			if fmt.Sprint(again) != fmt.Sprint(before) {
				t.Errorf("answered %v, and before the kill %v", again, before)
			}
		}
		id := again["job_id"].(string)
		m.completed(id)
		jobs = append(jobs, id)
		if list := m.must(200, "GET", "/api/v1/projects/"+p+"/jobs", nil); list["total_count"] != 1.0 {
			t.Errorf("got %v", list)
		}
		m.ledger(round + 1)
		if n := m.must(200, "GET", "/api/v1/projects?status=completed", nil)["total_count"]; n != float64(round+1) {
			t.Errorf("%v projects are completed", n)
		}
		if hooks := m.must(200, "GET", "/api/v1/webhooks", nil)["webhooks"].([]any); len(hooks) != 1 {
			t.Errorf("got %v", hooks)
		}
	}
	t.Logf("%d of %d requests were answered before the kill", answered, rounds)
	m.repeated(rounds)
	rec.told(jobs)
}

// repeated checks that no call was made more often than the server has lived while it was not done.
func (m *mortal) repeated(kills int) {
	m.t.Helper()
	raw, err := os.ReadFile(filepath.Join(m.dir, "calls"))
	if err != nil {
		m.t.Fatal(err)
	}
	started, done := map[string]int{}, map[string]int{}
	for line := range strings.Lines(string(raw)) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		if len(f) != 5 {
			m.t.Fatalf("the line %q", line)
		}
		switch f[4] {
		case "started":
			started[f[3]]++
		case "done":
			done[f[3]]++
		}
	}
	total := 0
	for key, n := range started {
		total += n
		if n > 2 || done[key] == 0 {
			m.t.Errorf("the call %s was started %d times and done %d times", key, n, done[key])
		}
	}
	// At most what was in flight at a kill is made again.
	if extra := total - len(started); len(started) < 50 || extra > 10*kills {
		m.t.Errorf("%d calls of %d are repetitions", extra, total)
	}
}

// told checks that the end of each job is delivered, with one id however often.
func (r *receiver) told(jobs []string) {
	r.t.Helper()
	missing := map[string]bool{}
	for _, id := range jobs {
		missing[id] = true
	}
	for len(missing) > 0 {
		d := r.next()
		data, _ := d.event["data"].(object)
		id, _ := data["job_id"].(string)
		if d.event["type"] == "job.completed" {
			if d.header.Get("webhook-id") != id+"_completed" || data["output_url"] == nil {
				r.t.Errorf("got %s", d.body)
			}
			delete(missing, id)
		}
	}
}

// A batch that was interrupted goes on: each of its films is made once, and its answer is the same.
func TestABatchGoesOnWheneverTheServerIsKilled(t *testing.T) {
	rec := receive(t, nil)
	m := born(t, rec)
	spent, cut := 0, 0
	const rounds, size = 6, 4
	for round := range rounds {
		var items []object
		for i := range size {
			items = append(items, draft(object{"title": fmt.Sprint(round, "-", i), "settings": object{"duration": 20}}))
		}
		items = append(items, object{"project_id": "none"})
		body, once := object{"items": items}, "Idempotency-Key: batch "+fmt.Sprint(round)
		first := make(chan object, 1)
		go func() {
			if status, v, _, err := m.ask("POST", "/api/v1/batches", body, once); err == nil && status == 202 {
				first <- v
			}
			close(first)
		}()
		<-time.After(time.Duration(round) * 2000 * time.Microsecond)
		m.kill()
		before, ok := <-first
		m.live()
		again := m.must(202, "POST", "/api/v1/batches", body, once)
		if ok && fmt.Sprint(again) != fmt.Sprint(before) {
			t.Errorf("answered %v, and before the kill %v", again, before)
		}
		if !ok {
			cut++
		}
		b := m.must(200, "GET", "/api/v1/batches/"+again["batch_id"].(string), nil)
		for i, one := range b["items"].([]any) {
			item := one.(object)
			if i == size {
				if e, _ := item["error"].(object); e["code"] != "PROJECT_NOT_FOUND" {
					t.Errorf("got %v", item)
				}
				continue
			}
			id, _ := item["job_id"].(string)
			if id == "" {
				t.Fatalf("round %d, item %d: %v", round, i, b)
			}
			m.completed(id)
			spent++
		}
		if b := m.must(200, "GET", "/api/v1/batches/"+again["batch_id"].(string), nil); b["status"] != "completed" {
			t.Errorf("got %v", b)
		}
		if n := m.must(200, "GET", "/api/v1/projects", nil)["total_count"]; n != float64(spent) {
			t.Errorf("%v projects, not %d", n, spent)
		}
		m.ledger(spent)
	}
	t.Logf("%d of %d batches were cut off", cut, rounds)
	told := map[string]bool{}
	for len(told) < rounds {
		if d := rec.next(); d.event["type"] == "batch.completed" {
			told[d.event["data"].(object)["batch_id"].(string)] = true
		}
	}
}

// What was counted of a day's requests is known after a kill, but for the last two seconds.
func TestTheDaysRequestsAreCountedAcrossAKill(t *testing.T) {
	m := born(t, receive(t, nil))
	m.key = m.admin
	left := func() int {
		status, v, h, err := m.ask("GET", "/api/v1/plans", nil)
		if err != nil || status != 200 || h.Get("X-RateLimit-Limit") != "1000" {
			t.Fatalf("%d %v %v %v", status, v, h, err)
		}
		return number(t, h.Get("X-RateLimit-Remaining"))
	}
	counted := left()
	for end := time.Now().Add(3 * time.Second); time.Now().Before(end); <-time.After(100 * time.Millisecond) {
		left()
	}
	m.kill()
	m.live()
	if now := left(); now >= counted {
		t.Errorf("%d are left, and three seconds before the kill %d were", now, counted)
	}
}
