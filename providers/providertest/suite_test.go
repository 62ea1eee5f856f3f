package providertest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/filmloom/filmloom/providers"
)

func TestParagonPassesInProcess(t *testing.T) {
	Run(t, func() (providers.Provider, error) { return paragon(), nil }, exampleOptions(t))
}

func TestParagonPassesAsAPlugin(t *testing.T) {
	RunCommand(t, command("paragon"), exampleOptions(t))
}

func TestNothingIsSkippedOfAParagon(t *testing.T) {
	report := Check(t.Context(), Command(command("paragon")), exampleOptions(t))
	if !report.OK() || report.Skipped > 0 || report.Passed != len(allChecks) || report.Name != "paragon" {
		var b bytes.Buffer
		_ = report.WriteText(&b, 120)
		t.Errorf("%s", &b)
	}
}

// A provider with one fault fails the check for that. The words are what its author reads.
func TestEachFaultIsFound(t *testing.T) {
	var versions, digests, works atomic.Int64
	type execute = func(ctx context.Context, call *providers.Call) (*providers.Result, error)
	good := paragon()
	on := func(capability string, do execute) broken {
		return broken{Provider: good, execute: func(ctx context.Context, call *providers.Call) (*providers.Result, error) {
			if call.Capability == capability {
				return do(ctx, call)
			}
			return good.Execute(ctx, call)
		}}
	}
	gives := func(output string) execute {
		return func(context.Context, *providers.Call) (*providers.Result, error) {
			return &providers.Result{Output: json.RawMessage(output)}, nil
		}
	}
	link := func(_ context.Context, call *providers.Call) (*providers.Result, error) {
		err := os.Symlink("/etc/hostname", filepath.Join(call.WorkDir, "link"))
		return &providers.Result{Output: json.RawMessage(`{"file": {"path": "link"}}`)}, err
	}
	deaf := func(_ context.Context, call *providers.Call) (*providers.Result, error) {
		<-time.After(endsWithin + 500*time.Millisecond)
		return &providers.Result{Output: json.RawMessage(`{"steps": 1}`)}, nil
	}
	var keyed string
	for _, row := range []struct {
		check, words string
		p            broken
	}{
		{"describe", "differently the second time: paragon 1", broken{describe: func(d providers.Description) providers.Description {
			d.Version = fmt.Sprint(versions.Add(1)) + ".0.0"
			return d
		}}},
		{"names", `its version is "v1"`, broken{describe: func(d providers.Description) providers.Description {
			d.Version = "v1"
			return d
		}}},
		{"names", "it describes the capability paragon.read twice", broken{describe: func(d providers.Description) providers.Description {
			d.Capabilities = append(slices.Clone(d.Capabilities), d.Capabilities[2])
			return d
		}}},
		{"schemas", "configuration, level: its default is not allowed: level: must be at most 9", broken{describe: func(d providers.Description) providers.Description {
			d.Config.Attributes = slices.Clone(d.Config.Attributes)
			d.Config.Attributes[2].Default = json.RawMessage("10")
			return d
		}}},
		{"contracts", "paragon.write must require the input mood", broken{describe: func(d providers.Description) providers.Description {
			d.Capabilities = slices.Clone(d.Capabilities)
			d.Capabilities[0].Input.Attributes = d.Capabilities[0].Input.Attributes[:1]
			return d
		}}},
		{"empty", "the problem has no words", broken{configure: func(json.RawMessage) (providers.Configured, error) {
			return providers.Configured{Hint: "wait"}, nil
		}}},
		{"empty", "not to be ready is no error", broken{configure: func(json.RawMessage) (providers.Configured, error) {
			return providers.Configured{}, errors.New("no key")
		}}},
		{"wrong-type", `level = "no number at all": it takes that, and the setting is number`, broken{configure: func(json.RawMessage) (providers.Configured, error) {
			return providers.Configured{Ready: true}, nil
		}}},
		{"unknown-setting", "it panicked: what is that?, at ", broken{configure: func(raw json.RawMessage) (providers.Configured, error) {
			if bytes.Contains(raw, []byte("no_such_setting")) {
				panic("what is that?")
			}
			return providers.Configured{Ready: true}, nil
		}}},
		{"estimate", "the least is more than the most: $2.0000 to $1.0000", broken{estimate: func(providers.EstimateQuery) (providers.Estimate, error) {
			return providers.Estimate{MinCost: 2e6, MaxCost: 1e6}, nil
		}}},
		{"unknown-capability", "must fail with invalid_input, so that nobody tries again: internal: no idea", on(strange, func(context.Context, *providers.Call) (*providers.Result, error) {
			return nil, errors.New("no idea")
		})},
		{"broken-input", `paragon.work with the input "{\"broken\": ": it panicked`, on("paragon.work", func(_ context.Context, call *providers.Call) (*providers.Result, error) {
			panic(json.Unmarshal(call.Input, new(map[string]any)))
		})},
		{"result", "its output does not fit the schema: file: this attribute is required", on("paragon.write", gives(`{}`))},
		{"result", "lies outside of the work directory", on("paragon.write", gives(`{"file": {"path": "../x"}}`))},
		{"result", "is a link, or reached through one", on("paragon.write", link)},
		{"result", "the call cost $0.0100, and its estimate said nothing of that", on("paragon.work", func(context.Context, *providers.Call) (*providers.Result, error) {
			return &providers.Result{Output: json.RawMessage(`{"steps": 1}`), Cost: 1e4}, nil
		})},
		{"progress", "paragon.work goes back from 0.500 to 0.200", on("paragon.work", func(_ context.Context, call *providers.Call) (*providers.Result, error) {
			call.Progress(.5, "")
			call.Progress(.2, "")
			return &providers.Result{Output: json.RawMessage(`{"steps": 1}`)}, nil
		})},
		{"cancel", "paragon.work, cancelled before it began, goes on for", on("paragon.work", deaf)},
		{"deadline", "paragon.work, out of time, goes on for", on("paragon.work", func(_ context.Context, call *providers.Call) (*providers.Result, error) {
			// The first call is quick, the next is not.
			if works.Add(1)%2 == 0 {
				<-time.After(endsWithin + 500*time.Millisecond)
			}
			return &providers.Result{Output: json.RawMessage(`{"steps": 1}`)}, nil
		})},
		{"parallel", "of 8 at once: internal: one at a time", on("paragon.work", oneAtATime())},
		{"repeatable", "the same input gives something else", on("paragon.read", func(context.Context, *providers.Call) (*providers.Result, error) {
			return &providers.Result{Output: fmt.Appendf(nil, `{"sha256": "%d"}`, digests.Add(1))}, nil
		})},
		{"checkpoint", "from its own checkpoint: internal: cannot go on", on("paragon.work", func(ctx context.Context, call *providers.Call) (*providers.Result, error) {
			if call.Checkpoint != nil {
				return nil, errors.New("cannot go on")
			}
			return good.Execute(ctx, call)
		})},
		{"oversized", "with text of 5 MB: it panicked: too much", on("paragon.write", func(ctx context.Context, call *providers.Call) (*providers.Result, error) {
			if len(call.Input) > 1<<20 {
				panic("too much")
			}
			return good.Execute(ctx, call)
		})},
		{"missing-file", "it panicked: open /nowhere/", on("paragon.read", func(ctx context.Context, call *providers.Call) (*providers.Result, error) {
			var in readIn
			_ = json.Unmarshal(call.Input, &in)
			if _, err := os.ReadFile(in.File.Path); err != nil {
				panic(err)
			}
			return good.Execute(ctx, call)
		})},
		{"secrets", "a secret is in an error of paragon.write", broken{
			configure: func(raw json.RawMessage) (providers.Configured, error) {
				keyed = string(raw)
				return providers.Configured{Ready: true}, nil
			},
			execute: func(ctx context.Context, call *providers.Call) (*providers.Result, error) {
				if !json.Valid(call.Input) {
					return nil, fmt.Errorf("with %s", keyed)
				}
				return good.Execute(ctx, call)
			},
		}},
		{"shutdown", "cannot stop", broken{shutdown: errors.New("cannot stop")}},
	} {
		t.Run(row.check, func(t *testing.T) {
			t.Parallel() // some are slow, which is their fault
			p := row.p
			if p.Provider == nil {
				p.Provider = paragon()
			}
			o := exampleOptions(t)
			o.Only = []string{row.check}
			if call, ok := map[string]string{"deadline": "paragon.work"}[row.check]; ok {
				o.Only = append(o.Only, call)
			}
			report := Check(t.Context(), InProcess(func() (providers.Provider, error) { return p, nil }), o)
			if report.Failed != 1 || len(report.Results) != 1 || !strings.Contains(strings.Join(report.Results[0].Details, "\n"), row.words) {
				t.Errorf("want %q in %+v", row.words, report.Results)
			}
		})
	}
}

