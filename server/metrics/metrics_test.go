package metrics

import (
	"bufio"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/filmloom/filmloom"
	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/engine/artifact"
	"github.com/filmloom/filmloom/engine/journal/badger"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/plugins/builtin"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/server/store"
)

func TestMain(m *testing.M) {
	builtin.Main()
	goleak.VerifyTestMain(m)
}

// A house is an engine with the stores of a server, watched as the server does it.
type house struct {
	*Metrics
	eng *engine.Engine
	db  *store.DB
	dir string
}

var preferred = regexp.MustCompile(`(prefer|fallback)\s*= \[[^]]*\]`)

// films are the project's own pipelines with every capability served by the mock, which keeps a log of its
// calls.
func films(log string) pipeline.Source {
	hcl := preferred.ReplaceAllString(string(filmloom.Pipelines), `$1 = ["mock"]`)
	hcl += "\nprovider \"mock\" {\n  log_file = " + strconv.Quote(log) + "\n  retry_after = \"1ms\"\n}\n"
	return pipeline.Source{"pipelines.hcl": []byte(hcl)}
}

func openHouse(t testing.TB, src pipeline.Source, from providers.Source) *house {
	t.Helper()
	h := &house{Metrics: New(), dir: t.TempDir()}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	var err error
	h.db, err = store.Open(h.dir)
	must(err)
	j, err := badger.New(h.db.Badger(), "")
	must(err)
	files, err := artifact.OpenDir(filepath.Join(h.dir, "artifacts"))
	must(err)
	h.eng, err = engine.Open(t.Context(), engine.Config{
		Journal: j, Artifacts: files, Source: src, Providers: from, Observe: h.Observe,
		Env: func(string) (string, bool) { return "", false },
	})
	must(err)
	h.watch()
	t.Cleanup(func() {
		h.Close()
		for _, end := range []func() error{h.eng.Close, files.Close, j.Close, h.db.Close} {
			if err := end(); err != nil {
				t.Error(err)
			}
		}
	})
	return h
}

// watch begins a new count of the files.
func (h *house) watch() {
	h.Watch(Sources{
		Engine: h.eng, Database: h.db.Badger(), Dir: h.dir, Version: "1.2.3",
		Queue: func() (int, int) { return 3, 2 },
	})
}

// run runs a pipeline to its end, whatever that is.
func (h *house) run(t testing.TB, name string, in engine.Inputs, o ...engine.StartOptions) *engine.Run {
	t.Helper()
	r, err := h.eng.Start(t.Context(), name, in, o...)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = r.Wait(t.Context())
	if s := r.Status().State; !s.Final() && s != engine.Paused {
		t.Fatalf("the run is %s", s)
	}
	return r
}

// await waits for something that nobody tells.
func await(t testing.TB, met func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !met(); runtime.Gosched() {
		if time.Now().After(end) {
			t.Fatal("it does not come about")
		}
	}
}

// A reading is what a scrape gave: values by series, as the text format writes them.
type reading map[string]float64

// scrape asks the handler over HTTP, as Prometheus does.
func scrape(t testing.TB, m *Metrics) reading {
	t.Helper()
	server := httptest.NewServer(m.Handler())
	defer server.Close()
	res, err := http.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		t.Fatalf("the scrape gave %s", res.Status)
	}
	r := reading{}
	lines := bufio.NewScanner(res.Body)
	for lines.Scan() {
		line := lines.Text()
		if strings.HasPrefix(line, "#") {
			continue
		}
		series, value, ok := cutLast(line, " ")
		v, err := strconv.ParseFloat(value, 64)
		if _, twice := r[series]; !ok || err != nil || twice {
			t.Fatalf("the line %q", line)
		}
		r[series] = v
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return r
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// want checks the values of series, whose names are given without the namespace.
func (r reading) want(t testing.TB, want map[string]float64) {
	t.Helper()
	for series, v := range want {
		if got, ok := r[namespace+"_"+series]; !ok || got != v {
			t.Errorf("%s is %v (%v), want %v", series, got, ok, v)
		}
	}
}

// sum adds up the series of a metric whose labels match.
func (r reading) sum(name, labels string) (sum float64) {
	match := regexp.MustCompile(labels)
	for series, v := range r {
		metric, rest, _ := strings.Cut(series, "{")
		if metric == namespace+"_"+name && match.MatchString(rest) {
			sum += v
		}
	}
	return sum
}

// logged counts the lines of the mock's log, by capability and what they tell.
func logged(t testing.TB, file string) map[[2]string]float64 {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	n := map[[2]string]float64{}
	for line := range strings.Lines(string(raw)) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		n[[2]string{f[0], f[4]}]++
	}
	return n
}
