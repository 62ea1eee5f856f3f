// Package memory is a journal in memory, for tests and for engines whose runs need not outlive the
// process.
//
//	j := memory.New()
//	defer j.Close()
//
// It behaves as every [journal.Journal] does, except that nothing is there after the process. It keeps
// copies: what a caller does with its slices afterwards changes nothing.
package memory

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"sync"
	"time"

	"github.com/filmloom/filmloom/engine/journal"
)

// A Journal is a journal in memory. Make one with New.
type Journal struct {
	mu       sync.Mutex
	closed   bool
	ordinal  uint64
	runs     map[string]*entry
	order    []*entry // by ordinal
	outcomes map[journal.OutcomeKey]journal.Outcome
}

type entry struct {
	run    journal.Run
	events []journal.Event
}

// New makes an empty journal.
func New() *Journal {
	return &Journal{runs: map[string]*entry{}, outcomes: map[journal.OutcomeKey]journal.Outcome{}}
}

// Create implements [journal.Journal].
func (j *Journal) Create(ctx context.Context, run journal.Run, first journal.Batch) error {
	if err := cmp.Or(ctx.Err(), run.Validate(), first.Validate()); err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return journal.ErrClosed
	}
	if _, taken := j.runs[run.ID]; taken {
		return fmt.Errorf("run %s: %w", run.ID, journal.ErrExists)
	}
	j.ordinal++
	run.Ordinal, run.LastSeq = j.ordinal, 0
	run.Created, run.Updated = plain(run.Created), plain(run.Updated)
	if run.Updated.IsZero() {
		run.Updated = run.Created
	}
	run.Frozen = slices.Clone(run.Frozen)
	e := &entry{run: run}
	j.runs[run.ID] = e
	j.order = append(j.order, e)
	j.record(e, first)
	return nil
}

// Append implements [journal.Journal].
func (j *Journal) Append(ctx context.Context, runID string, b journal.Batch) (uint64, error) {
	if err := cmp.Or(ctx.Err(), b.Validate()); err != nil {
		return 0, err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	e, err := j.find(runID)
	if err != nil {
		return 0, err
	}
	j.record(e, b)
	return e.run.LastSeq, nil
}

// record adds a batch. The caller holds the lock.
func (j *Journal) record(e *entry, b journal.Batch) {
	for _, ev := range b.Events {
		e.run.LastSeq++
		ev = cloneEvent(ev)
		ev.Seq, ev.Time = e.run.LastSeq, plain(ev.Time)
		e.run.Updated = ev.Time
		e.events = append(e.events, ev)
	}
	if b.State != "" {
		e.run.State = b.State
	}
	for _, o := range b.Outcomes {
		j.outcomes[journal.OutcomeKey{Scope: o.Scope, Key: o.Key}] = cloneOutcome(o)
	}
}

// find gives a run's entry. The caller holds the lock.
func (j *Journal) find(id string) (*entry, error) {
	if j.closed {
		return nil, journal.ErrClosed
	}
	e := j.runs[id]
	if e == nil {
		return nil, fmt.Errorf("run %s: %w", id, journal.ErrNotFound)
	}
	return e, nil
}

// position finds a run in the order of creation. The caller holds the lock.
func (j *Journal) position(ordinal uint64) (int, bool) {
	return slices.BinarySearchFunc(j.order, ordinal, func(e *entry, n uint64) int { return cmp.Compare(e.run.Ordinal, n) })
}

// Run implements [journal.Journal].
func (j *Journal) Run(ctx context.Context, id string) (journal.Run, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	e, err := j.find(id)
	if err := cmp.Or(ctx.Err(), err); err != nil {
		return journal.Run{}, err
	}
	return cloneRun(e.run), nil
}

// Runs implements [journal.Journal].
func (j *Journal) Runs(ctx context.Context, q journal.Query) iter.Seq2[journal.Run, error] {
	return list(ctx, j, func() []journal.Run {
		var found []journal.Run
		from := len(j.order)
		if q.Before > 0 {
			from, _ = j.position(q.Before)
		}
		for _, e := range slices.Backward(j.order[:from]) {
			if q.Matches(e.run) {
				found = append(found, cloneRun(e.run))
			}
			if q.Limit > 0 && len(found) == q.Limit {
				break
			}
		}
		return found
	})
}

// Events implements [journal.Journal].
func (j *Journal) Events(ctx context.Context, runID string, from uint64) iter.Seq2[journal.Event, error] {
	return func(yield func(journal.Event, error) bool) {
		j.mu.Lock()
		e, err := j.find(runID)
		var events []journal.Event
		if err == nil {
			events = e.events[min(max(from, 1)-1, uint64(len(e.events))):] // appends never change these
		}
		j.mu.Unlock()
		if err != nil {
			yield(journal.Event{}, err)
			return
		}
		for _, ev := range events {
			if err := ctx.Err(); err != nil {
				yield(journal.Event{}, err)
				return
			}
			if !yield(cloneEvent(ev), nil) {
				return
			}
		}
	}
}

// Outcome implements [journal.Journal].
func (j *Journal) Outcome(ctx context.Context, scope, k string) (journal.Outcome, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return journal.Outcome{}, err
	}
	if j.closed {
		return journal.Outcome{}, journal.ErrClosed
	}
	o, ok := j.outcomes[journal.OutcomeKey{Scope: scope, Key: k}]
	if !ok {
		return journal.Outcome{}, fmt.Errorf("outcome %s in %s: %w", k, scope, journal.ErrNotFound)
	}
	return cloneOutcome(o), nil
}

