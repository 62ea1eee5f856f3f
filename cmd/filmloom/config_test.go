package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server/config"
)

func TestConfigShowsWhatCountsAndWhereItIsFrom(t *testing.T) {
	t.Setenv("FILMLOOM_MAX_ACTIVE", "4")
	t.Setenv("FILMLOOM_ADMIN_PASSWORD", "hunter2")
	code, out, errs := care(t.Context(), nil, "config", "--data", "d", "--in-process", "--log-level=warn")
	if code != 0 || errs != "" {
		t.Fatalf("%d %s", code, errs)
	}
	plain := strings.Join(strings.Fields(out), " ")
	for _, want := range []string{`max_active = 4 # FILMLOOM_MAX_ACTIVE`, `data = "d" # --data`, `in_process = true # --in-process`, `log_level = "warn" # --log-level`, `listen = "127.0.0.1:8080" # default`, `# admin_password is set # FILMLOOM_ADMIN_PASSWORD`} {
		if !strings.Contains(plain, want) {
			t.Errorf("it does not say %s:\n%s", want, out)
		}
	}
	if strings.Contains(out, "hunter2") {
		t.Error("it shows a secret")
	}
	file := filepath.Join(t.TempDir(), "f.hcl")
	if err := os.WriteFile(file, []byte(out), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errs = care(t.Context(), nil, "config", "--json", "--config", file)
	var all []config.Setting
	if err := json.Unmarshal([]byte(out), &all); err != nil || code != 0 {
		t.Fatalf("%d %v %s", code, err, errs)
	}
	for _, s := range all {
		if s.Name == "data" && (s.Values[0] != "d" || s.Source != file+":2") {
			t.Errorf("%+v", s)
		}
	}
}

func TestConfigSaysAllThatIsWrongAndExitsWithTwo(t *testing.T) {
	t.Setenv("FILMLOOM_MAX_ACTIVE", "many")
	code, out, errs := care(t.Context(), nil, "config", "--listen=here")
	want := "Error: the settings have 2 problems.\n  --listen must be"
	if code != exitUsage || out != "" || !strings.HasPrefix(errs, want) || !strings.Contains(errs, "\n  FILMLOOM_MAX_ACTIVE must be") {
		t.Errorf("%d %s%s", code, out, errs)
	}
	t.Setenv("FILMLOOM_MAX_ACTIVE", "")
	code, _, errs = care(t.Context(), nil, "config", "--listen=here")
	if code != exitUsage || !strings.HasPrefix(errs, "Error: --listen must be") || strings.Count(errs, "\n") != 1 {
		t.Errorf("%d %s", code, errs)
	}
	t.Setenv("FILMLOOM_LISTN", "x")
	if code, _, errs := care(t.Context(), nil, "config"); code != 0 || !strings.HasPrefix(errs, "Note: The environment variable FILMLOOM_LISTN is not used") {
		t.Errorf("%d %s", code, errs)
	}
}

func TestConfigGivesAnExampleThatWorks(t *testing.T) {
	_, out, _ := care(t.Context(), nil, "config", "--example")
	file := filepath.Join(t.TempDir(), "f.hcl")
	if err := os.WriteFile(file, []byte(out), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := care(t.Context(), nil, "config", "--config", file); code != 0 || errs != "" {
		t.Errorf("%d %s", code, errs)
	}
	if code, _, _ := care(t.Context(), nil, "config", "--example", "--json"); code == 0 {
		t.Error("both at once")
	}
}

// The files in deploy start the server, and say what it takes.
func TestTheFilesForAServerAreRightAboutItsSettings(t *testing.T) {
	unit, err := os.ReadFile("../../deploy/systemd/filmloom.service")
	if err != nil {
		t.Fatal(err)
	}
	set := map[string]string{}
	for line := range strings.Lines(string(unit)) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.HasPrefix(name, "#") {
			set[name] = value
		}
	}
	// The settings that nginx's file names, in its comments.
	proxy, err := os.ReadFile("../../deploy/nginx/filmloom.conf")
	if err != nil {
		t.Fatal(err)
	}
	settings := ""
	for line := range strings.Lines(string(proxy)) {
		if setting, ok := strings.CutPrefix(line, "#   "); ok {
			settings += setting
		}
	}
	file := filepath.Join(t.TempDir(), "f.hcl")
	if err := os.WriteFile(file, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	args := strings.Fields(strings.Replace(set["ExecStart"], "/etc/filmloom/filmloom.hcl", file, 1))
	if len(args) < 2 || args[1] != "serve" {
		t.Fatalf("it starts %q", args)
	}
	code, out, errs := care(t.Context(), nil, append([]string{"config"}, args[2:]...)...)
	plain := strings.Join(strings.Fields(out), " ")
	for _, want := range []string{`listen = "127.0.0.1:8080" # ` + file, `public_url = "https://films.example.org" # ` + file, `data = "/var/lib/filmloom" # --data`} {
		if !strings.Contains(plain, want) {
			t.Errorf("%d %s it does not say %s:\n%s", code, errs, want, out)
		}
	}
	patience, err := time.ParseDuration(set["TimeoutStopSec"])
	if grace := config.Default().Grace; err != nil || patience < 2*grace {
		t.Errorf("it is killed after %v, and takes %v to stop (%v)", patience, grace, err)
	}
}
