package engine

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/filmloom/filmloom/engine/admission"
	"github.com/filmloom/filmloom/engine/journal"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/providers"
)

// What a stage that says nothing of its own gets.
const (
	defaultAttempts = 3
	defaultDelay    = time.Second // before the second attempt; doubles from there
	defaultMaxDelay = time.Minute
	defaultTimeout  = 10 * time.Minute // of one attempt
)

// perform does one instance: it takes an earlier result, or calls providers until one of them gives one,
// or asks a person (it says so with asks, and waits). When nothing may start any more it gives up with the
// cause of that; a call that has been started goes on.
func (x *execution) perform(j job, asks func()) (cty.Value, error) {
	c := &calls{x: x, job: j, address: j.address(), path: j.path(), take: x.take(j.address())}
	var err error
	if c.input, c.key, err = c.prepare(); err != nil {
		return cty.NilVal, err
	}
	if v, ok, err := c.edited(); ok || err != nil {
		return v, err
	}
	for {
		if v, ok, err := c.reuse(journal.LineageScope(x.header.Lineage), c.key); ok || err != nil {
			return v, err
		}
		if c.job.stage().Capability == ApprovalWait {
			return c.ask(asks)
		}
		landed, others := x.eng.flights.board(x.header.Lineage+" "+c.key, c.address)
		if landed != nil {
			v, err := c.lead()
			landed()
			return v, err
		}
		c.waiting("", "waiting for the same call, which is being made for "+others.address)
		select {
		case <-others.landed:
		case <-x.launch.Done():
			c.idle()
			return cty.NilVal, context.Cause(x.launch)
		}
	}
}

// self is what an instance knows of itself.
func (x *execution) self(address string, take int) pipeline.Self {
	return pipeline.Self{Seed: seedFor(x.frozen.Seed, address, take), Take: take}
}

// take is which try at an address this run makes.
func (x *execution) take(address string) int { return max(x.frozen.Takes[address], 1) }

// calls are what is done for one instance.
type calls struct {
	x       *execution
	job     job
	address string
	path    string // of the stage
	take    int
	input   cty.Value
	key     string
	secrets map[string]string // references by name

	attempt  int // made so far, in earlier processes too
	resume   handover
	estimate providers.Estimate
}

// prepare evaluates the input and names the call.
func (c *calls) prepare() (cty.Value, string, error) {
	inst := c.job.instance()
	input, diags := c.job.fanned.x.Input(inst, c.x.self(c.address, c.take))
	if !diags.HasErrors() {
		c.secrets, diags = c.job.fanned.x.Secrets(inst)
	}
	if diags.HasErrors() {
		return cty.NilVal, "", c.x.invalid(c.path, c.address, diags)
	}
	key, err := callKey(c.job.stage().Capability, input, c.take)
	if err != nil {
		return cty.NilVal, "", c.fail("", err)
	}
	return input, key, nil
}

func (c *calls) fail(provider string, err error) error {
	c.idle()
	return c.x.failInstance(&instanceError{c.address, provider, c.attempt, err}, c.path)
}

// event is an event of the instance.
func (c *calls) event(kind Kind) Event {
	ev := Event{Kind: kind, Stage: c.path, Address: c.address}
	if c.take > 1 {
		ev.Take = c.take
	}
	return ev
}

// lead makes the call, as the only one in the lineage that does.
func (c *calls) lead() (cty.Value, error) {
	x, stage := c.x, c.job.stage()
	candidates, missing := x.eng.roster.candidates(x.launch, stage.Capability, stage.Provider)
	if len(candidates) == 0 {
		err := &NotReadyError{x.header.Pipeline, missing}
		return cty.NilVal, c.fail("", &providers.Error{Kind: providers.KindUnavailable, Message: err.Error(), Err: err})
	}
	c.resume = x.handed[c.key]
	x.mu.Lock()
	if known := x.view.calls[c.address]; known != nil {
		c.attempt = known.attempts
		if known.checkpoint != nil {
			c.resume = handover{known.provider, known.checkpoint}
		}
	}
	x.mu.Unlock()
	if c.resume.checkpoint != nil { // whoever has the work under way goes first
		slices.SortStableFunc(candidates, func(a, b *entry) int {
			switch c.resume.provider {
			case a.name:
				return -1
			case b.name:
				return 1
			}
			return 0
		})
	}
	return c.make(candidates)
}

// make tries the candidates in order, each as often as the stage says. For one that has failed again and
// again nobody waits while there is another.
func (c *calls) make(candidates []*entry) (cty.Value, error) {
	var last error
	at := ""
	for i, e := range candidates {
		spec, _ := e.description.Capability(c.job.stage().Capability)
		shared := ""
		if e.deterministic(spec) {
			shared = digest(c.key, e.digest, e.configured.CacheVersion)
			if v, ok, err := c.reuse(sharedScope, shared); ok || err != nil {
				return v, err
			}
		}
		v, err := c.tryProvider(e, spec, shared, i < len(candidates)-1)
		if err == nil {
			return v, nil
		}
		if errors.Is(err, admission.ErrBroken) {
			continue
		}
		var failed *attemptError
		if !errors.As(err, &failed) {
			c.idle()
			return cty.NilVal, err // stopped, or the journal failed
		}
		at, last = e.name, failed.err
		if kind := providers.AsError(last).Kind; kind == providers.KindInvalidInput || kind == KindOverBudget {
			break // no provider could do better
		}
	}
	return cty.NilVal, c.fail(at, last)
}

