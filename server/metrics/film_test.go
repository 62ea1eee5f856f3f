package metrics

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/plugins/builtin"
	"github.com/filmloom/filmloom/providers"
)

// What the metrics say of a film agrees with what the run says, and with what the plugin has written down.
func TestTheMetricsOfAFilmAgreeWithItsRunAndWithThePluginsLog(t *testing.T) {
	log := filepath.Join(t.TempDir(), "calls")
	h := openHouse(t, films(log), builtin.Plugins())
	before := scrape(t, h.Metrics)
	before.want(t, map[string]float64{
		`runs_started_total{pipeline="story_video"}`:                        0,
		`runs_finished_total{outcome="failed",pipeline="story_video"}`:      0,
		`run_failures_total{kind="rejected",pipeline="story_video"}`:        0,
		`runs_active{pipeline="story_video"}`:                               0,
		`build_info{goversion="` + goVersion(before) + `",version="1.2.3"}`: 1,
		`productions_waiting`:                                      3,
		`productions_active`:                                       2,
		`provider_breaker_open{provider="mock"}`:                   0,
		`provider_calls_waiting{provider="mock",reason="breaker"}`: 0,
		`webhook_deliveries_total{outcome="failed"}`:               0,
		`logins_total{outcome="refused"}`:                          0,
		`http_requests_in_flight`:                                  0,
	})
	run := h.run(t, "story_video", nil)
	if s := run.Status(); s.State != engine.Completed {
		t.Fatalf("the run: %+v", s.Failure)
	}
	after := scrape(t, h.Metrics)
	calls := logged(t, log)
	instances := map[string]float64{}
	for _, s := range run.Status().Stages {
		instances[s.Uses] += float64(s.Instances)
	}
	total := 0.0
	for capability, n := range instances {
		total += n
		if n == 0 {
			continue
		}
		if got := calls[[2]string{capability, "done"}]; got != n {
			t.Errorf("%s: the log has %v calls of %v instances", capability, got, n)
		}
		after.want(t, map[string]float64{
			`provider_calls_total{capability="` + capability + `",outcome="ok",provider="mock"}`:       n,
			`provider_calls_total{capability="` + capability + `",outcome="internal",provider="mock"}`: 0,
			`stage_instances_total{capability="` + capability + `",outcome="done",provider="mock"}`:    n,
			`provider_call_duration_seconds_count{capability="` + capability + `",provider="mock"}`:    n,
			`provider_retries_total{capability="` + capability + `",provider="mock"}`:                  0,
		})
	}
	if total < 30 {
		t.Fatalf("a film of %v instances", total)
	}
	if got := after.sum("provider_calls_total", ""); got != total {
		t.Errorf("%v calls, want %v", got, total)
	}
	status := run.Status()
	after.want(t, map[string]float64{
		`runs_started_total{pipeline="story_video"}`:                          1,
		`runs_finished_total{outcome="completed",pipeline="story_video"}`:     1,
		`runs_active{pipeline="story_video"}`:                                 0,
		`run_duration_seconds_count{pipeline="story_video",revision="false"}`: 1,
		`run_duration_seconds_sum{pipeline="story_video",revision="false"}`:   status.Ended.Sub(status.Started).Seconds(),
		`plugin_running{plugin="mock",provider="mock"}`:                       1,
		`plugin_starts_total{plugin="mock",provider="mock"}`:                  1,
		`plugin_crashes_total{plugin="mock",provider="mock"}`:                 0,
		`plugin_calls_in_flight{plugin="mock",provider="mock"}`:               0,
		`provider_calls_in_flight{provider="mock"}`:                           0,
	})
	for _, name := range []string{
		"badger_size_bytes", "disk_free_bytes", "disk_size_bytes", "processors", "artifacts_counted_timestamp_seconds",
	} {
		if got := after.sum(name, ""); got <= 0 {
			t.Errorf("%s is %v", name, got)
		}
	}
}

// goVersion is the label that the scrape has.
func goVersion(r reading) string {
	for series := range r {
		if rest, ok := strings.CutPrefix(series, `filmloom_build_info{goversion="`); ok {
			v, _, _ := strings.Cut(rest, `"`)
			return v
		}
	}
	return ""
}

