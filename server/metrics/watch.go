package metrics

import (
	"runtime"
	"time"

	badgerdb "github.com/dgraph-io/badger/v4"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/engine/admission"
	"github.com/filmloom/filmloom/providers/plugin"
)

// Sources are what is asked at each scrape. What is left out has no metrics.
type Sources struct {
	// Engine tells of admission, breakers and plugins, and has the store whose files are counted.
	Engine *engine.Engine
	// Database holds the journal and the server's records.
	Database *badgerdb.DB
	// Dir is a path on the disk whose free space is told: the data directory.
	Dir string
	// Queue tells how many productions wait for a place, and how many are being made. It must return at
	// once.
	Queue func() (waiting, active int)
	// Version is that of the program.
	Version string
	// CountEvery is how often the store's files are counted; 0 means 5 minutes. After a count that took long
	// there is a rest of ten times as long.
	CountEvery time.Duration
}

// Watch begins to ask sources, instead of those of an earlier call. A goroutine counts the files of the
// store until Close, which must come before any of the sources is closed.
func (m *Metrics) Watch(s Sources) {
	m.watching.Lock()
	defer m.watching.Unlock()
	m.forget()
	if s.Engine != nil {
		for _, p := range s.Engine.Pipelines().Pipelines {
			m.expect(p.Name)
		}
		m.stop = m.countFiles(s.Engine.Artifacts(), s.CountEvery)
	}
	m.sources.Store(&s)
}

// Close lets go of what is watched and waits until nothing of it is in use by the counting. Everything else
// goes on.
func (m *Metrics) Close() {
	m.watching.Lock()
	defer m.watching.Unlock()
	m.forget()
}

func (m *Metrics) forget() {
	m.sources.Store(nil)
	if m.stop != nil {
		m.stop()
		m.stop = nil
	}
	m.census.Store(nil)
}

// watched collects what the sources tell.
type watched struct{ m *Metrics }

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(prometheus.BuildFQName(namespace, "", name), help, labels, nil)
}

var (
	build = describe("build_info", "1, with the version of the program and of Go.", "version", "goversion")

	active = describe("runs_active", "Runs that are going on, those that wait for a place included and paused ones left out.", "pipeline")

	inFlight = describe("provider_calls_in_flight", "Calls that a provider is answering.", "provider")
	waiting  = describe("provider_calls_waiting",
		"Calls that wait to begin, by what they wait for: breaker (the provider failed again and again and is left alone), pause (it asked to "+
			"be), rate and place (its limits in the pipelines' file), or processor.", "provider", "reason")
	breaker = describe("provider_breaker_open",
		"1 while a provider is left alone because it failed again and again, or is tried with one call; else 0.", "provider")
	processors     = describe("processors", "Calls with heavy local work that may run at the same time.")
	processorsBusy = describe("processors_busy", "Calls with heavy local work that are running.")

	pluginRunning = describe("plugin_running", "1 while a process of the plugin runs; else 0: it starts when it is needed and stops when it is idle.", "provider", "plugin")
	pluginStarts  = describe("plugin_starts_total", "Processes of the plugin that have become ready.", "provider", "plugin")
	pluginCrashes = describe("plugin_crashes_total", "Processes of the plugin that have ended though nobody had asked for it.", "provider", "plugin")
	pluginCalls   = describe("plugin_calls_in_flight", "Calls and questions that the plugin's process is answering.", "provider", "plugin")
	pluginMemory  = describe("plugin_resident_memory_bytes",
		"Resident memory of the plugin's process and of what it has started. Memory that processes share counts in each. On Linux only.", "provider", "plugin")
	pluginCPU = describe("plugin_cpu_seconds_total",
		"CPU time of the plugin's process and of what it has started, from the start of that process. On Linux only.", "provider", "plugin")

	productionsWaiting = describe("productions_waiting", "Films that wait for a place in the queue.")
	productionsActive  = describe("productions_active", "Films that are being made.")

	diskFree = describe("disk_free_bytes", "Free space on the disk of the data directory, for the user of the server.")
	diskSize = describe("disk_size_bytes", "Size of the disk of the data directory.")

	artifacts      = describe("artifacts", "Files in the artifact store, when they were counted last.")
	artifactsBytes = describe("artifacts_size_bytes", "Size of the files in the artifact store, when they were counted last.")
	artifactsAt    = describe("artifacts_counted_timestamp_seconds", "When the files in the artifact store were counted last, as Unix time.")
	artifactsTook  = describe("artifacts_count_duration_seconds", "How long it took to count the files in the artifact store.")

	databaseSize = describe("badger_size_bytes",
		"What the database occupies on disk: tables (the LSM tree), values (the value log), memory (logs of what is in memory only), other.", "part")
	databaseTables = describe("badger_tables", "Tables of the database's LSM tree, by level.", "level")
	databaseStale  = describe("badger_stale_bytes", "Bytes in the database's tables that were replaced or deleted; compactions free them.")
)

var descriptions = []*prometheus.Desc{
	build,
	active,
	inFlight, waiting, breaker, processors, processorsBusy,
	pluginRunning, pluginStarts, pluginCrashes, pluginCalls, pluginMemory, pluginCPU,
	productionsWaiting, productionsActive,
	diskFree, diskSize,
	artifacts, artifactsBytes, artifactsAt, artifactsTook,
	databaseSize, databaseTables, databaseStale,
}

