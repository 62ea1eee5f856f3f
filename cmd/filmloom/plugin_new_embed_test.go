package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// somebodyElses is a program that embeds the engine: main.go of another module.
const somebodyElses = `package main

import (
	"context"
	"fmt"
	"os"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/plugins/builtin"
	"github.com/filmloom/filmloom/providers"
)

func main() {
	if os.Getenv("WITHOUT_MAIN") == "" {
		builtin.Main()
	}
	source := map[string]func() providers.Source{
		"this program": builtin.Plugins,
		"installed":    func() providers.Source { return builtin.PluginsFrom(os.Args[2]) },
	}[os.Args[1]]()
	if err := run(context.Background(), source); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func run(ctx context.Context, source providers.Source) error {
	dir, err := os.MkdirTemp("", "embedded")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	eng, err := engine.Open(ctx, engine.Config{Dir: dir, Pipelines: "tiny.hcl", Providers: source})
	if err != nil {
		return err
	}
	defer eng.Close()
	run, err := eng.Start(ctx, "tiny", nil)
	if err != nil {
		return err
	}
	out, err := run.Wait(ctx)
	if err != nil {
		return err
	}
	var text string
	if err := out.Decode("text", &text); err != nil {
		return err
	}
	fmt.Println("the plugin says", text)
	return nil
}
`

const tiny = `
pipeline "tiny" {
  stage "echo" {
    uses     = "mock.echo"
    provider = "mock"
    with     = { text = "hello" }
  }
  output "text" { value = stage.echo.text }
}
`

func anotherProgramUsesBuiltInPlugins(t *testing.T, installed string) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, text := range map[string]string{
		"main.go": somebodyElses, "tiny.hcl": tiny,
		"go.mod": "module example.com/other\n\ngo 1.26.0\n\nrequire github.com/filmloom/filmloom v0.0.0\n\n" +
			"replace github.com/filmloom/filmloom => " + root + "\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	command(t, dir, untidied, "go", "build", "-o", "other", ".")

	for _, row := range []struct {
		name      string
		env, args []string
		fails     bool
		want      string
	}{
		{"as this program", nil, []string{"this program"}, false, "the plugin says hello\n"},
		{"of an installed filmloom", []string{"WITHOUT_MAIN=1"}, []string{"installed", installed}, false, "the plugin says hello\n"},
		{"without builtin.Main", []string{"WITHOUT_MAIN=1"}, []string{"this program"}, true, "builtin.Plugins needs builtin.Main() as the first line of main"},
		{"of a filmloom that is not there", nil, []string{"installed", dir + "/none"}, true, "there is no program"},
	} {
		t.Run(row.name, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), filepath.Join(dir, "other"), row.args...)
			cmd.Dir, cmd.Env = dir, append(os.Environ(), row.env...)
			out, err := cmd.Output()
			if (err != nil) != row.fails || !strings.Contains(string(out), row.want) || strings.Count(string(out), "\n") != 1 {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
}
