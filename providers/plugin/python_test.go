package plugin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/filmloom/filmloom/providers"
	pb "github.com/filmloom/filmloom/providers/proto"
)

// python is Debian's: another one may come first on the PATH, without gRPC.
const python = "/usr/bin/python3"

// pythonSpec starts a program in Python, with the library of the example plugin. A machine without Python
// skips the test, except where every test has to run.
func pythonSpec(t *testing.T, program string) Spec {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), python, "-c", "import grpc, google.protobuf").CombinedOutput()
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
	library, err := filepath.Abs("../../examples/plugin-python")
	if err != nil {
		t.Fatal(err)
	}
	return Spec{Name: "pythonling", Command: []string{python, program}, Env: []string{"PYTHONPATH=" + library, "PYTHONDONTWRITEBYTECODE=1"}}
}

func reader(t *testing.T) Spec { return pythonSpec(t, "../../examples/plugin-python/reader.py") }

func misfit(t *testing.T) Spec { return pythonSpec(t, "testdata/misfit.py") }

// askFor performs a call of the example plugin.
func askFor(ctx context.Context, p providers.Provider, call *providers.Call, input any) (map[string]any, error) {
	var err error
	if call.Input, err = json.Marshal(input); err != nil {
		return nil, err
	}
	r, err := p.Execute(ctx, call)
	if err != nil {
		return nil, err
	}
	out := map[string]any{}
	return out, json.Unmarshal(r.Output, &out)
}

func TestPythonPluginDoesWhatAGoPluginDoes(t *testing.T) {
	for name, noTLS := range map[string]bool{"encrypted": false, "plain": true} {
		t.Run(name, func(t *testing.T) {
			s := reader(t)
			s.NoTLS = noTLS
			h, book := open(t, s, quick())

			d, err := h.Describe(t.Context())
			if err != nil || d.Name != "reader" || len(d.Capabilities) != 2 {
				t.Fatalf("described as %+v, %v", d, err)
			}
			count, _ := d.Capability("text.count")
			file, _ := count.Input.Attribute("file")
			if !count.Deterministic || !file.Type.Equals(providers.FileType) || file.Required {
				t.Errorf("text.count: %+v", count)
			}
			pace, _ := d.Config.Attribute("words_per_minute")
			if string(pace.Default) != "150" || pace.Min == nil || *pace.Min != 1 || pace.Required || pace.Unit != "words" {
				t.Errorf("words_per_minute: %+v", pace)
			}

			c, err := h.Configure(t.Context(), []byte(`{"words_per_minute": 600}`))
			want := []providers.ConfigDiagnostic{{Attribute: "words_per_minute", Summary: "Nobody can follow that.", Warning: true}}
			if err != nil || !c.Ready || c.CacheVersion != "1.0.0" || !reflect.DeepEqual(c.Diagnostics, want) {
				t.Errorf("configured as %+v, %v", c, err)
			}
			e, err := h.Estimate(t.Context(), providers.EstimateQuery{Capability: "text.count", Input: []byte(`{}`), Unknown: []string{"text"}})
			if err != nil || e.MaxTime != time.Minute || e.MaxCost != 0 {
				t.Errorf("estimated at %+v, %v", e, err)
			}

			text := filepath.Join(t.TempDir(), "poem.txt")
			if err := os.WriteFile(text, []byte("Der Nebel kommt\nauf Katzenpfötchen"), 0o400); err != nil {
				t.Fatal(err)
			}
			out, err := askFor(t.Context(), h, &providers.Call{Capability: "text.count"}, map[string]any{"file": providers.File{Path: text}})
			if err != nil || out["words"] != 5.0 || out["seconds"] != 0.5 {
				t.Errorf("counted %v, %v", out, err)
			}
			_, err = askFor(t.Context(), h, &providers.Call{Capability: "text.count"}, map[string]any{"text": " "})
			if !reflect.DeepEqual(err, &providers.Error{
				Kind: providers.KindInvalidInput, Message: "the text is empty",
				User: "The text is empty.", Hint: "Give a text with at least one word.",
			}) {
				t.Errorf("an empty text gives %#v", err)
			}
			reciteWithCheckpoints(t, h)
			if strings.Contains(book.String(), "died") {
				t.Errorf("log:\n%s", book)
			}
		})
	}
}

