package metrics

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/plugins/builtin"
	"github.com/filmloom/filmloom/providers"
)

var noon = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

// of is an observation of a run.
func of(run string, kind engine.Kind, after time.Duration) engine.Observation {
	return engine.Observation{
		Event: engine.Event{Kind: kind, Time: noon.Add(after)}, Run: run, Lineage: "first", Pipeline: "p",
	}
}

func TestTheDurationOfARunIsThatOfOneThatWasNeverStopped(t *testing.T) {
	tests := []struct {
		name     string
		events   []engine.Kind // a minute apart
		run      string
		seconds  float64 // 0: it has none
		revision string
	}{
		{"completed", []engine.Kind{engine.RunStarted, engine.RunCompleted}, "first", 60, "false"},
		{"a revision", []engine.Kind{engine.RunStarted, engine.StageExpanded, engine.RunCompleted}, "second", 120, "true"},
		{"paused", []engine.Kind{engine.RunStarted, engine.RunPaused, engine.RunResumed, engine.RunCompleted}, "first", 0, ""},
		{"found in the journal", []engine.Kind{engine.RunResumed, engine.RunCompleted}, "first", 0, ""},
		{"resumed twice", []engine.Kind{engine.RunStarted, engine.RunResumed, engine.RunCompleted}, "first", 0, ""},
		{"failed", []engine.Kind{engine.RunStarted, engine.RunFailed}, "first", 0, ""},
		{"cancelled", []engine.Kind{engine.RunStarted, engine.RunCancelled}, "first", 0, ""},
		{"superseded", []engine.Kind{engine.RunStarted, engine.RunSuperseded}, "first", 0, ""},
		{"cancelled while paused", []engine.Kind{engine.RunStarted, engine.RunPaused, engine.RunCancelled}, "first", 0, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := New()
			for i, kind := range tt.events {
				m.Observe(of(tt.run, kind, time.Duration(i)*time.Minute))
			}
			r := scrape(t, m)
			if tt.seconds > 0 {
				r.want(t, map[string]float64{
					`run_duration_seconds_sum{pipeline="p",revision="` + tt.revision + `"}`: tt.seconds,
				})
			} else if got := r.sum("run_duration_seconds_count", ""); got != 0 {
				t.Errorf("%v durations", got)
			}
			if got := r.sum("runs_finished_total", ""); got != 1 {
				t.Errorf("%v runs have ended", got)
			}
			if len(m.runs.open) != 0 {
				t.Errorf("remembered after the end: %v", m.runs.open)
			}
		})
	}
}

func TestAClockThatWasSetBackIsNoPanicAndNoNegativeTime(t *testing.T) {
	m := New()
	m.Observe(of("first", engine.RunStarted, time.Hour))
	call := of("first", engine.InstanceDone, 0)
	call.Capability, call.Provider, call.Attempt, call.Took = "c", "p", 1, -time.Second
	m.Observe(call)
	m.Observe(of("first", engine.RunCompleted, 0))
	scrape(t, m).want(t, map[string]float64{
		`run_duration_seconds_sum{pipeline="p",revision="false"}`:         0,
		`provider_call_duration_seconds_sum{capability="c",provider="p"}`: 0,
	})
}

// The server ends while an attempt waits to be made again, or is under way: neither is a retry that
// somebody should look into, nor is anything remembered for ever.
func TestAnAttemptAfterAnInterruptionIsNoRetry(t *testing.T) {
	m := New()
	attempt := func(kind engine.Kind, n int, provider string) {
		o := of("first", kind, 0)
		o.Capability, o.Provider, o.Address, o.Attempt = "c", provider, "a", n
		if kind == engine.AttemptFailed {
			o.Error = &engine.Failure{Kind: providers.KindUnavailable}
		}
		m.Observe(o)
	}
	m.Observe(of("first", engine.RunResumed, 0))
	attempt(engine.AttemptStarted, 3, "p")
	attempt(engine.AttemptFailed, 3, "p")
	attempt(engine.AttemptStarted, 4, "p")
	attempt(engine.AttemptFailed, 4, "p")
	attempt(engine.AttemptStarted, 5, "q")
	attempt(engine.InstanceDone, 5, "q")
	if n := len(m.runs.open["first"].failed); n != 0 {
		t.Errorf("%d failures are remembered after the instance is done", n)
	}
	scrape(t, m).want(t, map[string]float64{
		`provider_retries_total{capability="c",provider="p"}`:            1,
		`provider_retries_total{capability="c",provider="q"}`:            0,
		`provider_fallbacks_total{capability="c",from="p",to="q"}`:       1,
		`provider_calls_total{capability="c",outcome="ok",provider="q"}`: 1,
	})
	// An attempt of a run that is not known to go on is remembered nowhere.
	stray := of("stray", engine.AttemptFailed, 0)
	stray.Capability, stray.Provider, stray.Address = "c", "p", "a"
	m.Observe(stray)
	if len(m.runs.open) != 1 {
		t.Errorf("remembered: %v", m.runs.open)
	}
}

