package engine

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"
	"time"

	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/filmloom/filmloom/engine/journal"
	"github.com/filmloom/filmloom/engine/pipeline"
)

// A Run is one execution of a pipeline. Its methods may be called concurrently, also after it ended.
type Run struct {
	ID       string
	Pipeline string

	eng    *Engine
	header journal.Run
	frozen frozen
	pl     *pipeline.Pipeline
	scope  pipeline.Scope // the loop's while it runs; its Inputs never change

	ctx    context.Context // ends when the run is cancelled or the engine closes
	cancel context.CancelCauseFunc

	mu      sync.Mutex
	view    view          // what the events and the calls in flight say
	changed chan struct{} // closed and replaced whenever the view changes
	done    chan struct{} // closed when this engine no longer executes the run; nil before it did
	broken  error         // the journal or the frozen source failed: the run stopped without an event
}

// load makes the handle of a recorded run from its frozen source and its events.
func (e *Engine) load(ctx context.Context, header journal.Run) (*Run, error) {
	f, err := readFrozen(header.Frozen)
	if err != nil {
		return nil, fmt.Errorf("run %s cannot be read: %w", header.ID, err)
	}
	file := e.roster.file
	if f.Source.Digest() != e.conf.Source.Digest() {
		parsed, diags := pipeline.Parse(f.Source)
		if !diags.HasErrors() {
			diags = append(diags, parsed.Check(e.roster.catalog)...)
		}
		if diags.HasErrors() {
			return nil, fmt.Errorf("run %s was started from pipelines that are not valid with these plugins: %w", header.ID, &InvalidError{f.Source, diags})
		}
		file = parsed
	}
	pl := file.Pipeline(header.Pipeline)
	if pl == nil {
		return nil, fmt.Errorf("run %s cannot be read: its source has no pipeline %s", header.ID, header.Pipeline)
	}
	inputs, err := ctyjson.Unmarshal(f.Inputs, pl.InputType())
	if err != nil {
		return nil, fmt.Errorf("run %s cannot be read: its inputs: %w", header.ID, err)
	}
	r := &Run{
		ID: header.ID, Pipeline: header.Pipeline, eng: e, header: header, frozen: f, pl: pl,
		scope:   pipeline.Scope{Inputs: inputs, Stages: nil},
		changed: make(chan struct{}),
	}
	r.view = newView(pl, upTo(pl, f.Until))
	for ev, err := range e.conf.Journal.Events(ctx, r.ID, 1) {
		if err != nil {
			return nil, fmt.Errorf("run %s cannot be read: %w", header.ID, err)
		}
		rec, err := readRecord(ev)
		if err != nil {
			return nil, fmt.Errorf("run %s cannot be read: event %d: %w", header.ID, ev.Seq, err)
		}
		r.view.apply(rec)
	}
	r.view.interrupt()
	return r, nil
}

// Seed is the run's seed.
func (r *Run) Seed() int64 { return r.frozen.Seed }

// Created is when the run was recorded.
func (r *Run) Created() time.Time { return r.header.Created }

// Status is where the run stands now.
func (r *Run) Status() Status {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.view.status(r.pl)
	s.Run, s.Pipeline = r.ID, r.Pipeline
	return s
}

// Cancel ends the run: calls in flight are cancelled and nothing more starts. It returns when the run
// has ended, which takes about a second at most. A final run is left as it is.
func (r *Run) Cancel(ctx context.Context) error {
	r.mu.Lock()
	executing := r.done
	final := r.view.state.Final()
	r.mu.Unlock()
	if final {
		return nil
	}
	if executing == nil {
		return r.append(journal.Batch{State: string(Cancelled)}, record{Event: Event{Kind: RunCancelled}})
	}
	r.stop(ErrCancelled)
	select {
	case <-executing:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// stop ends the execution with a cause.
func (r *Run) stop(cause error) { r.cancel(cause) }

// Wait waits until the run has ended and gives its outputs. The error is a *RunError when it failed,
// ErrCancelled, or ErrClosed when the engine closed before the end.
func (r *Run) Wait(ctx context.Context) (Outputs, error) {
	r.mu.Lock()
	executing := r.done
	r.mu.Unlock()
	if executing != nil {
		select {
		case <-executing:
		case <-ctx.Done():
			return Outputs{}, ctx.Err()
		}
	}
	r.mu.Lock()
	state, failure, broken := r.view.state, r.view.failure, r.broken
	r.mu.Unlock()
	switch state {
	case Completed:
		return r.Outputs()
	case Failed:
		failure.Run = r.ID
		return Outputs{}, failure
	case Cancelled:
		return Outputs{}, ErrCancelled
	}
	if broken != nil {
		return Outputs{}, broken
	}
	if executing == nil {
		return Outputs{}, fmt.Errorf("run %s is not being executed; Engine.Resume goes on with it", r.ID)
	}
	return Outputs{}, ErrClosed
}

// Events yields the run's events from the first, then waits for more, until the run has ended, the
// engine no longer executes it, or the context ends. Any number of readers may follow a run, and a
// slow one does not slow it.
func (r *Run) Events(ctx context.Context) iter.Seq[Event] { return r.EventsFrom(ctx, 1) }

// EventsFrom is like Events, from an event's number.
func (r *Run) EventsFrom(ctx context.Context, from uint64) iter.Seq[Event] {
	return func(yield func(Event) bool) {
		ticks := 0
		for {
			r.mu.Lock()
			changed, executing := r.changed, r.executing()
			tick, tickEvent := r.view.ticks, r.view.tick()
			r.mu.Unlock()
			for ev, err := range r.eng.conf.Journal.Events(ctx, r.ID, from) {
				rec, err2 := readRecord(ev)
				if err = errors.Join(err, err2); err != nil {
					r.eng.conf.Log.Error("events cannot be read", "run", r.ID, "error", err)
					return
				}
				from = ev.Seq + 1
				if !yield(rec.Event) || State("").after(rec.Kind).Final() {
					return
				}
			}
			if !executing {
				return
			}
			if tick > ticks {
				ticks = tick
				tickEvent.Time = r.eng.conf.Clock.Now()
				if !yield(tickEvent) {
					return
				}
			}
			select {
			case <-changed:
			case <-ctx.Done():
				return
			}
		}
	}
}

// executing tells whether this engine executes the run now. The caller holds the lock.
func (r *Run) executing() bool {
	if r.done == nil {
		return false
	}
	select {
	case <-r.done:
		return false
	default:
		return true
	}
}

// append makes records durable, then visible. It works also when the run's context has ended: what a
// call gave is never lost to a cancellation.
func (r *Run) append(b journal.Batch, records ...record) error {
	for i := range records {
		records[i].Time = r.eng.conf.Clock.Now().UTC()
		ev, err := records[i].journalled()
		if err != nil {
			return err
		}
		b.Events = append(b.Events, ev)
	}
	if _, err := r.eng.conf.Journal.Append(context.Background(), r.ID, b); err != nil {
		return fmt.Errorf("the journal of run %s cannot be written: %w", r.ID, err)
	}
	r.update(func(v *view) {
		for _, rec := range records {
			v.apply(rec)
		}
	})
	return nil
}

// update changes the view and tells everybody who waits for that.
func (r *Run) update(change func(*view)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.view)
	close(r.changed)
	r.changed = make(chan struct{})
}
