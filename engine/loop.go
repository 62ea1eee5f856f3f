package engine

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/filmloom/filmloom/engine/journal"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/providers"
)

// What bounds the memory of work in progress.
const (
	maxInFlightAll = 4096 // instances with a goroutine and an input in memory, of all runs
	maxInFlight    = 256  // of one run; fewer when many runs share maxInFlightAll
	minInFlight    = 8    // of one run, however many there are
	maxFrames      = 64   // pipelines that stages use, open at a time in one run at one depth
)

// A loop executes one run: one goroutine, this one, decides what is done next; others make the calls and
// tell it what came of them.
type loop struct {
	x        *execution
	results  chan result
	queue    []job         // instances of capabilities that may start
	nested   map[int][]job // instances of pipelines that may start, by depth
	open     map[int]int   // frames, by depth
	inFlight int
	asking   int   // of those in flight, approvals that wait for a person
	failed   error // the first failure: nothing more starts
}

// A job is one instance to be done.
type job struct {
	fanned *fanned
	index  int
}

func (j job) instance() pipeline.Instance { return j.fanned.x.Instances[j.index] }
func (j job) stage() *pipeline.Stage      { return j.fanned.stage }

// path is the stage's address: its name, within the instance of the pipeline that it is part of.
func (j job) path() string { return j.fanned.frame.prefix + j.fanned.stage.Name }

func (j job) address() string { return j.fanned.frame.prefix + j.instance().Address }

// result is what came of a job, or that it waits for a person.
type result struct {
	job    job
	output cty.Value
	err    error
	asks   bool // nothing came of it yet
	asked  bool // it has waited
}

// A fanned is a stage of a frame that has been expanded.
type fanned struct {
	frame   *frame
	stage   *pipeline.Stage
	x       *pipeline.Expansion
	outputs []cty.Value
	missing int
}

