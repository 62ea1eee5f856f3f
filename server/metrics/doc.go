// Package metrics counts what the server does, for Prometheus: requests, runs, calls of providers and what
// they cost, what waits, the processes of plugins, files, the database. docs/metrics.md lists every metric.
//
//	m := metrics.New()
//	eng, err := engine.Open(ctx, engine.Config{Observe: m.Observe, …})
//	m.Watch(metrics.Sources{Engine: eng, Database: db, Dir: "filmloom-data"})
//	defer m.Close() // before what is watched is closed
//	mux.Handle("GET /metrics", m.Handler())
//	server.Handler = m.HTTP(withRequestID(m.Route(mux)))
//
// # What it promises
//
// A label's value is a word of this package, the pattern of a route, or a name from the owner's pipelines:
// of a pipeline, a capability, a provider, a plugin. Each name has at most maxNames values; what comes after
// those is "other". So the number of series is bounded by the configuration, whatever people ask for.
//
// Counters whose values are known in advance begin at 0, so that the first failure is an increase too.
//
// Observe takes about a microsecond and HTTP less than two per request. A scrape reads memory, /proc and the
// directory of the database; the artifact store is walked in the background.
//
// # What it never does
//
// It has no label for a user, a run, an address, a title or anything else that somebody has typed. It uses no
// global registry. It decides nothing: who may read the metrics is up to whoever serves Handler.
package metrics
