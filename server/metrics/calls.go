package metrics

import (
	"slices"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/providers"
)

// callDurations are the buckets for calls: planning a film takes milliseconds, a remote model minutes.
var callDurations = []float64{0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600}

// calls are the metrics of what stages do: their instances, and the calls of providers for those.
type calls struct {
	instances, ended, retried, fellBack, cost *prometheus.CounterVec
	duration                                  *prometheus.HistogramVec

	met sync.Map // pair → nothing: those whose series exist
}

// A pair is a capability as a provider serves it.
type pair struct{ capability, provider string }

func newCalls(m *Metrics) calls {
	return calls{
		instances: m.counter("stage_instances_total",
			"Instances of stages that are settled, by outcome: done by a call or a person, reused from an earlier result, edited by a person, or failed. The provider is that of the last call.",
			"capability", "provider", "outcome"),
		ended: m.counter("provider_calls_total",
			"Calls of providers that have ended, by outcome: ok, or the kind of the error. Every attempt counts.", "capability", "provider", "outcome"),
		duration: m.histogram("provider_call_duration_seconds",
			"Time that calls took which ended well, without the time they waited to begin.", callDurations, "capability", "provider"),
		retried: m.counter("provider_retries_total", "Calls that were made again at the same provider because the one before had failed.", "capability", "provider"),
		fellBack: m.counter("provider_fallbacks_total",
			"Calls that were made at another provider because the one before had failed. A provider that is passed over because it is left alone does not count.",
			"capability", "from", "to"),
		cost: m.counter("cost_dollars_total", "US dollars that calls have cost, as their providers say.", "capability", "provider"),
	}
}

// succeeded is the outcome of a call that gave a result.
const succeeded = "ok"

// kinds are the kinds of errors that may be a label's value.
var kinds = []providers.Kind{
	providers.KindInvalidInput, providers.KindRejected, providers.KindRateLimited, providers.KindUnavailable, providers.KindUnauthorized,
	providers.KindCrashed, providers.KindTimeout, providers.KindInternal, engine.KindCancelled, engine.KindOverBudget, other,
}

// kind is the kind of a failure as a label's value. A plugin may name any.
func kind(f *engine.Failure) string {
	if f == nil || !slices.Contains(kinds, f.Kind) {
		return other
	}
	return string(f.Kind)
}

// observeCall takes in an event of an instance.
func (m *Metrics) observeCall(o engine.Observation) {
	switch o.Kind {
	case engine.AttemptStarted:
		m.began(o)
	case engine.AttemptFailed:
		m.failed(o)
	case engine.InstanceDone:
		m.runs.settled(o)
		m.instance(o, "done")
		if o.Attempt > 0 { // otherwise a person has decided, or a pipeline is done
			m.worked(o)
		}
	case engine.InstanceReused:
		m.runs.settled(o)
		m.instance(o, "reused")
	case engine.InstanceEdited:
		m.instance(o, "edited")
	case engine.InstanceFailed:
		m.runs.settled(o)
		m.instance(o, "failed")
	}
}

// instance counts an instance; one that runs a pipeline is what its own instances are.
func (m *Metrics) instance(o engine.Observation, outcome string) {
	if o.Capability != "" {
		provider := o.Provider
		if provider != "" {
			provider = m.providers.name(provider)
		}
		m.calls.instances.WithLabelValues(m.capabilities.name(o.Capability), provider, outcome).Inc()
	}
}

func (m *Metrics) began(o engine.Observation) {
	capability, provider := m.capabilities.name(o.Capability), m.providers.name(o.Provider)
	if _, met := m.calls.met.LoadOrStore(pair{capability, provider}, nil); !met {
		m.calls.ended.WithLabelValues(capability, provider, succeeded)
		for _, k := range kinds {
			if k != engine.KindOverBudget { // such a call does not begin
				m.calls.ended.WithLabelValues(capability, provider, string(k))
			}
		}
		m.calls.retried.WithLabelValues(capability, provider)
		m.calls.cost.WithLabelValues(capability, provider)
	}
	switch before := m.runs.settled(o); before {
	case "":
	case o.Provider:
		m.calls.retried.WithLabelValues(capability, provider).Inc()
	default:
		m.calls.fellBack.WithLabelValues(capability, m.providers.name(before), provider).Inc()
	}
}

func (m *Metrics) failed(o engine.Observation) {
	m.calls.ended.WithLabelValues(m.capabilities.name(o.Capability), m.providers.name(o.Provider), kind(o.Error)).Inc()
	m.charge(o)
	if o.Error == nil || o.Error.Kind != engine.KindCancelled {
		m.runs.failedAt(o)
	}
}

func (m *Metrics) worked(o engine.Observation) {
	capability, provider := m.capabilities.name(o.Capability), m.providers.name(o.Provider)
	m.calls.ended.WithLabelValues(capability, provider, succeeded).Inc()
	m.calls.duration.WithLabelValues(capability, provider).Observe(max(o.Took, 0).Seconds())
	m.charge(o)
}

// charge adds what a call has cost. A plugin may name any sum, and a counter takes no negative one.
func (m *Metrics) charge(o engine.Observation) {
	if o.Cost > 0 {
		m.calls.cost.WithLabelValues(m.capabilities.name(o.Capability), m.providers.name(o.Provider)).Add(o.Cost.USD())
	}
}
