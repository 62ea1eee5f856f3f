package badger

import (
	"context"
	"errors"
	"fmt"

	badgerdb "github.com/dgraph-io/badger/v4"

	"github.com/filmloom/filmloom/engine/journal"
)

// A write is something that a caller waits for the writer to do.
type write struct {
	cost cost
	// apply adds the write to a transaction. It gives an error before it has set anything, or sets
	// everything.
	apply func(t *badgerdb.Txn) (last uint64, err error)
	// alone, where it is set, does the write in transactions of its own, for what does not fit one.
	// It runs in the writer, with nothing else under way.
	alone func() (last uint64, err error)

	last uint64
	err  error
	done chan struct{}
}

// submit hands a write to the writer and waits for it.
func (j *Journal) submit(ctx context.Context, w *write) (uint64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	w.done = make(chan struct{})
	j.queue.Lock()
	if j.queue.closing {
		j.queue.Unlock()
		return 0, journal.ErrClosed
	}
	j.queue.pending = append(j.queue.pending, w)
	j.queue.Unlock()
	j.signal()
	<-w.done
	return w.last, w.err
}

// write is the writer: it does what is pending, again and again, until the journal closes.
func (j *Journal) write() {
	defer close(j.idle)
	for {
		j.queue.Lock()
		pending, closing := j.queue.pending, j.queue.closing
		j.queue.pending = nil
		j.queue.Unlock()
		if len(pending) == 0 {
			if closing {
				return
			}
			<-j.wake
			continue
		}
		for len(pending) > 0 {
			n := j.group(pending)
			j.do(pending[:n])
			pending = pending[n:]
		}
	}
}

// group tells how many of the pending writes fit the next transaction: at least one.
func (j *Journal) group(pending []*write) int {
	var sum cost
	for i, w := range pending {
		sum = sum.plus(w.cost)
		if i > 0 && (w.alone != nil || pending[i-1].alone != nil || !j.fits(sum)) {
			return i
		}
	}
	return len(pending)
}

// do makes a group of writes durable and tells each how it went.
func (j *Journal) do(group []*write) {
	defer func() {
		for _, w := range group {
			close(w.done)
		}
	}()
	fail := func(err error) {
		for _, w := range group {
			if w.err == nil {
				w.last, w.err = 0, err
			}
		}
	}
	if j.broken != nil {
		fail(j.broken)
		return
	}
	if w := group[0]; w.alone != nil {
		w.last, w.err = w.alone()
		return
	}
	t := j.db.NewTransaction(true)
	defer t.Discard()
	before := j.last
	any := false
	for _, w := range group {
		w.last, w.err = w.apply(t)
		var half *halfDone
		if errors.As(w.err, &half) {
			j.last = before
			w.err = nil
			fail(fmt.Errorf("the journal cannot be written: %w", half.err))
			return
		}
		any = any || w.err == nil
	}
	if any {
		if err := j.commit(t); err != nil {
			fail(err)
		}
	}
}

// commit makes a transaction durable. After a failure nothing is known for certain, so the journal
// accepts nothing more.
func (j *Journal) commit(t *badgerdb.Txn) error {
	j.settled.Lock()
	defer j.settled.Unlock()
	err := t.Commit()
	if err == nil && !j.db.Opts().SyncWrites {
		err = j.db.Sync()
	}
	if err != nil {
		j.broken = fmt.Errorf("%w: the disk failed: %w", journal.ErrBroken, err)
	}
	return j.broken
}

// inOwn runs a function in a transaction and makes that durable.
func (j *Journal) inOwn(fn func(t *badgerdb.Txn) error) error {
	t := j.db.NewTransaction(true)
	defer t.Discard()
	if err := fn(t); err != nil {
		return err
	}
	return j.commit(t)
}

// A halfDone says that a transaction must not be committed: some of a write is in it already.
type halfDone struct{ err error }

func (e *halfDone) Error() string { return e.err.Error() }

// set adds pairs to a transaction; an error is a *halfDone.
func set(t *badgerdb.Txn, pairs ...pair) error {
	for _, p := range pairs {
		if err := t.Set(p.key, p.value); err != nil {
			return &halfDone{err}
		}
	}
	return nil
}

type pair struct{ key, value []byte }

// cost is an upper bound of what a write adds to a transaction.
type cost struct {
	entries int
	bytes   int64
}

func (c cost) plus(d cost) cost { return cost{c.entries + d.entries, c.bytes + d.bytes} }

func (j *Journal) fits(c cost) bool { return c.entries <= j.count && c.bytes <= j.budget }

func (j *Journal) costOf(pairs ...pair) cost {
	c := cost{entries: len(pairs)}
	for _, p := range pairs {
		c.bytes += int64(len(p.key)) + min(int64(len(p.value)), j.inline) + entryOverhead
	}
	return c
}

// entryOverhead is what Badger counts at most for an entry, beside its key and value.
const entryOverhead = 24
