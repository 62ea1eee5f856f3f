package plugin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/filmloom/filmloom/providers"
)

func TestEachFailureToStartIsOneSentence(t *testing.T) {
	dir := t.TempDir()
	tmp, err := os.MkdirTemp("/tmp", "fl") // short, so that sockets go here
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(tmp) }()
	t.Setenv("TMPDIR", tmp)
	write := func(name, text string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	with := func(role string, change func(*Spec)) Spec {
		s := spec(role)
		if change != nil {
			change(&s)
		}
		return s
	}
	command := func(c ...string) Spec { return Spec{Name: "testling", Command: c} }
	for _, row := range []struct {
		name string
		spec Spec
		want string // a part of the message, or of the hint
	}{
		{"no command", command(), "plugin testling has no command"},
		{"missing file", command(dir + "/none"), "there is no program"},
		{"missing on PATH", command("filmloom-no-such-plugin"), "there is no program \"filmloom-no-such-plugin\" on the PATH"},
		{"not executable", command(write("plain", "x", 0o600)), "may not be executed"},
		{"no program", command(write("junk", "\x00\x01junk", 0o700)), "exec format error"},
		{"no interpreter", command(write("script", "#!/no/such/python\n", 0o700)), "or its interpreter is missing"},
		{"quits", spec("quit"), "ended before the handshake: exit status 3; its last words: cannot find my model"},
		{"quits slowly", command("sh", "-c", "echo oops >&2; exec >&-; sleep 0.1; exit 4"), "ended before the handshake: exit status 4; its last words: oops"},
		{"silent", command("true"), "ended before the handshake: exit status 0"},
		{"dirty stdout", spec("dirty"), `wrote "hello, I am chatty" to its standard output before the handshake`},
		{"hangs", with("hang", func(s *Spec) { s.StartTimeout = 300 * time.Millisecond }), "did not shake hands within 300ms of its start"},
		{"noise without end", command("yes"), `wrote "y" to its standard output before the handshake`},
		{"too new", spec("future"), "speaks version 2 of the provider protocol, and this host version 1"},
		{"what to do when too new", spec("future"), "Update this host"},
		{"too old", spec("past"), "speaks version 0 of the provider protocol, and this host version 1"},
		{"what to do when too old", spec("past"), "Update the plugin"},
		{"another way to shake hands", spec("another core"), "shakes hands by version 2 of go-plugin's protocol, and this host by version 1"},
		{"no socket", with("nowhere", func(s *Spec) { s.NoTLS = true }), "shook hands and does not answer at its socket: "},
		{"brief", with("brief", func(s *Spec) { s.NoTLS = true }), "ended after the handshake: exit status 9; its last words: no memory for my model"},
		{"stray certificate", with("stray certificate", func(s *Spec) { s.NoTLS = true }), "does not answer at its socket"},
		{"broken certificate", spec("stray certificate"), "could not be connected: error parsing server cert"},
		{"not a private socket", with("tcp", func(s *Spec) { s.NoTLS = true }), "it listens on tcp and not on a Unix socket"},
		{"no TLS", spec("plaintext"), "did not offer TLS"},
		{"wrong digest", with("plugin", func(s *Spec) { s.SHA256 = strings.Repeat("ab", 32) }), "was not started: the SHA-256 of"},
		{"no digest", with("plugin", func(s *Spec) { s.SHA256 = "abc" }), "which is not a SHA-256"},
		{"no description", spec("strange"), "its description has no name"},
	} {
		t.Run(row.name, func(t *testing.T) {
			h, err := launch(t.Context(), row.spec, providers.OpenOptions{}, quick())
			if err == nil {
				_, err = h.Describe(t.Context())
				if err := h.Shutdown(t.Context()); err != nil {
					t.Error(err)
				}
			}
			var e *providers.Error
			if !errors.As(err, &e) || !strings.Contains(e.Message+" "+e.Hint, row.want) || !strings.HasPrefix(e.Message, "plugin testling ") {
				t.Fatalf("got %v", err)
			}
			if strings.Contains(e.Message, "\n") {
				t.Errorf("not one line: %q", e.Message)
			}
			if left, _ := os.ReadDir(tmp); len(left) > 0 {
				t.Errorf("left: %v", left)
			}
		})
	}
}

func TestStartIsGivenUpWhenTheProviderIsShutDown(t *testing.T) {
	h, _ := open(t, spec("hang"), quick())
	ctx, cancel := context.WithCancel(t.Context())
	asked := make(chan error, 2)
	go func() { _, err := h.Describe(ctx); asked <- err }()
	eventually(t, func() bool { h.mu.Lock(); defer h.mu.Unlock(); return h.starting != nil },
		func() string { return "it does not start" })
	cancel()
	if err := <-asked; !errors.Is(err, context.Canceled) {
		t.Errorf("a caller that gave up gets %v", err)
	}
	go func() { _, err := execute(t.Context(), h, order{}); asked <- err }()
	if err := h.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if err := <-asked; kindOf(err) != providers.KindUnavailable {
		t.Errorf("a caller that waited gets %v", err)
	}
}

