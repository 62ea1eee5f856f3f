package engine

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/filmloom/filmloom/engine/admission"
	"github.com/filmloom/filmloom/engine/journal"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/providers"
)

// perform does one instance: it takes an earlier result, or calls providers until one of them gives one,
// or asks a person (it says so with asks, and waits). When nothing may start any more it gives up with the
// cause of that; a call that has been started goes on.
func (x *execution) perform(j job, asks func()) (cty.Value, error) {
	c := &calls{x: x, job: j, address: j.address(), path: j.path(), take: x.take(j.address())}
	var err error
	if err = c.prepare(); err != nil {
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
	content content
	key     string
	secrets map[string]string // references by name

	attempt  int                  // made so far, in earlier processes too
	before   map[string]*failures // of those, by provider
	resume   handover
	estimate providers.Estimate
}

// prepare evaluates the input and names the call.
func (c *calls) prepare() error {
	inst := c.job.instance()
	input, diags := c.job.fanned.x.Input(inst, c.x.self(c.address, c.take))
	if !diags.HasErrors() {
		c.secrets, diags = c.job.fanned.x.Secrets(inst)
	}
	if diags.HasErrors() {
		return c.x.invalid(c.path, c.address, diags)
	}
	var err error
	if c.content, err = contentOf(input); err != nil {
		return c.fail("", err)
	}
	c.input, c.key = input, c.content.key(c.job.stage().Capability, c.take)
	return nil
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
		c.attempt, c.before = known.attempts, maps.Clone(known.failures)
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
// again nobody waits while there is another. What failed before an interruption counts.
func (c *calls) make(candidates []*entry) (cty.Value, error) {
	var last error
	at := ""
	for i, e := range candidates {
		op := e.operations[c.job.stage().Capability]
		if op == nil { // the route of an older file
			at, last = e.name, providers.Errorf(providers.KindInternal, "%s does not serve %s", e.name, c.job.stage().Capability)
			continue
		}
		shared := ""
		if e.deterministic(op) {
			shared = digest(c.key, e.digest, e.configured.CacheVersion)
			if v, ok, err := c.reuse(sharedScope, shared); ok || err != nil {
				return v, err
			}
		}
		t := &trying{calls: c, entry: e, op: op, shared: shared, another: i < len(candidates)-1, attempts: c.job.stage().Retry.Attempts}
		if t.attempts == 0 {
			t.attempts = defaultAttempts
		}
		if before := c.before[e.name]; before != nil {
			t.failures = before.n
			if t.exhausted(before.last.Kind) {
				at, last = e.name, before.last.asError()
				continue
			}
		}
		v, err := t.run()
		var failed *attemptError
		switch {
		case errors.Is(err, admission.ErrBroken):
			continue
		case !errors.As(err, &failed):
			if err != nil {
				c.idle()
			}
			return v, err // done, finally failed, stopped, or the journal failed
		}
		at, last = e.name, failed.err
	}
	return cty.NilVal, c.fail(at, last)
}

// An attemptError is a failure of the last attempt at a provider, after which another provider may serve.
type attemptError struct{ err error }

func (e *attemptError) Error() string { return e.err.Error() }

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
