package config_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/filmloom/filmloom/server/config"
)

// files are what there is to read, with their modes.
type files map[string]string

func (f files) read(name string, most int64) ([]byte, fs.FileMode, error) {
	text, ok := f[name]
	if !ok {
		return nil, 0, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	mode := fs.FileMode(0o600)
	if strings.HasPrefix(name, "public") {
		mode = 0o644
	}
	return []byte(text), mode, nil
}

// load reads settings from a command line, an environment and files.
func load(t testing.TB, args, environ []string, f files) (*config.Config, error) {
	t.Helper()
	flags := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	config.Bind(flags)
	if err := flags.Parse(args); err != nil {
		t.Fatal(err)
	}
	return config.Load(config.Sources{Flags: flags, Environ: environ, ReadFile: f.read})
}

// problems are those of a configuration that must have some.
func problems(t testing.TB, args, environ []string, f files) []string {
	t.Helper()
	_, err := load(t, args, environ, f)
	var invalid *config.InvalidError
	if !errors.As(err, &invalid) || len(invalid.Problems) == 0 {
		t.Fatalf("got %v, want an InvalidError", err)
	}
	for _, p := range invalid.Problems {
		if !strings.Contains(err.Error(), p) {
			t.Errorf("the error does not have %q", p)
		}
	}
	return invalid.Problems
}

// samples are values that differ from the defaults and from each other, as they are written back.
var samples = map[string][3]string{
	"DIR": {"a", "b", "c"}, "PATH": {"a", "b", "c"}, "ID": {"a", "b", "c"},
	"HOST:PORT": {"h:1", "[::1]:2", ":0"}, "bool": {"true", "true", "true"}, "N": {"5", "6", "7"},
	"URL": {"https://a", "http://b/c", "https://d:1"}, "DURATION": {"7m", "8m", "9m"},
	"SIZE": {"5MiB", "6MB", "7MiB"}, "CIDR": {"10.0.0.0/8", "fd00::/8", "192.0.2.1/32"},
	"ORIGIN":                       {"https://a", "http://b:1", "https://c"},
	"free|standard|pro|enterprise": {"free", "standard", "pro"}, "text|json": {"json", "json", "json"},
	"debug|info|warn|error": {"debug", "warn", "error"}, "720p|1080p": {"1080p", "720p", "1080p"},
	"TEXT": {"one", "two", "three"},
	"KEY":  {strings.Repeat("A", 43) + "=", strings.Repeat("B", 42) + "A=", strings.Repeat("C", 42) + "A="},
}

// sample are the samples of a setting.
func sample(s config.Setting) (v [3]string, ok bool) {
	if strings.HasSuffix(s.Name, ".priority") {
		return [3]string{"3", "1", "2"}, true
	}
	v, ok = samples[s.Word]
	return v, ok
}

// line is a file with one setting, in its second line.
func line(name, text string) string {
	if plan, of, ok := strings.Cut(strings.TrimPrefix(name, "plan."), "."); ok {
		return fmt.Sprintf("plan %q {\n  %s = %q\n}\n", plan, of, text)
	}
	return fmt.Sprintf("\n%s = %q\n", name, text)
}

// companion are settings that another one needs, in the environment.
func companion(name string) []string {
	if plan, ok := strings.CutSuffix(strings.TrimPrefix(name, "plan."), ".rate_limit_day"); ok {
		return []string{"FILMLOOM_PLAN_" + strings.ToUpper(plan) + "_RATE_LIMIT_MINUTE=1"}
	}
	switch name {
	case "youtube_client_id":
		return []string{"FILMLOOM_YOUTUBE_CLIENT_SECRET=x"}
	case "youtube_client_secret":
		return []string{"FILMLOOM_YOUTUBE_CLIENT_ID=x"}
	}
	return nil
}

func TestAFlagWinsOverAVariableThatWinsOverAFileThatWinsOverTheDefault(t *testing.T) {
	for _, s := range config.Default().Describe() {
		t.Run(s.Name, func(t *testing.T) {
			v, ok := sample(s)
			if !ok {
				t.Fatalf("the test has no samples for %s", s.Word)
			}
			flag := []string{s.Flag + "=" + v[0], "--config=c.hcl"}
			variable := append(companion(s.Name), s.Variable+"="+v[1], "FILMLOOM_CONFIG=c.hcl")
			f := files{"c.hcl": line(s.Name, v[2])}
			if s.Secret {
				flag[0] = s.Flag + "=held"
				f["held"] = v[0]
			}
			for _, step := range []struct {
				args, environ []string
				want, source  string
			}{
				{flag, variable, v[0], s.Flag},
				{nil, variable, v[1], s.Variable},
				{nil, append(companion(s.Name), "FILMLOOM_CONFIG=c.hcl"), v[2], "c.hcl:2"},
				{nil, nil, s.Default, "default"},
			} {
				c, err := load(t, step.args, step.environ, f)
				if err != nil {
					t.Fatal(err)
				}
				got := described(t, c, s.Name)
				if got.Source != step.source {
					t.Errorf("the source is %q, want %q", got.Source, step.source)
				}
				text := strings.Join(got.Values, ",")
				if s.Secret {
					text = secretOf(t, c, s.Name).Reveal()
				}
				if text != step.want {
					t.Errorf("from %s: got %q, want %q", step.source, text, step.want)
				}
			}
		})
	}
}

func described(t testing.TB, c *config.Config, name string) config.Setting {
	t.Helper()
	all := c.Describe()
	i := slices.IndexFunc(all, func(s config.Setting) bool { return s.Name == name })
	if i < 0 {
		t.Fatalf("there is no setting %s", name)
	}
	return all[i]
}

func secretOf(t testing.TB, c *config.Config, name string) config.Secret {
	t.Helper()
	s, ok := map[string]config.Secret{
		"admin_password": c.AdminPassword, "secret_key": c.SecretKey, "youtube_client_secret": c.YouTubeClientSecret,
	}[name]
	if !ok {
		t.Fatalf("the test does not know the secret %s", name)
	}
	return s
}

func TestSettingsHaveNamesOfTheirOwnAndAHelp(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range config.Default().Describe() {
		if seen[s.Name] || seen[s.Flag] || seen[s.Variable] {
			t.Errorf("%s is there twice", s.Name)
		}
		seen[s.Name], seen[s.Flag], seen[s.Variable] = true, true, true
		if len(s.Help) < 15 || strings.HasSuffix(s.Help, ".") || strings.ToLower(s.Help[:1]) != s.Help[:1] {
			t.Errorf("%s: the help %q does not go on from the name", s.Name, s.Help)
		}
		if (s.Default == "") == (s.Without == "") {
			t.Errorf("%s must have a default or say what happens without a value", s.Name)
		}
		if s.Source != "default" {
			t.Errorf("%s is from %s in Default", s.Name, s.Source)
		}
	}
}

func TestValuesAreReadAsTheyAreMeant(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"listen", "LOCALHOST:080", "LOCALHOST:80"},
		{"listen", ":0", ":0"},
		{"public_url", " https://films.example.org/studio/ ", "https://films.example.org/studio"},
		{"cors_origin", "HTTPS://App.Example.org:443/", "https://app.example.org"},
		{"cors_origin", "http://localhost:3000, https://[::1]", "http://localhost:3000,https://[::1]"},
		{"cors_origin", ",", ""},
		{"trusted_proxy", "10.1.2.3", "10.1.2.3/32"},
		{"webhook_allow", "fd00::1", "fd00::1/128"},
		{"min_free_disk", "1.5 gib", "1536MiB"},
		{"min_free_disk", "1000", "1kB"},
		{"retention", "1d12h", "36h"},
		{"retention", "0", "0s"},
		{"media_lifetime", "720h", "30d"},
		{"registration", "TRUE", "true"},
		{"registration", "0", "false"},
		{"metrics_listen", "OFF", config.Off},
		{"log_level", "debug", "debug"},
	} {
		conf, err := load(t, nil, []string{"FILMLOOM_" + strings.ToUpper(c.name) + "=" + c.text}, nil)
		if err != nil {
			t.Errorf("%s %q: %v", c.name, c.text, err)
			continue
		}
		if got := strings.Join(described(t, conf, c.name).Values, ","); got != c.want {
			t.Errorf("%s %q: got %q, want %q", c.name, c.text, got, c.want)
		}
	}
	c, err := load(t, nil, []string{"FILMLOOM_LOG_LEVEL=warn"}, nil)
	if err != nil || c.LogLevel != slog.LevelWarn {
		t.Errorf("the level is %v, %v", c.LogLevel, err)
	}
}