func TestARevisionCountsWhatItUsesAgain(t *testing.T) {
	log := filepath.Join(t.TempDir(), "calls")
	h := openHouse(t, films(log), builtin.InProcess())
	run := h.run(t, "story_video", nil)
	before := scrape(t, h.Metrics)
	called := logged(t, log)
	rev, err := h.eng.Revise(t.Context(), run.ID, engine.Revision{Takes: map[string]int{`image_generation["scene-02"]`: 0}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rev.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	after := scrape(t, h.Metrics)
	reused, made := 0.0, 0.0
	for _, s := range rev.Status().Stages {
		reused += float64(s.Reused)
		made += float64(s.Done - s.Reused)
	}
	if got := after.sum("stage_instances_total", `outcome="reused"`); got != reused || reused == 0 {
		t.Errorf("%v reused, want %v", got, reused)
	}
	if got := after.sum("provider_calls_total", "") - before.sum("provider_calls_total", ""); got != made {
		t.Errorf("%v new calls, want %v", got, made)
	}
	images := logged(t, log)[[2]string{"image.generate", "done"}] - called[[2]string{"image.generate", "done"}]
	after.want(t, map[string]float64{
		`run_duration_seconds_count{pipeline="story_video",revision="false"}`:            1,
		`run_duration_seconds_count{pipeline="story_video",revision="true"}`:             1,
		`provider_calls_total{capability="image.generate",outcome="ok",provider="mock"}`: before[`filmloom_provider_calls_total{capability="image.generate",outcome="ok",provider="mock"}`] + images,
	})
	if images != 1 {
		t.Errorf("%v pictures were made anew", images)
	}
}

func TestFailuresCountByTheirKind(t *testing.T) {
	tests := []struct {
		story   string
		outcome string // of the calls that fail
		fails   float64
		retries float64
		kind    string // of the run's failure; "" if it completes
	}{
		{"[mock:flaky:2@image.generate]", "unavailable", 2, 2, ""},
		{"[mock:rate:1@image.generate]", "rate_limited", 1, 1, ""},
		{"[mock:fail@image.generate]", "internal", 4, 3, "internal"},
		{"[mock:reject@image.generate]", "rejected", 1, 0, "rejected"},
		{"[mock:unauthorized@image.generate]", "unauthorized", 1, 0, "unauthorized"},
		{"[mock:invalid@image.generate]", "invalid_input", 1, 0, "invalid_input"},
	}
	for _, tt := range tests {
		t.Run(tt.outcome, func(t *testing.T) {
			t.Parallel()
			h := openHouse(t, quick(films(filepath.Join(t.TempDir(), "calls"))), builtin.InProcess())
			h.run(t, "story_video", engine.Inputs{"story_topic": "custom topic", "custom_story": "A night " + tt.story + " of rain."})
			r := scrape(t, h.Metrics)
			outcome, failed := "completed", 0.0
			if tt.kind != "" {
				outcome, failed = "failed", 1
				r.want(t, map[string]float64{`run_failures_total{kind="` + tt.kind + `",pipeline="story_video"}`: 1})
			}
			r.want(t, map[string]float64{
				`provider_calls_total{capability="image.generate",outcome="` + tt.outcome + `",provider="mock"}`: tt.fails,
				`provider_retries_total{capability="image.generate",provider="mock"}`:                            tt.retries,
				`runs_finished_total{outcome="` + outcome + `",pipeline="story_video"}`:                          1,
				`runs_active{pipeline="story_video"}`:                                                            0,
			})
			if got := r.sum("run_failures_total", ""); got != failed {
				t.Errorf("%v failures", got)
			}
			if got := r.sum("stage_instances_total", `outcome="failed"`); got != failed {
				t.Errorf("%v failed instances", got)
			}
			if tt.kind != "" && r.sum("run_duration_seconds_count", "") != 0 {
				t.Error("a failed run has a duration")
			}
		})
	}
}

// quick makes pipelines wait a millisecond where they wait a second.
func quick(src pipeline.Source) pipeline.Source {
	for name, hcl := range src {
		src[name] = []byte(strings.ReplaceAll(string(hcl), `delay     = "1s"`, `delay     = "1ms"`))
	}
	return src
}

func TestACrashOfAPluginIsCounted(t *testing.T) {
	h := openHouse(t, pipeline.Source{"test.hcl": []byte(`
pipeline "echo" {
  stage "said" {
    uses = "mock.echo"
    with = { text = "[mock:crash:1]" }
    retry { delay = "1ms" }
  }
}`)}, builtin.Plugins())
	if s := h.run(t, "echo", nil).Status(); s.State != engine.Completed {
		t.Fatalf("the run: %+v", s.Failure)
	}
	r := scrape(t, h.Metrics)
	r.want(t, map[string]float64{
		`plugin_starts_total{plugin="mock",provider="mock"}`:                             2,
		`plugin_crashes_total{plugin="mock",provider="mock"}`:                            1,
		`plugin_running{plugin="mock",provider="mock"}`:                                  1,
		`provider_calls_total{capability="mock.echo",outcome="crashed",provider="mock"}`: 1,
		`provider_calls_total{capability="mock.echo",outcome="ok",provider="mock"}`:      1,
		`provider_retries_total{capability="mock.echo",provider="mock"}`:                 1,
	})
}

// A vendor is a provider of one capability that does what a test wants.
type vendor struct {
	names []string
	sell  func(ctx context.Context, provider string, call *providers.Call) error
}

type good struct {
	Text string `json:"text"`
}

var sale = providers.Capability[good, good]{Name: "t.sell"}

func (v vendor) provider(name string) providers.Provider {
	return providers.New(name, "1.0.0", providers.Handle(sale, func(ctx context.Context, call *providers.Call, in good) (good, error) {
		return in, v.sell(ctx, name, call)
	}))
}

func (v vendor) Plugins() []string { return v.names }

func (v vendor) Describe(ctx context.Context, name string) (providers.Description, error) {
	return v.provider(name).Describe(ctx)
}

func (v vendor) Open(_ context.Context, name string, _ providers.OpenOptions) (providers.Provider, error) {
	return v.provider(name), nil
}

const selling = `
provider "cheap" {
  limits { concurrent = 1 }
}
provider "dear" {}

route "t.sell" {
  prefer   = ["cheap"]
  fallback = ["dear"]
}

pipeline "shop" {
  input "n" {
    type    = number
    default = 1
  }
  stage "sold" {
    for_each = range(input.n)
    uses = "t.sell"
    with = { text = "item ${each.value}" }
    retry {
      attempts = 2
      delay    = "1ms"
    }
  }
}
`

func TestAFallbackAndWhatItCostsAreCounted(t *testing.T) {
	h := openHouse(t, pipeline.Source{"test.hcl": []byte(selling)}, vendor{[]string{"cheap", "dear"}, func(_ context.Context, provider string, call *providers.Call) error {
		if provider == "cheap" {
			return providers.Errorf(providers.KindUnavailable, "sold out")
		}
		call.Charge(providers.USD(0.25))
		return nil
	}})
	h.run(t, "shop", engine.Inputs{"n": 2})
	scrape(t, h.Metrics).want(t, map[string]float64{
		`provider_calls_total{capability="t.sell",outcome="unavailable",provider="cheap"}`: 4,
		`provider_retries_total{capability="t.sell",provider="cheap"}`:                     2,
		`provider_fallbacks_total{capability="t.sell",from="cheap",to="dear"}`:             2,
		`provider_retries_total{capability="t.sell",provider="dear"}`:                      0,
		`cost_dollars_total{capability="t.sell",provider="dear"}`:                          0.5,
		`cost_dollars_total{capability="t.sell",provider="cheap"}`:                         0,
	})
	h.runs.mu.Lock()
	defer h.runs.mu.Unlock()
	if len(h.runs.open) != 0 {
		t.Errorf("%d runs are remembered after their end", len(h.runs.open))
	}
}

func TestANegativePriceIsNoPanic(t *testing.T) {
	h := openHouse(t, pipeline.Source{"test.hcl": []byte(selling)}, vendor{[]string{"cheap", "dear"}, func(_ context.Context, _ string, call *providers.Call) error {
		call.Charge(-1)
		return nil
	}})
	h.run(t, "shop", nil)
	scrape(t, h.Metrics).want(t, map[string]float64{
		`cost_dollars_total{capability="t.sell",provider="cheap"}`:                0,
		`provider_calls_total{capability="t.sell",outcome="ok",provider="cheap"}`: 1,
	})
}

func TestWhatGoesOnAndWhatWaitsIsSeen(t *testing.T) {
	began, hold := make(chan struct{}), make(chan struct{})
	h := openHouse(t, pipeline.Source{"test.hcl": []byte(selling)}, vendor{[]string{"cheap", "dear"}, func(context.Context, string, *providers.Call) error {
		began <- struct{}{}
		<-hold
		return nil
	}})
	run, err := h.eng.Start(t.Context(), "shop", engine.Inputs{"n": 3})
	if err != nil {
		t.Fatal(err)
	}
	<-began
	await(t, func() bool { return h.eng.Load().Gates[0].Waiting == 2 })
	scrape(t, h.Metrics).want(t, map[string]float64{
		`runs_active{pipeline="shop"}`:                              1,
		`provider_calls_in_flight{provider="cheap"}`:                1,
		`provider_calls_in_flight{provider="dear"}`:                 0,
		`provider_calls_waiting{provider="cheap",reason="place"}`:   2,
		`provider_calls_waiting{provider="cheap",reason="rate"}`:    0,
		`provider_calls_waiting{provider="cheap",reason="breaker"}`: 0,
	})
	close(hold)
	<-began
	<-began
	if _, err := run.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	scrape(t, h.Metrics).want(t, map[string]float64{
		`runs_active{pipeline="shop"}`:                            0,
		`provider_calls_waiting{provider="cheap",reason="place"}`: 0,
	})
}

func TestAnOpenBreakerIsSeen(t *testing.T) {
	h := openHouse(t, pipeline.Source{"test.hcl": []byte(selling)}, vendor{[]string{"cheap", "dear"}, func(_ context.Context, provider string, _ *providers.Call) error {
		if provider == "cheap" {
			return providers.Errorf(providers.KindUnavailable, "sold out")
		}
		return nil
	}})
	h.run(t, "shop", engine.Inputs{"n": 20})
	r := scrape(t, h.Metrics)
	r.want(t, map[string]float64{
		`provider_breaker_open{provider="cheap"}`: 1,
		`provider_breaker_open{provider="dear"}`:  0,
	})
	if ok := r[`filmloom_provider_calls_total{capability="t.sell",outcome="ok",provider="dear"}`]; ok != 20 {
		t.Errorf("%v calls went to the other provider", ok)
	}
	fmt.Fprintln(t.Output(), r.sum("provider_fallbacks_total", ""), "fallbacks seen")
}

// What is active is what the engine executes when it is asked: a run that stops without an event is not counted
// for ever, and one that ends though nobody executes it is counted as ended.
func TestARunThatNobodyExecutesIsNotActive(t *testing.T) {
	began, hold := make(chan struct{}), make(chan struct{})
	var calls atomic.Int32
	h := openHouse(t, pipeline.Source{"test.hcl": []byte(selling)}, vendor{[]string{"cheap", "dear"}, func(ctx context.Context, _ string, _ *providers.Call) error {
		first := calls.Add(1) == 1
		began <- struct{}{}
		if first {
			<-hold
			return nil
		}
		<-ctx.Done()
		return ctx.Err()
	}})
	older, err := h.eng.Start(t.Context(), "shop", engine.Inputs{"n": 2}) // there is a place for one
	if err != nil {
		t.Fatal(err)
	}
	<-began
	waiting := func(n int) func() bool {
		return func() bool { return h.eng.Load().Gates[0].Waiting == n }
	}
	await(t, waiting(1))
	scrape(t, h.Metrics).want(t, map[string]float64{`runs_active{pipeline="shop"}`: 1})
	paused := make(chan error)
	go func() { paused <- older.Pause(t.Context()) }()
	await(t, waiting(0))
	close(hold)
	if err := <-paused; err != nil || older.Status().State != engine.Paused {
		t.Fatalf("the run is %s: %v", older.Status().State, err)
	}
	scrape(t, h.Metrics).want(t, map[string]float64{`runs_active{pipeline="shop"}`: 0})
	if _, err := h.eng.Start(t.Context(), "shop", engine.Inputs{"n": 2}, engine.StartOptions{From: older.ID}); err != nil {
		t.Fatal(err)
	}
	<-began
	scrape(t, h.Metrics).want(t, map[string]float64{
		`runs_active{pipeline="shop"}`:                              1,
		`runs_finished_total{outcome="superseded",pipeline="shop"}`: 1,
	})
	if err := h.eng.Close(); err != nil {
		t.Fatal(err)
	}
	scrape(t, h.Metrics).want(t, map[string]float64{`runs_active{pipeline="shop"}`: 0})
}
