package metrics

import (
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics are the metrics of one server. Make them with New. Their methods may be called concurrently.
type Metrics struct {
	registry *prometheus.Registry

	pipelines, capabilities, providers names

	runs       runs
	calls      calls
	requests   requests
	logins     *prometheus.CounterVec
	deliveries *prometheus.CounterVec
	disabled   prometheus.Counter

	sources  atomic.Pointer[Sources] // nil while nothing is watched
	census   atomic.Pointer[census]  // nil until the files have been counted
	watching sync.Mutex              // held while counting begins or ends
	stop     func()                  // ends the counting of files; nil when none goes on
}

// New makes metrics with a registry of their own, those of the Go runtime and the process included.
func New() *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry()}
	m.registry.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		watched{m},
	)
	m.runs = newRuns(m)
	m.calls = newCalls(m)
	m.requests = newRequests(m)
	m.logins = m.counter("logins_total", "Attempts to log in with a name and a password, by how they ended.", "outcome")
	for _, o := range []LoginOutcome{LoginSucceeded, LoginRefused, LoginLimited} {
		m.logins.WithLabelValues(string(o))
	}
	m.deliveries = m.counter("webhook_deliveries_total",
		"Attempts to deliver a webhook, by outcome: delivered, retrying (failed, and another one follows), failed (the last one), "+
			"or dropped (nothing was sent).", "outcome")
	for _, o := range []string{DeliveryDelivered, DeliveryRetrying, DeliveryFailed, DeliveryDropped} {
		m.deliveries.WithLabelValues(o)
	}
	m.disabled = m.counter("webhooks_disabled_total", "Webhooks that were disabled because their receiver is gone or failed for too long.").WithLabelValues()
	return m
}

// Handler answers scrapes, in the text format of Prometheus or in OpenMetrics, as the client prefers.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		EnableOpenMetrics:   true,
		ErrorHandling:       promhttp.ContinueOnError, // a source that fails does not hide the others
		MaxRequestsInFlight: 4,
	})
}

// A LoginOutcome is how an attempt to log in ended.
type LoginOutcome string

// How an attempt to log in may end.
const (
	LoginSucceeded LoginOutcome = "succeeded"
	LoginRefused   LoginOutcome = "refused" // an unknown user, a wrong password or a disabled user: nobody is told which
	LoginLimited   LoginOutcome = "limited" // too many attempts: the password was not looked at
)

// Login counts an attempt to log in. An outcome that is none of those above is counted as "other".
func (m *Metrics) Login(o LoginOutcome) {
	switch o {
	case LoginSucceeded, LoginRefused, LoginLimited:
	default:
		o = other
	}
	m.logins.WithLabelValues(string(o)).Inc()
}

// What may become of an attempt to deliver a webhook: the outcomes that package webhooks tells.
const (
	DeliveryDelivered = "delivered"
	DeliveryRetrying  = "retrying" // it failed, and another one follows
	DeliveryFailed    = "failed"   // it failed, and was the last
	DeliveryDropped   = "dropped"  // nothing was sent: it was not wanted any more
	DeliveryDisabled  = "disabled" // told besides: the webhook was disabled, for it has failed for too long
)

// Delivery counts what became of an attempt to deliver a webhook; it is for webhooks.Config.Observe. An
// outcome that is none of those above is counted as "other".
func (m *Metrics) Delivery(outcome string) {
	switch outcome {
	case DeliveryDisabled:
		m.disabled.Inc()
		return
	case DeliveryDelivered, DeliveryRetrying, DeliveryFailed, DeliveryDropped:
	default:
		outcome = other
	}
	m.deliveries.WithLabelValues(outcome).Inc()
}

// namespace is what the name of every metric of ours begins with.
const namespace = "filmloom"

func (m *Metrics) counter(name, help string, labels ...string) *prometheus.CounterVec {
	v := prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
	m.registry.MustRegister(v)
	return v
}

func (m *Metrics) gauge(name, help string, labels ...string) *prometheus.GaugeVec {
	v := prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help}, labels)
	m.registry.MustRegister(v)
	return v
}

func (m *Metrics) histogram(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
	v := prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: namespace, Name: name, Help: help, Buckets: buckets}, labels)
	m.registry.MustRegister(v)
	return v
}
