package studioapi_test

import (
	"bytes"
	"maps"
	"net/http"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/filmloom/filmloom"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/plugins/builtin"
	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/servertest"
)

func TestMain(m *testing.M) {
	builtin.Main()
	if os.Getenv(childDir) != "" {
		child()
		return
	}
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/golang/glog.(*fileSink).flushDaemon"))
}

// api is this one.
var api = servertest.API{
	Prefix: "/api/v1", Paths: 20, Path: "/projects/{project_id}/generate", Invalid: "400", Failure: "Failure",
	Text: codeOf, Usual: usual, Own: own,
}

// start starts a server whose films are mocked.
func start(t testing.TB, change ...func(*config.Config)) *servertest.Server {
	t.Helper()
	return slow(t, 0, change...)
}

// slow starts one whose calls take a time.
func slow(t testing.TB, delay time.Duration, change ...func(*config.Config)) *servertest.Server {
	t.Helper()
	return serve(t, delay, filmloom.Pipelines, change...)
}

// translating starts one with a provider that translates.
func translating(t testing.TB, change ...func(*config.Config)) *servertest.Server {
	t.Helper()
	return serve(t, 0, routed(t, "text.translate"), change...)
}

// routed are the pipelines with some capabilities served by the mock under its own name.
func routed(t testing.TB, capabilities ...string) []byte {
	t.Helper()
	pipelines := filmloom.Pipelines
	for _, c := range capabilities {
		at := bytes.Index(pipelines, []byte(`route "`+c+`"`))
		if at < 0 {
			t.Fatalf("there is no route for %s", c)
		}
		end := at + bytes.IndexByte(pipelines[at:], '}')
		pipelines = bytes.Join([][]byte{pipelines[:at], []byte("route \"" + c + "\" {\n  prefer = [\"mock\"]\n"), pipelines[end:]}, nil)
	}
	return pipelines
}

func serve(t testing.TB, delay time.Duration, pipelines []byte, change ...func(*config.Config)) *servertest.Server {
	t.Helper()
	return servertest.Start(t, servertest.Options{
		Providers: builtin.Mock(delay), Pipelines: pipeline.Source{"pipelines.hcl": pipelines}, Config: configured(change),
	})
}

// configured is the configuration with changes, and without a limit of requests that a test might meet.
func configured(change []func(*config.Config)) func(*config.Config) {
	return func(c *config.Config) {
		c.RateLimitMinute, c.RateLimitDay = 1_000_000, 10_000_000
		for _, fn := range change {
			fn(c)
		}
	}
}

// plan is the plan of new users.
func plan(name string) func(*config.Config) {
	return func(c *config.Config) { c.DefaultPlan = name }
}

type object = map[string]any

// draft is a project's request with other fields; nil takes one away.
func draft(fields object) object {
	r := object{"title": "My Video Project", "script": "A compelling story about innovation. It has a second sentence."}
	maps.Copy(r, fields)
	maps.DeleteFunc(r, func(_ string, v any) bool { return v == nil })
	return r
}

// telling is a request for the film of a script.
func telling(script string) object { return draft(object{"script": script}) }

// A hang is a script whose pictures are never finished.
const hang = "The first picture is never finished. [mock:hang@image.generate]"

// failing is a script that is not filmed, since its pictures are refused.
const failing = "This one fails. [mock:reject@image.generate]"

// create makes a project and gives its id.
func create(t testing.TB, c *servertest.Client, body any) string {
	t.Helper()
	id, _ := c.Post("/api/v1/projects", body).Want(http.StatusCreated).JSON()["project_id"].(string)
	return id
}

// project is a project as it is now.
func project(t testing.TB, c *servertest.Client, id string) object {
	t.Helper()
	return c.Get("/api/v1/projects/" + id).Want(http.StatusOK).JSON()
}

// generate starts a job and gives its id.
func generate(t testing.TB, c *servertest.Client, project string, body any) string {
	t.Helper()
	id, _ := c.Post("/api/v1/projects/"+project+"/generate", body).Want(http.StatusAccepted).JSON()["job_id"].(string)
	return id
}

// job is a job as it is now.
func job(t testing.TB, c *servertest.Client, id string) object {
	t.Helper()
	return c.Get("/api/v1/jobs/" + id).Want(http.StatusOK).JSON()
}

func ended(j object) bool { return j["status"] != "queued" && j["status"] != "processing" }

// settle waits for a job's end.
func settle(t testing.TB, c *servertest.Client, id string) object {
	t.Helper()
	waiting := c.Preferring("wait=60")
	for range 2 {
		if j := waiting.Get("/api/v1/jobs/" + id).Want(http.StatusOK).JSON(); ended(j) {
			return j
		}
	}
	t.Fatalf("job %s does not end", id)
	return nil
}

// film makes a project and its film, and gives both.
func film(t testing.TB, c *servertest.Client, body any) (p, j object) {
	t.Helper()
	id := create(t, c, body)
	j = settle(t, c, generate(t, c, id, nil))
	return project(t, c, id), j
}

// until polls a job until it is as it should be.
func until(t testing.TB, c *servertest.Client, id string, enough func(object) bool) object {
	t.Helper()
	return c.Until("/api/v1/jobs/"+id, enough)
}

// status tells whether a project or job stands so.
func status(s string) func(object) bool {
	return func(v object) bool { return v["status"] == s }
}

// failure is an answer's error, which must have the printed shape and nothing else.
func failure(t testing.TB, a *servertest.Answer, status int, code string) object {
	t.Helper()
	a.Want(status)
	body := a.JSON()
	e, _ := body["error"].(object)
	details, ok := e["details"].(object)
	message, _ := e["message"].(string)
	if len(body) != 1 || len(e) != 3 || !ok || message == "" || e["code"] != code || a.Header.Get("Content-Type") != "application/json" {
		t.Errorf("%s: %s %s, not %s", a.What, a.Header.Get("Content-Type"), a.Body, code)
	}
	return details
}

// credits is what an account can spend.
func credits(t testing.TB, c *servertest.Client) int {
	t.Helper()
	n, _ := c.Get("/api/v1/users/me/credits").Want(http.StatusOK).JSON()["available"].(float64)
	return int(n)
}