func reciteWithCheckpoints(t *testing.T, h providers.Provider) {
	t.Helper()
	r := newRecorder()
	first := &providers.Call{Capability: "text.recite", WorkDir: t.TempDir(), Report: r}
	input := map[string]any{"text": "one\ntwo words", "seconds_per_line": 0}
	out, err := askFor(t.Context(), h, first, input)
	if err != nil || out["lines"] != 2.0 {
		t.Fatalf("recited %v, %v", out, err)
	}
	if want := []string{"0 one", "0.5 two words"}; !reflect.DeepEqual(r.progress, want) {
		t.Errorf("progress %q, want %q", r.progress, want)
	}
	subtitles := out["subtitles"].(map[string]any)
	raw, err := os.ReadFile(subtitles["path"].(string))
	if err != nil || !strings.Contains(string(raw), "00:00:00,100 --> 00:00:00,300\ntwo words") {
		t.Errorf("wrote %q, %v", raw, err)
	}

	resumed := newRecorder()
	again := &providers.Call{Capability: "text.recite", WorkDir: t.TempDir(), Report: resumed, Checkpoint: r.checkpoint, Attempt: 2}
	if _, err := askFor(t.Context(), h, again, input); err != nil || len(resumed.progress) > 0 {
		t.Errorf("after the last checkpoint: %v, progress %q", err, resumed.progress)
	}
	if want := []string{"INFO goes on [line 3]"}; !reflect.DeepEqual(resumed.logs, want) {
		t.Errorf("logs %q, want %q", resumed.logs, want)
	}

	full := newRecorder()
	full.refuse = providers.Errorf(providers.KindUnavailable, "the disk is full")
	_, err = askFor(t.Context(), h, &providers.Call{Capability: "text.recite", WorkDir: t.TempDir(), Report: full}, input)
	if kindOf(err) != providers.KindUnavailable || !strings.Contains(err.Error(), "the disk is full") {
		t.Errorf("a checkpoint that is refused gives %v", err)
	}
}

func TestPythonExamplePassesItsOwnTests(t *testing.T) {
	s := reader(t)
	cmd := exec.CommandContext(t.Context(), python, "-m", "unittest")
	cmd.Dir = filepath.Dir(s.Command[1])
	cmd.Env = append(os.Environ(), s.Env...)
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "OK") {
		t.Errorf("%v: %s", err, out)
	}
}

func TestPythonSpeaksTheSameContract(t *testing.T) {
	s := reader(t)
	cmd := exec.CommandContext(t.Context(), python, "-c",
		"import provider_pb2, sys; sys.stdout.buffer.write(provider_pb2.DESCRIPTOR.serialized_pb)")
	cmd.Env = append(os.Environ(), s.Env...)
	raw, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var theirs descriptorpb.FileDescriptorProto
	if err := proto.Unmarshal(raw, &theirs); err != nil {
		t.Fatal(err)
	}
	ours := protodesc.ToFileDescriptorProto(pb.File_provider_proto)
	withoutJSONNames(ours.GetMessageType())
	if !proto.Equal(&theirs, ours) {
		t.Error("run examples/plugin-python/generate: provider.proto has changed")
	}
}

// withoutJSONNames takes out what Python's generator leaves out, as it follows from the rest.
func withoutJSONNames(messages []*descriptorpb.DescriptorProto) {
	for _, m := range messages {
		for _, f := range m.GetField() {
			f.JsonName = nil
		}
		withoutJSONNames(m.GetNestedType())
	}
}

func TestPythonPluginTellsItsFailures(t *testing.T) {
	h, book := open(t, misfit(t), quick())
	_, err := execute(t.Context(), h, order{Do: "fail"})
	if want := (&providers.Error{
		Kind: providers.KindRateLimited, Message: "slow down?", User: "Busy.", Hint: "Wait.", RetryAfter: 90 * time.Second, Cost: 10_000,
	}); !reflect.DeepEqual(err, want) {
		t.Errorf("got %#v, want %#v", err, want)
	}
	if _, err = execute(t.Context(), h, order{Do: "stumble"}); kindOf(err) != providers.KindInternal || err.Error() != "KeyError: 'nothing'" || providers.AsError(err).Cost != 10_000 {
		t.Errorf("an exception gives %#v", err)
	}
	book.await(t, "Traceback")
	book.await(t, "a library's greeting")
}

