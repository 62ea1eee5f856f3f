package engine

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/filmloom/filmloom/engine/journal"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/providers"
)

// An execution is a run in memory: what the journal knows of it and, while this engine executes it, the
// work itself. A run has at most one that executes; others are read-only pictures of it.
type execution struct {
	id     string
	eng    *Engine
	header journal.Run
	frozen frozen
	pl     *pipeline.Pipeline
	inputs cty.Value

	// Set when the execution begins. A call in flight ends with ctx; when launch, its child, has ended
	// nothing new starts.
	ctx     context.Context
	cancel  context.CancelCauseFunc
	launch  context.Context
	halt    context.CancelCauseFunc
	handed  map[string]handover // calls that superseded runs have left open, by key
	resumed bool                // that the run goes on is recorded already

	mu        sync.Mutex
	view      view                     // what the events and the calls in flight say
	changed   chan struct{}            // closed and replaced whenever the view changes
	done      chan struct{}            // closed when this engine no longer executes the run; nil before it did
	values    *pipeline.Scope          // of all stages, when they were done in this execution
	broken    error                    // the journal failed: the run stopped without an event
	failure   error                    // why the run failed, when it did so in this execution
	reserved  providers.Money          // what calls in flight may cost at most, where there is a budget
	decisions map[string]chan<- asking // approvals that are waited for, by address
	replaced  bool                     // a newer run of the lineage goes on instead
	ending    bool                     // how it ends is decided
	untold    map[uint64][]Observation // what the observer is to be told, by the number of the first event
	told      uint64                   // up to which it was

	telling sync.Mutex // held by whoever tells the observer
}

// load makes a picture of a recorded run from its frozen source and its events.
func (e *Engine) load(ctx context.Context, id string) (*execution, error) {
	header, err := e.conf.Journal.Run(ctx, id)
	if errors.Is(err, journal.ErrNotFound) {
		return nil, fmt.Errorf("run %s: %w", id, ErrNotFound)
	}
	if err != nil {
		return nil, err
	}
	return e.picture(ctx, header)
}

func (e *Engine) picture(ctx context.Context, header journal.Run) (*execution, error) {
	f, err := readFrozen(header.Frozen)
	if err != nil {
		return nil, fmt.Errorf("run %s cannot be read: %w", header.ID, err)
	}
	file, err := e.roster.parsed(f.Source)
	if err != nil {
		return nil, fmt.Errorf("run %s was started from pipelines that are not valid with these plugins: %w", header.ID, err)
	}
	pl := file.Pipeline(header.Pipeline)
	if pl == nil {
		return nil, fmt.Errorf("run %s cannot be read: its source has no pipeline %s", header.ID, header.Pipeline)
	}
	inputs, err := ctyjson.Unmarshal(f.Inputs, pl.InputType())
	if err != nil {
		return nil, fmt.Errorf("run %s cannot be read: its inputs: %w", header.ID, err)
	}
	x := &execution{
		id: header.ID, eng: e, header: header, frozen: f, pl: pl, inputs: inputs,
		changed: make(chan struct{}), decisions: map[string]chan<- asking{},
	}
	x.view = newView(pl, upTo(pl, f.Until), f.Weights)
	for ev, err := range e.conf.Journal.Events(ctx, header.ID, 1) {
		if err != nil {
			return nil, fmt.Errorf("run %s cannot be read: %w", header.ID, err)
		}
		rec, err := readRecord(ev)
		if err != nil {
			return nil, fmt.Errorf("run %s cannot be read: event %d: %w", header.ID, ev.Seq, err)
		}
		x.view.apply(rec)
		x.view.seq = ev.Seq
	}
	x.told = x.view.seq
	x.view.interrupt()
	return x, nil
}

// stub is what can be said of a run by its header alone: that it has ended, without a look at the rest, which may
// be unreadable.
func (e *Engine) stub(header journal.Run) *execution {
	x := &execution{id: header.ID, eng: e, header: header, changed: make(chan struct{}), told: header.LastSeq}
	x.view.seq = header.LastSeq
	return x
}

// handle is a new public handle.
func (x *execution) handle() *Run {
	return &Run{ID: x.id, Pipeline: x.header.Pipeline, Lineage: x.header.Lineage, Parent: x.header.Parent, eng: x.eng, x: x}
}

// execute begins or goes on with a run that nobody executes, whose turn the caller has.
func (e *Engine) execute(x *execution) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed || e.draining {
		return ErrClosed
	}
	e.executing[x.id] = x
	x.mu.Lock()
	x.ctx, x.cancel = context.WithCancelCause(context.Background())
	x.launch, x.halt = context.WithCancelCause(x.ctx)
	x.done = make(chan struct{})
	x.mu.Unlock()
	e.wg.Go(func() {
		defer x.cancel(nil)
		x.finish((&loop{x: x, results: make(chan result)}).work())
	})
	return nil
}

