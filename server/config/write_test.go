package config_test

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/server/config"
)

func TestWhatIsWrittenIsReadAgainToTheSame(t *testing.T) {
	environ := []string{"FILMLOOM_PIPELINES=a \"b\" ${c} %{d} \\ ä\t", "FILMLOOM_YOUTUBE_CLIENT_SECRET=x"}
	for _, s := range config.Default().Describe() {
		if all, _ := sample(s); !s.Secret && s.Name != "pipelines" {
			v := all[0]
			if s.Repeatable {
				v += "," + samples[s.Word][1]
			}
			environ = append(environ, s.Variable+"="+v)
		}
	}
	environ = append(environ, "FILMLOOM_METRICS_LISTEN=h:9")
	for name, environ := range map[string][]string{"defaults": nil, "everything": environ} {
		c, err := load(t, nil, environ, nil)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := c.Write(&b); err != nil {
			t.Fatal(err)
		}
		again, err := load(t, []string{"--config=x.hcl"}, []string{"FILMLOOM_YOUTUBE_CLIENT_SECRET=x"}, files{"x.hcl": b.String()})
		if name == "defaults" {
			again, err = load(t, []string{"--config=x.hcl"}, nil, files{"x.hcl": b.String()})
		}
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, &b)
		}
		for i, s := range again.Describe() {
			was := c.Describe()[i]
			if !reflect.DeepEqual(s.Values, was.Values) {
				t.Errorf("%s: %s was %q and is %q", name, s.Name, was.Values, s.Values)
			}
			if !s.Secret && !strings.HasPrefix(s.Source, "x.hcl:") {
				t.Errorf("%s: %s is not in the file", name, s.Name)
			}
			if !s.Secret && !strings.Contains(b.String(), "# "+was.Source+"\n") {
				t.Errorf("%s: %s is not said to be from %s", name, s.Name, was.Source)
			}
		}
	}
}

func TestTheExampleHasAllSettingsWithTheirDefaults(t *testing.T) {
	var b strings.Builder
	if err := config.WriteExample(&b); err != nil {
		t.Fatal(err)
	}
	if _, err := load(t, []string{"--config=x.hcl"}, nil, files{"x.hcl": b.String()}); err != nil {
		t.Errorf("as it is: %v", err)
	}
	var lines []string
	for line := range strings.Lines(b.String()) {
		if bare, ok := strings.CutPrefix(line, "#"); ok && (bare[0] != ' ' || strings.Contains(bare, "  ") && strings.Contains(bare, " = ")) && !strings.Contains(bare, "/run/secrets/") {
			line = bare
		}
		lines = append(lines, line)
	}
	c, err := load(t, []string{"--config=x.hcl"}, nil, files{"x.hcl": strings.Join(lines, "")})
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range config.Default().Describe() {
		got := c.Describe()[i]
		if !reflect.DeepEqual(s.Values, got.Values) || !s.Secret && got.Source == "default" {
			t.Errorf("%s is %q in the example, from %s; the default is %q", s.Name, got.Values, got.Source, s.Values)
		}
		if _, of, plan := strings.Cut(strings.TrimPrefix(s.Name, "plan."), "."); !plan && !strings.Contains(b.String(), "\n#"+s.Name) || plan && strings.Count(b.String(), "\n#  "+of+" ") != 4 {
			t.Errorf("%s is missing", s.Name)
		}
	}
}
