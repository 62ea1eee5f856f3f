package engine

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"
	"time"

	"github.com/filmloom/filmloom/engine/journal"
)

// A Run is one execution of a pipeline. Its methods may be called concurrently, also after it ended.
type Run struct {
	ID       string
	Pipeline string
	Lineage  string // the id of the first run of its chain of revisions
	Parent   string // the run it is based on, or ""

	eng *Engine
	mu  sync.Mutex
	x   *execution // the newest that is known here
}

// known is what was known of the run last.
func (r *Run) known() *execution {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.x
}

func (r *Run) adopt(x *execution) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.x = x
}

// execution is what executes the run now or, where nobody does, what the journal has of it: another handle's
// owner may have gone on with the run meanwhile, or have ended it. While the journal cannot be read it is what
// was known last.
func (r *Run) execution() *execution {
	if now := r.eng.executes(r.ID); now != nil {
		r.adopt(now)
		return now
	}
	x := r.known()
	state, seq := x.stand()
	if state.Final() { // nothing comes after that
		return x
	}
	h, err := r.eng.conf.Journal.Run(context.Background(), r.ID)
	if err != nil || h.LastSeq <= seq {
		return x
	}
	fresh, err := r.eng.picture(context.Background(), h)
	if now := r.eng.executes(r.ID); now != nil { // since a moment ago, and it knows more
		fresh, err = now, nil
	}
	if err != nil {
		r.eng.conf.Log.Error("what became of a run cannot be read", "run", r.ID, "error", err)
		return x
	}
	r.adopt(fresh)
	return fresh
}

// Seed is the run's seed.
func (r *Run) Seed() int64 { return r.known().frozen.Seed }

// Created is when the run was recorded.
func (r *Run) Created() time.Time { return r.known().header.Created }

// Status is where the run stands now.
func (r *Run) Status() Status { return r.execution().status() }

// Cancel ends the run: calls in flight are cancelled and nothing more starts. It returns when the run
// has ended, which takes about a second at most. A final run is left as it is.
func (r *Run) Cancel(ctx context.Context) error {
	return r.end(ctx, RunCancelled, Cancelled, func(x *execution) { x.cancel(ErrCancelled) })
}

// Pause stops the run: calls in flight are finished and nothing more starts. It returns when the run is
// paused; [Engine.Resume] goes on with it. A run that has ended meanwhile, or is paused, is left as it is.
func (r *Run) Pause(ctx context.Context) error {
	return r.end(ctx, RunPaused, Paused, func(x *execution) { x.halt(ErrPaused) })
}

// end stops an execution, or records that a run which is not being executed has stopped.
func (r *Run) end(ctx context.Context, kind Kind, state State, stop func(*execution)) error {
	for {
		turn, err := r.eng.turns.take(ctx, r.ID)
		if err != nil {
			return err
		}
		x := r.eng.executes(r.ID)
		if x == nil {
			defer turn()
			return r.endIdle(ctx, kind, state)
		}
		turn()
		stop(x)
		select {
		case <-x.executed():
		case <-ctx.Done():
			return ctx.Err()
		}
		if s, _ := x.stand(); s.Final() || s == state {
			return nil
		}
		// It has stopped for another reason a moment before, or could not record this one.
	}
}

// endIdle records that a run which nobody executes, and whose turn the caller has, has stopped.
func (r *Run) endIdle(ctx context.Context, kind Kind, state State) error {
	x, err := r.eng.load(ctx, r.ID)
	if err != nil {
		return err
	}
	r.adopt(x)
	if s := x.view.state; s.Final() || s == state {
		return nil
	}
	return x.append(journal.Batch{State: string(state)}, record{Event: Event{Kind: kind}})
}

// Wait waits until the run has ended or is paused, and gives its outputs. The error is a *RunError when
// it failed; ErrCancelled, ErrSuperseded or ErrPaused; or ErrClosed when the engine closed before the end.
func (r *Run) Wait(ctx context.Context) (Outputs, error) {
	x := r.execution()
	done := x.executed()
	if done != nil {
		select {
		case <-done:
		case <-ctx.Done():
			return Outputs{}, ctx.Err()
		}
	}
	x.mu.Lock()
	state, failure, broken := x.view.state, x.view.failure, x.broken
	x.mu.Unlock()
	switch state {
	case Completed:
		return x.outputs()
	case Failed:
		failed := *failure
		failed.Run = r.ID
		failed.Err = x.failure
		return Outputs{}, &failed
	case Cancelled:
		return Outputs{}, ErrCancelled
	case Superseded:
		return Outputs{}, ErrSuperseded
	case Paused:
		return Outputs{}, ErrPaused
	}
	if broken != nil {
		return Outputs{}, broken
	}
	if done == nil {
		return Outputs{}, fmt.Errorf("run %s is not being executed; Engine.Resume goes on with it", r.ID)
	}
	return Outputs{}, ErrClosed
}

// Outputs gives what is known now. In a completed run that is everything.
func (r *Run) Outputs() (Outputs, error) { return r.execution().outputs() }

// Events yields the run's events from the first, then waits for more, until the run has ended, the
// engine no longer executes it (it is paused, or the engine closed), or the context ends. Any number of
// readers may follow a run, and a slow one does not slow it.
func (r *Run) Events(ctx context.Context) iter.Seq[Event] { return r.EventsFrom(ctx, 1) }

// Last is the number of the newest event that Events gives without waiting; 0 when there is none yet. Whoever has
// seen a greater one has not seen it of this run as it is here: of one that was restored from a backup, say.
func (r *Run) Last() uint64 {
	_, seq := r.execution().stand()
	return seq
}

// EventsFrom is like Events, from an event's number.
func (r *Run) EventsFrom(ctx context.Context, from uint64) iter.Seq[Event] {
	return func(yield func(Event) bool) {
		x, ticks := r.execution(), 0
		for {
			x.mu.Lock()
			changed, executing := x.changed, x.isExecuting()
			tick, seen := x.view.ticks, x.view.seq
			x.mu.Unlock()
			if !r.relay(ctx, &from, seen, yield) {
				return
			}
			if executing {
				if tick > ticks {
					ticks = tick
					if !yield(x.tick()) {
						return
					}
				}
				select {
				case <-changed:
				case <-ctx.Done():
					return
				}
			}
			switch now := r.execution(); {
			case now == x && executing: // it has moved, or stopped
			case executing || now.beyond(seen): // somebody has gone on with the run, or ended it
				x, ticks = now, 0
			default:
				return
			}
		}
	}
}

// relay yields the events from a number on that were taken in: whoever reads one asks Status and Outputs next.
// It tells whether more may come.
func (r *Run) relay(ctx context.Context, from *uint64, seen uint64, yield func(Event) bool) bool {
	for ev, err := range r.eng.conf.Journal.Events(ctx, r.ID, *from) {
		rec, err2 := readRecord(ev)
		if err = errors.Join(err, err2); err != nil {
			if ctx.Err() == nil {
				r.eng.conf.Log.Error("events cannot be read", "run", r.ID, "error", err)
			}
			return false
		}
		if ev.Seq > seen {
			return true
		}
		*from = ev.Seq + 1
		if !yield(rec.Event) || State("").after(rec.Kind).Final() {
			return false
		}
	}
	return true
}
