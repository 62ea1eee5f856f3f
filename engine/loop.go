package engine

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/filmloom/filmloom/engine/journal"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/providers"
)

// maxInFlight bounds how many instances of one run hold a goroutine and an input in memory.
const maxInFlight = 256

// begin prepares the run for its loop.
func (r *Run) begin() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ctx, r.cancel = context.WithCancelCause(context.Background())
	r.done = make(chan struct{})
}

// loop executes the run until it has ended or is stopped. Only here are terminal events written.
func (r *Run) loop() {
	defer r.cancel(nil)
	err := r.work()
	cause := context.Cause(r.ctx)
	switch {
	case errors.Is(cause, ErrClosed): // interrupted: it goes on when it is resumed
		err = nil
	case errors.Is(cause, ErrCancelled):
		err = r.append(journal.Batch{State: string(Cancelled)}, record{Event: Event{Kind: RunCancelled}})
	case err == nil:
		err = r.append(journal.Batch{State: string(Completed)}, record{Event: Event{Kind: RunCompleted}})
	default:
		var failed *instanceError
		if !errors.As(err, &failed) {
			break // the journal does not take events: there is nowhere to write that
		}
		err = r.append(journal.Batch{State: string(Failed)}, record{Event: Event{
			Kind: RunFailed, Provider: failed.provider, Attempt: failed.attempts, Error: failure(failed.err, failed.address),
		}})
	}
	if err != nil {
		r.eng.conf.Log.Error("run stopped", "run", r.ID, "error", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.broken = err
	close(r.done)
	close(r.changed)
	r.changed = make(chan struct{})
}

// A job is one instance to be done.
type job struct {
	stage    *pipeline.Stage
	x        *pipeline.Expansion
	index    int
	instance pipeline.Instance
}

type result struct {
	job    job
	output cty.Value
	err    error
}

// An instanceError says which instance has finally failed, and why.
type instanceError struct {
	address  string
	provider string
	attempts int
	err      error
}

func (e *instanceError) Error() string { return fmt.Sprintf("%s: %v", e.address, e.err) }
func (e *instanceError) Unwrap() error { return e.err }

// fanned is a stage of this run that has been expanded.
type fanned struct {
	x       *pipeline.Expansion
	outputs []cty.Value
	missing int
}

// work does what is left of the run. It returns nil when everything is done, an *instanceError when an
// instance has finally failed, or another error when the run cannot go on recording itself.
func (r *Run) work() error {
	first := RunStarted
	message := ""
	r.mu.Lock()
	if r.view.state == Running {
		first = RunResumed
		if n := r.view.interrupted; n > 0 {
			message = fmt.Sprintf("%d calls were interrupted and are made again", n)
		}
	}
	r.mu.Unlock()
	if err := r.append(journal.Batch{State: string(Running)}, record{Event: Event{Kind: first, Message: message}}); err != nil {
		return err
	}
	r.scope.Stages = map[string]cty.Value{}
	wanted := upTo(r.pl, r.frozen.Until)
	open := map[string]*fanned{}
	results := make(chan result)
	var queue []job
	var failed error
	inFlight := 0
	launch, stopLaunching := context.WithCancel(r.ctx)
	defer stopLaunching()
	fail := func(err error) {
		if failed == nil {
			failed = err
		}
		stopLaunching() // running siblings finish; those that still wait for a place do not start
	}
	for {
		for progress := true; progress && failed == nil; {
			progress = false
			for _, s := range r.pl.Order() {
				if !wanted[s.Name] || open[s.Name] != nil || !r.ready(s) {
					continue
				}
				f, jobs, err := r.expand(s)
				if err != nil {
					fail(err)
					break
				}
				open[s.Name] = f
				queue = append(queue, jobs...)
				if f.missing == 0 {
					r.scopeStage(s, f)
					progress = true
				}
			}
		}
		for failed == nil && r.ctx.Err() == nil && len(queue) > 0 && inFlight < maxInFlight {
			j := queue[0]
			queue = queue[1:]
			inFlight++
			go func() {
				output, err := r.perform(launch, j)
				results <- result{j, output, err}
			}()
		}
		if inFlight == 0 {
			if failed == nil && r.ctx.Err() != nil {
				failed = context.Cause(r.ctx)
			}
			return failed
		}
		res := <-results
		inFlight--
		if res.err != nil {
			fail(res.err)
			continue
		}
		f := open[res.job.stage.Name]
		f.outputs[res.job.index] = res.output
		if f.missing--; f.missing == 0 {
			r.scopeStage(res.job.stage, f)
		}
	}
}

// ready tells whether all that a stage depends on is done.
func (r *Run) ready(s *pipeline.Stage) bool {
	for _, d := range s.Dependencies() {
		if _, done := r.scope.Stages[d]; !done {
			return false
		}
	}
	return true
}

// scopeStage makes a finished stage's value known to those that depend on it.
func (r *Run) scopeStage(s *pipeline.Stage, f *fanned) {
	v := f.x.Value(f.outputs)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.scope.Stages[s.Name] = v
}

// expand makes a stage's instances, and takes from the journal what is done already.
func (r *Run) expand(s *pipeline.Stage) (*fanned, []job, error) {
	x, diags := r.pl.Expand(s, r.scope)
	if diags.HasErrors() {
		return nil, nil, r.invalid(s.Name, s.Name, diags)
	}
	r.mu.Lock()
	recorded := r.view.stages[s.Name].State != Waiting
	calls := make([]callView, len(x.Instances))
	for i, inst := range x.Instances {
		if c := r.view.calls[inst.Address]; c != nil {
			calls[i] = *c
		}
	}
	r.mu.Unlock()
	if !recorded {
		ev := Event{Kind: StageExpanded, Stage: s.Name, Instances: len(x.Instances)}
		if x.Skipped {
			ev = Event{Kind: StageSkipped, Stage: s.Name}
		}
		if err := r.append(journal.Batch{}, record{Event: ev}); err != nil {
			return nil, nil, err
		}
	}
	f := &fanned{x: x, outputs: make([]cty.Value, len(x.Instances)), missing: len(x.Instances)}
	var jobs []job
	for i, inst := range x.Instances {
		if calls[i].output != nil {
			v, err := ctyjson.Unmarshal(calls[i].output, s.OutputType())
			if err != nil {
				return nil, nil, &instanceError{inst.Address, "", 0, providers.Errorf(providers.KindInternal, "its recorded output does not fit the capability any more: %w", err)}
			}
			f.outputs[i] = v
			f.missing--
			continue
		}
		jobs = append(jobs, job{s, x, i, inst})
	}
	return f, jobs, nil
}

// invalid records that an instance failed before a call could be made, because an expression did.
func (r *Run) invalid(stage, address string, diags hcl.Diagnostics) error {
	err := providers.Errorf(providers.KindInvalidInput, "%s", diags.Error())
	return r.failInstance(&instanceError{address, "", 0, err}, stage)
}

// failInstance records that an instance has finally failed, and returns why.
func (r *Run) failInstance(e *instanceError, stage string) error {
	err := r.append(journal.Batch{}, record{Event: Event{
		Kind: InstanceFailed, Stage: stage, Address: e.address, Provider: e.provider, Attempt: e.attempts, Error: failure(e.err, e.address),
	}})
	if err != nil {
		return err
	}
	return e
}
