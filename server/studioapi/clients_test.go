package studioapi_test

import (
	"bytes"
	"flag"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/servertest"
)

var update = flag.Bool("update", false, "generate the example clients anew")

// clients is the folder with the example clients, which are generated from what a server says of itself. Their
// tests fetch generators and packages, so they run only where FILMLOOM_E2E is set.
func clients(t *testing.T) string {
	t.Helper()
	if os.Getenv("FILMLOOM_E2E") == "" {
		t.Skip("set FILMLOOM_E2E to generate, build and run the example clients; it takes Go, Node.js, npm, curl and a network")
	}
	dir, err := filepath.Abs(filepath.Join("..", "..", "examples", "clients"))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// succeeds runs a command that must succeed.
func succeeds(t *testing.T, dir, name string, args ...string) {
	t.Helper()
	if out, err := ran(t, dir, nil, name, args...); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

func TestTheServedSpecificationsGiveTheExampleClients(t *testing.T) {
	dir := clients(t)
	s := start(t)
	if *update {
		succeeds(t, dir, "./generate", s.URL())
	}
	fresh := t.TempDir()
	succeeds(t, dir, "./generate", s.URL(), fresh)
	n := 0
	err := fs.WalkDir(os.DirFS(fresh), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		n++
		want, err := os.ReadFile(filepath.Join(fresh, name))
		if err != nil {
			return err
		}
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || !bytes.Equal(got, want) {
			t.Errorf("examples/clients/%s is not what is generated now: run this test with -update, or examples/clients/generate; %v", name, err)
		}
		return nil
	})
	if err != nil || n != 4 {
		t.Errorf("%d files are generated, %v", n, err)
	}
}

// makeFilms runs a client with both APIs: each time it must print a film's URL, and without what it needs say so.
func makeFilms(t *testing.T, run func(env []string, args ...string) (string, error)) {
	t.Helper()
	s := start(t)
	ann := s.User("ann")
	at := "FILMLOOM_URL=" + s.URL()
	key := "FILMLOOM_API_KEY=" + ann.Key(identity.Read|identity.Write).Credential
	name, password := "FILMLOOM_USER=ann", "FILMLOOM_PASSWORD="+servertest.Password("ann")
	for what, row := range map[string]struct{ env, args []string }{
		"a script": {[]string{at, key}, []string{"The lighthouse", "Every evening the old keeper lit the lamp."}},
		"a topic":  {[]string{at, name, password}, []string{"mystery"}},
	} {
		out, err := run(row.env, row.args...)
		if err != nil {
			t.Fatalf("%s: %v: %s", what, err, out)
		}
		if made := s.Nobody().Get(strings.TrimSpace(out)).Want(http.StatusOK); made.Header.Get("Content-Type") != "video/mp4" {
			t.Errorf("%s: %s is %s", what, out, made.Header.Get("Content-Type"))
		}
	}
	for says, row := range map[string]struct{ env, args []string }{
		"usage:":                         {[]string{at}, []string{"mystery"}},
		"Incorrect username or password": {[]string{at, name, "FILMLOOM_PASSWORD=wrong"}, []string{"mystery"}},
		"body.story_topic":               {[]string{at, name, password}, []string{"nonsense"}},
		"The API key is invalid":         {[]string{at, "FILMLOOM_API_KEY=flm_live_x"}, []string{"The lighthouse", "Every evening."}},
	} {
		if out, err := run(row.env, row.args...); err == nil || !strings.Contains(out, says) {
			t.Errorf("%v: %v, %q, not %s", row.args, err, out, says)
		}
	}
	list := ann.Get("/api/v1/projects").JSON()["projects"].([]any)
	if p := list[0].(object); len(list) != 1 || p["title"] != "The lighthouse" || p["status"] != "completed" {
		t.Errorf("got %v", list)
	}
	tasks := ann.Get("/v1/video/tasks").JSON()["tasks"].([]any)
	if task := tasks[0].(object); len(tasks) != 1 || task["status"] != "completed" {
		t.Errorf("got %v", tasks)
	}
}

// ran runs a program and gives what it prints, or with the error what it complains about.
func ran(t *testing.T, dir string, env []string, name string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return errs.String(), err
	}
	return out.String(), nil
}

func TestTheServedSpecificationsExampleClientInGoMakesAFilm(t *testing.T) {
	dir := filepath.Join(clients(t), "go")
	succeeds(t, dir, "go", "vet", "./...")
	succeeds(t, dir, "go", "mod", "tidy", "-diff")
	program := filepath.Join(t.TempDir(), "client")
	succeeds(t, dir, "go", "build", "-o", program, ".")
	makeFilms(t, func(env []string, args ...string) (string, error) { return ran(t, dir, env, program, args...) })
}

func TestTheServedSpecificationsExampleClientInTypeScriptMakesAFilm(t *testing.T) {
	dir := filepath.Join(clients(t), "typescript")
	succeeds(t, dir, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")
	succeeds(t, dir, "npm", "run", "--silent", "build")
	makeFilms(t, func(env []string, args ...string) (string, error) {
		return ran(t, dir, env, "npm", append([]string{"start", "--silent", "--"}, args...)...)
	})
}
