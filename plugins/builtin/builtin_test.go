package builtin

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/filmloom/filmloom/providers"
)

// roleEnv marks a process in which TestMain does not call Main.
const roleEnv = "FILMLOOM_TEST_ROLE"

func TestMain(m *testing.M) {
	table = append(table, entry{"testling", testling})
	if os.Getenv(roleEnv) == "no main" {
		_, err := Plugins().Open(context.Background(), "testling", providers.OpenOptions{})
		_, _ = os.Stdout.WriteString(err.Error())
		return
	}
	Main()
	if os.Getenv(roleEnv) == "main" {
		_, _ = os.Stdout.WriteString("I am no plugin")
		return
	}
	goleak.VerifyTestMain(m)
}

type where struct {
	Pid  int      `json:"pid"`
	Env  []string `json:"env"`
	Args []string `json:"args"`
}

var tell = providers.Capability[struct{}, where]{Name: "test.tell", Description: "Says where it runs."}

func testling() providers.Provider {
	return providers.New("testling", "1.0.0", providers.Handle(tell,
		func(context.Context, *providers.Call, struct{}) (where, error) {
			return where{Pid: os.Getpid(), Env: os.Environ(), Args: os.Args}, nil
		}))
}

func ask(t *testing.T, src providers.Source) where {
	t.Helper()
	p, err := src.Open(t.Context(), "testling", providers.OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := p.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	r, err := p.Execute(t.Context(), &providers.Call{Capability: tell.Name, Input: []byte("{}")})
	if err != nil {
		t.Fatal(err)
	}
	var w where
	if err := json.Unmarshal(r.Output, &w); err != nil {
		t.Fatal(err)
	}
	return w
}

func TestEachSourceRunsThePluginWhereItSays(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("OPENAI_API_KEY", "secret")
	for _, row := range []struct {
		name string
		src  providers.Source
		here bool
	}{
		{"in process", InProcess(), true},
		{"this program", Plugins(), false},
		{"installed program", PluginsFrom(exe), false},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := row.src.Plugins(); !slices.Equal(got, names()) {
				t.Errorf("names %q, want %q", got, names())
			}
			want, _ := testling().Describe(t.Context())
			if got, err := row.src.Describe(t.Context(), "testling"); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("description %+v, %v", got, err)
			}
			w := ask(t, row.src)
			if (w.Pid == os.Getpid()) != row.here {
				t.Errorf("runs in process %d, this is %d", w.Pid, os.Getpid())
			}
			if !row.here && slices.ContainsFunc(w.Env, func(kv string) bool {
				return strings.HasPrefix(kv, pluginEnv) || strings.HasPrefix(kv, "OPENAI")
			}) {
				t.Errorf("environment %q", w.Env)
			}
			_, err := row.src.Open(t.Context(), "testlin", providers.OpenOptions{})
			if err == nil || !strings.Contains(err.Error()+providers.AsError(err).Hint, `id you mean "testling"?`) {
				t.Errorf("unknown name: %v", err)
			}
		})
	}
}

func TestPluginsRunTheOldProgramAfterItsFileIsReplaced(t *testing.T) {
	if executable, _ := thisProgram(); executable != "/proc/self/exe" {
		t.Skip("only Linux can start a program whose file is gone")
	}
	// The copy asks its own Plugins after it removed itself.
	exe, _ := os.Executable()
	copied := filepath.Join(t.TempDir(), "filmloom")
	raw, err := os.ReadFile(exe)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(copied, raw, 0o700); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(copied, "-test.run=^TestProgramWithoutAFile$", "-test.v")
	cmd.Env = append(os.Environ(), "FILMLOOM_TEST_REMOVE="+copied)
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: TestProgramWithoutAFile") {
		t.Errorf("%v: %s", err, out)
	}
}

func TestProgramWithoutAFile(t *testing.T) {
	path := os.Getenv("FILMLOOM_TEST_REMOVE")
	if path == "" {
		return // runs for real in a copy of this program; see the test above
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if w := ask(t, Plugins()); w.Pid == os.Getpid() {
		t.Error("ran in this process")
	}
}

func TestWithoutMainOpeningFailsWithOneSentence(t *testing.T) {
	exe, _ := os.Executable()
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), roleEnv+"=no main")
	out, err := cmd.Output()
	if err != nil || !strings.Contains(string(out), "needs builtin.Main() as the first line of main") || strings.Contains(string(out), "\n") {
		t.Errorf("%v: %s", err, out)
	}
}

func TestVariableAloneMakesNoPlugin(t *testing.T) {
	exe, _ := os.Executable()
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), roleEnv+"=main", pluginEnv+"=testling",
		"FILMLOOM_LIFELINE_FD=3", "FILMLOOM_LIFELINE_NONCE=guess")
	out, err := cmd.Output()
	if err != nil || string(out) != "I am no plugin" {
		t.Errorf("%v: %s", err, out)
	}
}

func TestInstalledProgramWithoutThePluginIsExplained(t *testing.T) {
	table = append(table, entry{"newer", testling})
	src := PluginsFrom("true")
	table = table[:len(table)-1]
	_, err := src.Describe(t.Context(), "newer")
	if err == nil || !strings.Contains(err.Error(), "plugin newer ended before the handshake") {
		t.Errorf("got %v", err)
	}
}

// A route finds a provider by its entry, a catalog by its description: the names must agree.
func TestEveryEntryIsNamedAsItsProvider(t *testing.T) {
	for _, e := range table {
		d, err := e.construct().Describe(t.Context())
		if err != nil || d.Name != e.name {
			t.Errorf("the entry %s holds the provider %s (%v)", e.name, d.Name, err)
		}
	}
}

// A plugin's process lacks most of the host's environment, which must not change what it can do.
func TestEveryEntryConfiguresInItsProcessAsItDoesHere(t *testing.T) {
	for _, e := range table {
		t.Run(e.name, func(t *testing.T) {
			here, err := e.construct().Configure(t.Context(), []byte("{}"))
			if err != nil {
				t.Fatal(err)
			}
			p, err := Plugins().Open(t.Context(), e.name, providers.OpenOptions{})
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := p.Shutdown(t.Context()); err != nil {
					t.Error(err)
				}
			}()
			there, err := p.Configure(t.Context(), []byte("{}"))
			if err != nil || !reflect.DeepEqual(here, there) {
				t.Errorf("in its process %+v, %v; here %+v", there, err, here)
			}
		})
	}
}

// The description that Plugins gives without asking a process must be the one a process gives.
func TestEveryEntryDescribesItselfTheSameOverTheWire(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	wire := PluginsFrom(exe)
	for _, e := range table {
		here, _ := e.construct().Describe(t.Context())
		there, err := wire.Describe(t.Context(), e.name)
		if err != nil || !reflect.DeepEqual(here, there) {
			t.Errorf("%s: over the wire %+v, %v; here %+v", e.name, there, err, here)
		}
	}
}