// Outcomes implements [journal.Journal].
func (j *Journal) Outcomes(ctx context.Context) iter.Seq2[journal.Outcome, error] {
	return list(ctx, j, func() []journal.Outcome {
		var all []journal.Outcome
		for _, o := range j.outcomes {
			all = append(all, cloneOutcome(o))
		}
		slices.SortFunc(all, func(a, b journal.Outcome) int {
			return cmp.Or(cmp.Compare(a.Scope, b.Scope), cmp.Compare(a.Key, b.Key))
		})
		return all
	})
}

// list yields what collect gathers under the lock.
func list[T any](ctx context.Context, j *Journal, collect func() []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		j.mu.Lock()
		if j.closed {
			j.mu.Unlock()
			yield(none, journal.ErrClosed)
			return
		}
		all := collect()
		j.mu.Unlock()
		for _, v := range all {
			if err := ctx.Err(); err != nil {
				yield(none, err)
				return
			}
			if !yield(v, nil) {
				return
			}
		}
	}
}

// Forget implements [journal.Journal].
func (j *Journal) Forget(ctx context.Context, keys ...journal.OutcomeKey) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return journal.ErrClosed
	}
	for _, k := range keys {
		delete(j.outcomes, k)
	}
	return nil
}

// Delete implements [journal.Journal].
func (j *Journal) Delete(ctx context.Context, runID string) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	e, err := j.find(runID)
	if err := cmp.Or(ctx.Err(), err); err != nil {
		return err
	}
	delete(j.runs, runID)
	if i, found := j.position(e.run.Ordinal); found {
		j.order = slices.Delete(j.order, i, i+1)
	}
	for _, other := range j.runs {
		if other.run.Lineage == e.run.Lineage {
			return nil
		}
	}
	for k := range j.outcomes {
		if k.Scope == journal.LineageScope(e.run.Lineage) {
			delete(j.outcomes, k)
		}
	}
	return nil
}

// Close implements [journal.Journal].
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.closed = true
	return nil
}

// plain is a time as it comes back from every journal: in UTC, without a monotonic reading.
func plain(t time.Time) time.Time { return t.UTC().Round(0) }

func cloneRun(r journal.Run) journal.Run {
	r.Frozen = slices.Clone(r.Frozen)
	return r
}

func cloneEvent(e journal.Event) journal.Event {
	e.Data, e.Artifacts = slices.Clone(e.Data), slices.Clone(e.Artifacts)
	return e
}

func cloneOutcome(o journal.Outcome) journal.Outcome {
	o.Data, o.Artifacts = slices.Clone(o.Data), slices.Clone(o.Artifacts)
	return o
}

var _ journal.Journal = (*Journal)(nil)