func TestPythonPluginEndsACallThatIsCancelledOrLate(t *testing.T) {
	patient := quick()
	patient.cancelGrace = time.Minute // it is not killed for being slow
	h, _ := open(t, misfit(t), patient)
	if _, err := h.Describe(t.Context()); err != nil { // it runs
		t.Fatal(err)
	}
	for _, row := range []struct {
		name string
		end  func(context.Context) (context.Context, context.CancelFunc)
		want error
	}{
		{"cancelled", context.WithCancel, context.Canceled},
		{"late", func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, 2*time.Second)
		}, context.DeadlineExceeded},
	} {
		t.Run(row.name, func(t *testing.T) {
			ctx, cancel := row.end(t.Context())
			defer cancel()
			r := newRecorder()
			ended := make(chan error, 1)
			go func() { _, err := h.Execute(ctx, call(order{Do: "wait"}, r)); ended <- err }()
			select {
			case <-r.began:
			case err := <-ended:
				t.Fatalf("the call ended before it began: %v", err)
			}
			if row.name == "cancelled" {
				cancel()
			}
			<-ctx.Done()
			began := time.Now()
			if err := <-ended; !errors.Is(err, row.want) {
				t.Errorf("got %v", err)
			}
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("the call ended after %v", took)
			}
			awaitDeath(t, "the program that the call started", pidsOf(t, r)[1])
		})
	}
}

// pidsOf reads the process numbers that a waiting misfit reports: its own and its child's.
func pidsOf(t *testing.T, r *recorder) [2]int {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	var zero float64
	var pids [2]int
	if _, err := fmt.Sscan(r.progress[0], &zero, &pids[0], &pids[1]); err != nil {
		t.Fatal(err)
	}
	return pids
}

func TestPythonPluginServesManyCallsAtOnceAndStaysHealthy(t *testing.T) {
	p := quick()
	p.healthEvery, p.healthMisses = 200*time.Millisecond, 5
	h, book := open(t, misfit(t), p)
	ctx, cancel := context.WithCancel(t.Context())
	r := newRecorder()
	const n = 40 // more than a pool of threads has by default
	ended := make(chan error, n)
	for range n {
		go func() { _, err := h.Execute(ctx, call(order{Do: "wait"}, r)); ended <- err }()
	}
	for range n { // all wait at the same time
		<-r.began
	}
	before, _ := StatsOf(h)
	_ = syscall.Kill(before.PID, syscall.SIGTERM) // which is for its host to answer
	if a := mustExecute(t, h, order{Do: "measure", Text: strings.Repeat("x", 6<<20)}); a.Child != 6<<20 || a.Pid != before.PID {
		t.Errorf("a large message: %+v", a)
	}
	cancel()
	for range n {
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}
	if strings.Contains(book.String(), "died") {
		t.Errorf("log:\n%s", book)
	}
}

func TestPythonPluginThatIsKilledFailsItsCallsAndStartsAgain(t *testing.T) {
	h, _ := open(t, misfit(t), quick())
	r := newRecorder()
	ended := make(chan error, 1)
	go func() { _, err := h.Execute(t.Context(), call(order{Do: "wait"}, r)); ended <- err }()
	<-r.began
	pids := pidsOf(t, r)
	_ = syscall.Kill(pids[0], syscall.SIGKILL)
	if err := <-ended; kindOf(err) != providers.KindCrashed || !strings.Contains(err.Error(), "plugin pythonling died during test.obey: signal: killed") {
		t.Errorf("got %v", err)
	}
	awaitDeath(t, "the plugin's child", pids[1])
	if a := mustExecute(t, h, order{Do: "child"}); a.Pid == pids[0] {
		t.Error("the same process goes on")
	}
}

func TestPythonPluginAndItsChildrenDieWithAKilledHost(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("reads /proc")
	}
	s := misfit(t)
	killHost(t, append(s.Env, roleEnv+"=host", commandEnv+"="+strings.Join(s.Command, " ")))
}