// A frame is one pipeline in a run: the run's own, or one that a stage uses.
type frame struct {
	pl      *pipeline.Pipeline
	prefix  string // of the addresses in it: "" or `films["a"].`
	depth   int
	owner   *fanned // whose instance it is; nil for the run's own
	index   int
	scope   pipeline.Scope
	wanted  map[string]bool
	waiting map[string]int               // by stage: dependencies that are not done
	needed  map[string][]*pipeline.Stage // by stage: those that depend on it
	left    int                          // stages that are not done
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

// work does what is left of the run. It returns nil when everything is done, an *instanceError when an
// instance has finally failed, the cause when the run was stopped, or another error when the run cannot
// go on recording itself.
func (l *loop) work() error {
	x := l.x
	if err := l.begin(); err != nil {
		return err
	}
	l.nested, l.open = map[int][]job{}, map[int]int{}
	root := &frame{pl: x.pl, scope: pipeline.Scope{Inputs: x.inputs}, wanted: upTo(x.pl, x.frozen.Until)}
	if err := l.enter(root); err != nil {
		l.fail(err)
	}
	for {
		l.dispatch()
		if l.inFlight == 0 {
			break
		}
		if l.inFlight == l.asking && len(l.queue) == 0 {
			x.halt(errAwaiting) // what is left waits for a person, and costs nothing meanwhile
		}
		res := <-l.results
		if res.asks {
			l.asking++
			continue
		}
		l.inFlight--
		if res.asked {
			l.asking--
		}
		err := res.err
		if err == nil {
			err = l.finished(res.job, res.output)
		}
		if err != nil {
			l.fail(err)
		}
	}
	if l.failed != nil {
		return l.failed
	}
	if root.left > 0 {
		return context.Cause(x.launch)
	}
	x.mu.Lock()
	x.values = &root.scope
	x.mu.Unlock()
	return nil
}

// begin records that the run goes on.
func (l *loop) begin() error {
	x := l.x
	if x.resumed {
		return nil
	}
	ev := Event{Kind: RunStarted}
	x.mu.Lock()
	if s := x.view.state; s == Running || s == Paused {
		ev.Kind = RunResumed
		if n := x.view.interruptedNow; n > 0 {
			ev.Message = fmt.Sprintf("%d interrupted calls are made again", n)
		}
		if changed := x.eng.roster.newer(x.frozen.Providers); changed != "" {
			if ev.Message != "" {
				ev.Message += "; "
			}
			ev.Message += changed
		}
	}
	x.mu.Unlock()
	return x.append(journal.Batch{State: string(Running)}, record{Event: ev})
}

// fail keeps the first failure and lets nothing more start. What a stopped call says of the stop is no
// failure.
func (l *loop) fail(err error) {
	if cause := context.Cause(l.x.launch); cause != nil && errors.Is(err, cause) {
		return
	}
	if l.failed == nil {
		l.failed = err
	}
	l.x.halt(err)
}

// dispatch starts as much as there is room for.
func (l *loop) dispatch() {
	most := l.x.eng.share()
	for l.x.launch.Err() == nil {
		if j, ok := l.nextNested(); ok {
			if err := l.descend(j); err != nil {
				l.fail(err)
			}
			continue
		}
		if len(l.queue) == 0 || l.inFlight-l.asking >= most { // whoever asks a person costs next to nothing
			return
		}
		j := l.queue[0]
		l.queue[0] = job{}
		l.queue = l.queue[1:]
		l.inFlight++
		go func() {
			res := result{job: j}
			res.output, res.err = l.x.perform(j, func() {
				res.asked = true
				l.results <- result{job: j, asks: true}
			})
			l.results <- res
		}()
	}
}

// nextNested takes an instance of a pipeline whose frame may be opened.
func (l *loop) nextNested() (job, bool) {
	for depth, jobs := range l.nested {
		if len(jobs) > 0 && l.open[depth] < maxFrames {
			l.nested[depth] = jobs[1:]
			l.open[depth]++
			return jobs[0], true
		}
	}
	return job{}, false
}

// enter begins a frame: it expands the stages that wait for nothing.
func (l *loop) enter(f *frame) error {
	f.scope.Stages = map[string]cty.Value{}
	f.waiting, f.needed = map[string]int{}, map[string][]*pipeline.Stage{}
	var ready []*pipeline.Stage
	for _, s := range f.pl.Order() {
		if !f.wanted[s.Name] {
			continue
		}
		f.left++
		for _, d := range s.Dependencies() {
			f.needed[d] = append(f.needed[d], s)
		}
		if f.waiting[s.Name] = len(s.Dependencies()); f.waiting[s.Name] == 0 {
			ready = append(ready, s)
		}
	}
	if f.left == 0 {
		return l.leave(f)
	}
	for _, s := range ready {
		if err := l.expand(f, s); err != nil {
			return err
		}
	}
	return nil
}

// descend opens the frame of an instance that runs a pipeline.
func (l *loop) descend(j job) error {
	if err := l.x.failedBefore(j.address()); err != nil {
		return err
	}
	inputs, diags := j.fanned.x.Input(j.instance(), l.x.self(j.address(), 1))
	if diags.HasErrors() {
		return l.x.invalid(j.path(), j.address(), diags)
	}
	inner := j.stage().Pipeline
	return l.enter(&frame{
		pl: inner, prefix: j.address() + ".", depth: j.fanned.frame.depth + 1, owner: j.fanned, index: j.index,
		scope: pipeline.Scope{Inputs: inputs}, wanted: upTo(inner, ""),
	})
}

// leave ends a frame: its pipeline's outputs are the output of the instance that used it.
func (l *loop) leave(f *frame) error {
	if f.owner == nil {
		return nil
	}
	j := job{f.owner, f.index}
	l.open[j.fanned.frame.depth]--
	output, diags := f.pl.Result(f.scope)
	if diags.HasErrors() {
		return l.x.invalid(j.path(), j.address(), diags)
	}
	if !l.x.isDone(j.address()) {
		if err := l.x.append(journal.Batch{}, record{Event: Event{Kind: InstanceDone, Stage: j.path(), Address: j.address()}}); err != nil {
			return err
		}
	}
	return l.finished(j, output)
}

// finished takes an instance's output in.
func (l *loop) finished(j job, output cty.Value) error {
	f := j.fanned
	f.outputs[j.index] = output
	if f.missing--; f.missing > 0 {
		return nil
	}
	return l.settle(f)
}

// settle makes a finished stage's value known to those that depend on it.
func (l *loop) settle(f *fanned) error {
	frame := f.frame
	frame.scope.Stages[f.stage.Name] = f.x.Value(f.outputs)
	if frame.left--; frame.left == 0 {
		return l.leave(frame)
	}
	for _, s := range frame.needed[f.stage.Name] {
		if frame.waiting[s.Name]--; frame.waiting[s.Name] == 0 && l.x.launch.Err() == nil {
			if err := l.expand(frame, s); err != nil {
				return err
			}
		}
	}
	return nil
}

// expand makes a stage's instances, and takes from the journal what is done already.
func (l *loop) expand(frame *frame, s *pipeline.Stage) error {
	x := l.x
	path := frame.prefix + s.Name
	if err := x.failedBefore(path); err != nil {
		return err
	}
	expansion, diags := frame.pl.Expand(s, frame.scope)
	if diags.HasErrors() {
		return x.invalid(path, path, diags)
	}
	n := len(expansion.Instances)
	f := &fanned{frame: frame, stage: s, x: expansion, outputs: make([]cty.Value, n), missing: n}
	if !x.isExpanded(path) {
		ev := Event{Kind: StageExpanded, Stage: path, Instances: n}
		if expansion.Skipped {
			ev = Event{Kind: StageSkipped, Stage: path}
		}
		if err := x.append(journal.Batch{}, record{Event: ev}); err != nil {
			return err
		}
	}
	for i := range expansion.Instances {
		j := job{f, i}
		if s.Pipeline != nil { // what is done in it comes from its own instances
			l.nested[frame.depth] = append(l.nested[frame.depth], j)
			continue
		}
		output, done, err := x.recorded(j)
		if err != nil {
			return err
		}
		if !done {
			l.queue = append(l.queue, j)
			continue
		}
		f.outputs[i] = output
		f.missing--
	}
	if f.missing == 0 {
		return l.settle(f)
	}
	return nil
}

// recorded gives what the journal has of an instance: its output, or why it finally failed.
func (x *execution) recorded(j job) (cty.Value, bool, error) {
	x.mu.Lock()
	var raw []byte
	if c := x.view.calls[j.address()]; c != nil {
		raw = c.output
	}
	x.mu.Unlock()
	if err := x.failedBefore(j.address()); err != nil {
		return cty.NilVal, false, err
	}
	if raw == nil {
		return cty.NilVal, false, nil
	}
	v, err := providers.DecodeWire(raw, j.stage().OutputType(), nil)
	if err != nil {
		err = providers.Errorf(providers.KindInternal, "its recorded output does not fit the capability any more: %w", err)
		return cty.NilVal, false, &instanceError{j.address(), "", 0, err}
	}
	return v, true, nil
}

// failedBefore is why an instance has finally failed, in a process that ended before it could write that the
// run failed; or nil.
func (x *execution) failedBefore(address string) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	c := x.view.calls[address]
	if c == nil || c.failed == nil {
		return nil
	}
	return &instanceError{address, c.provider, c.attempts, c.failed.asError()}
}

func (x *execution) isExpanded(path string) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	s := x.view.stages[path]
	return s != nil && s.State != Waiting
}

func (x *execution) isDone(address string) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	c := x.view.calls[address]
	return c != nil && c.done
}

// invalid records that an instance failed before a call could be made, because an expression did.
func (x *execution) invalid(path, address string, diags hcl.Diagnostics) error {
	err := providers.Errorf(providers.KindInvalidInput, "%s", diags.Error())
	return x.failInstance(&instanceError{address, "", 0, err}, path)
}

// failInstance records that an instance has finally failed, and returns why.
func (x *execution) failInstance(e *instanceError, path string) error {
	if err := x.append(journal.Batch{}, e.record(path)); err != nil {
		return err
	}
	return e
}

func (e *instanceError) record(path string) record {
	return record{Event: Event{
		Kind: InstanceFailed, Stage: path, Address: e.address, Provider: e.provider, Attempt: e.attempts, Error: failure(e.err, e.address),
	}}
}
