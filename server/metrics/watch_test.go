package metrics

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"go.uber.org/fx"
	"go.uber.org/fx/fxtest"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/engine/admission"
	"github.com/filmloom/filmloom/engine/artifact"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/plugins/builtin"
	"github.com/filmloom/filmloom/providers/plugin"
	"github.com/filmloom/filmloom/server/store"
	"github.com/filmloom/filmloom/server/webhooks"
)

func TestWhatACallWaitsForFollowsFromTheLoadOfItsGate(t *testing.T) {
	soon := time.Now().Add(time.Minute)
	tests := []struct {
		name   string
		gate   admission.GateLoad
		limits admission.Limits
		want   string
	}{
		{"broken", admission.GateLoad{Broken: true, InFlight: 2, HeldUntil: soon}, admission.Limits{Concurrent: 2}, "breaker"},
		{"asked to wait", admission.GateLoad{InFlight: 2, HeldUntil: soon}, admission.Limits{Concurrent: 2}, "pause"},
		{"full", admission.GateLoad{InFlight: 2}, admission.Limits{Concurrent: 2, PerMinute: 5}, "place"},
		{"too many a minute", admission.GateLoad{InFlight: 1}, admission.Limits{Concurrent: 2, PerMinute: 5}, "rate"},
		{"no limit of its own", admission.GateLoad{InFlight: 9}, admission.Limits{}, "processor"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := reason(tt.gate, tt.limits); got != tt.want || !slices.Contains(reasons, got) {
				t.Errorf("it waits for %s, want %s", got, tt.want)
			}
		})
	}
}

func openStore(t *testing.T) *artifact.Dir {
	t.Helper()
	files, err := artifact.OpenDir(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := files.Close(); err != nil {
			t.Error(err)
		}
	})
	return files
}

