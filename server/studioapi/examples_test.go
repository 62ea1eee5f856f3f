package studioapi_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/server/identity"
)

// example is what the specification prints in a language, with the key and the base URL of a server.
func example(t *testing.T, language, base, key string) string {
	t.Helper()
	page, err := os.ReadFile(filepath.Join("testdata", "examples.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, code, ok := strings.Cut(string(page), "```"+language+"\n")
	code, _, whole := strings.Cut(code, "```")
	if !ok || !whole {
		t.Fatalf("there is no example in %s", language)
	}
	for old, changed := range map[string]string{"https://api.aifilmstudio.com/api/v1": base, "your_api_key": key} {
		if strings.Count(code, old) != 1 {
			t.Fatalf("%s is not there once", old)
		}
		code = strings.Replace(code, old, changed, 1)
	}
	return code
}

// needs skips a test without what it takes, unless FILMLOOM_E2E says that everything is installed.
func needs(t *testing.T, installed bool, how string) {
	t.Helper()
	if installed {
		return
	}
	if os.Getenv("FILMLOOM_E2E") != "" {
		t.Fatal(how)
	}
	t.Skip(how)
}

var printed = regexp.MustCompile(`^Project created: (\S+)\nJob started: (\S+)\n$`)

func TestTheSpecificationsPythonExample(t *testing.T) {
	python := "/usr/bin/python3" // Debian's, whichever comes first on the PATH
	needs(t, exec.Command(python, "-c", "import requests").Run() == nil, "Python's requests is not installed: apt-get install python3-requests")
	startsAJob(t, "python", func(file string) *exec.Cmd { return exec.Command(python, file) })
}

func TestTheSpecificationsJavaScriptExample(t *testing.T) {
	packages, err := filepath.Abs(filepath.Join("..", "..", "e2e", "node_modules"))
	if err != nil {
		t.Fatal(err)
	}
	_, noNode := exec.LookPath("node")
	_, noAxios := os.Stat(filepath.Join(packages, "axios"))
	needs(t, noNode == nil && noAxios == nil, "Node.js or axios is not installed: apt-get install nodejs npm, and npm ci in e2e")
	startsAJob(t, "javascript", func(file string) *exec.Cmd {
		cmd := exec.Command("node", file)
		cmd.Env = append(os.Environ(), "NODE_PATH="+packages)
		return cmd
	})
}

// startsAJob runs an example, which must end with a job that makes a film.
func startsAJob(t *testing.T, language string, run func(file string) *exec.Cmd) {
	s := start(t)
	ann := s.User("ann")
	code := example(t, language, s.URL()+"/api/v1", ann.Key(identity.Read|identity.Write).Credential)
	file := filepath.Join(t.TempDir(), "example")
	if err := os.WriteFile(file, []byte(code), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := run(file)
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	m := printed.FindStringSubmatch(string(out))
	if err != nil || m == nil || errs.Len() > 0 {
		t.Fatalf("%v: %s%s", err, out, errs.String())
	}
	if j := settle(t, ann, m[2]); j["status"] != "completed" || j["project_id"] != m[1] {
		t.Errorf("got %v", j)
	}
	if p := project(t, ann, m[1]); p["title"] != "My Video" || p["script"] != "An amazing story..." || p["settings"].(object)["duration"] != 60.0 {
		t.Errorf("got %v", p)
	}
}
