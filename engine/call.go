package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
	"golang.org/x/sync/semaphore"

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

// perform does one instance: it reuses an earlier result, or calls providers until one of them gives
// one. The launch context ends when nothing new may start; a call that has been started goes on.
func (r *Run) perform(launch context.Context, j job) (cty.Value, error) {
	const take = 1
	address := j.instance.Address
	input, diags := j.x.Input(j.instance, pipeline.Self{Seed: seedFor(r.frozen.Seed, address, take), Take: take})
	if diags.HasErrors() {
		return cty.NilVal, r.invalid(j.stage.Name, address, diags)
	}
	key, err := callKey(j.stage.Capability, input, take)
	if err != nil {
		return cty.NilVal, r.failInstance(&instanceError{address, "", 0, err}, j.stage.Name)
	}
	if v, ok, err := r.reuse(j, journal.LineageScope(r.header.Lineage), key); ok || err != nil {
		return v, err
	}
	candidates, missing := r.eng.roster.candidates(launch, j.stage.Capability, j.stage.Provider)
	if len(candidates) == 0 {
		err := &NotReadyError{r.Pipeline, missing}
		return cty.NilVal, r.failInstance(&instanceError{address, "", 0, &providers.Error{Kind: providers.KindUnavailable, Message: err.Error(), Err: err}}, j.stage.Name)
	}
	c := &calls{run: r, job: j, launch: launch, input: input, key: key}
	r.mu.Lock()
	if known := r.view.calls[address]; known != nil {
		c.attempt, c.resumeAt, c.checkpoint = known.attempts, known.provider, known.checkpoint
	}
	r.mu.Unlock()
	return c.make(candidates)
}

// reuse takes an earlier result with the same key, when there is one and its files are still there.
func (r *Run) reuse(j job, scope, key string) (cty.Value, bool, error) {
	ctx := context.Background()
	out, err := r.eng.conf.Journal.Outcome(ctx, scope, key)
	if err != nil {
		if errors.Is(err, journal.ErrNotFound) {
			return cty.NilVal, false, nil
		}
		return cty.NilVal, false, err
	}
	var kept keptOutcome
	if err := json.Unmarshal(out.Data, &kept); err != nil {
		return cty.NilVal, false, nil // an older format: the call is made again
	}
	v, err := ctyjson.Unmarshal(kept.Output, j.stage.OutputType())
	if err != nil {
		return cty.NilVal, false, nil // the capability's output has changed: likewise
	}
	for _, sum := range out.Artifacts {
		if _, err := r.eng.conf.Artifacts.Stat(ctx, sum); err != nil {
			return cty.NilVal, false, nil
		}
	}
	rec := record{
		Event:  Event{Kind: InstanceReused, Stage: j.stage.Name, Address: j.instance.Address, Provider: kept.Provider},
		Output: kept.Output, Key: key, artifacts: out.Artifacts,
	}
	return v, true, r.append(journal.Batch{Outcomes: r.outcomes(rec, "")}, rec)
}

// keptOutcome is a result as it is kept for reuse.
type keptOutcome struct {
	Provider string          `json:"provider"`
	Output   json.RawMessage `json:"output"`
}

// outcomes are the entries under which a result can be found again: by its lineage, and by the shared
// key unless that is "".
func (r *Run) outcomes(rec record, shared string) []journal.Outcome {
	data, err := json.Marshal(keptOutcome{rec.Provider, rec.Output})
	if err != nil {
		return nil // cannot happen: the output is valid JSON
	}
	out := []journal.Outcome{{Scope: journal.LineageScope(r.header.Lineage), Key: rec.Key, Data: data, Artifacts: rec.artifacts}}
	if shared != "" {
		out = append(out, journal.Outcome{Scope: "shared", Key: shared, Data: data, Artifacts: rec.artifacts})
	}
	return out
}

// calls are the attempts at one instance.
type calls struct {
	run        *Run
	job        job
	launch     context.Context
	input      cty.Value
	key        string
	attempt    int    // made so far, in earlier processes too
	resumeAt   string // the provider that an interrupted attempt was made at
	checkpoint []byte // of that attempt
}

