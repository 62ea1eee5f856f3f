package config_test

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/filmloom/filmloom/server/config"
)

var update = flag.Bool("update", false, "write the table of the settings into the documentation")

const (
	page  = "../../docs/configuration.md"
	begin = "<!-- The tables follow server/config/settings.go: go test ./server/config -update writes them. -->\n"
	end   = "<!-- end of the tables -->\n"
)

// tables are the settings as the documentation has them.
func tables() string {
	var b strings.Builder
	section := ""
	for _, s := range config.Default().Describe() {
		if s.Section == "Plans" {
			if section != s.Section {
				section = s.Section
				b.WriteString(planTable())
			}
			continue
		}
		if s.Section != section {
			section = s.Section
			fmt.Fprintf(&b, "\n### %s\n\n| setting | values | default | what it is |\n|---|---|---|---|\n", section)
		}
		usual, values := "`"+s.Default+"`", s.Must
		switch {
		case s.Default == "":
			usual = s.Without
		case s.Default == "0":
			usual = "0"
		}
		if values == "" {
			values = "text"
		}
		switch {
		case s.Repeatable:
			values += "; repeatable"
		case s.Secret:
			values += "; a secret"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", s.Name, values, usual, strings.ReplaceAll(s.Help, "|", `\|`))
	}
	return b.String() + "\n"
}

// planTable are the settings of the plans, a plan in each column.
func planTable() string {
	var b strings.Builder
	b.WriteString("\n### Plans\n\n| setting | values | free | standard | pro | enterprise | what it is |\n|---|---|---|---|---|---|---|\n")
	usual := map[string]string{}
	for _, s := range config.Default().Describe() {
		usual[s.Name] = s.Default
	}
	for _, s := range config.Default().Describe() {
		of, ok := strings.CutPrefix(s.Name, "plan.free.")
		if !ok {
			continue
		}
		fmt.Fprintf(&b, "| `%s` | %s |", of, s.Must)
		for _, plan := range []string{"free", "standard", "pro", "enterprise"} {
			fmt.Fprintf(&b, " %s |", usual["plan."+plan+"."+of])
		}
		fmt.Fprintf(&b, " %s |\n", s.Help)
	}
	return b.String()
}

func TestTheDocumentationHasAllSettings(t *testing.T) {
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(text), begin)
	is, after, closed := strings.Cut(rest, end)
	if !found || !closed {
		t.Fatalf("%s does not have the lines that the tables are between", page)
	}
	want := tables()
	if is == want {
		return
	}
	if *update {
		if err := os.WriteFile(page, []byte(before+begin+want+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Errorf("%s does not have the settings as they are; write them with go test ./server/config -update", page)
}

func TestTheDocumentationNamesNoFlagOrVariableThatThereIsNot(t *testing.T) {
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	flags := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	config.Bind(flags)
	known := []string{"FILMLOOM_CONFIG", "FILMLOOM_SERVICE_HOST"}
	for _, s := range config.Default().Describe() {
		known = append(known, s.Variable)
		if s.Older != "" {
			known = append(known, "FILMLOOM_"+strings.ToUpper(s.Older))
		}
		if s.Secret {
			known = append(known, s.Variable+"_FILE")
		}
	}
	for _, name := range regexp.MustCompile(`FILMLOOM_[A-Z_]+[A-Z]\b`).FindAllString(string(text), -1) {
		if !slices.Contains(known, name) {
			t.Errorf("there is no %s", name)
		}
	}
	ofCommands := []string{"json", "example"}
	for _, name := range regexp.MustCompile(`--([a-z][a-z-]+)`).FindAllStringSubmatch(string(text), -1) {
		if flags.Lookup(name[1]) == nil && !slices.Contains(ofCommands, name[1]) {
			t.Errorf("there is no --%s", name[1])
		}
	}
}

func TestTheExampleOfPlansIsOne(t *testing.T) {
	text, err := os.ReadFile("../../docs/plans-and-credits.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "```hcl\n")
	example, _, found := strings.Cut(rest, "```\n")
	if !found {
		t.Fatal("the page has no example")
	}
	c, err := load(t, []string{"--config=x.hcl"}, nil, files{"x.hcl": example})
	if err != nil || len(c.Warnings) > 0 || c.DefaultPlan != "free" || c.Free.Credits != 10 || c.Free.Watermark || c.RateLimitMinute != 600 || c.Enterprise.Credits != 5000 {
		t.Errorf("got %+v, %v", c, err)
	}
}

// Whoever reads a variable of the family says so here, so that nobody is warned of it.
func TestEveryVariableThatTheProjectReadsIsKnown(t *testing.T) {
	quoted := regexp.MustCompile(`"(FILMLOOM_[A-Z_]+)"`)
	found := 0
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && strings.HasPrefix(d.Name(), ".") && d.Name() != ".." {
			return fs.SkipDir
		}
		if filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range quoted.FindAllSubmatch(src, -1) {
			found++
			c, err := config.Load(config.Sources{Environ: []string{string(m[1]) + "=" + unlikely}})
			if err == nil && len(c.Warnings) > 0 && strings.Contains(c.Warnings[0], "is not used") {
				t.Errorf("%s has %s, which is no setting and not among the foreign variables in environment.go", path, m[1])
			}
		}
		return nil
	})
	if err != nil || found < 5 {
		t.Errorf("%d variables found, %v", found, err)
	}
}

const unlikely = "\x01"
