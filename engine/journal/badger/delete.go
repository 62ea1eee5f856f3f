package badger

import (
	"context"
	"errors"
	"fmt"

	badgerdb "github.com/dgraph-io/badger/v4"

	"github.com/filmloom/filmloom/engine/journal"
)

// Delete implements [journal.Journal]. The run goes in one transaction, which leaves a note of what is
// still to be swept; the sweeping goes on when the journal is opened next, should it be interrupted.
func (j *Journal) Delete(ctx context.Context, runID string) error {
	_, err := j.submit(ctx, &write{alone: func() (uint64, error) { return 0, j.delete(runID) }})
	return err
}

// Forget implements [journal.Journal]. The keys go with the appends of the time, as many in one
// transaction as fit half of it.
func (j *Journal) Forget(ctx context.Context, keys ...journal.OutcomeKey) error {
	var next [][]byte
	var sum cost
	forget := func() error {
		gone, c := next, sum
		next, sum = nil, cost{}
		_, err := j.submit(ctx, &write{cost: c, apply: func(g *group) (uint64, error) {
			return 0, g.forget(gone)
		}})
		return err
	}
	for _, k := range keys {
		if k.Validate() != nil {
			continue
		}
		key := j.outcomeKey(k.Scope, k.Key)
		c := j.costOf(pair{key: key})
		if twice := sum.plus(c).plus(sum).plus(c); len(next) > 0 && !j.fits(twice) {
			if err := forget(); err != nil {
				return err
			}
		}
		next, sum = append(next, key), sum.plus(c)
	}
	return forget()
}

// forget deletes those of the keys that exist.
func (g *group) forget(keys [][]byte) error {
	for _, key := range keys {
		_, err := g.t.Get(key)
		if err == nil {
			err = g.delete(key)
		}
		if err != nil && !errors.Is(err, badgerdb.ErrKeyNotFound) {
			return &halfDone{err}
		}
	}
	return nil
}

func (j *Journal) delete(id string) error {
	note := pair{key: j.key(kindDeletion, id), value: []byte{0}}
	var gone [][]byte
	delete(j.heads, id)
	err := j.inGroup(func(g *group) error {
		t := g.t
		r, err := j.header(t, id)
		var damaged *journal.CorruptError
		switch {
		case errors.As(err, &damaged):
			var known bool
			if gone, r.Lineage, known = j.searchIndex(t, id); known && j.onlyRun(t, r.Lineage, id) {
				note.value = append([]byte{1}, r.Lineage...)
			}
		case err != nil:
			return err
		default:
			gone = j.indexEntries(r)
			if j.onlyRun(t, r.Lineage, id) {
				note.value = append([]byte{1}, r.Lineage...)
			}
		}
		if err := g.delete(append(gone, j.headerKey(id), j.frozenKey(id))...); err != nil {
			return err
		}
		return g.set(note)
	})
	if err != nil {
		return err
	}
	if err := j.sweep(note); err != nil && j.broken == nil {
		// The note stays, and must not meet a new run of the same id.
		j.broken = fmt.Errorf("%w: the deletion of run %s could not be finished: %w", journal.ErrBroken, id, err)
	}
	return j.broken
}

// onlyRun tells whether a lineage has no run but this one.
func (j *Journal) onlyRun(t *badgerdb.Txn, lineage, id string) bool {
	it := t.NewIterator(badgerdb.IteratorOptions{Prefix: j.indexKey(byLineage, lineage), PrefetchValues: true, PrefetchSize: 2})
	defer it.Close()
	for it.Rewind(); it.Valid(); it.Next() {
		other, err := it.Item().ValueCopy(nil)
		if err != nil || string(other) != id {
			return false
		}
	}
	return true
}

// searchIndex finds the entries of a run whose header is damaged, and its lineage.
func (j *Journal) searchIndex(t *badgerdb.Txn, id string) (entries [][]byte, lineage string, known bool) {
	prefix := j.key(kindIndex)
	it := t.NewIterator(badgerdb.IteratorOptions{Prefix: prefix, PrefetchValues: true, PrefetchSize: 100})
	defer it.Close()
	for it.Rewind(); it.Valid(); it.Next() {
		if other, err := it.Item().ValueCopy(nil); err != nil || string(other) != id {
			continue
		}
		key := it.Item().KeyCopy(nil)
		entries = append(entries, key)
		if key[len(prefix)] == byLineage {
			lineage, known = string(key[len(prefix)+1:len(key)-9]), true
		}
	}
	return entries, lineage, known
}

// finishDeletions sweeps what interrupted deletions have left.
func (j *Journal) finishDeletions() error {
	var notes []pair
	err := j.db.View(func(t *badgerdb.Txn) error {
		it := t.NewIterator(badgerdb.IteratorOptions{Prefix: j.key(kindDeletion), PrefetchValues: true, PrefetchSize: 10})
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			v, err := it.Item().ValueCopy(nil)
			if err != nil {
				return err
			}
			notes = append(notes, pair{it.Item().KeyCopy(nil), v})
		}
		return nil
	})
	for _, note := range notes {
		err = errors.Join(err, j.sweep(note))
	}
	return err
}

// sweep removes what a deletion's note speaks of, and then the note.
func (j *Journal) sweep(note pair) error {
	id := string(note.key[len(j.key(kindDeletion)):])
	if err := j.removeAll(j.eventsKey(id)); err != nil {
		return err
	}
	if len(note.value) > 0 && note.value[0] == 1 {
		if err := j.removeAll(j.outcomeKey(journal.LineageScope(string(note.value[1:])), "")); err != nil {
			return err
		}
	}
	return j.inGroup(func(g *group) error { return g.delete(note.key) })
}

// removeAll deletes every key with a prefix, in as many transactions as it takes.
func (j *Journal) removeAll(prefix []byte) error {
	for {
		var keys [][]byte
		more := false
		err := j.db.View(func(t *badgerdb.Txn) error {
			it := t.NewIterator(badgerdb.IteratorOptions{Prefix: prefix})
			defer it.Close()
			var sum cost
			for it.Rewind(); it.Valid(); it.Next() {
				key := it.Item().KeyCopy(nil)
				if sum = sum.plus(j.costOf(pair{key: key})); !j.fits(sum) {
					more = true
					break
				}
				keys = append(keys, key)
			}
			return nil
		})
		if err == nil && len(keys) > 0 {
			err = j.inGroup(func(g *group) error { return g.delete(keys...) })
		}
		if err != nil || !more {
			return err
		}
	}
}
