package studioapi_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"github.com/filmloom/filmloom"
	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/plugins/builtin"
	contract "github.com/filmloom/filmloom/server/film"
	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/plans"
	"github.com/filmloom/filmloom/server/production"
	"github.com/filmloom/filmloom/server/store"
	"github.com/filmloom/filmloom/server/studioapi"
	"github.com/filmloom/filmloom/server/web"
)

// secret is what something that breaks knows.
const secret = "the secret of the house"

// A ruin is the API on a server of which something is missing.
type ruin struct {
	t    *testing.T
	desk *production.Desk
	user identity.Account
	url  string
	key  string
	log  *diary
}

// A diary is a log that is read while it is written.
type diary struct {
	mu sync.Mutex
	bytes.Buffer
}

func (w *diary) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.Buffer.Write(p)
}

func (w *diary) has(text string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Contains(w.String(), text)
}

func ruined(t *testing.T, breaking func(*studioapi.Config)) *ruin {
	t.Helper()
	db, err := store.Open(t.TempDir())
	must(t, err)
	ids, err := identity.New(t.Context(), db, identity.Config{Hash: identity.Argon2{Memory: 64, Time: 1, Threads: 1}})
	must(t, err)
	eng, err := engine.Open(t.Context(), engine.Config{
		Dir: t.TempDir(), Source: pipeline.Source{"pipelines.hcl": filmloom.Pipelines}, Providers: builtin.Mock(0),
		Env: func(string) (string, bool) { return "", false },
	})
	must(t, err)
	desk, err := production.New(t.Context(), production.Config{Store: db, Engine: eng})
	must(t, err)
	who, err := ids.Add(t.Context(), identity.NewAccount{Name: "ann", Password: "a good password", Plan: "pro"})
	must(t, err)
	_, key, err := ids.CreateKey(t.Context(), who.ID, identity.NewKey{Scopes: identity.Read | identity.Write})
	must(t, err)
	r := &ruin{t: t, desk: desk, user: who, key: key, log: &diary{}}
	log := slog.New(slog.NewTextHandler(r.log, nil))
	site := web.NewSite(web.SiteConfig{Log: log})
	conf := studioapi.Config{Desk: desk, Engine: eng, Store: db, Identity: ids, Plans: plans.Defaults(), Log: log}
	breaking(&conf)
	studioapi.Register(site, conf)
	served := httptest.NewServer(site)
	r.url = served.URL
	t.Cleanup(func() {
		site.EndStreams()
		served.Close()
		desk.Close()
		must(t, errors.Join(eng.Close(), ids.Close(), db.Close()))
	})
	return r
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// ask gives an answer, and what came of reading its body.
func (r *ruin) ask(method, path, body string) (status int, read string, broken error) {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), method, r.url+"/api/v1"+path, strings.NewReader(body))
	must(r.t, err)
	req.Header.Set("Authorization", "Bearer "+r.key)
	req.Header.Set("Content-Type", "application/json")
	req.Close = true
	resp, err := http.DefaultClient.Do(req)
	must(r.t, err)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(raw), err
}

// hidden checks that nothing of what is inside was shown, and that the log has it.
func (r *ruin) hidden(answer, cause string) {
	r.t.Helper()
	for _, inner := range []string{secret, "panic", "runtime", "nil pointer", "goroutine", ".go"} {
		if strings.Contains(answer, inner) {
			r.t.Errorf("it shows %s: %s", inner, answer)
		}
	}
	if !r.log.has(cause) {
		r.t.Errorf("the log does not tell of %s", cause)
	}
}

// Whatever breaks inside is answered in the API's shape, and shows nothing of itself.
func TestWhatBreaksInsideIsNotShown(t *testing.T) {
	for name, row := range map[string]struct {
		breaking           func(*studioapi.Config)
		method, path, body string
		cause              string
	}{
		"before the operation": {
			func(c *studioapi.Config) {
				c.Admit = func(huma.Context, identity.Principal) *web.Fault { panic(secret) }
			},
			"GET", "/projects", "", secret,
		},
		"in the operation": {
			func(c *studioapi.Config) { c.Space = func() bool { panic(secret) } },
			"POST", "/projects/PROJECT/generate", "{}", secret,
		},
		"in what the operation stands on": {
			func(c *studioapi.Config) { c.Desk = nil },
			"GET", "/projects", "", "nil pointer",
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := ruined(t, row.breaking)
			p, err := r.desk.Create(t.Context(), production.Creation{
				Account: r.user.ID, API: studioapi.Name, Title: "A film", Request: object{"script": "It begins at night."},
			}, nil)
			must(t, err)
			status, body, err := r.ask(row.method, strings.Replace(row.path, "PROJECT", p.ID, 1), row.body)
			must(t, err)
			var got studioapi.Failure
			if err := json.Unmarshal([]byte(body), &got); err != nil || status != 500 || got.Error.Code != "INTERNAL_SERVER_ERROR" || got.Error.Details == nil {
				t.Errorf("%d %s", status, body)
			}
			r.hidden(body, row.cause)
			if status, body, _ := r.ask("GET", "/plans/none", ""); status != 404 {
				t.Errorf("afterwards: %d %s", status, body)
			}
		})
	}
}

// A stream that breaks when it has begun is broken off, so that its reader does not take it for the end.
func TestAStreamThatBreaksInsideIsBrokenOff(t *testing.T) {
	r := ruined(t, func(c *studioapi.Config) { c.Engine = nil })
	asked := contract.Script{
		Title: "A film", Text: hang, Seconds: 5, Style: "cinematic", Language: "english", SubtitleLanguages: []string{},
		MusicGenre: "none", AspectRatio: "16:9", Resolution: "720p",
	}
	inputs, err := json.Marshal(asked.Inputs())
	must(t, err)
	p, err := r.desk.Create(t.Context(), production.Creation{
		Account: r.user.ID, API: studioapi.Name, Title: "A film", Request: object{"script": hang},
		Order: &production.Order{Pipeline: contract.ScriptVideo, Inputs: inputs},
	}, nil)
	must(t, err)
	status, read, err := r.ask("GET", "/jobs/"+p.Head()+"/events", "")
	if status != 200 || err == nil || !strings.Contains(read, "event: job\n") || strings.Contains(read, "event: end") {
		t.Errorf("%d, %v: %s", status, err, read)
	}
	r.hidden(read, "nil pointer")
	if status, _, err := r.ask("GET", "/projects", ""); status != 200 || err != nil {
		t.Errorf("afterwards: %d, %v", status, err)
	}
	_, err = r.desk.Cancel(t.Context(), p.ID)
	must(t, err)
}
