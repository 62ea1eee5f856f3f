package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// command runs a program in a directory and gives what it wrote.
func command(t *testing.T, dir string, env []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// cli runs a command line in this process.
func cli(t *testing.T, args ...string) {
	t.Helper()
	var out, said bytes.Buffer
	if code := run(t.Context(), args, &out, &said); code != 0 {
		t.Fatalf("filmloom %s: exit code %d\n%s%s", strings.Join(args, " "), code, &out, &said)
	}
}

// needsPython skips a test where Debian's Python lacks what a plugin needs, and fails it where every test
// has to run.
func needsPython(t *testing.T) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "/usr/bin/python3", "-c", "import grpc, google.protobuf").CombinedOutput()
	if err == nil {
		_, err = exec.LookPath("openssl")
	}
	if err != nil {
		why := fmt.Sprintf("needs apt-get install python3-grpcio python3-protobuf openssl: %v %s", err, out)
		if os.Getenv("CI") != "" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
}

// shout renders the pipeline of a new plugin, in its directory.
func shout(t *testing.T, dir string) {
	t.Helper()
	t.Chdir(dir)
	cli(t, "render", "-i", "text=good morning", "-o", "shout.txt", "--data", "filmloom-data", "--pipelines", "pipelines.hcl")
	if raw, err := os.ReadFile("shout.txt"); err != nil || string(raw) != "GOOD MORNING!\n" {
		t.Errorf("rendered %q, %v", raw, err)
	}
}

// fromCache lets go take modules from this machine alone; untidied lets it also complete a go.mod.
var (
	fromCache = []string{"GOPROXY=off", "GOSUMDB=off", "GOFLAGS=", "GOWORK=off"}
	untidied  = append(fromCache[:len(fromCache):len(fromCache)], "GOFLAGS=-mod=mod")
)

// builtFilmloom is the path of the program as a person has it.
func builtFilmloom(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "filmloom")
	command(t, "../..", fromCache, "go", "build", "-o", path, "./cmd/filmloom")
	return path
}

// Each needs the program that a person has installed, which takes a while to build.
func TestWithAnInstalledFilmloom(t *testing.T) {
	installed := builtFilmloom(t)
	for name, test := range map[string]func(t *testing.T, installed string){
		"new plugins work":                      newPluginsWork,
		"example plugins conform and render":    examplePluginsConformAndRender,
		"another program uses built-in plugins": anotherProgramUsesBuiltInPlugins,
	} {
		t.Run(name, func(t *testing.T) { test(t, installed) })
	}
}

func newPluginsWork(t *testing.T, installed string) {
	t.Run("go", func(t *testing.T) {
		root, err := filepath.Abs("../..")
		if err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join(t.TempDir(), "acme")
		cli(t, "plugin", "new", "acme", "--dir", dir, "--replace", root)
		if out := command(t, dir, untidied, "go", "test", "-count=1", "./..."); !strings.Contains(out, "ok") {
			t.Error(out)
		}
		command(t, dir, untidied, "go", "vet", "./...")
		command(t, dir, untidied, "go", "build", "-o", "acme", ".")
		command(t, dir, nil, installed, "plugin", "test", "./acme")
		shout(t, dir)
	})
	t.Run("python", func(t *testing.T) {
		needsPython(t)
		dir := filepath.Join(t.TempDir(), "acme")
		cli(t, "plugin", "new", "acme", "--dir", dir, "--lang", "python")
		if out := command(t, dir, nil, "/usr/bin/python3", "-m", "unittest"); !strings.Contains(out, "Ran 2 tests") {
			t.Error(out)
		}
		command(t, dir, nil, installed, "plugin", "test", "./plugin.py")
		shout(t, dir)
	})
}

func TestLibraryForPythonIsTheOneOfTheExample(t *testing.T) {
	for _, name := range []string{"filmloom.py", "filmloom_process.py", "provider_pb2.py"} {
		want, err := os.ReadFile(filepath.Join("../../examples/plugin-python", name))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := skeletons.ReadFile("skeleton/python/" + name); err != nil || !bytes.Equal(got, want) {
			t.Errorf("copy examples/plugin-python/%s to cmd/filmloom/skeleton/python: they differ (%v)", name, err)
		}
	}
}

func TestNewGoPluginNamesTheVersionItWasMadeWith(t *testing.T) {
	for given, want := range map[string]string{
		"v1.2.3": "require github.com/filmloom/filmloom v1.2.3\n", "v1.2.3-rc.1": "v1.2.3-rc.1\n",
		"v1.2.3-4-gabcdef": "", "v1.2.3-dirty": "", "dev": "", "abcdef0": "",
	} {
		before := version
		version = given
		files, err := skeleton("go", skeletonFacts{Name: "acme", Module: "example.com/acme", Version: ownVersion()})
		version = before
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if f.name == "go.mod" && (!strings.Contains(string(f.content), want) || want == "" && strings.Contains(string(f.content), "require")) {
				t.Errorf("filmloom %s writes %s", given, f.content)
			}
		}
	}
}

func examplePluginsConformAndRender(t *testing.T, installed string) {
	t.Setenv("ETCHER_API_KEY", "demo")
	for _, row := range []struct {
		example, want string
		build         func(t *testing.T, example, copied string)
		check         string // what follows `filmloom plugin test`, as in its README
	}{
		{
			"plugin-python", "00:00:01,500 --> 00:00:03,500\non little cat feet.\n",
			func(t *testing.T, _, _ string) { needsPython(t) }, `--input text.count={"text":"hello"} ./reader.py`,
		},
		{
			"plugin-go", "\x89PNG", func(t *testing.T, example, copied string) {
				command(t, example, fromCache, "go", "build", "-o", filepath.Join(copied, "etcher"), ".")
			}, "--config api_key=demo --config seconds=0.1 --paid ./etcher",
		},
	} {
		t.Run(row.example, func(t *testing.T) {
			dir, copied := filepath.Join("../../examples", row.example), t.TempDir()
			if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
				t.Fatal(err)
			}
			row.build(t, dir, copied)
			command(t, copied, nil, installed, append([]string{"plugin", "test"}, strings.Fields(row.check)...)...)
			t.Chdir(copied)
			cli(t, "render", "-o", "made", "--data", "data", "--pipelines", "pipelines.hcl")
			if raw, err := os.ReadFile("made"); err != nil || !strings.Contains(string(raw), row.want) {
				t.Errorf("rendered %.200q, %v", raw, err)
			}
		})
	}
}

// The example is a module of its own, which the tests of this one do not reach.
func TestExamplePluginPassesItsOwnTests(t *testing.T) {
	command(t, "../../examples/plugin-go", fromCache, "go", "test", "-count=1", "./...")
	command(t, "../../examples/plugin-go", fromCache, "go", "vet", "./...")
}