func TestAFileMayBeWrittenInTheUsualWays(t *testing.T) {
	c, err := load(t, []string{"--config=x.hcl"}, nil, files{"x.hcl": `
# a comment
max_active    = 3
max_queue     = "4" // another
min_free_disk = 1000000
mock          = true
mock_delay    = 0
cors_origin   = [
  "https://a",
  "https://b",
]
trusted_proxy = "10.0.0.0/8"
webhook_allow = []
pipelines     = "C:\\films $${x}"
`})
	if err != nil {
		t.Fatal(err)
	}
	if c.MaxActive != 3 || c.MaxQueue != 4 || c.MinFreeDisk != 1e6 || !c.Mock || c.MockDelay != 0 || len(c.CORSOrigins) != 2 ||
		len(c.TrustedProxies) != 1 || c.WebhookAllow != nil || c.Pipelines != `C:\films ${x}` || c.File != "x.hcl" {
		t.Errorf("got %+v", c)
	}
}

func TestAnEmptyValueTakesAnotherBack(t *testing.T) {
	f := files{"x.hcl": "public_url = \"https://a\"\ncors_origin = [\"https://a\"]\nadmin_password = \"x\""}
	c, err := load(t, []string{"--config=x.hcl", "--public-url=", "--cors-origin=", "--admin-password-file="}, []string{"FILMLOOM_LISTEN="}, f)
	if err != nil || c.PublicURL != "" || c.CORSOrigins != nil || c.AdminPassword.IsSet() || c.Listen != "127.0.0.1:8080" {
		t.Errorf("got %+v, %v", c, err)
	}
}