// An attemptError is a failure of the last attempt at a provider.
type attemptError struct{ err error }

func (e *attemptError) Error() string { return e.err.Error() }

// tryProvider makes attempts at one provider until one succeeds, none is left, or another would be
// of no use. Where there is another provider to come, the error may be admission.ErrBroken.
func (c *calls) tryProvider(e *entry, spec providers.CapabilitySpec, shared string, another bool) (cty.Value, error) {
	x, retry := c.x, c.job.stage().Retry
	attempts, delay, most := retry.Attempts, retry.Delay, retry.MaxDelay
	if attempts == 0 {
		attempts = defaultAttempts
	}
	if delay == 0 {
		delay = defaultDelay
	}
	if most == 0 {
		most = max(defaultMaxDelay, delay)
	}
	for n := 1; ; n++ {
		v, err := c.attemptOnce(e, spec, shared, another)
		if err == nil {
			return v, nil
		}
		var failed *attemptError
		if !errors.As(err, &failed) {
			return cty.NilVal, err
		}
		pe := providers.AsError(failed.err)
		if n >= attempts || !pe.Kind.Retryable() || pe.Kind == KindOverBudget {
			return cty.NilVal, err
		}
		wait := jitter(min(delay<<min(n-1, 30), most))
		if pe.RetryAfter > 0 {
			wait = pe.RetryAfter
			e.gate.Hold(wait) // for its siblings too
		}
		c.waiting(e.name, fmt.Sprintf("next attempt after %s: %s", wait.Round(100*time.Millisecond), pe.Message))
		if err := x.eng.conf.Clock.Sleep(x.launch, wait); err != nil {
			return cty.NilVal, context.Cause(x.launch)
		}
	}
}

// jitter spreads a delay over its upper half, so that siblings do not come back together.
func jitter(d time.Duration) time.Duration { return d/2 + rand.N(d/2+1) }

// attemptOnce makes one call. A failure of the call is an *attemptError; any other error means that
// the run is stopped or cannot record itself.
func (c *calls) attemptOnce(e *entry, spec providers.CapabilitySpec, shared string, another bool) (cty.Value, error) {
	x := c.x
	raw, _, err := wireInput(x.launch, x.eng.conf.Artifacts, c.input, spec.Input)
	if err != nil {
		return cty.NilVal, &attemptError{err}
	}
	if err := c.reckon(e, spec, raw, shared != ""); err != nil {
		return cty.NilVal, err
	}
	pass, err := e.gate.Enter(x.launch, admission.Request{
		Run: x.id, Priority: x.frozen.Priority, CPU: spec.CPU, Elsewhere: another,
		Waiting: func(reason string) { c.waiting(e.name, reason) },
	})
	if errors.Is(err, admission.ErrBroken) {
		return cty.NilVal, err
	}
	if err != nil {
		return cty.NilVal, context.Cause(x.launch)
	}
	outcome := admission.Neither
	defer func() { pass.Leave(outcome) }()
	release, err := c.reserve()
	if err != nil {
		return cty.NilVal, err
	}
	defer release()
	c.attempt++
	begun := record{
		Event: c.event(AttemptStarted), Key: c.key, Estimate: c.estimate.MaxCost, Unsafe: shared == "",
		IdempotencyKey: digest("idempotency", x.header.Lineage, c.key)[:32],
	}
	begun.Attempt, begun.Provider = c.attempt, e.name
	if err := x.append(journal.Batch{}, begun); err != nil {
		return cty.NilVal, err
	}
	started := x.eng.conf.Clock.Now()
	kept, err := c.execute(e, spec, raw, begun.IdempotencyKey)
	took := x.eng.conf.Clock.Now().Sub(started)
	if err != nil {
		if x.ctx.Err() != nil {
			return cty.NilVal, context.Cause(x.ctx)
		}
		outcome = health(err)
		rec := record{Event: begun.Event}
		rec.Kind, rec.Took, rec.Error = AttemptFailed, took, failure(err, c.address)
		if err := x.append(journal.Batch{}, rec); err != nil {
			return cty.NilVal, err
		}
		return cty.NilVal, &attemptError{err}
	}
	outcome = admission.Worked
	defer kept.inUse()
	done := record{Event: begun.Event, Key: c.key, artifacts: kept.artifacts}
	done.Kind, done.Took, done.Cost, done.Warnings = InstanceDone, took, kept.Cost, kept.Warnings
	if done.Output, err = providers.EncodeWire(kept.value, nil); err != nil {
		return cty.NilVal, err
	}
	return kept.value, x.append(journal.Batch{Outcomes: c.outcomes(done, shared)}, done)
}

// health is what a failure says of the provider's.
func health(err error) admission.Outcome {
	switch providers.AsError(err).Kind {
	case providers.KindUnavailable, providers.KindCrashed, providers.KindTimeout, providers.KindInternal:
		return admission.Failed
	}
	return admission.Neither
}

// waiting shows why the call is not being made.
func (c *calls) waiting(provider, reason string) {
	c.x.update(func(v *view) {
		a := v.stage(c.path).activity(c.address)
		a.Provider, a.Waiting, a.Done = provider, reason, 0
		v.ticks++
	})
}

// idle takes back what waiting has shown.
func (c *calls) idle() {
	c.x.update(func(v *view) { delete(v.stage(c.path).activities, c.address) })
}
