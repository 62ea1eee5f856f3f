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

// output runs a command and gives what it prints.
func output(t *testing.T, dir string, env []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %s: %v\n%s%s", name, strings.Join(args, " "), err, out.String(), errs.String())
	}
	return out.String()
}

func TestTheServedSpecificationsGiveTheExampleClients(t *testing.T) {
	dir := clients(t)
	s := start(t)
	if *update {
		output(t, dir, nil, "./generate", s.URL())
	}
	fresh := t.TempDir()
	output(t, dir, nil, "./generate", s.URL(), fresh)
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

// makesAFilm runs a client, which must print a film's URL.
func makesAFilm(t *testing.T, run func(env []string) string) {
	t.Helper()
	s := start(t)
	ann := s.User("ann")
	env := []string{"FILMLOOM_URL=" + s.URL(), "FILMLOOM_API_KEY=" + ann.Key(identity.Read|identity.Write).Credential}
	url := strings.TrimSpace(run(env))
	if made := s.Nobody().Get(url).Want(http.StatusOK); made.Header.Get("Content-Type") != "video/mp4" {
		t.Errorf("%s is %s", url, made.Header.Get("Content-Type"))
	}
	list := ann.Get("/api/v1/projects").JSON()["projects"].([]any)
	if p := list[0].(object); len(list) != 1 || p["title"] != "The lighthouse" || p["status"] != "completed" {
		t.Errorf("got %v", list)
	}
}

const lighthouse = "Every evening the old keeper lit the lamp."

func TestTheServedSpecificationsExampleClientInGoMakesAFilm(t *testing.T) {
	dir := filepath.Join(clients(t), "go")
	output(t, dir, nil, "go", "vet", "./...")
	output(t, dir, nil, "go", "mod", "tidy", "-diff")
	makesAFilm(t, func(env []string) string {
		return output(t, dir, env, "go", "run", ".", "The lighthouse", lighthouse)
	})
}

func TestTheServedSpecificationsExampleClientInTypeScriptMakesAFilm(t *testing.T) {
	dir := filepath.Join(clients(t), "typescript")
	output(t, dir, nil, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")
	output(t, dir, nil, "npm", "run", "--silent", "build")
	makesAFilm(t, func(env []string) string {
		return output(t, dir, env, "npm", "start", "--silent", "--", "The lighthouse", lighthouse)
	})
}