func TestRightDigestAndNoTLSStart(t *testing.T) {
	s := spec("plaintext")
	s.NoTLS = true
	var err error
	if s.SHA256, err = fileDigest(s.Command[0]); err != nil {
		t.Fatal(err)
	}
	h, _ := open(t, s, quick())
	for range 2 { // a digest is checked afresh at each start
		if a := mustExecute(t, h, order{Do: "echo", Text: "x"}); a.Text != "x" {
			t.Errorf("%+v", a)
		}
		if _, err := execute(t.Context(), h, order{Do: "exit"}); kindOf(err) != providers.KindCrashed {
			t.Error(err)
		}
	}
}

func TestEnvironmentIsNotInherited(t *testing.T) {
	t.Setenv("OPENAI_API_KEY", "secret")
	t.Setenv("ACME_REGION", "moon")
	t.Setenv("LC_ALL", "C.UTF-8")
	s := spec("plugin")
	s.PassEnv = []string{"ACME_REGION"}
	s.Env = append(s.Env, "EXTRA=1")
	h, _ := open(t, s, quick())
	env := strings.Split(mustExecute(t, h, order{Do: "environ"}).Text, "\n")
	for _, want := range []string{"ACME_REGION=moon", "EXTRA=1", "LC_ALL=C.UTF-8", "PATH=" + os.Getenv("PATH")} {
		if !slices.Contains(env, want) {
			t.Errorf("%s is missing from %q", want, env)
		}
	}
	for _, kv := range env {
		if strings.HasPrefix(kv, "OPENAI_API_KEY") || strings.HasPrefix(kv, "FILMLOOM_LIFELINE") {
			t.Errorf("inherited: %s", kv)
		}
	}
}

func TestLaunchedNeedsTheNonce(t *testing.T) {
	t.Setenv(nonceEnv, "x")
	t.Setenv(lifelineEnv, "0")
	if Launched() {
		t.Error("believes in an environment alone")
	}
}

func TestPluginStartedByHandSaysSo(t *testing.T) {
	exe, _ := os.Executable()
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), roleEnv+"=plugin")
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Run(); err == nil || !strings.Contains(said.String(), `plugin "testling" { command = ["`) {
		t.Errorf("%v: %s", err, said.String())
	}
}

func TestSourceDescribesOnceAndOpens(t *testing.T) {
	src := Commands(spec("plugin"), Spec{Name: "other", Command: []string{"true"}})
	if got := src.Plugins(); !slices.Equal(got, []string{"testling", "other"}) {
		t.Errorf("plugins %q", got)
	}
	want, _ := testling().Describe(t.Context())
	var asking sync.WaitGroup
	for range 8 {
		asking.Go(func() {
			if got, err := src.Describe(t.Context(), "testling"); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
	asking.Wait()
	if n := len(src.(*commands).known); n != 1 {
		t.Errorf("%d descriptions remembered", n)
	}
	p, err := src.Open(t.Context(), "testling", providers.OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	mustExecute(t, p, order{Do: "echo"})
	if err := p.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := src.Open(t.Context(), "testlin", providers.OpenOptions{}); providers.AsError(err).Hint != `Did you mean "testling"?` {
		t.Errorf("unknown name: %#v", err)
	}
}

func FuzzTypeFromJSON(f *testing.F) {
	for _, ty := range []cty.Type{
		cty.String, providers.FileType, cty.List(cty.Map(cty.DynamicPseudoType)),
		cty.Tuple([]cty.Type{cty.Bool, cty.Set(cty.Number)}),
		cty.ObjectWithOptionalAttrs(map[string]cty.Type{
			"a": cty.List(cty.ObjectWithOptionalAttrs(map[string]cty.Type{"b": cty.Bool}, []string{"b"})), "c": cty.String,
		}, []string{"a"}),
	} {
		raw, err := json.Marshal(ty)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Add([]byte(`["object",{"a":"string"},["b"]]`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		ty, err := typeFromJSON(raw)
		if err != nil {
			return
		}
		again, err := json.Marshal(ty)
		if err != nil {
			t.Fatalf("%s reads as a type that cannot be written: %v", raw, err)
		}
		back, err := typeFromJSON(again)
		if err != nil || !back.Equals(ty) {
			t.Errorf("%s becomes %s and then %#v, %v", raw, again, back, err)
		}
	})
}