func TestACancelledCallIsNotRepeatedAsARetry(t *testing.T) {
	m := New()
	m.Observe(of("first", engine.RunStarted, 0))
	o := of("first", engine.AttemptFailed, 0)
	o.Capability, o.Provider, o.Error = "c", "p", &engine.Failure{Kind: engine.KindCancelled}
	m.Observe(o)
	if n := len(m.runs.open["first"].failed); n != 0 {
		t.Errorf("%d failures", n)
	}
	scrape(t, m).want(t, map[string]float64{`provider_calls_total{capability="c",outcome="cancelled",provider="p"}`: 1})
}

func TestNamesAreBoundedAndValidWhateverComes(t *testing.T) {
	m := New()
	for i := range 3 * maxNames {
		run := fmt.Sprint(i)
		started := of(run, engine.RunStarted, 0)
		started.Pipeline = "pipeline-" + run
		m.Observe(started)
		o := started
		o.Kind, o.Capability, o.Provider, o.Attempt = engine.AttemptStarted, "c"+run, "p"+run, 1
		m.Observe(o)
		o.Kind, o.Error = engine.AttemptFailed, &engine.Failure{Kind: providers.Kind("kind-" + run)}
		m.Observe(o)
		started.Kind, started.Error = engine.RunFailed, o.Error
		m.Observe(started)
	}
	seen := map[string]map[string]bool{}
	for _, family := range gather(t, m) {
		for _, series := range family.GetMetric() {
			for _, l := range series.GetLabel() {
				if seen[l.GetName()] == nil {
					seen[l.GetName()] = map[string]bool{}
				}
				seen[l.GetName()][l.GetValue()] = true
			}
		}
	}
	for _, label := range []string{"pipeline", "capability", "provider"} {
		if n := len(seen[label]); n != maxNames+1 || !seen[label][other] {
			t.Errorf("the label %s has %d values", label, n)
		}
	}
	for _, label := range []string{"kind", "outcome"} {
		if n := len(seen[label]); n > 20 || !seen[label][other] {
			t.Errorf("the label %s has the values %v", label, seen[label])
		}
	}
	var n names
	for _, tt := range [][2]string{
		{"fine", "fine"},
		{"", other},
		{"\xff\xfe", other},
		{"a\xffb", "ab"},
		{"日本", "日本"},
		{strings.Repeat("x", 1000), strings.Repeat("x", longest)},
		{strings.Repeat("日", 50), strings.Repeat("日", longest/3)},
	} {
		if got := n.name(tt[0]); got != tt[1] {
			t.Errorf("%.20q is shown as %.120q, want %q", tt[0], got, tt[1])
		}
	}
}

func FuzzName(f *testing.F) {
	for _, s := range []string{"openai", "", "\xff", "a\x00b", "image.generate", strings.Repeat("日", 60)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m := New()
		o := of("first", engine.AttemptFailed, 0)
		o.Pipeline, o.Capability, o.Provider, o.Error = s, s, s, &engine.Failure{Kind: providers.Kind(s)}
		m.Observe(o)
		o.Kind = engine.RunFailed
		m.Observe(o)
		if shown := m.providers.name(s); !utf8.ValidString(shown) || shown == "" || len(shown) > longest {
			t.Errorf("%q is shown as %q", s, shown)
		}
		gather(t, m)
	})
}