// make tries the candidates in order, each as often as the stage says.
func (c *calls) make(candidates []*entry) (cty.Value, error) {
	r, stage := c.run, c.job.stage
	var last error
	var at *entry
	for _, e := range candidates {
		at = e
		spec, _ := e.description.Capability(stage.Capability)
		shared := ""
		if e.deterministic(spec) {
			shared = digest(c.key, e.digest, e.configured.CacheVersion)
			if v, ok, err := r.reuse(c.job, "shared", shared); ok || err != nil {
				return v, err
			}
		}
		v, err := c.tryProvider(e, spec, shared)
		if err == nil {
			return v, nil
		}
		var failed *attemptError
		if !errors.As(err, &failed) {
			return cty.NilVal, err // stopped, or the journal failed
		}
		last = failed.err
		if providers.AsError(last).Kind == providers.KindInvalidInput {
			break // no provider could do better
		}
	}
	return cty.NilVal, r.failInstance(&instanceError{c.job.instance.Address, at.name, c.attempt, last}, stage.Name)
}

// An attemptError is a failure of the last attempt at a provider.
type attemptError struct{ err error }

func (e *attemptError) Error() string { return e.err.Error() }

// tryProvider makes attempts at one provider until one succeeds, none is left, or another would be
// of no use.
func (c *calls) tryProvider(e *entry, spec providers.CapabilitySpec, shared string) (cty.Value, error) {
	r, retry := c.run, c.job.stage.Retry
	attempts, delay, most := retry.Attempts, retry.Delay, retry.MaxDelay
	if attempts == 0 {
		attempts = defaultAttempts
	}
	if delay == 0 {
		delay = defaultDelay
	}
	if most == 0 {
		most = defaultMaxDelay
	}
	for n := 1; ; n++ {
		v, err := c.attemptOnce(e, spec, shared)
		if err == nil {
			return v, nil
		}
		if cause := context.Cause(r.ctx); cause != nil {
			return cty.NilVal, cause
		}
		var failed *attemptError
		if !errors.As(err, &failed) {
			return cty.NilVal, err
		}
		pe := providers.AsError(failed.err)
		if n >= attempts || !pe.Kind.Retryable() || c.launch.Err() != nil {
			return cty.NilVal, err
		}
		wait := jitter(min(delay<<(n-1), most))
		if pe.RetryAfter > 0 {
			wait = pe.RetryAfter
		}
		c.waiting(e, fmt.Sprintf("next attempt after %s: %s", wait.Round(100*time.Millisecond), pe.Message))
		if err := r.eng.conf.Clock.Sleep(c.launch, wait); err != nil {
			return cty.NilVal, &attemptError{failed.err}
		}
	}
}

// jitter spreads a delay over its upper half, so that siblings do not come back together.
func jitter(d time.Duration) time.Duration { return d/2 + rand.N(d/2+1) }

// attemptOnce makes one call. A failure of the call is an *attemptError; any other error means that
// the run is stopped or cannot record itself.
func (c *calls) attemptOnce(e *entry, spec providers.CapabilitySpec, shared string) (cty.Value, error) {
	r, stage, address := c.run, c.job.stage, c.job.instance.Address
	release, err := c.admit(e, spec)
	if err != nil {
		return cty.NilVal, err
	}
	defer release()
	conf := r.eng.conf
	dir, remove, err := conf.Artifacts.WorkDir(r.ctx)
	if err != nil {
		return cty.NilVal, fmt.Errorf("no work directory for %s: %w", address, err)
	}
	defer func() {
		if err := remove(); err != nil {
			conf.Log.Warn("work directory cannot be removed", "dir", dir, "error", err)
		}
	}()
	c.attempt++
	begun := record{
		Event:          Event{Kind: AttemptStarted, Stage: stage.Name, Address: address, Attempt: c.attempt, Provider: e.name},
		Key:            c.key,
		IdempotencyKey: digest(r.ID, address, "1")[:32],
	}
	if err := r.append(journal.Batch{}, begun); err != nil {
		return cty.NilVal, err
	}
	started := conf.Clock.Now()
	output, res, err := c.execute(e, spec, dir, begun.IdempotencyKey)
	took := conf.Clock.Now().Sub(started)
	if err != nil {
		if r.ctx.Err() != nil {
			return cty.NilVal, context.Cause(r.ctx)
		}
		rec := record{Event: begun.Event}
		rec.Kind, rec.Error = AttemptFailed, failure(err, address)
		if err := r.append(journal.Batch{}, rec); err != nil {
			return cty.NilVal, err
		}
		return cty.NilVal, &attemptError{err}
	}
	done := record{Event: begun.Event, Key: c.key, artifacts: res.artifacts}
	done.Kind, done.Took, done.Cost, done.Warnings = InstanceDone, took, res.Cost, res.Warnings
	if done.Output, err = ctyjson.Marshal(output, stage.OutputType()); err != nil {
		return cty.NilVal, err
	}
	return output, r.append(journal.Batch{Outcomes: r.outcomes(done, shared)}, done)
}