// oneAtATime refuses calls beside another.
func oneAtATime() func(context.Context, *providers.Call) (*providers.Result, error) {
	var running atomic.Int64
	return func(context.Context, *providers.Call) (*providers.Result, error) {
		defer running.Add(-1)
		if running.Add(1) > 1 {
			return nil, errors.New("one at a time")
		}
		<-time.After(20 * time.Millisecond) // its work
		return &providers.Result{Output: json.RawMessage(`{"steps": 1}`)}, nil
	}
}

func TestEachFaultOfAProcessIsFound(t *testing.T) {
	for _, row := range []struct{ role, check, words string }{
		{"dirty", "start", `wrote "Loading the model, please wait …" to its standard output before the handshake`},
		{"past", "start", "speaks version 0 of the provider protocol, and this host version 1"},
		{"future", "start", "speaks version 2 of the provider protocol, and this host version 1"},
		{"plaintext", "start", "did not offer TLS (Set tls = false"},
		{"silent", "by-hand", "it ends without a word"},
		{"no lifeline", "lifeline", "it goes on after the end of FILMLOOM_LIFELINE_FD"},
		{"no lifeline", "sigterm", "it ends at SIGTERM"},
		{"socket elsewhere", "handshake", "does not lie in the directory PLUGIN_UNIX_SOCKET_DIR"},
		{"mortal", "unknown-capability", "it died: plugin paragon died during no.such_capability: exit status 3"},
	} {
		t.Run(row.role+" "+row.check, func(t *testing.T) {
			o := exampleOptions(t)
			o.Only = []string{row.check}
			report := Check(t.Context(), Command(command(row.role)), o)
			if report.Failed != 1 || !strings.Contains(strings.Join(report.Results[0].Details, "\n"), row.words) {
				t.Errorf("want %q in %+v", row.words, report.Results)
			}
		})
	}
}

