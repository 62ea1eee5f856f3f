package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/filmloom/filmloom/engine/admission"
	"github.com/filmloom/filmloom/engine/journal"
	"github.com/filmloom/filmloom/providers"
)

// What a stage that says nothing of its own gets.
const (
	defaultAttempts = 3
	defaultDelay    = time.Second // before the second attempt; doubles from there
	defaultMaxDelay = time.Minute
	defaultTimeout  = 10 * time.Minute // of one attempt
)

// trying is what is done with one provider.
type trying struct {
	*calls
	entry    *entry
	op       *operation
	shared   string // the key under which any lineage finds the result; "" when it is not deterministic
	another  bool   // there is another provider to come
	attempts int    // that the stage allows
	failures int    // so far
}

// exhausted tells whether no other attempt at the provider is made after a failure.
func (t *trying) exhausted(kind providers.Kind) bool {
	return t.failures >= t.attempts || !kind.Retryable() || kind == KindOverBudget
}

// final tells whether the instance has finally failed with a failure.
func (t *trying) final(kind providers.Kind) bool {
	// Of these no provider could make anything.
	hopeless := kind == providers.KindInvalidInput || kind == KindOverBudget
	return t.exhausted(kind) && (!t.another || hopeless)
}

// run makes attempts until one succeeds, none is left, or another would be of no use. Where there is another
// provider to come, the error may be an *attemptError or admission.ErrBroken.
func (t *trying) run() (cty.Value, error) {
	retry := t.job.stage().Retry
	delay, most := retry.Delay, retry.MaxDelay
	if delay == 0 {
		delay = defaultDelay
	}
	if most == 0 {
		most = max(defaultMaxDelay, delay)
	}
	for {
		v, err := t.once()
		var failed *attemptError
		if !errors.As(err, &failed) {
			return v, err
		}
		pe := providers.AsError(failed.err)
		if t.exhausted(pe.Kind) {
			return cty.NilVal, err
		}
		wait := jitter(min(delay<<min(t.failures-1, 30), most))
		if pe.RetryAfter > 0 {
			wait = min(pe.RetryAfter, longestWait)
			t.entry.gate.Hold(wait) // for its siblings too
		}
		t.waiting(t.entry.name, fmt.Sprintf("next attempt after %s: %s", wait.Round(100*time.Millisecond), pe.Message))
		if err := t.x.eng.conf.Clock.Sleep(t.x.launch, wait); err != nil {
			return cty.NilVal, context.Cause(t.x.launch)
		}
	}
}

// longestWait is the longest that is waited because a provider says so.
const longestWait = time.Hour

// jitter spreads a delay over its upper half, so that siblings do not come back together.
func jitter(d time.Duration) time.Duration { return d/2 + rand.N(d/2+1) }

// once makes one call. A failure of the call is an *attemptError, or the *instanceError when it is final;
// any other error means that the run is stopped or cannot record itself.
func (t *trying) once() (cty.Value, error) {
	x, e := t.x, t.entry
	raw, err := t.wire()
	if err != nil && x.launch.Err() != nil { // no failure: the run was stopped meanwhile
		return cty.NilVal, context.Cause(x.launch)
	}
	if err != nil {
		return cty.NilVal, t.failed(nil, err)
	}
	if err := t.reckon(raw); err != nil {
		return cty.NilVal, err
	}
	pass, err := e.gate.Enter(x.launch, admission.Request{
		Run: x.id, Priority: x.frozen.Priority, CPU: t.op.CPU, Elsewhere: t.another,
		Waiting: func(reason string) { t.waiting(e.name, reason) },
	})
	if errors.Is(err, admission.ErrBroken) {
		return cty.NilVal, err
	}
	if err != nil {
		return cty.NilVal, context.Cause(x.launch)
	}
	outcome := admission.Neither
	defer func() { pass.Leave(outcome) }()
	release, err := t.reserve()
	if err != nil {
		return cty.NilVal, t.failed(nil, err)
	}
	defer release()
	t.attempt++
	begun := record{
		Event: t.event(AttemptStarted), Key: t.key, Estimate: t.estimate.MaxCost, Unsafe: t.shared == "",
		IdempotencyKey: digest("idempotency", x.header.Lineage, t.key)[:32],
	}
	begun.Attempt, begun.Provider = t.attempt, e.name
	if err := x.append(journal.Batch{}, begun); err != nil {
		return cty.NilVal, err
	}
	started := x.eng.conf.Clock.Now()
	kept, err := t.execute(e, t.op, raw, begun.IdempotencyKey)
	took := x.eng.conf.Clock.Now().Sub(started)
	if err == nil {
		outcome = admission.Worked
		return t.finish(begun, kept, took)
	}
	cause := context.Cause(x.ctx)
	if cause != nil && !errors.Is(cause, ErrCancelled) {
		return cty.NilVal, cause // interrupted: the attempt stays open
	}
	cost := providers.AsError(err).Cost
	if cause != nil {
		err = &providers.Error{Kind: KindCancelled, Message: cause.Error(), Err: cause}
	}
	outcome = health(err)
	rec := record{Event: begun.Event}
	rec.Kind, rec.Took, rec.Cost, rec.Error = AttemptFailed, took, cost, failure(err, t.address)
	return cty.NilVal, t.failed(&rec, err)
}

// wire is the input as the provider gets it.
func (t *trying) wire() (json.RawMessage, error) {
	if t.content.plain && len(t.input.Type().AttributeTypes()) == len(t.op.takes) {
		return t.content.raw, nil // it takes all that any provider of the capability does
	}
	raw, _, err := wireInput(t.x.launch, t.x.eng.conf.Artifacts, t.input, t.op)
	return raw, err
}

// failed records a failure, and the end of the instance with it where it is final. Then nothing of the run
// begins any more, before the call's place is given to another.
func (t *trying) failed(rec *record, err error) error {
	x := t.x
	var records []record
	if rec != nil {
		records = append(records, *rec)
	}
	t.failures++
	kind := providers.AsError(err).Kind
	if kind == KindCancelled {
		if err := x.append(journal.Batch{}, records...); err != nil {
			return err
		}
		return context.Cause(x.ctx)
	}
	finally := &instanceError{t.address, t.entry.name, t.attempt, err}
	final := t.final(kind)
	if final {
		records = append(records, finally.record(t.path))
	}
	if len(records) > 0 {
		if err := x.append(journal.Batch{}, records...); err != nil {
			return err
		}
	}
	if !final {
		return &attemptError{err}
	}
	x.halt(finally)
	return finally
}

// finish records a result.
func (t *trying) finish(begun record, kept *keptResult, took time.Duration) (cty.Value, error) {
	defer kept.inUse()
	done := record{Event: begun.Event, Key: t.key, artifacts: kept.artifacts}
	done.Kind, done.Took, done.Cost, done.Warnings = InstanceDone, took, kept.Cost, kept.Warnings
	var err error
	if done.Output, err = providers.EncodeWire(kept.value, nil); err != nil {
		return cty.NilVal, err
	}
	return kept.value, t.x.append(journal.Batch{Outcomes: t.outcomes(done, t.shared)}, done)
}

// health is what a failure says of the provider's.
func health(err error) admission.Outcome {
	switch providers.AsError(err).Kind {
	case providers.KindUnavailable, providers.KindCrashed, providers.KindTimeout, providers.KindInternal:
		return admission.Failed
	}
	return admission.Neither
}
