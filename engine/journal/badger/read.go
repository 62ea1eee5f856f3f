package badger

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"slices"

	badgerdb "github.com/dgraph-io/badger/v4"

	"github.com/filmloom/filmloom/engine/journal"
)

// pageSize is how many records are read from one snapshot. Listings hold none while the caller works, so
// that a slow reader keeps no old versions alive and Close waits for nobody.
const pageSize = 128

// Events come in larger pages, as a run that is resumed reads all of its own; but not in one that takes
// much memory.
const (
	eventPageSize  = 1024
	eventPageBytes = 1 << 20
)

// view runs a function on a snapshot of what is durable.
func (j *Journal) view(ctx context.Context, fn func(t *badgerdb.Txn) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	j.life.RLock()
	defer j.life.RUnlock()
	if j.closed {
		return journal.ErrClosed
	}
	t := j.snapshot()
	defer t.Discard()
	return fn(t)
}

// Run implements [journal.Journal].
func (j *Journal) Run(ctx context.Context, id string) (r journal.Run, err error) {
	err = j.view(ctx, func(t *badgerdb.Txn) error {
		r, err = j.wholeRun(t, id)
		return err
	})
	return r, err
}

// wholeRun reads a run with what it froze.
func (j *Journal) wholeRun(t *badgerdb.Txn, id string) (journal.Run, error) {
	r, err := j.header(t, id)
	if err != nil {
		return r, err
	}
	return j.withFrozen(t, r)
}

func (j *Journal) withFrozen(t *badgerdb.Txn, r journal.Run) (journal.Run, error) {
	id := r.ID
	key := j.frozenKey(id)
	raw, err := value(t, key)
	if errors.Is(err, badgerdb.ErrKeyNotFound) {
		return r, &journal.CorruptError{Run: id, Reason: "what it froze is missing"}
	}
	if err != nil {
		return r, fmt.Errorf("run %s cannot be read: %w", id, err)
	}
	r.Frozen, err = decodeFrozen(j.bare(key), id, raw)
	return r, err
}

// Runs implements [journal.Journal].
func (j *Journal) Runs(ctx context.Context, q journal.Query) iter.Seq2[journal.Run, error] {
	prefix := j.indexKey(byCreation, "")
	switch { // the most selective one first
	case q.Lineage != "":
		prefix = j.indexKey(byLineage, q.Lineage)
	case q.State != "":
		prefix = j.indexKey(byState, q.State)
	case q.Pipeline != "":
		prefix = j.indexKey(byPipeline, q.Pipeline)
	}
	type found struct {
		run journal.Run
		err error
	}
	return func(yield func(journal.Run, error) bool) {
		given := 0
		// The position is that of the last entry seen: the listing goes on below it.
		at := append(slices.Clone(prefix), bytes.Repeat([]byte{0xff}, 9)...)
		if q.Before > 0 {
			at = binary.BigEndian.AppendUint64(slices.Clone(prefix), q.Before)
		}
		for at != nil {
			var page []found
			err := j.view(ctx, func(t *badgerdb.Txn) error {
				it := t.NewIterator(badgerdb.IteratorOptions{Prefix: prefix, Reverse: true, PrefetchValues: true, PrefetchSize: pageSize})
				defer it.Close()
				from := at
				at = nil
				for it.Seek(from); it.Valid(); it.Next() {
					key := it.Item().KeyCopy(nil)
					if bytes.Equal(key, from) {
						continue
					}
					id, err := it.Item().ValueCopy(nil)
					if err != nil {
						return err
					}
					r, err := j.header(t, string(id))
					r.Ordinal = number(key)
					asked := err != nil || q.Matches(r)
					if err == nil && asked {
						r, err = j.withFrozen(t, r)
					}
					var damaged *journal.CorruptError
					if err != nil && !errors.As(err, &damaged) {
						return err
					}
					if asked {
						page = append(page, found{r, err})
					}
					if len(page) == pageSize || q.Limit > 0 && given+len(page) == q.Limit {
						at = key
						break
					}
				}
				return nil
			})
			for _, f := range page {
				if !yield(f.run, f.err) {
					return
				}
				if given++; given == q.Limit {
					return
				}
			}
			if err != nil {
				yield(journal.Run{}, err)
				return
			}
		}
	}
}