func TestWithoutTLSAPluginMayHaveNone(t *testing.T) {
	spec := command("plaintext")
	spec.NoTLS = true
	report := Check(t.Context(), Command(spec), Options{Only: []string{"start", "tls", "plaintext"}})
	if !report.OK() || report.Passed != 2 || report.Skipped != 1 {
		t.Errorf("%+v", report)
	}
}

func TestWhatDoesNotStartFailsOnceAndSkipsTheRest(t *testing.T) {
	spec := command("dirty")
	report := Check(t.Context(), Command(spec), Options{})
	if report.OK() || report.Failed != 2 || report.Passed != 0 {
		var b bytes.Buffer
		_ = report.WriteText(&b, 80)
		t.Errorf("%s", &b)
	}
}

func TestCallsThatMayCostAreMadeOnlyWhenAllowed(t *testing.T) {
	free := paragon()
	dear := func() (providers.Provider, error) {
		return broken{Provider: free, estimate: func(q providers.EstimateQuery) (providers.Estimate, error) {
			if q.Capability == "paragon.work" {
				return providers.Estimate{MaxCost: 40_000}, nil
			}
			return providers.Estimate{}, nil
		}}, nil
	}
	why := func(o Options) string {
		o.Only = []string{"result"}
		report := Check(t.Context(), InProcess(dear), o)
		return strings.Join(report.Results[0].Details, "\n")
	}
	if got := why(Options{}); !strings.Contains(got, "paragon.work is not called: a call costs up to $0.0400; allow it (--paid)") ||
		strings.Contains(got, "paragon.write") || !strings.Contains(got, "paragon.read is not called: there is no example input, and none can be made: file: it needs a file") {
		t.Errorf("without a key: %s", got)
	}
	if got := why(Options{Config: []byte(`{"key": "k"}`)}); !strings.Contains(got, "paragon.write is not called: it has a secret and no estimate") {
		t.Errorf("with a key: %s", got)
	}
	if got := why(Options{Config: []byte(`{"key": "k"}`), Paid: true}); strings.Contains(got, "cost") {
		t.Errorf("allowed: %s", got)
	}
}