// Every sort of event, also in an order that no run has, from many goroutines.
func TestObserveMayBeCalledConcurrentlyWithAnything(t *testing.T) {
	m := New()
	all := []engine.Kind{
		engine.RunCreated, engine.RunStarted, engine.RunResumed, engine.RunPaused, engine.RunCompleted, engine.RunFailed,
		engine.RunCancelled, engine.RunSuperseded, engine.StageExpanded, engine.StageSkipped, engine.AttemptStarted,
		engine.AttemptCheckpoint, engine.AttemptFailed, engine.ApprovalRequested, engine.InstanceDone, engine.InstanceReused,
		engine.InstanceEdited, engine.InstanceFailed, engine.Progress, "of.the.future",
	}
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 2000 {
				o := of(fmt.Sprint((g+i)%5), all[(i*7+g)%len(all)], 0)
				o.Capability, o.Provider, o.Attempt, o.Address = "c", fmt.Sprint("p", i%3), i%2, fmt.Sprint(i%4)
				m.Observe(o)
			}
		})
	}
	wg.Wait()
	for i := range 5 {
		m.Observe(of(fmt.Sprint(i), engine.RunCancelled, 0))
	}
	if len(m.runs.open) != 0 {
		t.Errorf("remembered after the end: %v", m.runs.open)
	}
	gather(t, m)
}

const asking = `
pipeline "asked" {
  stage "first" {
    uses = "mock.echo"
    with = { text = "x" }
  }
  stage "approved" {
    uses = "approval.wait"
    with = { message = "Is ${stage.first.text} right?" }
  }
  stage "inner" {
    for_each = ["a", "b"]
    uses     = pipeline.inner
    with     = { text = "${each.value} ${stage.approved.comment}" }
  }
}

pipeline "inner" {
  input "text" { type = string }
  stage "said" {
    uses = "mock.echo"
    with = { text = input.text }
  }
}
`

// A person's decision is an instance without a call; a pipeline within a pipeline is its own instances alone.
func TestADecisionAndAPipelineAreNoCalls(t *testing.T) {
	h := openHouse(t, pipeline.Source{"test.hcl": []byte(asking)}, builtin.InProcess())
	run := h.run(t, "asked", nil)
	scrape(t, h.Metrics).want(t, map[string]float64{
		`runs_active{pipeline="asked"}`:                                             0,
		`provider_calls_total{capability="mock.echo",outcome="ok",provider="mock"}`: 1,
	})
	run, err := h.eng.Decide(t.Context(), run.ID, "approved", engine.Decision{Approved: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := run.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	r := scrape(t, h.Metrics)
	r.want(t, map[string]float64{
		`runs_active{pipeline="asked"}`:                                                        0,
		`runs_resumed_total{pipeline="asked"}`:                                                 1,
		`runs_finished_total{outcome="completed",pipeline="asked"}`:                            1,
		`stage_instances_total{capability="approval.wait",outcome="done",provider="approval"}`: 1,
		`stage_instances_total{capability="mock.echo",outcome="done",provider="mock"}`:         3,
		`provider_calls_total{capability="mock.echo",outcome="ok",provider="mock"}`:            3,
	})
	if got := r.sum("stage_instances_total", ""); got != 4 {
		t.Errorf("%v instances", got)
	}
	if got := r.sum("run_duration_seconds_count", ""); got != 0 {
		t.Error("a run that has waited for a person has a duration")
	}
}

// BenchmarkObserve is what the metrics add to a call: it is in the middle of the engine's work.
func BenchmarkObserve(b *testing.B) {
	m := New()
	m.Observe(of("first", engine.RunStarted, 0))
	o := of("first", engine.AttemptStarted, 0)
	o.Capability, o.Provider, o.Address, o.Attempt, o.Took, o.Cost = "image.generate", "openai", `image_generation["scene-01"]`, 1, time.Second, 40_000
	b.Run("attempt", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			m.Observe(o)
		}
	})
	o.Kind = engine.InstanceDone
	b.Run("done", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			m.Observe(o)
		}
	})
}
