package metrics

import (
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/filmloom/filmloom/engine"
)

// runDurations are the buckets for runs: an edit of a film takes seconds, a long film by a remote provider
// may take hours.
var runDurations = []float64{1, 5, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400}

// runs are the metrics of runs, and what must be remembered of those that are going on.
type runs struct {
	started, resumed, finished, failures *prometheus.CounterVec
	duration                             *prometheus.HistogramVec

	mu   sync.Mutex
	open map[string]*openRun // by id
}

// An openRun is a run that has gone on in this process, and whose end nobody has told of. It may have stopped
// without an event: the engine says which runs are executed.
type openRun struct {
	began  time.Time         // zero when it was paused or interrupted since
	failed map[string]string // by address: the provider of its last attempt, where that failed
}

func newRuns(m *Metrics) runs {
	return runs{
		started: m.counter("runs_started_total", "Runs that have begun.", "pipeline"),
		resumed: m.counter("runs_resumed_total", "Times that a run went on after a pause, or after the server had ended.", "pipeline"),
		finished: m.counter("runs_finished_total",
			"Runs that have ended, by outcome: completed, failed, cancelled, or superseded by a newer run of the same film.", "pipeline", "outcome"),
		failures: m.counter("run_failures_total", "Runs that have failed, by the kind of the error of the call that ended them.", "pipeline", "kind"),
		duration: m.histogram("run_duration_seconds",
			"Time from the start to the end of runs that have completed. Runs that were paused or interrupted in between are left out. "+
				"revision is true for a run that is based on an earlier one, and may have used its results again.",
			runDurations, "pipeline", "revision"),
		open: map[string]*openRun{},
	}
}

// outcomes are how a run may end, by the event that ends it.
var outcomes = map[engine.Kind]string{
	engine.RunCompleted:  "completed",
	engine.RunFailed:     "failed",
	engine.RunCancelled:  "cancelled",
	engine.RunSuperseded: "superseded",
}

// expect makes the series of a pipeline begin at 0.
func (m *Metrics) expect(pipeline string) {
	pipeline = m.pipelines.name(pipeline)
	m.runs.started.WithLabelValues(pipeline)
	for _, o := range outcomes {
		m.runs.finished.WithLabelValues(pipeline, o)
	}
	for _, k := range kinds {
		m.runs.failures.WithLabelValues(pipeline, string(k))
	}
}

// Observe takes in what happens in a run; it is for engine.Config.Observe.
func (m *Metrics) Observe(o engine.Observation) {
	switch o.Kind {
	case engine.RunStarted:
		m.expect(o.Pipeline)
		m.runs.started.WithLabelValues(m.pipelines.name(o.Pipeline)).Inc()
		m.goesOn(o, o.Time)
	case engine.RunResumed:
		m.expect(o.Pipeline)
		m.runs.resumed.WithLabelValues(m.pipelines.name(o.Pipeline)).Inc()
		m.goesOn(o, time.Time{})
	case engine.RunPaused:
		m.stopped(o)
	case engine.RunCompleted, engine.RunFailed, engine.RunCancelled, engine.RunSuperseded:
		m.ended(o)
	default:
		m.observeCall(o)
	}
}

func (m *Metrics) goesOn(o engine.Observation, began time.Time) {
	m.runs.mu.Lock()
	defer m.runs.mu.Unlock()
	m.runs.open[o.Run] = &openRun{began: began}
}

// stopped forgets a run that goes on no more, and tells when it began.
func (m *Metrics) stopped(o engine.Observation) (began time.Time) {
	m.runs.mu.Lock()
	defer m.runs.mu.Unlock()
	r := m.runs.open[o.Run]
	if r == nil { // it was not going on
		return time.Time{}
	}
	delete(m.runs.open, o.Run)
	return r.began
}

func (m *Metrics) ended(o engine.Observation) {
	pipeline := m.pipelines.name(o.Pipeline)
	began := m.stopped(o)
	m.runs.finished.WithLabelValues(pipeline, outcomes[o.Kind]).Inc()
	switch {
	case o.Kind == engine.RunFailed && o.Error != nil:
		m.runs.failures.WithLabelValues(pipeline, kind(o.Error)).Inc()
	case o.Kind == engine.RunCompleted && !began.IsZero():
		revision := "false"
		if o.Run != o.Lineage {
			revision = "true"
		}
		m.runs.duration.WithLabelValues(pipeline, revision).Observe(max(o.Time.Sub(began), 0).Seconds())
	}
}

// failedAt notes that an attempt at an address has failed at a provider.
func (r *runs) failedAt(o engine.Observation) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if open := r.open[o.Run]; open != nil {
		if open.failed == nil {
			open.failed = map[string]string{}
		}
		open.failed[o.Address] = o.Provider
	}
}

// settled forgets what failedAt has noted, and tells it; "" means nothing.
func (r *runs) settled(o engine.Observation) (provider string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if open := r.open[o.Run]; open != nil {
		provider = open.failed[o.Address]
		delete(open.failed, o.Address)
	}
	return provider
}