func TestWhatIsLeftOutIsNotTried(t *testing.T) {
	o := Options{Only: []string{"description", "result"}, Without: []string{"schemas", "paragon.work"}}
	report := Check(t.Context(), InProcess(func() (providers.Provider, error) { return paragon(), nil }), o)
	var names []string
	for _, r := range report.Results {
		names = append(names, r.Name)
	}
	if got := strings.Join(names, " "); got != "describe names contracts result" || !strings.Contains(fmt.Sprint(report.Results), "paragon.work is not called: it was not asked for") {
		t.Errorf("%s: %+v", got, report.Results)
	}
}

func TestOptionsThatDoNotFitAreSaid(t *testing.T) {
	if err := (Options{Only: []string{"cancl"}}).Validate(); err == nil || err.Error() != `there is no check "cancl"; did you mean "cancel"?` {
		t.Error(err)
	}
	for words, o := range map[string]Options{
		"example input for paragon.sing, which it does not serve":                {Inputs: map[string]json.RawMessage{"paragon.sing": []byte("{}")}},
		"only paragon.sing is wanted, which it does not serve":                   {Only: []string{"paragon.sing"}},
		`the configuration does not fit: the value: there is no attribute "kee"`: {Config: []byte(`{"kee": 1}`)},
		"paragon.write: the input does not fit: mood: this attribute":            {Inputs: map[string]json.RawMessage{"paragon.write": []byte(`{"text": "x", "times": 2}`)}},
	} {
		o.Only = append(o.Only, "given")
		report := Check(t.Context(), InProcess(func() (providers.Provider, error) { return paragon(), nil }), o)
		if report.Failed != 1 || !strings.Contains(strings.Join(report.Results[0].Details, "\n"), words) {
			t.Errorf("want %q in %+v", words, report.Results)
		}
	}
}

func TestInterruptedReportSaysSo(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	o := Options{Done: func(r Result) {
		if r.Name == "names" {
			cancel()
		}
	}}
	report := Check(ctx, InProcess(func() (providers.Provider, error) { return paragon(), nil }), o)
	var b bytes.Buffer
	if err := report.WriteText(&b, 80); err != nil || report.OK() || len(report.Results) != 2 || !strings.Contains(b.String(), "interrupted") {
		t.Errorf("%v: %s", err, &b)
	}
}

func TestReportIsReadableAt80Columns(t *testing.T) {
	report := Check(t.Context(), InProcess(func() (providers.Provider, error) { return paragon(), nil }), Options{})
	var b bytes.Buffer
	if err := report.WriteText(&b, 80); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(b.String()) {
		if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > 80 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	want := fmt.Sprintf("\n%d passed, 0 failed, %d skipped\n", report.Passed, report.Skipped)
	if !strings.HasSuffix(b.String(), want) || !strings.Contains(b.String(), "  ✓ cancel             A cancelled call ends") || !strings.Contains(b.String(), "  – missing-file ") {
		t.Errorf("%s", &b)
	}
}

func TestChildrenOfAGroupAreSeen(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("reads /proc")
	}
	cmd := exec.Command("sh", "-c", "sleep 1000 & wait")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	group := cmd.Process.Pid
	if !alive(group) || !eventually(5*time.Second, func() bool { return len(members(group)) == 1 }) {
		t.Errorf("the child is not seen: %v", members(group))
	}
	if left := remaining(group, nil); len(left) != 1 {
		t.Errorf("left are %v", left)
	}
	_ = syscall.Kill(-group, syscall.SIGKILL)
	_ = cmd.Wait()
	if left := remaining(group, nil); len(left) > 0 || alive(group) || alive(1<<30) {
		t.Errorf("alive are %v", left)
	}
}