// Events implements [journal.Journal].
func (j *Journal) Events(ctx context.Context, runID string, from uint64) iter.Seq2[journal.Event, error] {
	return func(yield func(journal.Event, error) bool) {
		next, last, first := max(from, 1), uint64(0), true
		var page []journal.Event
		for first || next <= last {
			page = page[:0]
			err := j.view(ctx, func(t *badgerdb.Txn) error {
				r, err := j.header(t, runID)
				if err != nil {
					return err
				}
				if first {
					last, first = r.LastSeq, false
				}
				if next > last {
					return nil
				}
				page, err = j.events(t, page, runID, next, last)
				next += uint64(len(page))
				return err
			})
			for _, ev := range page {
				if !yield(ev, nil) {
					return
				}
			}
			if err != nil {
				yield(journal.Event{}, err)
				return
			}
		}
	}
}

// events appends a page of a run's events, from a number on and not beyond another. Before the error
// come the events that could be read.
func (j *Journal) events(t *badgerdb.Txn, page []journal.Event, run string, next, last uint64) ([]journal.Event, error) {
	// Values are read as they come: fetching each in a goroutine, as Badger's prefetching does, costs
	// more than it gains for records as small as these.
	it := t.NewIterator(badgerdb.IteratorOptions{Prefix: j.eventsKey(run)})
	defer it.Close()
	size := 0
	for it.Seek(j.eventKey(run, next)); next <= last && len(page) < eventPageSize && size < eventPageBytes; it.Next() {
		if !it.Valid() || number(it.Item().Key()) != next {
			return page, &journal.CorruptError{Run: run, Seq: next, Reason: "it is missing"}
		}
		raw, err := it.Item().ValueCopy(nil)
		if err != nil {
			return page, fmt.Errorf("event %d of run %s cannot be read: %w", next, run, err)
		}
		ev, err := decodeEvent(j.bare(it.Item().Key()), run, next, slices.Clip(raw))
		if err != nil {
			return page, err
		}
		page = append(page, ev)
		size += len(raw)
		next++
	}
	return page, nil
}

// Outcome implements [journal.Journal].
func (j *Journal) Outcome(ctx context.Context, scope, name string) (o journal.Outcome, err error) {
	err = j.view(ctx, func(t *badgerdb.Txn) error {
		key := j.outcomeKey(scope, name)
		raw, err := value(t, key)
		if errors.Is(err, badgerdb.ErrKeyNotFound) {
			return fmt.Errorf("outcome %s in %s: %w", name, scope, journal.ErrNotFound)
		}
		if err != nil {
			return fmt.Errorf("outcome %s in %s cannot be read: %w", name, scope, err)
		}
		o, err = decodeOutcome(j.bare(key), raw)
		return err
	})
	return o, err
}

// Outcomes implements [journal.Journal].
func (j *Journal) Outcomes(ctx context.Context) iter.Seq2[journal.Outcome, error] {
	type found struct {
		outcome journal.Outcome
		err     error
	}
	prefix := j.key(kindOutcome)
	return func(yield func(journal.Outcome, error) bool) {
		for at := prefix; at != nil; {
			var page []found
			err := j.view(ctx, func(t *badgerdb.Txn) error {
				it := t.NewIterator(badgerdb.IteratorOptions{Prefix: prefix, PrefetchValues: true, PrefetchSize: pageSize})
				defer it.Close()
				from := at
				at = nil
				for it.Seek(from); it.Valid(); it.Next() {
					key := it.Item().KeyCopy(nil)
					if len(page) == pageSize {
						at = key
						break
					}
					raw, err := it.Item().ValueCopy(nil)
					if err != nil {
						return err
					}
					o, err := decodeOutcome(j.bare(key), raw)
					page = append(page, found{o, err})
				}
				return nil
			})
			for _, f := range page {
				if !yield(f.outcome, f.err) {
					return
				}
			}
			if err != nil {
				yield(journal.Outcome{}, err)
				return
			}
		}
	}
}