func TestRepeatedFlagsAddUp(t *testing.T) {
	c, err := load(t, []string{"--cors-origin=https://a", "--cors-origin=https://b,https://c", "--mock"}, nil, nil)
	if err != nil || !slices.Equal(c.CORSOrigins, []string{"https://a", "https://b", "https://c"}) || !c.Mock {
		t.Errorf("got %q, %v", c.CORSOrigins, err)
	}
}

func TestFlagsOfACommandAboveCountAsWell(t *testing.T) {
	flags := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	flags.String("data", "from the environment", "")
	flags.Bool("in-process", false, "")
	config.Bind(flags, "data", "in-process")
	if err := flags.Parse([]string{"--data=d", "--in-process"}); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(config.Sources{Flags: flags, Environ: []string{"FILMLOOM_DATA=e"}})
	if err != nil || c.Data != "d" || !c.InProcess || c.Origin("data").Flag != "--data" {
		t.Errorf("got %+v, %v", c, err)
	}
}

func TestFilesAreReadFromTheDisk(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "filmloom.conf.hcl")
	if err := os.WriteFile(name, []byte("max_active = 3\nadmin_password = \"x\"\n"), 0o604); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(config.Sources{Environ: []string{"FILMLOOM_CONFIG=" + name}})
	if err != nil || c.MaxActive != 3 || len(c.Warnings) != 1 {
		t.Errorf("got %+v, %v", c, err)
	}
	if err := os.WriteFile(name, bytes.Repeat([]byte("#\n"), 200_000), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{name: "is too long.", dir: "cannot be read (is a directory).", dir + "/none": "does not exist."} {
		_, err := config.Load(config.Sources{Environ: []string{"FILMLOOM_CONFIG=" + path}})
		if want = "FILMLOOM_CONFIG names the file " + path + ", which " + want; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