// finish records how the execution ended, and ends it. Only here are terminal events of an execution
// written.
func (x *execution) finish(err error) {
	var failed *instanceError
	cause := context.Cause(x.ctx)
	x.mu.Lock()
	x.ending = true
	replaced := x.replaced
	x.mu.Unlock()
	switch {
	case errors.Is(cause, ErrCancelled):
		err = x.terminal(Cancelled, Event{Kind: RunCancelled})
	case errors.Is(cause, ErrClosed), errors.Is(err, ErrClosed): // interrupted: it goes on when it is resumed
		err = nil
	case err == nil:
		err = x.append(journal.Batch{State: string(Completed), Outcomes: x.lessons()}, record{Event: Event{Kind: RunCompleted}})
	case errors.As(err, &failed):
		x.failure = failed.err
		err = x.terminal(Failed, Event{
			Kind: RunFailed, Provider: failed.provider, Attempt: failed.attempts, Error: failure(failed.err, failed.address),
		})
	case replaced && errors.Is(err, ErrPaused), errors.Is(err, ErrSuperseded):
		err = x.terminal(Superseded, Event{Kind: RunSuperseded})
	case errors.Is(err, errAwaiting):
		err = x.terminal(Paused, Event{Kind: RunPaused, Message: x.awaits()})
	case errors.Is(err, ErrPaused):
		err = x.terminal(Paused, Event{Kind: RunPaused})
	}
	if err != nil {
		x.eng.conf.Log.Error("run stopped", "run", x.id, "error", err)
	}
	x.eng.mu.Lock()
	delete(x.eng.executing, x.id)
	x.eng.mu.Unlock()
	x.mu.Lock()
	defer x.mu.Unlock()
	x.broken = err
	close(x.done)
	close(x.changed)
	x.changed = make(chan struct{})
}

func (x *execution) terminal(s State, ev Event) error {
	return x.append(journal.Batch{State: string(s)}, record{Event: ev})
}

// replace notes that a newer run of the lineage goes on instead. false means that the execution is ending, in
// whatever way, and has no time for that any more.
func (x *execution) replace() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.ending {
		return false
	}
	x.replaced = true
	return true
}

// stand is the run's state as the execution knows it, and up to which event that is.
func (x *execution) stand() (State, uint64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.view.state, x.view.seq
}

// executed is closed when the execution has ended; nil when it never began.
func (x *execution) executed() <-chan struct{} {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.done == nil {
		return nil
	}
	return x.done
}

// isExecuting tells whether this engine executes the run now. The caller holds the lock.
func (x *execution) isExecuting() bool {
	if x.done == nil {
		return false
	}
	select {
	case <-x.done:
		return false
	default:
		return true
	}
}

// beyond tells whether more than the events up to a number is known of the run, or is going to be.
func (x *execution) beyond(seen uint64) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.isExecuting() || x.view.seq > seen
}

func (x *execution) status() Status {
	x.mu.Lock()
	defer x.mu.Unlock()
	s := x.view.status(x.pl)
	s.Run, s.Pipeline = x.id, x.header.Pipeline
	if s.Failure != nil {
		failed := *s.Failure
		failed.Run = x.id
		s.Failure = &failed
	}
	return s
}

// tick is the event that tells of progress.
func (x *execution) tick() Event {
	x.mu.Lock()
	defer x.mu.Unlock()
	return Event{Kind: Progress, Time: x.eng.conf.Clock.Now(), Done: x.view.progress(x.pl)}
}

// append makes records durable, then visible, then tells the observer. It works also when the run's context
// has ended: what a call gave is never lost to a cancellation.
func (x *execution) append(b journal.Batch, records ...record) error {
	if len(records) == 0 {
		return nil
	}
	for i := range records {
		records[i].Time = x.eng.conf.Clock.Now().UTC()
		ev, err := records[i].journalled()
		if err != nil {
			return err
		}
		b.Events = append(b.Events, ev)
		x.eng.refuse.touch(ev.Artifacts)
	}
	last, err := x.eng.conf.Journal.Append(context.Background(), x.id, b)
	if err != nil {
		return fmt.Errorf("the journal of run %s cannot be written: %w", x.id, err)
	}
	first := last + 1 - uint64(len(records))
	x.update(func(v *view) {
		for i := range records {
			records[i].Seq = first + uint64(i)
			v.apply(records[i])
		}
		v.took(first, last)
		x.note(records)
	})
	x.tell()
	return nil
}

// update changes the view and tells everybody who waits for that.
func (x *execution) update(change func(*view)) {
	x.mu.Lock()
	defer x.mu.Unlock()
	change(&x.view)
	close(x.changed)
	x.changed = make(chan struct{})
}