func put(t *testing.T, s artifact.Store, content string) string {
	t.Helper()
	info, err := s.Put(t.Context(), strings.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	return info.SHA256
}

func TestFilesAreCountedInTheBackgroundAgainAndAgain(t *testing.T) {
	files := openStore(t)
	first := put(t, files, "12345")
	synctest.Test(t, func(t *testing.T) {
		m := New()
		stop := m.countFiles(files, 5*time.Minute)
		defer stop()
		check := func(when string, n int, bytes int64) {
			t.Helper()
			synctest.Wait()
			c := m.census.Load()
			if c == nil || c.files != n || c.bytes != bytes {
				t.Errorf("%s: %+v, want %d files of %d bytes", when, c, n, bytes)
			}
		}
		check("at first", 1, 5)
		begun := m.census.Load().at
		put(t, files, "1234567890")
		time.Sleep(5*time.Minute - time.Second)
		check("before the next count", 1, 5)
		time.Sleep(time.Second)
		check("after it", 2, 15)
		if at := m.census.Load().at; at.Sub(begun) != 5*time.Minute {
			t.Errorf("counted %s later", at.Sub(begun))
		}
		if err := files.Delete(t.Context(), first); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Minute)
		check("after a deletion", 1, 10)
		known := m.census.Load()
		if err := files.Close(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		if m.census.Load() != known {
			t.Error("a count that failed replaced the one before")
		}
	})
}

func TestCloseInterruptsACountAndLetsGoOfEverything(t *testing.T) {
	h := openHouse(t, pipeline.Source{"test.hcl": []byte(`pipeline "none" {}`)}, builtin.InProcess())
	await(t, func() bool { return h.census.Load() != nil })
	if r := scrape(t, h.Metrics); r.sum("artifacts_counted_timestamp_seconds", "") == 0 {
		t.Error("no count")
	}
	h.Close()
	h.Close() // does nothing more
	r := scrape(t, h.Metrics)
	for series := range r {
		name, _, _ := strings.Cut(series, "{")
		for _, gone := range []string{"artifacts", "badger", "disk", "productions", "plugin_", "processors", "build"} {
			if strings.HasPrefix(name, namespace+"_"+gone) {
				t.Errorf("%s is still told", series)
			}
		}
	}
	h.watch() // and again
	await(t, func() bool { return h.census.Load() != nil })
	h.watch() // instead of the one before
	scrape(t, h.Metrics).want(t, map[string]float64{"productions_waiting": 3})
}

// endless is a store in which there is always another file.
type endless struct {
	artifact.Store
	began chan struct{}
}

func (e endless) All(ctx context.Context) iter.Seq2[artifact.Info, error] {
	return func(yield func(artifact.Info, error) bool) {
		close(e.began)
		for ctx.Err() == nil {
			if !yield(artifact.Info{Size: 1}, nil) {
				return
			}
		}
		yield(artifact.Info{}, ctx.Err())
	}
}

func TestACountIsInterrupted(t *testing.T) {
	m := New()
	began := make(chan struct{})
	stop := m.countFiles(endless{began: began}, time.Hour)
	<-began
	stop()
	if m.census.Load() != nil {
		t.Error("half a count is told as a whole one")
	}
}

func TestTheDatabaseIsAsLargeAsItsFiles(t *testing.T) {
	dir := t.TempDir()
	db, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	m := New()
	m.Watch(Sources{Database: db.Badger()})
	noise := make([]byte, 100_000)
	for i := range 100 {
		if _, err := rand.Read(noise); err != nil {
			t.Fatal(err)
		}
		if err := db.Update(t.Context(), func(tx *store.Tx) error { return tx.Put(store.K("x", string(rune('a'+i))), noise) }); err != nil {
			t.Fatal(err)
		}
	}
	r := scrape(t, m)
	total := int64(0)
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		st, err := d.Info()
		if err == nil {
			total += occupied(st)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := int64(r.sum("badger_size_bytes", "")); got != total {
		t.Errorf("%d bytes, the files occupy %d", got, total)
	}
	// 100 values of 133 kB in base64; Badger makes each value log twice as long as it may become.
	if values := r[`filmloom_badger_size_bytes{part="values"}`]; values < 12e6 || values > 20e6 {
		t.Errorf("%v bytes of values", values)
	}
	if _, ok := r[`filmloom_badger_tables{level="0"}`]; !ok {
		t.Error("no tables")
	}
	if err := db.Badger().Flatten(1); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if got := scrape(t, m).sum("badger_size_bytes", ""); got != 0 {
		t.Errorf("a closed database has %v bytes", got)
	}
}

func TestASourceThatFailsDoesNotHideTheOthers(t *testing.T) {
	m := New()
	m.Watch(Sources{Dir: filepath.Join(t.TempDir(), "missing"), Queue: func() (int, int) { return 1, 0 }})
	r := scrape(t, m)
	r.want(t, map[string]float64{"productions_waiting": 1})
	if got := r.sum("disk_free_bytes", ""); got != 0 {
		t.Errorf("free: %v", got)
	}
}

func TestTheDiskIsWhatTheSystemSays(t *testing.T) {
	free, size, err := space(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if free == 0 || free > size || size < 1<<20 {
		t.Errorf("%d of %d bytes are free", free, size)
	}
	if again, err := Free(t.TempDir()); err != nil || again > size {
		t.Errorf("Free: %d bytes, %v", again, err)
	}
	hole := filepath.Join(t.TempDir(), "hole")
	if err := os.WriteFile(hole, bytes.Repeat([]byte{1}, 4096), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(hole, 1<<30); err != nil {
		t.Fatal(err)
	}
	st, err := os.Stat(hole)
	if err != nil {
		t.Fatal(err)
	}
	if got := occupied(st); got < 4096 || got > 1<<20 {
		t.Errorf("a hole of a gigabyte occupies %d bytes", got)
	}
	if _, _, err := space(hole + "/no"); !errors.Is(err, fs.ErrNotExist) && err == nil {
		t.Error("what is not there has space")
	}
}

func TestTheModuleWatchesFromTheStartAndLetsGoBeforeTheSourcesStop(t *testing.T) {
	var m *Metrics
	var order []string
	app := fxtest.New(t, Module,
		fx.Provide(func(life fx.Lifecycle) Sources {
			life.Append(fx.StopHook(func() {
				if m.sources.Load() == nil {
					order = append(order, "let go")
				}
				order = append(order, "the sources stop")
			}))
			return Sources{Queue: func() (int, int) { return 7, 0 }}
		}),
		fx.Populate(&m),
	)
	app.RequireStart()
	scrape(t, m).want(t, map[string]float64{"productions_waiting": 7})
	app.RequireStop()
	if want := []string{"let go", "the sources stop"}; !slices.Equal(order, want) {
		t.Errorf("the order of the end: %v", order)
	}
}

// The outcomes that webhooks tell are those that are counted.
func TestWhatWebhooksTellIsCountedAsThat(t *testing.T) {
	m := New()
	for _, o := range []string{webhooks.OutcomeDelivered, webhooks.OutcomeRetrying, webhooks.OutcomeFailed, webhooks.OutcomeDropped, webhooks.OutcomeDisabled} {
		m.Delivery(o)
	}
	r := scrape(t, m)
	r.want(t, map[string]float64{
		`webhook_deliveries_total{outcome="delivered"}`: 1,
		`webhook_deliveries_total{outcome="retrying"}`:  1,
		`webhook_deliveries_total{outcome="failed"}`:    1,
		`webhook_deliveries_total{outcome="dropped"}`:   1,
		"webhooks_disabled_total":                       1,
	})
	if got := r.sum("webhook_deliveries_total", ""); got != 4 {
		t.Errorf("%v deliveries", got)
	}
}

func TestAScrapeMayAskForOpenMetrics(t *testing.T) {
	m := New()
	m.Login(LoginRefused)
	m.Login("of the future")
	m.Delivery(DeliveryFailed)
	m.Delivery(DeliveryDisabled)
	m.Delivery("of the future")
	res, body := get(t, http.MethodGet, serve(t, m, m.Handler()).URL, "Accept", "application/openmetrics-text; version=1.0.0")
	if !strings.HasPrefix(res.Header.Get("Content-Type"), "application/openmetrics-text") || !strings.HasSuffix(body, "# EOF\n") {
		t.Errorf("the answer is of type %s", res.Header.Get("Content-Type"))
	}
	for _, line := range []string{
		"# TYPE filmloom_logins counter\n", `filmloom_logins_total{outcome="refused"} 1.0` + "\n", `filmloom_logins_total{outcome="other"} 1.0` + "\n",
		`filmloom_logins_total{outcome="succeeded"} 0.0` + "\n", `filmloom_webhook_deliveries_total{outcome="failed"} 1.0` + "\n",
		`filmloom_webhook_deliveries_total{outcome="other"} 1.0` + "\n", "filmloom_webhooks_disabled_total 1.0\n",
		`filmloom_webhook_deliveries_total{outcome="dropped"} 0.0` + "\n",
	} {
		if !strings.Contains(body, line) {
			t.Errorf("it has no line %q", line)
		}
	}
}

// More providers than a label may have values share one; that is no reason for a scrape to fail.
func TestProvidersThatShareANameAreAddedUp(t *testing.T) {
	var names []string
	for i := range maxNames + 20 {
		names = append(names, fmt.Sprint("p", i))
	}
	h := openHouse(t, pipeline.Source{"test.hcl": []byte(`pipeline "none" {}`)}, vendor{names, nil})
	gather(t, h.Metrics)
	r := scrape(t, h.Metrics)
	r.want(t, map[string]float64{
		`provider_breaker_open{provider="other"}`:                 0,
		`provider_calls_in_flight{provider="other"}`:              0,
		`provider_calls_waiting{provider="other",reason="place"}`: 0,
		`runs_active{pipeline="none"}`:                            0,
	})
	// And so do their processes.
	ch := make(chan prometheus.Metric, 100)
	stats := func(provider string, pid int) engine.PluginStats {
		return engine.PluginStats{Provider: provider, Stats: plugin.Stats{Plugin: "x" + provider, PID: pid, Starts: 2, InFlight: 1, Memory: 5, CPU: time.Second}}
	}
	watched{h.Metrics}.plugins(ch, []engine.PluginStats{stats("new", 7), stats("newer", 0), stats("p0", 0)})
	close(ch)
	series := map[string]bool{}
	for m := range ch {
		var out dto.Metric
		if err := m.Write(&out); err != nil {
			t.Fatal(err)
		}
		id := fmt.Sprint(m.Desc(), out.GetLabel())
		if series[id] {
			t.Errorf("%s is told twice", id)
		}
		series[id] = true
		if strings.Contains(m.Desc().String(), "plugin_starts_total") && out.GetLabel()[1].GetValue() == other && out.GetCounter().GetValue() != 4 {
			t.Errorf("%v starts of two plugins", out.GetCounter().GetValue())
		}
	}
	if len(series) != 2*6 {
		t.Errorf("%d series", len(series))
	}
}