// Describe implements prometheus.Collector.
func (watched) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range descriptions {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (w watched) Collect(ch chan<- prometheus.Metric) {
	s := w.m.sources.Load()
	if s == nil {
		return
	}
	if s.Version != "" {
		ch <- gauge(build, 1, s.Version, runtime.Version())
	}
	if s.Engine != nil {
		w.active(ch, s.Engine.Executing())
		w.load(ch, s.Engine)
		w.plugins(ch, s.Engine.Plugins())
	}
	if c := w.m.census.Load(); c != nil {
		c.collect(ch)
	}
	if s.Database != nil && !s.Database.IsClosed() {
		collectDatabase(ch, s.Database)
	}
	if s.Queue != nil {
		waiting, active := s.Queue()
		ch <- gauge(productionsWaiting, float64(waiting))
		ch <- gauge(productionsActive, float64(active))
	}
	if s.Dir == "" {
		return
	}
	free, size, err := space(s.Dir)
	if err != nil {
		ch <- prometheus.NewInvalidMetric(diskFree, err)
		return
	}
	ch <- gauge(diskFree, float64(free))
	ch <- gauge(diskSize, float64(size))
}

func gauge(d *prometheus.Desc, v float64, labels ...string) prometheus.Metric {
	return prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
}

func counter(d *prometheus.Desc, v float64, labels ...string) prometheus.Metric {
	return prometheus.MustNewConstMetric(d, prometheus.CounterValue, v, labels...)
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// reasons are what a call may wait for.
var reasons = []string{"breaker", "pause", "place", "rate", "processor"}

// active tells of the runs that are executed, and of the pipelines of which none is.
func (w watched) active(ch chan<- prometheus.Metric, executing map[string]int) {
	runs := map[string]int{}
	for _, shown := range w.m.pipelines.all() {
		runs[shown] = 0
	}
	for pipeline, n := range executing {
		runs[w.m.pipelines.name(pipeline)] += n
	}
	for shown, n := range runs {
		ch <- gauge(active, float64(n), shown)
	}
}

// A providerLoad is what there is to tell of the gates of all providers that are shown by one name.
type providerLoad struct {
	inFlight int
	waiting  map[string]int // by reason
	broken   bool
}

// load tells of the calls that run and wait.
func (w watched) load(ch chan<- prometheus.Metric, eng *engine.Engine) {
	load := eng.Load()
	ch <- gauge(processors, float64(load.CPUs))
	ch <- gauge(processorsBusy, float64(load.CPUsBusy))
	all := map[string]*providerLoad{}
	for _, g := range load.Gates {
		var limits admission.Limits
		if p := eng.Pipelines().Provider(g.Name); p != nil {
			limits.Concurrent, limits.PerMinute = p.Concurrent, p.PerMinute
		}
		provider := w.m.providers.name(g.Name)
		l := all[provider]
		if l == nil {
			l = &providerLoad{waiting: map[string]int{}}
			all[provider] = l
		}
		l.inFlight += g.InFlight
		l.waiting[reason(g, limits)] += g.Waiting
		l.broken = l.broken || g.Broken
	}
	for provider, l := range all {
		ch <- gauge(inFlight, float64(l.inFlight), provider)
		ch <- gauge(breaker, truth(l.broken), provider)
		for _, r := range reasons {
			ch <- gauge(waiting, float64(l.waiting[r]), provider, r)
		}
	}
}

// reason is what the calls at a gate wait for. What holds back all of them comes first; when nothing does,
// only those wait that need a processor.
func reason(g admission.GateLoad, limits admission.Limits) string {
	switch {
	case g.Broken:
		return "breaker"
	case !g.HeldUntil.IsZero():
		return "pause"
	case limits.Concurrent > 0 && g.InFlight >= limits.Concurrent:
		return "place"
	case limits.PerMinute > 0: // such a provider is a remote one, which needs no processor
		return "rate"
	}
	return "processor"
}

// plugins tells of the plugins' processes; those that are shown by the same names are added up.
func (w watched) plugins(ch chan<- prometheus.Metric, all []engine.PluginStats) {
	type names struct{ provider, plugin string }
	sums := map[names]*plugin.Stats{}
	for _, p := range all {
		shown := names{w.m.providers.name(p.Provider), w.m.providers.name(p.Plugin)}
		sum := sums[shown]
		if sum == nil {
			sum = &plugin.Stats{}
			sums[shown] = sum
		}
		sum.PID = max(sum.PID, p.PID)
		sum.Starts += p.Starts
		sum.Crashes += p.Crashes
		sum.InFlight += p.InFlight
		sum.Memory += p.Memory
		sum.CPU += p.CPU
	}
	for shown, sum := range sums {
		labels := []string{shown.provider, shown.plugin}
		ch <- gauge(pluginRunning, truth(sum.PID != 0), labels...)
		ch <- counter(pluginStarts, float64(sum.Starts), labels...)
		ch <- counter(pluginCrashes, float64(sum.Crashes), labels...)
		ch <- gauge(pluginCalls, float64(sum.InFlight), labels...)
		ch <- gauge(pluginMemory, float64(sum.Memory), labels...)
		ch <- counter(pluginCPU, sum.CPU.Seconds(), labels...)
	}
}
