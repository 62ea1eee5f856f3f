package metrics

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	dto "github.com/prometheus/client_model/go"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/plugins/builtin"
	"github.com/filmloom/filmloom/providers"
)

var update = flag.Bool("update", false, "write the list of metrics into docs/metrics.md")

func gather(t testing.TB, m *Metrics) []*dto.MetricFamily {
	t.Helper()
	families, err := m.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	return families
}

// both gives one source's plugins, and another one's besides.
type both struct {
	providers.Source
	more vendor
}

func (b both) Plugins() []string { return append(b.Source.Plugins(), b.more.names...) }

func (b both) Describe(ctx context.Context, name string) (providers.Description, error) {
	if slices.Contains(b.more.names, name) {
		return b.more.Describe(ctx, name)
	}
	return b.Source.Describe(ctx, name)
}

func (b both) Open(ctx context.Context, name string, o providers.OpenOptions) (providers.Provider, error) {
	if slices.Contains(b.more.names, name) {
		return b.more.Open(ctx, name, o)
	}
	return b.Source.Open(ctx, name, o)
}

// touched are metrics of which every one has a value: a real engine and its plugins did everything once.
func touched(t testing.TB) *house {
	t.Helper()
	src := quick(films(filepath.Join(t.TempDir(), "calls")))
	src["shop.hcl"] = []byte(selling)
	src["asking.hcl"] = []byte(asking)
	h := openHouse(t, src, both{builtin.Plugins(), vendor{[]string{"cheap", "dear"}, func(_ context.Context, provider string, call *providers.Call) error {
		if provider == "cheap" {
			return providers.Errorf(providers.KindUnavailable, "sold out")
		}
		call.Charge(providers.USD(0.25))
		return nil
	}}})
	run := h.run(t, "story_video", nil)
	again, err := h.eng.Revise(t.Context(), run.ID, engine.Revision{Takes: map[string]int{`image_generation["scene-02"]`: 0}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := again.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.run(t, "shop", nil)
	h.run(t, "story_video", engine.Inputs{"story_topic": "custom topic", "custom_story": "[mock:fail@image.generate]"})
	asked := h.run(t, "asked", nil)
	if asked, err = h.eng.Decide(t.Context(), asked.ID, "approved", engine.Decision{Approved: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := asked.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	await(t, func() bool { return h.census.Load() != nil })
	get(t, "GET", serve(t, h.Metrics, h.Handler()).URL)
	return h
}

func TestNamesHelpAndUnitsAreAsPrometheusWantsThem(t *testing.T) {
	h := touched(t)
	problems, err := testutil.GatherAndLint(h.registry)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
	// What the linter does not look at.
	base := []string{"_seconds", "_bytes", "_dollars", "_info"}
	for _, f := range ours(t, h.Metrics) {
		name := strings.TrimSuffix(f.GetName(), "_total")
		if f.GetType() == dto.MetricType_HISTOGRAM && !slices.ContainsFunc(base, func(unit string) bool { return strings.HasSuffix(name, unit) }) {
			t.Errorf("%s has no unit", f.GetName())
		}
		if f.GetType() == dto.MetricType_COUNTER != strings.HasSuffix(f.GetName(), "_total") {
			t.Errorf("%s is a %s", f.GetName(), f.GetType())
		}
		if help := f.GetHelp(); !strings.HasSuffix(help, ".") && !strings.HasSuffix(help, ").") {
			t.Errorf("the help of %s is no sentence: %s", f.GetName(), help)
		}
		for _, series := range f.GetMetric() {
			for _, l := range series.GetLabel() {
				if slices.Contains([]string{"user", "account", "run", "address", "topic", "title", "id"}, l.GetName()) {
					t.Errorf("%s has the label %s", f.GetName(), l.GetName())
				}
			}
		}
	}
}

// ours are the metrics of the server, without those of the Go runtime and of the process.
func ours(t testing.TB, m *Metrics) []*dto.MetricFamily {
	t.Helper()
	return slices.DeleteFunc(gather(t, m), func(f *dto.MetricFamily) bool { return !strings.HasPrefix(f.GetName(), namespace+"_") })
}

var described = regexp.MustCompile(`fqName: "(` + namespace + `_[^"]*)"`)

// registered are the names of our metrics, whether they have a value or not.
func registered(m *Metrics) []string {
	ch := make(chan *prometheus.Desc)
	go func() {
		defer close(ch)
		m.registry.Describe(ch)
	}()
	var names []string
	for d := range ch {
		if match := described.FindStringSubmatch(d.String()); match != nil {
			names = append(names, match[1])
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

const (
	begin = "<!-- begin: written by go test ./server/metrics -update -->\n"
	end   = "<!-- end -->\n"
)

func TestTheDocumentListsWhatIsRegistered(t *testing.T) {
	h := touched(t)
	var list strings.Builder
	list.WriteString("| metric | type | labels | what it tells |\n|---|---|---|---|\n")
	var names []string
	for _, f := range ours(t, h.Metrics) {
		names = append(names, f.GetName())
		var labels []string
		for _, l := range f.GetMetric()[0].GetLabel() {
			labels = append(labels, "`"+l.GetName()+"`")
		}
		fmt.Fprintf(&list, "| `%s` | %s | %s | %s |\n", f.GetName(), strings.ToLower(f.GetType().String()), strings.Join(labels, " "),
			strings.ReplaceAll(f.GetHelp(), "|", `\|`))
	}
	if all := registered(h.Metrics); !slices.Equal(names, all) {
		t.Fatalf("the test touches\n%s\nand there are\n%s", strings.Join(names, "\n"), strings.Join(all, "\n"))
	}
	file := filepath.Join("..", "..", "docs", "metrics.md")
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(raw), begin)
	written, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatal("docs/metrics.md has no place for the list")
	}
	if *update {
		if err := os.WriteFile(file, []byte(before+begin+list.String()+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if written != list.String() {
		t.Error("docs/metrics.md lists other metrics than there are; run: go test ./server/metrics -run Document -update")
	}
	for _, name := range metricNames.FindAllString(before+after, -1) {
		if !known(names, name) {
			t.Errorf("docs/metrics.md speaks of %s, which there is not", name)
		}
	}
}
