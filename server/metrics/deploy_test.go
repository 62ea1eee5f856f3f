package metrics

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// metricNames finds names of our metrics in a text.
var metricNames = regexp.MustCompile(`\b` + namespace + `_[a-z0-9_]*[a-z0-9]`)

// known tells whether a name is that of a metric, or of a part of a histogram.
func known(all []string, name string) bool {
	if slices.Contains(all, name) {
		return true
	}
	for _, part := range []string{"_bucket", "_sum", "_count"} {
		if whole, ok := strings.CutSuffix(name, part); ok && slices.Contains(all, whole) {
			return true
		}
	}
	return false
}

func deployed(t testing.TB, name string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "..", "deploy", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// promtool gives the program's path. The test is skipped without it, unless LINT_METRICS is set.
func promtool(t testing.TB) string {
	t.Helper()
	path, err := exec.LookPath("promtool")
	if err != nil {
		if os.Getenv("LINT_METRICS") != "" {
			t.Fatal(err)
		}
		t.Skip("promtool is not installed; scripts/lint-metrics gets it")
	}
	return path
}

func runPromtool(t testing.TB, stdin string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), promtool(t), args...)
	cmd.Stdin = strings.NewReader(stdin)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

func TestTheRulesAndTheDashboardSpeakOfMetricsThatThereAre(t *testing.T) {
	names := registered(New())
	for _, file := range []string{"prometheus/alerts.yml", "prometheus/alerts_test.yml", "grafana/filmloom.json"} {
		found := metricNames.FindAllString(deployed(t, file), -1)
		if len(found) < 20 {
			t.Errorf("%s speaks of %d metrics", file, len(found))
		}
		for _, name := range found {
			if !known(names, name) {
				t.Errorf("%s speaks of %s, which there is not", file, name)
			}
		}
	}
	// And the other way round: what is counted can be seen.
	shown := metricNames.FindAllString(deployed(t, "grafana/filmloom.json"), -1)
	for _, name := range names {
		if !slices.ContainsFunc(shown, func(s string) bool { return s == name || strings.HasPrefix(s, name+"_") }) {
			switch strings.TrimPrefix(name, namespace+"_") {
			case "artifacts_count_duration_seconds", "plugin_running", "runs_resumed_total": // for whoever asks
			default:
				t.Errorf("the dashboard does not show %s", name)
			}
		}
	}
}

func TestEveryAlertSaysWhatToDoAndHasATest(t *testing.T) {
	rules, tests := deployed(t, "prometheus/alerts.yml"), deployed(t, "prometheus/alerts_test.yml")
	parts := strings.Split(rules, "- alert: ")[1:]
	if len(parts) < 10 {
		t.Fatalf("%d alerts", len(parts))
	}
	for _, part := range parts {
		name, body, _ := strings.Cut(part, "\n")
		for _, needed := range []string{"severity: ", "summary: ", "description: ", "runbook: "} {
			if !strings.Contains(body, needed) {
				t.Errorf("%s has no %s", name, strings.TrimSuffix(needed, ": "))
			}
		}
		// A test in which it fires, and one in which it does not.
		tested := strings.Split(tests, "alertname: "+name+"\n")[1:]
		fires := slices.ContainsFunc(tested, func(s string) bool { return strings.HasPrefix(strings.TrimSpace(s), "exp_alerts:\n") })
		if !fires || len(tested) == 0 {
			t.Errorf("%s has no test in which it fires", name)
		}
	}
}

// A dashboard is what of Grafana's format the tests look at.
type dashboard struct {
	UID, Title    string
	SchemaVersion int `json:"schemaVersion"`
	Panels        []panel
	Templating    struct {
		List []struct{ Name, Type string }
	}
}

type panel struct {
	ID          int
	Type, Title string
	Description string
	GridPos     struct{ X, Y, W, H int } `json:"gridPos"`
	Datasource  struct{ Type, UID string }
	Targets     []struct {
		Expr       string
		RefID      string `json:"refId"`
		Datasource struct{ UID string }
	}
}

func readDashboard(t testing.TB) dashboard {
	t.Helper()
	var d dashboard
	if err := json.Unmarshal([]byte(deployed(t, "grafana/filmloom.json")), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestTheDashboardIsWhole(t *testing.T) {
	d := readDashboard(t)
	if d.UID != "filmloom" || d.Title != "Filmloom" || d.SchemaVersion < 39 {
		t.Errorf("it is %q, %q of version %d", d.UID, d.Title, d.SchemaVersion)
	}
	if d.Templating.List[0].Name != "datasource" || d.Templating.List[0].Type != "datasource" {
		t.Error("the data source cannot be chosen")
	}
	var rows []string
	ids := map[int]bool{}
	taken := map[[2]int]string{}
	for _, p := range d.Panels {
		if ids[p.ID] || p.ID == 0 {
			t.Errorf("%s has the number of another panel", p.Title)
		}
		ids[p.ID] = true
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				if before := taken[[2]int{x, y}]; before != "" || x >= 24 {
					t.Fatalf("%s lies over %s, or outside", p.Title, before)
				}
				taken[[2]int{x, y}] = p.Title
			}
		}
		if p.Type == "row" {
			rows = append(rows, p.Title)
			continue
		}
		if p.Description == "" || p.Datasource.UID != "${datasource}" || len(p.Targets) == 0 {
			t.Errorf("%s lacks a description, the data source or a query", p.Title)
		}
		refs := map[string]bool{}
		for _, q := range p.Targets {
			if refs[q.RefID] || q.Datasource.UID != "${datasource}" || !strings.Contains(q.Expr, `job=~"$job", instance=~"$instance"`) {
				t.Errorf("%s: the query %s", p.Title, q.Expr)
			}
			refs[q.RefID] = true
		}
	}
	if want := []string{"Overview", "Films", "Providers", "HTTP", "Storage"}; !slices.Equal(rows, want) {
		t.Errorf("the rows are %q", rows)
	}
}

// variables are what Grafana puts into a query.
var variables = strings.NewReplacer("$__rate_interval", "5m", "$__range", "6h", "$job", ".*", "$instance", ".*", "$pipeline", ".*", "$provider", ".*")

func TestTheDashboardsQueriesParse(t *testing.T) {
	var rules strings.Builder
	rules.WriteString("groups:\n  - name: dashboard\n    rules:\n")
	n := 0
	for _, p := range readDashboard(t).Panels {
		for _, q := range p.Targets {
			expr := variables.Replace(q.Expr)
			if strings.Contains(expr, "$") {
				t.Errorf("%s: the query %s has a variable that the dashboard does not", p.Title, q.Expr)
			}
			n++
			fmt.Fprintf(&rules, "      - record: dashboard:query%d\n        expr: %q\n", n, expr)
		}
	}
	file := filepath.Join(t.TempDir(), "dashboard.yml")
	if err := os.WriteFile(file, []byte(rules.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	runPromtool(t, "", "check", "rules", file)
}

func TestPromtoolAcceptsTheRulesAndTheirTestsPass(t *testing.T) {
	dir := filepath.Join("..", "..", "deploy", "prometheus")
	runPromtool(t, "", "check", "rules", filepath.Join(dir, "alerts.yml"))
	runPromtool(t, "", "test", "rules", filepath.Join(dir, "alerts_test.yml"))
	runPromtool(t, "", "check", "config", filepath.Join(dir, "prometheus.yml"))
}

func TestPromtoolAcceptsWhatAServerExposes(t *testing.T) {
	promtool(t)
	h := touched(t)
	_, body := get(t, http.MethodGet, serve(t, New(), h.Handler()).URL)
	runPromtool(t, body, "check", "metrics")
}