// admit waits for a place at the provider and, for heavy local work, in the CPU pool. While it waits
// the reason is visible.
func (c *calls) admit(e *entry, spec providers.CapabilitySpec) (release func(), err error) {
	var held []func()
	release = func() {
		for _, f := range held {
			f()
		}
	}
	take := func(s *semaphore.Weighted, reason string) error {
		if s == nil || s.TryAcquire(1) {
			if s != nil {
				held = append(held, func() { s.Release(1) })
			}
			return nil
		}
		c.waiting(e, reason)
		if err := s.Acquire(c.launch, 1); err != nil {
			return err
		}
		held = append(held, func() { s.Release(1) })
		return nil
	}
	err = take(e.slots, "waiting for a place at "+e.name)
	if err == nil && spec.CPU {
		err = take(c.run.eng.cpu, "waiting for a processor")
	}
	if err == nil {
		err = c.launch.Err()
	}
	if err != nil {
		release()
		c.run.update(func(v *view) { delete(v.stages[c.job.stage.Name].activities, c.job.instance.Address) })
		return nil, err
	}
	return release, nil
}

// waiting shows why the call is not being made.
func (c *calls) waiting(e *entry, reason string) {
	c.run.update(func(v *view) {
		a := v.stages[c.job.stage.Name].activity(c.job.instance.Address)
		a.Provider, a.Waiting, a.Done = e.name, reason, 0
		v.ticks++
	})
}

// keptResult is a result whose files are in the store.
type keptResult struct {
	*providers.Result
	artifacts []string
}

// execute makes the call and takes its result into the store.
func (c *calls) execute(e *entry, spec providers.CapabilitySpec, dir, idempotencyKey string) (cty.Value, *keptResult, error) {
	r, stage := c.run, c.job.stage
	store := r.eng.conf.Artifacts
	raw, err := wireInput(r.ctx, store, c.input, spec.Input)
	if err != nil {
		return cty.NilVal, nil, err
	}
	timeout := stage.Timeout
	if timeout == 0 {
		timeout = defaultTimeout
	}
	ctx, cancel := context.WithTimeout(r.ctx, timeout)
	defer cancel()
	call := &providers.Call{
		Capability: stage.Capability, Input: raw, WorkDir: dir, IdempotencyKey: idempotencyKey,
		Attempt: c.attempt, Run: r.ID, Address: c.job.instance.Address,
		Report: &reporter{c},
	}
	if e.name == c.resumeAt {
		call.Checkpoint, c.checkpoint = c.checkpoint, nil
	}
	res, err := e.provider.Execute(ctx, call)
	if err != nil {
		if r.ctx.Err() == nil && ctx.Err() != nil {
			err = providers.Errorf(providers.KindTimeout, "%s took longer than the stage's timeout of %s", e.name, timeout)
		}
		return cty.NilVal, nil, err
	}
	output, artifacts, err := keepOutput(r.ctx, store, dir, res.Output, spec.Output)
	return output, &keptResult{res, artifacts}, err
}

// reporter takes what a call says while it runs.
type reporter struct{ c *calls }

func (p *reporter) Progress(done float64, message string) {
	p.c.run.update(func(v *view) {
		a := v.stages[p.c.job.stage.Name].activities[p.c.job.instance.Address]
		if a == nil {
			return // the call has returned already
		}
		a.Done = max(a.Done, min(max(done, 0), 1))
		if message != "" {
			a.Message = message
		}
		v.ticks++
	})
}

func (p *reporter) Log(level slog.Level, message string, args ...any) {
	r := p.c.run
	r.eng.conf.Log.With("run", r.ID, "address", p.c.job.instance.Address).Log(r.ctx, level, message, args...)
}

func (p *reporter) Checkpoint(_ context.Context, state []byte) error {
	return p.c.run.append(journal.Batch{}, record{
		Event:      Event{Kind: AttemptCheckpoint, Stage: p.c.job.stage.Name, Address: p.c.job.instance.Address, Attempt: p.c.attempt},
		Checkpoint: state,
	})
}
